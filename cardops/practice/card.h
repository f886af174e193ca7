/*
 * The emulated card: APDU in, answer out, power on and off.
 *
 * A My Number card with its five applications (card.md sections 1-3) and the practice application
 * (practice_commands.h), or what residents put into a reader by mistake: an old 住基カード, a foreign
 * card. Whose card it is says a file written for people (cards/, card_data.h); what happens to the card
 * (PINs, tries, keys) is kept below the stand's directory and outlives this process.
 *
 * Where the public facts are silent this card answers:
 *   a PIN that the card does not have (`none` in its file): SELECT EF 9000, VERIFY and its query 6A88
 *   a certificate that it does not have: the file exists and holds only filler FF; EF 0008 has 00 there
 *   change of a PIN: full counter afterwards; wrong length or character 6A80; no VERIFY before it 6982
 *
 * Order of calls: open; power_on; transmit ...; power_off; close. transmit without power answers 6F00.
 * Crash behaviour: whatever changes is on disk (written, synced, renamed) before the answer is given; a
 * killed process never gives a try back. Where the disk refuses, the answer is 6581 and nothing changed.
 * One card must be open in one process at a time.
 */
#ifndef CARDOPS_PRACTICE_CARD_H
#define CARDOPS_PRACTICE_CARD_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum practice_fault {
    PRACTICE_OK = 0,
    PRACTICE_NO_FILE,   /* the card's file cannot be read */
    PRACTICE_BAD_FILE,  /* it is not understood; `bad` names the key */
    PRACTICE_STORE,     /* the stand's directory cannot be read or written, or its state is damaged */
    PRACTICE_CRYPTO,    /* OpenSSL refused */
    PRACTICE_NO_MEMORY,
};

/* Every PIN reference of the card that has a name; 住民基本台帳用 is there twice. */
enum practice_pin {
    PRACTICE_PIN_SIG,
    PRACTICE_PIN_AUTH,
    PRACTICE_PIN_JUKI_COMMON,
    PRACTICE_PIN_JUKI,
    PRACTICE_PIN_KENMEN,
    PRACTICE_PINS_NAMED,
};

enum { PRACTICE_KEY_NAME = 64 };

struct practice_card;

/*
 * `stand` is the stand's directory (made where missing, 0700), `file` the card's ini file; `now` is
 * seconds since the epoch, from which relative dates count when the card is first opened there.
 * `bad` (may be NULL) receives the key at fault for PRACTICE_BAD_FILE.
 */
enum practice_fault practice_card_open(struct practice_card **card, const char *stand,
                                       const char *file, int64_t now, char bad[PRACTICE_KEY_NAME])
    __attribute__((warn_unused_result));
void practice_card_close(struct practice_card **card);

/* Makes keys and certificates now; left out, each is made when first asked for (some 0.2 s). */
enum practice_fault practice_card_personalise(struct practice_card *card)
    __attribute__((warn_unused_result));

/* The answer to reset. False: no memory. */
bool practice_card_power_on(struct practice_card *card, struct bytes *atr)
    __attribute__((warn_unused_result));
void practice_card_power_off(struct practice_card *card);

/* `answer` is replaced by data and status word. False: no memory; then the answer is empty. */
bool practice_card_transmit(struct practice_card *card, const uint8_t *command, size_t length,
                            struct bytes *answer) __attribute__((warn_unused_result));

/* The file's name without folder and `.ini`. */
const char *practice_card_name(const struct practice_card *card);
/* 15 digits, or empty for a card that has none. */
const char *practice_card_serial(const struct practice_card *card);
/* YYYYMMDD, or empty. */
void practice_card_expiry(const struct practice_card *card, char out[9]);
/* Tries left; 0: locked, -1: the card has no such PIN. */
int practice_card_tries(const struct practice_card *card, enum practice_pin pin);
/* Uses up all tries. False: the card has no such PIN, or the disk refused. */
bool practice_card_lock(struct practice_card *card, enum practice_pin pin)
    __attribute__((warn_unused_result));
/* The certificate in use, as DER. False: the card has none, or it cannot be made. */
bool practice_card_certificate(struct practice_card *card, bool auth, struct bytes *der);

/* The office key of the stand's directory; made (random) where missing. */
enum practice_fault practice_office_key(const char *stand, uint8_t key[16])
    __attribute__((warn_unused_result));

#endif
