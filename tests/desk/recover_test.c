/* After a cut: what the tries tell, what is repeated or proven, dead and silent processes, a ledger
 * that fails. */
#include "tests/desk/scripted_card.h"

/* What the tries tell of a step whose answer was lost. */
static const struct {
    const char *procedure;
    enum case_kind kind;
    int8_t before, after;
    enum case_step_state state;
    enum desk_cure cure;   /* after settling */
} settlings[] = {
    {"reset", CASE_RESET, 0, 3, CASE_STEP_IS_DONE, DESK_CURE_NONE},
    {"reset", CASE_RESET, 0, 0, CASE_STEP_IS_NOT_DONE, DESK_CURE_NONE},
    {"reset", CASE_RESET, 2, 3, CASE_STEP_IS_DONE, DESK_CURE_NONE},
    {"reset", CASE_RESET, 3, 3, CASE_STEP_IS_UNKNOWN, DESK_CURE_REPEAT},
    {"reset", CASE_RESET, 0, -1, CASE_STEP_IS_UNKNOWN, DESK_CURE_REPEAT},
    {"change", CASE_CHANGE, 3, 2, CASE_STEP_IS_NOT_DONE, DESK_CURE_NONE},
    {"change", CASE_CHANGE, 2, 2, CASE_STEP_IS_NOT_DONE, DESK_CURE_NONE},
    {"change", CASE_CHANGE, 2, 3, CASE_STEP_IS_UNKNOWN, DESK_CURE_PROVE},
    {"change", CASE_CHANGE, 3, 3, CASE_STEP_IS_UNKNOWN, DESK_CURE_PROVE},
    {"check", CASE_VERIFY, 3, 2, CASE_STEP_IS_NOT_DONE, DESK_CURE_NONE},
    {"check", CASE_VERIFY, 2, 3, CASE_STEP_IS_DONE, DESK_CURE_NONE},
    {"check", CASE_VERIFY, 3, 3, CASE_STEP_IS_NOT_DONE, DESK_CURE_NONE},
};

static void test_what_the_tries_tell(void **state)
{
    for (size_t i = 0; i < sizeof settlings / sizeof *settlings; i++) {
        begin(settlings[i].procedure, settlings[i].kind, settlings[i].before);
        assert_int_equal(desk_step(desk, false, now), DESK_OK);
        end_step(CARD_REMOVED);
        assert_int_equal(view->cure, DESK_CURE_ASK);
        put_card_in(SAMPLE_SERIAL, settlings[i].after);
        assert_int_equal(view->file.state, CASE_UNSETTLED);
        assert_int_equal(desk_settle(desk, now), DESK_OK);
        assert_int_equal(fake.request.ask, CARD_ASK_TRIES);
        say_card(SAMPLE_SERIAL, settlings[i].after);
        pump();
        if (view->file.steps[0].state != settlings[i].state || view->cure != settlings[i].cure)
            fail_msg("row %zu: state %u cure %u", i, view->file.steps[0].state, view->cure);
        expect_recorded();
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void test_a_reset_whose_answer_was_lost_is_repeated(void **state)
{
    (void)state;
    begin("reset", CASE_RESET, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_UNCERTAIN);
    assert_int_equal(desk_step(desk, false, now), DESK_NO_CARD);
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(view->cure, DESK_CURE_REPEAT);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_PAD_CANCELLED);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_UNKNOWN);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_OK);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
    assert_int_equal(view->file.steps[0].attempts, 3);
}

static void test_a_change_is_proven_by_its_new_pin(void **state)
{
    (void)state;
    begin("change", CASE_CHANGE, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_REMOVED);
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(view->cure, DESK_CURE_PROVE);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_VERIFY);
    assert_int_equal(fake.ledger_state_at_step, CASE_RUNNING);
    end_step(CARD_PAD_CANCELLED);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_UNKNOWN);
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(view->cure, DESK_CURE_PROVE);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_OK);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
}

static void test_a_change_that_is_not_proven_becomes_a_reset(void **state)
{
    struct case_judgement judgement = sample_judgement("reset", "accept");
    struct case_plan plan = sample_plan(CASE_RESET, 1);

    (void)state;
    begin("change", CASE_CHANGE, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_REMOVED);
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_PIN_WRONG);
    put_card_in(SAMPLE_SERIAL, 2);
    assert_int_equal(view->cure, DESK_CURE_RESET);
    assert_int_equal(desk_step(desk, true, now), DESK_NEEDS_RESET);
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_OK);
    /* That no reset was made does not say that the change was not. */
    assert_int_equal(view->cure, DESK_CURE_REPEAT);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_UNKNOWN);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_RESET);
    end_step(CARD_REMOVED);
    put_card_in(SAMPLE_SERIAL, 2);
    assert_int_equal(view->cure, DESK_CURE_REPEAT);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_OK);
    assert_int_equal(desk_finish(desk, now), DESK_OK);
}

static void test_half_a_change_goes_on_with_the_other_half(void **state)
{
    (void)state;
    begin("change", CASE_CHANGE, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.places_done, 0);
    say(CARD_PIN_HALF)->places_done = 1;
    pump();
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_NOT_DONE);
    assert_true(case_card_touched(&view->file));
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_CHANGE);
    assert_int_equal(fake.request.places_done, 1);
    end_step(CARD_OK);
    assert_int_equal(desk_finish(desk, now), DESK_OK);
}

static void test_a_silent_process_is_killed_and_replaced(void **state)
{
    unsigned started = fake.started;

    (void)state;
    begin("reset", CASE_RESET, 0);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    now += 80;
    say(CARD_OK)->sequence = 0;
    fake.replies[fake.count - 1].event = CARD_EVENT_AT_PAD;
    pump();
    assert_int_equal(view->at_pad_since, now);
    assert_int_equal(desk_wait(desk, now), 110);
    now += 109;
    pump();
    assert_int_equal(view->doing, DESK_STEPPING);
    now += 1;
    pump();
    assert_int_equal(fake.killed, 1);
    assert_int_equal(view->last.code, CARD_PROCESS_SILENT);
    assert_int_equal(view->file.state, CASE_UNSETTLED);
    expect_recorded();
    let_it_restart();
    assert_int_equal(fake.started, started + 1);
    say(CARD_OK)->presence = CARD_IN_READER;
    pump();
    assert_int_equal(view->link, CARD_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_READ);
}

static void test_a_held_reader_is_waited_for(void **state)
{
    (void)state;
    say(CARD_PROCESS_DIED);
    pump();
    let_it_restart();
    say(CARD_READER_HELD)->since = 900;
    pump();
    assert_int_equal(view->link, CARD_READER_HELD);
    assert_int_equal(view->held_since, 900);
    assert_int_equal(desk_read_card(desk, false, now), DESK_CARD_PROCESS);
    now += desk_wait(desk, now);
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_OPEN);
    say(CARD_OK)->presence = CARD_READER_EMPTY;
    pump();
    assert_int_equal(view->link, CARD_OK);
    assert_int_equal(desk_wait(desk, now), -1);
}

static void test_a_killed_desk_is_taken_up_by_the_next(void **state)
{
    char id[CASE_ID_MAX];

    (void)state;
    begin("reset", CASE_RESET, 0);
    strcpy(id, view->file.id);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    desk_close(&desk, now);
    open_desk();
    assert_int_equal(view->unsettled, 1);
    assert_int_equal(desk_resume(desk, "w1-999999", now), DESK_NO_CASE);
    assert_int_equal(desk_resume(desk, id, now), DESK_OK);
    assert_int_equal(view->file.state, CASE_UNSETTLED);
    assert_int_equal(view->file.steps[0].outcome.code, CARD_PROCESS_DIED);
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(desk_settle(desk, now), DESK_OK);
    say_card(SAMPLE_SERIAL, 3);
    pump();
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
    assert_int_equal(desk_finish(desk, now), DESK_OK);
    assert_int_equal(view->unsettled, 0);
}

static void test_a_hang_up_waits_for_the_step_and_parks(void **state)
{
    char id[CASE_ID_MAX];
    struct case_file file;

    (void)state;
    begin("reset", CASE_RESET, 0);
    strcpy(id, view->file.id);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    desk_hang_up(desk, now);
    assert_false(view->hung_up);
    end_step(CARD_OK);
    assert_true(view->hung_up);
    assert_int_equal(ledger_read_case(watcher, id, &file), LEDGER_OK);
    assert_int_equal(file.state, CASE_PARKED);
    assert_int_equal(file.reason, CASE_REASON_LINE);
    assert_int_equal(file.steps[0].state, CASE_STEP_IS_DONE);
}

static void test_a_process_that_does_not_start_is_told(void **state)
{
    (void)state;
    fake.refuses_to_start = true;
    say(CARD_PROCESS_DIED);
    pump();
    now += desk_wait(desk, now);
    pump();
    assert_int_equal(view->link, CARD_PROCESS_DIED);
    assert_int_equal(desk_read_card(desk, false, now), DESK_CARD_PROCESS);
    fake.refuses_to_start = false;
    now += desk_wait(desk, now);
    pump();
    say(CARD_OK)->presence = CARD_READER_EMPTY;
    pump();
    assert_int_equal(view->link, CARD_OK);
}

/* --- every write of the ledger fails once --- */

struct failing_ledger {
    struct ledger base;
    struct ledger *real;
    unsigned until;   /* appends that still succeed; the one after fails */
    bool failed;
};

static enum ledger_fault failing_append(struct ledger *l, struct ledger_row *row)
{
    struct failing_ledger *f = (struct failing_ledger *)l;

    if (!f->failed && f->until-- == 0) {
        f->failed = true;
        return LEDGER_FULL;
    }
    return f->real->ops->append(f->real, row);
}

static enum ledger_fault failing_each(struct ledger *l, const char *id, int64_t from,
                                      ledger_visit visit, void *context)
{
    struct ledger *real = ((struct failing_ledger *)l)->real;

    return real->ops->each(real, id, from, visit, context);
}

static enum ledger_fault failing_unfinished(struct ledger *l, ledger_visit visit, void *context)
{
    struct ledger *real = ((struct failing_ledger *)l)->real;

    return real->ops->unfinished(real, visit, context);
}

/* Every act is asked for again when the record could not be written, as a clerk would. */
#define ASK_AGAIN(act)                                                                             \
    do {                                                                                           \
        enum desk_fault fault = (act);                                                             \
        if (fault == DESK_LEDGER)                                                                  \
            fault = (act);                                                                         \
        assert_int_equal(fault, DESK_OK);                                                          \
    } while (0)

static void run_a_reset_that_is_cut_once(void)
{
    struct case_opening opening = sample_opening("reset");
    struct case_judgement judgement = sample_judgement("reset", "accept");
    struct case_plan plan = sample_plan(CASE_RESET, 1);

    ASK_AGAIN(desk_begin(desk, &opening, now));
    put_card_in(SAMPLE_SERIAL, 0);
    ASK_AGAIN(desk_judge(desk, &judgement, now));
    ASK_AGAIN(desk_plan(desk, &plan, now));
    ASK_AGAIN(desk_step(desk, false, now));
    assert_int_equal(fake.ledger_state_at_step, CASE_RUNNING);
    end_step(CARD_REMOVED);
    now += 5;
    pump();
    expect_recorded();
    put_card_in(SAMPLE_SERIAL, 3);
    assert_int_equal(desk_settle(desk, now), DESK_OK);
    say_card(SAMPLE_SERIAL, 3);
    pump();
    now += 5;
    pump();
    expect_recorded();
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
    ASK_AGAIN(desk_finish(desk, now));
}

static void test_every_write_of_the_ledger_fails_once(void **state)
{
    static const struct ledger_ops ops = {
        .append = failing_append, .each = failing_each, .unfinished = failing_unfinished};
    unsigned n = 0;
    bool failed = true;

    for (; failed; n++) {
        struct failing_ledger failing = {.base.ops = &ops, .real = ledger, .until = n};

        desk_close(&desk, now);
        ledger = &failing.base;
        open_desk();
        run_a_reset_that_is_cut_once();
        desk_close(&desk, now);
        ledger = failing.real;
        open_desk();
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        failed = failing.failed;
    }
    assert_int_equal(n, 7 + 1); /* opened, judged, planned, intended, unknown, settled, finished */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_the_tries_tell),
        TEST(test_a_reset_whose_answer_was_lost_is_repeated),
        TEST(test_a_change_is_proven_by_its_new_pin),
        TEST(test_half_a_change_goes_on_with_the_other_half),
        TEST(test_a_change_that_is_not_proven_becomes_a_reset),
        TEST(test_a_silent_process_is_killed_and_replaced),
        TEST(test_a_held_reader_is_waited_for),
        TEST(test_a_killed_desk_is_taken_up_by_the_next),
        TEST(test_a_hang_up_waits_for_the_step_and_parks),
        TEST(test_a_process_that_does_not_start_is_told),
        TEST(test_every_write_of_the_ledger_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
