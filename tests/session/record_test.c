/*
 * The record refuses between intent and outcome, or from the start, on real pcscd and libccid: the screen says
 * so, nothing that the card has done is lost, and the case is settled when there is room again.
 */
#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#include <cmocka.h>

static struct session session, *s = &session;

/* What the disk refused is written again after seconds: the clock goes on. */
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

/* Files of the clerk's running program may grow no more, or again. */
static void may_write(bool yes)
{
    const struct rlimit limit = {.rlim_cur = yes ? RLIM_INFINITY : 1, .rlim_max = RLIM_INFINITY};
    assert_int_equal(prlimit(terminal_pid(s->clerk), RLIMIT_FSIZE, &limit, NULL), 0);
}

static void set_while_the_disk_is_full(void)
{
    session_fresh(s, "locked");
    session_to_pad(s, &running);
    may_write(false);
    session_press(s, "2468E2468E");
    session_says(s, "記録を置くディスクに空きがありません", "結果をまだ記録できていません", "ディスクの空き");
    assert_true(session_pin_is(s, "locked", "auth", "2468"));
    session_step_is(s, CASE_RUNNING, CASE_STEP_IS_INTENDED);
}

static void the_outcome_waits_for_room(void **state)
{
    (void)state;
    set_while_the_disk_is_full();
    may_write(true);
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

static void the_program_dies_before_there_is_room(void **state)
{
    (void)state;
    set_while_the_disk_is_full();
    session_kill_clerk(s);
    session_clerk(s, &running);
    session_type(s, "1 件あります", "c");
    session_type(s, "結果不明", "\r");
    session_expect(s, "いまの状態");
    session_card_is_back(s);
    session_type(s, "まだ分かりません", "\r");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

static void the_intent_finds_no_room(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_plan(s, &running);
    may_write(false);
    session_type(s, "次のことを行います", "\r");
    session_expect(s, "記録を置くディスクに空きがありません");
    int commands = session_commands(s);
    assert_true(terminal_wait_idle(s->clerk));
    assert_int_equal(session_commands(s), commands);
    assert_true(session_pin_is(s, "locked", "auth", "5678"));
    may_write(true);
    session_type(s, "次のことを行います", "\r");
    session_press(s, "2468E2468E");
    session_expect(s, "処理はカードで完了し");
}

static void a_record_on_a_disk_that_cannot_be_written(void **state)
{
    (void)state;
    char path[256];
    session_fresh(s, "locked");
    snprintf(path, sizeof path, "%s/disk/ledger.db", s->folder);
    session_clerk(s, &(struct session_setup){.ledger = path, .disk = "300k,ro"});
    session_says(s, "記録が読み取り専用になっています", "何も書き込まれていません", "システム担当");
    assert_int_equal(session_ended(s), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_outcome_waits_for_room, rest),
        cmocka_unit_test_teardown(the_program_dies_before_there_is_room, rest),
        cmocka_unit_test_teardown(the_intent_finds_no_room, rest),
        cmocka_unit_test_teardown(a_record_on_a_disk_that_cannot_be_written, rest),
    };
    return cmocka_run_group_tests_name("a record that refuses", tests, open_all, close_all);
}
