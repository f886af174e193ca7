/*
 * A desk against a scripted card process and a scripted filter: every way in which the question to
 * the authority can end, and what the desk then says of the card, the authority and its record.
 */
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

static void append_number(struct bytes *out, uint32_t tag, const char *name)
{
    unsigned char number[512];
    BIGNUM *value = NULL;

    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &value), 1);
    assert_true(tlv_append(out, tag, number, (size_t)BN_bn2bin(value, number)));
    BN_free(value);
}

static void say_key(void)
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

static void say_signature(void)
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

static void write_certificate(void)
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

static void write_filter(const char *lines)
{
    FILE *file = fopen(filter, "we");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\necho \"$@\" >%s\n%s\n", noted, lines);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(filter, 0700), 0);
}

/* --- a case up to the question --- */

static int set_up_filter(void **state)
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

static int tear_down_filter(void **state)
{
    unlink(filter);
    unlink(certificate);
    unlink(noted);
    return tear_down(state);
}

static void begin_renewal(void)
{
    struct case_opening opening = sample_opening("renew");
    struct case_judgement judgement = sample_judgement("renew", "accept");
    struct case_plan plan = {.step_count = 2};

    plan.steps[0] = (struct case_plan_step){.kind = CASE_KEY, .pin = AUTH};
    plan.steps[1] = (struct case_plan_step){.kind = CASE_CERTIFICATE, .pin = AUTH};
    assert_int_equal(desk_begin(desk, &opening, now), DESK_OK);
    assert_int_equal(desk_read_card(desk, false, now), DESK_OK);
    say_card(SAMPLE_SERIAL, 3);
    strcpy(fake.replies[fake.count - 1].facts.municipality, "27211");
    pump();
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_OK);
}

static void make_key(void)
{
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_KEY);
    say_key();
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_SIGN);
    say_signature();
    pump();
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
    assert_true(view->file.papers[AUTH].request.length > 0);
}

/* Until the filter has ended: the desk's one descriptor tells. */
static void await_centre(void)
{
    struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

    while (view->doing == DESK_AT_CENTRE) {
        assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
        pump();
    }
}

static void ask_authority(const char *lines)
{
    write_filter(lines);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(view->doing, DESK_AT_CENTRE);
    await_centre();
    expect_recorded();
}

/* --- tests --- */

static void test_a_certificate_is_kept_with_its_days(void **state)
{
    char lines[256], words[64] = "";
    FILE *file;

    (void)state;
    begin_renewal();
    make_key();
    assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
    snprintf(lines, sizeof lines, "cat >/dev/null\ncat %s\necho chatter >&2\necho done serial=1267 >&2",
             certificate);
    ask_authority(lines);
    assert_int_equal(view->last.code, CARD_OK);
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
    assert_int_equal(view->certificates[AUTH].valid_from, 20261122);
    assert_int_equal(view->certificates[AUTH].valid_until, 20310412);
    assert_string_equal(view->centre_said, "done serial=1267");
    file = fopen(noted, "re");
    assert_non_null(file);
    assert_non_null(fgets(words, sizeof words, file));
    fclose(file);
    assert_string_equal(words, "issue --kind auth\n");
}

static void test_every_end_of_a_question_says_what_is_known(void **state)
{
    static const struct {
        const char *lines;
        uint32_t code;
        enum case_step_state step;
        uint8_t issued;
    } ends[] = {
        {"echo refused fail-info=badRequest >&2; exit 11", DESK_CENTRE + ENROL_REFUSED,
         CASE_STEP_IS_NOT_DONE, CARD_NO},
        {"exit 15", DESK_CENTRE + ENROL_CREDENTIAL, CASE_STEP_IS_NOT_DONE, CARD_NO},
        {"exit 16", DESK_CENTRE + ENROL_USAGE, CASE_STEP_IS_NOT_DONE, CARD_NO},
        {"exit 12", DESK_CENTRE + ENROL_UNREACHABLE, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 13", DESK_CENTRE + ENROL_WAITING, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 14", DESK_CENTRE + ENROL_PROTOCOL, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 10", DESK_CENTRE + ENROL_NOT_ACCEPTED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 3", DESK_CENTRE_DIED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"kill -9 $$", DESK_CENTRE_DIED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 0", DESK_CENTRE + ENROL_PROTOCOL, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"head -c 100000 /dev/zero", DESK_CENTRE + ENROL_PROTOCOL, CASE_STEP_IS_UNKNOWN,
         CARD_UNKNOWN},
        {"head -c 100000 /dev/zero >&2; exit 12", DESK_CENTRE + ENROL_UNREACHABLE,
         CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        begin_renewal();
        make_key();
        ask_authority(ends[i].lines);
        assert_int_equal(view->last.code, ends[i].code);
        assert_int_equal(view->file.steps[1].state, ends[i].step);
        assert_int_equal(view->certificates[AUTH].issued, ends[i].issued);
        assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
        assert_int_equal(desk_park(desk, CASE_REASON_CENTRE, now), DESK_OK);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

static void test_a_filter_that_outlives_its_limit_is_killed(void **state)
{
    (void)state;
    begin_renewal();
    make_key();
    write_filter("exec sleep 1000");
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(desk_wait(desk, now), FILTER_SECONDS);
    assert_int_equal(desk_step(desk, false, now), DESK_BUSY);
    now += FILTER_SECONDS;
    pump();
    await_centre();
    assert_int_equal(view->last.code, DESK_CENTRE_SILENT);
    assert_int_equal(view->file.state, CASE_UNSETTLED);
    assert_int_equal(view->cure, DESK_CURE_REPEAT);
}

static void test_without_a_filter_nothing_is_asked(void **state)
{
    (void)state;
    begin_renewal();
    make_key();
    unlink(filter);
    assert_int_equal(desk_step(desk, false, now), DESK_CARD_PROCESS);
    assert_int_equal(view->last.code, DESK_CENTRE_ABSENT);
    assert_int_equal(view->file.steps[1].state, CASE_STEP_IS_NOT_DONE);
    expect_recorded();
}

static void test_the_authority_is_asked_without_the_card(void **state)
{
    char lines[160];

    (void)state;
    begin_renewal();
    make_key();
    say_presence(CARD_READER_EMPTY);
    pump();
    snprintf(lines, sizeof lines, "cat >/dev/null\ncat %s", certificate);
    ask_authority(lines);
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
}

static void test_a_key_without_its_signature_is_on_the_card(void **state)
{
    (void)state;
    begin_renewal();
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    say_key();
    pump();
    end_step(CARD_ABSENT);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_NOT_DONE);
    assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
    expect_recorded();
}

#define FILTER_TEST(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, set_up_filter, tear_down_filter)

static int make_pair(void **state)
{
    (void)state;
    key = EVP_RSA_gen(2048);
    return key ? 0 : -1;
}

static int free_pair(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILTER_TEST(test_a_certificate_is_kept_with_its_days),
        FILTER_TEST(test_every_end_of_a_question_says_what_is_known),
        FILTER_TEST(test_a_filter_that_outlives_its_limit_is_killed),
        FILTER_TEST(test_without_a_filter_nothing_is_asked),
        FILTER_TEST(test_the_authority_is_asked_without_the_card),
        FILTER_TEST(test_a_key_without_its_signature_is_on_the_card),
    };

    return cmocka_run_group_tests(tests, make_pair, free_pair);
}
