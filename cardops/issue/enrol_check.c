#include "cardops/issue/enrol_check.h"

#include "cardops/wire/tlv.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

enum { DEPTH_MAX = 24, CONSTRUCTED = 0x20 };

static size_t tag_octets(uint32_t tag)
{
    return tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
}

static size_t length_octets(size_t length)
{
    return length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5;
}

static bool is_der_run(const uint8_t *at, size_t length, int depth)
{
    struct tlv_reader r = { .at = at, .left = length };
    struct tlv object;
    enum tlv_step step;
    if (depth > DEPTH_MAX)
        return false;
    while ((step = tlv_next(&r, &object)) == TLV_OBJECT) {
        const uint8_t *start = object.value + object.length - object.total;
        if (object.total - object.length != tag_octets(object.tag) + length_octets(object.length))
            return false;
        if ((start[0] & CONSTRUCTED) != 0 && !is_der_run(object.value, object.length, depth + 1))
            return false;
    }
    return step == TLV_END;
}

bool enrol_is_der(const uint8_t *at, size_t length)
{
    return length > 0 && tlv_whole_length(at, length) == length && is_der_run(at, length, 0);
}

static enum enrol_reason check_encoding(X509 *certificate, const struct enrol_expectation *expected)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    enum enrol_reason reason = ENROL_FINE;
    if (length <= 0)
        reason = ENROL_UNCHECKED;
    else if ((size_t)length > expected->largest)
        reason = ENROL_TOO_LARGE;
    else if (!enrol_is_der(der, (size_t)length) || (X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0)
        reason = ENROL_NOT_DER;
    OPENSSL_free(der);
    return reason;
}

static enum enrol_reason check_key(X509 *certificate, const struct enrol_expectation *expected)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    return key != NULL && EVP_PKEY_eq(key, expected->key) == 1 ? ENROL_FINE : ENROL_OTHER_KEY;
}

/* A time that cannot be compared counts as wrong: X509_cmp_time answers 0 for it. */
static enum enrol_reason check_validity(X509 *certificate, const struct enrol_expectation *expected)
{
    time_t latest_start = (time_t)(expected->now + expected->leeway), now = (time_t)expected->now;
    if (X509_cmp_time(X509_get0_notBefore(certificate), &latest_start) >= 0)
        return ENROL_NOT_YET_VALID;
    return X509_cmp_time(X509_get0_notAfter(certificate), &now) > 0 ? ENROL_FINE : ENROL_EXPIRED;
}

static enum enrol_reason check_usage(X509 *certificate, const struct enrol_expectation *expected)
{
    int at = X509_get_ext_by_NID(certificate, NID_key_usage, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(certificate, at)) == 1 &&
                   X509_get_key_usage(certificate) == expected->usage && X509_check_ca(certificate) == 0
               ? ENROL_FINE
               : ENROL_WRONG_USAGE;
}

static enum enrol_reason check_policy(X509 *certificate, const struct enrol_expectation *expected)
{
    ASN1_OBJECT *wanted = OBJ_txt2obj(expected->policy, 1);
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    enum enrol_reason reason = ENROL_WRONG_POLICY;
    for (int i = 0; wanted != NULL && i < sk_POLICYINFO_num(policies); i++)
        if (OBJ_cmp(sk_POLICYINFO_value(policies, i)->policyid, wanted) == 0)
            reason = ENROL_FINE;
    CERTIFICATEPOLICIES_free(policies);
    ASN1_OBJECT_free(wanted);
    return reason;
}

/* Chain of the certificate with this one root and no other, so that no other is picked by its name. */
static bool verifies_with(X509 *certificate, X509 *root, int64_t now)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    bool ok = store != NULL && ctx != NULL && X509_STORE_add_cert(store, root) == 1 &&
              X509_STORE_CTX_init(ctx, store, certificate, NULL) == 1;
    if (ok) {
        X509_STORE_CTX_set_time(ctx, 0, (time_t)now);
        ok = X509_verify_cert(ctx) == 1;
    }
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return ok;
}

static bool named_by_key(X509 *certificate, X509 *root)
{
    const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(certificate);
    const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(root);
    return wanted != NULL && has != NULL && ASN1_OCTET_STRING_cmp(wanted, has) == 0;
}

static enum enrol_reason check_issuer(X509 *certificate, const struct enrol_expectation *expected)
{
    enum enrol_reason reason = ENROL_UNKNOWN_ISSUER;
    for (int i = 0; i < sk_X509_num(expected->roots); i++) {
        X509 *root = sk_X509_value(expected->roots, i);
        /* The leeway is for the start of the certificate only, which is already checked. */
        if (verifies_with(certificate, root, expected->now) ||
            verifies_with(certificate, root, expected->now + expected->leeway))
            return ENROL_FINE;
        if (named_by_key(certificate, root) && X509_verify(certificate, X509_get0_pubkey(root)) != 1)
            reason = ENROL_BROKEN_SIGNATURE;
    }
    return reason;
}

enum enrol_reason enrol_check(X509 *certificate, const struct enrol_expectation *expected)
{
    static enum enrol_reason (*const checks[])(X509 *, const struct enrol_expectation *) = {
        check_encoding, check_key, check_validity, check_usage, check_policy, check_issuer,
    };
    enum enrol_reason reason = ENROL_FINE;
    ERR_set_mark();
    for (size_t i = 0; reason == ENROL_FINE && i < sizeof checks / sizeof *checks; i++)
        reason = checks[i](certificate, expected);
    ERR_pop_to_mark();
    return reason;
}
