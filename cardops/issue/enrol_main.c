/*
 * madoguchi-enrol: one question to the CA, a filter. See cardops/issue/enrol.h and madoguchi-enrol(1).
 */
#include "cardops/issue/cmp.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

enum { INPUT_MAX = 16384, CLOCK_LEEWAY = 300 };

/* The two certificates of a card; card.md section 6.3. */
static const struct kind {
    const char *name;
    uint32_t usage;
    const char *policy;
} kinds[] = {
    { "sig", KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION, "1.2.392.200149.8.5.1.1.20" },
    { "auth", KU_DIGITAL_SIGNATURE, "1.2.392.200149.8.5.1.3.30" },
};

/* CRLReason of RFC 5280 section 5.3.1 that a counter may give. */
static const struct {
    const char *name;
    int code;
} revocation_reasons[] = {
    { "unspecified", 0 },
    { "key-compromise", 1 },
    { "affiliation-changed", 3 },
    { "superseded", 4 },
    { "cessation", 5 },
};

struct options {
    bool revoke;
    const struct kind *kind;
    const char *roots, *trust, *tls_trust, *policy;
    struct cmp_credential_source credential;
    struct cmp_office office;
    bool transaction_given;
    int64_t now;          /* by which a new certificate is valid or not */
    int largest;
    int reason;
};

/* Ends the program: the one line, and the outcome as status. */
static int tell(const struct options *options, const struct cmp_result *result)
{
    fprintf(stderr, "%s transaction=", enrol_outcome_word(result->outcome));
    for (size_t i = 0; i < sizeof options->office.transaction; i++)
        fprintf(stderr, "%02x", options->office.transaction[i]);
    if (result->outcome == ENROL_NOT_ACCEPTED)
        fprintf(stderr, " reason=%s", enrol_reason_word(result->reason));
    if (result->outcome == ENROL_WAITING)
        fprintf(stderr, " after=%lld", (long long)result->after);
    const char *fail_info = cmp_fail_info_word(result->fail_info);
    if (result->outcome == ENROL_REFUSED)
        fprintf(stderr, " fail-info=%s", fail_info == NULL ? "none" : fail_info);
    if (result->text[0] != '\0')
        fprintf(stderr, " text=%s", result->text);
    fputc('\n', stderr);
    return (int)result->outcome;
}

static int usage(const char *reason)
{
    fprintf(stderr, "%s reason=%s\n", enrol_outcome_word(ENROL_USAGE), reason);
    return ENROL_USAGE;
}

/* --- options ------------------------------------------------------------------------------------- */

enum option_type { TEXT, SECONDS, SIZE, TIME, KIND, TRANSACTION, REASON };

#define AT(member) offsetof(struct options, member)
static const struct option_row {
    const char *name;
    enum option_type type;
    size_t at;
} rows[] = {
    { "kind", KIND, AT(kind) },
    { "server", TEXT, AT(office.server) },
    { "roots", TEXT, AT(roots) },
    { "trust", TEXT, AT(trust) },
    { "tls-trust", TEXT, AT(tls_trust) },
    { "credential", TEXT, AT(credential.key) },
    { "certificate", TEXT, AT(credential.certificate) },
    { "password-file", TEXT, AT(credential.password) },
    { "module", TEXT, AT(credential.module) },
    { "policy", TEXT, AT(policy) },
    { "message-seconds", SECONDS, AT(office.message_seconds) },
    { "total-seconds", SECONDS, AT(office.total_seconds) },
    { "largest", SIZE, AT(largest) },
    { "attime", TIME, AT(now) },
    { "transaction", TRANSACTION, AT(office.transaction) },
    { "reason", REASON, AT(reason) },
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool set_number(int *at, const char *value, long most)
{
    char *rest;
    long number = strtol(value, &rest, 10);
    *at = (int)number;
    return *value != '\0' && *rest == '\0' && number >= 0 && number <= most;
}

static bool set_time(int64_t *at, const char *value)
{
    char *rest;
    *at = strtoll(value, &rest, 10);
    return *value != '\0' && *rest == '\0' && *at > 0;
}

static bool set_kind(struct options *options, const char *value)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, value) == 0)
            options->kind = &kinds[i];
    return options->kind != NULL;
}

static bool set_transaction(struct options *options, const char *value)
{
    uint8_t *at = options->office.transaction;
    if (strlen(value) != 2 * CMP_TRANSACTION_OCTETS ||
        strspn(value, "0123456789abcdefABCDEF") != 2 * CMP_TRANSACTION_OCTETS)
        return false;
    for (size_t i = 0; i < CMP_TRANSACTION_OCTETS; i++)
        at[i] = (uint8_t)strtoul((const char[]){ value[2 * i], value[2 * i + 1], '\0' }, NULL, 16);
    options->transaction_given = true;
    return true;
}

static bool set_reason(struct options *options, const char *value)
{
    for (size_t i = 0; i < sizeof revocation_reasons / sizeof *revocation_reasons; i++)
        if (strcmp(revocation_reasons[i].name, value) == 0) {
            options->reason = revocation_reasons[i].code;
            return true;
        }
    return false;
}

static bool set_option(struct options *options, const struct option_row *row, const char *value)
{
    void *at = (char *)options + row->at;
    switch (row->type) {
    case TEXT:
        memcpy(at, &value, sizeof value);
        return true;
    case SECONDS:
        return set_number(at, value, 86400);
    case SIZE:
        return set_number(at, value, INPUT_MAX);
    case TIME:
        return set_time(at, value);
    case KIND:
        return set_kind(options, value);
    case TRANSACTION:
        return set_transaction(options, value);
    case REASON:
        return set_reason(options, value);
    }
    return false;
}

static int help(void)
{
    printf("usage: madoguchi-enrol issue|revoke OPTION VALUE ... <INPUT\n");
    for (int i = 0; i < ROWS; i++)
        printf("  --%s\n", rows[i].name);
    return ENROL_DONE;
}

/* Answers what is wrong, or NULL. */
static const char *read_options(struct options *options, int argc, char **argv)
{
    struct option long_options[ROWS + 1] = { 0 };
    int found = 0;
    for (int i = 0; i < ROWS; i++)
        long_options[i] = (struct option){ .name = rows[i].name, .has_arg = required_argument, .val = i };
    if (argc < 2 || (strcmp(argv[1], "issue") != 0 && strcmp(argv[1], "revoke") != 0))
        return "issue-or-revoke";
    options->revoke = strcmp(argv[1], "revoke") == 0;
    opterr = 0;
    while ((found = getopt_long(argc - 1, argv + 1, "", long_options, NULL)) != -1)
        if (found == '?' || found == ':')
            return "unknown-option";
        else if (!set_option(options, &rows[found], optarg))
            return rows[found].name;
    if (optind != argc - 1)
        return "unknown-option";
    if (options->office.server == NULL || options->trust == NULL || options->credential.key == NULL)
        return "server-trust-credential";
    if (!options->revoke && (options->kind == NULL || options->roots == NULL))
        return "kind-roots";
    return options->transaction_given ||
                   RAND_bytes(options->office.transaction, sizeof options->office.transaction) == 1
               ? NULL
               : "random";
}

/* --- the two questions --------------------------------------------------------------------------- */

static bool read_input(uint8_t input[INPUT_MAX], long *length)
{
    size_t got = fread(input, 1, INPUT_MAX, stdin);
    *length = (long)got;
    return got > 0 && feof(stdin) != 0;
}

static uint32_t day_in_japan(const ASN1_TIME *time)
{
    struct tm tm = { 0 };
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return 0;
    time_t there = timegm(&tm) + 9 * 3600;
    gmtime_r(&there, &tm);
    return (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

static int write_certificate(const struct options *options, const struct cmp_result *result)
{
    unsigned char *der = NULL;
    int length = i2d_X509(result->certificate, &der);
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(result->certificate), NULL);
    char *serial = number == NULL ? NULL : BN_bn2hex(number);
    bool ok = length > 0 && serial != NULL && fwrite(der, 1, (size_t)length, stdout) == (size_t)length &&
              fflush(stdout) == 0;
    if (ok) {
        fputs("done transaction=", stderr);
        for (size_t i = 0; i < sizeof options->office.transaction; i++)
            fprintf(stderr, "%02x", options->office.transaction[i]);
        fprintf(stderr, " serial=%s from=%u until=%u\n", serial,
                day_in_japan(X509_get0_notBefore(result->certificate)),
                day_in_japan(X509_get0_notAfter(result->certificate)));
    }
    OPENSSL_free(serial);
    BN_free(number);
    OPENSSL_free(der);
    return ok ? ENROL_DONE : usage("output");
}

static int ask_certificate(struct options *options, const uint8_t *input, long length)
{
    struct cmp_result result = { 0 };
    const unsigned char *at = input;
    X509_REQ *request = d2i_X509_REQ(NULL, &at, length);
    EVP_PKEY *key = request == NULL ? NULL : X509_REQ_get0_pubkey(request);
    STACK_OF(X509) *roots = cmp_certificates(options->roots);
    int status;
    if (key == NULL || at != input + length || X509_REQ_verify(request, key) != 1) {
        status = usage("request");
    } else if (roots == NULL) {
        status = usage("roots");
    } else {
        struct enrol_expectation expected = {
            .key = key,
            .roots = roots,
            .usage = options->kind->usage,
            .policy = options->policy == NULL ? options->kind->policy : options->policy,
            .largest = (size_t)options->largest,
            .now = options->now,
            .leeway = CLOCK_LEEWAY,
        };
        cmp_enrol(&result, &options->office, request, &expected);
        status = result.outcome == ENROL_DONE ? write_certificate(options, &result) : tell(options, &result);
    }
    X509_free(result.certificate);
    sk_X509_pop_free(roots, X509_free);
    X509_REQ_free(request);
    return status;
}

static int ask_revocation(struct options *options, const uint8_t *input, long length)
{
    struct cmp_result result;
    const unsigned char *at = input;
    X509 *certificate = d2i_X509(NULL, &at, length);
    if (certificate == NULL || at != input + length) {
        X509_free(certificate);
        return usage("certificate");
    }
    cmp_revoke(&result, &options->office, certificate, options->reason);
    X509_free(certificate);
    return tell(options, &result);
}

static int run(struct options *options)
{
    static uint8_t input[INPUT_MAX];
    long length = 0;
    int status;
    options->office.trusted = cmp_certificates(options->trust);
    options->office.tls_trusted = cmp_certificates(options->tls_trust == NULL ? options->trust : options->tls_trust);
    if (options->office.trusted == NULL || options->office.tls_trusted == NULL) {
        status = usage("trust");
    } else if (!cmp_credential_load(&options->office.credential, &options->credential)) {
        struct cmp_result result = { .outcome = ENROL_CREDENTIAL, .fail_info = -1 };
        status = tell(options, &result);
    } else if (!read_input(input, &length)) {
        status = usage("input");
    } else {
        status = options->revoke ? ask_revocation(options, input, length) : ask_certificate(options, input, length);
    }
    cmp_credential_free(&options->office.credential);
    sk_X509_pop_free(options->office.trusted, X509_free);
    sk_X509_pop_free(options->office.tls_trusted, X509_free);
    return status;
}

int main(int argc, char **argv)
{
    /* The office's key may be in this process: no core, no debugger of the same user. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
    prctl(PR_SET_DUMPABLE, 0);
    /* A CA that hangs up is an outcome to be told. */
    signal(SIGPIPE, SIG_IGN);
    struct options options = {
        .office = { .message_seconds = 30, .total_seconds = 120 },
        .now = (int64_t)time(NULL),
        .largest = 2048,
        .reason = 4,
    };
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return help();
    const char *wrong = read_options(&options, argc, argv);
    return wrong != NULL ? usage(wrong) : run(&options);
}
