/*
 * The few values that a resident may see, and the drawing of them. Nothing else reaches the screen: no
 * character of an entry is among them.
 */
#ifndef TUI_RESIDENT_VIEW_H
#define TUI_RESIDENT_VIEW_H

#include "tui/resident/entry.h"
#include "tui/resident/speech.h"
#include "tui/term/canvas.h"

#include <stdbool.h>

enum view_page {
    VIEW_IDLE,   /* nothing is asked */
    VIEW_ASK,    /* a PIN is typed */
    VIEW_LEAVE,  /* whether to stop typing */
    VIEW_WAIT,   /* sent; the card process is at work */
    VIEW_END     /* what came of it */
};

/* The connection to the card process. */
enum view_link { VIEW_WAITING, VIEW_CONNECTED, VIEW_MIXED /* of another version */ };

enum view_end {
    VIEW_DONE,
    VIEW_WRONG,
    VIEW_LOCKED,
    VIEW_STOPPED,
    VIEW_TIMED_OUT,
    VIEW_CANCELLED
};

enum { VIEW_PIN_MAX = 12, VIEW_MINIMUM_ROWS = 10, VIEW_MINIMUM_COLUMNS = 34 };

struct view {
    enum view_page page;
    enum speech_language language;
    bool console;  /* the bare Linux console: no characters but Latin ones, so English only */
    bool practice;
    enum view_link link;

    char pin[VIEW_PIN_MAX + 1]; /* sig auth juki kenmen, or one that only the card's profile knows */
    bool current;               /* the PIN in use, not a new one */
    bool staff;
    struct entry_rule rule;
    int field;                  /* from 0 */
    struct entry_checks checks;
    enum entry_note note;
    int seconds;                /* left */
    int tries;                  /* left; -1: not known, or of no interest */
    enum view_end end;
};

/* Draws the page over the whole canvas. False: something that must be read did not fit, and a sentence says
 * so instead; that does not happen from VIEW_MINIMUM_ROWS and VIEW_MINIMUM_COLUMNS up. */
bool view_draw(struct canvas *c, const struct view *view);

/* What view_draw shows of the time: whole minutes above two, tens of seconds above ten, else seconds. The
 * screen changes when this does, and no oftener. */
int view_seconds(int seconds);

#endif
