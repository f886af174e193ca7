/* The slip as lines, the same for the screen and for the paper. */
#ifndef TUI_SCREENS_SLIP_H
#define TUI_SCREENS_SLIP_H

#include "tui/screens/parts.h"

enum { SLIP_LABELLED = 12, SLIP_LINES_MORE = 1, SLIP_LINES = SLIP_LABELLED + SLIP_LINES_MORE + CASE_CERTIFICATES + CASE_STEPS };

struct slip_line {
    const char *label;          /* empty: the line stands alone */
    char text[PARTS_TEXT];
    enum theme_role role;
};
struct slip {
    struct slip_line line[SLIP_LINES];
    int count;
};

/* Put aside because the authority does not answer: the slip tells when to come again, and with what. */
bool slip_is_appointment(const struct screen_view *view);
void slip_lines(const struct screen_view *view, struct slip *out);

#endif
