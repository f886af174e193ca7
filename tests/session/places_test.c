/*
 * What is not as it should be before anything is asked of the resident: other cards, readers, configuration,
 * record, terminal. Each ends in a sentence that says what happened, what is true, what to do.
 */
#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct session session, *s = &session;

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
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

/* --- cards --------------------------------------------------------------------------------------- */

static const struct {
    const char *card, *happened, *act;
} cards[] = {
    {"foreign", "マイナンバーカードではありません", "入れ直してください"},
    {"juki-card", "住民基本台帳カードです", "マイナンバーカードをお持ちか"},
    {"face", "顔認証マイナンバーカードです", "暗証番号は設定されていません"},
};

static void cards_that_cannot_be_used_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
        session_fresh(s, cards[i].card);
        session_clerk(s, NULL);
        session_type(s, "カードあり", "2");
        session_type(s, "どなたが来られましたか", "1");
        session_expect(s, cards[i].happened);
        session_expect(s, cards[i].act);
        terminal_type(s->clerk, "\r");
        session_expect(s, "対象の暗証番号を一つ以上選んでください");
    }
}

/* A card without the practice application gets no command of the practice module. */
static void a_real_card_gets_nothing_of_the_practice_module(void **state)
{
    (void)state;
    session_fresh(s, "not-practice");
    session_clerk(s, NULL);
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "5回");
    session_type(s, "利用者証明用電子証明書", "\033[B ");
    session_type(s, "[x]", "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_says(s, "この権限モジュールで扱えるカードではありません", "何も書き込まれていません", "練習用のもの");
    session_step_is(s, CASE_PLANNED, CASE_STEP_IS_NOT_DONE);
}

static void a_locked_card_is_told_before_anybody_types(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_type(s, "カードあり", "1");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "ロック（0回）");
    int before = session_commands(s);
    session_type(s, "利用者証明用電子証明書", "\033[B ");
    terminal_type(s->clerk, "\r");
    session_expect(s, "再設定");
    assert_int_equal(session_commands(s), before);
}

/* --- reader -------------------------------------------------------------------------------------- */

static void no_such_reader(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, &(struct session_setup){.reader = "no such reader 00 00"});
    session_says(s, "設定されたカードリーダーが見つかりません", "残り回数も減っていません", "[card] reader");
}

/* The pad's reader is there, but the plain one is configured: the resident's terminal is the way. */
static void a_reader_without_a_pinpad(void **state)
{
    (void)state;
    char command[256];
    session_fresh(s, "none");
    snprintf(command, sizeof command, "insert\t%s\tplain", session_path(s, "cards/locked.ini"));
    session_stand(s, command);
    session_clerk(s, &(struct session_setup){.reader = "madoguchi-plain 01 00"});
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "住民用端末が必要です", "\033[B ");
    session_expect(s, "住民用端末で");
    session_resident(s);
    session_expect_gone(s, "住民用端末が必要です");
}

static void no_authority_module(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, &(struct session_setup){.no_authority = true});
    session_type(s, "カードあり", "2");
    session_expect(s, "権限モジュールが設定されていないため、この手続きは行えません");
}

static void an_unreadable_authority_module(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_write(s, "broken.so", "not a module\n");
    session_clerk(s, &(struct session_setup){.authority = session_path(s, "broken.so")});
    session_says(s, "権限モジュールを読み込めません", "何も書き込まれていません", "[card] authority");
}

/* --- configuration ------------------------------------------------------------------------------- */

static void start_with_ini(const char *text)
{
    char program[512], ini[512];
    int status;
    session_write(s, "madoguchi.ini", text != NULL ? text : "");
    if (text == NULL) {
        unlink(session_path(s, "madoguchi.ini"));
    }
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    snprintf(ini, sizeof ini, "%s", session_path(s, "madoguchi.ini"));
    const char *argv[] = {program, "--config", ini, "--clock", SESSION_CLOCK, NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", NULL};
    terminal_end(&s->clerk);
    s->clerk = terminal_start(argv, environment, 24, 80);
    session_expect(s, "madoguchi.ini");
    if (!terminal_alternate(s->clerk)) {
        return;
    }
    session_type(s, "F10", "q");
    assert_true(terminal_wait_end(s->clerk, &status));
    assert_int_not_equal(status, 0);
}

static void a_missing_or_wrong_ini_names_file_line_and_cure(void **state)
{
    (void)state;
    session_fresh(s, "none");
    start_with_ini(NULL);
    start_with_ini("[office]\ncity = minoh\nlangauge = ja\n[card]\nreader = x\n");
    session_expect(s, "langauge");
    session_expect(s, "language");
    session_expect(s, "3");
    start_with_ini("\377\376[office]\n");
}

static void a_missing_profile_is_named(void **state)
{
    (void)state;
    session_fresh(s, "none");
    session_clerk(s, &(struct session_setup){.city = "atlantis"});
    session_expect(s, "atlantis");
    session_type(s, "F10", "q");
    assert_int_equal(session_ended(s), 2);
}

/* --- record -------------------------------------------------------------------------------------- */

static void records_that_cannot_be_used(void **state)
{
    (void)state;
    char path[512];
    session_fresh(s, "locked");
    session_clerk(s, &(struct session_setup){.ledger = "/nonexistent/ledger.db"});
    session_says(s, "記録の置き場所がありません", "何も書き込まれていません", "フォルダーを作るよう");
    assert_int_equal(session_ended(s), 2);
    session_write(s, "text.db", "this is no ledger, but it is long enough to be read as the head of one ........\n");
    assert_int_equal(chmod(session_path(s, "text.db"), 0600), 0);
    snprintf(path, sizeof path, "%s", session_path(s, "text.db"));
    session_clerk(s, &(struct session_setup){.ledger = path});
    session_says(s, "指定されたファイルは記録ではありません", "何も書き込まれていません", "[ledger]");
    assert_int_equal(session_ended(s), 2);
    assert_int_equal(chmod(session_path(s, "text.db"), 0644), 0);
    session_clerk(s, &(struct session_setup){.ledger = path});
    session_expect(s, "ほかの利用者にも読み書きできる");
    assert_int_equal(session_ended(s), 2);
}

static bool is_full(struct terminal *t, const void *context)
{
    (void)context;
    const char *screen = terminal_screen(t);
    return strstr(screen, "ディスクに空きがありません") != NULL || strstr(screen, "残り回数") != NULL;
}

/* Cases are begun and given up until the disk is full: the next is not begun, the program goes on. */
static void a_full_disk_is_told_before_the_card(void **state)
{
    (void)state;
    char path[512];
    bool full = false;
    session_fresh(s, "locked");
    snprintf(path, sizeof path, "%s/disk/ledger.db", s->folder);
    session_clerk(s, &(struct session_setup){.ledger = path, .disk = "200k"});
    session_type(s, "カードあり", "2");
    for (int i = 0; i < 100 && !full; i++) {
        session_type(s, "どなたが来られましたか", "1");
        if (!terminal_wait_until(s->clerk, is_full, NULL)) {
            print_error("%s\n", terminal_screen(s->clerk));
            fail_msg("neither a card nor a sentence about the disk");
        }
        full = strstr(terminal_screen(s->clerk), "残り回数") == NULL;
        if (!full) {
            terminal_type(s->clerk, "q");
        }
    }
    session_expect(s, "ディスクに空きがありません");
    session_expect(s, "どなたが来られましたか");
}

/* --- terminal ------------------------------------------------------------------------------------ */

static void one_cell_and_back(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, &(struct session_setup){.rows = 1, .columns = 1});
    assert_true(terminal_wait_idle(s->clerk));
    terminal_resize(s->clerk, 24, 80);
    session_screen(s, "カードあり", "desk");
    terminal_type(s->clerk, "Q");
    assert_int_equal(session_ended(s), 0);
}

static void a_locale_that_is_not_utf_8(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, &(struct session_setup){.locale = "C"});
    session_expect(s, "LC_ALL=C.UTF-8");
    assert_int_equal(session_ended(s), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cards_that_cannot_be_used_are_named, rest),
        cmocka_unit_test_teardown(a_real_card_gets_nothing_of_the_practice_module, rest),
        cmocka_unit_test_teardown(a_locked_card_is_told_before_anybody_types, rest),
        cmocka_unit_test_teardown(no_such_reader, rest),
        cmocka_unit_test_teardown(a_reader_without_a_pinpad, rest),
        cmocka_unit_test_teardown(no_authority_module, rest),
        cmocka_unit_test_teardown(an_unreadable_authority_module, rest),
        cmocka_unit_test_teardown(a_missing_or_wrong_ini_names_file_line_and_cure, rest),
        cmocka_unit_test_teardown(a_missing_profile_is_named, rest),
        cmocka_unit_test_teardown(records_that_cannot_be_used, rest),
        cmocka_unit_test_teardown(a_full_disk_is_told_before_the_card, rest),
        cmocka_unit_test_teardown(one_cell_and_back, rest),
        cmocka_unit_test_teardown(a_locale_that_is_not_utf_8, rest),
    };
    return cmocka_run_group_tests_name("cards, reader, record, terminal", tests, open_all, close_all);
}
