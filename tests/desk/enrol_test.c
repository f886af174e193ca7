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
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { AUTH = CARD_PIN_AUTH, PATIENCE_MS = 20000, FILTER_SECONDS = 30 };

static EVP_PKEY *key;
static char filter[96], certificate[112], noted[112];

/* Stands before the library's own: the nth that watches a descriptor fails; 0: none. */
static unsigned watch_that_fails;

int epoll_ctl(int in, int what, int fd, struct epoll_event *event)
{
    if (what == EPOLL_CTL_ADD && watch_that_fails > 0 && --watch_that_fails == 0) {
        errno = ENOMEM;
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, in, what, fd, event);
}

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

static void begin_with(const enum case_kind *kinds, uint8_t count)
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

static void begin_renewal(void)
{
    static const enum case_kind kinds[] = {CASE_KEY, CASE_CERTIFICATE};

    begin_with(kinds, 2);
}

static void make_key(void)
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

/* The filter was started with these; its arguments are noted by the filter itself. */
static void read_noted(char words[128])
{
    FILE *file = fopen(noted, "re");

    memset(words, 0, 128);
    assert_non_null(file);
    assert_non_null(fgets(words, 128, file));
    fclose(file);
    words[strcspn(words, "\n")] = '\0';
}

static void read_transaction(char transaction[CASE_TRANSACTION_MAX])
{
    static const char before[] = "issue --kind auth --transaction ";
    char words[128];

    read_noted(words);
    assert_int_equal(strncmp(words, before, strlen(before)), 0);
    assert_int_equal(strlen(words), strlen(before) + CASE_TRANSACTION_MAX - 1);
    memcpy(transaction, words + strlen(before), CASE_TRANSACTION_MAX);
}

static const char *issues(void)
{
    static char lines[256];

    snprintf(lines, sizeof lines, "cat >/dev/null\ncat %s\necho done >&2", certificate);
    return lines;
}

static void say_certificate(void)
{
    struct card_reply *reply = say(CARD_OK);
    FILE *file = fopen(certificate, "re");

    assert_non_null(file);
    reply->blob_length = (uint16_t)fread(reply->blob, 1, sizeof reply->blob, file);
    fclose(file);
}

/* --- tests --- */

static void test_a_certificate_is_kept_with_its_days(void **state)
{
    char lines[256], transaction[CASE_TRANSACTION_MAX];

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
    read_transaction(transaction);
    assert_string_equal(transaction, view->file.steps[1].transaction);
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

/* --- one question, however often it is asked --- */

static void test_a_question_without_an_answer_keeps_its_transaction(void **state)
{
    static const struct {
        const char *lines;
        bool kept;
    } ends[] = {
        {"exit 12", true},
        {"kill -9 $$", true},
        {"echo waiting after=60 >&2; exit 13", true},
        {"exit 14", false},
        {"echo not-accepted reason=other-key >&2; exit 10", false},
    };
    char first[CASE_TRANSACTION_MAX], second[CASE_TRANSACTION_MAX];

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        begin_renewal();
        make_key();
        ask_authority(ends[i].lines);
        read_transaction(first);
        ask_authority(issues());
        read_transaction(second);
        assert_int_equal(strcmp(first, second) == 0, ends[i].kept);
        assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

static void test_a_refused_question_is_followed_by_another(void **state)
{
    char first[CASE_TRANSACTION_MAX], second[CASE_TRANSACTION_MAX];

    (void)state;
    begin_renewal();
    make_key();
    ask_authority("echo refused fail-info=transactionIdInUse >&2; exit 11");
    read_transaction(first);
    ask_authority(issues());
    read_transaction(second);
    assert_string_not_equal(first, second);
}

/* A filter of another make names the transaction itself. */
static void test_the_transaction_that_the_filter_tells_is_recorded(void **state)
{
    (void)state;
    begin_renewal();
    make_key();
    ask_authority("echo unreachable transaction=000102030405060708090a0b0c0d0e0f >&2; exit 12");
    assert_string_equal(view->file.steps[1].transaction, "000102030405060708090a0b0c0d0e0f");
    ask_authority("echo 'unreachable transaction=no such' >&2; exit 12");
    assert_string_equal(view->file.steps[1].transaction, "000102030405060708090a0b0c0d0e0f");
}

/* The office closes: with the case put aside, or with the program ended while the authority works.
 */
static void close_office(bool at_work)
{
    if (at_work) {
        desk_close(&desk, now);
        return;
    }
    ask_authority("exit 12");
    assert_int_equal(desk_park(desk, CASE_REASON_CENTRE, now), DESK_OK);
    pump();
    desk_close(&desk, now);
}

/* At its start it finds what it has left behind. */
static void open_first_window_again(void)
{
    now += 23 * 60 * 60;
    open_desk();
    desk_close(&desk, now);
}

static void test_another_window_goes_on_the_next_day(void **state)
{
    char id[CASE_ID_MAX], first[CASE_TRANSACTION_MAX], second[CASE_TRANSACTION_MAX];

    for (int at_work = 0; at_work < 2; at_work++) {
        begin_renewal();
        make_key();
        strcpy(id, view->file.id);
        write_filter("exec sleep 1000");
        if (at_work) {
            assert_int_equal(desk_step(desk, false, now), DESK_OK);
            strcpy(first, view->file.steps[1].transaction);
        }
        close_office(at_work);
        if (!at_work)
            read_transaction(first);
        else
            open_first_window_again();
        window = "w2";
        now += 24 * 60 * 60;
        open_desk();
        assert_int_equal(view->unsettled, 1);
        assert_int_equal(desk_resume(desk, id, now), DESK_OK);
        assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
        assert_int_equal(view->certificates[AUTH].issued, CARD_UNKNOWN);
        /* No card, no PIN, no new key: the question is all that is left before the writing. */
        ask_authority(issues());
        read_transaction(second);
        assert_string_equal(first, second);
        assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
        assert_int_equal(view->file.steps[0].attempts, 1);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

/* The clerk's line goes as the office closes: the answer is still waited for, and recorded. */
static void test_a_hang_up_waits_for_the_authority(void **state)
{
    struct case_file file;
    char id[CASE_ID_MAX];

    (void)state;
    begin_renewal();
    make_key();
    strcpy(id, view->file.id);
    write_filter(issues());
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    desk_hang_up(desk, now);
    assert_false(view->hung_up);
    await_centre();
    assert_true(view->hung_up);
    assert_int_equal(ledger_read_case(watcher, id, &file), LEDGER_OK);
    assert_int_equal(file.state, CASE_PARKED);
    assert_int_equal(file.steps[1].state, CASE_STEP_IS_DONE);
    assert_true(file.papers[AUTH].certificate.length > 0);
}

/* --- a filter that cannot be watched --- */

static void test_a_filter_that_cannot_be_heard_is_not_started(void **state)
{
    for (unsigned nth = 1; nth <= 2; nth++) {
        begin_renewal();
        make_key();
        write_filter(issues());
        watch_that_fails = nth;
        assert_int_equal(desk_step(desk, false, now), DESK_CARD_PROCESS);
        assert_int_equal(view->last.code, DESK_CENTRE_ABSENT);
        assert_int_equal(view->file.steps[1].state, CASE_STEP_IS_NOT_DONE);
        expect_recorded();
        assert_int_not_equal(access(noted, F_OK), 0);
        ask_authority(issues());
        assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

/* Its answer is heard, its end is looked for every second. */
static void test_a_filter_whose_end_cannot_be_heard_is_looked_at(void **state)
{
    int turns = 0;

    (void)state;
    begin_renewal();
    make_key();
    write_filter(issues());
    watch_that_fails = 3;
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    while (view->doing == DESK_AT_CENTRE && turns++ < PATIENCE_MS) {
        struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

        assert_int_equal(desk_wait(desk, now), 1);
        (void)poll(&fd, 1, 1);
        pump();
    }
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
}

/* --- the certificate on the card, and the old one at the authority --- */

static const enum case_kind whole[] = {CASE_KEEP,    CASE_KEY,   CASE_CERTIFICATE,
                                       CASE_INSTALL, CASE_PROVE, CASE_REVOKE};
enum { KEEP_STEP, KEY_STEP, CERTIFICATE_STEP, INSTALL_STEP, PROVE_STEP, REVOKE_STEP, WHOLE };

static void begin_whole(void)
{
    begin_with(whole, WHOLE);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_CERTIFICATE);
    say_certificate();
    pump();
    assert_int_equal(view->certificates[AUTH].old_usable, CARD_YES);
    make_key();
    ask_authority(issues());
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
}

static void install(uint32_t code)
{
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_INSTALL);
    end_step(code);
}

static void prove(void)
{
    assert_true(view->pin_first);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_VERIFY);
    say_card(SAMPLE_SERIAL, 3);
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_PROVE);
    end_step(CARD_OK);
    assert_int_equal(view->certificates[AUTH].proven, CARD_YES);
}

static void test_a_revocation_refused_for_good_ends_the_case(void **state)
{
    static const char *const refusals[] = {"echo refused fail-info=badCertId >&2; exit 11",
                                           "echo refused fail-info=certRevoked text=x >&2; exit 11"};
    char id[CASE_ID_MAX];
    struct case_file file;

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        begin_whole();
        install(CARD_OK);
        prove();
        strcpy(id, view->file.id);
        ask_authority("echo refused fail-info=systemUnavail >&2; exit 11");
        assert_int_equal(view->file.steps[REVOKE_STEP].state, CASE_STEP_IS_NOT_DONE);
        ask_authority(refusals[i]);
        assert_int_equal(view->last.code, DESK_CENTRE_FINAL);
        assert_int_equal(view->file.steps[REVOKE_STEP].state, CASE_STEP_IS_REFUSED);
        assert_int_equal(view->certificates[AUTH].old_revoked, CARD_NO);
        assert_int_equal(desk_step(desk, false, now), DESK_NOT_NOW);
        assert_int_equal(desk_finish(desk, now), DESK_OK);
        assert_int_equal(view->unsettled, 0);
        assert_int_equal(ledger_read_case(watcher, id, &file), LEDGER_OK);
        assert_int_equal(file.state, CASE_DONE);
        assert_int_equal(file.steps[REVOKE_STEP].outcome.code, DESK_CENTRE_FINAL);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

static void test_a_card_that_wants_its_pin_first_gets_it(void **state)
{
    (void)state;
    begin_whole();
    install(CARD_OK);
    prove();
    assert_int_equal(desk_park(desk, CASE_REASON_CLERK, now), DESK_OK);
    tear_down_filter(state);
    assert_int_equal(set_up_filter(state), 0);
    begin_whole();
    install(CARD_PIN_FIRST);
    assert_int_equal(view->file.steps[INSTALL_STEP].state, CASE_STEP_IS_NOT_DONE);
    assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
    assert_int_equal(view->certificates[AUTH].old_usable, CARD_YES);
    install(CARD_OK);
    prove();
}

/* Whatever the cut, the card that is back settles it: the certificate is found, or written now, or
 * neither it nor its key is there. */
static void test_an_install_in_doubt_is_settled_by_the_card(void **state)
{
    static const struct {
        uint32_t code;
        enum case_step_state step;
        uint8_t installed, key_pending, old_usable;
    } answers[] = {
        {CARD_OK, CASE_STEP_IS_DONE, CARD_YES, CARD_NO, CARD_NO},
        {CARD_NO_KEY, CASE_STEP_IS_NOT_DONE, CARD_NO, CARD_NO, CARD_UNKNOWN},
        {CARD_PIN_FIRST, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN},
        {CARD_ABSENT, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN},
        {CARD_REMOVED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        begin_whole();
        install(CARD_REMOVED);
        assert_int_equal(view->file.state, CASE_UNSETTLED);
        assert_int_equal(view->certificates[AUTH].installed, CARD_UNKNOWN);
        put_card_in(SAMPLE_SERIAL, 3);
        assert_int_equal(view->cure, DESK_CURE_REPEAT);
        install(answers[i].code);
        assert_int_equal(view->file.steps[INSTALL_STEP].state, answers[i].step);
        assert_int_equal(view->certificates[AUTH].installed, answers[i].installed);
        assert_int_equal(view->certificates[AUTH].key_pending, answers[i].key_pending);
        assert_int_equal(view->certificates[AUTH].old_usable, answers[i].old_usable);
        expect_recorded();
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
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
        FILTER_TEST(test_a_question_without_an_answer_keeps_its_transaction),
        FILTER_TEST(test_a_refused_question_is_followed_by_another),
        FILTER_TEST(test_the_transaction_that_the_filter_tells_is_recorded),
        FILTER_TEST(test_another_window_goes_on_the_next_day),
        FILTER_TEST(test_a_hang_up_waits_for_the_authority),
        FILTER_TEST(test_a_filter_that_cannot_be_heard_is_not_started),
        FILTER_TEST(test_a_filter_whose_end_cannot_be_heard_is_looked_at),
        FILTER_TEST(test_a_revocation_refused_for_good_ends_the_case),
        FILTER_TEST(test_a_card_that_wants_its_pin_first_gets_it),
        FILTER_TEST(test_an_install_in_doubt_is_settled_by_the_card),
    };

    return cmocka_run_group_tests(tests, make_pair, free_pair);
}
