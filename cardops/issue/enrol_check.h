/*
 * All checks of a new certificate, made before it is accepted at the CA and before the card is written.
 *
 * The issuer is chosen among the configured roots by key identifier and, where that names none, by trying
 * each: roots change over time with the same name (card.md section 6.1). No file and no clock in here.
 */
#ifndef CARDOPS_ISSUE_ENROL_CHECK_H
#define CARDOPS_ISSUE_ENROL_CHECK_H

#include "cardops/issue/enrol.h"

#include <openssl/x509.h>
#include <stdint.h>

/* What a certificate must be; card.md section 6.3. Everything is borrowed. */
struct enrol_expectation {
    EVP_PKEY *key;            /* of the request */
    STACK_OF(X509) *roots;    /* of all generations of the issuing authority */
    uint32_t usage;           /* exactly these bits, KU_DIGITAL_SIGNATURE and so on */
    const char *policy;       /* the OID that must be among its policies, dotted */
    size_t largest;           /* bytes the card's file holds */
    int64_t now;              /* seconds since the epoch */
    int64_t leeway;           /* seconds by which the CA's clock may be ahead of ours */
};

/* The first thing found wrong, in the order of enum enrol_reason. */
enum enrol_reason enrol_check(X509 *certificate, const struct enrol_expectation *expected);

/* True: one DER object and nothing behind it, every length definite and minimal (X.690 clause 10.1). */
bool enrol_is_der(const uint8_t *at, size_t length) __attribute__((warn_unused_result));

#endif
