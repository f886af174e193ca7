/*
 * Command and answer units of ISO/IEC 7816-4 (cases 1 to 4, short and extended), built and taken
 * apart.
 *
 * Pure functions over bytes that may be hostile: nothing is read past the lengths given.
 * A command unit may hold a PIN, therefore it lives in a struct bytes.
 */
#ifndef CARDOPS_WIRE_APDU_H
#define CARDOPS_WIRE_APDU_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    APDU_SHORT_DATA = 255,
    APDU_SHORT_EXPECTED = 256,
    APDU_LONG_DATA = 65535,
    APDU_LONG_EXPECTED = 65536,
};

/* `data` is borrowed. `expected`: bytes of answer asked for, 0 for none, 256 or 65536 for "all
 * there is". */
struct apdu {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data;
    size_t data_length;
    size_t expected;
};

/*
 * Replaces `out` by the command's bytes; extended length fields only where short ones cannot say
 * it. False: too long, or no room; `out` is then empty.
 */
bool apdu_build(struct bytes *out, const struct apdu *command) __attribute__((warn_unused_result));

/* The reverse; `command->data` points into `raw`. False: the length fields contradict the length.
 */
bool apdu_parse(const uint8_t *raw, size_t length, struct apdu *command)
    __attribute__((warn_unused_result));

/*
 * Takes the status word off an answer: afterwards `answer` holds the data alone. False: shorter
 * than a status word (`answer` and *sw unchanged).
 */
bool apdu_take_status(struct bytes *answer, uint16_t *sw) __attribute__((warn_unused_result));

#endif
