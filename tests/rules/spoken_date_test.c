#include "forms/rules/spoken_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *typed;
    const char *date;
} good_rows[] = {
    /* as clerks say them */
    {"S63.5.1", "1988-05-01"},
    {"昭和63年5月1日", "1988-05-01"},
    {"H20.5.1", "2008-05-01"},
    {"20080501", "2008-05-01"},
    {"2008-05-01", "2008-05-01"},
    {"2008/5/1", "2008-05-01"},
    {"2008.5.1", "2008-05-01"},
    {"2008年5月1日", "2008-05-01"},
    {"R元.5.1", "2019-05-01"},
    {"令和元年5月1日", "2019-05-01"},
    {"平成元年1月8日", "1989-01-08"},
    {"S630501", "1988-05-01"},
    {"s63/05/01", "1988-05-01"},
    {"h20-5-1", "2008-05-01"},
    {"昭63.5.1", "1988-05-01"},
    {"㍼63.5.1", "1988-05-01"},
    {"㋿6.1.1", "2024-01-01"},
    /* either width, and what an input method makes of the separator keys */
    {"Ｓ６３．５．１", "1988-05-01"},
    {"ｓ６３。５。１", "1988-05-01"},
    {"２００８／０５／０１", "2008-05-01"},
    {"２００８・５・１", "2008-05-01"},
    {"２００８ー５ー１", "2008-05-01"},
    {"２００８０５０１", "2008-05-01"},
    {"昭和６３年５月１日", "1988-05-01"},
    {"　昭和63年 5月 1日 ", "1988-05-01"},
    {" 2008-05-01\t", "2008-05-01"},
    /* the eras' first and last days */
    {"M6.1.1", "1873-01-01"},
    {"M45.7.29", "1912-07-29"},
    {"M45.7.30", "1912-07-30"},
    {"T1.7.30", "1912-07-30"},
    {"大正15年12月25日", "1926-12-25"},
    {"S1.12.25", "1926-12-25"},
    {"S64.1.7", "1989-01-07"},
    {"H1.1.8", "1989-01-08"},
    {"H31.4.30", "2019-04-30"},
    {"R1.5.1", "2019-05-01"},
    {"H20.2.29", "2008-02-29"},
    {"1868-01-01", "1868-01-01"},
    {"2200-12-31", "2200-12-31"},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(good_rows); i++) {
        struct date date = {0};
        char text[DATE_TEXT_SIZE];
        enum date_fault fault = spoken_date_parse(good_rows[i].typed, &date);

        if (fault != DATE_OK || strcmp(date_format(date, text), good_rows[i].date) != 0)
            fail_msg("%s: fault %d, %s", good_rows[i].typed, (int)fault, date_format(date, text));
    }
}

static const struct {
    const char *typed;
    enum date_fault fault;
} bad_rows[] = {
    {"", DATE_EMPTY},
    {" 　 ", DATE_EMPTY},
    /* outside the era */
    {"S64.1.8", DATE_AFTER_ERA},
    {"S65.1.1", DATE_AFTER_ERA},
    {"H1.1.7", DATE_BEFORE_ERA},
    {"H31.5.1", DATE_AFTER_ERA},
    {"H32.1.1", DATE_AFTER_ERA},
    {"R1.4.30", DATE_BEFORE_ERA},
    {"令和元年4月30日", DATE_BEFORE_ERA},
    {"M5.12.31", DATE_BEFORE_ERA},
    {"M45.7.31", DATE_AFTER_ERA},
    {"T1.7.29", DATE_BEFORE_ERA},
    {"T15.12.26", DATE_AFTER_ERA},
    {"S1.12.24", DATE_BEFORE_ERA},
    {"S0.1.1", DATE_BEFORE_ERA},
    /* no such day */
    {"H21.2.29", DATE_NO_SUCH_DAY},
    {"S63.4.31", DATE_NO_SUCH_DAY},
    {"S63.5.0", DATE_NO_SUCH_DAY},
    {"S63.13.1", DATE_NO_SUCH_MONTH},
    {"S63.0.1", DATE_NO_SUCH_MONTH},
    {"20080532", DATE_NO_SUCH_DAY},
    {"20081301", DATE_NO_SUCH_MONTH},
    {"1867-12-31", DATE_OUT_OF_RANGE},
    {"2201-01-01", DATE_OUT_OF_RANGE},
    /* nothing is guessed */
    {"63.5.1", DATE_ERA_MISSING},
    {"630501", DATE_ERA_MISSING},
    {"08-5-1", DATE_ERA_MISSING},
    {"X3.5.1", DATE_ERA_UNKNOWN},
    {"慶応3年5月1日", DATE_ERA_UNKNOWN},
    {"令和元年五月", DATE_NOT_A_DATE},
    {"令和元年五月一日", DATE_NOT_A_DATE},
    {"令和元年5月", DATE_NOT_A_DATE},
    {"昭和63年5月1", DATE_NOT_A_DATE},
    {"昭和六十三年5月1日", DATE_NOT_A_DATE},
    {"S63.5", DATE_NOT_A_DATE},
    {"S63", DATE_NOT_A_DATE},
    {"S", DATE_NOT_A_DATE},
    {"S63.5.1.", DATE_NOT_A_DATE},
    {"S63.5/1", DATE_NOT_A_DATE},
    {"S63..1", DATE_NOT_A_DATE},
    {"S63.5.001", DATE_NOT_A_DATE},
    {"S1988.5.1", DATE_NOT_A_DATE},
    {"S19880501", DATE_NOT_A_DATE},
    {"200805011", DATE_NOT_A_DATE},
    {"2008051", DATE_NOT_A_DATE},
    {"元.5.1", DATE_NOT_A_DATE},
    {"123.5.1", DATE_NOT_A_DATE},
    {"5月1日", DATE_NOT_A_DATE},
    {"yesterday", DATE_NOT_A_DATE},
    {"2008-05-01x", DATE_NOT_A_DATE},
    {"99999999999999999999", DATE_NOT_A_DATE},
    {"\xff\xfe", DATE_NOT_A_DATE},
    {"S63.5.1\xef\xbc", DATE_NOT_A_DATE},
    {"1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111",
     DATE_NOT_A_DATE},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(bad_rows); i++) {
        struct date date = {7, 7, 7};
        enum date_fault fault = spoken_date_parse(bad_rows[i].typed, &date);

        if (fault != bad_rows[i].fault)
            fail_msg("%s: %d, not %d", bad_rows[i].typed, (int)fault, (int)bad_rows[i].fault);
        assert_int_equal(date.year, 7);
    }
}

static const struct {
    const char *typed;
    enum date_fault fault;
    int minute;
} time_rows[] = {
    {"9:05", DATE_OK, 545},
    {"09:05", DATE_OK, 545},
    {"0905", DATE_OK, 545},
    {"905", DATE_OK, 545},
    {"９：０５", DATE_OK, 545},
    {"9時5分", DATE_OK, 545},
    {"9時半", DATE_OK, 570},
    {"17時", DATE_OK, 1020},
    {"0:00", DATE_OK, 0},
    {"23:59", DATE_OK, 1439},
    {"24:00", DATE_NO_SUCH_TIME, 0},
    {"9:60", DATE_NO_SUCH_TIME, 0},
    {"2460", DATE_NO_SUCH_TIME, 0},
    {"", DATE_EMPTY, 0},
    {"9", DATE_NOT_A_DATE, 0},
    {"9:5", DATE_NOT_A_DATE, 0},
    {"9:055", DATE_NOT_A_DATE, 0},
    {"12345", DATE_NOT_A_DATE, 0},
    {"9時5", DATE_NOT_A_DATE, 0},
    {"九時", DATE_NOT_A_DATE, 0},
    {"9時半分", DATE_NOT_A_DATE, 0},
};

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(time_rows); i++) {
        int minute = 0;

        if (spoken_time_parse(time_rows[i].typed, &minute) != time_rows[i].fault ||
            minute != time_rows[i].minute)
            fail_msg("%s: %d", time_rows[i].typed, minute);
    }
}

static const struct {
    struct date date;
    enum era era;
    int year;
} wareki_rows[] = {
    {{1872, 12, 31}, ERA_NONE, 0},   {{1873, 1, 1}, ERA_MEIJI, 6},
    {{1912, 7, 29}, ERA_MEIJI, 45},  {{1912, 7, 30}, ERA_TAISHO, 1},
    {{1926, 12, 24}, ERA_TAISHO, 15}, {{1926, 12, 25}, ERA_SHOWA, 1},
    {{1989, 1, 7}, ERA_SHOWA, 64},   {{1989, 1, 8}, ERA_HEISEI, 1},
    {{2019, 4, 30}, ERA_HEISEI, 31}, {{2019, 5, 1}, ERA_REIWA, 1},
    {{2026, 11, 22}, ERA_REIWA, 8},  {{0, 0, 0}, ERA_NONE, 0},
};

static void test_wareki(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(wareki_rows); i++) {
        struct wareki wareki = spoken_date_wareki(wareki_rows[i].date);

        assert_int_equal(wareki.era, wareki_rows[i].era);
        assert_int_equal(wareki.year, wareki_rows[i].year);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_wareki),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
