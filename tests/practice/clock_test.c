/* The stand's clock: how it is written, standing and running, and told to other processes. */
#include "cardops/practice/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { MACHINE = 1900000000, TEN = 1795482000 }; /* 2026-11-24T10:00 in Japan */

static void the_machines_own_where_none_is_given(void **state)
{
    (void)state;
    assert_int_equal(clock_at(&(struct clock){0}, MACHINE), MACHINE);
}

static void it_stands_still(void **state)
{
    struct clock clock;
    (void)state;
    assert_true(clock_parse("2026-11-24T10:00", MACHINE, &clock));
    assert_int_equal(clock_at(&clock, MACHINE), TEN);
    assert_int_equal(clock_at(&clock, MACHINE + 90), TEN);
    assert_true(clock_parse("2026-11-24T10:00:07", MACHINE, &clock));
    assert_int_equal(clock_at(&clock, MACHINE), TEN + 7);
}

static void with_a_plus_it_goes_on(void **state)
{
    struct clock clock;
    (void)state;
    assert_true(clock_parse("2026-11-24T10:00+", MACHINE, &clock));
    assert_int_equal(clock_at(&clock, MACHINE), TEN);
    assert_int_equal(clock_at(&clock, MACHINE + 90), TEN + 90);
    assert_true(clock_parse("2024-02-29T23:59:59+", MACHINE, &clock));
    assert_int_equal(clock_at(&clock, MACHINE + 1), 1709218800);
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const wrong[] = {"", "+", "yesterday", "2026-11-24", "2026-11-24T10", "2026-11-24T10:0",
        "2026-11-24 10:00", "2026-02-29T10:00", "2026-13-01T10:00", "2026-11-24T24:00", "2026-11-24T10:60",
        "2026-11-24T10:00:60", "2026-11-24T10:00:0", "2026-11-24T10:00++", "2026-11-24T10:00:00Z", "2026-1-24T010:00"};
    struct clock clock = {.base = 5};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (clock_parse(wrong[i], MACHINE, &clock)) {
            fail_msg("taken for a time: \"%s\"", wrong[i]);
        }
    }
    assert_int_equal(clock.base, 5);
}

static void another_process_reads_it(void **state)
{
    char folder[] = "/tmp/clock-test.XXXXXX";
    struct clock clock;
    (void)state;
    assert_non_null(mkdtemp(folder));
    clock = clock_kept(folder);
    assert_int_equal(clock_at(&clock, MACHINE), MACHINE);
    assert_true(clock_parse("2026-11-24T10:00+", MACHINE, &clock));
    assert_true(clock_keep(&clock, folder));
    clock = clock_kept(folder);
    assert_int_equal(clock_at(&clock, MACHINE + 3), TEN + 3);
    assert_true(clock_parse("2026-11-24T10:00", MACHINE, &clock));
    assert_true(clock_keep(&clock, folder));
    clock = clock_kept(folder);
    assert_int_equal(clock_at(&clock, MACHINE + 3), TEN);
    clock_forget(folder);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_machines_own_where_none_is_given),
        cmocka_unit_test(it_stands_still),
        cmocka_unit_test(with_a_plus_it_goes_on),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(another_process_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
