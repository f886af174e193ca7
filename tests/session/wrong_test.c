/*
 * A wrong certificate refused, on real pcscd and libccid: what the stand's authority is told to spoil, the filter
 * rejects and the clerk is told; what a filter lets pass, the desk does not take. The card stays as it was, and the
 * right certificate comes when the authority is asked again.
 */
#include "tests/session/enrolment.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct session session, *s = &session;

static const struct enrolment_card cards[] = {
    {"spoilt", "990000000000051", "見本　異物", "1985-04-12", "ABC123", ENROLMENT_ENDS, ENROLMENT_ENDS, NULL},
};
enum { AUTH = 1, CERTIFICATE_STEP = 3, PATIENCE = 400 };

static int open_all(void **state)
{
    (void)state;
    enrolment_open(s, cards, sizeof cards / sizeof *cards);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    session_rest(s);
    return 0;
}

/* A renewal of the authentication certificate, its PIN typed. */
static void renew(void)
{
    session_type(s, "カードあり", "3");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "2026年12月24日", "\r");
    session_type(s, "確認すること", "\r");
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "1234E");
}

/* The certificate and key that the card came with are still those in use, whatever it holds besides. */
static void card_is_as_it_was(void)
{
    json_t *state = json_load_file(session_path(s, "stand/cards/spoilt/state.json"), 0, NULL);
    json_t *auth = json_object_get(json_object_get(state, "keys"), "auth");
    assert_int_equal(json_integer_value(json_object_get(auth, "current")), 1);
    json_decref(state);
}

static void is_not_done(void)
{
    static struct case_file file;
    session_case(s, &file);
    assert_int_equal(file.state, CASE_UNSETTLED);
    assert_int_equal(file.steps[CERTIFICATE_STEP].state, CASE_STEP_IS_UNKNOWN);
    assert_int_equal(file.papers[AUTH].certificate.length, 0);
    card_is_as_it_was();
}

/* Asked once more, the authority gives the certificate that it has issued. */
static void right_at_last(void)
{
    static struct case_file file;
    session_type(s, "次にすること", "\r");
    session_type(s, "まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    enrolment_is_done(s, ENROLMENT_AUTH);
    session_case(s, &file);
    enrolment_witness(s, &file, AUTH, "1234");
}

static int rejected(void)
{
    char command[512];
    int count = -1;
    snprintf(command, sizeof command, "'%s/madoguchi-practice' --dir '%s' ca status | tr ' ' '\\n' | sed -n 's/^rejected=//p'",
             getenv("BUILD"), session_path(s, "stand"));
    FILE *answer = popen(command, "re");
    assert_non_null(answer);
    assert_int_equal(fscanf(answer, "%d", &count), 1);
    assert_int_equal(pclose(answer), 0);
    return count;
}

static void each_fault_is_told_and_confirmed_as_rejected(void **state)
{
    static const struct {
        const char *wrong, *told;
    } faults[] = {
        {"wrong other-key", "カードの新しい鍵のものではありません"},
        {"wrong wrong-usage", "鍵の用途が違います"},
        {"wrong wrong-policy", "証明書ポリシーが違います"},
        {"wrong not-yet-valid", "有効期間がまだ始まっていません"},
        {"wrong expired", "有効期間が過ぎています"},
        {"wrong unknown-issuer", "発行者が認証局ではありません"},
        {"wrong broken-signature", "認証局の署名が正しくありません"},
        {"wrong too-large", "カードに入る大きさを超えています"},
        {"wrong not-der", "電子証明書の形式が正しくありません"},
    };
    (void)state;
    enrolment_clerk(s, "spoilt");
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        int before = rejected();
        enrolment_tell(s, faults[i].wrong);
        if (i == 0) {
            renew();
        } else {
            session_type(s, "次にすること", "\r");
        }
        session_says(s, "誤りがあり、受け取りませんでした", "カードに書き込んでいません", faults[i].told);
        assert_int_equal(rejected(), before + 1);
        is_not_done();
        if (i == 0) {
            session_screen(s, faults[i].told, "wrong-other-key");
        }
    }
    right_at_last();
    assert_int_equal(enrolment_issued(s, "990000000000051", "auth"), 2);
}

/* A filter of another make, that says "done" about what it was given. */
static void write_filter(const char *spoil)
{
    char text[1024];
    unlink(session_path(s, "asked"));
    snprintf(text, sizeof text, "#!/bin/sh\nset -e\n: >'%s'\n'%s' \"$@\" >'%s'\n[ \"$1\" = revoke ] || %s\n",
             session_path(s, "asked"), session_path(s, "stand/enrol"), session_path(s, "answer.der"), spoil);
    session_write(s, "filter", text);
    assert_int_equal(chmod(session_path(s, "filter"), 0700), 0);
}

/* The filter was asked, and its answer is on record. */
static void await_answer(void)
{
    static struct case_file file;
    bool asked = false;
    for (int i = 0; i < PATIENCE && !(asked && file.state == CASE_UNSETTLED); i++) {
        poll(NULL, 0, 50);
        asked = access(session_path(s, "asked"), F_OK) == 0;
        session_case(s, &file);
    }
}

static void what_a_filter_lets_pass_is_not_taken(void **state)
{
    static const char *const spoils[] = {
        "cat \"${0%/*}\"/stand/cards/spoilt/auth-1.der",                             /* of another key */
        "head -c 500 \"${0%/*}\"/answer.der",                                        /* cut short */
        "{ cat \"${0%/*}\"/answer.der; head -c 4096 /dev/zero; }",                   /* too large */
        "openssl x509 -inform DER -in \"${0%/*}\"/answer.der",                       /* not DER */
    };
    char more[256];
    (void)state;
    session_fresh(s, "spoilt");
    snprintf(more, sizeof more, "[enrol]\nprogram = %s\n", session_path(s, "filter"));
    session_clerk(s, &(struct session_setup){.city = "ibaraki", .more = more});
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        write_filter(spoils[i]);
        if (i == 0) {
            renew();
        } else {
            session_type(s, "次にすること", "\r");
        }
        await_answer();
        session_expect(s, "認証局の返事を確かめられませんでした");
        is_not_done();
    }
    write_filter("cat \"${0%/*}\"/answer.der");
    right_at_last();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_fault_is_told_and_confirmed_as_rejected, rest),
        cmocka_unit_test_teardown(what_a_filter_lets_pass_is_not_taken, rest),
    };
    return cmocka_run_group_tests_name("wrong certificates on pcscd and libccid", tests, open_all, close_all);
}
