/*
 * One connection to one card: commands out, answers in, faults turned into enum card_code.
 *
 * Order of calls: a zeroed struct with `reader` set; channel_connect; any commands;
 * channel_power_off. Data in an answer to a command that asked for none is a fault: a garbled 9000
 * must not pass for success. After a fault the connection is closed and the card without power;
 * nothing is ever sent twice, but the very first SELECT after power-on, which a card may answer
 * with 6F00 (card.md 2.5).
 *
 * Before a command that may use up a try or write the card the caller sets `at_stake`: a lost
 * answer is then CARD_UNCERTAIN (or CARD_REMOVED, where the card is out) instead of a harmless
 * fault. It is cleared by the command's end.
 */
#ifndef CARDOPS_APPLET_CHANNEL_H
#define CARDOPS_APPLET_CHANNEL_H

#include "cardops/client.h"
#include "cardops/reader/reader.h"
#include "cardops/wire/apdu.h"

struct channel {
    struct reader *reader;
    bool connected;
    bool fresh; /* no command since power-on */
    bool at_stake;
    uint16_t sw;       /* of the last answer */
    uint16_t commands; /* sent since the owner last set it to 0; a PIN at the pad counts as one */
    uint8_t selected[CARD_AID_MAX];
    uint8_t selected_length; /* 0: nothing known to be selected */
    enum card_code fault;    /* of the last failed call; for callbacks that can only say "failed" */
    void (*note)(void *context, const char *line); /* debug log; may be NULL */
    void *context;
};

enum card_code channel_connect(struct channel *c) __attribute__((warn_unused_result));
void channel_power_off(struct channel *c);

/* CARD_OK means that an answer came: c->sw says which. `answer` (may be NULL) is replaced by the
 * data. */
enum card_code channel_send(struct channel *c, const struct apdu *command, struct bytes *answer)
    __attribute__((warn_unused_result));
/* The same with a command ready made and the answer with its status word left on. */
enum card_code channel_send_raw(struct channel *c, const struct bytes *command,
                                struct bytes *answer) __attribute__((warn_unused_result));
/* A PIN entry by SCardControl; `out` is the status word. CARD_PAD_STRUCTURE where the driver
 * refuses the block: then nothing reached the card. */
enum card_code channel_control(struct channel *c, uint32_t code, const struct bytes *in,
                               struct bytes *out) __attribute__((warn_unused_result));

/* Nothing is sent where that application is selected already. c->sw is 9000 or says why not. */
enum card_code channel_select(struct channel *c, const uint8_t *aid, uint8_t length)
    __attribute__((warn_unused_result));
enum card_code channel_select_ef(struct channel *c, uint16_t ef)
    __attribute__((warn_unused_result));
/* Somebody else (an authority module) may have selected another application. */
void channel_forget_selection(struct channel *c);
void channel_note_selection(struct channel *c, const uint8_t *aid, uint8_t length);

#endif
