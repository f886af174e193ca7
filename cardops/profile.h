/*
 * A generation of the card as data: its PINs, where each lives, and the commands that differ.
 *
 * Filled from the files of config/cards above this floor and handed to the card process with the first
 * message. Plain bytes, no pointers: it crosses the socket as it is, between two programs of one build.
 * Facts: card.md sections 1 and 2.
 */
#ifndef CARDOPS_PROFILE_H
#define CARDOPS_PROFILE_H

#include <stdint.h>

enum {
    CARD_PINS_MAX = 8,
    CARD_PLACES_MAX = 2,
    CARD_AID_MAX = 16,
};

/* Index of the My Number card's PINs in card_profile.pins; a profile lists them in this order. */
enum card_pin { CARD_PIN_SIG, CARD_PIN_AUTH, CARD_PIN_JUKI, CARD_PIN_KENMEN };

enum card_alphabet { CARD_DIGITS, CARD_CAPITALS_AND_DIGITS };

/* One key reference: the application and elementary file that hold a PIN. */
struct card_place {
    uint8_t aid[CARD_AID_MAX];
    uint8_t aid_length;
    uint16_t ef;
    uint8_t change_cla, change_ins, change_p1; /* header of the change command that follows VERIFY */
};

struct card_pin_profile {
    char id[12];
    uint8_t alphabet;  /* enum card_alphabet */
    uint8_t minimum, maximum; /* characters */
    uint8_t tries;     /* of a full counter */
    uint8_t place_count;
    struct card_place places[CARD_PLACES_MAX]; /* 住民基本台帳用 has two: one PIN set in both */
};

struct card_profile {
    char name[32];
    uint8_t pin_count;
    struct card_pin_profile pins[CARD_PINS_MAX];
};

#endif
