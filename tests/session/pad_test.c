/*
 * A pinpad that does not do what it says, and two readers, on real pcscd and libccid: the resident's
 * terminal takes over, and no command goes to a reader that is not the configured one.
 */
#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define CHILDS_SERIAL "990000000000002" /* cards/child.ini */

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

static void expect_on_terminal(const char *text)
{
    if (!terminal_wait_for(s->resident, text)) {
        print_error("%s\n", terminal_screen(s->resident));
        fail_msg("no \"%s\" on the resident's terminal", text);
    }
}

static void on_terminal(const char *text, const char *keys)
{
    expect_on_terminal(text);
    assert_true(terminal_wait_idle(s->resident));
    terminal_type(s->resident, keys);
}

/* The clerk's screen does not say here whether the terminal is there; the terminal does. */
static void connect_resident(void)
{
    session_resident(s);
    expect_on_terminal("お待ちください。暗証番号");
}

/* --- a pad that refuses --------------------------------------------------------------------------- */

static void refused_with(const char *refusal, const char *sentence)
{
    session_fresh(s, "locked");
    session_to_pad(s, NULL);
    session_stand(s, refusal);
    session_says(s, sentence, "カードには何も書き込まれていません", "住民用端末");
    session_step_is(s, CASE_PLANNED, CASE_STEP_IS_NOT_DONE);
}

static void set_on_the_terminal(void)
{
    on_terminal("新しい暗証番号", "2468\r");
    on_terminal("もう一度", "2468\r");
    session_type(s, "処理はカードで完了し", "\r");
    session_expect(s, "受付番号");
    session_step_is(s, CASE_DONE, CASE_STEP_IS_DONE);
    assert_true(session_pin_is(s, "locked", "auth", "2468"));
}

static void a_pad_that_refuses_gives_way_to_the_terminal(void **state)
{
    (void)state;
    refused_with("refuse\t6404", "ピンパッドがこの処理を拒みました");
    connect_resident();
    terminal_type(s->clerk, "\r");
    set_on_the_terminal();
}

/* Not connected yet: that is said, and then it goes on there. */
static void the_terminal_is_connected_when_it_is_asked_for(void **state)
{
    (void)state;
    refused_with("refuse\t6B80", "ピンパッドがこの処理に対応していません");
    terminal_type(s->clerk, "\r");
    session_says(s, "住民用端末が接続されていません", "カードには何も書き込まれていません", "住民用端末");
    connect_resident();
    terminal_type(s->clerk, "\r");
    set_on_the_terminal();
}

/* --- two readers ---------------------------------------------------------------------------------- */

static int commands(const char *reader)
{
    json_t *state = session_state(s);
    int count = (int)json_integer_value(json_object_get(json_object_get(state, reader), "commands"));
    json_decref(state);
    return count;
}

static void plain_holds(const char *card)
{
    char command[256], name[64];
    snprintf(name, sizeof name, "cards/%s.ini", card);
    snprintf(command, sizeof command, "insert\t%s\tplain", session_path(s, name));
    session_stand(s, command);
}

/* Both hold a card of somebody: the service names the pad's reader first, the plain one second. */
static void the_configured_reader_is_used(void **state)
{
    (void)state;
    static const struct {
        const char *reader, *used, *other, *in_pad, *in_plain;
    } rows[] = {
        {"madoguchi-plain 01 00", "plain", "pad", "adult", "child"},
        {"madoguchi-pad 00 00", "pad", "plain", "child", "adult"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        session_fresh(s, rows[i].in_pad);
        plain_holds(rows[i].in_plain);
        int used = commands(rows[i].used), other = commands(rows[i].other);
        session_clerk(s, &(struct session_setup){.reader = rows[i].reader});
        session_type(s, "カードあり", "2");
        session_type(s, "どなたが来られましたか", "1");
        session_expect(s, CHILDS_SERIAL);
        assert_true(commands(rows[i].used) > used);
        assert_int_equal(commands(rows[i].other), other);
        session_rest(s);
    }
    session_stand(s, "remove\tplain");
}

/* The configured one is away: the other, with a card in it, is no substitute. */
static void another_reader_is_no_substitute(void **state)
{
    (void)state;
    session_fresh(s, "none");
    plain_holds("adult");
    int plain = commands("plain");
    session_clerk(s, &(struct session_setup){.reader = "madoguchi-pad 00 01"});
    session_says(s, "設定されたカードリーダーが見つかりません", "残り回数も減っていません", "[card] reader");
    assert_int_equal(commands("plain"), plain);
    session_stand(s, "remove\tplain");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_pad_that_refuses_gives_way_to_the_terminal, rest),
        cmocka_unit_test_teardown(the_terminal_is_connected_when_it_is_asked_for, rest),
        cmocka_unit_test_teardown(the_configured_reader_is_used, rest),
        cmocka_unit_test_teardown(another_reader_is_no_substitute, rest),
    };
    return cmocka_run_group_tests_name("a pad that refuses, two readers", tests, open_all, close_all);
}
