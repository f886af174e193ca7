/*
 * Whether the configured reader has a pinpad that may be used, and how it wants to be asked.
 */
#ifndef CARDOPS_PAD_H
#define CARDOPS_PAD_H

#include "cardops/applet/pin.h"

struct pad {
    bool usable;
    struct pin_pad pin;
    struct pinpad_properties properties;
};

/*
 * Asks the reader; any fault means "no pinpad" (card.md 7.1). Needs no card. False: somebody else
 * holds the reader, and nothing is known yet.
 */
bool pad_probe(struct pad *pad, struct reader *reader, const char *reader_name, uint8_t seconds);

/* Whether that PIN can be typed there: digits only, a fixed length, within the pad's limits. */
bool pad_takes(const struct pad *pad, const struct card_pin_profile *pin);

#endif
