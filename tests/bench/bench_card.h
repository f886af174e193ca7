/* What figures of the card and of the desk have in common: the card process's settings, and fingers on the pad. */
#ifndef TESTS_BENCH_BENCH_CARD_H
#define TESTS_BENCH_BENCH_CARD_H

#include "tests/bench/bench.h"

#include "cardops/client.h"

/* For the pad's reader of this stand, with the practice authority. */
void bench_card_settings(const struct session *s, struct card_settings *settings);
/* Presses each entry (parted by blanks) when the pad asks for it, in a process of its own so that nobody waits for the
 * other; NULL: nobody. bench_leave_pad takes what it answers. */
pid_t bench_presser(const struct session *s, const char *entries);
void bench_leave_pad(pid_t pid);

#endif
