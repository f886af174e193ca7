/* The emulated card's own name of each place of a PIN. */
#ifndef TESTS_LIB_CARD_PLACES_H
#define TESTS_LIB_CARD_PLACES_H

#include "cardops/practice/card.h"
#include "cardops/profile.h"

static const enum practice_pin card_places[][CARD_PLACES_MAX] = {
    [CARD_PIN_SIG] = {PRACTICE_PIN_SIG, PRACTICE_PIN_SIG},
    [CARD_PIN_AUTH] = {PRACTICE_PIN_AUTH, PRACTICE_PIN_AUTH},
    [CARD_PIN_JUKI] = {PRACTICE_PIN_JUKI_COMMON, PRACTICE_PIN_JUKI},
    [CARD_PIN_KENMEN] = {PRACTICE_PIN_KENMEN, PRACTICE_PIN_KENMEN},
};

#endif
