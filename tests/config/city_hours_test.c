#include "config/city_hours.h"
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
#define WORDS(array) {array, ROWS(array)}

static const char *const offices[] = {"main", "center", "holiday"};
static const char *const procedures[] = {"change", "reset", "renew", "issue", "check"};
static const char *const presenters[] = {"resident", "parent", "guardian", "agent", "household"};
static const struct city_words words = {WORDS(offices), WORDS(procedures), WORDS(presenters)};

static char path[512];
static struct hours_table table;

static int make_file(void **state)
{
    const char *directory = getenv("TMPDIR");
    int file;

    (void)state;
    snprintf(path, sizeof path, "%s/madoguchi-hours-XXXXXX",
             directory == NULL ? "/tmp" : directory);
    file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static bool load(const char *text, struct fault_list *faults)
{
    FILE *file = fopen(path, "w");
    struct ini *ini;
    bool fine;

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    ini = ini_load(path, faults);
    assert_non_null(ini);
    fine = city_hours_load(ini, &words, &table, faults);
    ini_unread(ini, faults);
    ini_free(ini);
    return fine;
}

static void load_good(const char *text)
{
    struct fault_list faults = {0};
    bool fine = load(text, &faults);

    for (size_t i = 0; i < faults.count; i++)
        print_error("line %d: %s %s\n", faults.fault[i].line, fault_id(faults.fault[i].code),
                    faults.fault[i].word);
    assert_true(fine && !fault_any(&faults));
}

static void test_every_key(void **state)
{
    const struct hours_rule *rule;

    (void)state;
    load_good("[hours.weekend]\noffices = main center\nprocedures = renew reset\n"
              "presenters = agent household\ndays = sat sun holiday\nnth = 2 last\n"
              "hours = 09:00 12:30\nbooking = only\nfrom = 2026-04-01\nuntil = 2027-03-31\n"
              "source = PAGE 5-7\n"
              "[opening.once]\ndates = 2026-05-10 2026-05-17\nhours = 09:00 15:00\nsource = 9\n"
              "[closure.year-end]\nyearly = 12-29 01-03\ninterval.1 = 2026-05-01 2026-05-03\n"
              "except.1 = 2025-01-01 2025-12-31\nexcept.2 = 2027-01-01 2027-01-02\nsource = 8\n"
              "[closure.sunday]\ndays = sat\nnth = 3\nshift = 1\nhours = 17:00 24:00\nsource = 8\n"
              "[closure.own]\ndates = unknown\nsource = 8\n");
    assert_int_equal(table.count, 5);

    rule = &table.rules[0];
    assert_string_equal(rule->id, "hours.weekend");
    assert_string_equal(rule->source, "PAGE 5-7");
    assert_int_equal(rule->kind, HOURS_WEEKLY);
    assert_int_equal(rule->offices, 0x3);
    assert_int_equal(rule->procedures, 0x6);
    assert_int_equal(rule->presenters, 0x18);
    assert_int_equal(rule->days.weekdays, 0xE0);
    assert_int_equal(rule->days.nth, 0x5);
    assert_int_equal(rule->open, 540);
    assert_int_equal(rule->close, 750);
    assert_int_equal(rule->booking, HOURS_BOOKED_ONLY);
    assert_int_equal(rule->days.from.year, 2026);
    assert_int_equal(rule->days.until.year, 2027);

    rule = &table.rules[1];
    assert_int_equal(rule->kind, HOURS_OPENING);
    assert_int_equal(rule->offices, 0);
    assert_int_equal(rule->days.date_count, 2);
    assert_int_equal(rule->days.dates[1].day, 17);
    assert_int_equal(rule->booking, HOURS_WALK_IN);

    rule = &table.rules[2];
    assert_int_equal(rule->kind, HOURS_CLOSURE);
    assert_int_equal(rule->days.yearly_first, 1229);
    assert_int_equal(rule->days.yearly_last, 103);
    assert_int_equal(rule->days.interval_count, 1);
    assert_int_equal(rule->days.except_count, 2);
    assert_int_equal(rule->open, 0);
    assert_int_equal(rule->close, 1440);

    assert_int_equal(table.rules[3].days.nth, 0x8);
    assert_int_equal(table.rules[3].days.shift, 1);
    assert_int_equal(table.rules[3].open, 1020);
    assert_true(table.rules[4].days.unknown);
}

static void test_booking_and_kiosk(void **state)
{
    (void)state;
    load_good("[booking.special]\noffices = main\nopens-months-before = 2\nopens-day = 1\n"
              "opens-at = 12:00\ncloses-days-before = 3\ncloses-at = 07:00\nsource = 39\n"
              "[kiosk]\nwithin-hours = 24\nhours = 06:30 23:00\nsource = 52 56\n");
    assert_int_equal(table.booking_count, 1);
    assert_string_equal(table.bookings[0].id, "booking.special");
    assert_int_equal(table.bookings[0].months_before, 2);
    assert_int_equal(table.bookings[0].day_of_month, 1);
    assert_int_equal(table.bookings[0].opens, 720);
    assert_int_equal(table.bookings[0].days_before, 3);
    assert_int_equal(table.bookings[0].closes, 420);
    assert_true(table.has_kiosk);
    assert_int_equal(table.kiosk.within, 1440);
    assert_int_equal(table.kiosk.open, 390);
    assert_int_equal(table.kiosk.close, 1380);
    assert_string_equal(table.kiosk.source, "52 56");
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    load_good("");
    assert_int_equal(table.count, 0);
    assert_int_equal(table.booking_count, 0);
    assert_false(table.has_kiosk);
}

#define HOURS_A "[hours.a]\nsource = 1\nhours = 09:00 17:00\n"

static const struct {
    const char *text;
    enum fault_code code;
    int line;
    const char *word;
    const char *nearest;
} fault_rows[] = {
    {HOURS_A, FAULT_MISSING_KEY, 1, "days", ""},
    {"[hours.a]\nsource = 1\ndays = mon\n", FAULT_MISSING_KEY, 1, "hours", ""},
    {"[hours.a]\nhours = 09:00 17:00\ndays = mon\n", FAULT_MISSING_KEY, 1, "source", ""},
    {"[opening.a]\nsource = 1\ndates = 2026-05-10\n", FAULT_MISSING_KEY, 1, "hours", ""},
    {HOURS_A "days = mon teu\n", FAULT_UNKNOWN_WORD, 4, "teu", "tue"},
    {HOURS_A "days = sat\nnth = 6\n", FAULT_UNKNOWN_WORD, 5, "6", ""},
    {HOURS_A "days = holiday\nnth = 2\n", FAULT_NEEDS, 5, "nth", ""},
    {HOURS_A "days = sat\noffices = mian\n", FAULT_UNKNOWN_WORD, 5, "mian", "main"},
    {HOURS_A "days = sat\nprocedures = renwe\n", FAULT_UNKNOWN_WORD, 5, "renwe", "renew"},
    {HOURS_A "days = sat\npresenters = agents\n", FAULT_UNKNOWN_WORD, 5, "agents", "agent"},
    {HOURS_A "days = sat\nbooking = always\n", FAULT_UNKNOWN_WORD, 5, "always", ""},
    {HOURS_A "days = sat\nshift = 7\n", FAULT_OUT_OF_RANGE, 5, "7", ""},
    {HOURS_A "days = sat\nday = sun\n", FAULT_UNKNOWN_KEY, 5, "day", "days"},
    {HOURS_A "days = sat\nfrom = 2026-05-02\nuntil = 2026-05-01\n", FAULT_WRONG_ORDER, 6, "until",
     ""},
    {HOURS_A "days = sat\nyearly = 12-29\n", FAULT_TOO_FEW, 5, "12-29", ""},
    {HOURS_A "days = sat\nyearly = 12-29 02-30\n", FAULT_NOT_A_DATE, 5, "02-30", ""},
    {HOURS_A "days = sat\ndates = 2026-02-29\n", FAULT_NOT_A_DATE, 5, "2026-02-29", ""},
    {HOURS_A "days = sat\ndates = 2026-02-28 unknown\n", FAULT_NOT_A_DATE, 5, "unknown", ""},
    {HOURS_A "days = sat\nexcept.1 = 2026-02-28\n", FAULT_TOO_FEW, 5, "2026-02-28", ""},
    {HOURS_A "days = sat\nexcept.2 = 2026-02-01 2026-02-28\n", FAULT_UNKNOWN_KEY, 5, "except.2",
     "except.1"},
    {"[closure.a]\nsource = 1\nbooking = only\n", FAULT_UNKNOWN_KEY, 3, "booking", ""},
    {"[closure.a]\nsource = 1\nshift = 1\n", FAULT_NEEDS, 3, "shift", ""},
    {"[hour.a]\nsource = 1\n", FAULT_UNKNOWN_SECTION, 1, "hour.a", ""},
    {"[kiosk]\nsource = 1\nhours = 06:30 23:00\n", FAULT_MISSING_KEY, 1, "within-hours", ""},
    {"[booking.a]\nsource = 1\nopens-months-before = 2\nopens-day = 29\nopens-at = 12:00\n"
     "closes-days-before = 3\ncloses-at = 07:00\n", FAULT_OUT_OF_RANGE, 4, "29", ""},
    {"[booking.a]\nsource = 1\nopens-months-before = 2\nopens-day = 1\nopens-at = noon\n"
     "closes-days-before = 3\ncloses-at = 07:00\n", FAULT_NOT_A_TIME, 5, "noon", ""},
};

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(fault_rows); i++) {
        struct fault_list faults = {0};
        const struct fault *fault;

        load(fault_rows[i].text, &faults);
        if (faults.count != 1)
            fail_msg("row %zu: %zu faults", i, faults.count);
        fault = &faults.fault[0];
        if (fault->code != fault_rows[i].code || fault->line != fault_rows[i].line ||
            strcmp(fault->word, fault_rows[i].word) != 0 ||
            strcmp(fault->nearest, fault_rows[i].nearest) != 0)
            fail_msg("row %zu: %s line %d '%s' nearest '%s'", i, fault_id(fault->code),
                     fault->line, fault->word, fault->nearest);
        fault_list_free(&faults);
    }
}

static void test_too_many(void **state)
{
    static char text[65536];
    struct fault_list faults = {0};
    size_t length = 0;

    (void)state;
    for (int i = 0; i <= HOURS_RULES; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "[closure.a%d]\nsource = 1\ndays = sun\n", i);
    assert_false(load(text, &faults));
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.fault[0].code, FAULT_TOO_MANY);
    assert_string_equal(faults.fault[0].expected, "96");
    fault_list_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key),    cmocka_unit_test(test_booking_and_kiosk),
        cmocka_unit_test(test_nothing_at_all), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_too_many),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
