/* The slip as lines, the same for the screen and for the paper. */
#ifndef TUI_SCREENS_SLIP_H
#define TUI_SCREENS_SLIP_H

#include "tui/screens/parts.h"

enum { SLIP_LABELLED = 8, SLIP_LINES = SLIP_LABELLED + CASE_CERTIFICATES + CASE_STEPS };

struct slip_line {
    const char *label;          /* empty: the line stands alone */
    char text[PARTS_TEXT];
    enum theme_role role;
};
struct slip {
    struct slip_line line[SLIP_LINES];
    int count;
};

void slip_lines(const struct screen_view *view, struct slip *out);

#endif
