#include "tui/term/theme.h"

static const struct theme_style styles[THEME_ROLES] = {
    [THEME_TEXT] = {.mark = ' '},
    [THEME_TITLE] = {.mark = ' ', .bold = true},
    [THEME_QUIET] = {.mark = ' '},
    [THEME_HEADING] = {.mark = ' ', .bold = true},
    [THEME_GOOD] = {.mark = '+', .bold = true, .colour = THEME_GREEN},
    [THEME_WARNING] = {.mark = '!', .bold = true, .colour = THEME_YELLOW},
    [THEME_BAD] = {.mark = '#', .bold = true, .colour = THEME_RED},
    [THEME_PRACTICE] = {.mark = ' ', .bold = true, .reverse = true},
    [THEME_KEY] = {.mark = ' ', .bold = true},
    [THEME_FIELD] = {.mark = ' ', .underline = true},
};

const struct theme_style *theme_style(enum theme_role role)
{
    return &styles[role];
}
