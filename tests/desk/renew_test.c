/* The steps of a renewal at the card and, of the old certificate, at the authority: what the desk
 * says when the card does not do as it is told, or nobody knows whether it did. */
#include "tests/desk/scripted_filter.h"

static const enum case_kind whole[] = {CASE_KEEP,    CASE_KEY,   CASE_CERTIFICATE,
                                       CASE_INSTALL, CASE_PROVE, CASE_REVOKE};
enum { KEEP_STEP, KEY_STEP, CERTIFICATE_STEP, INSTALL_STEP, PROVE_STEP, REVOKE_STEP, WHOLE };

static void begin_whole(void)
{
    begin_with(whole, WHOLE);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_CERTIFICATE);
    say_certificate();
    pump();
    assert_int_equal(view->certificates[AUTH].old_usable, CARD_YES);
    make_key();
    ask_authority(issues());
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
}

static void install(uint32_t code)
{
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_INSTALL);
    end_step(code);
}

static void prove(uint32_t code)
{
    assert_true(view->pin_first);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_VERIFY);
    say_card(SAMPLE_SERIAL, 3);
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_PROVE);
    end_step(code);
}

static void test_a_revocation_refused_for_good_ends_the_case(void **state)
{
    static const char *const refusals[] = {"echo refused fail-info=badCertId >&2; exit 11",
                                           "echo refused fail-info=certRevoked text=x >&2; exit 11"};
    char id[CASE_ID_MAX];
    struct case_file file;

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        begin_whole();
        install(CARD_OK);
        prove(CARD_OK);
        strcpy(id, view->file.id);
        ask_authority("echo refused fail-info=systemUnavail >&2; exit 11");
        assert_int_equal(view->file.steps[REVOKE_STEP].state, CASE_STEP_IS_NOT_DONE);
        ask_authority(refusals[i]);
        assert_int_equal(view->last.code, DESK_CENTRE_FINAL);
        assert_int_equal(view->file.steps[REVOKE_STEP].state, CASE_STEP_IS_REFUSED);
        assert_int_equal(view->certificates[AUTH].old_revoked, CARD_NO);
        assert_int_equal(desk_step(desk, false, now), DESK_NOT_NOW);
        assert_int_equal(desk_finish(desk, now), DESK_OK);
        assert_int_equal(view->unsettled, 0);
        assert_int_equal(ledger_read_case(watcher, id, &file), LEDGER_OK);
        assert_int_equal(file.state, CASE_DONE);
        assert_int_equal(file.steps[REVOKE_STEP].outcome.code, DESK_CENTRE_FINAL);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

/* The card was off without anybody noticing: it is believed, and its PIN asked for again. */
static void test_a_card_that_wants_its_pin_first_gets_it(void **state)
{
    (void)state;
    begin_whole();
    install(CARD_PIN_FIRST);
    assert_int_equal(view->file.steps[INSTALL_STEP].state, CASE_STEP_IS_NOT_DONE);
    assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
    assert_int_equal(view->certificates[AUTH].old_usable, CARD_YES);
    install(CARD_OK);
    prove(CARD_PIN_FIRST);
    assert_int_equal(view->file.steps[PROVE_STEP].state, CASE_STEP_IS_NOT_DONE);
    expect_recorded();
    prove(CARD_OK);
    assert_int_equal(view->certificates[AUTH].proven, CARD_YES);
}

/* Whatever the cut, the card that is back settles it: the certificate is found, or written now, or
 * neither it nor its key is there. */
static void test_an_install_in_doubt_is_settled_by_the_card(void **state)
{
    static const struct {
        uint32_t code;
        enum case_step_state step;
        uint8_t installed, key_pending, old_usable;
    } answers[] = {
        {CARD_OK, CASE_STEP_IS_DONE, CARD_YES, CARD_NO, CARD_NO},
        {CARD_NO_KEY, CASE_STEP_IS_NOT_DONE, CARD_NO, CARD_NO, CARD_UNKNOWN},
        {CARD_PIN_FIRST, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN},
        {CARD_ABSENT, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN},
        {CARD_REMOVED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN, CARD_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        begin_whole();
        install(CARD_REMOVED);
        assert_int_equal(view->file.state, CASE_UNSETTLED);
        assert_int_equal(view->certificates[AUTH].installed, CARD_UNKNOWN);
        put_card_in(SAMPLE_SERIAL, 3);
        assert_int_equal(view->cure, DESK_CURE_REPEAT);
        install(answers[i].code);
        assert_int_equal(view->file.steps[INSTALL_STEP].state, answers[i].step);
        assert_int_equal(view->certificates[AUTH].installed, answers[i].installed);
        assert_int_equal(view->certificates[AUTH].key_pending, answers[i].key_pending);
        assert_int_equal(view->certificates[AUTH].old_usable, answers[i].old_usable);
        expect_recorded();
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

/* --- a card that gives its old key away for the new one --- */

static void test_the_old_key_is_usable_as_long_as_the_card_keeps_it(void **state)
{
    for (int keeps = 0; keeps < 2; keeps++) {
        uint8_t expected = keeps ? CARD_YES : CARD_NO;

        tear_down_filter(state);
        keeps_old_key = keeps;
        assert_int_equal(set_up_filter(state), 0);
        assert_int_equal(view->keeps_old_key, expected);
        begin_whole();
        assert_int_equal(view->certificates[AUTH].old_usable, expected);
        install(CARD_OK);
        assert_int_equal(view->certificates[AUTH].old_usable, CARD_NO);
        prove(CARD_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILTER_TEST(test_a_revocation_refused_for_good_ends_the_case),
        FILTER_TEST(test_a_card_that_wants_its_pin_first_gets_it),
        FILTER_TEST(test_an_install_in_doubt_is_settled_by_the_card),
        FILTER_TEST(test_the_old_key_is_usable_as_long_as_the_card_keeps_it),
    };

    return cmocka_run_group_tests(tests, make_pair, free_pair);
}
