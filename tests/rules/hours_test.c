#include "forms/rules/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define BIT(n) ((uint64_t)1 << (n))
#define WEEK 0x1Fu /* Monday to Friday */
#define SAT 0x20u
#define SUN 0x40u
#define HOL 0x80u
#define AT(hour, minute) ((hour) * 60 + (minute))

enum { CHANGE, RESET, RENEW, ISSUE, CHECK };
enum { RESIDENT, PARENT, GUARDIAN, AGENT };

/* --- the offices of the five pages, and some that other cities have -------------------------- */

enum {
    MINOH_MAIN, MINOH_BRANCH, KAKO_MAIN, KAKO_CENTRE, KAKO_WINDOW, OMI_MAIN, OMI_AZUCHI, SILENT,
    LUNCH, SECOND_SATURDAY, LAST_SUNDAY, BOOKED, AGENT_WEDNESDAY, MOVED, OFFICES
};

static const struct holiday_table holidays = {
    .first_year = 2017,
    .last_year = 2027,
    .count = 6,
    .rules = {
        {.id = "new-year", .from = 1949, .until = 2200, .month = 1, .day = 1},
        {.id = "coming-of-age", .from = 2000, .until = 2200, .month = 1, .nth = 2},
        {.id = "emperor", .from = 2020, .until = 2200, .month = 2, .day = 23},
        {.id = "sports", .from = 2000, .until = 2200, .month = 10, .nth = 2},
        {.id = "culture", .from = 1948, .until = 2200, .month = 11, .day = 3},
        {.id = "labour", .from = 1948, .until = 2200, .month = 11, .day = 23},
    },
};

#define HOURS(NAME, OFFICE, DAYS, FROM, TO)                                                       \
    .kind = HOURS_WEEKLY, .id = "hours." NAME, .offices = BIT(OFFICE), .days.weekdays = (DAYS),   \
    .open = (FROM), .close = (TO)
#define CLOSURE(NAME, OFFICES)                                                                     \
    .kind = HOURS_CLOSURE, .id = "closure." NAME, .offices = (OFFICES), .close = MINUTES_A_DAY

static const struct hours_table table = {
    .rules = {
        {HOURS("minoh-week", MINOH_MAIN, WEEK, AT(8, 45), AT(17, 15))},
        {HOURS("minoh-saturday", MINOH_MAIN, SAT, AT(8, 45), AT(16, 0))},
        {HOURS("minoh-branch", MINOH_BRANCH, WEEK, AT(8, 45), AT(17, 15))},
        {CLOSURE("third-saturday", BIT(MINOH_MAIN)), .days = {.weekdays = SAT, .nth = BIT(3),
         .excepts = {{{2017, 1, 1}, {2018, 3, 31}}}, .except_count = 1}},

        {HOURS("kako-main", KAKO_MAIN, WEEK, AT(9, 0), AT(17, 0))},
        {CLOSURE("kako-year-end", BIT(KAKO_MAIN)), .days = {.yearly_first = 1229,
         .yearly_last = 103}},
        {HOURS("kako-renew", KAKO_CENTRE, WEEK, AT(10, 0), AT(18, 0)), .procedures = BIT(RENEW)},
        {HOURS("kako-renew-weekend", KAKO_CENTRE, SAT | SUN | HOL, AT(10, 0), AT(17, 0)),
         .procedures = BIT(RENEW)},
        {HOURS("kako-reset", KAKO_CENTRE, WEEK, AT(9, 0), AT(19, 0)), .procedures = BIT(RESET)},
        {HOURS("kako-reset-weekend", KAKO_CENTRE, SAT | SUN | HOL, AT(9, 0), AT(17, 0)),
         .procedures = BIT(RESET)},
        {CLOSURE("kako-own", BIT(KAKO_CENTRE)), .days.unknown = true},
        {CLOSURE("maintenance", BIT(KAKO_MAIN) | BIT(KAKO_CENTRE) | BIT(KAKO_WINDOW)),
         .days = {.weekdays = SAT, .nth = BIT(3), .shift = 1}},
        {.kind = HOURS_OPENING, .id = "opening.kako-window", .offices = BIT(KAKO_WINDOW),
         .procedures = BIT(RENEW), .open = AT(9, 0), .close = AT(15, 0),
         .days = {.dates = {{2020, 10, 11}, {2020, 10, 24}, {2020, 11, 8}, {2020, 11, 21}},
                  .date_count = 4}},

        {HOURS("omi-main", OMI_MAIN, WEEK, AT(9, 0), AT(16, 30)), .booking = HOURS_BOOKED_FIRST},
        {.kind = HOURS_OPENING, .id = "opening.omi-holiday", .offices = BIT(OMI_MAIN),
         .open = AT(8, 30), .close = AT(12, 0),
         .days = {.weekdays = SAT | SUN | HOL, .unknown = true}},
        {HOURS("omi-azuchi", OMI_AZUCHI, WEEK, AT(8, 30), AT(17, 15))},

        {HOURS("lunch-morning", LUNCH, WEEK, AT(9, 0), AT(12, 0))},
        {HOURS("lunch-afternoon", LUNCH, WEEK, AT(13, 0), AT(17, 0))},
        {CLOSURE("lunch-dates", BIT(LUNCH)), .days = {.intervals = {{{2026, 5, 11}, {2026, 5, 13}}},
         .interval_count = 1}},
        {.kind = HOURS_CLOSURE, .id = "closure.lunch-late", .offices = BIT(LUNCH),
         .days.weekdays = BIT(TUESDAY), .open = AT(9, 0), .close = AT(10, 0)},

        {HOURS("second-saturday", SECOND_SATURDAY, SAT, AT(9, 0), AT(12, 0)),
         .days.nth = BIT(2) | BIT(4)},
        {HOURS("last-sunday", LAST_SUNDAY, SUN | HOL, AT(9, 0), AT(12, 0)), .days.nth = BIT(0)},
        {HOURS("booked", BOOKED, WEEK, AT(9, 0), AT(17, 0)), .booking = HOURS_BOOKED_ONLY},
        {HOURS("agents", AGENT_WEDNESDAY, BIT(WEDNESDAY), AT(9, 0), AT(17, 0)),
         .presenters = BIT(AGENT)},
        {HOURS("others", AGENT_WEDNESDAY, WEEK, AT(9, 0), AT(17, 0)),
         .presenters = BIT(RESIDENT) | BIT(PARENT)},
        {HOURS("old-place", MOVED, WEEK, AT(9, 0), AT(17, 0)), .days.until = {2026, 3, 31}},
        {HOURS("new-place", MOVED, WEEK, AT(8, 30), AT(17, 0)), .days.from = {2026, 4, 1}},
        {CLOSURE("moving", BIT(MOVED)), .days = {.dates = {{2026, 4, 2}}, .date_count = 1}},
        {.kind = HOURS_OPENING, .id = "opening.moving", .offices = BIT(MOVED), .open = AT(9, 0),
         .close = AT(12, 0), .days = {.dates = {{2026, 4, 2}, {2026, 4, 5}}, .date_count = 2}},
    },
    .count = 29,
};

static struct moment moment_of(const char *text)
{
    struct moment moment = {.minute = MOMENT_NO_TIME};

    if (text[0] != '\0')
        assert_int_equal(moment_parse(text, &moment), DATE_OK);
    return moment;
}

/* --- open or not ----------------------------------------------------------------------------- */

static const struct {
    unsigned office, procedure, presenter;
    const char *at;
    enum hours_state state;
    enum hours_reason reason;
    const char *rule;
    const char *opens;
} rows[] = {
    /* opening and closing minute, both sides (seed 000, lines 57-61) */
    {MINOH_MAIN, RESET, 0, "2026-05-08T08:44", HOURS_CLOSED, HOURS_BEFORE_OPENING, "",
     "2026-05-08T08:45"},
    {MINOH_MAIN, RESET, 0, "2026-05-08T08:45", HOURS_OPEN, 0, "hours.minoh-week", ""},
    {MINOH_MAIN, RESET, 0, "2026-05-08T17:15", HOURS_OPEN, 0, "hours.minoh-week", ""},
    {MINOH_MAIN, RESET, 0, "2026-05-08T17:16", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2026-05-09T08:45"},
    {MINOH_MAIN, RESET, 0, "2026-05-09T16:00", HOURS_OPEN, 0, "hours.minoh-saturday", ""},
    {MINOH_MAIN, RESET, 0, "2026-05-09T16:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2026-05-11T08:45"},
    {MINOH_MAIN, RESET, 0, "2026-05-10T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2026-05-11T08:45"},
    /* third Saturday, and the interval in which it does not hold (line 63) */
    {MINOH_MAIN, RESET, 0, "2017-10-21T10:00", HOURS_OPEN, 0, "hours.minoh-saturday", ""},
    {MINOH_MAIN, RESET, 0, "2018-03-17T10:00", HOURS_OPEN, 0, "hours.minoh-saturday", ""},
    {MINOH_MAIN, RESET, 0, "2018-04-21T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.third-saturday", "2018-04-23T08:45"},
    {MINOH_MAIN, RESET, 0, "2018-04-14T10:00", HOURS_OPEN, 0, "hours.minoh-saturday", ""},
    {MINOH_MAIN, RESET, 0, "2018-04-28T10:00", HOURS_OPEN, 0, "hours.minoh-saturday", ""},
    /* public holidays: on a weekday, and on a Saturday that would be open */
    {MINOH_MAIN, RESET, 0, "2026-10-12T10:00", HOURS_CLOSED, HOURS_PUBLIC_HOLIDAY, "",
     "2026-10-13T08:45"},
    {MINOH_MAIN, RESET, 0, "2018-11-03T10:00", HOURS_CLOSED, HOURS_PUBLIC_HOLIDAY, "",
     "2018-11-05T08:45"},
    {MINOH_BRANCH, RESET, 0, "2026-05-09T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2026-05-11T08:45"},
    {MINOH_BRANCH, RESET, 0, "2026-05-11T10:00", HOURS_OPEN, 0, "hours.minoh-branch", ""},
    /* year-end (seed 003, line 75) */
    {KAKO_MAIN, RENEW, 0, "2020-12-28T17:00", HOURS_OPEN, 0, "hours.kako-main", ""},
    {KAKO_MAIN, RENEW, 0, "2020-12-28T17:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2021-01-04T09:00"},
    {KAKO_MAIN, RENEW, 0, "2020-12-29T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.kako-year-end", "2021-01-04T09:00"},
    {KAKO_MAIN, RENEW, 0, "2020-01-03T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.kako-year-end", "2020-01-06T09:00"},
    {KAKO_MAIN, RENEW, 0, "2021-01-04T09:00", HOURS_OPEN, 0, "hours.kako-main", ""},
    /* hours by procedure (lines 77, 127) */
    {KAKO_CENTRE, RENEW, 0, "2020-10-05T09:30", HOURS_CLOSED, HOURS_BEFORE_OPENING, "",
     "2020-10-05T10:00"},
    {KAKO_CENTRE, RESET, 0, "2020-10-05T09:30", HOURS_OPEN, 0, "hours.kako-reset", ""},
    {KAKO_CENTRE, RENEW, 0, "2020-10-05T18:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2020-10-06T10:00"},
    {KAKO_CENTRE, RESET, 0, "2020-10-05T19:00", HOURS_OPEN, 0, "hours.kako-reset", ""},
    {KAKO_CENTRE, RESET, 0, "2020-10-05T19:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2020-10-06T09:00"},
    {KAKO_CENTRE, RENEW, 0, "2020-10-03T17:00", HOURS_OPEN, 0, "hours.kako-renew-weekend", ""},
    {KAKO_CENTRE, RENEW, 0, "2020-10-03T17:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2020-10-04T10:00"},
    {KAKO_CENTRE, RENEW, 0, "2020-11-03T10:00", HOURS_OPEN, 0, "hours.kako-renew-weekend", ""},
    {KAKO_CENTRE, RENEW, 0, "2020-11-03T17:30", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2020-11-04T10:00"},
    {KAKO_CENTRE, CHANGE, 0, "2020-10-05T10:00", HOURS_NOT_TAKEN, 0, "", ""},
    /* the Sunday after the third Saturday, also where it is the fourth and where it is a holiday */
    {KAKO_CENTRE, RESET, 0, "2020-10-18T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.maintenance", "2020-10-19T09:00"},
    {KAKO_CENTRE, RESET, 0, "2020-11-15T10:00", HOURS_OPEN, 0, "hours.kako-reset-weekend", ""},
    {KAKO_CENTRE, RESET, 0, "2020-11-22T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.maintenance", "2020-11-23T09:00"},
    {KAKO_CENTRE, RESET, 0, "2025-02-23T10:00", HOURS_OPEN, 0, "hours.kako-reset-weekend", ""},
    {KAKO_CENTRE, RESET, 0, "2026-02-22T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.maintenance", "2026-02-23T09:00"},
    /* one-off openings that take one procedure (lines 89-94) */
    {KAKO_WINDOW, RENEW, 0, "2020-10-11T09:00", HOURS_OPEN, 0, "opening.kako-window", ""},
    {KAKO_WINDOW, RENEW, 0, "2020-10-11T15:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2020-10-24T09:00"},
    {KAKO_WINDOW, RENEW, 0, "2020-10-12T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2020-10-24T09:00"},
    {KAKO_WINDOW, RENEW, 0, "2020-11-21T15:00", HOURS_OPEN, 0, "opening.kako-window", ""},
    {KAKO_WINDOW, RENEW, 0, "2020-11-21T15:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "", ""},
    {KAKO_WINDOW, RESET, 0, "2020-10-11T10:00", HOURS_NOT_TAKEN, 0, "", ""},
    /* days that the page does not give (seed 004, line 32) */
    {OMI_MAIN, RESET, 0, "2024-01-13T08:29", HOURS_CLOSED, HOURS_DAY_OFF, "", "2024-01-15T09:00"},
    {OMI_MAIN, RESET, 0, "2024-01-13T08:30", HOURS_UNKNOWN, HOURS_DATES_NOT_GIVEN,
     "opening.omi-holiday", "2024-01-15T09:00"},
    {OMI_MAIN, RESET, 0, "2024-01-13T12:01", HOURS_CLOSED, HOURS_DAY_OFF, "", "2024-01-15T09:00"},
    {OMI_MAIN, RESET, 0, "2024-01-08T09:00", HOURS_UNKNOWN, HOURS_DATES_NOT_GIVEN,
     "opening.omi-holiday", "2024-01-09T09:00"},
    {OMI_MAIN, RESET, 0, "2024-01-08T13:00", HOURS_CLOSED, HOURS_PUBLIC_HOLIDAY, "",
     "2024-01-09T09:00"},
    {OMI_MAIN, RESET, 0, "2024-01-09T16:30", HOURS_OPEN, 0, "hours.omi-main", ""},
    {OMI_MAIN, RESET, 0, "2024-01-09T16:31", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2024-01-10T09:00"},
    {OMI_AZUCHI, RESET, 0, "2024-01-09T17:15", HOURS_OPEN, 0, "hours.omi-azuchi", ""},
    {OMI_AZUCHI, RESET, 0, "2024-01-13T09:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2024-01-15T08:30"},
    /* nothing about hours, no time */
    {SILENT, RESET, 0, "2024-01-13T03:00", HOURS_SILENT, 0, "", ""},
    {MINOH_MAIN, RESET, 0, "2026-05-10", HOURS_NOT_JUDGED, 0, "", ""},
    /* a break, a dated closure, a closure of an hour */
    {LUNCH, RESET, 0, "2026-05-14T12:00", HOURS_OPEN, 0, "hours.lunch-morning", ""},
    {LUNCH, RESET, 0, "2026-05-14T12:01", HOURS_CLOSED, HOURS_BETWEEN, "", "2026-05-14T13:00"},
    {LUNCH, RESET, 0, "2026-05-14T13:00", HOURS_OPEN, 0, "hours.lunch-afternoon", ""},
    {LUNCH, RESET, 0, "2026-05-11T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE, "closure.lunch-dates",
     "2026-05-14T09:00"},
    {LUNCH, RESET, 0, "2026-05-13T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE, "closure.lunch-dates",
     "2026-05-14T09:00"},
    {LUNCH, RESET, 0, "2026-05-19T09:30", HOURS_CLOSED, HOURS_CLOSURE_RULE,
     "closure.lunch-late", "2026-05-19T10:00"},
    {LUNCH, RESET, 0, "2026-05-18T18:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2026-05-19T10:00"},
    /* nth and last weekdays */
    {SECOND_SATURDAY, RESET, 0, "2026-05-09T10:00", HOURS_OPEN, 0, "hours.second-saturday", ""},
    {SECOND_SATURDAY, RESET, 0, "2026-05-16T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2026-05-23T09:00"},
    {SECOND_SATURDAY, RESET, 0, "2026-05-23T12:01", HOURS_CLOSED, HOURS_AFTER_CLOSING, "",
     "2026-06-13T09:00"},
    {LAST_SUNDAY, RESET, 0, "2026-05-31T10:00", HOURS_OPEN, 0, "hours.last-sunday", ""},
    {LAST_SUNDAY, RESET, 0, "2026-05-24T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2026-05-31T09:00"},
    {LAST_SUNDAY, RESET, 0, "2026-10-12T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2026-10-25T09:00"},
    /* by presenter */
    {AGENT_WEDNESDAY, RESET, AGENT, "2026-05-12T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "",
     "2026-05-13T09:00"},
    {AGENT_WEDNESDAY, RESET, AGENT, "2026-05-13T10:00", HOURS_OPEN, 0, "hours.agents", ""},
    {AGENT_WEDNESDAY, RESET, RESIDENT, "2026-05-12T10:00", HOURS_OPEN, 0, "hours.others", ""},
    {AGENT_WEDNESDAY, RESET, GUARDIAN, "2026-05-13T10:00", HOURS_NOT_TAKEN, 0, "", ""},
    /* rules in force from and until; a dated closure beats an opening */
    {MOVED, RESET, 0, "2026-03-31T08:45", HOURS_CLOSED, HOURS_BEFORE_OPENING, "",
     "2026-03-31T09:00"},
    {MOVED, RESET, 0, "2026-04-01T08:45", HOURS_OPEN, 0, "hours.new-place", ""},
    {MOVED, RESET, 0, "2026-04-02T10:00", HOURS_CLOSED, HOURS_CLOSURE_RULE, "closure.moving",
     "2026-04-03T08:30"},
    {MOVED, RESET, 0, "2026-04-05T10:00", HOURS_OPEN, 0, "opening.moving", ""},
    /* outside the holiday table: only what does not hang on it is answered */
    {MINOH_MAIN, RESET, 0, "2028-05-08T10:00", HOURS_UNKNOWN, HOURS_HOLIDAYS_UNKNOWN, "", ""},
    {MINOH_MAIN, RESET, 0, "2028-05-08T20:00", HOURS_CLOSED, HOURS_AFTER_CLOSING, "", ""},
    {MINOH_MAIN, RESET, 0, "2028-05-07T10:00", HOURS_CLOSED, HOURS_DAY_OFF, "", ""},
    {MINOH_MAIN, RESET, 0, "2027-12-31T20:00", HOURS_CLOSED, HOURS_AFTER_CLOSING, "", ""},
};

static struct hours_answer judge(unsigned office, unsigned procedure, unsigned presenter,
                                 const char *at)
{
    const struct hours_query query = {office, procedure, presenter, moment_of(at)};

    return hours_judge(&table, &holidays, &query);
}

static void test_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hours_answer answer =
            judge(rows[i].office, rows[i].procedure, rows[i].presenter, rows[i].at);
        char opens[MOMENT_TEXT_SIZE];

        moment_format(answer.opens, opens);
        if (answer.state != rows[i].state || answer.reason != rows[i].reason ||
            strcmp(answer.rule == NULL ? "" : answer.rule->id, rows[i].rule) != 0 ||
            strcmp(opens, rows[i].opens) != 0)
            fail_msg("row %zu, office %u at %s: state %d, reason %d, rule %s, opens %s", i,
                     rows[i].office, rows[i].at, (int)answer.state, (int)answer.reason,
                     answer.rule == NULL ? "none" : answer.rule->id, opens);
    }
}

static void test_what_else_an_answer_tells(void **state)
{
    (void)state;
    assert_int_equal(judge(OMI_MAIN, RESET, 0, "2024-01-09T10:00").booking, HOURS_BOOKED_FIRST);
    assert_int_equal(judge(BOOKED, RESET, 0, "2024-01-09T10:00").booking, HOURS_BOOKED_ONLY);
    assert_int_equal(judge(MINOH_MAIN, RESET, 0, "2024-01-09T10:00").booking, HOURS_WALK_IN);
    assert_string_equal(judge(KAKO_CENTRE, RESET, 0, "2020-10-05T10:00").may_close->id,
                        "closure.kako-own");
    assert_null(judge(KAKO_MAIN, RESET, 0, "2020-10-05T10:00").may_close);
    assert_string_equal(judge(MINOH_MAIN, RESET, 0, "2026-10-12T10:00").holiday.rule->id,
                        "sports");
    assert_int_equal(judge(MINOH_MAIN, RESET, 0, "2026-10-13T10:00").holiday.kind, HOLIDAY_NONE);
}

static void test_other_office(void **state)
{
    const hours_set minoh = BIT(MINOH_MAIN) | BIT(MINOH_BRANCH);
    struct hours_query query = {MINOH_BRANCH, RESET, 0, moment_of("2026-05-09T10:00")};

    (void)state;
    assert_int_equal(hours_other_office(&table, &holidays, &query, minoh), MINOH_MAIN);
    query.at = moment_of("2026-05-09T16:01");
    assert_int_equal(hours_other_office(&table, &holidays, &query, minoh), -1);
    query.at = moment_of("2026-05-09");
    assert_int_equal(hours_other_office(&table, &holidays, &query, minoh), -1);
    query = (struct hours_query){KAKO_WINDOW, RESET, 0, moment_of("2020-10-11T10:00")};
    assert_int_equal(hours_other_office(&table, &holidays, &query,
                                        BIT(KAKO_MAIN) | BIT(KAKO_CENTRE) | BIT(KAKO_WINDOW)),
                     KAKO_CENTRE);
}

/* --- maintenance Sundays (reference section 5.3) --------------------------------------------- */

static const char *const sundays[] = {
    "2024: 01-21 02-18 03-17 04-21 05-19 06-16 07-21 08-18 09-22 10-20 11-17 12-22",
    "2025: 01-19 02-16 03-16 04-20 05-18 06-22 07-20 08-17 09-21 10-19 11-16 12-21",
    "2026: 01-18 02-22 03-22 04-19 05-17 06-21 07-19 08-16 09-20 10-18 11-22 12-20",
    "2027: 01-17 02-21 03-21 04-18 05-16 06-20 07-18 08-22 09-19 10-17 11-21 12-19",
};

static void test_sunday_after_the_third_saturday(void **state)
{
    (void)state;
    for (int year = 2024; year <= 2027; year++) {
        char list[128];
        size_t length = (size_t)snprintf(list, sizeof list, "%d:", year);

        for (struct date date = {year, 1, 1}; date.year == year; date = date_add_days(date, 1)) {
            const struct hours_query query = {KAKO_WINDOW, RENEW, 0, {date, 600}};
            struct hours_answer answer = hours_judge(&table, &holidays, &query);

            if (answer.rule != NULL && length < sizeof list)
                length += (size_t)snprintf(list + length, sizeof list - length, " %02d-%02d",
                                           date.month, date.day);
        }
        assert_string_equal(list, sundays[year - 2024]);
    }
}

/* --- the next opening against a search minute by minute -------------------------------------- */

static void test_next_opening_is_the_first_open_minute(void **state)
{
    static const char *const starts[] = {"2020-10-10T17:00", "2026-05-09T16:01", "2026-05-10T23:59",
                                         "2026-05-18T17:00", "2020-12-28T17:00"};

    (void)state;
    for (unsigned office = 0; office < OFFICES; office++) {
        for (size_t i = 0; i < ROWS(starts); i++) {
            struct hours_query query = {office, RENEW, AGENT, moment_of(starts[i])};
            struct hours_answer answer = hours_judge(&table, &holidays, &query);

            if (answer.state != HOURS_CLOSED || answer.opens.minute == MOMENT_NO_TIME)
                continue;
            while (moment_compare(query.at, answer.opens) < 0) {
                assert_int_not_equal(hours_judge(&table, &holidays, &query).state, HOURS_OPEN);
                query.at = moment_add_minutes(query.at, 5);
            }
            query.at = answer.opens;
            assert_int_equal(hours_judge(&table, &holidays, &query).state, HOURS_OPEN);
        }
    }
}

/* --- bookings (seed 004, line 39; reference section 5.6) and the kiosk (lines 52, 56) -------- */

static const struct hours_booking_rule omihachiman = {
    .months_before = 2, .day_of_month = 1, .opens = AT(12, 0), .days_before = 3,
    .closes = AT(7, 0)};

static const struct {
    const char *booked_for;
    const char *opens;
    const char *closes;
} window_rows[] = {
    {"2024-03-15", "2024-01-01T12:00", "2024-03-12T07:00"},
    {"2024-02-29", "2023-12-01T12:00", "2024-02-26T07:00"},
    {"2024-01-31", "2023-11-01T12:00", "2024-01-28T07:00"},
    {"2024-03-01", "2024-01-01T12:00", "2024-02-27T07:00"},
};

static void test_booking_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(window_rows); i++) {
        struct date booked_for = moment_of(window_rows[i].booked_for).date;
        struct hours_booking_window window = hours_booking_window(&omihachiman, booked_for);
        char text[MOMENT_TEXT_SIZE];

        assert_string_equal(moment_format(window.opens, text), window_rows[i].opens);
        assert_string_equal(moment_format(window.closes, text), window_rows[i].closes);
        assert_int_equal(hours_booking_judge(&omihachiman, booked_for,
                                             moment_add_minutes(window.opens, -1)),
                         BOOKING_TOO_EARLY);
        assert_int_equal(hours_booking_judge(&omihachiman, booked_for, window.opens), BOOKING_OK);
        assert_int_equal(hours_booking_judge(&omihachiman, booked_for,
                                             moment_add_minutes(window.closes, 1)),
                         BOOKING_TOO_LATE);
        assert_int_equal(hours_booking_judge(&omihachiman, booked_for, window.closes), BOOKING_OK);
    }
}

static void test_booking_rule_of_an_office(void **state)
{
    static struct hours_table booked;

    (void)state;
    booked.bookings[0] = omihachiman;
    booked.bookings[0].offices = BIT(OMI_MAIN);
    booked.booking_count = 1;
    assert_ptr_equal(hours_booking_rule(&booked, OMI_MAIN), &booked.bookings[0]);
    assert_null(hours_booking_rule(&booked, OMI_AZUCHI));
}

static const struct hours_kiosk kiosk = {.within = 1440, .open = AT(6, 30), .close = AT(23, 0)};

static const struct {
    const char *app_done;
    const char *at;
    enum hours_kiosk_state state;
    const char *opens;
    bool late;
} kiosk_rows[] = {
    {"2024-01-10T12:00", "2024-01-10T12:00", KIOSK_OK, "", false},
    {"2024-01-10T12:00", "2024-01-11T12:00", KIOSK_OK, "", false},
    {"2024-01-10T12:00", "2024-01-11T12:01", KIOSK_TOO_LATE, "", false},
    {"2024-01-10T12:00", "2024-01-10T11:59", KIOSK_NOT_PREPARED, "", false},
    {"2024-01-10T12:00", "2024-01-10T23:00", KIOSK_OK, "", false},
    {"2024-01-10T12:00", "2024-01-10T23:01", KIOSK_CLOSED, "2024-01-11T06:30", false},
    {"2024-01-10T12:00", "2024-01-11T06:29", KIOSK_CLOSED, "2024-01-11T06:30", false},
    {"2024-01-10T12:00", "2024-01-11T06:30", KIOSK_OK, "", false},
    {"2024-01-10T23:30", "2024-01-11T23:10", KIOSK_CLOSED, "2024-01-12T06:30", true},
    {"2024-02-28T23:30", "2024-02-29T23:30", KIOSK_CLOSED, "2024-03-01T06:30", true},
};

static void test_kiosk(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(kiosk_rows); i++) {
        struct hours_kiosk_answer answer = hours_kiosk_judge(
            &kiosk, moment_of(kiosk_rows[i].app_done), moment_of(kiosk_rows[i].at));
        char opens[MOMENT_TEXT_SIZE];

        if (answer.state != kiosk_rows[i].state || answer.late_by_then != kiosk_rows[i].late ||
            strcmp(moment_format(answer.opens, opens), kiosk_rows[i].opens) != 0)
            fail_msg("%s at %s: %d %s", kiosk_rows[i].app_done, kiosk_rows[i].at,
                     (int)answer.state, opens);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_what_else_an_answer_tells),
        cmocka_unit_test(test_other_office),
        cmocka_unit_test(test_sunday_after_the_third_saturday),
        cmocka_unit_test(test_next_opening_is_the_first_open_minute),
        cmocka_unit_test(test_booking_window),
        cmocka_unit_test(test_booking_rule_of_an_office),
        cmocka_unit_test(test_kiosk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
