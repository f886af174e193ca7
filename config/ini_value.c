#include "config/ini.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ini_need(struct ini *ini, const char *section, const char *key,
                     struct fault_list *faults)
{
    const char *value = ini_value(ini, section, key);

    if (value != NULL && value[0] != '\0')
        return value;
    ini_fault(ini, faults, section, value == NULL ? NULL : key,
              value == NULL ? FAULT_MISSING_KEY : FAULT_EMPTY_VALUE, key, NULL, NULL);
    return NULL;
}

/* The value; NULL where absent, and where empty with a fault. *fine tells the two apart. */
static const char *present(struct ini *ini, const char *section, const char *key,
                           struct fault_list *faults, bool *fine)
{
    const char *value = ini_value(ini, section, key);

    *fine = value == NULL || value[0] != '\0';
    if (*fine)
        return value;
    ini_fault(ini, faults, section, key, FAULT_EMPTY_VALUE, key, NULL, NULL);
    return NULL;
}

bool ini_text(struct ini *ini, const char *section, const char *key, char *out, size_t size,
              struct fault_list *faults)
{
    const char *value = ini_value(ini, section, key);
    char most[24];

    if (value != NULL && strlen(value) >= size) {
        snprintf(most, sizeof most, "%zu", size - 1);
        ini_fault(ini, faults, section, key, FAULT_TEXT_TOO_LONG, value, NULL, most);
        return false;
    }
    fault_text(out, size, value == NULL ? "" : value);
    return true;
}

bool ini_number(struct ini *ini, const char *section, const char *key, int least, int most,
                int *out, struct fault_list *faults)
{
    bool fine;
    const char *value = present(ini, section, key, faults, &fine);
    char range[32];
    char *end;
    long number;

    if (value == NULL)
        return fine;
    snprintf(range, sizeof range, "%d..%d", least, most);
    number = strtol(value, &end, 10);
    if (end == value || *end != '\0' || strspn(value, "+-0123456789") != strlen(value)) {
        ini_fault(ini, faults, section, key, FAULT_NOT_A_NUMBER, value, NULL, range);
        return false;
    }
    if (number < least || number > most) {
        ini_fault(ini, faults, section, key, FAULT_OUT_OF_RANGE, value, NULL, range);
        return false;
    }
    *out = (int)number;
    return true;
}

static void join(struct ini_words words, char out[FAULT_EXPECTED_SIZE])
{
    size_t length = 0;

    out[0] = '\0';
    for (size_t i = 0; i < words.count; i++) {
        size_t more = strlen(words.word[i]);

        if (length + more + 5 > FAULT_EXPECTED_SIZE) {
            fault_text(out + length, FAULT_EXPECTED_SIZE - length, " ...");
            return;
        }
        length += (size_t)snprintf(out + length, FAULT_EXPECTED_SIZE - length, "%s%s",
                                   i == 0 ? "" : " ", words.word[i]);
    }
}

/* Index of the word, or words.count with a fault. */
static size_t find_word(struct ini *ini, const char *section, const char *key, const char *word,
                        struct ini_words words, struct fault_list *faults)
{
    char expected[FAULT_EXPECTED_SIZE];
    size_t i = 0;

    while (i < words.count && strcmp(words.word[i], word) != 0)
        i++;
    if (i == words.count) {
        join(words, expected);
        ini_fault(ini, faults, section, key, FAULT_UNKNOWN_WORD, word,
                  fault_nearest(word, words.word, words.count), expected);
    }
    return i;
}

bool ini_word(struct ini *ini, const char *section, const char *key, struct ini_words words,
              size_t *out, struct fault_list *faults)
{
    bool fine;
    const char *value = present(ini, section, key, faults, &fine);
    size_t i;

    if (value == NULL)
        return fine;
    i = find_word(ini, section, key, value, words, faults);
    if (i == words.count)
        return false;
    *out = i;
    return true;
}

bool ini_list(struct ini *ini, const char *section, const char *key, struct ini_list *out,
              struct fault_list *faults)
{
    bool fine;
    const char *value = present(ini, section, key, faults, &fine);
    char most[16];
    char *rest;

    out->count = 0;
    if (value == NULL)
        return fine;
    fault_text(out->text, sizeof out->text, value);
    for (char *item = strtok_r(out->text, " \t", &rest); item != NULL;
         item = strtok_r(NULL, " \t", &rest)) {
        if (out->count == INI_LIST_ITEMS) {
            snprintf(most, sizeof most, "%d", INI_LIST_ITEMS);
            ini_fault(ini, faults, section, key, FAULT_TOO_MANY, item, NULL, most);
            return false;
        }
        out->item[out->count++] = item;
    }
    return true;
}

bool ini_set(struct ini *ini, const char *section, const char *key, struct ini_words words,
             uint64_t *out, struct fault_list *faults)
{
    struct ini_list list;
    uint64_t set = 0;
    bool fine = ini_list(ini, section, key, &list, faults);

    for (size_t i = 0; i < list.count; i++) {
        size_t at = find_word(ini, section, key, list.item[i], words, faults);

        if (at == words.count) {
            fine = false;
        } else if ((set >> at & 1) != 0) {
            ini_fault(ini, faults, section, key, FAULT_REPEATED_WORD, list.item[i], NULL, NULL);
            fine = false;
        } else {
            set |= (uint64_t)1 << at;
        }
    }
    if (fine && list.count > 0)
        *out = set;
    return fine;
}

static bool read_date(struct ini *ini, const char *section, const char *key, const char *word,
                      struct date *out, struct fault_list *faults)
{
    if (date_parse(word, out) == DATE_OK)
        return true;
    ini_fault(ini, faults, section, key, FAULT_NOT_A_DATE, word, NULL, "YYYY-MM-DD");
    return false;
}

bool ini_date(struct ini *ini, const char *section, const char *key, struct date *out,
              struct fault_list *faults)
{
    bool fine;
    const char *value = present(ini, section, key, faults, &fine);

    return value == NULL ? fine : read_date(ini, section, key, value, out, faults);
}

/* A list of exactly two; false with a fault where it is not. *there is false where absent. */
static bool read_pair(struct ini *ini, const char *section, const char *key, struct ini_list *list,
                      const char *expected, struct fault_list *faults, bool *there)
{
    bool fine = ini_list(ini, section, key, list, faults);

    *there = list->count > 0;
    if (!fine || list->count == 0 || list->count == 2)
        return fine;
    ini_fault(ini, faults, section, key, list->count < 2 ? FAULT_TOO_FEW : FAULT_TOO_MANY,
              ini_value(ini, section, key), NULL, expected);
    return false;
}

bool ini_dates(struct ini *ini, const char *section, const char *key, struct date out[2],
               struct fault_list *faults)
{
    struct ini_list list;
    struct date dates[2];
    bool there;

    if (!read_pair(ini, section, key, &list, "YYYY-MM-DD YYYY-MM-DD", faults, &there))
        return false;
    if (!there)
        return true;
    if (!read_date(ini, section, key, list.item[0], &dates[0], faults) ||
        !read_date(ini, section, key, list.item[1], &dates[1], faults))
        return false;
    if (date_compare(dates[0], dates[1]) > 0) {
        ini_fault(ini, faults, section, key, FAULT_WRONG_ORDER, ini_value(ini, section, key), NULL,
                  NULL);
        return false;
    }
    memcpy(out, dates, sizeof dates);
    return true;
}

static bool read_time(struct ini *ini, const char *section, const char *key, const char *word,
                      int *out, struct fault_list *faults)
{
    int minute = time_parse(word);

    if (minute < 0) {
        ini_fault(ini, faults, section, key, FAULT_NOT_A_TIME, word, NULL, "HH:MM");
        return false;
    }
    *out = minute;
    return true;
}

bool ini_hours(struct ini *ini, const char *section, const char *key, int out[2],
               struct fault_list *faults)
{
    struct ini_list list;
    int hours[2];
    bool there;

    if (!read_pair(ini, section, key, &list, "HH:MM HH:MM", faults, &there))
        return false;
    if (!there)
        return true;
    if (!read_time(ini, section, key, list.item[0], &hours[0], faults) ||
        !read_time(ini, section, key, list.item[1], &hours[1], faults))
        return false;
    if (hours[0] >= hours[1]) {
        ini_fault(ini, faults, section, key, FAULT_WRONG_ORDER, ini_value(ini, section, key), NULL,
                  NULL);
        return false;
    }
    memcpy(out, hours, sizeof hours);
    return true;
}

bool ini_time(struct ini *ini, const char *section, const char *key, int *out,
              struct fault_list *faults)
{
    bool fine;
    const char *value = present(ini, section, key, faults, &fine);

    return value == NULL ? fine : read_time(ini, section, key, value, out, faults);
}
