/* Certificates for keys of an emulated card, without an authority. Failures fail the running cmocka test. */
#ifndef TESTS_CARD_CERTIFY_H
#define TESTS_CARD_CERTIFY_H

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stddef.h>
#include <stdint.h>

/* Of the answer template 7F49 (ISO 7816-8). The caller frees it. */
EVP_PKEY *certify_key(const uint8_t *template, size_t length);
/* A certificate for `key`, signed by `issuer`, as DER; its length. */
size_t certify(EVP_PKEY *key, EVP_PKEY *issuer, uint8_t *der, size_t room);

#endif
