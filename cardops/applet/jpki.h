/*
 * JPKI application: token label, which certificates exist, the certificates, signing (card.md
 * section 3).
 */
#ifndef CARDOPS_APPLET_JPKI_H
#define CARDOPS_APPLET_JPKI_H

#include "cardops/applet/channel.h"

enum jpki_token { JPKI_TOKEN_UNKNOWN, JPKI_TOKEN_MY_NUMBER, JPKI_TOKEN_OLD_JUKI };

/* Pure: the label field of EF 0006, 32 bytes filled up with blanks or NULs. */
enum jpki_token jpki_token_parse(const uint8_t *at, size_t length);

/* One command each, besides the selection of the application. CARD_FOREIGN: there is no such
 * application. */
enum card_code jpki_read_token(struct channel *c, enum jpki_token *token)
    __attribute__((warn_unused_result));
/* enum card_yes by enum card_certificate; CARD_UNKNOWN where the card answers in another way. */
enum card_code jpki_read_present(struct channel *c, uint8_t present[2])
    __attribute__((warn_unused_result));

/* CARD_PIN_FIRST: the certificate's file cannot be read before its PIN. CARD_OK says no more than
 * that a PIN is not what is missing. */
enum card_code jpki_ask_readable(struct channel *c, enum card_certificate which)
    __attribute__((warn_unused_result));

/*
 * `der` is replaced by the certificate, without the filler behind it. CARD_PIN_FIRST: the
 * signature certificate before its PIN; CARD_NO_KEY: there is no certificate in the file.
 */
enum card_code jpki_read_certificate(struct channel *c, enum card_certificate which,
                                     struct bytes *der) __attribute__((warn_unused_result));

/* `signature` is replaced by the card's signature over the DigestInfo with the key in use;
 * CARD_PIN_FIRST before that key's PIN. */
enum card_code jpki_sign(struct channel *c, enum card_certificate which,
                         const struct bytes *digest_info, struct bytes *signature)
    __attribute__((warn_unused_result));

#endif
