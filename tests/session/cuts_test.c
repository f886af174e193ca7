/*
 * Each kind of cut once on real pcscd and libccid, during a reset: what the screen then says is what is true on
 * the card and in the record, and the case can be finished.
 */
#include "tests/lib/session.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct session session, *s = &session;

/* What was lost is tried again after seconds: the clock goes on. */
static const struct session_setup running = {.clock = SESSION_CLOCK "+"};

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

/* The new PIN is typed, and the case ends as done. */
static void finish(const char *keys, const char *pin)
{
    session_press(s, keys);
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    assert_int_equal(session_tries(s, "auth"), 3);
    assert_true(session_pin_is(s, "locked", "auth", pin));
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

/* The screen's doubt is what the record has; the card, asked, has told that nothing was set. */
static void settle_as_not_done(void)
{
    session_step_is(s, CASE_UNSETTLED, CASE_STEP_IS_UNKNOWN);
    session_ask_card(s, "未完了");
    session_says(s, "未完了", "この処理はカードでは行われていません", "もう一度行うには Enter");
    assert_int_equal(session_tries(s, "auth"), 0);
    assert_true(session_pin_is(s, "locked", "auth", "5678"));
    session_step_is(s, CASE_PLANNED, CASE_STEP_IS_NOT_DONE);
}

static void settle_as_done(const char *pin)
{
    assert_int_equal(session_tries(s, "auth"), 3);
    assert_true(session_pin_is(s, "locked", "auth", pin));
    session_step_is(s, CASE_UNSETTLED, CASE_STEP_IS_UNKNOWN);
    session_ask_card(s, "処理はカードで完了し");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

/* --- the card ---------------------------------------------------------------------------------- */

static void start_with_fault(const char *fault)
{
    session_fresh(s, "locked");
    session_to_plan(s, &running);
    assert_true(terminal_wait_idle(s->clerk));
    session_stand(s, fault);
    terminal_type(s->clerk, "\r");
}

static void pulled_before_the_third_command(void **state)
{
    (void)state;
    start_with_fault("pull-at\t3");
    session_says(s, "カードが抜かれました", "まだ分かりません", "同じカードを入れ直して");
    session_insert(s, "locked");
    session_card_is_back(s);
    settle_as_not_done();
    session_type(s, "もう一度行うには Enter", "\r");
    finish("2468E2468E", "2468");
}

static void pulled_after_the_pin_was_set(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    /* The command that the pad completes is the next that the reader carries. */
    session_stand(s, "pull-after\t1");
    session_press(s, "2468E2468E");
    session_says(s, "カードが抜かれました", "まだ分かりません", "同じカードを入れ直して");
    session_insert(s, "locked");
    session_card_is_back(s);
    settle_as_done("2468");
}

static void the_reader_falls_silent(void **state)
{
    (void)state;
    start_with_fault("mute-at\t3");
    session_says(s, "カードが応答しません", "まだ分かりません", "自動的につなぎ直します");
    session_step_is(s, CASE_UNSETTLED, CASE_STEP_IS_UNKNOWN);
    session_stand(s, "unmute");
    session_card_is_back(s);
    settle_as_not_done();
}

static void another_card_is_put_in(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    session_stand(s, "remove");
    session_type(s, "リーダーに入れてください", "");
    session_insert(s, "adult");
    session_type(s, "別のカードです", "\r");
    /* Found to be another again, and not kept under power. */
    session_powered_off(s);
    assert_true(session_pin_is(s, "adult", "auth", "1234"));
    assert_int_equal(session_tries(s, "auth"), 3);
    session_stand(s, "remove");
    session_insert(s, "locked");
    session_card_is_back(s);
    settle_as_not_done();
}

/* --- the service and the programs ---------------------------------------------------------------- */

static void pcscd_stops_at_the_pad(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    session_stand(s, "stop-pcscd");
    session_says(s, "起きたこと", "いまの状態", "次にすること");
    session_step_is(s, CASE_UNSETTLED, CASE_STEP_IS_UNKNOWN);
    session_stand(s, "start-pcscd");
    session_card_is_back(s);
    settle_as_not_done();
    session_type(s, "もう一度行うには Enter", "\r");
    finish("2468E2468E", "2468");
}

static void pcscd_stops_at_the_desk(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, &running);
    session_expect(s, "カードあり");
    session_stand(s, "stop-pcscd");
    session_says(s, "（pcscd）が動いていません", "残り回数も減っていません", "自動的につながります");
    session_stand(s, "start-pcscd");
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "ロック（0回）");
}

static void the_card_process_is_killed(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    pid_t pid = session_card_process(s);
    assert_true(pid > 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    session_says(s, "カード処理プログラムが止まりました", "まだ分かりません", "終わるまでお待ちください");
    session_step_is(s, CASE_UNSETTLED, CASE_STEP_IS_UNKNOWN);
    /* The pad still asks: what is typed now reaches the card. */
    session_press(s, "2468E2468E");
    session_stand(s, "wait-idle\t60");
    session_card_is_back(s);
    settle_as_done("2468");
}

static void resume(const char *state)
{
    session_type(s, "1 件あります", "c");
    session_type(s, state, "\r");
    /* The card is being read as soon as the case is on the screen. */
    session_expect(s, "いまの状態");
}

static void the_clerks_program_is_killed(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    session_kill_clerk(s);
    session_stand(s, "cancel");
    session_clerk(s, &running);
    session_expect(s, "カードあり");
    resume("結果不明");
    session_card_is_back(s);
    settle_as_not_done();
    session_type(s, "もう一度行うには Enter", "\r");
    finish("2468E2468E", "2468");
}

/* The step goes on without its screen: the next start has its outcome. */
static void the_line_is_cut_during_a_step(void **state)
{
    (void)state;
    int status;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    terminal_hang_up(s->clerk);
    session_press(s, "2468E2468E");
    assert_true(terminal_wait_end(s->clerk, &status));
    assert_int_equal(session_tries(s, "auth"), 3);
    session_step_is(s, CASE_PARKED, CASE_STEP_IS_DONE);
    session_clerk(s, &running);
    session_expect(s, "カードあり");
    resume("中断中");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

static void an_earlier_step_still_at_the_pad(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    session_kill_clerk(s);
    session_clerk(s, &running);
    session_says(s, "前の処理がまだリーダーで続いています", "新しい処理は始めていません", "終わるまでお待ちください");
    session_press(s, "2468E2468E");
    session_expect(s, "カードあり");
    resume("結果不明");
    session_card_is_back(s);
    settle_as_done("2468");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(pulled_before_the_third_command, rest),
        cmocka_unit_test_teardown(pulled_after_the_pin_was_set, rest),
        cmocka_unit_test_teardown(the_reader_falls_silent, rest),
        cmocka_unit_test_teardown(another_card_is_put_in, rest),
        cmocka_unit_test_teardown(pcscd_stops_at_the_pad, rest),
        cmocka_unit_test_teardown(pcscd_stops_at_the_desk, rest),
        cmocka_unit_test_teardown(the_card_process_is_killed, rest),
        cmocka_unit_test_teardown(the_clerks_program_is_killed, rest),
        cmocka_unit_test_teardown(the_line_is_cut_during_a_step, rest),
        cmocka_unit_test_teardown(an_earlier_step_still_at_the_pad, rest),
    };
    return cmocka_run_group_tests_name("cuts on pcscd and libccid", tests, open_all, close_all);
}
