/*
 * Whose card it is: the card's file, an ini file written for people (its keys: man/madoguchi-practice.1).
 *
 * Dates may be relative to the moment given (day.h), so that the files do not age. Unknown keys and
 * impossible values are faults. What happens to the card later is not here but in card_state.h.
 */
#ifndef CARDOPS_PRACTICE_CARD_DATA_H
#define CARDOPS_PRACTICE_CARD_DATA_H

#include "cardops/practice/card.h"
#include "cardops/practice/day.h"

enum card_kind { CARD_KIND_MY_NUMBER, CARD_KIND_JUKI, CARD_KIND_FOREIGN };

enum { CARD_PIN_LONGEST = 16, CARD_TEXT_ROOM = 256, CARD_ATR_LONGEST = 33 };

struct card_pin_data {
    char value[CARD_PIN_LONGEST + 1]; /* empty: the card does not have this PIN */
    int tries;                        /* left when the card is first opened */
    int shortest, longest;
};

struct card_certificate_data {
    struct day from, until; /* until.year 0: the card has no such certificate */
};

struct card_data {
    enum card_kind kind;
    bool practice;      /* has the practice application */
    bool sleepy;        /* answers 6F00 to the first command after power-on (card.md 2.5) */
    uint8_t atr[CARD_ATR_LONGEST];
    size_t atr_length;
    char serial[16];        /* 15 digits */
    char municipality[6];   /* 5 digits */
    bool home;              /* of the office's own municipality, see card_data_home */
    struct day expires;
    char name[CARD_TEXT_ROOM], address[CARD_TEXT_ROOM]; /* UTF-8 */
    char prefecture[32], city[32];                      /* Latin letters: `Mihon-ken`, `Mihon-shi` */
    struct day birth;
    char sex; /* 1 male, 2 female, 3 other, 9 unknown (card.md 6.3) */
    struct card_pin_data pins[PRACTICE_PINS_NAMED];
    struct card_certificate_data sig, auth;
};

enum practice_fault card_data_read(struct card_data *data, const char *file, int64_t now,
                                   char bad[PRACTICE_KEY_NAME]) __attribute__((warn_unused_result));

/*
 * A card with `municipality = home` was issued where the office is: its number is a file of the stand's
 * directory. Where that is missing the card carries 00000, which no municipality has. Other cards stay as
 * they are.
 */
void card_data_home(struct card_data *data, const char *stand);
/* Five digits, for all cards of the stand. The directory must exist. */
bool card_data_set_home(const char *stand, const char *municipality) __attribute__((warn_unused_result));

#endif
