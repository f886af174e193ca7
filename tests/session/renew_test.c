/*
 * A renewal on real pcscd and libccid with the stand's authority, from the notice to the proven certificate: what
 * the screens say, and after it the card, the authority and the record asked.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct session session, *s = &session;

/* The adult whose authentication certificate ends within three months. */
static const char card[] = "[card]\nkind = my-number\nserial = 990000000000021\nmunicipality = 27211\n"
                           "expires = +4y\n"
                           "[resident]\nname = 見本　更新\nbirth = 1985-04-12\nsex = 2\n"
                           "address = 大阪府茨木市見本町一丁目1番1号\nprefecture = Osaka-fu\ncity = Ibaraki-shi\n"
                           "[pins]\nsig = ABC123\nauth = 1234\njuki = 1234\nkenmen = 1234\n"
                           "[certificates]\nsig = +1m\nauth = +1m\n";

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
    session_write(s, "cards/renew.ini", card);
    return 0;
}

/* The stand makes its authority and the card when they are first asked for, which takes its time. */
static int hand_out_card(void **state)
{
    if (open_all(state) != 0) {
        return -1;
    }
    enrolment_authority(s);
    session_fresh(s, "renew");
    session_clerk(s, NULL);
    terminal_type(s->clerk, "3");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "990000000000021");
    session_rest(s);
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

/* A resident who comes with the notice and knows the PINs, up to the plan. */
static void to_plan(const char *language, const char *go, const char *facts, const char *missing, const char *enough)
{
    char more[512];
    snprintf(more, sizeof more, "[enrol]\nprogram = %s\n[paper]\ndirectory = %s\n", session_path(s, "stand/enrol"),
             s->folder);
    session_clerk(s, &(struct session_setup){.city = "ibaraki", .more = more, .language = language});
    terminal_type(s->clerk, "3");
    session_type(s, go, "1");
    session_expect(s, language != NULL ? "(valid until" : "あり（有効期限");
    session_type(s, "990000000000021", "\r");
    session_type(s, facts, "\r");
    session_type(s, missing, " ");
    session_type(s, enough, "\r");
}

static void to_plan_in_japanese(void)
{
    to_plan(NULL, "どなたが来られましたか", "確認すること", "不足があります", "受付できます");
    session_expect(s, "次のことを行います");
}

static void enter_pin(void)
{
    session_type(s, "次のことを行います", "\r");
    session_expect(s, "ピンパッドで入力中です");
    session_press(s, "1234E");
}

static void is_renewed(void)
{
    struct case_file file;
    session_case(s, &file);
    assert_int_equal(file.state, CASE_DONE);
    assert_true(file.papers[1].old.length > 0);
    assert_true(file.papers[1].certificate.length > 0);
    for (unsigned i = 0; i < file.plan.step_count; i++) {
        assert_int_equal(file.steps[i].state, CASE_STEP_IS_DONE);
    }
}

static void from_the_notice_to_the_proven_certificate(void **state)
{
    (void)state;
    session_fresh(s, "renew");
    to_plan_in_japanese();
    session_screen(s, "次のことを行います", "renew-plan");
    enter_pin();
    session_expect(s, "完了しました");
    session_expect(s, "利用者証明用電子証明書は 2030年11月24日（日）まで有効です");
    session_type(s, "完了しました", "\r");
    session_expect(s, "カードをお返しください");
    session_expect(s, "まで有効です");
    is_renewed();
}

static void tell_authority(const char *words)
{
    char command[512];
    snprintf(command, sizeof command, "'%s/madoguchi-practice' --dir '%s' ca %s >/dev/null", getenv("BUILD"),
             session_path(s, "stand"), words);
    assert_int_equal(system(command), 0);
}

/* What a resident takes home says when to come again, with what, and until when. */
static void slip_is_printed(void)
{
    char command[512];
    terminal_type(s->clerk, "p");
    session_expect(s, "印刷できませんでした");
    snprintf(command, sizeof command, "pdftotext -layout '%s' - | tr -d ' \\n' | grep -q '%s'",
             session_path(s, "slip-1-000001.pdf"), "次のご来庁のご案内.*次のご来庁.*072-620-1621.*2026年12月24日（木）");
    assert_int_equal(system(command), 0);
}

/* The authority has issued, and nobody here knows: parked, taken up again, the same one given. */
static void an_answer_that_is_lost_parks_the_case(void **state)
{
    struct case_file file;
    (void)state;
    session_fresh(s, "renew");
    tell_authority("lose p10cr answer");
    to_plan_in_japanese();
    enter_pin();
    session_screen(s, "認証局につながりません", "renew-centre-lost");
    session_case(s, &file);
    assert_int_equal(file.state, CASE_UNSETTLED);
    assert_int_equal(file.steps[2].state, CASE_STEP_IS_DONE);
    assert_int_equal(file.steps[3].state, CASE_STEP_IS_UNKNOWN);
    session_type(s, "認証局につながりません", "p");
    session_screen(s, "中断しました", "renew-appointment");
    slip_is_printed();
    session_type(s, "中断しました", "\r");
    session_type(s, "カードあり", "c");
    session_type(s, "000001", "\r");
    session_type(s, "発行済みかは不明です", "\r");
    session_type(s, "暗証番号をもう一度", "\r");
    session_expect(s, "ピンパッドで入力中です");
    session_press(s, "1234E");
    session_type(s, "まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    is_renewed();
}

static void the_same_in_english(void **state)
{
    (void)state;
    session_fresh(s, "renew");
    to_plan("en", "Who", "Facts", "missing", "accept");
    session_screen(s, "Make a new key on the card", "renew-plan-en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(from_the_notice_to_the_proven_certificate, rest),
        cmocka_unit_test_teardown(an_answer_that_is_lost_parks_the_case, rest),
        cmocka_unit_test_teardown(the_same_in_english, rest),
    };

    return cmocka_run_group_tests(tests, hand_out_card, close_all);
}
