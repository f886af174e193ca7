/*
 * Both certificates for a resident who never had any, on real pcscd and libccid: there is no password yet and no PIN,
 * they are set first; the card's own file of the signature certificate opens only after the new password.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct session session, *s = &session;

static const struct enrolment_card card = {
    .name = "fresh", .serial = "990000000000051", .holder = "見本　はつ", .birth = "1999-05-28", .sig_pin = "none",
    .sig = "none", .auth = "none"};

static int open_all(void **state)
{
    (void)state;
    enrolment_open(s, &card, 1);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_rest(s);
    session_close(s);
    return 0;
}

/* From the desk to the plan. */
static void plan(void)
{
    enrolment_clerk(s, card.name);
    enrolment_resident(s);
    session_type(s, "カードあり", "4");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "[x] 署名用");
    session_type(s, "設定なし", "\r");
    session_type(s, "確認すること", "\r");
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "再設定した暗証番号は、電子証明書の処理のときにもう一度入力していただきます");
    session_expect(s, "署名用電子証明書の暗証番号を再設定する");
}

static void set_pins(void)
{
    session_type(s, "次のことを行います", "\r");
    enrolment_type(s, "1/2 新しい暗証番号を入力", "NEW246\r");
    enrolment_type(s, "2/2", "NEW246\r");
    session_type(s, "処理はカードで完了", "\r");
    session_press(s, "2468E");
    session_press(s, "2468E");
}

static void password_and_pin_are_set_and_both_certificates_issued(void **state)
{
    static struct case_file file;
    (void)state;
    plan();
    set_pins();
    session_type(s, "暗証番号をもう一度", "\r");
    session_press(s, "2468E");
    session_expect(s, "利用者証明用電子証明書は 2031年3月31日（月）まで有効です");
    session_type(s, "暗証番号をもう一度", "\r");
    enrolment_type(s, "いまの暗証番号を入力", "NEW246\r");
    session_type(s, "正しければ Enter で書き込みます", "\r");
    session_type(s, "署名用電子証明書は 2031年3月31日（月）まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    session_case(s, &file);
    for (unsigned pin = 0; pin < CASE_CERTIFICATES; pin++) {
        assert_int_equal(file.papers[pin].old.length, 0);
        assert_true(file.papers[pin].certificate.length > 0);
    }
    assert_int_equal(file.state, CASE_DONE);
    enrolment_witness(s, &file, 0, "NEW246");
    enrolment_witness(s, &file, 1, "2468");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(password_and_pin_are_set_and_both_certificates_issued),
    };
    return cmocka_run_group_tests_name("both certificates for a fresh card", tests, open_all, close_all);
}
