/*
 * Changes on real pcscd and libccid: by the pad, and the signature password on the
 * resident's terminal.
 */
#include "tests/lib/session.h"

#include <setjmp.h>
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

/* From the desk to the running step, with the PIN `down` rows below the first. */
static void to_step(const char *procedure, int down)
{
    session_type(s, "カードあり", procedure);
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, "3回");
    for (int i = 0; i < down; i++) {
        terminal_type(s->clerk, "\033[B");
    }
    terminal_type(s->clerk, " ");
    session_type(s, "[x]", "\r");
    /* The resident says that they know it. */
    session_type(s, "暗証番号（すべて）", " ");
    session_expect_gone(s, "未確認");
    terminal_type(s->clerk, "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
}

static void done(void)
{
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
}

static void on_terminal(const char *text, const char *keys)
{
    if (!terminal_wait_for(s->resident, text)) {
        print_error("%s\n", terminal_screen(s->resident));
        fail_msg("no \"%s\" on the resident's terminal", text);
    }
    assert_true(terminal_wait_idle(s->resident));
    terminal_type(s->resident, keys);
}

static void the_auth_pin_by_pad(void **state)
{
    (void)state;
    session_fresh(s, "adult");
    session_clerk(s, NULL);
    to_step("1", 1);
    session_press(s, "1234E");
    session_press(s, "9876E9876E");
    done();
    assert_true(session_pin_is(s, "adult", "auth", "9876"));
    assert_int_equal(session_tries(s, "auth"), 3);
}

static void a_wrong_old_pin_costs_one_try_and_says_so(void **state)
{
    (void)state;
    session_fresh(s, "adult");
    session_clerk(s, NULL);
    to_step("1", 1);
    session_press(s, "1111E");
    session_says(s, "暗証番号が違います", "残り 2 回です", "再設定をご案内");
    assert_int_equal(session_tries(s, "auth"), 2);
    assert_true(session_pin_is(s, "adult", "auth", "1234"));
    session_type(s, "もう一度行うには Enter", "\r");
    session_press(s, "2222E");
    session_expect(s, "残り 1 回です");
    /* With one try left only the second key goes on. */
    session_type(s, "もう一度行うには Enter", "\r");
    session_expect(s, "次に誤るとロックされ");
    assert_int_equal(session_tries(s, "auth"), 1);
    session_type(s, "F9/Y", "Y");
    session_press(s, "1234E");
    session_press(s, "9876E9876E");
    done();
    assert_true(session_pin_is(s, "adult", "auth", "9876"));
}

static void the_signature_password_on_the_terminal(void **state)
{
    (void)state;
    session_fresh(s, "adult");
    session_clerk(s, NULL);
    session_expect(s, "カードあり");
    session_resident(s);
    session_expect(s, "接続中");
    to_step("1", 0);
    on_terminal("いまの暗証番号", "ABC123\r");
    on_terminal("新しい暗証番号", "NEW456X\r");
    on_terminal("もう一度", "NEW456X\r");
    done();
    assert_true(session_pin_is(s, "adult", "sig", "NEW456X"));
    assert_int_equal(session_tries(s, "sig"), 5);
}

static void the_terminal_goes_away_during_the_entry(void **state)
{
    (void)state;
    session_fresh(s, "adult");
    session_clerk(s, NULL);
    session_expect(s, "カードあり");
    session_resident(s);
    session_expect(s, "接続中");
    to_step("1", 0);
    on_terminal("いまの暗証番号", "ABC");
    terminal_end(&s->resident);
    session_says(s, "住民用端末との接続が切れました", "何も書き込まれていません", "住民用端末を起動し");
    assert_true(session_pin_is(s, "adult", "sig", "ABC123"));
    assert_int_equal(session_tries(s, "sig"), 5);
    session_step_is(s, CASE_PLANNED, CASE_STEP_IS_NOT_DONE);
}

/* The stand's own account of the card: the PIN in both of its places. */
static void the_card_holds_twice(const char *card, const char *value)
{
    assert_true(session_pin_is(s, card, "juki", value));
    assert_true(session_pin_is(s, card, "juki-common", value));
}

static void the_juki_pin_typed_once_is_set_in_both_places_then_kenmen(void **state)
{
    (void)state;
    session_fresh(s, "adult");
    session_clerk(s, &(struct session_setup){.city = "omihachiman"});
    session_expect(s, "カードあり");
    session_resident(s);
    session_expect(s, "接続中");
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "3回", "\033[B\033[B \033[B ");
    session_type(s, "> [x] 券面", "\r");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    on_terminal("新しい暗証番号", "2468\r");
    on_terminal("もう一度", "2468\r");
    session_type(s, "処理はカードで完了し", "\r");
    the_card_holds_twice("adult", "2468");
    session_press(s, "8642E8642E");
    done();
    assert_true(session_pin_is(s, "adult", "kenmen", "8642"));
    the_card_holds_twice("adult", "2468");
    assert_int_equal(session_tries(s, "juki"), 3);
}

/* The change has reached the card, the answer has not: the new PIN is entered once and proves it. */
static void pulled_after_the_change_and_proven(void **state)
{
    (void)state;
    session_fresh(s, "adult");
    session_clerk(s, NULL);
    to_step("1", 1);
    session_press(s, "1234E");
    session_wait_prompt(s);
    session_stand(s, "pull-after\t1");
    session_press(s, "9876E9876E");
    session_says(s, "カードが抜かれました", "まだ分かりません", "同じカードを入れ直して");
    session_step_is(s, CASE_UNSETTLED, CASE_STEP_IS_UNKNOWN);
    session_insert(s, "adult");
    session_card_is_back(s);
    session_type(s, "変更できたかを確かめます", "\r");
    session_press(s, "9876E");
    done();
    assert_true(session_pin_is(s, "adult", "auth", "9876"));
    assert_int_equal(session_tries(s, "auth"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_auth_pin_by_pad, rest),
        cmocka_unit_test_teardown(a_wrong_old_pin_costs_one_try_and_says_so, rest),
        cmocka_unit_test_teardown(the_signature_password_on_the_terminal, rest),
        cmocka_unit_test_teardown(the_terminal_goes_away_during_the_entry, rest),
        cmocka_unit_test_teardown(the_juki_pin_typed_once_is_set_in_both_places_then_kenmen, rest),
        cmocka_unit_test_teardown(pulled_after_the_change_and_proven, rest),
    };
    return cmocka_run_group_tests_name("changes on pcscd and libccid", tests, open_all, close_all);
}
