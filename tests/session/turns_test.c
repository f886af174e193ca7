/* Wrong turns of a hurried clerk on real pcscd and libccid: the screens follow, and nothing waits for ever. */
#include "tests/lib/session.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>

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

static void persons_chosen_and_taken_back_in_a_row(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_type(s, "カードあり", "2");
    for (int i = 0; i < 20; i++) {
        session_type(s, "どなたが来られましたか", "1");
        session_expect(s, "残り回数");
        terminal_type(s->clerk, "q");
    }
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "ロック（0回）");
}

static void back_before_the_card_is_read(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_type(s, "カードあり", "2");
    for (int i = 0; i < 5; i++) {
        session_type(s, "どなたが来られましたか", "1");
        session_type(s, "対象の暗証番号", "q");
        session_type(s, "どなたが来られましたか", "q");
        session_type(s, "カードあり", "2");
    }
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "ロック（0回）");
}

/* As one that lay there before the person was chosen: until when its certificate is valid is told, not asked. */
static void a_card_put_in_when_asked_for_is_read_whole(void **state)
{
    (void)state;
    session_fresh(s, "none");
    session_clerk(s, NULL);
    session_type(s, "カードなし", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "リーダーに入れてください");
    session_insert(s, "adult");
    session_expect(s, "あり（有効期限");
}

/* The card's commands for the step under way are over. */
static void await_quiet_card(void)
{
    enum { QUIET_LOOKS = 20, LOOK_MS = 25 };
    int before = -1;
    for (int quiet = 0; quiet < QUIET_LOOKS; quiet++) {
        int commands = session_commands(s);
        quiet = commands == before ? quiet : 0;
        before = commands;
        poll(NULL, 0, LOOK_MS);
    }
}

/* The program wakes with both on its hands: a key typed at the running step, and the step's end. */
static void a_key_typed_before_the_result_is_seen_does_not_count_on_it(void **state)
{
    (void)state;
    session_fresh(s, "locked");
    session_to_pad(s, NULL);
    kill(terminal_pid(s->clerk), SIGSTOP);
    terminal_type(s->clerk, "\r");
    session_press(s, "2468E2468E");
    await_quiet_card();
    kill(terminal_pid(s->clerk), SIGCONT);
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    assert_true(session_pin_is(s, "locked", "auth", "2468"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(persons_chosen_and_taken_back_in_a_row, rest),
        cmocka_unit_test_teardown(back_before_the_card_is_read, rest),
        cmocka_unit_test_teardown(a_card_put_in_when_asked_for_is_read_whole, rest),
        cmocka_unit_test_teardown(a_key_typed_before_the_result_is_seen_does_not_count_on_it, rest),
    };
    return cmocka_run_group_tests_name("wrong turns", tests, open_all, close_all);
}
