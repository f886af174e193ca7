/*
 * Status words of this card family (card.md 2.5, 2.7) and the result words of a pinpad
 * (card.md 7.5), as one table. The 640x and 6B80 rows are a pad's only where a pad was asked: a
 * card may answer 6400 too, therefore a caller looks at the class only after it knows whom it
 * asked.
 */
#ifndef CARDOPS_WIRE_SW_H
#define CARDOPS_WIRE_SW_H

#include <stdint.h>

enum {
    SW_OK = 0x9000,
    SW_VERIFY_FAILED = 0x6300, /* no counter told */
    SW_TRIES = 0x63C0,         /* low four bits: tries left */
    SW_WRONG_LENGTH = 0x6700,
    SW_NOT_VERIFIED = 0x6982,
    SW_BLOCKED = 0x6983,
    SW_KEY_LOCKED = 0x6984,
    SW_CONDITIONS = 0x6985,
    SW_NO_CURRENT_EF = 0x6986,
    SW_WRONG_DATA = 0x6A80,
    SW_FILE_NOT_FOUND = 0x6A82,
    SW_WRONG_P1P2 = 0x6A86,
    SW_REFERENCE_NOT_FOUND = 0x6A88,
    SW_WRONG_OFFSET = 0x6B00,
    SW_INS_UNKNOWN = 0x6D00,
    SW_CLA_UNKNOWN = 0x6E00,
    SW_NO_DIAGNOSIS = 0x6F00,
    SW_PAD_TIMEOUT = 0x6400,
    SW_PAD_CANCELLED = 0x6401,
    SW_PAD_MISMATCH = 0x6402,
    SW_PAD_LENGTH = 0x6403,
    SW_PAD_BLOCKED = 0x6404,
    SW_PAD_STRUCTURE = 0x6B80,
};

enum sw_class {
    SW_CLASS_OTHER = 0,
    SW_CLASS_OK,
    SW_CLASS_TRIES,     /* 63Cx with x > 0, and 6300: wrong PIN, or the answer to a query */
    SW_CLASS_LOCKED,    /* 63C0, 6983, 6984 */
    SW_CLASS_WARNING,   /* carried out, with a remark */
    SW_CLASS_NOT_FOUND, /* no such application, file, record or key */
    SW_CLASS_REFUSED,   /* not now, or not without a PIN */
    SW_CLASS_MALFORMED, /* the command itself was wrong for this card */
    SW_CLASS_BROKEN,    /* the card's memory or program failed */
    SW_CLASS_PAD,       /* a pad's own word: nothing reached the card */
};

enum sw_class sw_class(uint16_t sw);

/* Tries left as the word tells: 0 for locked, -1 where it tells nothing. */
int sw_tries(uint16_t sw);

#endif
