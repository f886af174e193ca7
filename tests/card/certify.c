#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/card/certify.h"

#include "cardops/wire/tlv.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

EVP_PKEY *certify_key(const uint8_t *template, size_t length)
{
    struct tlv outer, n, e;
    assert_true(tlv_find(template, length, 0x7F49, &outer));
    assert_true(tlv_find(outer.value, outer.length, 0x81, &n));
    assert_true(tlv_find(outer.value, outer.length, 0x82, &e));
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *modulus = BN_bin2bn(n.value, (int)n.length, NULL),
           *exponent = BN_bin2bn(e.value, (int)e.length, NULL);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent), 1);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

size_t certify(EVP_PKEY *key, EVP_PKEY *issuer, uint8_t *der, size_t room)
{
    X509 *x = X509_new();
    unsigned char *at = der;
    assert_non_null(x);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 0x1234);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, key);
    assert_true(X509_sign(x, issuer, EVP_sha256()) > 0);
    int length = i2d_X509(x, NULL);
    assert_in_range(length, 1, room);
    assert_int_equal(i2d_X509(x, &at), length);
    X509_free(x);
    return (size_t)length;
}
