/* What the desk asks of the card and when, what it records, what it refuses. */
#include "tests/desk/scripted_card.h"

static void test_a_reset_from_begin_to_finish(void **state)
{
    (void)state;
    begin("reset", CASE_RESET, 0);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(view->doing, DESK_STEPPING);
    assert_int_equal(fake.request.ask, CARD_ASK_RESET);
    assert_string_equal(fake.request.serial, SAMPLE_SERIAL);
    assert_int_equal(fake.ledger_state_at_step, CASE_RUNNING);
    assert_int_equal(view->file.steps[0].tries_before[0], 0);
    assert_int_equal(desk_step(desk, false, now), DESK_BUSY);
    assert_int_equal(desk_park(desk, CASE_REASON_CLERK, now), DESK_BUSY);
    end_step(CARD_OK);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
    expect_recorded();
    assert_int_equal(desk_step(desk, false, now), DESK_NOT_NOW);
    assert_int_equal(desk_finish(desk, now), DESK_OK);
    assert_false(view->case_open);
    assert_string_equal(view->card.serial, "");
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_RELEASE);
}

static void test_nothing_is_asked_without_enough(void **state)
{
    struct case_opening opening = sample_opening("reset");
    struct case_judgement judgement = sample_judgement("reset", "ask-office");
    struct case_decision decision = sample_decision();
    struct case_plan plan = sample_plan(CASE_RESET, 1);

    (void)state;
    assert_int_equal(desk_step(desk, false, now), DESK_NO_CASE);
    assert_int_equal(desk_begin(desk, &opening, now), DESK_OK);
    assert_int_equal(desk_begin(desk, &opening, now), DESK_CASE_OPEN);
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_NOT_ENOUGH);
    assert_int_equal(desk_decide(desk, &decision, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_NO_CARD);
    put_card_in(SAMPLE_SERIAL, 0);
    plan.steps[0].pin = 0;
    assert_int_equal(desk_plan(desk, &plan, now), DESK_NOT_NOW);
}

static const struct {
    uint32_t code;
    uint16_t sw;
    enum case_step_state state;
} endings[] = {
    {CARD_OK, 0x9000, CASE_STEP_IS_DONE},
    {CARD_PAD_CANCELLED, 0x6401, CASE_STEP_IS_NOT_DONE},
    {CARD_PAD_TIMEOUT, 0x6400, CASE_STEP_IS_NOT_DONE},
    {CARD_PAD_MISMATCH, 0x6402, CASE_STEP_IS_NOT_DONE},
    {CARD_PIN_WRONG, 0x63c2, CASE_STEP_IS_NOT_DONE},
    {CARD_PIN_HALF, 0x9000, CASE_STEP_IS_NOT_DONE},
    {CARD_ABSENT, 0, CASE_STEP_IS_NOT_DONE},
    {CARD_OTHER, 0, CASE_STEP_IS_NOT_DONE},
    {CARD_READER_HELD, 0, CASE_STEP_IS_NOT_DONE},
    {CARD_REFUSED, 0x6985, CASE_STEP_IS_NOT_DONE},
    {CARD_REFUSED, 0x6581, CASE_STEP_IS_UNKNOWN},
    {CARD_REMOVED, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_MUTE, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_UNCERTAIN, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_NO_SERVICE, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_READER_GONE, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_GARBLED, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_NO_MEMORY, 0, CASE_STEP_IS_UNKNOWN},
    {CARD_PROCESS_DIED, 0, CASE_STEP_IS_UNKNOWN},
    {4711, 0, CASE_STEP_IS_UNKNOWN},
};

static void test_every_ending_of_a_step(void **state)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        begin("reset", CASE_RESET, 0);
        assert_int_equal(desk_step(desk, false, now), DESK_OK);
        say(endings[i].code)->sw = endings[i].sw;
        pump();
        if (view->file.steps[0].state != endings[i].state)
            fail_msg("code %u sw %04x: %u", endings[i].code, endings[i].sw,
                     view->file.steps[0].state);
        assert_int_equal(view->last.code, endings[i].code);
        expect_recorded();
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void test_the_last_try_wants_a_second_key(void **state)
{
    (void)state;
    begin("change", CASE_CHANGE, 1);
    assert_int_equal(desk_step(desk, false, now), DESK_SECOND_KEY);
    assert_int_equal(view->file.state, CASE_PLANNED);
    assert_int_equal(desk_step(desk, true, now), DESK_OK);
}

static void test_another_card_is_refused(void **state)
{
    struct case_plan plan = sample_plan(CASE_RESET, 1);

    (void)state;
    begin("reset", CASE_RESET, 0);
    put_card_in(OTHER_SERIAL, 0);
    assert_true(view->card_known);
    assert_false(view->card_is_the_cases);
    assert_int_equal(desk_step(desk, false, now), DESK_NO_CARD);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_NO_CARD);
    put_card_in(SAMPLE_SERIAL, 0);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
}

static void test_a_card_changed_between_verdict_and_plan_is_refused(void **state)
{
    struct case_opening opening = sample_opening("reset");
    struct case_judgement judgement = sample_judgement("reset", "accept");
    struct case_plan plan = sample_plan(CASE_RESET, 1);

    (void)state;
    assert_int_equal(desk_begin(desk, &opening, now), DESK_OK);
    put_card_in(SAMPLE_SERIAL, 0);
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    put_card_in(OTHER_SERIAL, 0);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_NO_CARD);
}

static void test_a_parked_case_is_taken_up_or_given_up(void **state)
{
    char id[CASE_ID_MAX];

    (void)state;
    begin("reset", CASE_RESET, 0);
    strcpy(id, view->file.id);
    assert_int_equal(desk_park(desk, CASE_REASON_RESIDENT, now), DESK_OK);
    assert_int_equal(view->unsettled, 1);
    assert_int_equal(desk_resume(desk, id, now), DESK_OK);
    assert_int_equal(view->file.state, CASE_PLANNED);
    assert_int_equal(desk_park(desk, CASE_REASON_RESIDENT, now), DESK_OK);
    assert_int_equal(desk_give_up(desk, id, CASE_REASON_CARD_LOST, now), DESK_OK);
    assert_int_equal(desk_give_up(desk, id, CASE_REASON_CARD_LOST, now), DESK_NOT_NOW);
    assert_int_equal(view->unsettled, 0);
}

static void test_an_open_case_in_doubt_is_given_up_whole(void **state)
{
    struct case_file file;
    char id[CASE_ID_MAX];

    (void)state;
    begin("reset", CASE_RESET, 0);
    strcpy(id, view->file.id);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(desk_give_up(desk, view->file.id, CASE_REASON_CARD_LOST, now), DESK_BUSY);
    end_step(CARD_REMOVED);
    assert_int_equal(desk_give_up(desk, view->file.id, CASE_REASON_CARD_LOST, now), DESK_OK);
    assert_false(view->case_open);
    assert_int_equal(view->unsettled, 0);
    assert_int_equal(ledger_read_case(watcher, id, &file), LEDGER_OK);
    assert_int_equal(file.state, CASE_ABANDONED);
    assert_int_equal(file.steps[0].state, CASE_STEP_IS_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_reset_from_begin_to_finish),
        TEST(test_nothing_is_asked_without_enough),
        TEST(test_every_ending_of_a_step),
        TEST(test_the_last_try_wants_a_second_key),
        TEST(test_another_card_is_refused),
        TEST(test_a_card_changed_between_verdict_and_plan_is_refused),
        TEST(test_a_parked_case_is_taken_up_or_given_up),
        TEST(test_an_open_case_in_doubt_is_given_up_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
