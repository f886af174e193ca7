/* The command line of the clerk's program, as one table: from it arguments are read and usage is printed. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include "tui/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct options {
    const char *config;    /* madoguchi.ini */
    const char *data;      /* NULL: as the file says */
    const char *city;      /* NULL: as the file says */
    const char *language;  /* NULL: as the file says */
    const char *clock;     /* NULL: the real time; for training: YYYY-MM-DDTHH:MM[:SS] in Japan, with + running */
    bool help, version;
    bool clock_stands;     /* without +: it stands still there */
    int64_t clock_at;      /* `clock` as seconds since the epoch; 0: none */
};

struct options_row {
    const char *name;      /* "--config" */
    const char *argument;  /* NULL: takes none */
    const char *help;      /* id */
};
extern const struct options_row options_rows[];
extern const size_t options_row_count;

/* NULL, or the argument that is not understood. */
const char *options_read(int argc, char *const argv[], struct options *out);
void options_usage(FILE *out, enum words_language language);

#endif
