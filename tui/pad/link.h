/*
 * The pad's face and the practice stand: what the stand's pinpad shows, as it changes, and keys to it.
 *
 * Speaks the stand's control socket (cardops/practice/control.h) with `watch`. Order of calls: link_open;
 * link_read whenever the descriptor is readable; link_send at any time; link_close.
 */
#ifndef TUI_PAD_LINK_H
#define TUI_PAD_LINK_H

#include <stdbool.h>
#include <stddef.h>

enum { LINK_TEXT = 64, LINK_ROOM = 8192 };

struct pad_view {
    char lines[2][LINK_TEXT]; /* the display, UTF-8, cleaned of control characters */
    char card[LINK_TEXT];     /* name of the card in the reader, empty: none */
    int entry, entries;       /* which of how many is asked for, 0: none */
    bool asking;
};

struct link {
    int fd;
    char in[LINK_ROOM];
    size_t length;
};

/* False: no stand runs in that directory. */
bool link_open(struct link *l, const char *directory) __attribute__((warn_unused_result));
/* False: the stand has ended. *changed: `view` holds something new. */
bool link_read(struct link *l, struct pad_view *view, bool *changed)
    __attribute__((warn_unused_result));
/* One command and one argument (may be empty). */
void link_send(struct link *l, const char *command, const char *argument);
void link_close(struct link *l);

/* One line of the stand's, without its newline. False: it tells nothing of the pad. */
bool link_parse(const char *line, struct pad_view *view);

#endif
