#include "cardops/practice/ca_profile.h"

#include "cardops/practice/ca_days.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400, YEAR = 365 * DAY, TOO_LARGE = 5000 };

static const struct profile {
    const char *unit, *policy, *usage;
} profiles[CA_KINDS] = {
    [CA_SIG] = { "JPKI for digital signature", "1.2.392.200149.8.5.1.1.20", "critical,digitalSignature,nonRepudiation" },
    [CA_AUTH] = { "JPKI for user authentication", "1.2.392.200149.8.5.1.3.30", "critical,digitalSignature" },
};

/* First and last day of each generation's root, as the real ones overlap; the last still serves in 2040. */
static const struct {
    int64_t from, until;
} generations[CA_GENERATIONS] = {
    { 1445266800, 1760885999 }, /* 2015-10-20 to 2025-10-19 */
    { 1568386800, 1883919599 }, /* 2019-09-14 to 2029-09-12 */
    { 1689433200, 2320585199 }, /* 2023-07-16 to 2043-07-15 */
};

static bool add_text(X509_NAME *name, const char *field, const char *text)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* A certificate with everything but names and extensions. */
static X509 *begin(EVP_PKEY *key, uint64_t serial, int64_t from, int64_t until)
{
    X509 *certificate = X509_new();
    if (certificate == NULL || X509_set_version(certificate, X509_VERSION_3) != 1 ||
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) != 1 ||
        X509_set_pubkey(certificate, key) != 1 ||
        ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)until) == NULL) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static X509 *finish(X509 *certificate, bool ok, EVP_PKEY *key)
{
    if (ok && X509_sign(certificate, key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* --- roots and service certificates ---------------------------------------------------------------- */

X509 *ca_profile_root(enum ca_kind kind, EVP_PKEY *key, int generation)
{
    X509 *root = begin(key, (uint64_t)generation + 1, generations[generation].from, generations[generation].until);
    X509_NAME *name = root == NULL ? NULL : X509_get_subject_name(root);
    bool ok = name != NULL && add_text(name, "C", "JP") && add_text(name, "O", "JPKI-PRACTICE") &&
              add_text(name, "OU", profiles[kind].unit) && add_text(name, "OU", "Practice stand, no authority") &&
              X509_set_issuer_name(root, name) == 1 &&
              add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign") &&
              add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE") &&
              add_extension(root, root, NID_subject_key_identifier, "hash");
    return finish(root, ok, key);
}

X509 *ca_profile_service(const char *text, EVP_PKEY *key, const struct ca_pair *root, bool server, int64_t from)
{
    X509 *certificate = begin(key, root == NULL ? 1 : 2, from - DAY, from + 20 * (int64_t)YEAR);
    X509_NAME *name = certificate == NULL ? NULL : X509_get_subject_name(certificate);
    X509 *issuer = root == NULL ? certificate : root->certificate;
    bool ok = name != NULL && add_text(name, "C", "JP") && add_text(name, "O", "JPKI-PRACTICE") &&
              add_text(name, "CN", text) && X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
              add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
              add_extension(certificate, issuer, NID_key_usage,
                            root == NULL ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
              add_extension(certificate, issuer, NID_basic_constraints, root == NULL ? "critical,CA:TRUE" : "CA:FALSE") &&
              (root == NULL || add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always")) &&
              (!server || add_extension(certificate, issuer, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost"));
    return finish(certificate, ok, root == NULL ? key : root->key);
}

/* --- a resident's certificate ---------------------------------------------------------------------- */

/* card.md section 6.2: nothing personal in either; the serial number makes them unique. */
static bool set_subject(X509 *certificate, const struct ca_order *order)
{
    const struct ca_resident *resident = order->resident;
    X509_NAME *name = X509_get_subject_name(certificate);
    char text[64], when[16];
    if (order->kind == CA_AUTH) {
        snprintf(text, sizeof text, "%08XPRACTI%.5s001A", (unsigned)(order->serial & 0xFFFFFFFF),
                 resident->municipality_code);
        return add_text(name, "C", "JP") && add_text(name, "CN", text);
    }
    time_t there = (time_t)(order->from + 9 * 3600);
    struct tm tm;
    strftime(when, sizeof when, "%Y%m%d%H%M%S", gmtime_r(&there, &tm));
    snprintf(text, sizeof text, "%s%05uPRAC%.5s", when, (unsigned)(order->serial % 100000),
             resident->municipality_code);
    return add_text(name, "C", "JP") && add_text(name, "L", resident->prefecture) &&
           add_text(name, "L", resident->municipality) && add_text(name, "CN", text);
}

static bool push_other_name(GENERAL_NAMES *names, const char *oid, const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OBJECT *type = OBJ_txt2obj(oid, 1);
    ASN1_TYPE *value = ASN1_TYPE_new();
    ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
    bool ok = name != NULL && type != NULL && value != NULL && string != NULL &&
              ASN1_STRING_set(string, text, -1) == 1;
    if (ok) {
        ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
        string = NULL;
        ok = GENERAL_NAME_set0_othername(name, type, value) == 1;
    }
    if (ok && sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    if (!ok) {
        ASN1_OBJECT_free(type);
        ASN1_TYPE_free(value);
    }
    ASN1_UTF8STRING_free(string);
    GENERAL_NAME_free(name);
    return false;
}

/* No character of a practice name is a substitute: one 0 for each. */
static void zeros(char *flags, size_t room, const char *text)
{
    size_t length = 0;
    for (; *text != '\0' && length < room - 1; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            flags[length++] = '0';
    flags[length] = '\0';
}

/* E of the birth date: 1 Meiji to 5 Reiwa. */
static char era_of(uint32_t birth)
{
    static const uint32_t begins[] = { 19120730, 19261225, 19890108, 20190501 };
    char era = '1';
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (birth >= begins[i])
            era = (char)('2' + (int)i);
    return era;
}

/* card.md section 6.3, in the order seen on a card. */
static bool add_attributes(X509 *certificate, const struct ca_resident *resident)
{
    char birth[16], sex[4], name_flags[256], address_flags[256];
    snprintf(birth, sizeof birth, "%c%08u", era_of(resident->birth), resident->birth);
    snprintf(sex, sizeof sex, "%u", resident->sex);
    zeros(name_flags, sizeof name_flags, resident->name);
    zeros(address_flags, sizeof address_flags, resident->address);
    const struct {
        const char *oid, *text;
    } rows[] = {
        { "1.2.392.200149.8.5.5.1", resident->name }, { "1.2.392.200149.8.5.5.4", birth },
        { "1.2.392.200149.8.5.5.3", sex },            { "1.2.392.200149.8.5.5.5", resident->address },
        { "1.2.392.200149.8.5.5.2", name_flags },     { "1.2.392.200149.8.5.5.6", address_flags },
    };
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    bool ok = names != NULL;
    for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++)
        ok = push_other_name(names, rows[i].oid, rows[i].text);
    ok = ok && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(names);
    return ok;
}

static bool add_policy(X509 *certificate, const char *oid)
{
    CERTIFICATEPOLICIES *policies = CERTIFICATEPOLICIES_new();
    POLICYINFO *policy = POLICYINFO_new();
    bool ok = policies != NULL && policy != NULL && sk_POLICYINFO_push(policies, policy) > 0;
    if (ok) {
        ASN1_OBJECT_free(policy->policyid);
        policy->policyid = OBJ_txt2obj(oid, 1);
        ok = policy->policyid != NULL &&
             X509_add1_ext_i2d(certificate, NID_certificate_policies, policies, 1, X509V3_ADD_DEFAULT) == 1;
    } else {
        POLICYINFO_free(policy);
    }
    CERTIFICATEPOLICIES_free(policies);
    return ok;
}

/* One directory name as a list of general names. */
static GENERAL_NAMES *directory_names(X509_NAME *directory)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    X509_NAME *copy = X509_NAME_dup(directory);
    if (names == NULL || name == NULL || copy == NULL || sk_GENERAL_NAME_push(names, name) <= 0) {
        GENERAL_NAMES_free(names);
        GENERAL_NAME_free(name);
        X509_NAME_free(copy);
        return NULL;
    }
    GENERAL_NAME_set0_value(name, GEN_DIRNAME, copy);
    return names;
}

static bool add_issuer_name(X509 *certificate)
{
    X509_NAME *name = X509_NAME_new();
    GENERAL_NAMES *names = NULL;
    bool ok = name != NULL && add_text(name, "C", "JP") && add_text(name, "O", "公的個人認証サービス(練習)") &&
              (names = directory_names(name)) != NULL &&
              X509_add1_ext_i2d(certificate, NID_issuer_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(names);
    X509_NAME_free(name);
    return ok;
}

/* A directory entry for each municipality, not a URL (card.md section 6.3). */
static bool add_distribution_point(X509 *certificate, const struct ca_order *order)
{
    char city[96];
    snprintf(city, sizeof city, "%s CRLDP", order->resident->municipality);
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(order->issuer->certificate));
    CRL_DIST_POINTS *points = CRL_DIST_POINTS_new();
    DIST_POINT *point = DIST_POINT_new();
    bool ok = name != NULL && points != NULL && point != NULL && add_text(name, "OU", "CRL Distribution Points") &&
              add_text(name, "OU", order->resident->prefecture) && add_text(name, "CN", city) &&
              (point->distpoint = DIST_POINT_NAME_new()) != NULL;
    if (ok) {
        point->distpoint->type = 0; /* fullName */
        point->distpoint->name.fullname = directory_names(name);
        ok = point->distpoint->name.fullname != NULL && sk_DIST_POINT_push(points, point) > 0;
    }
    if (!ok)
        DIST_POINT_free(point);
    ok = ok && X509_add1_ext_i2d(certificate, NID_crl_distribution_points, points, 0, X509V3_ADD_DEFAULT) == 1;
    CRL_DIST_POINTS_free(points);
    X509_NAME_free(name);
    return ok;
}

static bool add_ballast(X509 *certificate)
{
    char value[TOO_LARGE + 1];
    memset(value, '-', TOO_LARGE);
    value[TOO_LARGE] = '\0';
    return add_extension(certificate, certificate, NID_netscape_comment, value);
}

static X509 *make(const struct ca_order *order, enum ca_wrong wrong)
{
    const struct profile *profile = &profiles[order->kind];
    X509 *issuer = order->issuer->certificate;
    X509 *made = begin(order->key, order->serial, order->from, order->until);
    bool ok = made != NULL && set_subject(made, order) &&
              X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1 &&
              add_extension(made, issuer, NID_key_usage,
                            wrong == CA_WRONG_USAGE ? "critical,keyEncipherment" : profile->usage) &&
              add_policy(made, wrong == CA_WRONG_POLICY ? "1.2.392.200149.8.5.1.0.99" : profile->policy) &&
              (order->kind != CA_SIG || add_attributes(made, order->resident)) && add_issuer_name(made) &&
              add_distribution_point(made, order) &&
              add_extension(made, issuer, NID_authority_key_identifier, "keyid:always") &&
              add_extension(made, issuer, NID_subject_key_identifier, "hash") &&
              (wrong != CA_TOO_LARGE || add_ballast(made));
    return finish(made, ok, order->issuer->key);
}

/* --- made wrong on purpose ------------------------------------------------------------------------- */

static X509 *with_broken_signature(X509 *good)
{
    unsigned char *der = NULL;
    int length = i2d_X509(good, &der);
    X509 *broken = NULL;
    if (length > 0) {
        const unsigned char *at = der;
        der[length - 1] ^= 1;
        broken = d2i_X509(NULL, &at, length);
    }
    OPENSSL_free(der);
    X509_free(good);
    return broken;
}

enum { LONG_HEAD = 6 };

static void put_head(unsigned char head[LONG_HEAD], unsigned char tag, size_t length)
{
    head[0] = tag;
    head[1] = 0x84;
    for (int i = 0; i < 4; i++)
        head[2 + i] = (unsigned char)(length >> (24 - 8 * i));
}

/* The same content, its outermost length written in four octets where two suffice, signed as it stands. */
static X509 *without_der(X509 *good, EVP_PKEY *key)
{
    unsigned char *tbs = NULL, *algorithm = NULL, whole[8192], signature[1024];
    const X509_ALGOR *identifier = X509_get0_tbs_sigalg(good);
    int length = i2d_re_X509_tbs(good, &tbs), algorithm_length = i2d_X509_ALGOR(identifier, &algorithm);
    size_t signed_length = sizeof signature, head = 4, at = LONG_HEAD;
    X509 *made = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (length > 256 && length < 4096 && algorithm_length > 0 && algorithm_length < 64 && ctx != NULL) {
        size_t content = (size_t)length - head;
        put_head(whole + at, 0x30, content);
        memcpy(whole + at + LONG_HEAD, tbs + head, content);
        if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
            EVP_DigestSign(ctx, signature, &signed_length, whole + at, LONG_HEAD + content) == 1) {
            at += LONG_HEAD + content;
            memcpy(whole + at, algorithm, (size_t)algorithm_length);
            at += (size_t)algorithm_length;
            put_head(whole + at, 0x03, signed_length + 1);
            at += LONG_HEAD;
            whole[at++] = 0;
            memcpy(whole + at, signature, signed_length);
            at += signed_length;
            put_head(whole, 0x30, at - LONG_HEAD);
            const unsigned char *from = whole;
            made = d2i_X509(NULL, &from, (long)at);
        }
    }
    EVP_MD_CTX_free(ctx);
    OPENSSL_free(algorithm);
    OPENSSL_free(tbs);
    X509_free(good);
    return made;
}

X509 *ca_profile_resident(const struct ca_order *order, enum ca_wrong wrong)
{
    struct ca_order changed = *order;
    struct ca_pair stranger = { 0 };
    EVP_PKEY *other = NULL;
    if (wrong == CA_OTHER_KEY)
        changed.key = other = EVP_RSA_gen(2048);
    if (wrong == CA_UNKNOWN_ISSUER) {
        stranger.key = EVP_RSA_gen(2048);
        stranger.certificate = stranger.key == NULL ? NULL : ca_profile_root(order->kind, stranger.key, 2);
        changed.issuer = &stranger;
    }
    if (wrong == CA_NOT_YET_VALID)
        changed.from = order->from + DAY;
    if (wrong == CA_EXPIRED) {
        changed.until = order->from - DAY;
        changed.from = order->from - 2 * DAY;
    }
    X509 *made = changed.key == NULL || changed.issuer->certificate == NULL ? NULL : make(&changed, wrong);
    if (made != NULL && wrong == CA_BROKEN_SIGNATURE)
        made = with_broken_signature(made);
    if (made != NULL && wrong == CA_NOT_DER)
        made = without_der(made, order->issuer->key);
    X509_free(stranger.certificate);
    EVP_PKEY_free(stranger.key);
    EVP_PKEY_free(other);
    return made;
}

/* --- revocation lists ------------------------------------------------------------------------------ */

static bool add_revoked(X509_CRL *list, const struct ca_revocation *revocation)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)revocation->time);
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    bool ok = entry != NULL && serial != NULL && time != NULL && reason != NULL &&
              ASN1_INTEGER_set_uint64(serial, revocation->serial) == 1 &&
              X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
              X509_REVOKED_set_revocationDate(entry, time) == 1 &&
              ASN1_ENUMERATED_set(reason, CRL_REASON_SUPERSEDED) == 1 &&
              X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1 &&
              X509_CRL_add0_revoked(list, entry) == 1;
    if (!ok)
        X509_REVOKED_free(entry);
    ASN1_INTEGER_free(serial);
    ASN1_TIME_free(time);
    ASN1_ENUMERATED_free(reason);
    return ok;
}

static bool add_list_extensions(X509_CRL *list, const struct ca_pair *issuer, int64_t number)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer->certificate, NULL, NULL, list, 0);
    X509_EXTENSION *key_id = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
    ASN1_INTEGER *value = ASN1_INTEGER_new();
    bool ok = key_id != NULL && value != NULL && X509_CRL_add_ext(list, key_id, -1) == 1 &&
              ASN1_INTEGER_set_int64(value, number) == 1 &&
              X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0) == 1;
    X509_EXTENSION_free(key_id);
    ASN1_INTEGER_free(value);
    return ok;
}

X509_CRL *ca_profile_list(const struct ca_pair *issuer, const struct ca_revocation *revoked, size_t count,
                          int64_t number, int64_t now)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *last = ASN1_TIME_set(NULL, (time_t)now), *next = ASN1_TIME_set(NULL, (time_t)now + DAY);
    bool ok = list != NULL && last != NULL && next != NULL && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer->certificate)) == 1 &&
              X509_CRL_set1_lastUpdate(list, last) == 1 && X509_CRL_set1_nextUpdate(list, next) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = add_revoked(list, &revoked[i]);
    ok = ok && add_list_extensions(list, issuer, number) && X509_CRL_sort(list) == 1 &&
         X509_CRL_sign(list, issuer->key, EVP_sha256()) > 0;
    ASN1_TIME_free(last);
    ASN1_TIME_free(next);
    if (ok)
        return list;
    X509_CRL_free(list);
    return NULL;
}
