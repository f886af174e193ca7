/*
 * The signature certificate renewed on real pcscd and libccid, alone and together with the other: the password on the
 * resident's terminal, the other PIN on the pad; the name shown before it is written, and a second key where it is
 * another than before; what OpenSC and openssl say of the card afterwards.
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
    {"alone", "990000000000042", "見本　単独", "1985-04-12", "ABC123", ENROLMENT_ENDS, "2029-06-30", NULL},
    {"renamed", "990000000000043", "見本　旧姓", "1985-04-12", "ABC123", ENROLMENT_ENDS, "2029-06-30", NULL},
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
    session_type(s, "署名用電子証明書は 2031年3月31日（月）まで有効です", "\r");
    session_screen(s, "カードをお返しください", "both-slip");
    enrolment_is_done(s, ENROLMENT_SIG | ENROLMENT_AUTH);
    session_case(s, &file);
    enrolment_witness(s, &file, 0, "ABC123");
    enrolment_witness(s, &file, 1, "1234");
}

/* Up to the new certificate's name, the password typed. */
static void renew_alone(const char *card)
{
    enrolment_clerk(s, card);
    enrolment_resident(s);
    session_type(s, "カードあり", "3");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "[x] 署名用", "\033[B ");
    session_type(s, "[ ] 利用者証明用", "\r");
    session_type(s, "署名用電子証明書の有効期限", "20261224\r\r");
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    enrolment_type(s, "いまの暗証番号を入力", "ABC123\r");
    session_expect(s, "カードには未書込です");
}

/* It ends with the authentication certificate that stays. */
static void alone_with_the_other_left_as_it_is(void **state)
{
    (void)state;
    static struct case_file file;
    renew_alone("alone");
    session_screen(s, "氏名: 見本　単独", "alone-name");
    session_type(s, "正しければ Enter で書き込みます", "\r");
    session_type(s, "署名用電子証明書は 2029年6月30日（土）まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    enrolment_is_done(s, ENROLMENT_SIG);
    assert_int_equal(enrolment_issued(s, "990000000000042", "auth"), 1);
    session_case(s, &file);
    enrolment_witness(s, &file, 0, "ABC123");
}

/* The card was handed out with all that is on it; since then the register has another name. */
static void rename_resident(void)
{
    const char *file = session_path(s, "cards/renamed.ini");
    char command[512];
    session_stand(s, "remove");
    snprintf(command, sizeof command, "'%s/madoguchi-practice' --dir '%s' insert '%s' && sed -i 's/見本　旧姓/見本　新姓/' '%s'",
             getenv("BUILD"), session_path(s, "stand"), file, file);
    assert_int_equal(system(command), 0);
}

static void another_name_wants_a_second_key(void **state)
{
    (void)state;
    static struct case_file file;
    rename_resident();
    renew_alone("renamed");
    session_screen(s, "氏名: 見本　新姓", "renamed-name");
    session_type(s, "見本　旧姓", "\r");
    session_screen(s, "正しいときだけ F9", "renamed-insist");
    terminal_type(s->clerk, "\033[13~"); /* F3: it is not written */
    session_screen(s, "氏名: 見本　新姓", "renamed-name");
    session_case(s, &file);
    assert_int_equal(file.steps[case_next_step(&file)].plan.kind, CASE_INSTALL);
    assert_int_equal(file.steps[case_next_step(&file)].state, CASE_STEP_IS_OPEN);
    session_type(s, "見本　旧姓", "\r");
    session_type(s, "正しいときだけ F9", "Y");
    session_type(s, "署名用電子証明書は 2029年6月30日（土）まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    enrolment_is_done(s, ENROLMENT_SIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(both_in_one_case_the_name_confirmed, rest),
        cmocka_unit_test_teardown(alone_with_the_other_left_as_it_is, rest),
        cmocka_unit_test_teardown(another_name_wants_a_second_key, rest),
    };
    return cmocka_run_group_tests_name("signature certificates on pcscd and libccid", tests, open_all, close_all);
}
