/*
 * Roles of text on the screen. A role is an attribute and, where it carries meaning, a mark character that
 * the widgets put before the text: nothing is told by colour alone, and no colour is needed.
 */
#ifndef TUI_TERM_THEME_H
#define TUI_TERM_THEME_H

#include <stdbool.h>

enum theme_role {
    THEME_TEXT,
    THEME_TITLE,
    THEME_QUIET,    /* lines, hints */
    THEME_HEADING,
    THEME_GOOD,     /* enough, done */
    THEME_WARNING,  /* needs attention */
    THEME_BAD,      /* refused, locked, failed */
    THEME_PRACTICE, /* 練習 */
    THEME_KEY,      /* the key in the key line */
    THEME_FIELD,    /* what is typed */
    THEME_ROLES
};

enum theme_colour { THEME_PLAIN, THEME_GREEN, THEME_YELLOW, THEME_RED };

struct theme_style {
    char mark; /* ' ' where the role needs none */
    bool bold, underline, reverse;
    enum theme_colour colour; /* used where the terminal has colours and NO_COLOR is unset */
};

const struct theme_style *theme_style(enum theme_role role);

#endif
