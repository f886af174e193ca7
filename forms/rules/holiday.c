#include "forms/rules/holiday.h"

struct date holiday_nth_weekday(int year, int month, enum weekday weekday, int nth)
{
    const struct date none = {0};
    struct date first = {year, month, 1};
    enum weekday first_weekday = date_weekday(first);
    int offset = ((int)weekday - (int)first_weekday + WEEKDAYS) % WEEKDAYS;
    int days = date_days_in_month(year, month);
    int day = 1 + offset + (nth - 1) * WEEKDAYS;

    if (nth == 0)
        day = 1 + offset + (days - 1 - offset) / WEEKDAYS * WEEKDAYS;
    return day <= days ? (struct date){year, month, day} : none;
}

struct date holiday_rule_date(const struct holiday_rule *rule, int year, bool *computed)
{
    *computed = false;
    for (size_t i = 0; i < rule->date_count; i++) {
        if (rule->dates[i].date.year == year) {
            *computed = rule->dates[i].computed;
            return rule->dates[i].date;
        }
    }
    if (year >= rule->from && year <= rule->until) {
        if (rule->nth != 0)
            return holiday_nth_weekday(year, rule->month, rule->weekday, rule->nth);
        if (rule->day != 0)
            return (struct date){year, rule->month, rule->day};
    }
    return (struct date){0};
}

static bool in_table(const struct holiday_table *table, struct date date)
{
    return date.year >= table->first_year && date.year <= table->last_year;
}

static struct holiday named(const struct holiday_table *table, struct date date)
{
    struct holiday holiday = {HOLIDAY_NONE, NULL, false};

    if (!in_table(table, date))
        return holiday;
    for (size_t i = 0; i < table->count; i++) {
        bool computed;
        struct date day = holiday_rule_date(&table->rules[i], date.year, &computed);

        if (date_compare(day, date) == 0)
            return (struct holiday){HOLIDAY_NAMED, &table->rules[i], computed};
    }
    return holiday;
}

/* Back over the holidays right before date: a Sunday among them gives date as its substitute. */
static struct holiday substitute(const struct holiday_table *table, struct date date)
{
    bool computed = false;

    for (int back = 1;; back++) {
        struct date day = date_add_days(date, -back);
        struct holiday before = named(table, day);

        if (before.kind != HOLIDAY_NAMED)
            return (struct holiday){HOLIDAY_NONE, NULL, false};
        computed = computed || before.computed;
        if (date_weekday(day) == SUNDAY)
            return (struct holiday){HOLIDAY_SUBSTITUTE, before.rule, computed};
    }
}

struct holiday holiday_on(const struct holiday_table *table, struct date date)
{
    struct holiday holiday = named(table, date);

    if (!in_table(table, date))
        return (struct holiday){HOLIDAY_UNKNOWN, NULL, false};
    if (holiday.kind == HOLIDAY_NAMED)
        return holiday;
    holiday = substitute(table, date);
    if (holiday.kind == HOLIDAY_SUBSTITUTE)
        return holiday;

    struct holiday before = named(table, date_add_days(date, -1));
    struct holiday after = named(table, date_add_days(date, 1));

    if (before.kind == HOLIDAY_NAMED && after.kind == HOLIDAY_NAMED)
        return (struct holiday){HOLIDAY_BETWEEN, NULL, before.computed || after.computed};
    return holiday;
}
