/*
 * The terminal: one screen out, keys in, and the signals that concern it. Only curses.c includes curses.h.
 *
 * Order of calls: term_open; then poll() on term_fd() for readable (and POLLHUP: term_event tells TERM_LOST)
 * and on term_signal_fd(), with term_wait() as a limit; after any, term_event, until TERM_NOTHING or not; draw
 * into term_canvas() and term_show() when something changed; term_close. Nothing here blocks but writing to
 * a terminal that does not take it.
 *
 * One terminal a process. term_close, exit() and a fatal signal of the program itself restore the terminal.
 * Signals SIGWINCH, SIGHUP, SIGTERM and SIGINT are blocked and come as events; children must unblock them
 * (term_child).
 */
#ifndef TUI_TERM_TERM_H
#define TUI_TERM_TERM_H

#include "tui/term/canvas.h"
#include "tui/term/keys.h"

#include <stdint.h>
#include <sys/types.h>

enum term_fault {
    TERM_OK = 0,
    TERM_NOT_A_TERMINAL, /* standard input or output is none */
    TERM_NOT_UTF8,       /* the locale's encoding */
    TERM_UNKNOWN,        /* TERM names no known terminal */
    TERM_NO_MEMORY       /* also: options.secret, and memory cannot be locked */
};

struct term_options {
    int escape_delay; /* milliseconds that a lone ESC waits for the rest of a key: 20..2000 */
    bool wide;        /* ambiguous characters take two cells */
    bool plain;       /* no colours: NO_COLOR, or the option */
    bool secret;      /* what is typed waits in memory that is locked and in no core file */
    /* NULL, or told of all that arrives, with the key it is taken for; NULL: for none. */
    void (*heard)(const uint8_t *bytes, size_t count, const struct key *key);
};

enum term_event {
    TERM_NOTHING,
    TERM_KEY,      /* *key */
    TERM_RESIZED,  /* the canvas has a new size and is blank */
    TERM_LOST,     /* the line is gone: draw no more */
    TERM_ENDED     /* asked to end: SIGTERM or SIGINT */
};

/* setlocale(LC_ALL, "") must have been called. */
enum term_fault term_open(const struct term_options *options) __attribute__((warn_unused_result));
void term_close(void);

int term_fd(void);
int term_signal_fd(void);
/* Milliseconds until term_event must be called though nothing is readable; 0: it has read more keys than it has told;
 * -1: no limit. */
int term_wait(void);

/* The bytes of a key are wiped as soon as it is out; only *key still holds the character. */
enum term_event term_event(struct key *key);

/* Throws away everything typed so far: before a step that can use up a try or write the card. */
void term_forget_typed(void);

struct canvas *term_canvas(void);
/* Shows the canvas; only what changed is sent. */
void term_show(void);
/* Sends the whole screen anew (Ctrl-L). */
void term_repaint(void);

/* In a child before exec: gives signals back their usual meaning. */
void term_child(void);

#endif
