/*
 * A program that holds or has held a PIN leaves no core behind when it is killed in the middle of an entry, whatever
 * limit its parent gives it, and no other process of the same user can look into it. A program without that
 * protection leaves one here and can be looked into: where the machine makes no cores at all (core_pattern), the
 * second alone shows that the test can fail.
 *
 * Runs without the right to trace (CAP_SYS_PTRACE), which would make every process readable.
 */
#include "tests/lib/deadline.h"
#include "tests/lib/session.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/capability.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const int signals[] = {
    SIGABRT, SIGQUIT,
#ifndef __SANITIZE_ADDRESS__
    SIGSEGV, /* AddressSanitizer has a handler of its own for it */
#endif
};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct session session, *s = &session;

static int open_all(void **state)
{
    struct rlimit limit;
    (void)state;
    if (getrlimit(RLIMIT_CORE, &limit) != 0) {
        return -1;
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_CORE, &limit) != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        return -1;
    }
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

/* --- what is seen -------------------------------------------------------------------------------- */

/* As core_pattern names them in the folder where a process was: "core", "core.PID". */
static int cores_in(const char *folder)
{
    static const char *const names[] = {"core", "core.*"};
    int count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char pattern[512];
        glob_t found;
        snprintf(pattern, sizeof pattern, "%s/%s", folder, names[i]);
        count += glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
        globfree(&found);
    }
    return count;
}

static bool can_be_looked_into(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static void ended_without_core(int status, int signal_sent)
{
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal_sent);
    assert_false(WCOREDUMP(status));
    assert_int_equal(cores_in("."), 0);
    assert_int_equal(cores_in(s->folder), 0);
}

/* --- the control --------------------------------------------------------------------------------- */

static void an_unprotected_program_leaves_one(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        while (chdir(s->folder) == 0) {
            pause();
        }
        _exit(1);
    }
    assert_true(can_be_looked_into(pid));
    char cwd[64] = "", path[64];
    snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid);
    for (int i = 0; strcmp(cwd, s->folder) != 0 && i < 100 * DEADLINE_SECONDS; i++) {
        ssize_t length = readlink(path, cwd, sizeof cwd - 1);
        cwd[length > 0 ? length : 0] = '\0';
        poll(NULL, 0, 10);
    }
    kill(pid, SIGABRT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WTERMSIG(status), SIGABRT);
    char command[256];
    printf("# an unprotected program leaves %s\n", WCOREDUMP(status) ? "a core" : "no core on this machine either");
    snprintf(command, sizeof command, "rm -f %s/core*", s->folder);
    assert_int_equal(system(command), 0);
}

/* --- the card process at the pad ------------------------------------------------------------------ */

static void the_card_process_at_the_pad(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNALS; i++) {
        int status = 0;
        session_fresh(s, "locked");
        session_to_pad(s, NULL);
        session_stand(s, "press\t12");
        pid_t card = session_card_process(s);
        assert_true(card > 0);
        assert_false(can_be_looked_into(card));
        /* It outlives its parent while it is at the pad, and is this program's to wait for. */
        session_kill_clerk(s);
        kill(card, signals[i]);
        assert_int_equal(waitpid(card, &status, 0), card);
        ended_without_core(status, signals[i]);
        session_rest(s);
    }
}

/* --- the resident's terminal, typing --------------------------------------------------------------- */

static void the_residents_terminal_while_it_is_typed_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNALS; i++) {
        int status;
        session_fresh(s, "locked");
        session_clerk(s, NULL);
        session_expect(s, "カードあり");
        session_resident(s);
        session_expect(s, "接続中");
        session_type(s, "カードあり", "2");
        session_type(s, "どなたが来られましたか", "1");
        session_type(s, "ロック（0回）", "\033[H ");
        session_type(s, "> [x] 署名用", "\r");
        session_type(s, "不足があります", " ");
        session_type(s, "受付できます", "\r");
        session_type(s, "次のことを行います", "\r");
        assert_true(terminal_wait_for(s->resident, "新しい暗証番号"));
        terminal_type(s->resident, "Q7ZX4W9KJ2VB");
        session_expect(s, "文字の条件を満たしています");
        assert_false(can_be_looked_into(terminal_pid(s->resident)));
        kill(terminal_pid(s->resident), signals[i]);
        assert_true(terminal_wait_end(s->resident, &status));
        ended_without_core(status, signals[i]);
        session_expect(s, "住民用端末との接続が切れました");
        session_rest(s);
    }
}

int main(int argc, char *argv[])
{
    if (geteuid() == 0 && argc == 1) {
        prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0);
        execl("/proc/self/exe", argv[0], "again", (char *)NULL);
        perror("exec");
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_unprotected_program_leaves_one, rest),
        cmocka_unit_test_teardown(the_card_process_at_the_pad, rest),
        cmocka_unit_test_teardown(the_residents_terminal_while_it_is_typed_on, rest),
    };
    return cmocka_run_group_tests_name("cores", tests, open_all, close_all);
}
