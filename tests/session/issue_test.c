/*
 * Certificates issued anew on real pcscd and libccid with the stand's authority: after their end, for residents who
 * can have the one only, and with a PIN that is locked. From the desk to the slip.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct session session, *s = &session;

static const struct enrolment_card cards[] = {
    {"over", "990000000000031", "見本　満了", "1985-04-12", "ABC123", ENROLMENT_OVER, ENROLMENT_OVER, NULL},
    {"young", "990000000000032", "見本　わか", "2014-05-05", "none", "none", ENROLMENT_OVER, NULL},
    {"ward", "990000000000033", "見本　うめ", "1941-11-03", "none", "none", ENROLMENT_OVER, NULL},
    {"forgot", "990000000000034", "見本　失念", "1985-04-12", "ABC123", ENROLMENT_ENDS, ENROLMENT_ENDS, "auth = 0\n"},
    {"never", "990000000000035", "見本　はつ", "1999-05-28", "none", "none", "none", NULL},
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


/* From the desk to the screen of documents, the card read and the facts left open. */
static void to_documents(const char *procedure, const char *card_says)
{
    session_type(s, "カードあり", procedure);
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, card_says, "\r");
}

/* The resident's second document, then the plan. */
static void show_document(void)
{
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
}

static void to_slip(void)
{
    session_expect(s, "完了しました");
    session_type(s, "利用者証明用電子証明書は 2031年3月31日（月）まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    session_expect(s, "利用者証明用電子証明書は 2031年3月31日（月）まで有効です");
    enrolment_is_done(s, ENROLMENT_AUTH);
}

static void after_its_end_from_the_desk_to_the_slip(void **state)
{
    (void)state;
    enrolment_clerk(s, "over");
    to_documents("4", "2026年10月24日");
    session_type(s, "確認すること", "\r");
    show_document();
    session_screen(s, "次のことを行います", "issue-plan");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "1234E");
    to_slip();
    session_screen(s, "カードをお返しください", "issue-slip");
    assert_int_equal(enrolment_issued(s, "990000000000031", "auth"), 2);
}

/* The password could be typed, and is not asked for: only the authentication certificate can be had. */
static void a_child_gets_the_authentication_certificate_alone(void **state)
{
    (void)state;
    enrolment_clerk(s, "young");
    enrolment_resident(s);
    session_type(s, "カードあり", "4");
    session_type(s, "どなたが来られましたか", "2");
    session_screen(s, "2026年10月24日", "issue-young-card");
    session_type(s, "2026年10月24日", "\r");
    session_type(s, "確認すること", "20140505\033[B \r");
    enrolment_tick(s, "運転免許証");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "1234E");
    to_slip();
    assert_int_equal(enrolment_issued(s, "990000000000032", "sig"), 0);
}

static void a_ward_gets_the_authentication_certificate_alone(void **state)
{
    (void)state;
    enrolment_clerk(s, "ward");
    enrolment_resident(s);
    session_type(s, "カードあり", "4");
    session_type(s, "どなたが来られましたか", "3");
    session_type(s, "> [ ] 署名用", "\r");
    enrolment_tick(s, "運転免許証");
    enrolment_tick(s, "登記事項証明書");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "1234E");
    to_slip();
    assert_int_equal(enrolment_issued(s, "990000000000033", "sig"), 0);
}

/* The new PIN is typed twice to set it, and once more before it signs. */
static void set_pin_and_prove(void)
{
    session_type(s, "暗証番号を再設定する", "\r");
    session_press(s, "2468E");
    session_press(s, "2468E");
    session_type(s, "暗証番号をもう一度", "\r");
    session_press(s, "2468E");
    to_slip();
}

/* Nothing but the card would be asked of one who knows the PINs; a locked one wants a second document. */
static void a_locked_pin_is_reset_within_the_renewal(void **state)
{
    (void)state;
    static struct case_file file;
    enrolment_clerk(s, "forgot");
    to_documents("3", "ロック（0回）");
    show_document();
    set_pin_and_prove();
    assert_true(session_pin_is(s, "forgot", "auth", "2468"));
    assert_int_equal(session_tries(s, "auth"), 3);
    session_case(s, &file);
    assert_string_equal(file.judgement.procedure, "renew");
    assert_int_equal(file.judgement.document_count, 2);
    assert_int_equal(file.steps[0].plan.kind, CASE_RESET);
}

static void one_who_never_had_a_certificate_sets_its_pin(void **state)
{
    (void)state;
    enrolment_clerk(s, "never");
    to_documents("4", "設定なし");
    session_type(s, "確認すること", "\r");
    show_document();
    set_pin_and_prove();
    assert_true(session_pin_is(s, "never", "auth", "2468"));
    assert_int_equal(enrolment_issued(s, "990000000000035", "auth"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(after_its_end_from_the_desk_to_the_slip, rest),
        cmocka_unit_test_teardown(a_child_gets_the_authentication_certificate_alone, rest),
        cmocka_unit_test_teardown(a_ward_gets_the_authentication_certificate_alone, rest),
        cmocka_unit_test_teardown(a_locked_pin_is_reset_within_the_renewal, rest),
        cmocka_unit_test_teardown(one_who_never_had_a_certificate_sets_its_pin, rest),
    };
    return cmocka_run_group_tests_name("issue on pcscd and libccid", tests, open_all, close_all);
}
