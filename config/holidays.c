#include "config/holidays.h"

#include "config/ini.h"

#include <stdio.h>
#include <string.h>

static const char *const weekday_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const struct ini_words weekdays = {weekday_words, WEEKDAYS};

static bool read_month_day(const char *text, int year, struct date *out)
{
    char dated[32];

    snprintf(dated, sizeof dated, "%04d-%.12s", year, text);
    return date_parse(dated, out) == DATE_OK;
}

/* Keys year.2017 and on: that year's own day, and whether it is only computed. */
static void read_year(struct ini *ini, const char *section, int year, struct holiday_rule *rule,
                      struct fault_list *faults)
{
    char key[16];
    struct ini_list list;
    struct holiday_year_date day = {.computed = false};

    snprintf(key, sizeof key, "year.%d", year);
    if (ini_value(ini, section, key) == NULL || !ini_list(ini, section, key, &list, faults))
        return;
    day.computed = list.count == 2 && strcmp(list.item[1], "computed") == 0;
    if (list.count > 2 || (list.count == 2 && !day.computed)) {
        ini_fault(ini, faults, section, key, FAULT_UNKNOWN_WORD, list.item[1], "computed",
                  "MM-DD [computed]");
    } else if (!read_month_day(list.item[0], year, &day.date)) {
        ini_fault(ini, faults, section, key, FAULT_NOT_A_DATE, list.item[0], NULL, "MM-DD");
    } else if (rule->date_count == HOLIDAY_YEAR_DATES) {
        ini_fault(ini, faults, section, key, FAULT_TOO_MANY, key, NULL, "24");
    } else {
        rule->dates[rule->date_count++] = day;
    }
}

static void read_regular(struct ini *ini, const char *section, struct holiday_rule *rule,
                         struct fault_list *faults)
{
    const char *day = ini_value(ini, section, "day");
    size_t weekday = MONDAY;
    struct date date;

    ini_number(ini, section, "month", 1, 12, &rule->month, faults);
    ini_number(ini, section, "nth", 1, 5, &rule->nth, faults);
    ini_word(ini, section, "weekday", weekdays, &weekday, faults);
    rule->weekday = (enum weekday)weekday;
    if (day != NULL && rule->nth != 0) {
        ini_fault(ini, faults, section, "day", FAULT_CONFLICT, "day", NULL, "nth");
    } else if (rule->nth != 0) {
        ini_need(ini, section, "month", faults);
        ini_need(ini, section, "weekday", faults);
    } else if (day != NULL && !read_month_day(day, 2001, &date)) {
        ini_fault(ini, faults, section, "day", FAULT_NOT_A_DATE, day, NULL, "MM-DD");
    } else if (day != NULL) {
        rule->month = date.month;
        rule->day = date.day;
    }
}

static void read_rule(struct ini *ini, const char *section, const struct holiday_table *table,
                      struct holiday_rule *rule, struct fault_list *faults)
{
    size_t before = faults->count + faults->lost;
    char source[128];

    *rule = (struct holiday_rule){.from = DATE_FIRST_YEAR, .until = DATE_LAST_YEAR};
    ini_know_section(ini, section);
    fault_text(rule->id, sizeof rule->id, section + strlen("holiday."));
    if (ini_need(ini, section, "name", faults) != NULL)
        ini_text(ini, section, "name", rule->name_ja, sizeof rule->name_ja, faults);
    if (ini_need(ini, section, "name.en", faults) != NULL)
        ini_text(ini, section, "name.en", rule->name_en, sizeof rule->name_en, faults);
    ini_text(ini, section, "source", source, sizeof source, faults);
    ini_number(ini, section, "from", DATE_FIRST_YEAR, DATE_LAST_YEAR, &rule->from, faults);
    ini_number(ini, section, "until", DATE_FIRST_YEAR, DATE_LAST_YEAR, &rule->until, faults);
    read_regular(ini, section, rule, faults);
    for (int year = table->first_year; year <= table->last_year; year++)
        read_year(ini, section, year, rule, faults);
    if (faults->count + faults->lost == before && rule->nth == 0 && rule->day == 0 &&
        rule->date_count == 0)
        ini_fault(ini, faults, section, NULL, FAULT_MISSING_KEY, "day", NULL, "day nth year.YYYY");
}

static bool read_years(struct ini *ini, struct holiday_table *table, struct fault_list *faults)
{
    size_t before = faults->count + faults->lost;

    if (!ini_has_section(ini, "holidays")) {
        ini_fault(ini, faults, "holidays", NULL, FAULT_MISSING_SECTION, "holidays", NULL, NULL);
        return false;
    }
    ini_need(ini, "holidays", "from", faults);
    ini_need(ini, "holidays", "until", faults);
    ini_number(ini, "holidays", "from", DATE_FIRST_YEAR, DATE_LAST_YEAR, &table->first_year,
               faults);
    ini_number(ini, "holidays", "until", DATE_FIRST_YEAR, DATE_LAST_YEAR, &table->last_year,
               faults);
    if (faults->count + faults->lost == before && table->first_year > table->last_year)
        ini_fault(ini, faults, "holidays", "until", FAULT_WRONG_ORDER, "until", NULL, "from");
    return faults->count + faults->lost == before;
}

static void read_table(struct ini *ini, struct holiday_table *table, struct fault_list *faults)
{
    const char *section;

    *table = (struct holiday_table){.count = 0};
    if (!read_years(ini, table, faults))
        return; /* which years the rules may name is not known */
    for (size_t i = 0; (section = ini_section(ini, "holiday.", i)) != NULL; i++) {
        struct holiday_rule rule;

        read_rule(ini, section, table, &rule, faults);
        if (table->count == HOLIDAY_RULES)
            ini_fault(ini, faults, section, NULL, FAULT_TOO_MANY, section, NULL, "40");
        else
            table->rules[table->count++] = rule;
    }
    ini_unread(ini, faults);
}

bool holidays_load(const char *path, struct holiday_table *table, struct fault_list *faults)
{
    size_t before = faults->count + faults->lost;
    struct ini *ini = ini_load(path, faults);

    if (ini == NULL)
        return false;
    read_table(ini, table, faults);
    ini_free(ini);
    return faults->count + faults->lost == before;
}
