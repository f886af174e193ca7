/* The life of the resident's terminal: messages, keys and time in; answers, pages and wiped memory out. */
#include "cardops/client.h"
#include "cardops/profile.h"
#include "tui/resident/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000, SECONDS = 90 };

static struct session session;

static int open_session(void **state)
{
    (void)state;
    bool opened = session_start(&session, SPEECH_JA, false);
    session_link(&session, VIEW_CONNECTED, NOW);
    return opened ? 0 : -1;
}

static int close_session(void **state)
{
    (void)state;
    session_wipe(&session);
    return 0;
}

static struct resident_ask question(uint32_t number, enum resident_purpose purpose)
{
    return (struct resident_ask){
        .version = RESIDENT_WIRE_VERSION, .kind = RESIDENT_ASK, .number = number, .pin = "sig",
        .purpose = (uint8_t)purpose, .alphabet = CARD_CAPITALS_AND_DIGITS, .minimum = 6, .maximum = 16,
        .tries = 5, .seconds = SECONDS,
    };
}

static void ask(uint32_t number, enum resident_purpose purpose)
{
    struct resident_ask message = question(number, purpose);
    assert_int_equal(session_message(&session, &message, NOW), SESSION_FORGET);
    session_sent(&session);
}

static enum session_heard tell(enum resident_kind kind, uint32_t number, enum resident_outcome outcome, int tries)
{
    struct resident_ask message = {.version = RESIDENT_WIRE_VERSION, .kind = (uint32_t)kind, .number = number,
                                   .outcome = (uint8_t)outcome, .tries = (int8_t)tries};
    return session_message(&session, &message, NOW);
}

static void press(enum keys_code code, int64_t now)
{
    struct key key = {.code = code};
    session_key(&session, &key, now);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct key key = {.code = KEYS_TEXT, .rune = (uint32_t)*text};
        session_key(&session, &key, NOW);
    }
}

static const struct resident_answer *answer(void)
{
    const struct bytes *bytes = session_answer(&session);
    assert_non_null(bytes);
    assert_int_equal(bytes->length, sizeof(struct resident_answer));
    return (const struct resident_answer *)(const void *)bytes->at;
}

static void expect_nothing_kept(void)
{
    static const uint8_t nothing[sizeof(struct resident_answer)];
    for (int i = 0; i < ENTRY_FIELDS; i++) {
        assert_memory_equal(session.entry.fields[i].at, nothing, ENTRY_MAX);
    }
    if (session_answer(&session) == NULL) {
        assert_memory_equal(session.answer.at, nothing, sizeof nothing);
    } else {
        assert_int_equal(answer()->length, 0);
        assert_memory_equal(answer()->entry, nothing, RESIDENT_ENTRY_MAX);
    }
}

/* --- answers --------------------------------------------------------------------------------------- */

static void an_entry_is_sent_once_and_wiped(void **state)
{
    (void)state;
    ask(7, RESIDENT_NEW);
    type("mihon2026");
    press(KEYS_ENTER, NOW);
    type("MIHON2026");
    press(KEYS_ENTER, NOW);
    assert_int_equal(answer()->kind, RESIDENT_ENTRY);
    assert_int_equal(answer()->number, 7);
    assert_int_equal(answer()->length, 9);
    assert_memory_equal(answer()->entry, "MIHON2026", 9);
    assert_int_equal(session.page, VIEW_WAIT);
    session_sent(&session);
    expect_nothing_kept();
    press(KEYS_ENTER, NOW);
    assert_null(session_answer(&session));
}

static void states_tell_what_changed_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int field, flags; /* of the state that follows; flags 0: none follows */
    } rows[] = {
        {"A", 1, CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING},
        {"B", 1, 0},
        {"CDEF", 1, CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK},
        {"1", 1, CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET},
        {"\r", 2, CARD_RESIDENT_CONNECTED},
        {"ABCDEF", 2, CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK},
        {"1", 2, CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET |
                     CARD_RESIDENT_MATCH},
    };
    struct resident_ask message = question(1, RESIDENT_NEW);
    session_message(&session, &message, NOW);
    assert_int_equal(answer()->kind, RESIDENT_STATE);
    assert_int_equal(answer()->flags, CARD_RESIDENT_CONNECTED);
    session_sent(&session);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].typed[0] == '\r') {
            press(KEYS_ENTER, NOW);
        } else {
            type(rows[i].typed);
        }
        if (rows[i].flags == 0) {
            assert_null(session_answer(&session));
            continue;
        }
        assert_int_equal(answer()->kind, RESIDENT_STATE);
        assert_int_equal(answer()->flags, rows[i].flags);
        assert_int_equal(answer()->field, rows[i].field);
        assert_int_equal(answer()->fields, 2);
        assert_int_equal(answer()->length, 0);
        session_sent(&session);
    }
}

static void escape_asks_once(void **state)
{
    (void)state;
    ask(3, RESIDENT_CURRENT);
    type("ABC");
    session_sent(&session);
    press(KEYS_ESCAPE, NOW);
    assert_int_equal(session.page, VIEW_LEAVE);
    type("X");
    assert_int_equal(session.page, VIEW_ASK);
    assert_int_equal(session.entry.fields[0].length, 3);
    press(KEYS_ESCAPE, NOW);
    press(KEYS_ESCAPE, NOW);
    assert_int_equal(session.page, VIEW_END);
    assert_int_equal(session.end, VIEW_CANCELLED);
    assert_int_equal(answer()->kind, RESIDENT_CANCEL);
    assert_int_equal(answer()->number, 3);
    expect_nothing_kept();
    session_sent(&session);
    tell(RESIDENT_RESULT, 3, RESIDENT_STOPPED, -1);
    assert_int_equal(session.end, VIEW_CANCELLED);
}

/* --- every other end wipes ------------------------------------------------------------------------- */

static void typed_half_of_a_new_pin(void)
{
    ask(5, RESIDENT_NEW);
    type("MIHON2026");
    press(KEYS_ENTER, NOW);
    type("MIHON");
    session_sent(&session);
}

static void time_that_is_over_wipes_and_sends_nothing(void **state)
{
    (void)state;
    typed_half_of_a_new_pin();
    session_tick(&session, NOW + SECONDS * 1000 - 1);
    assert_int_equal(session.page, VIEW_ASK);
    session_tick(&session, NOW + SECONDS * 1000);
    assert_int_equal(session.end, VIEW_TIMED_OUT);
    assert_null(session_answer(&session));
    expect_nothing_kept();
}

static void a_key_after_the_time_is_not_taken(void **state)
{
    (void)state;
    ask(5, RESIDENT_CURRENT);
    type("ABCDEF1");
    session_sent(&session);
    press(KEYS_ENTER, NOW + SECONDS * 1000);
    assert_null(session_answer(&session));
    expect_nothing_kept();
}

static void a_lost_connection_wipes(void **state)
{
    (void)state;
    typed_half_of_a_new_pin();
    session_link(&session, VIEW_WAITING, NOW);
    assert_int_equal(session.end, VIEW_STOPPED);
    expect_nothing_kept();
}

static void a_withdrawn_question_wipes(void **state)
{
    (void)state;
    typed_half_of_a_new_pin();
    assert_int_equal(tell(RESIDENT_IDLE, 0, 0, -1), SESSION_KEPT);
    assert_int_equal(session.page, VIEW_IDLE);
    expect_nothing_kept();
}

static void another_question_wipes(void **state)
{
    (void)state;
    typed_half_of_a_new_pin();
    ask(6, RESIDENT_CURRENT);
    assert_int_equal(session.page, VIEW_ASK);
    expect_nothing_kept();
}

static void a_result_in_the_middle_wipes(void **state)
{
    (void)state;
    typed_half_of_a_new_pin();
    tell(RESIDENT_RESULT, 5, RESIDENT_STOPPED, -1);
    assert_int_equal(session.end, VIEW_STOPPED);
    expect_nothing_kept();
}

static void an_entry_not_yet_sent_goes_with_the_connection(void **state)
{
    (void)state;
    ask(5, RESIDENT_CURRENT);
    type("ABCDEF1");
    press(KEYS_ENTER, NOW);
    assert_int_equal(answer()->kind, RESIDENT_ENTRY);
    session_link(&session, VIEW_WAITING, NOW);
    assert_null(session_answer(&session));
    expect_nothing_kept();
}

/* --- messages -------------------------------------------------------------------------------------- */

static void results_are_shown_for_their_seconds(void **state)
{
    (void)state;
    static const enum view_end ends[] = {VIEW_DONE, VIEW_WRONG, VIEW_LOCKED, VIEW_STOPPED, VIEW_TIMED_OUT};
    for (uint32_t outcome = RESIDENT_DONE; outcome <= RESIDENT_TIMED_OUT; outcome++) {
        ask(outcome + 1, RESIDENT_CURRENT);
        type("ABCDEF1");
        press(KEYS_ENTER, NOW);
        session_sent(&session);
        assert_int_equal(tell(RESIDENT_RESULT, outcome + 1, (enum resident_outcome)outcome, 4), SESSION_FORGET);
        assert_int_equal(session.page, VIEW_END);
        assert_int_equal(session.end, ends[outcome]);
        assert_int_equal(session.tries, 4);
        tell(RESIDENT_IDLE, 0, 0, -1);
        assert_int_equal(session.page, VIEW_END);
        session_tick(&session, NOW + SESSION_END_MS - 1);
        assert_int_equal(session.page, VIEW_END);
        session_tick(&session, NOW + SESSION_END_MS);
        assert_int_equal(session.page, VIEW_IDLE);
    }
}

static void a_key_ends_the_result(void **state)
{
    (void)state;
    ask(1, RESIDENT_CURRENT);
    tell(RESIDENT_RESULT, 1, RESIDENT_DONE, -1);
    press(KEYS_ENTER, NOW);
    assert_int_equal(session.page, VIEW_IDLE);
}

static void results_of_another_question_are_dropped(void **state)
{
    (void)state;
    ask(4, RESIDENT_CURRENT);
    type("ABC");
    assert_int_equal(tell(RESIDENT_RESULT, 3, RESIDENT_DONE, -1), SESSION_KEPT);
    assert_int_equal(session.page, VIEW_ASK);
    assert_int_equal(session.entry.fields[0].length, 3);
}

static void nonsense_breaks_the_connection(void **state)
{
    (void)state;
    struct resident_ask rows[8];
    for (size_t i = 0; i < 8; i++) {
        rows[i] = question(1, RESIDENT_NEW);
    }
    rows[0].kind = 0;
    rows[1].kind = RESIDENT_ENTRY;
    rows[2].minimum = 0;
    rows[3].maximum = RESIDENT_ENTRY_MAX + 1;
    rows[4].maximum = 5;
    rows[5].alphabet = 2;
    rows[6].purpose = 2;
    rows[7].seconds = 0;
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(session_message(&session, &rows[i], NOW), SESSION_NONSENSE);
        assert_int_equal(session.page, VIEW_IDLE);
        assert_null(session_answer(&session));
    }
    assert_int_equal(tell(RESIDENT_RESULT, 1, (enum resident_outcome)5, -1), SESSION_NONSENSE);
    struct resident_ask other = question(1, RESIDENT_NEW);
    other.version = RESIDENT_WIRE_VERSION + 1;
    assert_int_equal(session_message(&session, &other, NOW), SESSION_OTHER);
}

static void a_name_without_an_end_is_cut(void **state)
{
    (void)state;
    struct view view;
    struct resident_ask message = question(1, RESIDENT_NEW);
    memset(message.pin, 'x', sizeof message.pin);
    assert_int_equal(session_message(&session, &message, NOW), SESSION_FORGET);
    session_view(&session, NOW, &view);
    assert_int_equal(strlen(view.pin), sizeof message.pin);
}

/* --- languages ------------------------------------------------------------------------------------- */

static void digits_choose_a_language_only_when_nothing_is_asked(void **state)
{
    (void)state;
    type("4");
    assert_int_equal(session.language, SPEECH_ZH);
    type("089x");
    assert_int_equal(session.language, SPEECH_ZH);
    ask(1, RESIDENT_CURRENT);
    assert_int_equal(session.language, SPEECH_ZH);
    press(KEYS_TAB, NOW);
    assert_int_equal(session.language, SPEECH_KO);
    type("1");
    press(KEYS_TAB, NOW);
    assert_int_equal(session.language, SPEECH_KO);
    assert_int_equal(session.entry.fields[0].length, 1);
}

static void the_usual_language_comes_back(void **state)
{
    (void)state;
    type("7");
    assert_int_equal(session_wait(&session, NOW), SESSION_LANGUAGE_MS);
    session_tick(&session, NOW + SESSION_LANGUAGE_MS - 1);
    assert_int_equal(session.language, SPEECH_VI);
    session_tick(&session, NOW + SESSION_LANGUAGE_MS);
    assert_int_equal(session.language, SPEECH_JA);
    assert_int_equal(session_wait(&session, NOW), -1);
}

static void a_bare_console_stays_english(void **state)
{
    (void)state;
    session_wipe(&session);
    assert_true(session_start(&session, SPEECH_JA, true));
    type("1");
    press(KEYS_TAB, NOW);
    ask(1, RESIDENT_CURRENT);
    press(KEYS_TAB, NOW);
    assert_int_equal(session.language, SPEECH_EN);
}

/* --- time ------------------------------------------------------------------------------------------ */

static void the_screen_is_woken_for_each_second_of_a_question(void **state)
{
    (void)state;
    struct view view;
    assert_int_equal(session_wait(&session, NOW), -1);
    ask(1, RESIDENT_CURRENT);
    assert_int_equal(session_wait(&session, NOW), 1000);
    assert_int_equal(session_wait(&session, NOW + 1), 999);
    assert_int_equal(session_wait(&session, NOW + SECONDS * 1000 - 1), 1);
    assert_int_equal(session_wait(&session, NOW + SECONDS * 1000), 0);
    session_view(&session, NOW + 85001, &view);
    assert_int_equal(view.seconds, 5);
    session_view(&session, NOW, &view);
    assert_int_equal(view.seconds, 90);
    assert_int_equal(view.tries, 5);
}

#define WITH_SESSION(test) cmocka_unit_test_setup_teardown(test, open_session, close_session)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SESSION(an_entry_is_sent_once_and_wiped),
        WITH_SESSION(states_tell_what_changed_and_no_more),
        WITH_SESSION(escape_asks_once),
        WITH_SESSION(time_that_is_over_wipes_and_sends_nothing),
        WITH_SESSION(a_key_after_the_time_is_not_taken),
        WITH_SESSION(a_lost_connection_wipes),
        WITH_SESSION(a_withdrawn_question_wipes),
        WITH_SESSION(another_question_wipes),
        WITH_SESSION(a_result_in_the_middle_wipes),
        WITH_SESSION(an_entry_not_yet_sent_goes_with_the_connection),
        WITH_SESSION(results_are_shown_for_their_seconds),
        WITH_SESSION(a_key_ends_the_result),
        WITH_SESSION(results_of_another_question_are_dropped),
        WITH_SESSION(nonsense_breaks_the_connection),
        WITH_SESSION(a_name_without_an_end_is_cut),
        WITH_SESSION(digits_choose_a_language_only_when_nothing_is_asked),
        WITH_SESSION(the_usual_language_comes_back),
        WITH_SESSION(a_bare_console_stays_english),
        WITH_SESSION(the_screen_is_woken_for_each_second_of_a_question),
    };
    return cmocka_run_group_tests_name("resident session", tests, NULL, NULL);
}
