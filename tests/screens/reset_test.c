/* One resident's PIN reset as the clerk sees it: every screen whole, the wrong turns, the bytes. */
#include "forms/ledger/ledger.h"
#include "tests/lib/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct clerk *clerk;

static int end(void **state)
{
    (void)state;
    clerk_end(&clerk);
    return 0;
}

static void start(const struct clerk_setup *setup)
{
    clerk = clerk_start(setup);
}

/* From the desk to the documents; the card has been read. */
static void go_to_documents(void)
{
    clerk_type(clerk, "カードあり", "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_type(clerk, "ロック（0回）", "\r");
    clerk_expect(clerk, "提示書類");
}

static void go_to_plan(void)
{
    go_to_documents();
    clerk_type(clerk, "不足があります", " ");
    clerk_type(clerk, "受付できます", "\r");
    clerk_expect(clerk, "次のことを行います");
}

static void a_reset_from_the_desk_to_the_slip(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked", .reader = "keys 4321E4321E\n"});
    clerk_expect_screen(clerk, "カードあり", "desk");
    terminal_type(clerk_terminal(clerk), "2");
    clerk_expect_screen(clerk, "どなたが来られましたか", "presenter");
    terminal_type(clerk_terminal(clerk), "1");
    clerk_expect_screen(clerk, "ロック（0回）", "card");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect_screen(clerk, "不足があります", "documents-missing");
    terminal_type(clerk_terminal(clerk), " ");
    clerk_expect_screen(clerk, "受付できます", "documents-enough");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect_screen(clerk, "次のことを行います", "plan");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect_screen(clerk, "完了しました", "result-done");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect_screen(clerk, "カードをお返しください", "slip");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect(clerk, "F10/Q");
    terminal_type(clerk_terminal(clerk), "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_expect(clerk, "残り回数");
    clerk_expect(clerk, "3回");
    assert_null(strstr(terminal_screen(clerk_terminal(clerk)), "ロック"));
}

/* Every key at once: menus and ticks take what was typed ahead, the plan does not. */
static void six_keys_lead_to_the_pad(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked", .reader = "keys 4321E4321E\n"});
    clerk_type(clerk, "カードあり", "21\r \r\r\r\r");
    clerk_expect(clerk, "次のことを行います");
    clerk_type(clerk, "次のことを行います", "\r");
    clerk_expect(clerk, "完了しました");
}

static void back_leads_from_every_screen_to_the_desk(void **state)
{
    (void)state;
    static const char *const backs[] = {"q", "\033OR", "\033[13~", "\0333", "\033", "\007"};
    for (size_t i = 0; i < sizeof backs / sizeof *backs; i++) {
        start(&(struct clerk_setup){.card = "locked"});
        go_to_plan();
        terminal_type(clerk_terminal(clerk), backs[i]);
        clerk_type(clerk, "受付できます", "r");
        clerk_type(clerk, "ご案内できること", "?");
        clerk_expect(clerk, "どの画面でも");
        terminal_type(clerk_terminal(clerk), backs[i]);
        clerk_expect(clerk, "ご案内できること");
        terminal_type(clerk_terminal(clerk), backs[i]);
        clerk_expect(clerk, "[x]");
        terminal_type(clerk_terminal(clerk), backs[i]);
        clerk_expect(clerk, "残り回数");
        terminal_type(clerk_terminal(clerk), backs[i]);
        clerk_expect(clerk, "どなたが来られましたか");
        terminal_type(clerk_terminal(clerk), backs[i]);
        clerk_expect(clerk, "F10/Q");
        clerk_quit(clerk);
        clerk_end(&clerk);
    }
}

static const struct {
    const char *reader, *sentence, *screen;
} endings[] = {
    {"keys 4321C\n", "ピンパッドで取り消されました", "result-cancelled"},
    {"keys 43\n", "時間内に入力されませんでした", "result-timeout"},
    {"keys 4321E4322E\n", "2回の入力が一致しませんでした", "result-differ"},
    {"keys remove\n", "カードが抜かれました", "result-removed"},
};

static void every_ending_says_what_happened_what_is_true_and_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        start(&(struct clerk_setup){.card = "locked", .reader = endings[i].reader});
        go_to_plan();
        terminal_type(clerk_terminal(clerk), "\r");
        clerk_expect_screen(clerk, endings[i].sentence, endings[i].screen);
        clerk_end(&clerk);
    }
}

static void a_cancelled_entry_can_be_repeated(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked", .reader = "keys 4321C\nkeys 4321E4321E\n"});
    go_to_plan();
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "ピンパッドで取り消されました", "\r");
    clerk_expect(clerk, "完了しました");
}

static void another_card_is_refused(void **state)
{
    (void)state;
    char reader[1024], root[512];
    assert_non_null(getcwd(root, sizeof root));
    snprintf(reader, sizeof reader, "other %s/cardops/practice/cards/adult.ini\nkeys 4321C\nkeys remove\n", root);
    start(&(struct clerk_setup){.card = "locked", .reader = reader});
    go_to_plan();
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "ピンパッドで取り消されました", "\r");
    clerk_expect(clerk, "カードが抜かれました");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect(clerk, "カード");
}

static void without_a_card_the_screen_asks_for_it(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = NULL});
    clerk_type(clerk, "カードなし", "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_expect_screen(clerk, "リーダーに入れてください", "card-absent");
}

static void the_signature_pin_waits_for_the_residents_terminal(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked"});
    clerk_type(clerk, "カードあり", "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_type(clerk, "ロック（0回）", "\033[H ");
    clerk_expect_screen(clerk, "住民用端末が接続されていません", "card-no-terminal");
}

static void a_pin_that_is_not_locked_is_not_preselected(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "adult"});
    clerk_type(clerk, "カードあり", "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_type(clerk, "残り回数", "\r");
    clerk_expect(clerk, "対象の暗証番号を一つ以上選んでください");
    assert_null(strstr(terminal_screen(clerk_terminal(clerk)), "[x]"));
}

static void without_an_authority_module_a_reset_is_refused_at_once(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked", .no_authority = true});
    clerk_type(clerk, "カードあり", "2");
    clerk_expect_screen(clerk, "この手続きは行えません", "desk-no-module");
}

static void a_parked_case_is_taken_up_again(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked", .reader = "keys 4321E4321E\n"});
    go_to_plan();
    clerk_type(clerk, "F6/p", "p");
    clerk_type(clerk, "中断しました", "\r");
    clerk_type(clerk, "1 件あります", "c");
    clerk_expect_screen(clerk, "再開する案件を選んでください", "cases");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "ロック（0回）", "\r");
    clerk_expect(clerk, "[x] 運転免許証");
    clerk_expect(clerk, "受付できます");
}

/* The card is read again: what the clerk has ticked for it stays. */
static void a_card_read_again_keeps_what_was_ticked(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked"});
    clerk_type(clerk, "カードあり", "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_type(clerk, "ロック（0回）", "\033[B ");
    clerk_type(clerk, "> [ ] 利用者証明用電子証明書", "r");
    assert_true(terminal_wait_idle(clerk_terminal(clerk)));
    clerk_expect(clerk, "> [ ] 利用者証明用電子証明書    # ロック（0回）");
}

static void a_killed_program_leaves_its_case_for_the_next(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked"});
    go_to_plan();
    clerk_restart(clerk);
    clerk_expect(clerk, "1 件あります");
    clerk_quit(clerk);
}

static void a_lost_line_ends_the_program_and_parks_the_case(void **state)
{
    (void)state;
    int status;
    start(&(struct clerk_setup){.card = "locked"});
    go_to_plan();
    terminal_hang_up(clerk_terminal(clerk));
    assert_true(terminal_wait_end(clerk_terminal(clerk), &status));
    clerk_restart(clerk);
    clerk_type(clerk, "1 件あります", "c");
    clerk_expect(clerk, "中断中");
}

static void a_small_terminal_keeps_the_case(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked"});
    go_to_documents();
    terminal_type(clerk_terminal(clerk), " ");
    clerk_expect(clerk, "受付できます");
    terminal_resize(clerk_terminal(clerk), 1, 1);
    assert_true(terminal_wait_gone(clerk_terminal(clerk), "受付できます"));
    terminal_resize(clerk_terminal(clerk), 20, 60);
    clerk_expect_screen(clerk, "80x24", "too-small");
    terminal_resize(clerk_terminal(clerk), 24, 80);
    clerk_expect_screen(clerk, "受付できます", "documents-enough");
    terminal_resize(clerk_terminal(clerk), 30, 132);
    clerk_expect_screen(clerk, "受付できます", "documents-132x30");
}

static bool folder_holds(const char *text)
{
    char command[1024];
    snprintf(command, sizeof command, "grep -qa %s '%s'/ledger.db*", text, clerk_folder(clerk));
    return system(command) == 0;
}

static void the_record_names_profile_and_documents_in_force(void **state)
{
    (void)state;
    char profile[CASE_DIGEST_MAX], documents[CASE_DIGEST_MAX];
    static const char *const city[] = {"config/cities/minoh.ini"};
    static const char *const shared[] = {"config/documents.ini", "config/national.ini", "config/holidays.ini"};
    assert_true(ledger_digest_files(city, 1, profile));
    assert_true(ledger_digest_files(shared, 3, documents));
    start(&(struct clerk_setup){.card = "locked"});
    go_to_plan();
    assert_true(folder_holds(profile));
    assert_true(folder_holds(documents));
}

static void the_screens_speak_english(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked", .option = "--language", .value = "en", .reader = "keys 4321C\n"});
    clerk_expect_screen(clerk, "card present", "desk-en");
    terminal_type(clerk_terminal(clerk), "2");
    clerk_type(clerk, "Who has come?", "1");
    clerk_expect_screen(clerk, "locked (0)", "card-en");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "Something is missing", " ");
    clerk_expect_screen(clerk, "Can be accepted", "documents-en");
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "This will be done", "\r");
    clerk_expect_screen(clerk, "cancelled on the pinpad", "result-cancelled-en");
}

static void no_color_means_no_colour(void **state)
{
    (void)state;
    static const char *const environments[] = {"NO_COLOR=1", "NO_COLOR="};
    for (size_t i = 0; i < 2; i++) {
        start(&(struct clerk_setup){.card = "locked", .environment = environments[i]});
        clerk_expect(clerk, "受付中です");
        assert_int_equal(terminal_has_colour(clerk_terminal(clerk)), i == 1);
        clerk_end(&clerk);
    }
}

static size_t bytes_of(const char *keys, const char *text)
{
    struct terminal *t = clerk_terminal(clerk);
    assert_true(terminal_wait_idle(t));
    size_t before = terminal_bytes(t);
    terminal_type(t, keys);
    if (text != NULL) {
        clerk_expect(clerk, text);
    } else {
        int row, column, now_row;
        terminal_cursor(t, &row, &column);
        for (int i = 0; i < 2000; i++) {
            terminal_wait_idle(t);
            terminal_cursor(t, &now_row, &column);
            if (now_row != row) {
                break;
            }
        }
    }
    assert_true(terminal_wait_idle(t));
    return terminal_bytes(t) - before;
}

static bool has_grown(struct terminal *t, const void *before)
{
    return terminal_bytes(t) > *(const size_t *)before + 1000;
}

/* The fullest screen, whole. */
static void a_full_paint_is_small(void **state)
{
    (void)state;
    struct terminal *t;
    start(&(struct clerk_setup){.card = "adult"});
    t = clerk_terminal(clerk);
    clerk_type(clerk, "カードあり", "2");
    clerk_type(clerk, "どなたが来られましたか", "4");
    clerk_type(clerk, "残り回数", "\033[B \r");
    clerk_expect(clerk, "不足");
    assert_true(terminal_wait_idle(t));
    size_t before = terminal_bytes(t);
    terminal_type(t, "\f");
    assert_true(terminal_wait_until(t, has_grown, &before));
    assert_true(terminal_wait_idle(t));
    print_message("full paint of the documents %zu bytes\n", terminal_bytes(t) - before);
    assert_in_range(terminal_bytes(t) - before, 1000, 3500);
}

static void few_bytes_cross_the_line(void **state)
{
    (void)state;
    start(&(struct clerk_setup){.card = "locked"});
    clerk_expect(clerk, "F10/Q");
    assert_true(terminal_wait_idle(clerk_terminal(clerk)));
    size_t first = terminal_bytes(clerk_terminal(clerk));
    go_to_documents();
    size_t move = bytes_of("\033[B", NULL);
    bytes_of("\033[B", NULL);
    size_t tick = bytes_of(" ", "受付できます");
    size_t untick = bytes_of(" ", "不足があります");
    print_message("first screen %zu bytes, cursor move %zu, ticks %zu and %zu\n", first, move, tick, untick);
    assert_in_range(first, 1, 3500);
    assert_in_range(move, 1, 64);
    assert_in_range(tick, 1, 400);
    assert_in_range(untick, 1, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_reset_from_the_desk_to_the_slip, end),
        cmocka_unit_test_teardown(six_keys_lead_to_the_pad, end),
        cmocka_unit_test_teardown(back_leads_from_every_screen_to_the_desk, end),
        cmocka_unit_test_teardown(every_ending_says_what_happened_what_is_true_and_what_to_do, end),
        cmocka_unit_test_teardown(a_cancelled_entry_can_be_repeated, end),
        cmocka_unit_test_teardown(another_card_is_refused, end),
        cmocka_unit_test_teardown(without_a_card_the_screen_asks_for_it, end),
        cmocka_unit_test_teardown(the_signature_pin_waits_for_the_residents_terminal, end),
        cmocka_unit_test_teardown(a_pin_that_is_not_locked_is_not_preselected, end),
        cmocka_unit_test_teardown(without_an_authority_module_a_reset_is_refused_at_once, end),
        cmocka_unit_test_teardown(a_parked_case_is_taken_up_again, end),
        cmocka_unit_test_teardown(a_card_read_again_keeps_what_was_ticked, end),
        cmocka_unit_test_teardown(a_killed_program_leaves_its_case_for_the_next, end),
        cmocka_unit_test_teardown(a_lost_line_ends_the_program_and_parks_the_case, end),
        cmocka_unit_test_teardown(a_small_terminal_keeps_the_case, end),
        cmocka_unit_test_teardown(the_record_names_profile_and_documents_in_force, end),
        cmocka_unit_test_teardown(the_screens_speak_english, end),
        cmocka_unit_test_teardown(no_color_means_no_colour, end),
        cmocka_unit_test_teardown(a_full_paint_is_small, end),
        cmocka_unit_test_teardown(few_bytes_cross_the_line, end),
    };
    return cmocka_run_group_tests_name("reset on the screens", tests, NULL, NULL);
}
