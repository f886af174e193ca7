/*
 * Whether the configured reader has a pinpad that may be used, and how it wants to be asked.
 */
#ifndef CARDOPS_PAD_H
#define CARDOPS_PAD_H

#include "cardops/applet/pin.h"

struct pad {
    bool known;  /* the reader has said what it has */
    bool usable; /* has a pinpad that may be used, as far as it has said */
    struct pin_pad pin;
    struct pinpad_properties properties;
};

/*
 * Asks the reader; needs no card. A reader that refuses the question has no pinpad (card.md 7.1). One
 * from which no answer came is without one until it is asked again: READER_OK, and not known.
 * Any other answer: it could not be asked, for somebody else holds the reader, or reader, service or
 * memory were not there.
 */
enum reader_fault pad_probe(struct pad *pad, struct reader *reader, const char *reader_name,
                            uint8_t seconds) __attribute__((warn_unused_result));

/* Whether that PIN can be typed there: digits only, a fixed length, within the pad's limits. */
bool pad_takes(const struct pad *pad, const struct card_pin_profile *pin);

#endif
