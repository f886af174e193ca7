/*
 * Faults of configuration files as lines for a person: FILE:LINE: what is wrong, the nearest known
 * word, what would be right.
 */
#ifndef TUI_FAULT_LINES_H
#define TUI_FAULT_LINES_H

#include "config/faults.h"
#include "tui/words/words.h"

#include <stdio.h>

enum { FAULT_LINE_MAX = 2048 };

/* One fault as one line, without its newline. Returns out. */
const char *fault_line(enum words_language language, const struct fault *fault,
                       char out[FAULT_LINE_MAX]);

/* All of them, a line each. */
void fault_lines(enum words_language language, const struct fault_list *faults, FILE *to);

#endif
