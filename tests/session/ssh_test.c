/*
 * The clerk's program over a real SSH login on real pcscd and libccid: a line that drops while a card step is at
 * the pad ends as any cut does, and the next login shows it and takes it up.
 */
#include "tests/lib/session.h"
#include "tests/lib/ssh.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct session session, *s = &session;
static struct ssh ssh;

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
    assert_int_equal(mkdir(session_path(s, "ssh"), 0700), 0);
    ssh_open(&ssh, session_path(s, "ssh"));
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    ssh_close(&ssh);
    session_close(s);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    session_rest(s);
    ssh_kill_server(&ssh);
    return 0;
}

/* --- the login --------------------------------------------------------------------------------- */

/* The clerk logs in and starts the program; its number is in the file clerk.pid. */
static void log_in(void)
{
    char root[PATH_MAX], command[4 * PATH_MAX];
    assert_non_null(getcwd(root, sizeof root));
    session_ini(s, &(struct session_setup){.city = NULL});
    snprintf(command, sizeof command,
             "cd '%s' && echo $$ >'%s/clerk.pid' && LC_ALL=C.UTF-8 PCSCLITE_CSOCK_NAME='%s/stand/run/pcscd.comm' "
             "exec '%s/madoguchi' --config '%s/madoguchi.ini' --clock " SESSION_CLOCK "+",
             root, s->folder, s->folder, getenv("BUILD"), s->folder);
    s->clerk = ssh_login(&ssh, command, 24, 80);
    session_expect(s, "カードあり");
}

static pid_t program(void)
{
    long pid = 0;
    FILE *file = fopen(session_path(s, "clerk.pid"), "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &pid), 1);
    fclose(file);
    return (pid_t)pid;
}

/* A process that has ended has no program any more, also where nobody has asked for its end yet. */
static bool runs(pid_t pid)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%ld/exe", (long)pid);
    return readlink(link, path, sizeof path) > 0;
}

static void await_end(pid_t pid)
{
    enum { TURN_MS = 20 };
    for (int i = 0; runs(pid) && i < DEADLINE_SECONDS * 1000 / TURN_MS; i++) {
        poll(NULL, 0, TURN_MS);
    }
    assert_false(runs(pid));
}

/* --- from the desk to the pad, and back -------------------------------------------------------- */

static void reset_to_pad(void)
{
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "ロック（0回）", "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_expect(s, "ピンパッドで入力中です");
    session_wait_prompt(s);
}

static void resume(const char *state)
{
    session_type(s, "1 件あります", "c");
    session_type(s, state, "\r");
    session_expect(s, "いまの状態");
}

static void finish(void)
{
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

static void leave(void)
{
    pid_t pid = program();
    session_type(s, "Enter 終わる", "\r");
    session_type(s, "F10/Q", "Q");
    assert_int_equal(session_ended(s), 0);
    await_end(pid);
    ssh_await_server(&ssh);
    assert_false(terminal_alternate(s->clerk));
    terminal_end(&s->clerk);
}

/* --- tests ------------------------------------------------------------------------------------- */

static void the_line_drops(void)
{
    terminal_end(&s->clerk);
    ssh_await_server(&ssh);
}

static void the_server_dies(void)
{
    ssh_kill_server(&ssh);
    terminal_end(&s->clerk);
}

/* What the resident types after the drop reaches the card; it is on record, and the next login closes the case. */
static void a_step_goes_on_without_its_line(void (*drop)(void))
{
    session_fresh(s, "locked");
    log_in();
    reset_to_pad();
    pid_t pid = program();
    drop();
    session_press(s, "2468E2468E");
    await_end(pid);
    assert_int_equal(session_tries(s, "auth"), 3);
    assert_true(session_pin_is(s, "locked", "auth", "2468"));
    session_step_is(s, CASE_PARKED, CASE_STEP_IS_DONE);
    log_in();
    resume("中断中");
    finish();
    leave();
}

static void the_clients_line_drops_at_the_pad(void **state)
{
    (void)state;
    a_step_goes_on_without_its_line(the_line_drops);
}

static void the_server_dies_at_the_pad(void **state)
{
    (void)state;
    a_step_goes_on_without_its_line(the_server_dies);
}

/* Nothing was typed: nothing is set, and the next login does the step. */
static void the_line_drops_and_the_resident_cancels(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    log_in();
    reset_to_pad();
    pid_t pid = program();
    the_line_drops();
    session_stand(s, "cancel");
    await_end(pid);
    assert_int_equal(session_tries(s, "auth"), 0);
    assert_true(session_pin_is(s, "locked", "auth", "5678"));
    session_step_is(s, CASE_PARKED, CASE_STEP_IS_NOT_DONE);
    log_in();
    resume("中断中");
    session_type(s, "もう一度行うには Enter", "\r");
    session_press(s, "1357E1357E");
    finish();
    assert_true(session_pin_is(s, "locked", "auth", "1357"));
    leave();
}

/* The change has reached the card, its answer nobody: unknown, until the card or the resident has told. */
static void the_line_drops_and_the_card_is_pulled(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    log_in();
    reset_to_pad();
    pid_t pid = program();
    the_line_drops();
    session_stand(s, "pull-after\t1");
    session_press(s, "2468E2468E");
    await_end(pid);
    session_step_is(s, CASE_PARKED, CASE_STEP_IS_UNKNOWN);
    session_insert(s, "locked");
    log_in();
    resume("中断中");
    session_type(s, "まだ分かりません", "\r");
    finish();
    assert_true(session_pin_is(s, "locked", "auth", "2468"));
    leave();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_clients_line_drops_at_the_pad, rest),
        cmocka_unit_test_teardown(the_server_dies_at_the_pad, rest),
        cmocka_unit_test_teardown(the_line_drops_and_the_resident_cancels, rest),
        cmocka_unit_test_teardown(the_line_drops_and_the_card_is_pulled, rest),
    };
    return cmocka_run_group_tests_name("the clerk over SSH", tests, open_all, close_all);
}
