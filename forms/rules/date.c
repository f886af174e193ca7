#include "forms/rules/date.h"

#include <string.h>

bool date_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && date_leap_year(year) ? 1 : 0);
}

bool date_valid(struct date date)
{
    return date.year >= DATE_FIRST_YEAR && date.year <= DATE_LAST_YEAR && date.month >= 1 &&
           date.month <= 12 && date.day >= 1 &&
           date.day <= date_days_in_month(date.year, date.month);
}

bool moment_valid(struct moment moment)
{
    return date_valid(moment.date) &&
           (moment.minute == MOMENT_NO_TIME ||
            (moment.minute >= 0 && moment.minute < MINUTES_A_DAY));
}

enum { DAYS_BEFORE_1970 = 719468, DAYS_400_YEARS = 146097 };

static int floor_div(int a, int b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Years begin in March here, so that the leap day is the last of its year. */
int date_to_days(struct date date)
{
    int year = date.year - (date.month <= 2 ? 1 : 0);
    int era = floor_div(year, 400);
    int year_of_era = year - era * 400;
    int month = (date.month + 9) % 12;
    int day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_400_YEARS + day_of_era - DAYS_BEFORE_1970;
}

struct date date_from_days(int days)
{
    int shifted = days + DAYS_BEFORE_1970;
    int era = floor_div(shifted, DAYS_400_YEARS);
    int day_of_era = shifted - era * DAYS_400_YEARS;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * day_of_year + 2) / 153;
    struct date date = {
        .year = year_of_era + era * 400 + (month >= 10 ? 1 : 0),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
    };

    return date;
}

enum weekday date_weekday(struct date date)
{
    int days = date_to_days(date) + THURSDAY; /* 1970-01-01 was a Thursday */

    return (enum weekday)(days - floor_div(days, WEEKDAYS) * WEEKDAYS);
}

static int order(int a, int b)
{
    return (a > b) - (a < b);
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year)
        return order(a.year, b.year);
    if (a.month != b.month)
        return order(a.month, b.month);
    return order(a.day, b.day);
}

int moment_compare(struct moment a, struct moment b)
{
    int days = date_compare(a.date, b.date);

    return days != 0 ? days : order(a.minute, b.minute);
}

struct date date_add_days(struct date date, int days)
{
    return date_from_days(date_to_days(date) + days);
}

struct date date_add_months(struct date date, int months)
{
    int count = date.year * 12 + date.month - 1 + months;
    struct date sum = {.year = floor_div(count, 12), .day = date.day};

    sum.month = count - sum.year * 12 + 1;
    if (sum.day > date_days_in_month(sum.year, sum.month))
        sum.day = date_days_in_month(sum.year, sum.month);
    return sum;
}

struct date date_add_years(struct date date, int years)
{
    return date_add_months(date, years * 12);
}

struct moment moment_add_minutes(struct moment moment, int minutes)
{
    int sum = moment.minute + minutes;
    int days = floor_div(sum, MINUTES_A_DAY);
    struct moment later = {
        .date = date_add_days(moment.date, days),
        .minute = sum - days * MINUTES_A_DAY,
    };

    return later;
}

/* Reads digits by the pattern ('0' a digit, all else itself) into *number for each run. */
static bool read_pattern(const char *text, const char *pattern, int numbers[])
{
    int run = -1;

    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (pattern[i] != '0') {
            if (text[i] != pattern[i])
                return false;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (i == 0 || pattern[i - 1] != '0')
            numbers[++run] = 0;
        numbers[run] = numbers[run] * 10 + (text[i] - '0');
    }
    return text[strlen(pattern)] == '\0';
}

static enum date_fault judge_date(struct date date)
{
    if (date.year < DATE_FIRST_YEAR || date.year > DATE_LAST_YEAR)
        return DATE_OUT_OF_RANGE;
    if (date.month < 1 || date.month > 12)
        return DATE_NO_SUCH_MONTH;
    return date_valid(date) ? DATE_OK : DATE_NO_SUCH_DAY;
}

enum date_fault date_parse(const char *text, struct date *out)
{
    struct moment moment;
    enum date_fault fault = moment_parse(text, &moment);

    if (fault != DATE_OK)
        return fault;
    if (moment.minute != MOMENT_NO_TIME)
        return DATE_NOT_A_DATE;
    *out = moment.date;
    return DATE_OK;
}

enum date_fault moment_parse(const char *text, struct moment *out)
{
    int n[5] = {0};
    bool timed = read_pattern(text, "0000-00-00T00:00", n);
    enum date_fault fault;

    if (text[0] == '\0')
        return DATE_EMPTY;
    if (!timed && !read_pattern(text, "0000-00-00", n))
        return DATE_NOT_A_DATE;
    struct moment moment = {.date = {n[0], n[1], n[2]},
                            .minute = timed ? n[3] * 60 + n[4] : MOMENT_NO_TIME};
    fault = judge_date(moment.date);
    if (fault != DATE_OK)
        return fault;
    if (timed && (n[3] > 23 || n[4] > 59))
        return DATE_NO_SUCH_TIME;
    *out = moment;
    return DATE_OK;
}

/* Writes the number with that many digits; returns where it ends. */
static char *write_number(char *out, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return out + digits;
}

static char *write_date(char *out, struct date date)
{
    if (date_valid(date)) {
        out = write_number(out, date.year, 4);
        *out++ = '-';
        out = write_number(out, date.month, 2);
        *out++ = '-';
        out = write_number(out, date.day, 2);
    }
    *out = '\0';
    return out;
}

const char *date_format(struct date date, char out[DATE_TEXT_SIZE])
{
    write_date(out, date);
    return out;
}

const char *moment_format(struct moment moment, char out[MOMENT_TEXT_SIZE])
{
    char *end = write_date(out, moment.date);

    if (end != out && moment_valid(moment) && moment.minute != MOMENT_NO_TIME) {
        *end++ = 'T';
        end = write_number(end, moment.minute / 60, 2);
        *end++ = ':';
        end = write_number(end, moment.minute % 60, 2);
        *end = '\0';
    }
    return out;
}

int time_parse(const char *text)
{
    int n[2] = {0};

    if (!read_pattern(text, "00:00", n) || n[0] > 24 || n[1] > 59 || (n[0] == 24 && n[1] > 0))
        return -1;
    return n[0] * 60 + n[1];
}
