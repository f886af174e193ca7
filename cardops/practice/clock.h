/*
 * The stand's clock: the machine's own, or another for training and tests, so that cards and certificates are as
 * old as the clerk's program believes. Written `YYYY-MM-DDTHH:MM[:SS]` in Japan: it stands still there; with `+` at
 * its end it goes on from there.
 *
 * Times are seconds since the epoch; `machine` is what the machine's clock shows.
 */
#ifndef CARDOPS_PRACTICE_CLOCK_H
#define CARDOPS_PRACTICE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: the machine's own. */
struct clock {
    int64_t base;   /* the time itself, or by how much it is ahead of the machine's */
    bool stands;
};

bool clock_parse(const char *text, int64_t machine, struct clock *clock) __attribute__((warn_unused_result));
int64_t clock_at(const struct clock *clock, int64_t machine);

/* For the other processes of a stand: the file `clock` in `folder`. Where there is none, the machine's own. */
bool clock_keep(const struct clock *clock, const char *folder) __attribute__((warn_unused_result));
struct clock clock_kept(const char *folder);
void clock_forget(const char *folder);

#endif
