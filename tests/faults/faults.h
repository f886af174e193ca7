/*
 * Calls that fail on order: the k-th call of one kind in one process of a run fails, once.
 *
 * The rows of calls.def are wrapped at link time in the test program and in the card process it
 * starts. Both share one page, a file that the card process is told of by the one variable of its
 * environment. Calls of the test itself and of the emulated parts are left alone: the test's process
 * begins paused and is armed around calls of the product, the card process the other way round.
 *
 * Order of calls: faults_share (the test) or faults_join (the card process); faults_order; a run;
 * what the page then says.
 */
#ifndef TESTS_FAULTS_FAULTS_H
#define TESTS_FAULTS_FAULTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAULTS_MODES = 4, FAULTS_ENTRIES = 4 };
enum faults_process { FAULTS_DESK, FAULTS_CARD, FAULTS_PROCESSES };

struct faults_page {
    atomic_uint kind, process, mode;
    atomic_uint countdown;          /* 0: nothing fails any more */
    atomic_bool fired;
    atomic_uint started, ended;     /* card processes: begun, come to an end in order */
    atomic_uint leaks;
    /* What the resident types at the coming pad entries. */
    char entries[FAULTS_ENTRIES][32];
    atomic_uint entry_next, entry_count;
    char stand[128], card[128];     /* for the emulated card */
};

/* The kinds of call: rows of calls.def. */
extern const size_t faults_kinds;
const char *faults_name(size_t kind);
/* In how many ways it can fail. */
unsigned faults_modes(size_t kind);

/* Makes the page as a file, empty, and maps it; NULL: not possible. */
struct faults_page *faults_share(const char *path);
/* In the card process: maps the page of PCSCLITE_CSOCK_NAME. */
struct faults_page *faults_join(void);
void faults_order(size_t kind, unsigned mode, enum faults_process process, unsigned nth);

/* Of this thread. They nest. */
void faults_pause(void);
void faults_resume(void);
/* Memory that nothing points to any more is counted; false where no sanitizer looks. */
void faults_look_for_leaks(void);

#endif
