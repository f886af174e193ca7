/*
 * A terminal for tests: a program runs behind a pty, libvterm reads what it writes, the test types keys and
 * reads whole screens as text.
 *
 * Order of calls: terminal_start; then type, wait and read in any order; terminal_end. Waiting is always for
 * something that must come, with a deadline; a deadline that passes answers false and leaves the screen for
 * the message. A wait after typing begins when the program has taken the keys and drawn what they do at once:
 * a text that stood there before them is not mistaken for their effect. Not thread-safe; any number at once.
 */
#ifndef TESTS_LIB_TERMINAL_H
#define TESTS_LIB_TERMINAL_H

#include "tests/lib/deadline.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { TERMINAL_DEADLINE_MS = DEADLINE_SECONDS * 1000, TERMINAL_SCREEN_MAX = 64 * 1024 };

struct terminal;

/* Starts argv[0] (a path) with exactly `environment` (NULL-terminated; TERM is the test's to say). */
struct terminal *terminal_start(const char *const argv[], const char *const environment[], int rows, int columns);
/* Kills a program that still runs, reaps it and its pty; nulls. */
void terminal_end(struct terminal **t);

pid_t terminal_pid(const struct terminal *t);
/*
 * The program is not what was started, but behind it: in a multiplexer's window, whose server hands keys and screen
 * on. terminal_pid is the program's from now on, and waiting takes the whole way into account.
 */
struct terminal_behind {
    pid_t server, program;
    char tty[64];
};
void terminal_follow(struct terminal *t, const struct terminal_behind *behind);
/* Keys as bytes; `count` may be part of a character. */
void terminal_type_bytes(struct terminal *t, const char *bytes, size_t count);
void terminal_type(struct terminal *t, const char *keys);
void terminal_resize(struct terminal *t, int rows, int columns);
/* Cuts the line, as a lost SSH connection does. */
void terminal_hang_up(struct terminal *t);

/* True when the screen shows `text` (on one row); before the deadline. */
bool terminal_wait_for(struct terminal *t, const char *text);
bool terminal_wait_gone(struct terminal *t, const char *text);
/* True when `ready` says so; asked after every change of the screen. */
bool terminal_wait_until(struct terminal *t, bool (*ready)(struct terminal *t, const void *context), const void *context);
/* Waits until the program has taken all keys, sleeps in its loop and has nothing more to say. */
bool terminal_wait_idle(struct terminal *t);
/* True when the program ended by itself before the deadline; its wait status in *status. */
bool terminal_wait_end(struct terminal *t, int *status);

/* Rows with trailing blanks cut, each ended by '\n'; good until the next call for this terminal. */
const char *terminal_screen(struct terminal *t);
void terminal_cursor(struct terminal *t, int *row, int *column);
/* Some cell of this screen is drawn in a colour other than the default. */
bool terminal_has_colour(struct terminal *t);
/* The alternate screen is shown; the cursor is visible. */
bool terminal_alternate(const struct terminal *t);
/* Bytes that the program has written so far. */
size_t terminal_bytes(const struct terminal *t);
/* All that the program has written so far, *count bytes; good until the next wait. */
const char *terminal_stream(const struct terminal *t, size_t *count);

#endif
