/*
 * Public holidays of Japan, from a table of rules that is data (config/holidays.ini).
 *
 * The law's art. 3 is code, because it is about the table as a whole: (2) a holiday on a Sunday
 * makes the next day that is no holiday a day off; (3) a day that is no holiday between two
 * holidays is a day off. A holiday on a Saturday has no substitute. All else, names, moved days,
 * announced and computed equinoxes, is in the table. Outside the table's years the answer is
 * "unknown".
 */
#ifndef FORMS_RULES_HOLIDAY_H
#define FORMS_RULES_HOLIDAY_H

#include "forms/rules/date.h"

#define HOLIDAY_ID_SIZE 32
#define HOLIDAY_NAME_SIZE 64
#define HOLIDAY_RULES 40
#define HOLIDAY_YEAR_DATES 24

/* A day of one year that the rule names by itself (a moved day, an equinox). */
struct holiday_year_date {
    struct date date;
    bool computed; /* not announced yet: computed from astronomy */
};

/* One holiday. A year listed in `dates` has that day and no other; any other year of [from, until]
 * has the fixed day (day != 0) or the nth weekday (nth != 0), or none where both are 0. */
struct holiday_rule {
    char id[HOLIDAY_ID_SIZE];
    char name_ja[HOLIDAY_NAME_SIZE];
    char name_en[HOLIDAY_NAME_SIZE];
    int from;  /* first year */
    int until; /* last year */
    int month;
    int day;
    int nth; /* 1..5 */
    enum weekday weekday;
    struct holiday_year_date dates[HOLIDAY_YEAR_DATES];
    size_t date_count;
};

struct holiday_table {
    int first_year; /* the years the table is complete for */
    int last_year;
    struct holiday_rule rules[HOLIDAY_RULES];
    size_t count;
};

enum holiday_kind {
    HOLIDAY_NONE,       /* a day like others */
    HOLIDAY_NAMED,      /* a holiday of the table: `rule` */
    HOLIDAY_SUBSTITUTE, /* art. 3 (2), for the Sunday holiday `rule` */
    HOLIDAY_BETWEEN,    /* art. 3 (3) */
    HOLIDAY_UNKNOWN     /* outside the years of the table */
};

struct holiday {
    enum holiday_kind kind;
    const struct holiday_rule *rule; /* inside the table; NULL where the kind names none */
    bool computed;                   /* rests on a computed date, not an announced one */
};

struct holiday holiday_on(const struct holiday_table *table, struct date date);

/* The day of that rule in that year, or "no date". */
struct date holiday_rule_date(const struct holiday_rule *rule, int year, bool *computed);

/* The nth (1..5) weekday of a month; nth 0 the last one. "No date" where the month has no fifth. */
struct date holiday_nth_weekday(int year, int month, enum weekday weekday, int nth);

#endif
