/*
 * Days in Japan as YYYYMMDD, and how long a certificate is valid. Pure. See ca.h for ca_last_day.
 */
#ifndef CARDOPS_PRACTICE_CA_DAYS_H
#define CARDOPS_PRACTICE_CA_DAYS_H

#include <stdint.h>

/* The day in Japan at that time (seconds since the epoch). */
uint32_t ca_day_at(int64_t time);
/* Its last second: 23:59:59 in Japan, 14:59:59Z. */
int64_t ca_day_end(uint32_t day);
/* Birthdays passed on that day, a birthday itself included. */
int ca_age(uint32_t birth, uint32_t day);

#endif
