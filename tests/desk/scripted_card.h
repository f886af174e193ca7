/*
 * A desk against a scripted card process: the client of the card process is replaced here by one
 * that keeps the request and hands out scripted replies; the ledger is real. For the tests of this
 * folder, each of which is a program of its own.
 */
#ifndef TESTS_DESK_SCRIPTED_CARD_H
#define TESTS_DESK_SCRIPTED_CARD_H

#include "forms/desk/desk.h"
#include "tests/lib/case_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the scripted card process --- */

enum { REPLIES_MAX = 16 };

struct card_client {
    int fd; /* never readable: the tests pump by themselves */
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

enum card_code card_client_start(struct card_client **c, const char *program,
                                 const char *pcsc_socket)
{
    (void)program;
    (void)pcsc_socket;
    *c = fake.refuses_to_start ? NULL : &fake.client;
    if (*c)
        fake.client.fd = eventfd(0, EFD_CLOEXEC);
    fake.started++;
    fake.dead = false;
    fake.first = fake.count = 0;
    return fake.refuses_to_start ? CARD_PROCESS_DIED : CARD_OK;
}

int card_client_fd(const struct card_client *c)
{
    return c->fd;
}

static inline bool asks_step(uint32_t ask)
{
    return ask == CARD_ASK_VERIFY || ask == CARD_ASK_CHANGE || ask == CARD_ASK_RESET;
}

static inline void look_into_the_ledger(void)
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
    close((*c)->fd);
    *c = NULL;
}

static inline struct card_reply *say(uint32_t code)
{
    struct card_reply *reply;

    assert_true(fake.count < REPLIES_MAX);
    reply = &fake.replies[fake.count++];
    *reply = (struct card_reply){.sequence = fake.asked, .code = code, .tries = -1};
    return reply;
}

static inline void say_presence(enum card_presence presence)
{
    struct card_reply *reply = say(CARD_OK);

    reply->sequence = 0;
    reply->event = CARD_EVENT_PRESENCE;
    reply->presence = (uint8_t)presence;
}

static inline void say_card(const char *serial, int8_t auth_tries)
{
    struct card_facts *facts = &say(CARD_OK)->facts;

    snprintf(facts->serial, sizeof facts->serial, "%s", serial);
    strcpy(facts->auth_serial, "0A1B2C");
    facts->pin_count = 4;
    for (int i = 0; i < 4; i++)
        facts->pins[i] =
            (struct card_pin_facts){.present = CARD_YES, .place_count = 1, .tries = {3, -1}};
    facts->pins[1].tries[0] = auth_tries;
}

/* --- a desk with a case --- */

#define OTHER_SERIAL "230000000000002"
static struct desk *desk;
static struct ledger *ledger;
static const struct desk_view *view;
static int64_t now;

static inline void pump(void)
{
    desk_pump(desk, now);
    view = desk_view(desk);
}

/* Of the next desks: their window, the authority module, the filter that asks the authority. */
static const char *window = "w1";
static bool keeps_old_key = true;
static const char *enrol_program;
static unsigned enrol_seconds;

static inline void open_desk(void)
{
    static struct desk_settings settings;

    settings = (struct desk_settings){.card_program = "madoguchi-card", .ledger = ledger,
                                      .origin = sample_origin(window), .second_key_below = 1,
                                      .enrol_program = enrol_program,
                                      .enrol_seconds = enrol_seconds};
    settings.card.entry_seconds = 60;
    settings.card.profile.pin_count = 4;
    for (int i = 0; i < 4; i++)
        settings.card.profile.pins[i].tries = i == 0 ? 5 : 3;
    assert_int_equal(desk_open(&desk, &settings, now), DESK_OK);
    view = desk_view(desk);
    assert_int_equal(fake.request.ask, CARD_ASK_OPEN);
    say(CARD_OK)->presence = CARD_IN_READER;
    fake.replies[fake.count - 1].keeps_old_key = keeps_old_key;
    pump();
    assert_int_equal(view->link, CARD_OK);
}

static inline int set_up(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    now = 1000;
    window = "w1";
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

static inline int tear_down(void **state)
{
    (void)state;
    desk_close(&desk, now);
    ledger_close(&ledger);
    ledger_close(&watcher);
    unlink(path);
    return rmdir(folder);
}

static inline void begin(const char *procedure, enum case_kind kind, int8_t auth_tries)
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

static inline void end_step(uint32_t code)
{
    say(code);
    pump();
}

static inline void put_card_in(const char *serial, int8_t auth_tries)
{
    say_presence(CARD_READER_EMPTY);
    say_presence(CARD_IN_READER);
    pump();
    assert_int_equal(fake.request.ask, CARD_ASK_READ);
    say_card(serial, auth_tries);
    pump();
}

/* The card process is replaced, at once or after a pause. */
static inline void let_it_restart(void)
{
    if (view->doing != DESK_OPENING) {
        now += desk_wait(desk, now);
        pump();
    }
    assert_int_equal(fake.request.ask, CARD_ASK_OPEN);
}

static inline void expect_recorded(void)
{
    struct case_file file;

    assert_int_equal(ledger_read_case(watcher, view->file.id, &file), LEDGER_OK);
    assert_memory_equal(&file, &view->file, sizeof file);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
