/* A reader whose card and pad answer with the bytes of a fuzzer's input: one octet of length, then
 * that many, for each answer. Used up, the card is gone. */
#ifndef TESTS_FUZZ_HOSTILE_READER_H
#define TESTS_FUZZ_HOSTILE_READER_H

#include "cardops/reader/reader.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct hostile_reader {
    struct reader base;
    const uint8_t *at;
    size_t left;
};

static enum reader_fault hostile_answer(struct reader *r, struct bytes *answer)
{
    struct hostile_reader *h = (struct hostile_reader *)r;
    size_t length = h->left > 0 ? *h->at : 0;

    if (h->left == 0)
        return READER_CARD_REMOVED;
    h->at++;
    h->left--;
    if (length > h->left)
        length = h->left;
    if (!bytes_set(answer, h->at, length))
        return READER_NO_MEMORY;
    h->at += length;
    h->left -= length;
    return length < 2 ? READER_GARBLED : READER_OK;
}

static enum reader_fault hostile_transmit(struct reader *r, const struct bytes *command,
                                          struct bytes *answer)
{
    (void)command;
    return hostile_answer(r, answer);
}

static enum reader_fault hostile_control(struct reader *r, uint32_t code, const struct bytes *in,
                                         struct bytes *out)
{
    (void)code;
    (void)in;
    return hostile_answer(r, out);
}

static enum reader_fault hostile_fine(struct reader *r)
{
    (void)r;
    return READER_OK;
}

static int hostile_watch(struct reader *r)
{
    (void)r;
    return -1;
}

static enum reader_fault hostile_presence(struct reader *r, enum reader_presence *now)
{
    (void)r;
    *now = READER_HAS_CARD;
    return READER_OK;
}

static void hostile_off(struct reader *r)
{
    (void)r;
}

static void hostile_close(struct reader **r)
{
    free(*r);
    *r = NULL;
}

static const struct reader_ops hostile_ops = {
    .open = hostile_fine,
    .watch_fd = hostile_watch,
    .presence = hostile_presence,
    .connect = hostile_fine,
    .transmit = hostile_transmit,
    .control = hostile_control,
    .power_off = hostile_off,
    .close = hostile_close,
};

/* NULL: no memory. The bytes are borrowed. */
static inline struct reader *hostile_reader_new(const uint8_t *at, size_t length)
{
    struct hostile_reader *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    *h = (struct hostile_reader){.base.ops = &hostile_ops, .at = at, .left = length};
    return &h->base;
}

#endif
