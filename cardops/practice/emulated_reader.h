/*
 * The emulated card behind `struct reader`, in this process: for fast tests of whatever drives a reader.
 *
 * It behaves as pcscd with libccid and the practice pinpad does (stand.md sections 3 and 7): the same
 * features, the same checks of the PIN structures, the same faults after a removal. Its pad is scripted.
 * Nothing here waits: an entry that is not scripted times out at once.
 *
 * Order of calls: emulated_reader_new, then insert, keys and faults at any time, and the functions of
 * struct reader in their own order; ops->close frees it. Cards are borrowed and outlive their stay.
 */
#ifndef CARDOPS_PRACTICE_EMULATED_READER_H
#define CARDOPS_PRACTICE_EMULATED_READER_H

#include "cardops/practice/card.h"
#include "cardops/reader/reader.h"

enum emulated_fault {
    EMULATED_REMOVED_BEFORE, /* pulled before the card gets the command: READER_NOT_TRANSACTED */
    EMULATED_REMOVED_AFTER,  /* carried out, pulled before the answer: READER_NOT_TRANSACTED */
    EMULATED_LOST_BEFORE,    /* the reader is mute, the card stays: READER_NOT_TRANSACTED */
    EMULATED_LOST_AFTER,     /* carried out, the answer lost, the card stays */
    EMULATED_AWAY,           /* the reader is gone: READER_UNAVAILABLE until emulated_reader_restore */
    EMULATED_NO_SERVICE,     /* pcscd is gone: READER_NO_SERVICE until emulated_reader_restore */
    EMULATED_NO_SERVICE_AFTER, /* the same, after the command was carried out */
    EMULATED_GARBAGE,        /* not carried out; answers four bytes of nonsense and 9000 */
    EMULATED_SHORT,          /* carried out; READER_GARBLED */
    EMULATED_OTHER_CARD,     /* pulled before, and the card given to emulated_reader_other put in */
};

/* NULL: no memory. `pad`: whether it has the pinpad's features. */
struct reader *emulated_reader_new(bool pad);
/* Puts a card in, or (NULL) takes it out. */
void emulated_reader_insert(struct reader *r, struct practice_card *card);
void emulated_reader_other(struct reader *r, struct practice_card *card);
/*
 * Keys for the coming PIN entries, one string an entry, taken in order: digits, E confirm, B correct,
 * C cancel; a string that ends while the pad still asks times out. Three words stand for themselves:
 * "remove" (the card is pulled during entry), "6403" and other status words (the pad's own answer).
 * False: no memory.
 */
bool emulated_reader_keys(struct reader *r, const char *keys) __attribute__((warn_unused_result));
/* At the `nth` command from now that is on its way to the card (1: the next). One fault is kept. */
void emulated_reader_fault(struct reader *r, enum emulated_fault fault, unsigned nth);
/* The next `questions` about what the reader can do get no answer. */
void emulated_reader_deaf(struct reader *r, unsigned questions);
/* polkit refuses this session from now on: READER_NOT_AUTHORISED until emulated_reader_restore. */
void emulated_reader_refuse(struct reader *r);
void emulated_reader_restore(struct reader *r);
/* Commands that were on their way to the card since it was made, and of those the card carried out. */
unsigned emulated_reader_commands(const struct reader *r);
unsigned emulated_reader_executed(const struct reader *r);

#endif
