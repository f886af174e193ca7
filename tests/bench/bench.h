/*
 * Numbers and rows of the table that `make bench` prints: figure, value, unit, beside what, ratio, how.
 *
 * Everything that is compared is measured in turn, one after the other, in one run; values are medians, ratios the
 * median of the ratios pair by pair, so that a machine whose speed drifts does not decide. Times are milliseconds of
 * the monotonic clock. Each group of figures is one function, called once, in the order of this file.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/lib/session.h"

enum { BENCH_PAIRS = 31, BENCH_FEW = 5, BENCH_PATH = 512 };

struct bench_pairs {
    size_t count;
    double ours[BENCH_PAIRS], theirs[BENCH_PAIRS];
};

double bench_now(void);
double bench_median(const double *values, size_t count);
void bench_add(struct bench_pairs *pairs, double ours, double theirs);

void bench_heading(void);
/* `beside` is what is wished for, or empty. */
void bench_row(const char *figure, double value, const char *unit, const char *beside, const char *how);
/* The median of ours; beside it that of `beside`, and the ratio. */
void bench_pair(const char *figure, const struct bench_pairs *pairs, const char *unit, const char *beside, const char *how);
/* The exit status of a shell's command; -1: it was killed. */
int bench_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Milliseconds that this process has waited for the disk so far: every fsync and fdatasync, those of SQLite too. */
double bench_disk(void);

/* A stand runs; session_fresh is called by each. */
void bench_screens(struct session *s);
void bench_stand(struct session *s);
void bench_card(struct session *s);
void bench_desk(struct session *s);
void bench_enrol(struct session *s);
void bench_windows(struct session *s);
void bench_rules(struct session *s);

#endif
