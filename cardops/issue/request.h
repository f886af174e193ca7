/*
 * The certification request (PKCS#10, RFC 2986) for a key that lives on the card.
 *
 * Order of calls: request_begin gives the DigestInfo that the card has to sign; request_finish, with the
 * same key and subject and the card's signature, gives the request. Nothing is kept between the two: the
 * same input always gives the same bytes, so either may be repeated, in another process too.
 *
 * The subject names the card and the municipality and nothing else: C=JP, L=municipality code,
 * serialNumber=card serial. What the holder is called is for the CA to add.
 */
#ifndef CARDOPS_ISSUE_REQUEST_H
#define CARDOPS_ISSUE_REQUEST_H

#include "cardops/wire/bytes.h"

enum request_fault {
    REQUEST_OK = 0,
    REQUEST_BAD_KEY,       /* the template does not parse, or the key is no RSA key of 2048 to 4096 bits */
    REQUEST_BAD_SUBJECT,   /* serial or municipality code is empty or not of digits alone */
    REQUEST_BAD_SIGNATURE, /* it does not verify with the key: nothing may be asked of the CA */
    REQUEST_NO_MEMORY,
};

struct request_subject {
    const char *card_serial;  /* 15 digits on the card */
    const char *municipality; /* five digits */
};

/* Whether it is the template of a key that can be asked a certificate for. */
bool request_key_fits(const struct bytes *public_key);

/*
 * `public_key`: the card's answer to GENERATE ASYMMETRIC KEY PAIR, template 7F49 with 81 modulus and
 * 82 exponent (ISO/IEC 7816-8 clause 5.1). `digest_info` is replaced by the DigestInfo (RFC 8017 clause
 * 9.2, SHA-256, 51 bytes) of the request to be signed.
 */
enum request_fault request_begin(const struct bytes *public_key, const struct request_subject *subject,
                                 struct bytes *digest_info) __attribute__((warn_unused_result));

/* `request` is replaced by the signed request, DER. */
enum request_fault request_finish(const struct bytes *public_key, const struct request_subject *subject,
                                  const struct bytes *signature, struct bytes *request)
    __attribute__((warn_unused_result));

#endif
