/*
 * The clerk's program as a test meets it: the real madoguchi on a pty, with the card process's own loop
 * over an emulated card, in a folder of its own, at a clock that stands still.
 *
 * Order of calls: clerk_start; then keys and expectations; clerk_end. A failed expectation prints the screen
 * and fails the running cmocka test. Needs $BUILD, and the repository's root as working directory.
 */
#ifndef TESTS_LIB_CLERK_H
#define TESTS_LIB_CLERK_H

#include "tests/lib/terminal.h"

struct clerk_setup {
    const char *card;        /* a practice card's name; NULL: none in the reader */
    const char *reader;      /* further lines of the emulated reader's script: keys, fault, other */
    const char *option;      /* one more option, with its value */
    const char *value;
    const char *environment; /* one more variable, "NO_COLOR=1" */
    const char *ini;         /* instead of the whole madoguchi.ini */
    const char *ledger;      /* another place of the record */
    const char *card_program; /* instead of the card process over the emulated card */
    const char *locale;      /* instead of C.UTF-8 */
    bool no_authority, no_pad;
    int rows, columns;       /* 0: 24 and 80 */
};

struct clerk;

struct clerk *clerk_start(const struct clerk_setup *setup);
/* Starts the program again in the same folder: the record and the card are as they were. */
void clerk_restart(struct clerk *c);
void clerk_end(struct clerk **c);
/* Starts madoguchi-resident beside it; the caller's to terminal_end, before clerk_end. */
struct terminal *clerk_resident(const struct clerk *c);
struct terminal *clerk_terminal(struct clerk *c);
/* The folder of this session. */
const char *clerk_folder(const struct clerk *c);

/* Types `keys` once the screen shows `text`. */
void clerk_type(struct clerk *c, const char *text, const char *keys);
void clerk_expect(struct clerk *c, const char *text);
/* The whole screen, once it shows `text`, is that of tests/screens/golden/NAME.screen. With GENERATE=1 in
 * the environment the file is written instead. */
void clerk_expect_screen(struct clerk *c, const char *text, const char *name);
/* Ends from the desk by its key; the program exits with 0. */
void clerk_quit(struct clerk *c);

#endif
