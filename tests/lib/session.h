/*
 * A counter as a city hall has it, for tests: a practice stand of its own (pcscd and libccid are the machine's),
 * the clerk's program on a pty, the resident's terminal on another, a ledger, and the truth about all of them.
 *
 * Order of calls: session_open once a test program; for each test session_fresh, the programs, keys and
 * expectations, session_rest; session_close. Everything lives below one temporary directory and is ended by
 * session_close. Whatever must come is waited for with a deadline; what does not come fails the running cmocka
 * test and prints the screens and the stand. The stand ends with its test program, however that ends. Needs
 * $BUILD, and the repository's root as working directory.
 */
#ifndef TESTS_LIB_SESSION_H
#define TESTS_LIB_SESSION_H

#include "forms/ledger/ledger.h"
#include "tests/lib/terminal.h"

#include <jansson.h>

/* Tuesday, the counter is open. */
#define SESSION_CLOCK "2026-11-24T10:00"
enum { SESSION_TIME = 1795482000 };

struct session {
    char folder[72];            /* stand/ runtime/ ledger.db madoguchi.ini */
    struct terminal *clerk, *resident;
    pid_t stand;
    const char *golden;         /* where session_screen looks, below tests/ */
    bool tmux;                  /* set before the programs start: they run inside tmux (session_tmux.h) */
    const char *conninfo;       /* of the record in PostgreSQL; NULL: ledger.db */
};

/* What differs from the usual madoguchi.ini; NULL or 0 is the usual. */
struct session_setup {
    const char *city, *reader;
    const char *ledger;         /* path */
    const char *authority;      /* path of another module */
    const char *more;           /* further lines at the end */
    const char *data;           /* folder of profiles, cards and documents */
    const char *disk;           /* size of a disk of its own for the record, as tmpfs(5) has it: "300k" */
    const char *language, *locale;
    const char *clock;          /* --clock; empty: the machine's own, which goes on */
    bool no_authority;
    int rows, columns;
};

void session_open(struct session *s, const char *card);
void session_close(struct session *s);
/* An empty ledger, and the card as new in the pad's reader ("none": no card); pcscd runs, no fault waits. */
void session_fresh(struct session *s, const char *card);
/* Ends the programs that a test has left. */
void session_rest(struct session *s);
/* "stand/run/control" and the like: the path in a buffer that lives until the next calls. */
const char *session_path(const struct session *s, const char *name);

/* --- the stand --------------------------------------------------------------------------------- */

/* A command of madoguchi-practice(1), words parted by tabs, and its answer; NULL: none. The caller's to json_decref. */
json_t *session_control(const struct session *s, const char *command);
/* One that must be carried out. */
void session_stand(const struct session *s, const char *command);
void session_insert(const struct session *s, const char *card);
void session_wait_prompt(const struct session *s);
/* Waits until the pad asks, then presses. */
void session_press(const struct session *s, const char *keys);
/* The stand's state; the caller's to json_decref. */
json_t *session_state(const struct session *s);
/* Tries left of the card in the pad's reader; -1: no card or no such PIN. */
int session_tries(const struct session *s, const char *pin);
/* Commands that the pad's reader has carried to its card so far. */
int session_commands(const struct session *s);
/* The card in the pad's reader has no power any more; waited for. */
void session_powered_off(const struct session *s);
/* The PIN on the card itself, whether in a reader or not. */
bool session_pin_is(const struct session *s, const char *card, const char *pin, const char *value);

/* --- the programs ------------------------------------------------------------------------------ */

/* Writes madoguchi.ini and starts the clerk's program. */
void session_clerk(struct session *s, const struct session_setup *setup);
/* madoguchi.ini alone. */
void session_ini(const struct session *s, const struct session_setup *setup);
void session_resident(struct session *s);
/* The card process of the clerk's program; 0: there is none. */
pid_t session_card_process(const struct session *s);
/* Kills the clerk's program outright (SIGKILL) and forgets it. */
void session_kill_clerk(struct session *s);

/* Prints what everybody sees and the stand's state, for the report of a failure. */
void session_report(const struct session *s);
/* The screen shows `text`, line breaks and blanks not counted; shows it no more. */
void session_expect(struct session *s, const char *text);
void session_expect_gone(struct session *s, const char *text);
/* Types `keys` once the screen shows `text`. */
void session_type(struct session *s, const char *text, const char *keys);
/* The whole screen is that of tests/GOLDEN/NAME.screen once it shows `text`; GENERATE=1 writes the file. */
void session_screen(struct session *s, const char *text, const char *name);
/* The screen shows all of these by now: what happened, what is true, what to do. */
void session_says(struct session *s, const char *happened, const char *truth, const char *act);
/* The screen asks for the card no more, and it has been read. */
void session_card_is_back(struct session *s);
/* Enter asks the card what became of an unknown step, until the screen shows `answer`; again where a notice says that
 * the reader is not ready yet. */
void session_ask_card(struct session *s, const char *answer);
/* A resident's reset at Minoh, the documents shown, up to the plan; then to the pad that asks. */
void session_to_plan(struct session *s, const struct session_setup *setup);
void session_to_pad(struct session *s, const struct session_setup *setup);
/* Waits for the program's own end; its exit status. */
int session_ended(struct session *s);

/* --- the record -------------------------------------------------------------------------------- */

/* The only case of the ledger, read by another connection; the chain of seals is checked on the way. */
void session_case(const struct session *s, struct case_file *file);
/* The record says so of the case's first step. */
void session_step_is(const struct session *s, enum case_state state, enum case_step_state step);

/* --- helpers ----------------------------------------------------------------------------------- */

/* A file of this name in the session's folder. */
void session_write(const struct session *s, const char *name, const char *text);
/* Copies of `needle` in the files below the session's folder, the stand's own cards left out. */
int session_files_with(const struct session *s, const void *needle, size_t length);

#endif
