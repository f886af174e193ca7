/*
 * PC/SC part 10, version 2.02: what a pinpad reader says of itself, and the blocks that ask it for
 * a PIN.
 *
 * Pure: bytes in, bytes out; the caller carries them through struct reader's control(). Facts:
 * card.md section 7; what particular pads want differently is the table in pinpad_quirks.c.
 */
#ifndef CARDOPS_READER_PINPAD_H
#define CARDOPS_READER_PINPAD_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PINPAD_GET_FEATURES = 0x42000D48, /* SCARD_CTL_CODE(3400) of pcsc-lite */
    PINPAD_ALL_INDEXES = 3,
};

/* Control codes; 0: the reader does not have that feature. */
struct pinpad_features {
    uint32_t verify, modify, tlv;
};

/* False: the answer is not a list of such entries; `f` is then empty. */
bool pinpad_features_parse(const uint8_t *at, size_t length, struct pinpad_features *f)
    __attribute__((warn_unused_result));

/* What GET_TLV_PROPERTIES tells; 0 or empty: not told. */
struct pinpad_properties {
    uint8_t minimum, maximum; /* digits */
    uint16_t vendor, product; /* USB */
    char firmware[64];        /* printable ASCII; anything else is replaced by '?' */
};

/* False: the list is cut off; what came before the cut is kept. */
bool pinpad_properties_parse(const uint8_t *at, size_t length, struct pinpad_properties *p)
    __attribute__((warn_unused_result));

/* How a pad has to be asked. */
struct pinpad_manners {
    bool verifies, modifies; /* false: it must not be used for that, whatever it claims */
    uint8_t verify_messages; /* bNumberMessage */
    uint8_t modify_messages;
    bool swapped_limits;      /* it takes the two bytes of wPINMaxExtraDigit the other way round */
    uint8_t minimum, maximum; /* digits it can take, where known; 0: as it reports */
};

/* By the USB numbers it tells or by a part of its name. Never fails: the usual manners. */
struct pinpad_manners pinpad_manners_of(const char *reader_name, const struct pinpad_properties *p);

/* Whether a PIN of that many digits (fixed length) can be typed there. */
bool pinpad_can_take(const struct pinpad_properties *p, const struct pinpad_manners *m,
                     uint8_t digits);

/*
 * One PIN entry. `header` is the command's CLA INS P1 P2; Lc and the room for the digits are added.
 * minimum < maximum: the pad itself sets Lc and appends what was typed.
 */
struct pinpad_entry {
    uint8_t header[4];
    uint8_t minimum, maximum; /* characters; at most 15, the block size's limit */
    uint8_t seconds;          /* until the first key; 0: the reader's own limit */
};

/* False: limits out of range (an empty PIN among them), or no room. */
bool pinpad_verify_block(struct bytes *out, const struct pinpad_entry *e,
                         const struct pinpad_manners *m) __attribute__((warn_unused_result));
/* Asks for the new PIN twice and never for the old one, which this card's commands do not carry. */
bool pinpad_modify_block(struct bytes *out, const struct pinpad_entry *e,
                         const struct pinpad_manners *m) __attribute__((warn_unused_result));

#endif
