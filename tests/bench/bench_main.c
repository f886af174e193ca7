/*
 * The figures of this program, measured in one run on a practice stand of its own, as one table (bench.h). Nothing
 * here fails for being slow. With words, only the groups that they name.
 *
 * Needs $BUILD, the repository's root as working directory, and dialog, OpenSC and openssl to measure beside.
 */
#include "tests/bench/bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct session session, *s = &session;
static char **wanted;

static const struct {
    const char *word;
    void (*measure)(struct session *s);
} groups[] = {
    {"screens", bench_screens}, {"stand", bench_stand}, {"card", bench_card}, {"desk", bench_desk},
    {"enrol", bench_enrol},     {"windows", bench_windows}, {"rules", bench_rules},
};

static bool is_wanted(const char *word)
{
    bool named = *wanted == NULL;
    for (char **at = wanted; *at != NULL; at++) {
        named = named || strcmp(*at, word) == 0;
    }
    return named;
}

static void all_figures(void **state)
{
    (void)state;
    bench_heading();
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (is_wanted(groups[i].word)) {
            groups[i].measure(s);
        }
    }
}

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
    setenv("PCSCLITE_CSOCK_NAME", session_path(s, "stand/run/pcscd.comm"), 1);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest figures[] = {cmocka_unit_test(all_figures)};
    wanted = argv + (argc > 0);
    return cmocka_run_group_tests_name("bench", figures, open_all, close_all);
}
