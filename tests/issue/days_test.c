/* How long the practice CA's certificates are valid: the table of procedures.md section 5.2, and its edges. */
#include "cardops/practice/ca.h"
#include "cardops/practice/ca_days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const uint32_t never = 20991231;

static void last_day_follows_the_table(void **state)
{
    (void)state;
    const struct {
        uint32_t birth, issued, old_end, card, cap, last;
    } rows[] = {
        { 19801120, 20181201, 0, never, 0, 20231120 },
        { 19801120, 20181119, 0, never, 0, 20221120 },        /* the day before the birthday */
        { 19801120, 20181120, 0, never, 0, 20231120 },        /* the birthday itself does not count */
        { 19801120, 20230821, 20231120, never, 0, 20281120 }, /* first day of renewal */
        { 19801120, 20230820, 20231120, never, 0, 20271120 }, /* the day before it */
        { 19801120, 20231119, 20231120, never, 0, 20281120 },
        { 19801120, 20231121, 0, never, 0, 20281120 },        /* new, after the end */
        { 19801120, 20230901, 0, never, 20231120, 20231120 }, /* signature: the other one ends first */
        { 19801120, 20230901, 20231120, 20261120, 0, 20261120 },
        { 20000229, 20210301, 0, never, 0, 20260228 },        /* born on 29 February */
        { 20000229, 20230301, 0, never, 0, 20280229 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(ca_last_day(rows[i].birth, rows[i].issued, rows[i].old_end, rows[i].card, rows[i].cap),
                         rows[i].last);
}

/* First days of renewal, procedures.md section 5.1: one more year from that day on, not before it. */
static void renewal_opens_on_its_day(void **state)
{
    (void)state;
    const struct {
        uint32_t end, first, before;
    } rows[] = {
        { 20231120, 20230821, 20230820 }, { 20230707, 20230408, 20230407 }, { 20230528, 20230301, 20230228 },
        { 20240528, 20240229, 20240228 }, { 20240531, 20240301, 20240229 }, { 20250531, 20250301, 20250228 },
        { 20241130, 20240831, 20240830 }, { 20241231, 20241001, 20240930 }, { 20260331, 20260101, 20251231 },
        { 20280229, 20271130, 20271129 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t birth = rows[i].end - 400000;
        uint32_t early = ca_last_day(birth, rows[i].before, rows[i].end, never, 0);
        uint32_t open = ca_last_day(birth, rows[i].first, rows[i].end, never, 0);
        assert_int_equal(early / 10000, rows[i].end / 10000 + 4);
        assert_int_equal(open / 10000, rows[i].end / 10000 + 5);
    }
}

static void a_day_ends_at_midnight_in_japan(void **state)
{
    (void)state;
    assert_int_equal(ca_day_end(20251019), 1760885999); /* 2025-10-19T14:59:59Z */
    assert_int_equal(ca_day_at(1760885999), 20251019);
    assert_int_equal(ca_day_at(1760886000), 20251020);
}

static void age_rises_on_the_birthday(void **state)
{
    (void)state;
    assert_int_equal(ca_age(20110402, 20260401), 14);
    assert_int_equal(ca_age(20110402, 20260402), 15);
    assert_int_equal(ca_age(20120229, 20270228), 15);
    assert_int_equal(ca_age(20120229, 20270227), 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_day_follows_the_table),
        cmocka_unit_test(renewal_opens_on_its_day),
        cmocka_unit_test(a_day_ends_at_midnight_in_japan),
        cmocka_unit_test(age_rises_on_the_birthday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
