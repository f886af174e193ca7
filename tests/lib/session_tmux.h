/*
 * The programs of a session inside tmux, as `make practice` and an office's remote windows have them: one server
 * of the session's own, with a long scroll-back, and for each program a session of its name ("clerk", "resident",
 * "pad") with a client on the test's terminal. Where session.tmux is false they run without it.
 */
#ifndef TESTS_LIB_SESSION_TMUX_H
#define TESTS_LIB_SESSION_TMUX_H

#include "tests/lib/session.h"

/* Starts a program by this name, within tmux or without. */
struct terminal *session_program(const struct session *s, const char *name, const char *const argv[],
                                 const char *const environment[], int rows, int columns);
/* The pad's face, for a person at its keys; the caller's to terminal_end. */
struct terminal *session_pad(const struct session *s);
/* What `tmux WORDS` prints, words as a shell has them; the caller's to free. */
char *session_tmux(const struct session *s, const char *words);
/* All that the server remembers: every pane with its scroll-back, every buffer; the caller's to free. */
char *session_tmux_memory(const struct session *s);
/* Ends the server and what runs in it; without one it does nothing. */
void session_tmux_end(const struct session *s);

#endif
