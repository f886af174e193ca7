#include "config/city_hours.h"

#include <stdio.h>
#include <string.h>

static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"};
static const char *const nth_words[] = {"last", "1", "2", "3", "4", "5"};
static const char *const booking_words[] = {"none", "first", "only"};

#define WORDS(array) ((struct ini_words){array, sizeof array / sizeof array[0]})

/* One section on its way into a rule. */
struct reading {
    struct ini *ini;
    const char *section;
    const struct city_words *words;
    struct fault_list *faults;
};

static void fault(const struct reading *r, const char *key, enum fault_code code, const char *word,
                  const char *expected)
{
    ini_fault(r->ini, r->faults, r->section, key, code, word, NULL, expected);
}

static void too_many(const struct reading *r, const char *key, const char *word, int most)
{
    char text[16];

    snprintf(text, sizeof text, "%d", most);
    fault(r, key, FAULT_TOO_MANY, word, text);
}

/* --- days ------------------------------------------------------------------------------------ */

static void read_dates(const struct reading *r, struct hours_days *days)
{
    struct ini_list list;

    if (!ini_list(r->ini, r->section, "dates", &list, r->faults) || list.count == 0)
        return;
    if (list.count == 1 && strcmp(list.item[0], "unknown") == 0) {
        days->unknown = true;
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        struct date date;

        if (date_parse(list.item[i], &date) != DATE_OK) {
            fault(r, "dates", FAULT_NOT_A_DATE, list.item[i], "YYYY-MM-DD");
        } else if (days->date_count == HOURS_DATES) {
            too_many(r, "dates", list.item[i], HOURS_DATES);
            return;
        } else {
            days->dates[days->date_count++] = date;
        }
    }
}

static size_t read_intervals(const struct reading *r, const char *key,
                             struct hours_interval intervals[HOURS_INTERVALS])
{
    size_t count = 0;

    for (size_t n = 1; ini_numbered(r->ini, r->section, key, n) != NULL; n++) {
        char name[32];
        struct date dates[2] = {{0}, {0}};

        snprintf(name, sizeof name, "%s.%zu", key, n);
        if (n > HOURS_INTERVALS) {
            too_many(r, name, name, HOURS_INTERVALS);
            break;
        }
        if (ini_dates(r->ini, r->section, name, dates, r->faults))
            intervals[count++] = (struct hours_interval){dates[0], dates[1]};
    }
    return count;
}

/* MM-DD as month * 100 + day; Feb 29 counts as a day. 0 where it is none. */
static int month_day(const char *text)
{
    char dated[24];
    struct date date;

    snprintf(dated, sizeof dated, "2000-%.12s", text);
    return date_parse(dated, &date) == DATE_OK ? date.month * 100 + date.day : 0;
}

static void read_yearly(const struct reading *r, struct hours_days *days)
{
    static const char form[] = "MM-DD MM-DD";
    struct ini_list list;
    int ends[2] = {0, 0};

    if (!ini_list(r->ini, r->section, "yearly", &list, r->faults) || list.count == 0)
        return;
    if (list.count != 2) {
        fault(r, "yearly", list.count < 2 ? FAULT_TOO_FEW : FAULT_TOO_MANY, list.item[0], form);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        ends[i] = month_day(list.item[i]);
        if (ends[i] == 0)
            fault(r, "yearly", FAULT_NOT_A_DATE, list.item[i], form);
    }
    days->yearly_first = ends[0];
    days->yearly_last = ends[1];
}

static void read_days(const struct reading *r, struct hours_days *days)
{
    uint64_t weekdays = 0;
    uint64_t nth = 0;

    ini_set(r->ini, r->section, "days", WORDS(day_words), &weekdays, r->faults);
    ini_set(r->ini, r->section, "nth", WORDS(nth_words), &nth, r->faults);
    ini_number(r->ini, r->section, "shift", 0, 6, &days->shift, r->faults);
    days->weekdays = (unsigned)weekdays;
    days->nth = (unsigned)nth;
    if (nth != 0 && (weekdays & ~((uint64_t)1 << HOURS_HOLIDAY_BIT)) == 0)
        fault(r, "nth", FAULT_NEEDS, "nth", "days");
    if (days->shift != 0 && weekdays == 0)
        fault(r, "shift", FAULT_NEEDS, "shift", "days");
    read_yearly(r, days);
    read_dates(r, days);
    days->interval_count = read_intervals(r, "interval", days->intervals);
    days->except_count = read_intervals(r, "except", days->excepts);
    ini_date(r->ini, r->section, "from", &days->from, r->faults);
    ini_date(r->ini, r->section, "until", &days->until, r->faults);
    if (days->from.year != 0 && days->until.year != 0 &&
        date_compare(days->from, days->until) > 0)
        fault(r, "until", FAULT_WRONG_ORDER, "until", "from");
}

/* --- rules ----------------------------------------------------------------------------------- */

static void read_source(const struct reading *r, char source[HOURS_SOURCE_SIZE])
{
    if (ini_need(r->ini, r->section, "source", r->faults) != NULL)
        ini_text(r->ini, r->section, "source", source, HOURS_SOURCE_SIZE, r->faults);
}

static void read_id(const struct reading *r, char id[HOURS_ID_SIZE])
{
    if (strlen(r->section) >= HOURS_ID_SIZE)
        fault(r, NULL, FAULT_TEXT_TOO_LONG, r->section, "47");
    fault_text(id, HOURS_ID_SIZE, r->section);
}

static void read_rule(const struct reading *r, enum hours_kind kind, struct hours_rule *rule)
{
    int hours[2] = {0, MINUTES_A_DAY};
    size_t booking = HOURS_WALK_IN;

    *rule = (struct hours_rule){.kind = kind};
    read_id(r, rule->id);
    read_source(r, rule->source);
    ini_set(r->ini, r->section, "offices", r->words->offices, &rule->offices, r->faults);
    ini_set(r->ini, r->section, "procedures", r->words->procedures, &rule->procedures, r->faults);
    ini_set(r->ini, r->section, "presenters", r->words->presenters, &rule->presenters, r->faults);
    read_days(r, &rule->days);
    ini_hours(r->ini, r->section, "hours", hours, r->faults);
    rule->open = hours[0];
    rule->close = hours[1];
    if (kind != HOURS_CLOSURE) {
        ini_need(r->ini, r->section, "hours", r->faults);
        ini_word(r->ini, r->section, "booking", WORDS(booking_words), &booking, r->faults);
        rule->booking = (enum hours_booking)booking;
    }
    if (kind == HOURS_WEEKLY)
        ini_need(r->ini, r->section, "days", r->faults);
}

static void read_rules(struct reading r, const char *prefix, enum hours_kind kind,
                       struct hours_table *table)
{
    for (size_t i = 0; (r.section = ini_section(r.ini, prefix, i)) != NULL; i++) {
        struct hours_rule rule;

        ini_know_section(r.ini, r.section);
        read_rule(&r, kind, &rule);
        if (table->count == HOURS_RULES)
            too_many(&r, NULL, r.section, HOURS_RULES);
        else
            table->rules[table->count++] = rule;
    }
}

/* A number or a time that has to be there. */
static void need_number(const struct reading *r, const char *key, int least, int most, int *out)
{
    if (ini_need(r->ini, r->section, key, r->faults) != NULL)
        ini_number(r->ini, r->section, key, least, most, out, r->faults);
}

static void need_time(const struct reading *r, const char *key, int *out)
{
    if (ini_need(r->ini, r->section, key, r->faults) != NULL)
        ini_time(r->ini, r->section, key, out, r->faults);
}

static void read_bookings(struct reading r, struct hours_table *table)
{
    for (size_t i = 0; (r.section = ini_section(r.ini, "booking.", i)) != NULL; i++) {
        struct hours_booking_rule rule = {.offices = 0};

        ini_know_section(r.ini, r.section);
        read_id(&r, rule.id);
        read_source(&r, rule.source);
        ini_set(r.ini, r.section, "offices", r.words->offices, &rule.offices, r.faults);
        need_number(&r, "opens-months-before", 0, 24, &rule.months_before);
        need_number(&r, "opens-day", 1, 28, &rule.day_of_month);
        need_time(&r, "opens-at", &rule.opens);
        need_number(&r, "closes-days-before", 0, 365, &rule.days_before);
        need_time(&r, "closes-at", &rule.closes);
        if (table->booking_count == HOURS_BOOKINGS)
            too_many(&r, NULL, r.section, HOURS_BOOKINGS);
        else
            table->bookings[table->booking_count++] = rule;
    }
}

static void read_kiosk(struct reading r, struct hours_table *table)
{
    int within = 0;
    int hours[2] = {0, 0};

    r.section = "kiosk";
    table->has_kiosk = ini_has_section(r.ini, r.section);
    if (!table->has_kiosk)
        return;
    read_source(&r, table->kiosk.source);
    need_number(&r, "within-hours", 1, 24 * 31, &within);
    if (ini_need(r.ini, r.section, "hours", r.faults) != NULL)
        ini_hours(r.ini, r.section, "hours", hours, r.faults);
    table->kiosk.within = within * 60;
    table->kiosk.open = hours[0];
    table->kiosk.close = hours[1];
}

bool city_hours_load(struct ini *ini, const struct city_words *words, struct hours_table *table,
                     struct fault_list *faults)
{
    struct reading r = {.ini = ini, .words = words, .faults = faults};
    size_t before = faults->count + faults->lost;

    *table = (struct hours_table){.count = 0};
    read_rules(r, "hours.", HOURS_WEEKLY, table);
    read_rules(r, "opening.", HOURS_OPENING, table);
    read_rules(r, "closure.", HOURS_CLOSURE, table);
    read_bookings(r, table);
    read_kiosk(r, table);
    return faults->count + faults->lost == before;
}
