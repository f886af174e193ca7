#include "config/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Every day off from 2017 to 2030: MM-DD, with s for a substitute day, b for a day between two
 * holidays, c where it rests on a computed equinox. Published by the Cabinet Office up to 2027. */
static const struct {
    int year;
    const char *days;
} years[] = {
    {2017, "01-01 01-02s 01-09 02-11 03-20 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-23 10-09 "
           "11-03 11-23 12-23"},
    {2018, "01-01 01-08 02-11 02-12s 03-21 04-29 04-30s 05-03 05-04 05-05 07-16 08-11 09-17 09-23 "
           "09-24s 10-08 11-03 11-23 12-23 12-24s"},
    {2019, "01-01 01-14 02-11 03-21 04-29 04-30b 05-01 05-02b 05-03 05-04 05-05 05-06s 07-15 08-11 "
           "08-12s 09-16 09-23 10-14 10-22 11-03 11-04s 11-23"},
    {2020, "01-01 01-13 02-11 02-23 02-24s 03-20 04-29 05-03 05-04 05-05 05-06s 07-23 07-24 08-10 "
           "09-21 09-22 11-03 11-23"},
    {2021, "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09s 09-20 "
           "09-23 11-03 11-23"},
    {2022, "01-01 01-10 02-11 02-23 03-21 04-29 05-03 05-04 05-05 07-18 08-11 09-19 09-23 10-10 "
           "11-03 11-23"},
    {2023, "01-01 01-02s 01-09 02-11 02-23 03-21 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-23 "
           "10-09 11-03 11-23"},
    {2024, "01-01 01-08 02-11 02-12s 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-15 08-11 08-12s "
           "09-16 09-22 09-23s 10-14 11-03 11-04s 11-23"},
    {2025, "01-01 01-13 02-11 02-23 02-24s 03-20 04-29 05-03 05-04 05-05 05-06s 07-21 08-11 09-15 "
           "09-23 10-13 11-03 11-23 11-24s"},
    {2026, "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-20 08-11 09-21 09-22b "
           "09-23 10-12 11-03 11-23"},
    {2027, "01-01 01-11 02-11 02-23 03-21 03-22s 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 "
           "10-11 11-03 11-23"},
    {2028, "01-01 01-10 02-11 02-23 03-20c 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-22c 10-09 "
           "11-03 11-23"},
    {2029, "01-01 01-08 02-11 02-12s 02-23 03-20c 04-29 04-30s 05-03 05-04 05-05 07-16 08-11 09-17 "
           "09-23c 09-24sc 10-08 11-03 11-23"},
    {2030, "01-01 01-14 02-11 02-23 03-20c 04-29 05-03 05-04 05-05 05-06s 07-15 08-11 08-12s 09-16 "
           "09-23c 10-14 11-03 11-04s 11-23"},
};

static struct holiday_table table;

static int load(void **state)
{
    struct fault_list faults = {0};
    bool fine = holidays_load("config/holidays.ini", &table, &faults);

    (void)state;
    for (size_t i = 0; i < faults.count; i++)
        print_error("line %d: %s %s\n", faults.fault[i].line, fault_id(faults.fault[i].code),
                    faults.fault[i].word);
    fault_list_free(&faults);
    return fine ? 0 : -1;
}

static void list_year(int year, char *out, size_t size)
{
    size_t length = 0;

    out[0] = '\0';
    for (struct date date = {year, 1, 1}; date.year == year; date = date_add_days(date, 1)) {
        struct holiday holiday = holiday_on(&table, date);

        if (holiday.kind == HOLIDAY_NONE)
            continue;
        length += (size_t)snprintf(
            out + length, size - length, "%s%02d-%02d%s%s%s", length == 0 ? "" : " ", date.month,
            date.day, holiday.kind == HOLIDAY_SUBSTITUTE ? "s" : "",
            holiday.kind == HOLIDAY_BETWEEN ? "b" : "", holiday.computed ? "c" : "");
        assert_true(length < size);
    }
}

static void test_every_year(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(years); i++) {
        char days[1024];

        list_year(years[i].year, days, sizeof days);
        assert_string_equal(days, years[i].days);
    }
}

static void test_the_years_around_are_unknown(void **state)
{
    (void)state;
    assert_int_equal(holiday_on(&table, (struct date){2016, 12, 31}).kind, HOLIDAY_UNKNOWN);
    assert_int_equal(holiday_on(&table, (struct date){2031, 1, 1}).kind, HOLIDAY_UNKNOWN);
    assert_int_equal(holiday_on(&table, (struct date){2030, 12, 31}).kind, HOLIDAY_NONE);
}

static void test_ten_days_of_2019(void **state)
{
    const struct date saturday = {2019, 4, 27};

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct date date = date_add_days(saturday, i);
        bool weekend = date_weekday(date) >= SATURDAY;

        assert_true(weekend || holiday_on(&table, date).kind != HOLIDAY_NONE);
    }
    assert_int_equal(holiday_on(&table, date_add_days(saturday, -1)).kind, HOLIDAY_NONE);
    assert_int_equal(holiday_on(&table, date_add_days(saturday, 10)).kind, HOLIDAY_NONE);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(holiday_on(&table, (struct date){2019, 5, 1}).rule->name_ja,
                        "天皇の即位の日");
    assert_string_equal(holiday_on(&table, (struct date){2019, 10, 14}).rule->id, "health-sports");
    assert_string_equal(holiday_on(&table, (struct date){2020, 7, 24}).rule->id, "sports");
    for (size_t i = 0; i < table.count; i++) {
        assert_true(table.rules[i].name_ja[0] != '\0');
        assert_true(table.rules[i].name_en[0] != '\0');
    }
}

/* --- a bad table -------------------------------------------------------------------------------- */

#define HEAD "[holidays]\nfrom = 2017\nuntil = 2018\n[holiday.a]\nname = あ\nname.en = A\n"

static const struct {
    const char *text;
    enum fault_code code;
    int line;
    const char *word;
} fault_rows[] = {
    {"[holiday.a]\nname = あ\nname.en = A\nday = 01-01\n", FAULT_MISSING_SECTION, 0, "holidays"},
    {"[holidays]\nfrom = 2017\n", FAULT_MISSING_KEY, 1, "until"},
    {"[holidays]\nfrom = 2018\nuntil = 2017\n", FAULT_WRONG_ORDER, 3, "until"},
    {"[holidays]\nfrom = 1867\nuntil = 2018\n", FAULT_OUT_OF_RANGE, 2, "1867"},
    {"[holidays]\nfrom = 2017\nuntil = 2018\n[holiday.a]\nname = あ\nday = 01-01\n",
     FAULT_MISSING_KEY, 4, "name.en"},
    {HEAD, FAULT_MISSING_KEY, 4, "day"},
    {HEAD "day = 02-29\n", FAULT_NOT_A_DATE, 7, "02-29"},
    {HEAD "day = 1-1\n", FAULT_NOT_A_DATE, 7, "1-1"},
    {HEAD "day = 01-01\nmonth = 1\nnth = 2\nweekday = mon\n", FAULT_CONFLICT, 7, "day"},
    {HEAD "nth = 2\nmonth = 1\n", FAULT_MISSING_KEY, 4, "weekday"},
    {HEAD "nth = 2\nweekday = mon\n", FAULT_MISSING_KEY, 4, "month"},
    {HEAD "nth = 2\nmonth = 1\nweekday = mno\n", FAULT_UNKNOWN_WORD, 9, "mno"},
    {HEAD "year.2017 = 03-32\n", FAULT_NOT_A_DATE, 7, "03-32"},
    {HEAD "year.2017 = 03-20 guessed\n", FAULT_UNKNOWN_WORD, 7, "guessed"},
    {HEAD "day = 01-01\nyear.2019 = 03-20\n", FAULT_UNKNOWN_KEY, 8, "year.2019"},
    {HEAD "day = 01-01\ndya = 01-01\n", FAULT_UNKNOWN_KEY, 8, "dya"},
};

static void test_faults(void **state)
{
    const char *directory = getenv("TMPDIR");
    char path[512];
    int descriptor;

    (void)state;
    snprintf(path, sizeof path, "%s/madoguchi-holidays-XXXXXX",
             directory == NULL ? "/tmp" : directory);
    descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    for (size_t i = 0; i < ROWS(fault_rows); i++) {
        static struct holiday_table bad;
        struct fault_list faults = {0};
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_true(fputs(fault_rows[i].text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_false(holidays_load(path, &bad, &faults));
        if (faults.fault[0].code != fault_rows[i].code || faults.count != 1 ||
            faults.fault[0].line != fault_rows[i].line ||
            strcmp(faults.fault[0].word, fault_rows[i].word) != 0)
            fail_msg("row %zu: %zu faults, %s line %d '%s'", i, faults.count,
                     fault_id(faults.fault[0].code), faults.fault[0].line, faults.fault[0].word);
        fault_list_free(&faults);
    }
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_year),
        cmocka_unit_test(test_the_years_around_are_unknown),
        cmocka_unit_test(test_ten_days_of_2019),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, load, NULL);
}
