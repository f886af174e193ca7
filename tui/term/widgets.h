/*
 * What screens are made of: lists with a marker, ticks, fields. A widget draws into a canvas and puts the
 * real cursor where the eye is; it keeps no state but the small structs below, which belong to the screen.
 */
#ifndef TUI_TERM_WIDGETS_H
#define TUI_TERM_WIDGETS_H

#include "tui/term/canvas.h"
#include "tui/term/keys.h"

#include <stdbool.h>
#include <stddef.h>

/* A list that may be longer than its room. */
struct widgets_list {
    int at;    /* the row with the marker */
    int first; /* the row at the top */
};

/* Moves by Up Down PageUp PageDown Home End within `count` rows. True: the key was for the list. */
bool widgets_list_key(struct widgets_list *list, int count, int room, const struct key *key);
/* Brings the marker into the room. */
void widgets_list_scroll(struct widgets_list *list, int count, int room);

/* "> " at the marker's row with the cursor, else two blanks. Answers the column after it. */
int widgets_marker(struct canvas *c, int row, int column, bool here);

/* "[x] text" or "[ ] text". */
int widgets_tick(struct canvas *c, int row, int column, int width, bool ticked, const char *text);

enum { WIDGETS_FIELD_MAX = 256 };

/* One line of typed text, UTF-8; the insertion point is its end. */
struct widgets_field {
    char text[WIDGETS_FIELD_MAX];
    size_t length;
};

/* Takes characters (also of a paste), Backspace, Ctrl-U. True: the key was for the field. */
bool widgets_field_key(struct widgets_field *field, const struct key *key);
void widgets_field_set(struct widgets_field *field, const char *text);
/* Shows the end of the text where it is too long; the cursor goes to the insertion point when `here`. */
void widgets_field_draw(struct canvas *c, int row, int column, int width, const struct widgets_field *field, bool here);

#endif
