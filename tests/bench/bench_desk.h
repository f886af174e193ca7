/*
 * A case conducted through the desk on the stand, and where its time went.
 *
 * Order of calls: bench_desk_open; for each case bench_case_begin, which lays down the plan, bench_case_steps, which
 * runs so many of its steps, and bench_case_end, which finishes the case, which must be done; bench_desk_close. What
 * fails fails the running cmocka test.
 */
#ifndef TESTS_BENCH_BENCH_DESK_H
#define TESTS_BENCH_BENCH_DESK_H

#include "tests/bench/bench.h"

#include "cardops/client.h"
#include "forms/case/case.h"

/* Milliseconds. What none of the parts has is our own. */
struct bench_split {
    double total;
    double card;    /* within the reader's functions: service, driver, pad, card */
    double disk;    /* the record's fsync */
    double centre;  /* the filter that asks the authority, from its start to its end, less its own processor time */
    double filter;  /* the same with it */
    unsigned commands;
};

/* An empty record, and a card process that takes notes of what it costs (recording_card_main.c). */
void bench_desk_open(struct session *s);
void bench_desk_close(void);
void bench_case_begin(const char *procedure, const struct case_plan *plan);
/* What the card in the reader has told. */
const struct card_facts *bench_case_card(void);
/* `keys`: entries for the pad, as bench_presser has them. Adds to *split. */
void bench_case_steps(unsigned count, const char *keys, struct bench_split *split);
/* Begins a step, and returns: a person has to type. bench_case_wait waits for its end. */
void bench_case_start_step(void);
void bench_case_wait(void);
/* Until the resident's terminal is connected. */
void bench_case_wait_resident(void);
void bench_case_end(void);

double bench_own(const struct bench_split *split);
/* Rows of the parts, each as a share of the whole. */
void bench_split_rows(const struct bench_split *splits, size_t count, const char *how);

#endif
