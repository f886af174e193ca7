/*
 * One resident's PIN reset on real pcscd and libccid, from the first key to the slip: every screen whole, every
 * ending at the pad, and after each the card and the record asked.
 */
#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct session session, *s = &session;

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
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

static void to_pad(void)
{
    session_fresh(s, "locked");
    session_to_pad(s, NULL);
}

/* What the card and the record say: nothing has happened. */
static void nothing_is_done(void)
{
    assert_int_equal(session_tries(s, "auth"), 0);
    assert_true(session_pin_is(s, "locked", "auth", "5678"));
    session_step_is(s, CASE_PLANNED, CASE_STEP_IS_NOT_DONE);
}

static void pin_is_set(const char *pin)
{
    assert_int_equal(session_tries(s, "auth"), 3);
    assert_true(session_pin_is(s, "locked", "auth", pin));
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

/* --- success ----------------------------------------------------------------------------------- */

static void from_the_desk_to_the_slip(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_screen(s, "カードあり", "desk");
    terminal_type(s->clerk, "2");
    session_screen(s, "どなたが来られましたか", "presenter");
    terminal_type(s->clerk, "1");
    session_screen(s, "ロック（0回）", "card");
    terminal_type(s->clerk, "\r");
    session_screen(s, "不足があります", "documents-missing");
    terminal_type(s->clerk, " ");
    session_screen(s, "受付できます", "documents-enough");
    terminal_type(s->clerk, "\r");
    session_screen(s, "次のことを行います", "plan");
    session_type(s, "次のことを行います", "\r");
    session_screen(s, "ピンパッドで入力中です", "at-pad");
    session_press(s, "2468E");
    session_press(s, "2468E");
    session_screen(s, "処理はカードで完了し", "done");
    session_type(s, "処理はカードで完了し", "\r");
    session_screen(s, "カードをお返しください", "slip");
    pin_is_set("2468");
    session_powered_off(s);
    session_stand(s, "remove");
    terminal_type(s->clerk, "\r");
    session_type(s, "カードなし", "Q");
    assert_int_equal(session_ended(s), 0);
}

/* Eight are allowed; menus and ticks take them ahead, the plan wants its own. */
static void six_keys_from_the_desk_to_the_pad(void **state)
{
    (void)state;
    static const char keys[] = "21\r \r";
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_type(s, "カードあり", keys);
    session_type(s, "次のことを行います", "\r");
    session_wait_prompt(s);
    assert_true(sizeof keys <= 8);
    session_stand(s, "cancel");
    session_expect(s, "ピンパッドで取り消されました");
}

/* --- at the pad -------------------------------------------------------------------------------- */

static void cancelled_at_the_pad(void **state)
{
    (void)state;
    to_pad();
    session_stand(s, "cancel");
    session_screen(s, "ピンパッドで取り消されました", "cancelled");
    nothing_is_done();
    session_type(s, "もう一度行うには Enter", "\r");
    session_press(s, "1357E1357E");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "カードをお返しください");
    pin_is_set("1357");
}

static void left_alone_at_the_pad(void **state)
{
    (void)state;
    to_pad();
    session_stand(s, "timeout");
    session_screen(s, "時間内に入力されませんでした", "timeout");
    nothing_is_done();
}

static void two_entries_that_differ(void **state)
{
    (void)state;
    to_pad();
    session_stand(s, "press\t2468E2469E");
    session_screen(s, "2回の入力が一致しませんでした", "differ");
    nothing_is_done();
}

static void the_pads_own_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *command, *sentence;
    } rows[] = {{"refuse\t6403", "入力の桁数が違います"}, {"refuse\t6404", "ピンパッドがこの処理を拒みました"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        to_pad();
        session_stand(s, rows[i].command);
        session_says(s, rows[i].sentence, "カードには何も書き込まれていません", i == 0 ? "Enter" : "住民用端末");
        nothing_is_done();
    }
}

/* --- the card is pulled ------------------------------------------------------------------------- */

static void pulled_before_the_step(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_plan(s, NULL);
    session_stand(s, "remove");
    session_type(s, "リーダーに入れてください", "\r");
    session_screen(s, "カードがリーダーにありません", "pulled-before");
    assert_true(session_pin_is(s, "locked", "auth", "5678"));
    session_step_is(s, CASE_JUDGED, CASE_STEP_IS_OPEN);
    session_insert(s, "locked");
    session_card_is_back(s);
    session_type(s, "次のことを行います", "\r");
    session_press(s, "2468E2468E");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "カードをお返しください");
    pin_is_set("2468");
}

static void pulled_at_the_pad(void **state)
{
    (void)state;
    to_pad();
    session_stand(s, "press\t24");
    session_stand(s, "remove");
    session_screen(s, "カードが抜かれました", "pulled-at-pad");
    assert_true(session_pin_is(s, "locked", "auth", "5678"));
    session_insert(s, "locked");
    session_card_is_back(s);
    session_ask_card(s, "もう一度行うには Enter");
    session_type(s, "もう一度行うには Enter", "\r");
    session_press(s, "2468E2468E");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "カードをお返しください");
    pin_is_set("2468");
}

static void pulled_after_the_step(void **state)
{
    (void)state;
    to_pad();
    session_press(s, "2468E2468E");
    session_expect(s, "処理はカードで完了し");
    session_stand(s, "remove");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_insert(s, "locked");
    pin_is_set("2468");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(from_the_desk_to_the_slip, rest),
        cmocka_unit_test_teardown(six_keys_from_the_desk_to_the_pad, rest),
        cmocka_unit_test_teardown(cancelled_at_the_pad, rest),
        cmocka_unit_test_teardown(left_alone_at_the_pad, rest),
        cmocka_unit_test_teardown(two_entries_that_differ, rest),
        cmocka_unit_test_teardown(the_pads_own_refusals, rest),
        cmocka_unit_test_teardown(pulled_before_the_step, rest),
        cmocka_unit_test_teardown(pulled_at_the_pad, rest),
        cmocka_unit_test_teardown(pulled_after_the_step, rest),
    };
    return cmocka_run_group_tests_name("reset on pcscd and libccid", tests, open_all, close_all);
}
