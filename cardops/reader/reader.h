/*
 * A reader with a card in it, as a struct of functions: PC/SC (pcsc.c) is one filler, the emulated card
 * in this process (cardops/practice/emulated_reader.c) another, a filler that fails on order a third.
 *
 * Order of calls: open once; then any of watch, connect … disconnect; close at the end. transmit,
 * control and power_off need a connection. Calls block; the caller bounds them by the reader's own
 * limits (a PIN entry: up to 90 s, CCID `commands.c`) and by its watchdog.
 *
 * After a fault other than READER_OK or READER_CARD_ABSENT the connection is gone: what was selected or
 * verified on the card is lost, and the caller disconnects and connects anew (PC/SC: card.md 8.7).
 * No filler repeats a command by itself, ever: a repeated VERIFY could use up a try.
 */
#ifndef CARDOPS_READER_READER_H
#define CARDOPS_READER_READER_H

#include "cardops/wire/bytes.h"

#include <stdint.h>

enum reader_fault {
    READER_OK = 0,
    READER_NO_SERVICE,      /* pcscd is not there or went away */
    READER_NOT_AUTHORISED,  /* polkit refuses this session */
    READER_NONE,            /* the configured reader is not among the readers */
    READER_UNAVAILABLE,     /* it is listed but does not answer, or was unplugged */
    READER_SHARED,          /* another program holds the card */
    READER_CARD_ABSENT,     /* no card in it */
    READER_CARD_REMOVED,    /* the card left during the connection */
    READER_CARD_RESET,      /* somebody reset the card; its state is lost */
    READER_CARD_MUTE,       /* the card gives no answer to reset */
    READER_NOT_TRANSACTED,  /* the command may or may not have reached the card */
    READER_UNSUPPORTED,     /* the reader does not know this control code */
    READER_GARBLED,         /* an answer shorter than a status word or longer than the room */
    READER_NO_MEMORY,
};

/* What a watch tells; edges are not promised, the present state is. */
enum reader_presence { READER_IS_AWAY, READER_IS_EMPTY, READER_HAS_CARD };

struct reader;

struct reader_ops {
    /* Find the reader by its exact name. Opening again after a lost service is allowed. */
    enum reader_fault (*open)(struct reader *r);
    /* A descriptor that becomes readable when the presence may have changed; -1: none. */
    int (*watch_fd)(struct reader *r);
    /* The present state; drains the descriptor. Never blocks. */
    enum reader_fault (*presence)(struct reader *r, enum reader_presence *now);
    enum reader_fault (*connect)(struct reader *r);
    /* `command` is a whole APDU; `answer` is replaced by data and status word. */
    enum reader_fault (*transmit)(struct reader *r, const struct bytes *command, struct bytes *answer);
    /* SCardControl: PC/SC part 10 features, PIN verification and modification. */
    enum reader_fault (*control)(struct reader *r, uint32_t code, const struct bytes *in, struct bytes *out);
    /* End the connection; the card loses power, and with it every PIN status. */
    void (*power_off)(struct reader *r);
    void (*close)(struct reader **r);
};

struct reader {
    const struct reader_ops *ops;
};

#endif
