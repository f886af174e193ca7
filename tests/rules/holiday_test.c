#include "forms/rules/holiday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* The law's article 3 on a small table; the real table has its own test with the data. */
static const struct holiday_table table = {
    .first_year = 2017,
    .last_year = 2026,
    .count = 8,
    .rules =
        {
            {.id = "new-year", .from = 1949, .until = 2200, .month = 1, .day = 1},
            {.id = "foundation", .from = 1967, .until = 2200, .month = 2, .day = 11},
            {.id = "constitution", .from = 1949, .until = 2200, .month = 5, .day = 3},
            {.id = "greenery", .from = 2007, .until = 2200, .month = 5, .day = 4},
            {.id = "children", .from = 1949, .until = 2200, .month = 5, .day = 5},
            {.id = "aged", .from = 2003, .until = 2200, .month = 9, .nth = 3, .weekday = MONDAY},
            {.id = "autumn",
             .from = 1949,
             .until = 2200,
             .dates = {{{2020, 9, 22}, false}, {{2026, 9, 23}, true}, {{2024, 9, 22}, true}},
             .date_count = 3},
            {.id = "emperor", .from = 1989, .until = 2018, .month = 12, .day = 23,
             .dates = {{{2019, 10, 22}, false}}, .date_count = 1},
        },
};

static const struct {
    const char *date;
    enum holiday_kind kind;
    const char *id;
    bool computed;
} rows[] = {
    {"2017-01-01", HOLIDAY_NAMED, "new-year", false},
    {"2017-01-02", HOLIDAY_SUBSTITUTE, "new-year", false}, /* Sunday holiday */
    {"2017-01-03", HOLIDAY_NONE, "", false},
    {"2023-02-11", HOLIDAY_NAMED, "foundation", false}, /* Saturday: no substitute */
    {"2023-02-13", HOLIDAY_NONE, "", false},
    {"2024-02-12", HOLIDAY_SUBSTITUTE, "foundation", false},
    /* three holidays in a row, the Sunday first, second and third */
    {"2026-05-03", HOLIDAY_NAMED, "constitution", false},
    {"2026-05-06", HOLIDAY_SUBSTITUTE, "constitution", false},
    {"2026-05-07", HOLIDAY_NONE, "", false},
    {"2025-05-06", HOLIDAY_SUBSTITUTE, "greenery", false},
    {"2024-05-06", HOLIDAY_SUBSTITUTE, "children", false},
    {"2023-05-06", HOLIDAY_NONE, "", false},
    /* a day between two holidays, and what its neighbours rest on */
    {"2026-09-21", HOLIDAY_NAMED, "aged", false},
    {"2026-09-22", HOLIDAY_BETWEEN, "", true},
    {"2026-09-23", HOLIDAY_NAMED, "autumn", true},
    {"2020-09-22", HOLIDAY_NAMED, "autumn", false},
    {"2020-09-23", HOLIDAY_NONE, "", false},
    {"2024-09-23", HOLIDAY_SUBSTITUTE, "autumn", true},
    /* a rule's years, and a year with a day of its own beyond them */
    {"2018-12-23", HOLIDAY_NAMED, "emperor", false},
    {"2018-12-24", HOLIDAY_SUBSTITUTE, "emperor", false},
    {"2019-12-23", HOLIDAY_NONE, "", false},
    {"2019-10-22", HOLIDAY_NAMED, "emperor", false},
    {"2020-12-23", HOLIDAY_NONE, "", false},
    /* the table's years */
    {"2016-12-31", HOLIDAY_UNKNOWN, "", false},
    {"2026-12-31", HOLIDAY_NONE, "", false},
    {"2027-01-01", HOLIDAY_UNKNOWN, "", false},
};

static void test_law(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct date date;
        struct holiday holiday;

        assert_int_equal(date_parse(rows[i].date, &date), DATE_OK);
        holiday = holiday_on(&table, date);
        if (holiday.kind != rows[i].kind || holiday.computed != rows[i].computed ||
            strcmp(holiday.rule == NULL ? "" : holiday.rule->id, rows[i].id) != 0)
            fail_msg("%s: kind %d computed %d", rows[i].date, (int)holiday.kind, holiday.computed);
    }
}

static const struct {
    int year, month;
    enum weekday weekday;
    int nth;
    int day; /* 0: there is none */
} nth_rows[] = {
    {2024, 6, SATURDAY, 1, 1},  {2024, 6, SATURDAY, 3, 15}, {2024, 6, SATURDAY, 5, 29},
    {2024, 6, SATURDAY, 0, 29}, {2024, 6, FRIDAY, 5, 0},    {2024, 6, FRIDAY, 0, 28},
    {2026, 2, SUNDAY, 1, 1},    {2026, 2, SUNDAY, 4, 22},   {2026, 2, SUNDAY, 5, 0},
    {2026, 2, SATURDAY, 0, 28}, {2024, 2, THURSDAY, 5, 29}, {2026, 11, SATURDAY, 3, 21},
};

static void test_nth_weekday(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(nth_rows); i++) {
        struct date date = holiday_nth_weekday(nth_rows[i].year, nth_rows[i].month,
                                               nth_rows[i].weekday, nth_rows[i].nth);

        assert_int_equal(date.day, nth_rows[i].day);
        if (date.day != 0)
            assert_int_equal(date_weekday(date), nth_rows[i].weekday);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law),
        cmocka_unit_test(test_nth_weekday),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
