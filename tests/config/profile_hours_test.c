#include "config/city_hours.h"
#include "config/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* The shipped profiles' hours against the cities' pages, with the shipped holidays. */

static const char *const cities[] = {"minoh", "ibaraki", "tajimi", "kakogawa", "omihachiman"};
static const char *const procedures[] = {"change", "reset", "renew", "issue", "check"};
static const char *const presenters[] = {"resident", "parent", "guardian", "agent"};

static struct ini *profiles[ROWS(cities)];
static struct hours_table tables[ROWS(cities)];
static const char *offices[ROWS(cities)][HOURS_WORDS];
static size_t office_counts[ROWS(cities)];
static struct holiday_table holidays;

static bool load_city(size_t city, struct fault_list *faults)
{
    struct city_words words = {.procedures = {procedures, ROWS(procedures)},
                               .presenters = {presenters, ROWS(presenters)}};
    const char *section;
    char path[128];

    snprintf(path, sizeof path, "config/cities/%s.ini", cities[city]);
    profiles[city] = ini_load(path, faults);
    if (profiles[city] == NULL)
        return false;
    while ((section = ini_section(profiles[city], "office.", office_counts[city])) != NULL)
        offices[city][office_counts[city]++] = section + strlen("office.");
    words.offices = (struct ini_words){offices[city], office_counts[city]};
    return city_hours_load(profiles[city], &words, &tables[city], faults);
}

static int load_all(void **state)
{
    struct fault_list faults = {0};
    bool fine = holidays_load("config/holidays.ini", &holidays, &faults);

    (void)state;
    for (size_t i = 0; i < ROWS(cities); i++)
        fine = load_city(i, &faults) && fine;
    for (size_t i = 0; i < faults.count; i++)
        print_error("%s:%d: %s %s\n", faults.fault[i].file, faults.fault[i].line,
                    fault_id(faults.fault[i].code), faults.fault[i].word);
    fault_list_free(&faults);
    return fine ? 0 : -1;
}

static int free_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(cities); i++)
        ini_free(profiles[i]);
    return 0;
}

static unsigned place(const char *const list[], size_t count, const char *word)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(list[i], word) == 0)
            return i;
    }
    fail_msg("no %s", word);
    return 0;
}

static const char *const state_words[] = {
    [HOURS_NOT_JUDGED] = "not judged", [HOURS_OPEN] = "open",     [HOURS_CLOSED] = "closed",
    [HOURS_UNKNOWN] = "unknown",       [HOURS_SILENT] = "silent", [HOURS_NOT_TAKEN] = "not taken"};

static const struct {
    const char *city, *office, *procedure, *at, *state, *opens;
    const char *line; /* of the city's page */
} rows[] = {
    {"minoh", "main", "reset", "2017-10-10T08:44", "closed", "2017-10-10T08:45", "59"},
    {"minoh", "main", "reset", "2017-10-10T08:45", "open", "", "59"},
    {"minoh", "main", "reset", "2017-10-10T17:15", "open", "", "59"},
    {"minoh", "main", "reset", "2017-10-10T17:16", "closed", "2017-10-11T08:45", "59"},
    {"minoh", "main", "change", "2017-10-14T16:00", "open", "", "61"},
    {"minoh", "main", "change", "2017-10-14T16:01", "closed", "2017-10-16T08:45", "61"},
    {"minoh", "main", "reset", "2017-10-15T10:00", "closed", "2017-10-16T08:45", "58"},
    {"minoh", "main", "reset", "2017-10-09T10:00", "closed", "2017-10-10T08:45", "58"},
    {"minoh", "main", "reset", "2017-11-03T10:00", "closed", "2017-11-04T08:45", "58"},
    {"minoh", "main", "reset", "2018-11-03T10:00", "closed", "2018-11-05T08:45", "60"},
    {"minoh", "main", "reset", "2017-10-21T10:00", "open", "", "63"},
    {"minoh", "main", "reset", "2018-03-17T10:00", "open", "", "63"},
    {"minoh", "main", "reset", "2018-04-21T10:00", "closed", "2018-04-23T08:45", "63"},
    {"minoh", "main", "reset", "2018-04-20T17:16", "closed", "2018-04-23T08:45", "63"},
    {"minoh", "toyokawa", "reset", "2017-10-14T10:00", "closed", "2017-10-16T08:45", "66"},
    {"minoh", "todoromi", "reset", "2017-10-13T17:15", "open", "", "67"},
    {"minoh", "main", "reset", "2017-10-15", "not judged", "", ""},

    {"ibaraki", "main", "reset", "2024-04-07T03:00", "silent", "", "12"},
    {"tajimi", "main", "reset", "2024-09-08T03:00", "silent", "", "3"},

    {"kakogawa", "main", "renew", "2020-10-05T08:59", "closed", "2020-10-05T09:00", "75"},
    {"kakogawa", "main", "renew", "2020-10-05T17:00", "open", "", "75"},
    {"kakogawa", "main", "renew", "2020-10-03T10:00", "closed", "2020-10-05T09:00", "75"},
    {"kakogawa", "main", "renew", "2020-12-28T17:01", "closed", "2021-01-04T09:00", "75"},
    {"kakogawa", "main", "reset", "2021-01-03T10:00", "closed", "2021-01-04T09:00", "125"},
    {"kakogawa", "center", "renew", "2020-10-05T09:59", "closed", "2020-10-05T10:00", "77"},
    {"kakogawa", "center", "renew", "2020-10-05T18:00", "open", "", "77"},
    {"kakogawa", "center", "renew", "2020-10-05T18:01", "closed", "2020-10-06T10:00", "77"},
    {"kakogawa", "center", "renew", "2020-11-03T17:00", "open", "", "77"},
    {"kakogawa", "center", "renew", "2020-11-03T17:01", "closed", "2020-11-04T10:00", "77"},
    {"kakogawa", "center", "reset", "2020-10-05T09:00", "open", "", "127"},
    {"kakogawa", "center", "reset", "2020-10-05T19:00", "open", "", "127"},
    {"kakogawa", "center", "reset", "2020-10-05T19:01", "closed", "2020-10-06T09:00", "127"},
    {"kakogawa", "plaza", "renew", "2020-10-05T10:59", "closed", "2020-10-05T11:00", "79"},
    {"kakogawa", "plaza", "renew", "2020-10-04T17:00", "open", "", "79"},
    {"kakogawa", "plaza", "reset", "2020-10-05T10:00", "open", "", "129"},
    {"kakogawa", "plaza", "reset", "2020-10-04T17:01", "closed", "2020-10-05T10:00", "129"},
    {"kakogawa", "center", "renew", "2020-10-18T10:00", "closed", "2020-10-19T10:00", "83"},
    {"kakogawa", "plaza", "reset", "2020-11-15T10:00", "open", "", "133"},
    {"kakogawa", "plaza", "reset", "2020-11-22T10:00", "closed", "2020-11-23T10:00", "133"},
    {"kakogawa", "holiday", "renew", "2020-10-11T09:00", "open", "", "89"},
    {"kakogawa", "holiday", "renew", "2020-10-11T15:01", "closed", "2020-10-24T09:00", "89"},
    {"kakogawa", "holiday", "renew", "2020-11-08T15:00", "open", "", "91"},
    {"kakogawa", "holiday", "renew", "2020-11-21T15:01", "closed", "", "91"},

    {"omihachiman", "main", "reset", "2024-01-09T08:59", "closed", "2024-01-09T09:00", "31"},
    {"omihachiman", "main", "reset", "2024-01-09T16:30", "open", "", "31"},
    {"omihachiman", "main", "reset", "2024-01-09T16:31", "closed", "2024-01-10T09:00", "31"},
    {"omihachiman", "main", "reset", "2024-01-13T08:29", "closed", "2024-01-15T09:00", "32"},
    {"omihachiman", "main", "reset", "2024-01-13T08:30", "unknown", "2024-01-15T09:00", "32"},
    {"omihachiman", "main", "reset", "2024-01-08T12:00", "unknown", "2024-01-09T09:00", "32"},
    {"omihachiman", "main", "reset", "2024-01-14T12:01", "closed", "2024-01-15T09:00", "32"},
    {"omihachiman", "azuchi", "reset", "2024-01-09T08:30", "open", "", "34"},
    {"omihachiman", "azuchi", "reset", "2024-01-09T17:16", "closed", "2024-01-10T08:30", "34"},
    {"omihachiman", "azuchi", "reset", "2024-01-13T10:00", "closed", "2024-01-15T08:30", "34"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        unsigned city = place(cities, ROWS(cities), rows[i].city);
        struct hours_query query = {
            .office = place(offices[city], office_counts[city], rows[i].office),
            .procedure = place(procedures, ROWS(procedures), rows[i].procedure)};
        struct hours_answer answer;
        char opens[MOMENT_TEXT_SIZE];

        assert_int_equal(moment_parse(rows[i].at, &query.at), DATE_OK);
        answer = hours_judge(&tables[city], &holidays, &query);
        if (strcmp(state_words[answer.state], rows[i].state) != 0 ||
            strcmp(moment_format(answer.opens, opens), rows[i].opens) != 0)
            fail_msg("%s %s %s at %s (line %s): %s, opens %s", rows[i].city, rows[i].office,
                     rows[i].procedure, rows[i].at, rows[i].line, state_words[answer.state],
                     opens);
    }
}

static void test_booking(void **state)
{
    unsigned omi = place(cities, ROWS(cities), "omihachiman");
    unsigned main_office = place(offices[omi], office_counts[omi], "main");
    const struct hours_booking_rule *rule = hours_booking_rule(&tables[omi], main_office);
    struct hours_booking_window window;
    char text[MOMENT_TEXT_SIZE];

    (void)state;
    assert_non_null(rule);
    window = hours_booking_window(rule, (struct date){2024, 3, 15});
    assert_string_equal(moment_format(window.opens, text), "2024-01-01T12:00");
    assert_string_equal(moment_format(window.closes, text), "2024-03-12T07:00");
    assert_null(hours_booking_rule(&tables[omi],
                                   place(offices[omi], office_counts[omi], "azuchi")));
}

static void test_kiosk(void **state)
{
    unsigned omi = place(cities, ROWS(cities), "omihachiman");

    (void)state;
    assert_true(tables[omi].has_kiosk);
    assert_int_equal(tables[omi].kiosk.within, 24 * 60);
    assert_int_equal(tables[omi].kiosk.open, 6 * 60 + 30);
    assert_int_equal(tables[omi].kiosk.close, 23 * 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_booking),
        cmocka_unit_test(test_kiosk),
    };

    return cmocka_run_group_tests(tests, load_all, free_all);
}
