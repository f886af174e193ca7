/*
 * What happens to a card: its PINs and tries, and which keys it holds. One JSON file, replaced as a
 * whole (store.h); the private keys and certificates lie beside it, numbered, and the numbers in this
 * file decide which of them count. So one rename swaps key and certificate.
 */
#ifndef CARDOPS_PRACTICE_CARD_STATE_H
#define CARDOPS_PRACTICE_CARD_STATE_H

#include "cardops/practice/card_data.h"

/* Every key reference that VERIFY knows: the named PINs, and the numbers printed on the card. */
enum card_reference {
    REFERENCE_TEXT_A = PRACTICE_PINS_NAMED, /* 券面事項入力補助, 照合番号A: My Number */
    REFERENCE_TEXT_B,                       /* birth, expiry year, security code */
    REFERENCE_TEXT_LOCKED,                  /* EF 0012: locked from issue (card.md 2.5) */
    REFERENCE_VISUAL_A,                     /* 券面事項確認 */
    REFERENCE_VISUAL_B,
    REFERENCE_VISUAL_BIRTH,
    REFERENCES,
};

struct card_secret {
    char value[CARD_PIN_LONGEST + 1]; /* empty: the card does not have it */
    int tries;
};

enum { CARD_KEY_SIG, CARD_KEY_AUTH, CARD_KEYS };

/* Numbers of key pairs on this card, from 1; 0: none. */
struct card_key_numbers {
    int current, pending, last;
};

/* In the card's folder: a symbolic link to the ini file that it was last opened with. */
#define CARD_FILE_NAME "card.ini"

struct card_state {
    int64_t first_opened; /* relative dates of the card's file count from here */
    struct card_secret secrets[REFERENCES];
    struct card_key_numbers keys[CARD_KEYS];
};

/* PRACTICE_NO_FILE: the folder holds no state yet. PRACTICE_STORE: it is damaged. */
enum practice_fault card_state_read(struct card_state *state, const char *folder)
    __attribute__((warn_unused_result));
/* False: nothing changed on disk. */
bool card_state_write(const struct card_state *state, const char *folder)
    __attribute__((warn_unused_result));

#endif
