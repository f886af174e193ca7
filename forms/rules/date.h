/*
 * Calendar dates and moments of the counter: plain values, Gregorian, Japan Standard Time.
 *
 * Nothing here asks for the time of day: now is always an argument. A date counts as valid from
 * 1868-01-01 to 2200-12-31; arithmetic is done on any date of the Gregorian calendar, so the result
 * of adding may leave that range and is then refused by date_valid().
 */
#ifndef FORMS_RULES_DATE_H
#define FORMS_RULES_DATE_H

#include <stdbool.h>
#include <stddef.h>

#define DATE_FIRST_YEAR 1868
#define DATE_LAST_YEAR 2200

#define DATE_TEXT_SIZE 16   /* "2008-05-01" */
#define MOMENT_TEXT_SIZE 24 /* "2008-05-01T08:45" */

/* All zero means "no date"; date_valid() is false for it. */
struct date {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

#define MOMENT_NO_TIME (-1)
#define MINUTES_A_DAY 1440

/* A date with the minute of the day 0..1439, or MOMENT_NO_TIME where only the day was stated. */
struct moment {
    struct date date;
    int minute;
};

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY, WEEKDAYS };

/* What is wrong with a text that should be a date; 0 is "nothing". */
enum date_fault {
    DATE_OK,
    DATE_EMPTY,         /* nothing but blanks */
    DATE_NOT_A_DATE,    /* not one of the known ways to write a date */
    DATE_ERA_MISSING,   /* a year of one or two digits and no era: 63.5.1 */
    DATE_ERA_UNKNOWN,   /* a letter or word that is no era: X3.5.1 */
    DATE_BEFORE_ERA,    /* the era had not begun on that day, or year 0 */
    DATE_AFTER_ERA,     /* the era had ended before that day: S64.1.8 */
    DATE_NO_SUCH_MONTH, /* month 0 or above 12 */
    DATE_NO_SUCH_DAY,   /* the month has no such day */
    DATE_OUT_OF_RANGE,  /* before DATE_FIRST_YEAR or after DATE_LAST_YEAR */
    DATE_NO_SUCH_TIME,  /* hour above 23 or minute above 59 */
    DATE_FAULTS
};

bool date_valid(struct date date);
bool moment_valid(struct moment moment);

int date_days_in_month(int year, int month);
bool date_leap_year(int year);

/* Days since 1970-01-01 (negative before), and back. The date must exist in the calendar. */
int date_to_days(struct date date);
struct date date_from_days(int days);

enum weekday date_weekday(struct date date);

/* <0, 0 or >0 as a is before, the same as or after b. Moments without a time sort before all others
 * of their day. */
int date_compare(struct date a, struct date b);
int moment_compare(struct moment a, struct moment b);

struct date date_add_days(struct date date, int days);

/* The same day number so many months (years) on or back; the last day of the month where that
 * number does not exist: 2024-05-31 - 3 months = 2024-02-29, 2024-02-29 + 1 year = 2025-02-28. */
struct date date_add_months(struct date date, int months);
struct date date_add_years(struct date date, int years);

/* So many minutes later or earlier; the moment must have a time. */
struct moment moment_add_minutes(struct moment moment, int minutes);

/* ISO 8601 as `--at` and the profiles write it: YYYY-MM-DD, moment also YYYY-MM-DDTHH:MM. Strict:
 * no blanks, no other separators, two digits each. On a fault *out is left alone. */
enum date_fault date_parse(const char *text, struct date *out) __attribute__((warn_unused_result));
enum date_fault moment_parse(const char *text, struct moment *out)
    __attribute__((warn_unused_result));

/* Writes ISO text; "no date" gives the empty string. Returns out. */
const char *date_format(struct date date, char out[DATE_TEXT_SIZE]);
const char *moment_format(struct moment moment, char out[MOMENT_TEXT_SIZE]);

/* "08:45" to minutes of the day; 24:00 is 1440 and allowed as an end. -1: no such time. */
int time_parse(const char *text);

#endif
