/*
 * Both certificates in one renewal on real pcscd and libccid: the password on the resident's terminal, the other PIN
 * on the pad; the name shown before it is written; what OpenSC and openssl say of the card afterwards.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct session session, *s = &session;

static const struct enrolment_card cards[] = {
    {"both", "990000000000041", "見本　両方", "1985-04-12", "ABC123", ENROLMENT_ENDS, ENROLMENT_ENDS, NULL},
};

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

/* The stand's card as OpenSC reads it is what the record holds, and openssl verifies it. */
static void a_witness_agrees(const char *kind, const char *id, const struct case_paper *paper)
{
    char name[32], command[2048];
    snprintf(name, sizeof name, "%s.der", kind);
    FILE *file = fopen(session_path(s, name), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(paper->at, 1, paper->length, file), paper->length);
    assert_int_equal(fclose(file), 0);
    snprintf(command, sizeof command,
             "cd '%s' && export PCSCLITE_CSOCK_NAME=stand/run/pcscd.comm && "
             "pkcs15-tool --reader 0 --read-certificate %s 2>/dev/null >%s.pem && "
             "openssl x509 -in %s.pem -outform DER | cmp - %s.der && "
             "openssl verify -CAfile stand/ca/trust/%s-roots.pem %s.pem >/dev/null",
             s->folder, id, kind, kind, kind, kind, kind);
    assert_int_equal(system(command), 0);
}

static void both_in_one_case_the_name_confirmed(void **state)
{
    (void)state;
    static struct case_file file;
    enrolment_clerk(s, "both");
    enrolment_resident(s);
    session_type(s, "カードあり", "3");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "[x] 署名用", "\r");
    session_type(s, "署名用電子証明書の有効期限", "20261224\r\r");
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    enrolment_type(s, "いまの暗証番号を入力", "ABC123\r");
    session_type(s, "処理はカードで完了", "\r");
    session_press(s, "1234E");
    session_screen(s, "氏名: 見本　両方", "both-name");
    session_type(s, "正しければ Enter で書き込みます", "\r");
    session_expect(s, "+ 14");
    session_type(s, "まで有効です", "\r");
    session_screen(s, "カードをお返しください", "both-slip");
    enrolment_is_done(s, ENROLMENT_SIG | ENROLMENT_AUTH);
    session_case(s, &file);
    session_rest(s);
    a_witness_agrees("auth", "1", &file.papers[1].certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(both_in_one_case_the_name_confirmed, rest),
    };
    return cmocka_run_group_tests_name("both certificates on pcscd and libccid", tests, open_all, close_all);
}
