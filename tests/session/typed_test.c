/*
 * A city that has another PIN typed in a renewal (Kakogawa: that for the resident record): planned, typed on the
 * resident's terminal, recorded; forgotten, it is set anew within the same case. On real pcscd and libccid.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AUTH = 1, JUKI = 2 };

static struct session session, *s = &session;

static const struct enrolment_card card = {
    .name = "typed", .serial = "990000000000041", .holder = "見本　加古", .birth = "1985-04-12", .sig_pin = "ABC123",
    .sig = ENROLMENT_OVER, .auth = ENROLMENT_ENDS};

static int open_all(void **state)
{
    (void)state;
    enrolment_open(s, &card, 1);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    session_rest(s);
    return 0;
}

static void start(const char *presenter)
{
    char more[256];
    session_fresh(s, card.name);
    snprintf(more, sizeof more, "[enrol]\nprogram = %s\n", session_path(s, "stand/enrol"));
    session_clerk(s, &(struct session_setup){.city = "kakogawa", .more = more});
    enrolment_resident(s);
    terminal_type(s->clerk, "3");
    session_type(s, "どなたが来られましたか", presenter);
    session_expect(s, "あわせて入力が必要です");
    session_type(s, card.serial, " \r");
}

static bool has_step(const struct case_file *file, enum case_kind kind, uint8_t pin)
{
    for (unsigned i = 0; i < file->plan.step_count; i++) {
        if (file->steps[i].plan.kind == kind && file->steps[i].plan.pin == pin) {
            return file->steps[i].state == CASE_STEP_IS_DONE;
        }
    }
    return false;
}

static void is_done_with(enum case_kind auth, enum case_kind juki)
{
    struct case_file file;
    session_case(s, &file);
    assert_int_equal(file.judgement.pins, 1 << AUTH | 1 << JUKI);
    assert_true(has_step(&file, auth, AUTH));
    assert_true(has_step(&file, juki, JUKI));
    enrolment_is_done(s, ENROLMENT_AUTH);
}

static void the_pin_for_the_resident_record_is_checked_too(void **state)
{
    (void)state;
    start("1");
    session_type(s, "暗証番号（すべて）", " \r");
    enrolment_tick(s, "印鑑");
    session_type(s, "受付できます", "\r");
    session_type(s, "住民基本台帳用の暗証番号を確かめる", "\r");
    session_expect(s, "ピンパッドで入力中です");
    session_press(s, "1234E");
    session_type(s, "完了しました", "\r");
    enrolment_type(s, "いまの暗証番号を入力", "1234\r");
    session_type(s, "まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    is_done_with(CASE_VERIFY, CASE_VERIFY);
}

/* One case with the papers that a reset needs, and each new PIN typed once more where the card wants it. */
static void forgotten_pins_are_set_anew_in_the_same_case(void **state)
{
    (void)state;
    start("1");
    session_type(s, "暗証番号（すべて）", "   \r");
    enrolment_tick(s, "運転免許証");
    enrolment_tick(s, "印鑑");
    session_type(s, "受付できます", "\r");
    session_expect(s, "再設定した暗証番号は、電子証明書の処理のときにもう一度入力していただきます");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "4321E4321E");
    session_type(s, "完了しました", "\r");
    enrolment_type(s, "1/2 新しい暗証番号を入力", "4321\r");
    enrolment_type(s, "2/2", "4321\r");
    session_type(s, "暗証番号をもう一度入力", "\r");
    session_press(s, "4321E");
    session_type(s, "まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    is_done_with(CASE_RESET, CASE_RESET);
    assert_true(session_pin_is(s, card.name, "juki", "4321"));
}

/* Staff type what the resident has written on the sealed sheet. */
static void staff_type_for_an_agent(void **state)
{
    static struct case_file file;
    (void)state;
    start("4");
    enrolment_tick(s, "運転免許証");
    enrolment_tick(s, "照会書兼回答書");
    session_type(s, "封がされている", " \033[B \033[B \033[B \r");
    enrolment_tick(s, "印鑑");
    session_type(s, "受付できます", "\r");
    session_expect(s, "職員が");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "1234E");
    session_type(s, "完了しました", "\r");
    enrolment_type(s, "用紙の、いまの暗証番号", "1234\r");
    session_type(s, "まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    session_case(s, &file);
    for (unsigned i = 0; i < file.plan.step_count; i++) {
        assert_int_equal(file.steps[i].plan.typist, CASE_TYPED_BY_STAFF);
    }
    is_done_with(CASE_VERIFY, CASE_VERIFY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_pin_for_the_resident_record_is_checked_too, rest),
        cmocka_unit_test_teardown(staff_type_for_an_agent, rest),
        cmocka_unit_test_teardown(forgotten_pins_are_set_anew_in_the_same_case, rest),
    };

    return cmocka_run_group_tests_name("a PIN typed besides", tests, open_all, close_all);
}
