/*
 * A dead certification authority on real pcscd and libccid: what needs none is finished, the resident goes home with
 * an appointment, and on that day the rest is done with the fewest steps.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NEXT_DAY "2026-11-25T09:10"

static struct session session, *s = &session;

/* The PIN of the certificate that ends is locked. */
static const struct enrolment_card cards[] = {
    {"appointed", "990000000000061", "見本　再来", "1985-04-12", "ABC123", ENROLMENT_ENDS, ENROLMENT_ENDS, "auth = 0\n"},
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

/* Ibaraki, had its page hours. */
static const char *city_with_hours(void)
{
    static const char hours[] = "[hours.main]\noffices = main\ndays = mon tue wed thu fri\nhours = 08:45 17:15\nsource = 1\n";
    const char *city = session_path(s, "with-hours.ini");
    char command[512];
    snprintf(command, sizeof command, "{ cat config/cities/ibaraki.ini; printf '%s'; } >'%s'", hours, city);
    assert_int_equal(system(command), 0);
    return city;
}

static void clerk(const char *clock)
{
    char more[512];
    snprintf(more, sizeof more, "[enrol]\nprogram = %s\n[paper]\ndirectory = %s\n", session_path(s, "stand/enrol"),
             s->folder);
    session_clerk(s, &(struct session_setup){.city = city_with_hours(), .more = more, .clock = clock});
    session_expect(s, "カードあり");
}

static void reset_and_ask(void)
{
    session_type(s, "カードあり", "3");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "ロック（0回）", "\r");
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_press(s, "2468E");
    session_press(s, "2468E");
}

/* As on the screen, so on the paper. */
static void slip_is_printed(void)
{
    char command[512];
    terminal_type(s->clerk, "p");
    session_expect(s, "印刷できませんでした");
    snprintf(command, sizeof command, "pdftotext -layout '%s' - | tr -d ' \\n' | grep -q '%s'",
             session_path(s, "slip-1-000001.pdf"),
             "次のご来庁のご案内.*2026年11月25日（水）8:45以降.*2026年12月24日（木）.*お預かりしていません");
    assert_int_equal(system(command), 0);
}

static void what_needs_no_authority_is_done_and_the_rest_has_an_appointment(void **state)
{
    (void)state;
    static struct case_file file;
    session_fresh(s, "appointed");
    enrolment_tell(s, "down yes");
    clerk(NULL);
    reset_and_ask();
    session_type(s, "認証局につながりません", "p");
    session_screen(s, "次のご来庁", "appointment");
    slip_is_printed();
    session_case(s, &file);
    assert_int_equal(file.state, CASE_PARKED);
    assert_int_equal(file.reason, CASE_REASON_CENTRE);
    assert_int_equal(file.steps[0].plan.kind, CASE_RESET);
    assert_int_equal(file.steps[0].state, CASE_STEP_IS_DONE);
    assert_true(session_pin_is(s, "appointed", "auth", "2468"));
    session_rest(s);

    enrolment_tell(s, "down no");
    clerk(NEXT_DAY);
    terminal_type(s->clerk, "c");
    session_type(s, "000001", "\r");
    session_type(s, "発行済みかは不明です", "\r");
    session_type(s, "暗証番号をもう一度", "\r");
    session_press(s, "2468E");
    session_type(s, "まで有効です", "\r");
    session_expect(s, "カードをお返しください");
    session_expect_gone(s, "次のご来庁");
    enrolment_is_done(s, ENROLMENT_AUTH);
    assert_int_equal(enrolment_issued(s, "990000000000061", "auth"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_needs_no_authority_is_done_and_the_rest_has_an_appointment, rest),
    };
    return cmocka_run_group_tests_name("a dead authority on pcscd and libccid", tests, open_all, close_all);
}
