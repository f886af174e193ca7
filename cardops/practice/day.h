/*
 * Days in Japan, as the cards' files write them: `2030-03-31`, or relative to a moment: `+4y`, `-1m`,
 * `+10d`. A relative day that does not exist (31 June, 29 February) is the last of its month.
 */
#ifndef CARDOPS_PRACTICE_DAY_H
#define CARDOPS_PRACTICE_DAY_H

#include <stdbool.h>
#include <stdint.h>

struct day {
    int year, month, day; /* month 1..12; year 0: no day */
};

bool day_parse(const char *text, int64_t now, struct day *out) __attribute__((warn_unused_result));
/* YYYYMMDD. */
void day_digits(struct day day, char out[9]);
/* The last second of the day in Japan (14:59:59Z), or its first (15:00:00Z the day before). */
int64_t day_end(struct day day);
int64_t day_start(struct day day);

#endif
