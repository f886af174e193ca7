#include "cardops/practice/ca_days.h"

#include "cardops/practice/ca.h"

#include <time.h>

enum { JAPAN = 9 * 3600, DAY = 86400, RENEWAL_MONTHS = 3 };

static uint32_t join(int year, int month, int day)
{
    return (uint32_t)(year * 10000 + month * 100 + day);
}

static int year_of(uint32_t day)
{
    return (int)(day / 10000);
}

static int month_of(uint32_t day)
{
    return (int)(day / 100 % 100);
}

static int last_of_month(int year, int month)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 ? leap : 0);
}

/* A day that the month does not have becomes its last. */
static uint32_t clamp(int year, int month, int day)
{
    int last = last_of_month(year, month);
    return join(year, month, day < last ? day : last);
}

uint32_t ca_day_at(int64_t time)
{
    time_t there = (time_t)(time + JAPAN);
    struct tm tm;
    gmtime_r(&there, &tm);
    return join(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

int64_t ca_day_end(uint32_t day)
{
    struct tm tm = { .tm_year = year_of(day) - 1900, .tm_mon = month_of(day) - 1, .tm_mday = (int)(day % 100) };
    return (int64_t)timegm(&tm) + DAY - 1 - JAPAN;
}

static uint32_t birthday_in(uint32_t birth, int year)
{
    return clamp(year, month_of(birth), (int)(birth % 100));
}

int ca_age(uint32_t birth, uint32_t day)
{
    int years = year_of(day) - year_of(birth);
    return birthday_in(birth, year_of(day)) > day ? years - 1 : years;
}

/* The day after the corresponding day three months earlier (procedures.md section 5.1). */
static uint32_t renewal_opens(uint32_t end)
{
    int month = month_of(end) - RENEWAL_MONTHS, year = year_of(end);
    if (month < 1) {
        month += 12;
        year--;
    }
    return ca_day_at(ca_day_end(clamp(year, month, (int)(end % 100))) + 1);
}

uint32_t ca_last_day(uint32_t birth, uint32_t issued, uint32_t old_end, uint32_t card_expiry, uint32_t cap)
{
    int renewal = old_end != 0 && issued <= old_end && issued >= renewal_opens(old_end);
    int year = year_of(issued);
    if (birthday_in(birth, year) <= issued)
        year++;
    uint32_t last = birthday_in(birth, year + (renewal ? 5 : 4));
    if (card_expiry < last)
        last = card_expiry;
    return cap != 0 && cap < last ? cap : last;
}
