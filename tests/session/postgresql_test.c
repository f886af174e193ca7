/*
 * A renewal of both certificates with the record in PostgreSQL, on real pcscd and libccid: lost half way, found by the
 * program that starts next, and finished from what the database holds.
 */
#include "tests/lib/cluster.h"
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { AUTH_CERTIFICATE = 4 };

static struct session session, *s = &session;
static struct cluster cluster;

static const struct enrolment_card cards[] = {
    {"both", "990000000000071", "見本　共有", "1985-04-12", "ABC123", ENROLMENT_ENDS, ENROLMENT_ENDS, NULL},
};

static int open_all(void **state)
{
    (void)state;
    if (!cluster_open(&cluster)) {
        return -1;
    }
    enrolment_open(s, cards, sizeof cards / sizeof *cards);
    s->conninfo = cluster.conninfo;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    cluster_close(&cluster);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    session_rest(s);
    return 0;
}

static void renew_both(void)
{
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
}

static void lost_half_way_and_finished_from_the_database(void **state)
{
    (void)state;
    static struct case_file file;
    enrolment_clerk(s, "both");
    enrolment_resident(s);
    enrolment_tell(s, "lose p10cr answer");
    renew_both();
    session_expect(s, "認証局につながりません");
    session_case(s, &file);
    assert_int_equal(file.steps[AUTH_CERTIFICATE].state, CASE_STEP_IS_UNKNOWN);
    assert_true(file.papers[1].old.length > 0 && file.papers[1].request.length > 0);
    session_kill_clerk(s);

    enrolment_clerk_again(s);
    session_expect(s, "接続中"); /* the resident's terminal has found the new program */
    session_type(s, "カードあり", "c");
    session_type(s, "000001", "\r");
    session_type(s, "発行済みかは不明です", "\r");
    session_type(s, "暗証番号をもう一度", "\r");
    session_press(s, "1234E");
    session_type(s, "利用者証明用電子証明書は 2031年3月31日（月）まで有効です", "\r");
    enrolment_type(s, "いまの暗証番号を入力", "ABC123\r");
    session_type(s, "氏名: 見本　共有", "\r");
    session_type(s, "署名用電子証明書は 2031年3月31日（月）まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    enrolment_is_done(s, ENROLMENT_SIG | ENROLMENT_AUTH);
    session_case(s, &file);
    enrolment_witness(s, &file, 0, "ABC123");
    enrolment_witness(s, &file, 1, "1234");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(lost_half_way_and_finished_from_the_database, rest),
    };
    return cmocka_run_group_tests_name("a renewal recorded in PostgreSQL", tests, open_all, close_all);
}
