/*
 * The office's authority over a card, as a module loaded by path.
 *
 * How a municipality proves its authority to the card and which commands unblock a PIN, make a key pair
 * and write a certificate is not public (card.md section 5). Whoever knows it supplies a shared object
 * that exports one symbol, AUTHORITY_SYMBOL, a `const struct authority`. The practice stand's module is
 * loaded the same way and follows ISO 7816-4 on a card that only practice has.
 *
 * Order of calls, in one connection to one card: open (authenticates; the card may refuse), any number of
 * operations, close. A module sends commands only through authority_link.transmit. It never sees a PIN:
 * for a PIN it returns the header of the command and the caller, or the pinpad, appends the digits.
 * A module keeps no state between sessions, starts no thread and writes no file.
 */
#ifndef CARDOPS_AUTHORITY_AUTHORITY_H
#define CARDOPS_AUTHORITY_AUTHORITY_H

#include "cardops/profile.h"
#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHORITY_SYMBOL "madoguchi_authority"
enum { AUTHORITY_VERSION = 1 };

enum authority_fault {
    AUTHORITY_OK = 0,
    AUTHORITY_BAD_CONFIG,     /* the module's own configuration is unreadable */
    AUTHORITY_NOT_THIS_CARD,  /* the card is not of the kind this module works with; nothing was done */
    AUTHORITY_REFUSED,        /* the card did not accept the office's authority */
    AUTHORITY_UNSUPPORTED,    /* this module cannot do that */
    AUTHORITY_LINK,           /* transmit failed; the caller knows how */
    AUTHORITY_CARD_STATUS,    /* the card answered with an error; *sw says which */
};

/* The way to the card that the card process lends a module for one session. */
struct authority_link {
    void *context;
    /* False: the connection is gone. `answer` is replaced by data and status word. */
    bool (*transmit)(void *context, const struct bytes *command, struct bytes *answer);
};

/* A command that still lacks the new PIN: header CLA INS P1 P2; Lc and the PIN follow. */
struct authority_pin_command {
    uint8_t header[4];
};

struct authority_session;

/* Which of the card's two certificates. */
enum authority_key { AUTHORITY_KEY_SIG, AUTHORITY_KEY_AUTH };

struct authority {
    uint32_t version;   /* AUTHORITY_VERSION */
    const char *name;   /* of the module and its release, ASCII */
    bool practice;      /* true: every screen shows 練習 */
    bool keeps_old_key; /* the old key and certificate stay usable until the new certificate is written */
    enum authority_fault (*open)(struct authority_session **s, const struct authority_link *link,
                                 const char *configuration, uint16_t *sw);
    /* Selects the place, and gives the command that sets a new PIN there with a full retry counter. */
    enum authority_fault (*unblock)(struct authority_session *s, const struct card_place *place,
                                    struct authority_pin_command *command, uint16_t *sw);
    /* A new key pair on the card; `modulus_exponent` receives the answer template 7F49 (ISO 7816-8). */
    enum authority_fault (*generate)(struct authority_session *s, enum authority_key key,
                                     struct bytes *public_key, uint16_t *sw);
    /* Signs a DigestInfo with the key that generate() made, before its certificate is written. */
    enum authority_fault (*sign)(struct authority_session *s, enum authority_key key,
                                 const struct bytes *digest_info, struct bytes *signature, uint16_t *sw);
    /* Writes the certificate and makes the new key the one in use. */
    enum authority_fault (*install)(struct authority_session *s, enum authority_key key,
                                    const struct bytes *certificate, uint16_t *sw);
    /* What a cut left behind: a key made and not yet installed; answers its public key, or length 0. */
    enum authority_fault (*pending)(struct authority_session *s, enum authority_key key,
                                    struct bytes *public_key, uint16_t *sw);
    void (*close)(struct authority_session **s);
    /*
     * Whether this card is of the kind the module works with, without proving any authority: one command at
     * most. May be NULL: then only open() can tell.
     */
    enum authority_fault (*recognise)(const struct authority_link *link, uint16_t *sw);
    /*
     * System calls that the module needs beyond the card process's own list (numbers of this machine, as in
     * sys/syscall.h); NULL and 0: none.
     */
    const int *system_calls;
    size_t system_call_count;
};

#endif
