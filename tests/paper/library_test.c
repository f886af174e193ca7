/* Libraries that are loaded when they are needed: all that is used of one, or nothing. */
#include "forms/library.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define CALLS(CALL) CALL(floor) CALL(ceil)
static struct {
    CALLS(LIBRARY_SLOT)
} loaded;

static void what_is_there_can_be_called(void **state)
{
    static const char *const names[] = {CALLS(LIBRARY_NAME)};

    (void)state;
    assert_true(library_load("libm.so.6", names, 2, &loaded));
    assert_true(loaded.floor(1.5) == 1 && loaded.ceil(1.5) == 2);
}

static void a_library_that_is_not_there_is_told(void **state)
{
    static const char *const names[] = {"floor"};

    (void)state;
    assert_false(library_load("libnot-there.so.1", names, 1, &loaded));
}

static void a_name_that_is_not_there_is_told(void **state)
{
    static const char *const names[] = {"floor", "no_such_call"};

    (void)state;
    assert_false(library_load("libm.so.6", names, 2, &loaded));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_can_be_called),
        cmocka_unit_test(a_library_that_is_not_there_is_told),
        cmocka_unit_test(a_name_that_is_not_there_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
