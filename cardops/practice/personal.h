/*
 * Keys and certificates of practice cards: made with OpenSSL, kept as files.
 *
 * Certificates come from the practice CA in STAND/ca (ca.h): the first ones too, issued without CMP for the
 * days that the card's file names.
 */
#ifndef CARDOPS_PRACTICE_PERSONAL_H
#define CARDOPS_PRACTICE_PERSONAL_H

#include "cardops/practice/card_state.h"

#include <openssl/evp.h>

/* File names of key pair `number`: `sig-2.key` (PEM), `sig-2.der`, `sig-2.part` (chunks so far). */
enum personal_file { PERSONAL_KEY, PERSONAL_CERTIFICATE, PERSONAL_PART };
enum { PERSONAL_NAME = 32 };
void personal_name(char name[PERSONAL_NAME], int key, int number, enum personal_file file);

/* A new RSA-2048 key pair, written as `sig-N.key` below `folder`. The caller frees *pair. */
enum practice_fault personal_generate(const char *folder, int key, int number, EVP_PKEY **pair)
    __attribute__((warn_unused_result));
enum practice_fault personal_key(const char *folder, int key, int number, EVP_PKEY **pair)
    __attribute__((warn_unused_result));

/* Key pair and certificate 1 of the card, as when it was handed out; nothing where they exist. */
enum practice_fault personal_first(const char *stand, const char *folder, int key,
                                   const struct card_data *data)
    __attribute__((warn_unused_result));
/* The CA certificate for that key, DER. */
enum practice_fault personal_ca(const char *stand, int key, struct bytes *der)
    __attribute__((warn_unused_result));

/* Whether `der` is one whole certificate of the public half of `pair`. */
bool personal_fits(const struct bytes *der, EVP_PKEY *pair);
/* Modulus and exponent as the answer template 7F49 of ISO 7816-8. */
bool personal_public(EVP_PKEY *pair, struct bytes *out) __attribute__((warn_unused_result));
/* PKCS#1 v1.5 type 1 padding around `data`, and the private operation. */
bool personal_sign(EVP_PKEY *pair, const uint8_t *data, size_t length, struct bytes *signature)
    __attribute__((warn_unused_result));

#endif
