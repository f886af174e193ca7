#include "cardops/issue/request.h"

#include "cardops/wire/tlv.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <string.h>

enum { KEY_BITS_MIN = 2048, KEY_BITS_MAX = 4096, TAG_PUBLIC_KEY = 0x7F49, TAG_MODULUS = 0x81, TAG_EXPONENT = 0x82 };

/* SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING of 32 bytes } up to the digest itself. */
static const uint8_t digest_info_head[] = { 0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                            0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };

static EVP_PKEY *key_from_numbers(const BIGNUM *modulus, const BIGNUM *exponent)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (build == NULL || ctx == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) != 1 ||
        (params = OSSL_PARAM_BLD_to_param(build)) == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *key_from_template(const struct bytes *public_key)
{
    struct tlv key, modulus, exponent;
    if (!tlv_find(public_key->at, public_key->length, TAG_PUBLIC_KEY, &key) ||
        !tlv_find(key.value, key.length, TAG_MODULUS, &modulus) ||
        !tlv_find(key.value, key.length, TAG_EXPONENT, &exponent) || modulus.length > KEY_BITS_MAX / 8 + 1 ||
        exponent.length > 8)
        return NULL;
    BIGNUM *n = BN_bin2bn(modulus.value, (int)modulus.length, NULL);
    BIGNUM *e = BN_bin2bn(exponent.value, (int)exponent.length, NULL);
    EVP_PKEY *result = NULL;
    if (n != NULL && e != NULL && BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) &&
        BN_num_bits(n) >= KEY_BITS_MIN && BN_num_bits(n) <= KEY_BITS_MAX)
        result = key_from_numbers(n, e);
    BN_free(n);
    BN_free(e);
    return result;
}

bool request_key_fits(const struct bytes *public_key)
{
    EVP_PKEY *key = key_from_template(public_key);
    bool fits = key != NULL;
    EVP_PKEY_free(key);
    return fits;
}

static bool all_digits(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= 32 && strspn(text, "0123456789") == length;
}

static bool add_name(X509_NAME *name, const char *field, const char *text)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0) == 1;
}

/* The request with an algorithm identifier, but no signature yet. */
static enum request_fault unsigned_request(const struct bytes *public_key, const struct request_subject *subject,
                                           X509_REQ **made)
{
    if (!all_digits(subject->card_serial) || !all_digits(subject->municipality))
        return REQUEST_BAD_SUBJECT;
    EVP_PKEY *key = key_from_template(public_key);
    if (key == NULL)
        return REQUEST_BAD_KEY;
    X509_REQ *request = X509_REQ_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    X509_NAME *name = request == NULL ? NULL : X509_REQ_get_subject_name(request);
    bool ok = name != NULL && algorithm != NULL && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
              add_name(name, "C", "JP") && add_name(name, "L", subject->municipality) &&
              add_name(name, "serialNumber", subject->card_serial) && X509_REQ_set_pubkey(request, key) == 1 &&
              X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL, NULL) == 1 &&
              X509_REQ_set1_signature_algo(request, algorithm) == 1;
    X509_ALGOR_free(algorithm);
    EVP_PKEY_free(key);
    if (!ok) {
        X509_REQ_free(request);
        return REQUEST_NO_MEMORY;
    }
    *made = request;
    return REQUEST_OK;
}

enum request_fault request_begin(const struct bytes *public_key, const struct request_subject *subject,
                                 struct bytes *digest_info)
{
    X509_REQ *request;
    enum request_fault fault = unsigned_request(public_key, subject, &request);
    if (fault != REQUEST_OK)
        return fault;
    unsigned char *tbs = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned int digest_length = 0;
    int length = i2d_re_X509_REQ_tbs(request, &tbs);
    if (length <= 0 || EVP_Digest(tbs, (size_t)length, digest, &digest_length, EVP_sha256(), NULL) != 1 ||
        !bytes_set(digest_info, digest_info_head, sizeof digest_info_head) ||
        !bytes_append(digest_info, digest, digest_length))
        fault = REQUEST_NO_MEMORY;
    OPENSSL_free(tbs);
    X509_REQ_free(request);
    return fault;
}

static bool put_signature(X509_REQ *request, const struct bytes *signature)
{
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
    if (bits == NULL || ASN1_STRING_set(bits, signature->at, (int)signature->length) != 1) {
        ASN1_BIT_STRING_free(bits);
        return false;
    }
    /* All bits count, trailing zeros too. */
    bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
    bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;
    X509_REQ_set0_signature(request, bits);
    return true;
}

enum request_fault request_finish(const struct bytes *public_key, const struct request_subject *subject,
                                  const struct bytes *signature, struct bytes *request)
{
    X509_REQ *made;
    enum request_fault fault = unsigned_request(public_key, subject, &made);
    if (fault != REQUEST_OK)
        return fault;
    unsigned char *der = NULL;
    int length = 0;
    if (!put_signature(made, signature))
        fault = REQUEST_NO_MEMORY;
    else if (X509_REQ_verify(made, X509_REQ_get0_pubkey(made)) != 1)
        fault = REQUEST_BAD_SIGNATURE;
    else if ((length = i2d_X509_REQ(made, &der)) <= 0 || !bytes_set(request, der, (size_t)length))
        fault = REQUEST_NO_MEMORY;
    OPENSSL_free(der);
    X509_REQ_free(made);
    return fault;
}
