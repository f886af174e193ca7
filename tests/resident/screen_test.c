/* The real program behind a pty, against a played card process: whole screens, and what it does over time. */
#include "cardops/client.h"
#include "tests/lib/resident_peer.h"
#include "tests/lib/terminal.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    RULE_MET = CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET,
    MATCH = RULE_MET | CARD_RESIDENT_MATCH
};

static struct peer peer;
static struct terminal *terminal;

static void start(const char *type, const char *locale, int rows, int columns)
{
    char program[512], term[64], lang[64];
    snprintf(program, sizeof program, "%s/madoguchi-resident", getenv("BUILD"));
    snprintf(term, sizeof term, "TERM=%s", type);
    snprintf(lang, sizeof lang, "LC_ALL=%s", locale);
    const char *argv[] = {program, "--runtime", peer.directory, "--window", "1", NULL};
    /* The leak check would trace the process, which cannot be traced. */
    const char *environment[] = {lang, term, "ASAN_OPTIONS=detect_leaks=0", NULL};
    terminal = terminal_start(argv, environment, rows, columns);
}

static void start_connected(int rows, int columns)
{
    peer_listen(&peer);
    start("xterm-256color", "C.UTF-8", rows, columns);
    peer_accept(&peer);
}

static int open_peer(void **state)
{
    (void)state;
    peer_open(&peer);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    terminal_end(&terminal);
    peer_close(&peer);
    return 0;
}

/* --- whole screens --------------------------------------------------------------------------------- */

/* Rows past the last of `expected` are blank. */
static bool is_screen(struct terminal *t, const void *expected)
{
    const char *screen = terminal_screen(t);
    size_t length = strlen(expected);
    return strncmp(screen, expected, length) == 0 && strspn(screen + length, "\n") == strlen(screen + length);
}

static void expect_screen(const char *expected)
{
    if (!terminal_wait_until(terminal, is_screen, expected)) {
        fail_msg("wanted:\n%s\nis:\n%s", expected, terminal_screen(terminal));
    }
}

static void expect(const char *text)
{
    if (!terminal_wait_for(terminal, text)) {
        fail_msg("no \"%s\" on the screen:\n%s", text, terminal_screen(terminal));
    }
}

static bool is_cursor(struct terminal *t, const void *expected)
{
    const int *wanted = expected;
    int row, column;
    terminal_cursor(t, &row, &column);
    return row == wanted[0] && column == wanted[1];
}

static void expect_cursor(int row, int column)
{
    assert_true(terminal_wait_until(terminal, is_cursor, (const int[]){row, column}));
}

static const char idle_screen[] =
    "\n"
    "    練習 マイナンバーカードの窓口\n"
    "\n"
    "    お待ちください。暗証番号の入力が必要になりましたら、\n"
    "    この画面でご案内します。\n"
    "\n"
    "    言語は数字キーで選べます。\n"
    "    1 日本語  2 やさしい日本語  3 English  4 中文  5 한국어  6 Português\n"
    "    7 Tiếng Việt\n";

static const char waiting_screen[] =
    "\n"
    "    マイナンバーカードの窓口\n"
    "\n"
    "    ただいま準備中です。そのままお待ちください。\n"
    "\n"
    "    言語は数字キーで選べます。\n"
    "    1 日本語  2 やさしい日本語  3 English  4 中文  5 한국어  6 Português\n"
    "    7 Tiếng Việt\n";

static const char asked_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "    署名用電子証明書のものです。e-Taxなどの電子申請に使います。\n"
    "\n"
    "    1/2 新しい暗証番号を入力\n"
    "\n"
    "    _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _\n"
    "\n"
    "    [ ] 6〜16文字（いま0文字）\n"
    "    [ ] 英大文字と数字だけ\n"
    "    [ ] 英字と数字を1つ以上ずつ\n"
    "\n"
    "\n\n"
    "    残り時間 10分\n"
    "\n\n\n\n\n\n\n\n"
    "    Enter 次へ  Esc やめる  Tab Lang.\n";

static const char asked_screen_small[] =
    "練習 署名用の暗証番号\n"
    "1/2 新しい暗証番号を入力\n"
    "_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _\n"
    "[ ] 6〜16文字（いま0文字）\n"
    "[ ] 英大文字と数字だけ\n"
    "[ ] 英字と数字を1つ以上ずつ\n"
    "\n\n"
    "残り時間 10分\n"
    "Enter 次へ  Esc やめる  Tab Lang.\n";

static const char unfinished_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "    署名用電子証明書のものです。e-Taxなどの電子申請に使います。\n"
    "\n"
    "    1/2 新しい暗証番号を入力\n"
    "\n"
    "    * * * * * * * _ _ _ _ _ _ _ _ _\n"
    "\n"
    "    [x] 6〜16文字（いま7文字）\n"
    "    [x] 英大文字と数字だけ\n"
    "    [ ] 英字と数字を1つ以上ずつ\n"
    "\n"
    "    ! まだ [x] になっていない条件があります。\n"
    "\n"
    "    残り時間 10分\n"
    "\n\n\n\n\n\n\n\n"
    "    Enter 次へ  Esc やめる  Backspace 1文字消す\n";

static const char again_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "    署名用電子証明書のものです。e-Taxなどの電子申請に使います。\n"
    "\n"
    "    2/2 確認のためもう一度入力\n"
    "\n"
    "    * * * * * * * * * _ _ _ _ _ _ _\n"
    "\n"
    "    [x] 6〜16文字（いま9文字）\n"
    "    [ ] 1回目と同じ\n"
    "\n"
    "\n\n"
    "    残り時間 10分\n"
    "\n\n\n\n\n\n\n\n\n"
    "    Enter 決定  Esc やめる  Backspace 1文字消す\n";

static const char different_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "    署名用電子証明書のものです。e-Taxなどの電子申請に使います。\n"
    "\n"
    "    1/2 新しい暗証番号を入力\n"
    "\n"
    "    _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _\n"
    "\n"
    "    [ ] 6〜16文字（いま0文字）\n"
    "    [ ] 英大文字と数字だけ\n"
    "    [ ] 英字と数字を1つ以上ずつ\n"
    "\n"
    "    ! 2回の入力が違いました。1回目からやり直してください。\n"
    "\n"
    "    残り時間 10分\n"
    "\n\n\n\n\n\n\n\n"
    "    Enter 次へ  Esc やめる  Tab Lang.\n";

static const char wait_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "\n"
    "    確認しています。カードはそのままで、お待ちください。\n";

static const char done_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "\n"
    "    完了しました。ありがとうございました。\n"
    "\n"
    "    このあとは係員がご案内します。\n";

static const char lost_screen[] =
    "\n"
    "    練習 署名用の暗証番号\n"
    "\n"
    "    手続きが途中で止まりました。入力した内容は消しました。\n"
    "\n"
    "    このあとは係員がご案内します。\n";

/* --- a resident's way ------------------------------------------------------------------------------ */

static void a_new_pin_from_the_first_page_to_the_last(void **state)
{
    (void)state;
    start_connected(24, 80);
    expect_screen(idle_screen);
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect_screen(asked_screen);
    terminal_type(terminal, "MIHONAB\r");
    expect_screen(unfinished_screen);
    terminal_type(terminal, "\b\b2026\r");
    expect("2/2");
    terminal_type(terminal, "MIHON2027");
    expect_screen(again_screen);
    terminal_type(terminal, "\r");
    expect_screen(different_screen);
    terminal_type(terminal, "mihon2026\rmihon2026\r");
    struct resident_answer entry = peer_receive(&peer, RESIDENT_ENTRY);
    assert_int_equal(entry.number, 1);
    assert_int_equal(entry.length, 9);
    assert_memory_equal(entry.entry, "MIHON2026", 9);
    expect_screen(wait_screen);
    peer_send(&peer, RESIDENT_RESULT, (struct resident_ask){.number = 1, .practice = 1, .outcome = RESIDENT_DONE, .tries = 5});
    expect_screen(done_screen);
    terminal_type(terminal, " ");
    expect_screen(idle_screen);
}

static void the_smallest_terminal_is_enough(void **state)
{
    (void)state;
    start_connected(10, 34);
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect_screen(asked_screen_small);
    expect_cursor(2, 0);
    terminal_type(terminal, "A");
    expect("* _");
    expect_cursor(2, 2);
}

static void a_new_size_is_taken_at_once(void **state)
{
    (void)state;
    start_connected(24, 80);
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect_screen(asked_screen);
    terminal_resize(terminal, 10, 34);
    expect_screen(asked_screen_small);
    terminal_resize(terminal, 6, 24);
    expect("画面が小さすぎます");
    terminal_resize(terminal, 24, 80);
    expect_screen(asked_screen);
}

static void the_language_changes_while_it_runs(void **state)
{
    (void)state;
    start_connected(24, 80);
    expect_screen(idle_screen);
    terminal_type(terminal, "3");
    expect("Please wait.");
    terminal_type(terminal, "7");
    expect("Vui lòng chờ.");
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect("Nhập mật khẩu mới");
    terminal_type(terminal, "\t");
    expect_screen(asked_screen);
}

static void escape_asks_before_it_cancels(void **state)
{
    (void)state;
    start_connected(24, 80);
    peer_send(&peer, RESIDENT_ASK, peer_question(9));
    expect_screen(asked_screen);
    terminal_type(terminal, "AB\033");
    expect("入力をやめますか？");
    terminal_type(terminal, "\r");
    expect("いま2文字");
    terminal_type(terminal, "\033");
    expect("入力をやめますか？");
    terminal_type(terminal, "\033");
    expect("入力をやめました。");
    assert_int_equal(peer_receive(&peer, RESIDENT_CANCEL).number, 9);
}

static void what_is_typed_ahead_is_thrown_away(void **state)
{
    (void)state;
    start_connected(24, 80);
    expect_screen(idle_screen);
    kill(terminal_pid(terminal), SIGSTOP);
    terminal_type(terminal, "ABC123\r");
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    kill(terminal_pid(terminal), SIGCONT);
    expect_screen(asked_screen);
}

static void the_clerk_hears_of_progress(void **state)
{
    (void)state;
    start_connected(24, 80);
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect_screen(asked_screen);
    peer_receive_state(&peer, 1, CARD_RESIDENT_CONNECTED);
    terminal_type(terminal, "ABCDE1");
    peer_receive_state(&peer, 1, RULE_MET);
    terminal_type(terminal, "\r");
    peer_receive_state(&peer, 2, CARD_RESIDENT_CONNECTED);
    terminal_type(terminal, "ABCDE1");
    peer_receive_state(&peer, 2, MATCH);
}

static void time_that_is_over_ends_the_question(void **state)
{
    (void)state;
    start_connected(24, 80);
    struct resident_ask question = peer_question(1);
    question.seconds = 1;
    peer_send(&peer, RESIDENT_ASK, question);
    expect("時間切れです。");
}

/* --- the card process comes and goes --------------------------------------------------------------- */

static void it_waits_for_the_card_process_and_for_its_return(void **state)
{
    (void)state;
    start("xterm-256color", "C.UTF-8", 24, 80);
    expect_screen(waiting_screen);
    peer_listen(&peer);
    peer_accept(&peer);
    expect_screen(idle_screen);
    for (uint32_t round = 1; round <= 2; round++) {
        peer_send(&peer, RESIDENT_ASK, peer_question(round));
        expect_screen(asked_screen);
        terminal_type(terminal, "ABC");
        expect("いま3文字");
        peer_drop(&peer, round == 2);
        expect_screen(lost_screen);
        if (round == 2) {
            peer_listen(&peer);
        }
        peer_accept(&peer);
        terminal_type(terminal, "\r");
        expect_screen(idle_screen);
    }
}

static void another_version_is_told_and_retried(void **state)
{
    (void)state;
    peer_listen(&peer);
    start("xterm-256color", "C.UTF-8", 24, 80);
    peer_accept(&peer);
    expect_screen(idle_screen);
    assert_int_equal(write(peer.fd, "short", 5), 5);
    expect("版が違うため使えません");
    peer_drop(&peer, false);
    peer_accept(&peer);
    expect_screen(idle_screen);
}

static void nonsense_ends_the_connection_not_the_program(void **state)
{
    (void)state;
    start_connected(24, 80);
    expect_screen(idle_screen);
    struct resident_ask question = peer_question(1);
    question.maximum = 200;
    peer_send(&peer, RESIDENT_ASK, question);
    expect("ただいま準備中です。");
    peer_drop(&peer, false);
    peer_accept(&peer);
    expect_screen(idle_screen);
}

/* --- terminals ------------------------------------------------------------------------------------- */

static void the_bare_console_is_told_plainly(void **state)
{
    (void)state;
    peer_listen(&peer);
    start("linux", "C.UTF-8", 25, 80);
    peer_accept(&peer);
    expect("This is a bare Linux console");
    expect("PRACTICE My Number Card counter");
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect("1/2 Type your new PIN");
}

static void a_locale_without_utf8_does_not_matter(void **state)
{
    (void)state;
    peer_listen(&peer);
    start("xterm-256color", "C", 24, 80);
    peer_accept(&peer);
    expect_screen(idle_screen);
}

static void it_ends_in_order_and_leaves_a_clear_screen(void **state)
{
    (void)state;
    int status;
    start_connected(24, 80);
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    expect_screen(asked_screen);
    terminal_type(terminal, "\003\032\034");
    terminal_type(terminal, "ABC");
    expect("いま3文字");
    kill(terminal_pid(terminal), SIGTERM);
    assert_true(terminal_wait_end(terminal, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(terminal_alternate(terminal));
    assert_int_equal(strspn(terminal_screen(terminal), "\n"), 24);
}

static void a_lost_line_ends_it(void **state)
{
    (void)state;
    int status;
    start_connected(24, 80);
    expect_screen(idle_screen);
    terminal_hang_up(terminal);
    assert_true(terminal_wait_end(terminal, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, open_peer, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEER(a_new_pin_from_the_first_page_to_the_last),
        WITH_PEER(the_smallest_terminal_is_enough),
        WITH_PEER(a_new_size_is_taken_at_once),
        WITH_PEER(the_language_changes_while_it_runs),
        WITH_PEER(escape_asks_before_it_cancels),
        WITH_PEER(what_is_typed_ahead_is_thrown_away),
        WITH_PEER(the_clerk_hears_of_progress),
        WITH_PEER(time_that_is_over_ends_the_question),
        WITH_PEER(it_waits_for_the_card_process_and_for_its_return),
        WITH_PEER(another_version_is_told_and_retried),
        WITH_PEER(nonsense_ends_the_connection_not_the_program),
        WITH_PEER(the_bare_console_is_told_plainly),
        WITH_PEER(a_locale_without_utf8_does_not_matter),
        WITH_PEER(it_ends_in_order_and_leaves_a_clear_screen),
        WITH_PEER(a_lost_line_ends_it),
    };
    return cmocka_run_group_tests_name("resident screens", tests, NULL, NULL);
}
