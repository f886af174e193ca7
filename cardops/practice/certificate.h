/*
 * The practice office's certificates, in the profile of card.md section 6. Pure: keys and data in, a
 * signed certificate out; the caller frees it. NULL: OpenSSL refused.
 */
#ifndef CARDOPS_PRACTICE_CERTIFICATE_H
#define CARDOPS_PRACTICE_CERTIFICATE_H

#include "cardops/practice/card_state.h"

#include <openssl/x509.h>

/* Self-signed; `key` is CARD_KEY_SIG or CARD_KEY_AUTH. Valid 2020-2049. */
X509 *certificate_ca(EVP_PKEY *pair, int key);
/* The resident's certificate for `pair`, with dates and attributes from the card's data. */
X509 *certificate_resident(X509 *ca, EVP_PKEY *ca_pair, EVP_PKEY *pair, int key,
                           const struct card_data *data);

#endif
