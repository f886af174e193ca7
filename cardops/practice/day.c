#include "cardops/practice/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { JAPAN = 9 * 3600, DAY = 86400 };

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static struct day day_of(int64_t moment)
{
    time_t local = (time_t)(moment + JAPAN);
    struct tm tm;
    gmtime_r(&local, &tm);
    return (struct day){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
}

static struct day day_shift(struct day from, int months)
{
    int count = from.year * 12 + from.month - 1 + months;
    struct day to = {count / 12, count % 12 + 1, from.day};
    if (to.day > days_in(to.year, to.month))
        to.day = days_in(to.year, to.month);
    return to;
}

static bool relative(const char *text, int64_t now, struct day *out)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || n < -1500 || n > 1500 || end[0] == '\0' || end[1] != '\0')
        return false;
    switch (*end) {
    case 'y': *out = day_shift(day_of(now), (int)n * 12); return true;
    case 'm': *out = day_shift(day_of(now), (int)n); return true;
    case 'd': *out = day_of(now + n * DAY); return true;
    default: return false;
    }
}

bool day_parse(const char *text, int64_t now, struct day *out)
{
    if (text[0] == '+' || text[0] == '-')
        return relative(text, now, out) && out->year > 1867 && out->year < 3000;
    struct day d;
    int used = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &d.year, &d.month, &d.day, &used) != 3 || text[used] != '\0')
        return false;
    if (d.year < 1868 || d.month < 1 || d.month > 12 || d.day < 1 ||
        d.day > days_in(d.year, d.month))
        return false;
    *out = d;
    return true;
}

void day_digits(struct day day, char out[9])
{
    char text[40];
    snprintf(text, sizeof text, "%04d%02d%02d", day.year, day.month, day.day);
    snprintf(out, 9, "%.8s", text);
}

int64_t day_start(struct day day)
{
    struct tm tm = {.tm_year = day.year - 1900, .tm_mon = day.month - 1, .tm_mday = day.day};
    return (int64_t)timegm(&tm) - JAPAN;
}

int64_t day_end(struct day day)
{
    return day_start(day) + DAY - 1;
}
