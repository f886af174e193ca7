#include "forms/rules/validity.h"

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

    if (text != NULL && text[0] != '\0')
        assert_int_equal(date_parse(text, &date), DATE_OK);
    return date;
}

static void expect_date(struct date date, const char *expected, const char *row)
{
    char text[DATE_TEXT_SIZE];

    if (strcmp(date_format(date, text), expected) != 0)
        fail_msg("%s: %s, not %s", row, text, expected);
}

static bool has_step(const struct validity_steps *steps, enum validity_step_kind kind)
{
    for (size_t i = 0; i < steps->count; i++) {
        if (steps->step[i].kind == kind)
            return true;
    }
    return false;
}

/* --- renewal window (reference section 5.1) -------------------------------------------------- */

static const struct {
    const char *expiry;
    const char *first;
    bool same_day; /* the same day number exists three months earlier */
} window_rows[] = {
    {"2023-11-20", "2023-08-21", true}, /* seed 001, line 8 */
    {"2023-07-07", "2023-04-08", true},
    {"2023-05-28", "2023-03-01", true},
    {"2024-05-28", "2024-02-29", true},
    {"2024-05-29", "2024-03-01", true},
    {"2024-05-30", "2024-03-01", false},
    {"2024-05-31", "2024-03-01", false},
    {"2025-05-28", "2025-03-01", true},
    {"2025-05-29", "2025-03-01", false},
    {"2025-05-30", "2025-03-01", false},
    {"2025-05-31", "2025-03-01", false},
    {"2024-11-30", "2024-08-31", true},
    {"2024-12-31", "2024-10-01", false},
    {"2025-07-31", "2025-05-01", false},
    {"2026-03-31", "2026-01-01", true},
    {"2027-02-22", "2026-11-23", true},
    {"2028-02-29", "2027-11-30", true},
    /* printed by further cities */
    {"2024-12-15", "2024-09-16", true},
    {"2022-10-15", "2022-07-16", true},
    {"2020-04-25", "2020-01-26", true},
    {"2024-07-17", "2024-04-18", true},
};

static void test_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(window_rows); i++) {
        struct validity_window window = validity_window(day_of(window_rows[i].expiry));

        expect_date(window.first, window_rows[i].first, window_rows[i].expiry);
        expect_date(window.last, window_rows[i].expiry, window_rows[i].expiry);
        assert_int_equal(has_step(&window.steps, STEP_MONTHS_BACK), window_rows[i].same_day);
        assert_int_equal(has_step(&window.steps, STEP_NO_SUCH_DAY), !window_rows[i].same_day);
    }
}

static void test_window_steps(void **state)
{
    struct validity_window window = validity_window((struct date){2024, 12, 31});

    (void)state;
    assert_int_equal(window.steps.count, 3);
    assert_int_equal(window.steps.step[0].kind, STEP_EXPIRY);
    expect_date(window.steps.step[0].date, "2024-12-31", "start");
    assert_int_equal(window.steps.step[1].kind, STEP_NO_SUCH_DAY);
    assert_int_equal(window.steps.step[1].number, 31);
    expect_date(window.steps.step[1].date, "2024-09-30", "last of that month");
    assert_int_equal(window.steps.step[2].kind, STEP_NEXT_DAY);
    expect_date(window.steps.step[2].date, "2024-10-01", "first day");
}

/* The rule as pages print it, word by word: the day after the same day three months earlier, or the
 * 1st of the month after where that day does not exist. */
static struct date window_by_words(struct date expiry)
{
    int year = expiry.month > 3 ? expiry.year : expiry.year - 1;
    int month = expiry.month > 3 ? expiry.month - 3 : expiry.month + 9;

    if (expiry.day <= date_days_in_month(year, month))
        return date_add_days((struct date){year, month, expiry.day}, 1);
    return month == 12 ? (struct date){year + 1, 1, 1} : (struct date){year, month + 1, 1};
}

static void test_window_every_day(void **state)
{
    (void)state;
    for (struct date day = {2017, 1, 1}; day.year < 2041; day = date_add_days(day, 1))
        assert_int_equal(date_compare(validity_window(day).first, window_by_words(day)), 0);
}

/* --- end of a certificate (5.2) -------------------------------------------------------------- */

static const struct {
    const char *what;
    const char *birth;
    const char *issue;
    const char *old;
    const char *card;
    const char *auth;
    const char *end;
    unsigned doubt;
} end_rows[] = {
    {"new", "1980-11-20", "2018-12-01", "", "", "", "2023-11-20", 0},
    {"new, day before the birthday", "1980-11-20", "2018-11-19", "", "", "", "2022-11-20", 0},
    {"new, on the birthday", "1980-11-20", "2018-11-20", "", "", "", "2023-11-20", 0},
    {"renewal, first day", "1980-11-20", "2023-08-21", "2023-11-20", "", "", "2028-11-20", 0},
    {"a day before the window", "1980-11-20", "2023-08-20", "2023-11-20", "", "", "2027-11-20", 0},
    {"renewal, day before expiry", "1980-11-20", "2023-11-19", "2023-11-20", "", "", "2028-11-20",
     0},
    {"renewal on the expiry day", "1980-11-20", "2023-11-20", "2023-11-20", "", "", "",
     VALIDITY_ON_EXPIRY_DAY},
    {"same, the card settles it", "1980-11-20", "2023-11-20", "2023-11-20", "2026-11-20", "",
     "2026-11-20", 0},
    {"expiry day is no birthday", "1980-11-20", "2024-03-31", "2024-03-31", "", "", "2029-11-20",
     0},
    {"new issue after expiry", "1980-11-20", "2023-11-21", "2023-11-20", "", "", "2028-11-20", 0},
    {"sig lapsed by a move", "1980-11-20", "2023-09-01", "", "", "2023-11-20", "2023-11-20", 0},
    {"cut to the card", "1980-11-20", "2023-09-01", "2023-11-20", "2026-11-20", "", "2026-11-20",
     0},
    {"card and certificate end together", "1980-11-20", "2023-09-01", "2023-11-20", "2023-11-20",
     "", "2023-11-20", 0},
    {"cut to both, the earlier", "1980-11-20", "2023-09-01", "2023-11-20", "2026-11-20",
     "2025-11-20", "2025-11-20", 0},
    {"card ends later", "1980-11-20", "2018-12-01", "", "2027-11-20", "", "2023-11-20", 0},
    {"leap day, ends in a leap year", "2000-02-29", "2023-06-01", "", "", "", "2028-02-29", 0},
    {"leap day, ends in a common year", "2000-02-29", "2024-06-01", "", "", "", "2029-02-28",
     VALIDITY_LEAP_BIRTHDAY},
    {"leap day, the card settles it", "2000-02-29", "2024-06-01", "", "2027-01-01", "",
     "2027-01-01", 0},
    {"leap day, issued Feb 28", "2000-02-29", "2023-02-28", "", "", "", "2027-03-01",
     VALIDITY_LEAP_BIRTHDAY},
};

static void test_certificate(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(end_rows); i++) {
        struct validity_issue issue = {
            .birth = day_of(end_rows[i].birth),
            .issue = day_of(end_rows[i].issue),
            .old_expiry = day_of(end_rows[i].old),
            .card_expiry = day_of(end_rows[i].card),
            .auth_expiry = day_of(end_rows[i].auth),
        };
        struct validity_end end = validity_certificate(&issue);

        expect_date(end.end, end_rows[i].end, end_rows[i].what);
        if (end.doubt != end_rows[i].doubt)
            fail_msg("%s: doubt %u", end_rows[i].what, end.doubt);
        assert_int_equal(has_step(&end.steps, STEP_OTHER_READING), end.doubt != 0);
    }
}

static void test_certificate_steps(void **state)
{
    struct validity_issue issue = {
        .birth = {1980, 11, 20},
        .issue = {2023, 9, 1},
        .old_expiry = {2023, 11, 20},
        .card_expiry = {2026, 11, 20},
    };
    struct validity_end end = validity_certificate(&issue);

    (void)state;
    assert_int_equal(end.steps.count, 4);
    assert_int_equal(end.steps.step[0].kind, STEP_ISSUED);
    assert_int_equal(end.steps.step[1].kind, STEP_RENEWED_IN_TIME);
    expect_date(end.steps.step[1].date, "2023-08-21", "window");
    assert_int_equal(end.steps.step[2].kind, STEP_BIRTHDAY);
    assert_int_equal(end.steps.step[2].number, 6);
    expect_date(end.steps.step[2].date, "2028-11-20", "birthday");
    assert_int_equal(end.steps.step[3].kind, STEP_CARD_CAP);
    expect_date(end.steps.step[3].date, "2026-11-20", "cap");
}

static void test_both_readings_of_the_expiry_day_are_told(void **state)
{
    struct validity_issue issue = {
        .birth = {1980, 11, 20}, .issue = {2023, 11, 20}, .old_expiry = {2023, 11, 20}};
    struct validity_end end = validity_certificate(&issue);

    (void)state;
    assert_int_equal(end.steps.count, 4);
    expect_date(end.steps.step[2].date, "2029-11-20", "birthday after the day");
    expect_date(end.steps.step[3].date, "2028-11-20", "the day itself counted");
}

/* --- end of a card --------------------------------------------------------------------------- */

static const struct {
    const char *birth;
    const char *received;
    const char *issue;
    const char *stay;
    const char *end;
} card_rows[] = {
    {"1980-10-10", "2020-04-01", "2020-05-15", "", "2029-10-10"}, /* the government's example */
    {"2004-04-01", "2022-04-01", "2022-05-15", "", "2032-04-01"}, /* 18, from that day on enough */
    {"2004-04-02", "2022-04-01", "2022-05-15", "", "2027-04-02"}, /* 17 */
    {"2003-01-01", "2022-03-31", "2022-05-15", "", "2027-01-01"}, /* 19, the old line is 20 */
    {"2002-03-31", "2022-03-31", "2022-05-15", "", "2032-03-31"},
    {"1980-10-10", "2023-04-01", "2023-05-15", "2024-06-30", "2024-06-30"},
    {"1980-10-10", "2023-04-01", "2023-05-15", "2040-06-30", "2032-10-10"},
};

static void test_card(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(card_rows); i++) {
        struct validity_card card = {
            .birth = day_of(card_rows[i].birth),
            .received = day_of(card_rows[i].received),
            .issue = day_of(card_rows[i].issue),
            .stay_until = day_of(card_rows[i].stay),
        };

        expect_date(validity_card_end(&card).end, card_rows[i].end, card_rows[i].birth);
    }
}

/* --- age (5.4) ------------------------------------------------------------------------------- */

static const struct {
    const char *birth;
    const char *day;
    bool under;
    int age;
} age_rows[] = {
    {"2008-12-03", "2023-12-01", true, 14},
    {"2008-12-03", "2023-12-02", true, 14}, /* the eve */
    {"2008-12-03", "2023-12-03", false, 15},
    {"2023-12-03", "2024-12-02", true, 0},
    {"2023-12-03", "2024-12-03", true, 1},
    {"2012-02-29", "2027-02-28", true, 14}, /* born on a leap day, common year */
    {"2012-02-29", "2027-03-01", false, 15},
    {"2009-02-28", "2024-02-27", true, 14},
    {"2009-02-28", "2024-02-28", false, 15},
    {"2009-03-01", "2024-02-29", true, 14},
    {"1970-01-01", "2026-11-22", false, 56},
    {"2024-01-02", "2024-01-01", true, -1},
};

static void test_age(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(age_rows); i++) {
        struct date birth = day_of(age_rows[i].birth);
        struct date day = day_of(age_rows[i].day);

        if (validity_under15(birth, day) != age_rows[i].under)
            fail_msg("%s on %s", age_rows[i].birth, age_rows[i].day);
        assert_int_equal(validity_age(birth, day), age_rows[i].age);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_window_steps),
        cmocka_unit_test(test_window_every_day),
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_certificate_steps),
        cmocka_unit_test(test_both_readings_of_the_expiry_day_are_told),
        cmocka_unit_test(test_card),
        cmocka_unit_test(test_age),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
