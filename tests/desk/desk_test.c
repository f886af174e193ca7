/* The desk against a scripted card process: what it asks and when, what it records, what it says.
 *
 * The card process's client is replaced here by one that keeps the request and hands out scripted
 * replies; the ledger is real. */
#include "forms/desk/desk.h"
#include "tests/lib/case_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the scripted card process --- */

enum { REPLIES_MAX = 16 };

struct card_client {
    int unused;
};

static struct {
    struct card_client client;
    bool refuses_to_start, dead;
    unsigned started, killed, asked;
    struct card_request request;             /* the newest */
    struct card_reply replies[REPLIES_MAX];
    unsigned first, count;
    enum case_state ledger_state_at_step;    /* what a second reader of the ledger saw when a step was asked */
} fake;

static struct ledger *watcher;
static char folder[64], path[96];

enum card_code card_client_start(struct card_client **c, const char *program, const char *pcsc_socket)
{
    (void)program;
    (void)pcsc_socket;
    *c = fake.refuses_to_start ? NULL : &fake.client;
    fake.started++;
    fake.dead = false;
    fake.first = fake.count = 0;
    return fake.refuses_to_start ? CARD_PROCESS_DIED : CARD_OK;
}

int card_client_fd(const struct card_client *c)
{
    (void)c;
    return -1;
}

static bool asks_step(uint32_t ask)
{
    return ask == CARD_ASK_VERIFY || ask == CARD_ASK_CHANGE || ask == CARD_ASK_RESET;
}

static void look_into_the_ledger(void)
{
    struct ledger_entry entry;
    size_t count;

    assert_int_equal(ledger_list(watcher, ~0u, &entry, 1, &count), LEDGER_OK);
    fake.ledger_state_at_step = count > 0 ? entry.state : CASE_NONE;
}

enum card_code card_client_send(struct card_client *c, struct card_request *request)
{
    (void)c;
    if (fake.dead)
        return CARD_PROCESS_DIED;
    request->sequence = ++fake.asked;
    fake.request = *request;
    if (asks_step(request->ask))
        look_into_the_ledger();
    return CARD_OK;
}

bool card_client_receive(struct card_client *c, struct card_reply *reply)
{
    (void)c;
    if (fake.first == fake.count)
        return false;
    *reply = fake.replies[fake.first++];
    return true;
}

void card_client_kill(struct card_client *c)
{
    (void)c;
    fake.killed++;
}

void card_client_stop(struct card_client **c)
{
    *c = NULL;
}

static struct card_reply *say(uint32_t code)
{
    struct card_reply *reply;

    assert_true(fake.count < REPLIES_MAX);
    reply = &fake.replies[fake.count++];
    *reply = (struct card_reply){.sequence = fake.asked, .code = code, .tries = -1};
    return reply;
}

static void say_presence(enum card_presence presence)
{
    struct card_reply *reply = say(CARD_OK);

    reply->sequence = 0;
    reply->event = CARD_EVENT_PRESENCE;
    reply->presence = (uint8_t)presence;
}

static void say_card(const char *serial, int8_t auth_tries)
{
    struct card_facts *facts = &say(CARD_OK)->facts;

    snprintf(facts->serial, sizeof facts->serial, "%s", serial);
    strcpy(facts->auth_serial, "0A1B2C");
    facts->pin_count = 4;
    for (int i = 0; i < 4; i++)
        facts->pins[i] = (struct card_pin_facts){.present = CARD_YES, .place_count = 1, .tries = {3, -1}};
    facts->pins[1].tries[0] = auth_tries;
}

/* --- a desk with a case --- */

#define OTHER_SERIAL "230000000000002"
static struct desk *desk;
static struct ledger *ledger;
static const struct desk_view *view;
static int64_t now;

static void pump(void)
{
    desk_pump(desk, now);
    view = desk_view(desk);
}

static void open_desk(void)
{
    static struct desk_settings settings;

    settings = (struct desk_settings){.card_program = "madoguchi-card", .ledger = ledger,
                                      .origin = sample_origin("w1"), .second_key_below = 1};
    settings.card.entry_seconds = 60;
    settings.card.profile.pin_count = 4;
    for (int i = 0; i < 4; i++)
        settings.card.profile.pins[i].tries = i == 0 ? 5 : 3;
    assert_int_equal(desk_open(&desk, &settings, now), DESK_OK);
    view = desk_view(desk);
    assert_int_equal(fake.request.ask, CARD_ASK_OPEN);
    say(CARD_OK)->presence = CARD_IN_READER;
    pump();
    assert_int_equal(view->link, CARD_OK);
}

static int set_up(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    now = 1000;
    strcpy(folder, "/tmp/desk-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    if (ledger_open_sqlite(&ledger, path, NULL) != LEDGER_OK ||
        ledger_open_sqlite(&watcher, path, NULL) != LEDGER_OK)
        return -1;
    open_desk();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    desk_close(&desk, now);
    ledger_close(&ledger);
    ledger_close(&watcher);
    unlink(path);
    return rmdir(folder);
}

static void begin(const char *procedure, enum case_kind kind, int8_t auth_tries)
{
    struct case_opening opening = sample_opening(procedure);
    struct case_judgement judgement = sample_judgement(procedure, "accept");
    struct case_plan plan = sample_plan(kind, 1);

    assert_int_equal(desk_begin(desk, &opening, now), DESK_OK);
    assert_int_equal(desk_read_card(desk, false, now), DESK_OK);
    say_card(SAMPLE_SERIAL, auth_tries);
    pump();
    assert_true(view->card_known);
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_OK);
    assert_true(view->card_is_the_cases);
    assert_string_equal(view->file.plan.certificate, "000a1b2c");
}

static void end_step(uint32_t code)
{
    say(code);
    pump();
}

static void put_card_in(const char *serial, int8_t auth_tries)
{
    say_presence(CARD_READER_EMPTY);
    say_presence(CARD_IN_READER);
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_READ);
    say_card(serial, auth_tries);
    pump();
}

static void expect_recorded(void)
{
    struct case_file file;

    assert_int_equal(ledger_read_case(watcher, view->file.id, &file), LEDGER_OK);
    assert_memory_equal(&file, &view->file, sizeof file);
}

/* --- tests --- */

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
            fail_msg("code %u sw %04x: %u", endings[i].code, endings[i].sw, view->file.steps[0].state);
        assert_int_equal(view->last.code, endings[i].code);
        expect_recorded();
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

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
    say(CARD_PIN_WRONG)->tries = 2;
    pump();
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_UNKNOWN);
    put_card_in(SAMPLE_SERIAL, 2);
    assert_int_equal(view->cure, DESK_CURE_PROVE); /* the lower counter is the proof's, not the change's */
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_OK);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_DONE);
}

static void test_with_one_try_left_a_change_is_not_proven_but_reset(void **state)
{
    struct case_judgement judgement = sample_judgement("reset", "accept");
    struct case_plan plan = sample_plan(CASE_RESET, 1);

    (void)state;
    begin("change", CASE_CHANGE, 3);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    end_step(CARD_REMOVED);
    put_card_in(SAMPLE_SERIAL, 3);
    for (int8_t left = 2; left > 0; left--) {
        assert_int_equal(desk_step(desk, false, now), DESK_OK);
        end_step(CARD_PIN_WRONG);
        put_card_in(SAMPLE_SERIAL, left);
    }
    assert_int_equal(view->cure, DESK_CURE_RESET);
    assert_int_equal(desk_step(desk, true, now), DESK_NEEDS_RESET);
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, &plan, now), DESK_OK);
    assert_int_equal(view->cure, DESK_CURE_ASK);
    assert_int_equal(desk_settle(desk, now), DESK_OK);
    say_card(SAMPLE_SERIAL, 1);
    pump();
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_NOT_DONE);
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(fake.request.ask, CARD_ASK_RESET);
    end_step(CARD_OK);
    assert_int_equal(desk_finish(desk, now), DESK_OK);
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
    now += desk_wait(desk, now);
    pump();
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
    now += desk_wait(desk, now);
    pump();
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

static void test_a_process_that_does_not_start_is_told(void **state)
{
    (void)state;
    fake.refuses_to_start = true;
    say(CARD_PROCESS_DIED);
    pump();
    now += desk_wait(desk, now);
    pump();
    assert_int_equal(view->link, CARD_PROCESS_DIED);
    assert_int_equal(desk_fd(desk), -1);
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

static enum ledger_fault failing_each(struct ledger *l, const char *id, int64_t from, ledger_visit visit, void *context)
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
#define ASK_AGAIN(act)                                                                                       \
    do {                                                                                                     \
        enum desk_fault fault = (act);                                                                       \
        if (fault == DESK_LEDGER)                                                                            \
            fault = (act);                                                                                   \
        assert_int_equal(fault, DESK_OK);                                                                    \
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_reset_from_begin_to_finish),
        TEST(test_nothing_is_asked_without_enough),
        TEST(test_every_ending_of_a_step),
        TEST(test_what_the_tries_tell),
        TEST(test_a_reset_whose_answer_was_lost_is_repeated),
        TEST(test_a_change_is_proven_by_its_new_pin),
        TEST(test_with_one_try_left_a_change_is_not_proven_but_reset),
        TEST(test_the_last_try_wants_a_second_key),
        TEST(test_another_card_is_refused),
        TEST(test_a_card_changed_between_verdict_and_plan_is_refused),
        TEST(test_a_silent_process_is_killed_and_replaced),
        TEST(test_a_held_reader_is_waited_for),
        TEST(test_a_killed_desk_is_taken_up_by_the_next),
        TEST(test_a_hang_up_waits_for_the_step_and_parks),
        TEST(test_a_parked_case_is_taken_up_or_given_up),
        TEST(test_a_process_that_does_not_start_is_told),
        TEST(test_every_write_of_the_ledger_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
