#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/wire/bytes.h"
#include "tests/lib/memory_scan.h"

#include <string.h>
#include <unistd.h>

static const char secret[] = "ABC123XYZ789";

static void growth_keeps_the_content(void **state)
{
    (void)state;
    struct bytes b = {0};
    for (unsigned i = 0; i < 1000; i++)
        assert_true(bytes_append_byte(&b, (uint8_t)(i & 0xFF)));
    assert_int_equal(b.length, 1000);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(b.at[i], i & 0xFF);
    bytes_free(&b);
    assert_null(b.at);
    bytes_free(&b);
}

static void truncation_wipes_what_lies_behind(void **state)
{
    (void)state;
    struct bytes b = {0};
    assert_true(bytes_set(&b, secret, sizeof secret));
    const uint8_t *storage = b.at;
    bytes_truncate(&b, 1);
    for (size_t i = 1; i < sizeof secret; i++)
        assert_int_equal(storage[i], 0);
    bytes_truncate(&b, 100);
    assert_int_equal(b.length, 1);
    bytes_free(&b);
}

static void a_shorter_content_wipes_the_rest_of_the_longer(void **state)
{
    (void)state;
    struct bytes b = {0};
    assert_true(bytes_set(&b, secret, sizeof secret));
    assert_true(bytes_set(&b, "xy", 2));
    for (size_t i = 2; i < sizeof secret; i++)
        assert_int_equal(b.at[i], 0);
    bytes_free(&b);
}

/* The secret exists in memory only as its complement until it is put into the buffer. */
static void make_secret(uint8_t *out, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t) ~(0x91 + i * 7);
}

static void nothing_is_left_of_a_secret(bool locked)
{
    uint8_t needle[12];
    struct bytes b = {0};
    make_secret(needle, sizeof needle);
    if (locked)
        assert_true(bytes_locked(&b, 4096));
    int own = memory_scan(getpid(), needle, sizeof needle);
    assert_true(bytes_set(&b, needle, sizeof needle));
    assert_int_equal(memory_scan(getpid(), needle, sizeof needle), own + 1);
    for (unsigned i = 0; i < 2000; i++)
        assert_true(bytes_append_byte(&b, 0x55));
    assert_int_equal(memory_scan(getpid(), needle, sizeof needle), own + 1);
    bytes_free(&b);
    assert_int_equal(memory_scan(getpid(), needle, sizeof needle), own);
}

static void heap_leaves_nothing(void **state)
{
    (void)state;
    nothing_is_left_of_a_secret(false);
}

static void locked_pages_leave_nothing(void **state)
{
    (void)state;
    nothing_is_left_of_a_secret(true);
}

static void a_locked_buffer_does_not_grow(void **state)
{
    (void)state;
    struct bytes b = {0};
    assert_true(bytes_locked(&b, 8));
    assert_true(bytes_append(&b, "12345678", 8));
    assert_false(bytes_append_byte(&b, '9'));
    assert_int_equal(b.length, 8);
    assert_false(bytes_locked(&b, 8));
    bytes_free(&b);
}

static void limits_hold(void **state)
{
    (void)state;
    struct bytes b = {0};
    static uint8_t block[BYTES_MAX];
    assert_true(bytes_append(&b, block, sizeof block));
    assert_false(bytes_append_byte(&b, 0));
    assert_false(bytes_append(&b, block, SIZE_MAX));
    assert_false(bytes_locked(&b, 0));
    assert_int_equal(b.length, BYTES_MAX);
    bytes_free(&b);
}

static void equality(void **state)
{
    (void)state;
    struct bytes a = {0}, b = {0};
    assert_true(bytes_equal(&a, &b));
    assert_true(bytes_set(&a, "1234", 4));
    assert_false(bytes_equal(&a, &b));
    assert_true(bytes_set(&b, "1235", 4));
    assert_false(bytes_equal(&a, &b));
    assert_true(bytes_set(&b, "1234", 4));
    assert_true(bytes_equal(&a, &b));
    bytes_free(&a);
    bytes_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_keeps_the_content),
        cmocka_unit_test(truncation_wipes_what_lies_behind),
        cmocka_unit_test(a_shorter_content_wipes_the_rest_of_the_longer),
        cmocka_unit_test(heap_leaves_nothing),
        cmocka_unit_test(locked_pages_leave_nothing),
        cmocka_unit_test(a_locked_buffer_does_not_grow),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(equality),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
