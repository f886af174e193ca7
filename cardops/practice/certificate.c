#include "cardops/practice/certificate.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

static const char authority_name[] = "Practice office of madoguchi, not a real authority";

/* The parts in which the two kinds of certificate differ (card.md 6.1, 6.3). */
static const struct {
    const char *unit;
    const char *usage;
    const char *policy;
} kinds[CARD_KEYS] = {
    [CARD_KEY_SIG] = {"JPKI for digital signature", "critical,digitalSignature,nonRepudiation",
                      "critical,1.2.392.200149.8.5.1.1.20"},
    [CARD_KEY_AUTH] = {"JPKI for user authentication", "critical,digitalSignature",
                       "critical,1.2.392.200149.8.5.1.3.30"},
};

static bool name_add(X509_NAME *name, const char *field, const char *value)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1,
                                      -1, 0) == 1;
}

static bool extension_add(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    CONF *empty = NCONF_new(NULL); /* the policies' reader insists on a database to look into */
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_nconf(&context, empty);
    X509_EXTENSION *extension = empty ? X509V3_EXT_nconf_nid(empty, &context, nid, value) : NULL;
    bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    NCONF_free(empty);
    return ok;
}

/* An otherName: OID and [0] UTF8String. */
static bool other_add(GENERAL_NAMES *names, const char *oid, const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_TYPE *value = ASN1_TYPE_new();
    ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
    ASN1_OBJECT *id = OBJ_txt2obj(oid, 1);
    bool ok = name && value && string && id && ASN1_STRING_set(string, text, -1) == 1;
    if (ok) {
        ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
        string = NULL;
        ok = GENERAL_NAME_set0_othername(name, id, value) == 1;
    }
    if (ok && sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    ASN1_UTF8STRING_free(string);
    return false;
}

/* E of EYYYYMMDD: 1 Meiji, 2 Taisho, 3 Showa, 4 Heisei, 5 Reiwa (card.md 6.3). */
static char era_of(const char digits[9])
{
    static const struct {
        const char *first;
        char era;
    } eras[] = {{"20190501", '5'}, {"19890108", '4'}, {"19261225", '3'}, {"19120730", '2'}};
    for (size_t i = 0; i < sizeof eras / sizeof eras[0]; i++)
        if (strcmp(digits, eras[i].first) >= 0)
            return eras[i].era;
    return '1';
}

/* One 0 for each character: no character of the text was replaced. */
static void flags_of(const char *text, char flags[CARD_TEXT_ROOM])
{
    size_t n = 0;
    for (; *text; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            flags[n++] = '0';
    flags[n] = '\0';
}

static bool attributes_add(X509 *certificate, const struct card_data *data)
{
    char birth[9], era_birth[16], sex[2] = {data->sex, '\0'};
    char name_flags[CARD_TEXT_ROOM], address_flags[CARD_TEXT_ROOM];
    day_digits(data->birth, birth);
    snprintf(era_birth, sizeof era_birth, "%c%s", era_of(birth), birth);
    flags_of(data->name, name_flags);
    flags_of(data->address, address_flags);
    const struct {
        const char *oid, *text;
    } rows[] = {
        {"1.2.392.200149.8.5.5.1", data->name},    {"1.2.392.200149.8.5.5.4", era_birth},
        {"1.2.392.200149.8.5.5.3", sex},           {"1.2.392.200149.8.5.5.5", data->address},
        {"1.2.392.200149.8.5.5.2", name_flags},    {"1.2.392.200149.8.5.5.6", address_flags},
    };
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    bool ok = names != NULL;
    for (size_t i = 0; ok && i < sizeof rows / sizeof rows[0]; i++)
        ok = other_add(names, rows[i].oid, rows[i].text);
    ok = ok && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1;
    GENERAL_NAMES_free(names);
    return ok;
}

static bool times_set(X509 *certificate, int64_t from, int64_t until)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)until);
}

static bool serial_set(X509 *certificate)
{
    uint8_t random[8];
    if (RAND_bytes(random, sizeof random) != 1)
        return false;
    random[0] = (uint8_t)((random[0] & 0x7F) | 0x40);
    BIGNUM *number = BN_bin2bn(random, sizeof random, NULL);
    bool ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return ok;
}

static X509 *certificate_begin(EVP_PKEY *pair, int64_t from, int64_t until)
{
    X509 *certificate = X509_new();
    if (certificate && X509_set_version(certificate, X509_VERSION_3) == 1 &&
        serial_set(certificate) && times_set(certificate, from, until) &&
        X509_set_pubkey(certificate, pair) == 1)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static X509 *certificate_end(X509 *certificate, EVP_PKEY *signer, bool ok)
{
    if (ok && X509_sign(certificate, signer, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

X509 *certificate_ca(EVP_PKEY *pair, int key)
{
    X509 *ca = certificate_begin(pair, day_start((struct day){2020, 1, 1}),
                                 day_end((struct day){2049, 12, 30}));
    if (!ca)
        return NULL;
    X509_NAME *name = X509_get_subject_name(ca);
    bool ok = name_add(name, "C", "JP") && name_add(name, "O", "JPKI-PRACTICE") &&
              name_add(name, "OU", kinds[key].unit) && name_add(name, "OU", authority_name) &&
              X509_set_issuer_name(ca, name) == 1 &&
              extension_add(ca, ca, NID_basic_constraints, "critical,CA:TRUE") &&
              extension_add(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
              extension_add(ca, ca, NID_subject_key_identifier, "hash");
    return certificate_end(ca, pair, ok);
}

/* Signature: issue time, sequence, counter; user authentication: nothing personal (card.md 6.2). */
static bool subject_set(X509_NAME *name, int key, const struct card_data *data)
{
    char from[9], common[64];
    const struct day day = key == CARD_KEY_SIG ? data->sig.from : data->auth.from;
    day_digits(day, from);
    if (key == CARD_KEY_AUTH) {
        snprintf(common, sizeof common, "%.9sPRAC%s001A", data->serial + 6, data->municipality);
        return name_add(name, "C", "JP") && name_add(name, "CN", common);
    }
    snprintf(common, sizeof common, "%s100000%.5sPRAC%s", from, data->serial + 10,
             data->municipality);
    return name_add(name, "C", "JP") && name_add(name, "L", data->prefecture) &&
           name_add(name, "L", data->city) && name_add(name, "CN", common);
}

X509 *certificate_resident(X509 *ca, EVP_PKEY *ca_pair, EVP_PKEY *pair, int key,
                           const struct card_data *data)
{
    const struct card_certificate_data *dates = key == CARD_KEY_SIG ? &data->sig : &data->auth;
    X509 *certificate = certificate_begin(pair, day_start(dates->from), day_end(dates->until));
    if (!certificate)
        return NULL;
    bool ok = X509_set_issuer_name(certificate, X509_get_subject_name(ca)) == 1 &&
              subject_set(X509_get_subject_name(certificate), key, data) &&
              extension_add(certificate, ca, NID_key_usage, kinds[key].usage) &&
              extension_add(certificate, ca, NID_certificate_policies, kinds[key].policy) &&
              (key == CARD_KEY_AUTH || attributes_add(certificate, data)) &&
              extension_add(certificate, ca, NID_subject_key_identifier, "hash") &&
              extension_add(certificate, ca, NID_authority_key_identifier, "keyid");
    return certificate_end(certificate, ca_pair, ok);
}
