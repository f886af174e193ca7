#include "forms/rules/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct date day_of(const char *text)
{
    struct date date = {0};

    if (text[0] != '\0')
        assert_int_equal(date_parse(text, &date), DATE_OK);
    return date;
}

static const struct {
    const char *text;
    enum date_fault fault;
} parse_rows[] = {
    {"1868-01-01", DATE_OK},
    {"2200-12-31", DATE_OK},
    {"2024-02-29", DATE_OK},
    {"2000-02-29", DATE_OK},
    {"1867-12-31", DATE_OUT_OF_RANGE},
    {"2201-01-01", DATE_OUT_OF_RANGE},
    {"2023-02-29", DATE_NO_SUCH_DAY},
    {"1900-02-29", DATE_NO_SUCH_DAY},
    {"2024-04-31", DATE_NO_SUCH_DAY},
    {"2024-04-00", DATE_NO_SUCH_DAY},
    {"2024-00-01", DATE_NO_SUCH_MONTH},
    {"2024-13-01", DATE_NO_SUCH_MONTH},
    {"", DATE_EMPTY},
    {"2024-4-1", DATE_NOT_A_DATE},
    {"2024/04/01", DATE_NOT_A_DATE},
    {" 2024-04-01", DATE_NOT_A_DATE},
    {"2024-04-01 ", DATE_NOT_A_DATE},
    {"2024-04-01T09:00", DATE_NOT_A_DATE},
    {"20240401", DATE_NOT_A_DATE},
    {"-024-04-01", DATE_NOT_A_DATE},
    {"2024", DATE_NOT_A_DATE},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(parse_rows); i++) {
        struct date date = {7, 7, 7};
        char back[DATE_TEXT_SIZE];
        enum date_fault fault = date_parse(parse_rows[i].text, &date);

        if (fault != parse_rows[i].fault)
            fail_msg("%s: %d", parse_rows[i].text, (int)fault);
        if (fault == DATE_OK)
            assert_string_equal(date_format(date, back), parse_rows[i].text);
        else
            assert_int_equal(date.year, 7);
    }
}

static const struct {
    const char *text;
    enum date_fault fault;
    int minute;
} moment_rows[] = {
    {"2024-04-01", DATE_OK, MOMENT_NO_TIME},
    {"2024-04-01T00:00", DATE_OK, 0},
    {"2024-04-01T23:59", DATE_OK, 1439},
    {"2024-04-01T24:00", DATE_NO_SUCH_TIME, 0},
    {"2024-04-01T09:60", DATE_NO_SUCH_TIME, 0},
    {"2024-02-30T09:00", DATE_NO_SUCH_DAY, 0},
    {"2024-04-01T9:00", DATE_NOT_A_DATE, 0},
    {"2024-04-01 09:00", DATE_NOT_A_DATE, 0},
    {"2024-04-01T09:00:00", DATE_NOT_A_DATE, 0},
};

static void test_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(moment_rows); i++) {
        struct moment moment = {.minute = 7};
        char back[MOMENT_TEXT_SIZE];

        assert_int_equal(moment_parse(moment_rows[i].text, &moment), moment_rows[i].fault);
        if (moment_rows[i].fault != DATE_OK)
            continue;
        assert_int_equal(moment.minute, moment_rows[i].minute);
        assert_string_equal(moment_format(moment, back), moment_rows[i].text);
    }
}

static void test_no_date_formats_as_nothing(void **state)
{
    char text[DATE_TEXT_SIZE];
    char moment[MOMENT_TEXT_SIZE];

    (void)state;
    assert_string_equal(date_format((struct date){0}, text), "");
    assert_string_equal(moment_format((struct moment){.minute = MOMENT_NO_TIME}, moment), "");
    assert_false(date_valid((struct date){0}));
    assert_false(moment_valid((struct moment){{2024, 1, 1}, 1440}));
}

static const struct {
    const char *text;
    int minute;
} time_rows[] = {
    {"00:00", 0},  {"08:45", 525}, {"23:59", 1439}, {"24:00", 1440}, {"24:01", -1},
    {"25:00", -1}, {"8:45", -1},   {"08:60", -1},   {"0845", -1},    {"", -1},
};

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(time_rows); i++)
        assert_int_equal(time_parse(time_rows[i].text), time_rows[i].minute);
}

static void test_every_day_counts_on_by_one(void **state)
{
    struct date date = {DATE_FIRST_YEAR, 1, 1};
    int days = date_to_days(date);
    enum weekday weekday = date_weekday(date);

    (void)state;
    for (; date_valid(date); days++) {
        struct date next = {date.year, date.month, date.day + 1};

        if (next.day > date_days_in_month(next.year, next.month))
            next = (struct date){next.year, next.month + 1, 1};
        if (next.month > 12)
            next = (struct date){next.year + 1, 1, 1};
        assert_int_equal(date_to_days(date), days);
        assert_int_equal(date_compare(date_from_days(days), date), 0);
        assert_int_equal(date_weekday(date), weekday);
        assert_true(date_compare(date, next) < 0);
        assert_true(date_compare(next, date) > 0);
        weekday = (enum weekday)((weekday + 1) % WEEKDAYS);
        date = next;
    }
    assert_int_equal(days - date_to_days((struct date){DATE_FIRST_YEAR, 1, 1}), 121626);
}

static const struct {
    const char *date;
    enum weekday weekday;
} weekday_rows[] = {
    {"1868-10-23", FRIDAY}, {"1926-12-25", SATURDAY}, {"1970-01-01", THURSDAY},
    {"1989-01-08", SUNDAY}, {"2019-05-01", WEDNESDAY}, {"2023-08-21", MONDAY},
    {"2024-02-29", THURSDAY}, {"2026-11-22", SUNDAY},
};

static void test_weekdays(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(weekday_rows); i++)
        assert_int_equal(date_weekday(day_of(weekday_rows[i].date)), weekday_rows[i].weekday);
}

static const struct {
    const char *date;
    int months;
    const char *sum;
} month_rows[] = {
    {"2024-05-31", -3, "2024-02-29"}, {"2023-05-31", -3, "2023-02-28"},
    {"2023-05-28", -3, "2023-02-28"}, {"2024-12-31", -3, "2024-09-30"},
    {"2024-01-31", 1, "2024-02-29"},  {"2024-01-15", -1, "2023-12-15"},
    {"2024-12-15", 1, "2025-01-15"},  {"2024-02-29", 12, "2025-02-28"},
    {"2024-02-29", -12, "2023-02-28"}, {"2024-02-29", 48, "2028-02-29"},
    {"2024-06-30", 0, "2024-06-30"},  {"2024-03-01", -26, "2022-01-01"},
};

static void test_months(void **state)
{
    char text[DATE_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < ROWS(month_rows); i++) {
        struct date sum = date_add_months(day_of(month_rows[i].date), month_rows[i].months);

        assert_string_equal(date_format(sum, text), month_rows[i].sum);
    }
    assert_string_equal(date_format(date_add_years(day_of("2024-02-29"), 1), text), "2025-02-28");
    assert_string_equal(date_format(date_add_years(day_of("2008-05-01"), 15), text), "2023-05-01");
}

static const struct {
    const char *from;
    int minutes;
    const char *to;
} minute_rows[] = {
    {"2024-02-28T23:59", 1, "2024-02-29T00:00"},
    {"2024-01-01T00:00", -1, "2023-12-31T23:59"},
    {"2024-01-10T12:00", 1440, "2024-01-11T12:00"},
    {"2024-01-10T12:00", 0, "2024-01-10T12:00"},
};

static void test_minutes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(minute_rows); i++) {
        struct moment moment;
        char text[MOMENT_TEXT_SIZE];

        assert_int_equal(moment_parse(minute_rows[i].from, &moment), DATE_OK);
        moment = moment_add_minutes(moment, minute_rows[i].minutes);
        assert_string_equal(moment_format(moment, text), minute_rows[i].to);
    }
}

static void test_order(void **state)
{
    const struct moment dawn = {{2024, 4, 1}, 0};
    const struct moment undated = {{2024, 4, 1}, MOMENT_NO_TIME};
    const struct moment eve = {{2024, 3, 31}, 1439};

    (void)state;
    assert_true(moment_compare(eve, dawn) < 0);
    assert_true(moment_compare(undated, dawn) < 0);
    assert_true(moment_compare(dawn, eve) > 0);
    assert_int_equal(moment_compare(dawn, dawn), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_no_date_formats_as_nothing),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_every_day_counts_on_by_one),
        cmocka_unit_test(test_weekdays),
        cmocka_unit_test(test_months),
        cmocka_unit_test(test_minutes),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
