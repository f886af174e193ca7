#include "cardops/practice/t1.h"

enum {
    R_BLOCK = 0x80,
    R_EXPECTS = 0x10,
    R_BAD_CHECK = 0x01,
    R_OTHER_ERROR = 0x02,
    S_BLOCK = 0xC0,
    S_RESPONSE = 0x20,
    S_RESYNCH = 0x00,
    S_IFS = 0x01,
    S_ABORT = 0x02,
    I_SEQUENCE = 0x40,
    I_MORE = 0x20,
};

void t1_reset(struct t1 *t)
{
    t->sent = t->expected = 0;
    t->inf = 32; /* IFSD before the first S(IFS) */
    bytes_truncate(&t->in, 0);
    bytes_truncate(&t->out, 0);
    bytes_truncate(&t->last, 0);
    t->out_at = t->out_piece = 0;
}

void t1_free(struct t1 *t)
{
    bytes_free(&t->in);
    bytes_free(&t->out);
    bytes_free(&t->last);
}

static bool block_make(struct t1 *t, uint8_t pcb, const uint8_t *inf, size_t length)
{
    const uint8_t head[3] = {0x00, pcb, (uint8_t)length};
    uint8_t check = (uint8_t)(head[1] ^ head[2]);
    for (size_t i = 0; i < length; i++)
        check ^= inf[i];
    return bytes_set(&t->last, head, sizeof head) && bytes_append(&t->last, inf, length) &&
           bytes_append_byte(&t->last, check);
}

static bool ready_make(struct t1 *t, uint8_t error)
{
    return block_make(t, (uint8_t)(R_BLOCK | (t->expected ? R_EXPECTS : 0) | error), NULL, 0);
}

/* The next piece of the answer. */
static bool piece_make(struct t1 *t)
{
    size_t left = t->out.length - t->out_at;
    t->out_piece = left < t->inf ? left : t->inf;
    uint8_t pcb = (uint8_t)((t->sent ? I_SEQUENCE : 0) | (t->out_piece < left ? I_MORE : 0));
    return block_make(t, pcb, t->out.at + t->out_at, t->out_piece);
}

static bool answering(const struct t1 *t)
{
    return t->out_piece > 0;
}

/* What was sent last has arrived. False: that was the end of the answer. */
static bool piece_arrived(struct t1 *t)
{
    t->sent ^= 1;
    t->out_at += t->out_piece;
    t->out_piece = 0;
    if (t->out_at < t->out.length)
        return true;
    bytes_truncate(&t->out, 0);
    t->out_at = 0;
    return false;
}

static bool information(struct t1 *t, uint8_t pcb, const uint8_t *inf, size_t length,
                        t1_execute *execute, void *context, bool *silent)
{
    if (((pcb & I_SEQUENCE) != 0) != t->expected)
        return ready_make(t, R_OTHER_ERROR);
    if (answering(t))
        piece_arrived(t);
    t->expected ^= 1;
    if (!bytes_append(&t->in, inf, length))
        return false;
    if (pcb & I_MORE)
        return ready_make(t, 0);
    t->out_at = t->out_piece = 0;
    *silent = !execute(context, &t->in, &t->out);
    bytes_truncate(&t->in, 0);
    return *silent || piece_make(t);
}

static bool ready(struct t1 *t, uint8_t pcb)
{
    bool wants_next = ((pcb & R_EXPECTS) != 0) != t->sent;
    if (answering(t) && wants_next)
        return piece_arrived(t) ? piece_make(t) : ready_make(t, 0);
    return t->last.length > 0 || ready_make(t, 0);
}

static bool supervisory(struct t1 *t, uint8_t pcb, const uint8_t *inf, size_t length)
{
    switch (pcb & 0x1F) {
    case S_RESYNCH: {
        size_t size = t->inf;
        t1_reset(t);
        t->inf = size;
        break;
    }
    case S_IFS:
        if (length == 1 && inf[0] >= 1 && inf[0] <= T1_INF)
            t->inf = inf[0];
        break;
    case S_ABORT:
        bytes_truncate(&t->in, 0);
        bytes_truncate(&t->out, 0);
        t->out_at = t->out_piece = 0;
        break;
    default: return ready_make(t, R_OTHER_ERROR);
    }
    return block_make(t, pcb | S_RESPONSE, inf, length);
}

static bool sound(const uint8_t *block, size_t length)
{
    uint8_t check = 0;
    for (size_t i = 0; i < length; i++)
        check ^= block[i];
    return length >= 4 && block[2] <= T1_INF && length == block[2] + 4u && check == 0;
}

enum t1_result t1_block(struct t1 *t, const uint8_t *block, size_t length, t1_execute *execute,
                        void *context, struct bytes *out)
{
    bool ok, silent = false;
    if (!sound(block, length)) {
        ok = ready_make(t, R_BAD_CHECK);
    } else {
        uint8_t pcb = block[1];
        const uint8_t *inf = block + 3;
        if ((pcb & 0x80) == 0)
            ok = information(t, pcb, inf, block[2], execute, context, &silent);
        else if ((pcb & 0xC0) == 0x80)
            ok = ready(t, pcb);
        else
            ok = supervisory(t, pcb, inf, block[2]);
    }
    if (!ok || silent)
        return T1_SILENT;
    return bytes_set(out, t->last.at, t->last.length) ? T1_ANSWER : T1_SILENT;
}
