/*
 * A desk against a scripted card process and a scripted filter that asks the authority: a key pair
 * that the card would have, its certificate, and a renewal up to its question. For the tests of this
 * folder, each of which is a program of its own.
 *
 * A group of tests begins with make_pair and ends with free_pair; a test is a FILTER_TEST.
 */
#ifndef TESTS_DESK_SCRIPTED_FILTER_H
#define TESTS_DESK_SCRIPTED_FILTER_H

#include "tests/desk/scripted_card.h"

#include "cardops/issue/enrol.h"
#include "cardops/wire/tlv.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/stat.h>

enum { AUTH = CARD_PIN_AUTH, PATIENCE_MS = 20000, FILTER_SECONDS = 30 };

static EVP_PKEY *key;
static char filter[96], certificate[112], noted[112];

/* --- the key on the card and the authority's certificate --- */

static inline void append_number(struct bytes *out, uint32_t tag, const char *name)
{
    unsigned char number[512];
    BIGNUM *value = NULL;

    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &value), 1);
    assert_true(tlv_append(out, tag, number, (size_t)BN_bn2bin(value, number)));
    BN_free(value);
}

static inline void say_key(void)
{
    struct bytes numbers = {0}, public_key = {0};
    struct card_reply *reply = say(CARD_OK);

    append_number(&numbers, 0x81, OSSL_PKEY_PARAM_RSA_N);
    append_number(&numbers, 0x82, OSSL_PKEY_PARAM_RSA_E);
    assert_true(tlv_append(&public_key, 0x7F49, numbers.at, numbers.length));
    memcpy(reply->blob, public_key.at, public_key.length);
    reply->blob_length = (uint16_t)public_key.length;
    bytes_free(&numbers);
    bytes_free(&public_key);
}

static inline void say_signature(void)
{
    struct card_reply *reply = say(CARD_OK);
    size_t length = sizeof reply->blob;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, reply->blob, &length, fake.request.body.blob,
                                   fake.request.blob_length),
                     1);
    reply->blob_length = (uint16_t)length;
    EVP_PKEY_CTX_free(ctx);
}

static inline void write_certificate(void)
{
    X509 *made = X509_new();
    FILE *file = fopen(certificate, "we");

    assert_non_null(file);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 4711);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(made), "261121150000Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(made), "310412145959Z");
    X509_set_pubkey(made, key);
    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    assert_int_equal(i2d_X509_fp(file, made), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(made);
}

static inline void write_filter(const char *lines)
{
    FILE *file = fopen(filter, "we");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\necho \"$@\" >%s\n%s\n", noted, lines);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(filter, 0700), 0);
}

/* --- a case up to the question --- */

static inline int set_up_filter(void **state)
{
    enrol_program = filter;
    enrol_seconds = FILTER_SECONDS;
    if (set_up(state) != 0)
        return -1;
    snprintf(filter, sizeof filter, "%s/filter", folder);
    snprintf(certificate, sizeof certificate, "%s/certificate", folder);
    snprintf(noted, sizeof noted, "%s/noted", folder);
    write_certificate();
    return 0;
}

static inline int tear_down_filter(void **state)
{
    unlink(filter);
    unlink(certificate);
    unlink(noted);
    return tear_down(state);
}

static inline void begin_with(const enum case_kind *kinds, uint8_t count)
{
    struct case_opening opening = sample_opening("renew");
    struct case_judgement judgement = sample_judgement("renew", "accept");
    struct case_plan plan = {.step_count = count};

    for (uint8_t i = 0; i < count; i++)
        plan.steps[i] = (struct case_plan_step){.kind = (uint8_t)kinds[i], .pin = AUTH};
    assert_int_equal(desk_begin(desk, &opening, now), DESK_OK);
    assert_int_equal(desk_read_card(desk, false, now), DESK_OK);
    say_card(SAMPLE_SERIAL, 3);
    strcpy(fake.replies[fake.count - 1].facts.municipality, "27211");
    pump();
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_OK);
}

static inline void begin_renewal(void)
{
    static const enum case_kind kinds[] = {CASE_KEY, CASE_CERTIFICATE};

    begin_with(kinds, 2);
}

static inline void make_key(void)
{
    int step = case_next_step(&view->file);

    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_KEY);
    say_key();
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_SIGN);
    say_signature();
    pump();
    assert_int_equal(view->file.steps[step].state, CASE_STEP_IS_DONE);
    assert_true(view->file.papers[AUTH].request.length > 0);
}

/* Until the filter has ended: the desk's one descriptor tells. */
static inline void await_centre(void)
{
    struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

    while (view->doing == DESK_AT_CENTRE) {
        assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
        pump();
    }
}

static inline void ask_authority(const char *lines)
{
    write_filter(lines);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(view->doing, DESK_AT_CENTRE);
    await_centre();
    expect_recorded();
}

/* The filter was started with these; its arguments are noted by the filter itself. */
static inline void read_noted(char words[128])
{
    FILE *file = fopen(noted, "re");

    memset(words, 0, 128);
    assert_non_null(file);
    assert_non_null(fgets(words, 128, file));
    fclose(file);
    words[strcspn(words, "\n")] = '\0';
}

static inline void read_transaction(char transaction[CASE_TRANSACTION_MAX])
{
    static const char before[] = "issue --kind auth --transaction ";
    char words[128];

    read_noted(words);
    assert_int_equal(strncmp(words, before, strlen(before)), 0);
    assert_int_equal(strlen(words), strlen(before) + CASE_TRANSACTION_MAX - 1);
    memcpy(transaction, words + strlen(before), CASE_TRANSACTION_MAX);
}

static inline const char *issues(void)
{
    static char lines[256];

    snprintf(lines, sizeof lines, "cat >/dev/null\ncat %s\necho done >&2", certificate);
    return lines;
}

static inline void say_certificate(void)
{
    struct card_reply *reply = say(CARD_OK);
    FILE *file = fopen(certificate, "re");

    assert_non_null(file);
    reply->blob_length = (uint16_t)fread(reply->blob, 1, sizeof reply->blob, file);
    fclose(file);
}

#define FILTER_TEST(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, set_up_filter, tear_down_filter)

static inline int make_pair(void **state)
{
    (void)state;
    key = EVP_RSA_gen(2048);
    return key ? 0 : -1;
}

static inline int free_pair(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

#endif
