/*
 * The card's end of the T=1 block protocol (ISO/IEC 7816-3 clause 11): blocks in, blocks out.
 *
 * The practice reader works at TPDU level, so the driver sends whole blocks and expects whole blocks
 * (stand.md section 2). Chains both ways, error checking by LRC, repeats, IFS, RESYNCH and ABORT; no WTX.
 * Order of calls: t1_reset at every power-on; then t1_block for every block from the driver.
 */
#ifndef CARDOPS_PRACTICE_T1_H
#define CARDOPS_PRACTICE_T1_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { T1_INF = 254, T1_BLOCK = T1_INF + 4 };

enum t1_result {
    T1_ANSWER,  /* `out` holds the block to send */
    T1_SILENT,  /* the command did not come to an answer (card gone); nothing to send */
};

struct t1 {
    uint8_t sent, expected; /* N(S) of our next I-block, N(S) of theirs: 0 or 1 */
    size_t inf;             /* most that they take in one block */
    struct bytes in;        /* a command, as far as it has come */
    struct bytes out;       /* an answer, and how much of it has gone and been received */
    size_t out_at, out_piece;
    struct bytes last;      /* for repeats */
};

/* Carries out a whole command. False: there is no answer. */
typedef bool t1_execute(void *context, const struct bytes *command, struct bytes *answer);

void t1_reset(struct t1 *t);
enum t1_result t1_block(struct t1 *t, const uint8_t *block, size_t length, t1_execute *execute,
                        void *context, struct bytes *out);
void t1_free(struct t1 *t);

#endif
