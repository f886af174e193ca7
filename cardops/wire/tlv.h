/*
 * BER-TLV objects (ISO/IEC 7816-4 clause 6, X.690), read from bytes that may be hostile, and
 * written.
 *
 * The reader never looks past the length it was given; indefinite lengths and lengths of more than
 * four octets are faults. Values point into the caller's memory.
 */
#ifndef CARDOPS_WIRE_TLV_H
#define CARDOPS_WIRE_TLV_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlv {
    uint32_t tag; /* as written: 0x5F24, 0x7F49 */
    const uint8_t *value;
    size_t length;
    size_t total; /* tag, length field and value */
};

struct tlv_reader {
    const uint8_t *at;
    size_t left;
};

enum tlv_step { TLV_END = 0, TLV_OBJECT, TLV_GARBLED };

/* The next object; the reader moves behind it. After TLV_GARBLED the reader is at its end. */
enum tlv_step tlv_next(struct tlv_reader *r, struct tlv *object);

/* The first object of that tag among those lying side by side in `value`. False: none, or garbled.
 */
bool tlv_find(const uint8_t *value, size_t length, uint32_t tag, struct tlv *object)
    __attribute__((warn_unused_result));

/*
 * The whole length of the object whose first `length` bytes are given; 0: they do not suffice or do
 * not parse. For a file larger than the object in it, read by its header first.
 */
size_t tlv_whole_length(const uint8_t *head, size_t length);

/* Tags of one to three octets, values up to 65535. False: no room; `out` is then unchanged. */
bool tlv_append(struct bytes *out, uint32_t tag, const void *value, size_t length)
    __attribute__((warn_unused_result));

#endif
