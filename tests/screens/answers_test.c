/* What the clerk types and ticks, and what stops the program before anybody is asked anything. */
#include "tests/lib/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct clerk *clerk;

static int end(void **state)
{
    (void)state;
    clerk_end(&clerk);
    return 0;
}

static void start_city(const char *city, const char *card)
{
    clerk = clerk_start(&(struct clerk_setup){.card = card, .option = "--city", .value = city});
    clerk_expect(clerk, "カードあり");
}

static void go_to_card(const char *procedure, const char *presenter)
{
    terminal_type(clerk_terminal(clerk), procedure);
    clerk_type(clerk, "どなたが来られましたか", presenter);
    clerk_expect(clerk, "残り回数");
}

static void dates_are_typed_as_they_are_spoken(void **state)
{
    (void)state;
    start_city("ibaraki", "child");
    go_to_card("3", "2");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "本人の生年月日", "H26.4.31\r");
    clerk_expect_screen(clerk, "その月にない日です", "facts-nonsense");
    terminal_type(clerk_terminal(clerk), "\025H26.4.30\r");
    clerk_expect(clerk, "2014年4月30日（水）");
    terminal_type(clerk_terminal(clerk), "\033[A\033[A\033[A\033[A20140501\r");
    clerk_expect(clerk, "2014年5月1日（木）");
}

static void the_verdict_follows_every_tick(void **state)
{
    (void)state;
    start_city("minoh", "locked");
    go_to_card("2", "1");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "不足があります", "\033[B ");
    /* The driving record certificate: from 2012-04-01 on only. */
    clerk_expect_screen(clerk, "書類を見て答えてください", "attributes");
    terminal_type(clerk_terminal(clerk), "H24.3.31\r\r");
    clerk_type(clerk, "不足があります", "a");
    clerk_type(clerk, "2012年3月31日（土）", "H24.4.1\r\r");
    clerk_expect(clerk, "受付できます");
}

static void the_rule_and_its_page_are_one_key_away(void **state)
{
    (void)state;
    start_city("minoh", "locked");
    go_to_card("2", "1");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "不足があります", "r");
    clerk_expect_screen(clerk, "2017年10月6日", "verdict");
}

static void dates_show_their_arithmetic(void **state)
{
    (void)state;
    start_city("ibaraki", "locked");
    go_to_card("3", "1");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "お受けできません", "r");
    clerk_type(clerk, "ご案内できること", "\033[6~");
    clerk_expect_screen(clerk, "か月前の同じ日", "verdict-arithmetic");
}

static void a_silent_page_leads_to_the_office_and_its_decision(void **state)
{
    (void)state;
    start_city("ibaraki", "adult");
    go_to_card("1", "1");
    terminal_type(clerk_terminal(clerk), "\033[B \r");
    clerk_type(clerk, "担当課に確認", "\r");
    clerk_expect_screen(clerk, "072-620-1621", "verdict-ask-office");
    terminal_type(clerk_terminal(clerk), "d");
    clerk_type(clerk, "判断した人", "\r\r\r\r");
    clerk_expect(clerk, "判断した人と理由を入力してください");
    terminal_type(clerk_terminal(clerk), "\033[H見本 次郎\r市民課長\r072-620-1621\r電話で確認");
    clerk_expect_screen(clerk, "電話で確認", "decision");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "次のことを行います", "p");
    clerk_expect_screen(clerk, "見本 次郎", "slip-decided");
}

static void a_pin_is_never_taken_into_the_record(void **state)
{
    (void)state;
    start_city("ibaraki", "adult");
    go_to_card("1", "1");
    terminal_type(clerk_terminal(clerk), "\033[B \r");
    clerk_type(clerk, "担当課に確認", "\r");
    clerk_type(clerk, "072-620-1621", "d");
    clerk_type(clerk, "判断した人", "見本\r\r\r暗証番号は 4321\r");
    clerk_expect(clerk, "暗証番号の形の語が含まれています");
}

static void the_reception_time_can_be_set_back_and_not_forward(void **state)
{
    (void)state;
    start_city("minoh", "locked");
    terminal_type(clerk_terminal(clerk), "2");
    clerk_type(clerk, "どなたが来られましたか", "t");
    clerk_type(clerk, "現在より前の時刻", "\02511:00\r");
    clerk_expect_screen(clerk, "現在より後の時刻にはできません", "reception");
    terminal_type(clerk_terminal(clerk), "\0259時半\r");
    clerk_expect(clerk, "9:30（時刻を直しました。記録されます）");
}

/* --- what stops the program ---------------------------------------------------------------------- */

static void expect_end(int code)
{
    int status;
    assert_true(terminal_wait_end(clerk_terminal(clerk), &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    assert_false(terminal_alternate(clerk_terminal(clerk)));
}

static void faults_of_the_file_come_all_at_once_with_their_lines(void **state)
{
    (void)state;
    clerk = clerk_start(&(struct clerk_setup){.ini = "[office]\ncty = minoh\nlanguage = fr\n[card]\nraeder = a\n"});
    clerk_expect(clerk, "設定に誤りがあるため");
    clerk_expect(clerk, "madoguchi.ini:2");
    clerk_expect(clerk, "madoguchi.ini:3");
    clerk_expect(clerk, "madoguchi.ini:5");
    clerk_expect(clerk, "F10/q");
    terminal_type(clerk_terminal(clerk), "q");
    expect_end(2);
    assert_non_null(strstr(terminal_screen(clerk_terminal(clerk)), "madoguchi.ini:2"));
}

static void a_missing_profile_is_named(void **state)
{
    (void)state;
    clerk = clerk_start(&(struct clerk_setup){.option = "--city", .value = "atlantis"});
    clerk_expect(clerk, "atlantis.ini");
    terminal_type(clerk_terminal(clerk), "q");
    expect_end(2);
}

static void a_locale_that_is_not_utf8_is_refused_in_a_sentence(void **state)
{
    (void)state;
    clerk = clerk_start(&(struct clerk_setup){.card = "locked", .locale = "C"});
    expect_end(2);
    assert_non_null(strstr(terminal_screen(clerk_terminal(clerk)), "this locale is not UTF-8"));
}

static void a_record_without_a_place_is_told_before_anybody_is_asked(void **state)
{
    (void)state;
    clerk = clerk_start(&(struct clerk_setup){.card = "locked", .ledger = "/nonexistent/ledger.db"});
    expect_end(2);
    assert_non_null(strstr(terminal_screen(clerk_terminal(clerk)), "記録の置き場所がありません"));
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *option, *value;
    } rows[] = {{"--colour", "red"}, {"--language", "fr"}, {"--clock", "yesterday"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clerk = clerk_start(&(struct clerk_setup){.option = rows[i].option, .value = rows[i].value});
        expect_end(2);
        const char *screen = terminal_screen(clerk_terminal(clerk));
        assert_non_null(strstr(screen, i == 0 ? rows[i].option : rows[i].value));
        clerk_end(&clerk);
    }
}

static void no_reader_and_no_card_process_are_told_on_the_desk(void **state)
{
    (void)state;
    clerk = clerk_start(&(struct clerk_setup){.card_program = "/nonexistent/madoguchi-card"});
    clerk_expect_screen(clerk, "自動的につなぎ直します", "desk-no-process");
}

static void a_session_that_polkit_refuses_is_told_so(void **state)
{
    (void)state;
    clerk = clerk_start(&(struct clerk_setup){.card = "locked", .reader = "refuse\n"});
    clerk_expect_screen(clerk, "polkit", "desk-not-authorised");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(dates_are_typed_as_they_are_spoken, end),
        cmocka_unit_test_teardown(the_verdict_follows_every_tick, end),
        cmocka_unit_test_teardown(the_rule_and_its_page_are_one_key_away, end),
        cmocka_unit_test_teardown(dates_show_their_arithmetic, end),
        cmocka_unit_test_teardown(a_silent_page_leads_to_the_office_and_its_decision, end),
        cmocka_unit_test_teardown(a_pin_is_never_taken_into_the_record, end),
        cmocka_unit_test_teardown(the_reception_time_can_be_set_back_and_not_forward, end),
        cmocka_unit_test_teardown(faults_of_the_file_come_all_at_once_with_their_lines, end),
        cmocka_unit_test_teardown(a_missing_profile_is_named, end),
        cmocka_unit_test_teardown(a_locale_that_is_not_utf8_is_refused_in_a_sentence, end),
        cmocka_unit_test_teardown(a_record_without_a_place_is_told_before_anybody_is_asked, end),
        cmocka_unit_test_teardown(wrong_arguments_are_named, end),
        cmocka_unit_test_teardown(no_reader_and_no_card_process_are_told_on_the_desk, end),
        cmocka_unit_test_teardown(a_session_that_polkit_refuses_is_told_so, end),
    };
    return cmocka_run_group_tests_name("answers on the screens", tests, NULL, NULL);
}
