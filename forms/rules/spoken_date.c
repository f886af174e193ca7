#include "forms/rules/spoken_date.h"

#include <string.h>

struct era_row {
    struct date first;
    struct date last;   /* as read; written, the day of the change belongs to the new era */
    int year_before;    /* Gregorian year of the era's year 0 */
};

static const struct era_row eras[ERAS] = {
    [ERA_MEIJI] = {{1873, 1, 1}, {1912, 7, 30}, 1867},
    [ERA_TAISHO] = {{1912, 7, 30}, {1926, 12, 25}, 1911},
    [ERA_SHOWA] = {{1926, 12, 25}, {1989, 1, 7}, 1925},
    [ERA_HEISEI] = {{1989, 1, 8}, {2019, 4, 30}, 1988},
    [ERA_REIWA] = {{2019, 5, 1}, {DATE_LAST_YEAR, 12, 31}, 2018},
};

/* Longer spellings before the shorter ones that begin like them. */
static const struct {
    const char *text;
    enum era era;
} era_words[] = {
    {"明治", ERA_MEIJI}, {"大正", ERA_TAISHO}, {"昭和", ERA_SHOWA}, {"平成", ERA_HEISEI},
    {"令和", ERA_REIWA}, {"明", ERA_MEIJI},    {"大", ERA_TAISHO},  {"昭", ERA_SHOWA},
    {"平", ERA_HEISEI},  {"令", ERA_REIWA},    {"㍾", ERA_MEIJI},   {"㍽", ERA_TAISHO},
    {"㍼", ERA_SHOWA},   {"㍻", ERA_HEISEI},   {"㋿", ERA_REIWA},   {"M", ERA_MEIJI},
    {"T", ERA_TAISHO},   {"S", ERA_SHOWA},     {"H", ERA_HEISEI},   {"R", ERA_REIWA},
};

/* What else an input method or a tired hand makes of the keys. */
static const struct {
    const char *from;
    const char *to;
} twins[] = {
    {"　", ""}, {"。", "."}, {"・", "/"}, {"ー", "-"}, {"−", "-"}, {"‐", "-"},
};

enum { TYPED_SIZE = 64 };

/* U+FF01..U+FF5E are the full-width twins of '!'..'~': EF BC 81.. and EF BD 80... */
static char narrow(const unsigned char *text)
{
    if (text[0] != 0xEF || (text[1] != 0xBC && text[1] != 0xBD) || text[2] < 0x80 || text[2] > 0xBF)
        return '\0';
    int code = 0xF000 + (text[1] & 0x3F) * 64 + (text[2] & 0x3F);

    return code >= 0xFF01 && code <= 0xFF5E ? (char)(code - 0xFF01 + '!') : '\0';
}

static size_t twin(const char *text, const char **to)
{
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        if (strncmp(text, twins[i].from, strlen(twins[i].from)) == 0) {
            *to = twins[i].to;
            return strlen(twins[i].from);
        }
    }
    return 0;
}

/* Makes one width and one case of it and drops blanks; false where it is too long to be a date. */
static bool tidy(const char *text, char out[TYPED_SIZE])
{
    size_t length = 0;

    while (*text != '\0') {
        const char *piece = text;
        char one[2] = {narrow((const unsigned char *)text), '\0'};
        size_t taken = one[0] != '\0' ? 3 : twin(text, &piece);

        if (one[0] != '\0') {
            piece = one;
        } else if (taken == 0) {
            taken = 1;
            one[0] = *text;
            piece = *text == ' ' || *text == '\t' ? "" : one;
        }
        if (length + 1 >= TYPED_SIZE)
            return false;
        if (piece[0] >= 'a' && piece[0] <= 'z')
            out[length++] = (char)(piece[0] - 'a' + 'A');
        else if (piece[0] != '\0')
            out[length++] = piece[0];
        text += taken;
    }
    out[length] = '\0';
    return true;
}

static enum era take_era(const char **text)
{
    for (size_t i = 0; i < sizeof era_words / sizeof era_words[0]; i++) {
        size_t length = strlen(era_words[i].text);

        if (strncmp(*text, era_words[i].text, length) == 0) {
            *text += length;
            return era_words[i].era;
        }
    }
    return ERA_NONE;
}

/* Takes a run of at most 8 digits; returns how many there were. */
static int take_digits(const char **text, int *number)
{
    int count = 0;

    *number = 0;
    while (**text >= '0' && **text <= '9' && count < 8) {
        *number = *number * 10 + (**text - '0');
        (*text)++;
        count++;
    }
    return count;
}

static bool take(const char **text, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*text, word, length) != 0)
        return false;
    *text += length;
    return true;
}

/* The separators after year, month and day. */
static const char *const separators[][3] = {
    {"年", "月", "日"}, {".", ".", ""}, {"/", "/", ""}, {"-", "-", ""}};

struct typed {
    enum era era;
    int year_digits;
    struct date date; /* year as typed */
};

/* yyyymmdd, or yymmdd where an era must stand before it. */
static bool split_run(struct typed *typed, int digits, int number)
{
    if (digits != 6 && (digits != 8 || typed->era != ERA_NONE))
        return false;
    typed->year_digits = digits - 4;
    typed->date = (struct date){number / 10000, number / 100 % 100, number % 100};
    return true;
}

static bool take_parts(const char *text, struct typed *typed)
{
    int digits = 1;

    if (typed->era != ERA_NONE && take(&text, "元"))
        typed->date.year = 1;
    else
        digits = take_digits(&text, &typed->date.year);
    if (*text == '\0')
        return split_run(typed, digits, typed->date.year);
    typed->year_digits = digits;
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        const char *rest = text;
        int month_digits;
        int day_digits;

        if (!take(&rest, separators[i][0]))
            continue;
        month_digits = take_digits(&rest, &typed->date.month);
        if (!take(&rest, separators[i][1]))
            return false;
        day_digits = take_digits(&rest, &typed->date.day);
        return take(&rest, separators[i][2]) && *rest == '\0' && digits >= 1 && digits <= 4 &&
               month_digits >= 1 && month_digits <= 2 && day_digits >= 1 && day_digits <= 2;
    }
    return false;
}

static enum date_fault judge_day(struct date date)
{
    if (date.month < 1 || date.month > 12)
        return DATE_NO_SUCH_MONTH;
    if (date.day < 1 || date.day > date_days_in_month(date.year, date.month))
        return DATE_NO_SUCH_DAY;
    return DATE_OK;
}

static enum date_fault judge(const struct typed *typed, struct date *out)
{
    struct date date = typed->date;
    enum date_fault fault;

    if (typed->era != ERA_NONE) {
        if (typed->year_digits > 2)
            return DATE_NOT_A_DATE;
        if (date.year == 0)
            return DATE_BEFORE_ERA;
        date.year += eras[typed->era].year_before;
    } else if (typed->year_digits != 4) {
        return typed->year_digits <= 2 ? DATE_ERA_MISSING : DATE_NOT_A_DATE;
    }
    if (date.year < DATE_FIRST_YEAR || date.year > DATE_LAST_YEAR)
        return DATE_OUT_OF_RANGE;
    fault = judge_day(date);
    if (fault != DATE_OK)
        return fault;
    if (typed->era != ERA_NONE && date_compare(date, eras[typed->era].first) < 0)
        return DATE_BEFORE_ERA;
    if (typed->era != ERA_NONE && date_compare(date, eras[typed->era].last) > 0)
        return DATE_AFTER_ERA;
    *out = date;
    return DATE_OK;
}

enum date_fault spoken_date_parse(const char *text, struct date *out)
{
    char tidied[TYPED_SIZE];
    const char *rest = tidied;
    struct typed typed = {0};

    if (!tidy(text, tidied))
        return DATE_NOT_A_DATE;
    if (tidied[0] == '\0')
        return DATE_EMPTY;
    typed.era = take_era(&rest);
    if (typed.era == ERA_NONE && (*rest < '0' || *rest > '9')) {
        /* A letter or word before a whole date was meant as an era; else it is no date at all. */
        size_t word = strcspn(rest, "0123456789");

        typed.era = ERA_REIWA;
        return take_parts(rest + word, &typed) && word > 0 ? DATE_ERA_UNKNOWN : DATE_NOT_A_DATE;
    }
    if (!take_parts(rest, &typed))
        return DATE_NOT_A_DATE;
    return judge(&typed, out);
}

enum date_fault spoken_time_parse(const char *text, int *minute)
{
    char tidied[TYPED_SIZE];
    const char *rest = tidied;
    int hour;
    int past = 0;
    int digits;

    if (!tidy(text, tidied))
        return DATE_NOT_A_DATE;
    if (tidied[0] == '\0')
        return DATE_EMPTY;
    digits = take_digits(&rest, &hour);
    if (*rest == '\0' && (digits == 3 || digits == 4)) {
        past = hour % 100;
        hour /= 100;
    } else if (digits < 1 || digits > 2) {
        return DATE_NOT_A_DATE;
    } else if (take(&rest, ":")) {
        if (take_digits(&rest, &past) != 2)
            return DATE_NOT_A_DATE;
    } else if (!take(&rest, "時")) {
        return DATE_NOT_A_DATE;
    } else if (take(&rest, "半")) {
        past = 30;
    } else if (*rest != '\0') {
        digits = take_digits(&rest, &past);
        if (digits < 1 || digits > 2 || !take(&rest, "分"))
            return DATE_NOT_A_DATE;
    }
    if (*rest != '\0')
        return DATE_NOT_A_DATE;
    if (hour > 23 || past > 59)
        return DATE_NO_SUCH_TIME;
    *minute = hour * 60 + past;
    return DATE_OK;
}

struct wareki spoken_date_wareki(struct date date)
{
    for (int era = ERAS - 1; era > ERA_NONE; era--) {
        if (date_valid(date) && date_compare(date, eras[era].first) >= 0)
            return (struct wareki){(enum era)era, date.year - eras[era].year_before};
    }
    return (struct wareki){ERA_NONE, 0};
}
