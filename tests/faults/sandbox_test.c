/*
 * The card process gives up its rights or does not go on: every call of that fails once, in turn, in
 * a child, and nothing that comes after it is reached.
 */
#include "cardops/sandbox.h"
#include "tests/faults/faults.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KEPT = 3, REFUSED = 3, CONFINED = 0, CALLS_MAX = 200 };

static struct faults_page *page;

/* In a child: as madoguchi-card does (card_main.c). */
static int give_up_rights(void)
{
    faults_resume();
    if (!sandbox_begin(KEPT))
        return REFUSED;
    sandbox_confine(NULL, 0);
    return CONFINED;
}

/* The exit status, REFUSED or CONFINED. */
static int end_of_child(void)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        dup2(STDERR_FILENO, KEPT);
        _exit(give_up_rights());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static size_t kind_of(const char *name)
{
    for (size_t kind = 0; kind < faults_kinds; kind++)
        if (strcmp(faults_name(kind), name) == 0)
            return kind;
    fail_msg("no row %s", name);
    return 0;
}

static void test_no_right_is_kept_by_a_fault(void **state)
{
    static const struct {
        const char *name;
        unsigned least;
    } calls[] = {{"prctl", 1},        {"setrlimit", 1},         {"close_range", 1},
                 {"seccomp_init", 1}, {"seccomp_rule_add", 50}, {"seccomp_load", 1}};

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        unsigned nth = 1;

        for (; nth < CALLS_MAX; nth++) {
            int end;

            page->fired = false;
            faults_order(kind_of(calls[i].name), 0, FAULTS_DESK, nth);
            end = end_of_child();
            if (!page->fired) {
                assert_int_equal(end, CONFINED);
                break;
            }
            assert_int_equal(end, REFUSED);
        }
        printf("# %s failed %u times\n", calls[i].name, nth - 1);
        assert_true(nth > calls[i].least && nth < CALLS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_right_is_kept_by_a_fault),
    };
    char path[] = "/tmp/sandbox-faults-XXXXXX";
    int fd = mkstemp(path), failed = 1;

    page = fd >= 0 ? faults_share(path) : NULL;
    if (page)
        failed = cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
    unlink(path);
    return failed;
}
