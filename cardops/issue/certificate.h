/*
 * What the card process has to know of a certificate: its days, its serial, whose key it is for.
 *
 * Pure: DER in, facts out; hostile bytes are refused. The CA's side (issuer, policy, usage) is
 * checked by enrol_check.h before the certificate ever gets here. Days are YYYYMMDD in Japan
 * (card.md 6.4).
 */
#ifndef CARDOPS_ISSUE_CERTIFICATE_H
#define CARDOPS_ISSUE_CERTIFICATE_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct certificate_facts {
    uint32_t from, until;
    char serial[44]; /* hexadecimal capitals */
};

/* False: not exactly one certificate, or its dates or serial cannot be told. */
bool certificate_facts_read(const struct bytes *der, struct certificate_facts *facts)
    __attribute__((warn_unused_result));

/* Whether the certificate's key is the one of a 7F49 { 81 modulus, 82 exponent } template. */
bool certificate_matches_key(const struct bytes *der, const struct bytes *template)
    __attribute__((warn_unused_result));

/* Whether the certificate is for the key of a request (PKCS#10, DER). */
bool certificate_answers(const struct bytes *der, const uint8_t *request, size_t length)
    __attribute__((warn_unused_result));

/* Whether `signature` is that key's PKCS#1 v1.5 signature over a SHA-256 digest. */
bool certificate_verifies(const struct bytes *der, const uint8_t digest[32],
                          const struct bytes *signature) __attribute__((warn_unused_result));

#endif
