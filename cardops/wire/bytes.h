/*
 * The one container for bytes that may be secret: a PIN, a command that holds one, a card's answer.
 *
 * Every byte that leaves the buffer (growth, truncation, release) is wiped first, so no copy of a PIN
 * stays behind in freed memory. A buffer made with bytes_locked() also lives in pages that are locked
 * against swapping and left out of core files; it never grows beyond its first room.
 *
 * Order of calls: a struct bytes is zero-initialised (`struct bytes b = {0};`), filled with the
 * functions below, and released with bytes_free(), which may be called any number of times.
 * Ownership: the struct owns its storage; copying the struct by assignment is a fault.
 * Units: bytes. Limits: BYTES_MAX in all.
 */
#ifndef CARDOPS_WIRE_BYTES_H
#define CARDOPS_WIRE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An extended APDU and its answer fit; nothing on the wire is longer. */
enum { BYTES_MAX = 70000 };

struct bytes {
    uint8_t *at;
    size_t length;
    size_t room;
    bool locked;
};

/* Room for `room` bytes in locked pages. False: no memory, or the lock limit is reached. */
bool bytes_locked(struct bytes *b, size_t room) __attribute__((warn_unused_result));

/* All of these answer false, with the buffer unchanged, for no memory or past the limit. */
bool bytes_append(struct bytes *b, const void *data, size_t length) __attribute__((warn_unused_result));
bool bytes_append_byte(struct bytes *b, uint8_t byte) __attribute__((warn_unused_result));
bool bytes_set(struct bytes *b, const void *data, size_t length) __attribute__((warn_unused_result));

/* Wipes what lies behind `length`; a length beyond the present one changes nothing. */
void bytes_truncate(struct bytes *b, size_t length);

/* Same length and content; takes the same time for equal lengths whatever the content. */
bool bytes_equal(const struct bytes *a, const struct bytes *b);

void bytes_free(struct bytes *b);

#endif
