/*
 * The practice reader on its end of a pseudo-terminal: what libccid's serial driver demands of a
 * GemPCPinPad or a GemPCTwin (stand.md section 2, card.md section 8).
 *
 * Order of calls: ccid_open; then ccid_readable whenever the descriptor is readable, and ccid_tick at
 * least when ccid_deadline says so; the rest at any time; ccid_close last of all, when no driver can be
 * waiting for an answer any more (a pty that closes under a command sends the driver into an endless
 * loop, stand.md section 7). Nothing here blocks but the card's own work, which takes `slowness` longer.
 * Cards are borrowed. Times are milliseconds of one steady clock.
 */
#ifndef CARDOPS_PRACTICE_CCID_H
#define CARDOPS_PRACTICE_CCID_H

#include "cardops/practice/card.h"
#include "cardops/practice/pad.h"
#include "cardops/practice/t1.h"

enum { CCID_HEADER = 10, CCID_NEVER = -1, CCID_SLOWEST = 999 };

enum ccid_fault { CCID_NO_FAULT, CCID_PULL_AT, CCID_PULL_AFTER, CCID_MUTE_AT };

struct ccid {
    bool has_pad;
    int master, slave;     /* the slave end is kept open, so that it has raw mode and never hangs up */
    char device[64];       /* its name, for reader.conf */
    bool opened;           /* the driver has finished its start */
    struct practice_card *card;
    bool powered, mute;
    struct t1 t1;
    struct bytes in, frame;
    uint8_t parameters[7];
    struct pad pad;
    bool asking;           /* a PIN entry keeps the driver waiting */
    uint8_t asked[CCID_HEADER];
    int64_t next_wait;     /* when the driver is asked for more time */
    int entry_seconds;     /* 0: as the driver says */
    enum ccid_fault fault;
    unsigned countdown;    /* commands until the fault */
    unsigned slowness;     /* milliseconds that each command to the card takes, 0..CCID_SLOWEST */
    unsigned long commands;/* to the card, since the stand started */
};

/* False: no pseudo-terminal; errno tells. */
bool ccid_open(struct ccid *c, bool has_pad, int entry_seconds) __attribute__((warn_unused_result));
void ccid_close(struct ccid *c);
void ccid_readable(struct ccid *c, int64_t now);
/* When ccid_tick is wanted, or CCID_NEVER. */
int64_t ccid_deadline(const struct ccid *c);
void ccid_tick(struct ccid *c, int64_t now);
/* The driver is gone: what it asked is forgotten, unread bytes too. */
void ccid_forget(struct ccid *c);

/* Puts a card in, or (NULL) takes it out, in the middle of an entry too. */
void ccid_insert(struct ccid *c, struct practice_card *card);
void ccid_key(struct ccid *c, char key);
/* Ends the entry as if the time were over. */
void ccid_timeout(struct ccid *c);
/* Ends the entry with the pad's own status word (6403, 6404, 6B80). */
void ccid_refuse(struct ccid *c, uint16_t sw);

#endif
