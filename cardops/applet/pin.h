/*
 * The commands around a PIN: tries left, and the one place where a PIN goes to the card.
 *
 * Where a PIN lives and how it is changed is data (cardops/profile.h): no application has a file of
 * its own for that here. Facts: card.md 2.2 to 2.5.
 */
#ifndef CARDOPS_APPLET_PIN_H
#define CARDOPS_APPLET_PIN_H

#include "cardops/applet/channel.h"
#include "cardops/reader/pinpad.h"

/* A pinpad that may be used. */
struct pin_pad {
    struct pinpad_features features;
    struct pinpad_manners manners;
    uint8_t seconds;
};

/* Which command the digits complete. */
enum pin_use { PIN_VERIFY, PIN_SET };

/* Where the characters come from: exactly one of the two is set. */
struct pin_source {
    const struct bytes *typed;
    const struct pin_pad *pad;
};

/* Tries left without using one. *present: enum card_yes; *tries: 0 locked, -1 not told. */
enum card_code pin_query(struct channel *c, const struct card_place *place, uint8_t *present,
                         int8_t *tries) __attribute__((warn_unused_result));

/* Pure: what an answer to that query means. */
void pin_query_parse(uint16_t sw, uint8_t *present, int8_t *tries);

/* Selects application and file, so that P2 = 80 names the place's key. CARD_PIN_ABSENT: there is
 * none. */
enum card_code pin_select(struct channel *c, const struct card_place *place)
    __attribute__((warn_unused_result));

/*
 * Completes `header` with a PIN and sends it: every PIN passes here, typed or by pad, and one that
 * is empty, too short or too long goes no further (CARD_BAD_REQUEST, or CARD_PAD_STRUCTURE by pad).
 * CARD_OK: 9000. c->sw holds the status word of the card or pad.
 */
enum card_code pin_send(struct channel *c, const struct card_pin_profile *pin, enum pin_use use,
                        const uint8_t header[4], struct pin_source source)
    __attribute__((warn_unused_result));

/* Headers of the two public commands for the selected file. */
void pin_verify_header(uint8_t header[4]);
void pin_change_header(const struct card_place *place, uint8_t header[4]);

#endif
