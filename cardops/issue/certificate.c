#include "cardops/issue/certificate.h"

#include "cardops/wire/tlv.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string.h>
#include <time.h>

enum { JAPAN = 9 * 3600, DER_MAX = 65536, TAG_KEY = 0x7F49, TAG_MODULUS = 0x81, TAG_EXPONENT = 0x82 };

static X509 *parse(const struct bytes *der)
{
    const unsigned char *at = der->at;
    if (der->length == 0 || tlv_whole_length(der->at, der->length) != der->length)
        return NULL;
    X509 *certificate = d2i_X509(NULL, &at, (long)der->length);
    if (certificate != NULL && at != der->at + der->length) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}

static bool day_in_japan(const ASN1_TIME *time, uint32_t *day)
{
    struct tm utc, japan;
    if (ASN1_TIME_to_tm(time, &utc) != 1)
        return false;
    time_t there = timegm(&utc) + JAPAN;
    if (gmtime_r(&there, &japan) == NULL || japan.tm_year < 0 || japan.tm_year > 8099)
        return false;
    *day = (uint32_t)(japan.tm_year + 1900) * 10000 + (uint32_t)(japan.tm_mon + 1) * 100 +
           (uint32_t)japan.tm_mday;
    return true;
}

static bool serial_text(const X509 *certificate, char *text, size_t room)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    bool fits = hex != NULL && strlen(hex) < room;
    if (fits)
        strcpy(text, hex);
    OPENSSL_free(hex);
    BN_free(number);
    return fits;
}

bool certificate_facts_read(const struct bytes *der, struct certificate_facts *facts)
{
    *facts = (struct certificate_facts){0};
    X509 *certificate = parse(der);
    bool read = certificate != NULL &&
                day_in_japan(X509_get0_notBefore(certificate), &facts->from) &&
                day_in_japan(X509_get0_notAfter(certificate), &facts->until) &&
                serial_text(certificate, facts->serial, sizeof facts->serial);
    X509_free(certificate);
    return read;
}

static bool number_is(const EVP_PKEY *key, const char *name, const struct tlv *value)
{
    BIGNUM *own = NULL, *given = BN_bin2bn(value->value, (int)value->length, NULL);
    bool same =
        given != NULL && EVP_PKEY_get_bn_param(key, name, &own) == 1 && BN_cmp(own, given) == 0;
    BN_free(own);
    BN_free(given);
    return same;
}

bool certificate_matches_key(const struct bytes *der, const struct bytes *template)
{
    struct tlv outer, modulus, exponent;
    if (!tlv_find(template->at, template->length, TAG_KEY, &outer) ||
        !tlv_find(outer.value, outer.length, TAG_MODULUS, &modulus) ||
        !tlv_find(outer.value, outer.length, TAG_EXPONENT, &exponent))
        return false;
    X509 *certificate = parse(der);
    EVP_PKEY *key = certificate != NULL ? X509_get0_pubkey(certificate) : NULL;
    bool same = key != NULL && EVP_PKEY_is_a(key, "RSA") &&
                number_is(key, OSSL_PKEY_PARAM_RSA_N, &modulus) &&
                number_is(key, OSSL_PKEY_PARAM_RSA_E, &exponent);
    X509_free(certificate);
    return same;
}

bool certificate_answers(const struct bytes *der, const uint8_t *request, size_t length)
{
    const unsigned char *at = request;
    X509 *certificate = parse(der);
    X509_REQ *asked = length > 0 && length < DER_MAX ? d2i_X509_REQ(NULL, &at, (long)length) : NULL;
    EVP_PKEY *key = certificate != NULL ? X509_get0_pubkey(certificate) : NULL;
    EVP_PKEY *wanted = asked != NULL ? X509_REQ_get0_pubkey(asked) : NULL;
    bool same = key != NULL && wanted != NULL && EVP_PKEY_eq(key, wanted) == 1;
    X509_REQ_free(asked);
    X509_free(certificate);
    return same;
}

bool certificate_verifies(const struct bytes *der, const uint8_t digest[32],
                          const struct bytes *signature)
{
    X509 *certificate = parse(der);
    EVP_PKEY *key = certificate != NULL ? X509_get0_pubkey(certificate) : NULL;
    EVP_PKEY_CTX *context = key != NULL ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    bool valid = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
                 EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                 EVP_PKEY_verify(context, signature->at, signature->length, digest, 32) == 1;
    EVP_PKEY_CTX_free(context);
    X509_free(certificate);
    return valid;
}
