/*
 * Reading one configuration file: ini_scan() for lines and traps, then iniparser for the values.
 *
 * Order of calls: ini_load(), any of the readers below, ini_unread() when all has been asked for,
 * ini_free(). Names are lower case. Whatever is asked for counts as known, so that ini_unread() can
 * name the rest as faults with the nearest name that was asked for in a section of that kind: a
 * section's kind is its name up to the first dot, dot included (rule.reset-agent -> "rule.").
 *
 * The typed readers add a fault (place, word, nearest word, what would be right) and return false
 * where a value is there and wrong; a key that is absent is not a fault unless the name says
 * `need`. They leave *out alone on false.
 */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include "config/faults.h"
#include "forms/rules/date.h"

#include <stdint.h>

struct ini;

/* NULL with at least one fault where the file cannot be used. */
struct ini *ini_load(const char *path, struct fault_list *faults);
void ini_free(struct ini *ini);
const char *ini_file(const struct ini *ini);

/* Sections in the order of the file. With a prefix ("rule."), only those: i counts among them. NULL
 * past the end. */
const char *ini_section(const struct ini *ini, const char *prefix, size_t i);
bool ini_has_section(struct ini *ini, const char *section);

/* Keys of a section in the order of the file; NULL past the end. */
const char *ini_key(const struct ini *ini, const char *section, size_t i);

/* The value, owned by ini; NULL where the key is absent. Marks it as read and known. */
const char *ini_value(struct ini *ini, const char *section, const char *key);

/* Numbered keys: the value of "key.N" (N from 1), NULL where absent. */
const char *ini_numbered(struct ini *ini, const char *section, const char *key, size_t n);

/* Line of a key, or of the section with key NULL; 0 where absent. */
int ini_line(const struct ini *ini, const char *section, const char *key);

/* Declares a section as known although nothing was asked of it. */
void ini_know_section(struct ini *ini, const char *section);

/* Adds a fault for each section and key that nobody asked for. */
void ini_unread(struct ini *ini, struct fault_list *faults);

/* Adds a fault at a key (or section, key NULL). `word`, `nearest`, `expected` may be NULL. */
void ini_fault(const struct ini *ini, struct fault_list *faults, const char *section,
               const char *key, enum fault_code code, const char *word, const char *nearest,
               const char *expected);

/* --- typed values ---------------------------------------------------------------------------- */

struct ini_words {
    const char *const *word;
    size_t count;
};

/* Blank-separated flat list; items point into text. */
#define INI_LIST_ITEMS 128
struct ini_list {
    char text[1024];
    const char *item[INI_LIST_ITEMS];
    size_t count;
};

/* The value or NULL with FAULT_MISSING_KEY (absent) or FAULT_EMPTY_VALUE (blank). */
const char *ini_need(struct ini *ini, const char *section, const char *key,
                     struct fault_list *faults);

/* Copies a text of at most size - 1 bytes; absent: the empty text and true. */
bool ini_text(struct ini *ini, const char *section, const char *key, char *out, size_t size,
              struct fault_list *faults);

/* Absent: *out left alone, true. */
bool ini_number(struct ini *ini, const char *section, const char *key, int least, int most,
                int *out, struct fault_list *faults);
bool ini_word(struct ini *ini, const char *section, const char *key, struct ini_words words,
              size_t *out, struct fault_list *faults);
bool ini_date(struct ini *ini, const char *section, const char *key, struct date *out,
              struct fault_list *faults);

/* Absent: an empty list, true. */
bool ini_list(struct ini *ini, const char *section, const char *key, struct ini_list *out,
              struct fault_list *faults);

/* A list of words as bits (bit = index in words); absent: *out left alone. At most 64 words. */
bool ini_set(struct ini *ini, const char *section, const char *key, struct ini_words words,
             uint64_t *out, struct fault_list *faults);

/* "FIRST LAST", two dates, the second not before the first. Absent: *out left alone. */
bool ini_dates(struct ini *ini, const char *section, const char *key, struct date out[2],
               struct fault_list *faults);

/* "HH:MM HH:MM" to minutes of the day, the second after the first. Absent: *out left alone. */
bool ini_hours(struct ini *ini, const char *section, const char *key, int out[2],
               struct fault_list *faults);
/* "HH:MM". */
bool ini_time(struct ini *ini, const char *section, const char *key, int *out,
              struct fault_list *faults);

#endif
