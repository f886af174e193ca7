/*
 * The table of all options of madoguchi.ini: one row each, from which the file is read, checked and
 * explained. man/madoguchi.ini.5 names every row (a test holds them together), and tui finds the
 * help sentence under `help`.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_type {
    OPTION_TEXT,   /* any text, at most `size` - 1 bytes */
    OPTION_PATH,   /* absolute path */
    OPTION_CITY,   /* a profile's name, or an absolute path */
    OPTION_NUMBER, /* least..most */
    OPTION_CHOICE  /* one of `choices` */
};

#define OPTION_CHOICES 4

struct option_row {
    const char *section;
    const char *key;
    enum option_type type;
    bool needed;       /* the file must say it */
    const char *value; /* default as it would be written; NULL: none */
    int least;
    int most;
    const char *unit;                    /* of a number, or NULL */
    const char *choices[OPTION_CHOICES]; /* in the order of the enum in settings.h */
    const char *help;                    /* id of the help sentence */
    size_t offset;                       /* in struct settings */
    size_t size;                         /* of the text there */
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

#endif
