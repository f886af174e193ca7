/*
 * The practice session over a real SSH login: it starts, shows the desk, ends and leaves nothing behind but the
 * terminal as it was found; also where the line drops, at the desk and at the pad.
 */
#include "tests/lib/ssh.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
    char folder[64]; /* ssh/ tmp/ pattern before after */
    struct ssh ssh;
    struct terminal *terminal;
} t;

static void run(const char *format, const char *folder)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "cd '%s' && %s", folder, format);
    assert_int_equal(system(command), 0);
}

static int open_all(void **state)
{
    (void)state;
    char path[96];
    const char *place = getenv("TMPDIR");
    snprintf(t.folder, sizeof t.folder, "%s/p.XXXXXX", place != NULL && strlen(place) < 40 ? place : "/tmp");
    assert_non_null(mkdtemp(t.folder));
    /* The pattern comes from a file, so that whoever looks for it does not find itself. */
    run("mkdir -m 700 ssh tmp && echo \"$PWD/tmp/madoguchi.\" >pattern", t.folder);
    snprintf(path, sizeof path, "%s/ssh", t.folder);
    ssh_open(&t.ssh, path);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    ssh_close(&t.ssh);
    run("rm -rf \"$PWD\"", t.folder);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    terminal_end(&t.terminal);
    ssh_kill_server(&t.ssh);
    return 0;
}

static void log_in(int rows, int columns)
{
    char root[PATH_MAX], command[4 * PATH_MAX];
    assert_non_null(getcwd(root, sizeof root));
    snprintf(command, sizeof command,
             "cd '%s' && export BUILD='%s' TMPDIR='%s/tmp' && stty -g >'%s/before' && tui/practice; echo \"ended $?\"; "
             "stty -g >'%s/after'",
             root, getenv("BUILD"), t.folder, t.folder, t.folder);
    t.terminal = ssh_login(&t.ssh, command, rows, columns);
}

static void expect(const char *text)
{
    if (!terminal_wait_for(t.terminal, text)) {
        fprintf(stderr, "%s", terminal_screen(t.terminal));
        fail_msg("no \"%s\" on this screen", text);
    }
}

static void type(const char *text, const char *keys)
{
    expect(text);
    terminal_type(t.terminal, keys);
}

/* No file of the session's, and no process that names one. */
static void nothing_is_left(void)
{
    enum { TURN_MS = 100 };
    char command[PATH_MAX];
    snprintf(command, sizeof command,
             "cd '%s' && test -z \"$(ls -A tmp; grep -lsaF -f pattern /proc/[0-9]*/cmdline)\"", t.folder);
    int left = system(command);
    for (int i = 0; left != 0 && i < DEADLINE_SECONDS * 1000 / TURN_MS; i++) {
        poll(NULL, 0, TURN_MS);
        left = system(command);
    }
    if (left != 0) {
        run("ls -AR tmp; for p in $(grep -lsaF -f pattern /proc/[0-9]*/cmdline); do tr '\\0' ' ' <$p; echo; done", t.folder);
    }
    assert_int_equal(left, 0);
}

static void to_pad(void)
{
    type("カードあり", "2");
    type("どなたが来られましたか", "1");
    type("ロック（0回）", "\r");
    type("不足があります", " ");
    type("受付できます", "\r");
    type("次のことを行います", "\r");
    expect("ピンパッドで入力中です");
}

static void ends_and_leaves_the_terminal_as_found(int rows, int columns)
{
    int status;
    log_in(rows, columns);
    expect("練習");
    type("カードあり", "Q");
    expect("ended 0");
    assert_true(terminal_wait_end(t.terminal, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(terminal_alternate(t.terminal));
    run("cmp before after", t.folder);
    ssh_await_server(&t.ssh);
    nothing_is_left();
}

static void it_ends_with_the_clerks_program(void **state)
{
    (void)state;
    ends_and_leaves_the_terminal_as_found(24, 80);
}

static void also_where_all_three_are_side_by_side(void **state)
{
    (void)state;
    ends_and_leaves_the_terminal_as_found(40, 140);
}

static void the_line_drops_at_the_desk(void **state)
{
    (void)state;
    log_in(24, 80);
    expect("カードあり");
    terminal_end(&t.terminal);
    ssh_await_server(&t.ssh);
    nothing_is_left();
}

static void the_server_dies_at_the_pad(void **state)
{
    (void)state;
    log_in(24, 80);
    to_pad();
    ssh_kill_server(&t.ssh);
    nothing_is_left();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_ends_with_the_clerks_program, rest),
        cmocka_unit_test_teardown(also_where_all_three_are_side_by_side, rest),
        cmocka_unit_test_teardown(the_line_drops_at_the_desk, rest),
        cmocka_unit_test_teardown(the_server_dies_at_the_pad, rest),
    };
    return cmocka_run_group_tests_name("practice over SSH", tests, open_all, close_all);
}
