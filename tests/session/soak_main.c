/*
 * The whole loop of cuts on real pcscd and libccid: a reset, a change, a check and a renewal by pad, cut at every
 * command to the card in every way: the card pulled before and after it, the reader silent, card process, clerk's
 * program or pcscd gone, the clerk's line cut. What the screen and the record then say is held against the stand's own
 * account of card and authority.
 *
 *   soak_main [PROCEDURE]    reset, change, check, renew; or all of them
 *
 * A silent reader takes its time: ten seconds until the driver gives a command up, a hundred for one that the pad
 * completes (CCID commands.c waits at least 90 s for an entry, and nobody can tell before). `make soak`.
 */
#include "tests/session/enrolment.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { COMMANDS_MAX = 120, STEP_SECONDS = 150, LINE_WAITS = 5 };

static struct session session, *s = &session;

/* What the stand does at the command, and what becomes of the reader. */
static const struct way {
    const char *name, *order;
    bool pulls;
    void (*then)(void); /* while the command hangs in the silent reader */
} *way;

static const struct procedure {
    const char *name, *card, *before, *after; /* the authentication PIN */
    void (*to_plan)(void);
} *procedure;

static const struct enrolment_card renewed = {.name = "renew",
                                              .serial = "990000000000021",
                                              .holder = "見本　更新",
                                              .birth = "1985-04-12",
                                              .sig_pin = "ABC123",
                                              .sig = ENROLMENT_ENDS,
                                              .auth = ENROLMENT_ENDS};
static char enrol_lines[256];
static const struct session_setup at_minoh = {.clock = SESSION_CLOCK "+"};
static struct session_setup at_ibaraki = {.clock = SESSION_CLOCK "+", .city = "ibaraki", .more = enrol_lines};
static const struct session_setup *setup;

/* --- to the plan --------------------------------------------------------------------------------- */

static void start_clerk(void)
{
    session_clerk(s, setup);
}

static void to_the_card(const char *key)
{
    start_clerk();
    session_type(s, "カードあり", key);
    session_type(s, "どなたが来られましたか", "1");
}

static void reset_to_plan(void)
{
    session_to_plan(s, setup);
}

static void change_to_plan(void)
{
    to_the_card("1");
    session_type(s, "3回", "\033[B ");
    session_type(s, "[x]", "\r");
    session_type(s, "暗証番号（すべて）", " ");
    session_expect_gone(s, "未確認");
    terminal_type(s->clerk, "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "次のことを行います");
}

/* The city's page does not speak of it: a person decides. */
static void check_to_plan(void)
{
    to_the_card("5");
    session_type(s, "3回", "\033[B ");
    session_type(s, "[x]", "\r");
    session_type(s, "担当課に確認", "\r");
    session_type(s, "072-724-6725", "d");
    session_type(s, "判断した人", "見本 次郎\r市民課長\r\r電話で確認\r");
    session_expect(s, "次のことを行います");
}

static void renew_to_plan(void)
{
    to_the_card("3");
    session_expect(s, "あり（有効期限");
    session_type(s, renewed.serial, "\r");
    session_type(s, "確認すること", "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "次のことを行います");
}

/* --- the truth ----------------------------------------------------------------------------------- */

struct truth {
    bool set, kept; /* the PIN */
    int current, last; /* key pairs: the one in use, the newest */
    int issued;
};

static struct truth look(void)
{
    char name[64];
    snprintf(name, sizeof name, "stand/cards/%s/state.json", procedure->card);
    json_t *card = json_load_file(session_path(s, name), 0, NULL);
    json_t *keys = json_object_get(json_object_get(card, "keys"), "auth");
    struct truth truth = {.set = session_pin_is(s, procedure->card, "auth", procedure->after),
                          .kept = session_pin_is(s, procedure->card, "auth", procedure->before),
                          .current = (int)json_integer_value(json_object_get(keys, "current")),
                          .last = (int)json_integer_value(json_object_get(keys, "last"))};
    assert_true(json_is_object(keys));
    json_decref(card);
    if (setup == &at_ibaraki) {
        truth.issued = enrolment_issued(s, renewed.serial, "auth");
    }
    return truth;
}

/* What a step that is recorded as done or as not done has changed, and must not have. */
static void hold_step(const struct case_step *step, const struct truth *before, const struct truth *now)
{
    bool done = step->state == CASE_STEP_IS_DONE;
    switch (step->plan.kind) {
    case CASE_CHANGE:
    case CASE_RESET:
        assert_true(done ? now->set : now->kept);
        break;
    case CASE_KEY:
        assert_int_equal(now->last, before->last + (done || step->outcome.places_done > 0));
        break;
    case CASE_CERTIFICATE:
        assert_int_equal(now->issued, before->issued + done);
        break;
    case CASE_INSTALL:
    case CASE_PROVE:
        assert_true(!done || now->current != before->current);
        assert_true(step->plan.kind == CASE_PROVE || done || now->current == before->current);
        break;
    default:
        break;
    }
}

/* What is recorded is what is true; a doubt is a doubt. False: some step is not done. */
static bool hold_against_the_truth(const struct truth *before)
{
    static struct case_file file;
    bool all_done = true;
    struct truth now = look();
    session_case(s, &file);
    assert_true(now.set || now.kept);
    for (unsigned i = 0; i < file.plan.step_count; i++) {
        const struct case_step *step = &file.steps[i];
        all_done = all_done && step->state == CASE_STEP_IS_DONE;
        if (step->state == CASE_STEP_IS_UNKNOWN) {
            assert_true(file.state == CASE_UNSETTLED || file.state == CASE_PARKED);
        } else {
            assert_int_not_equal(step->state, CASE_STEP_IS_INTENDED);
            hold_step(step, before, &now);
        }
    }
    assert_in_range(now.issued, before->issued, before->issued + 1);
    return all_done;
}

/* --- the step ------------------------------------------------------------------------------------ */

struct scene {
    bool struck, ended;
    int asked, entries; /* by the pad, while it asks; 0: it does not */
};

static bool at_an_end(void)
{
    return strstr(terminal_screen(s->clerk), "起きたこと") != NULL;
}

static struct scene look_around(void)
{
    json_t *state = session_state(s), *display = json_object_get(state, "display"), *pad = json_object_get(state, "pad");
    const char *outcome = json_string_value(json_object_get(display, "outcome"));
    struct scene scene = {.ended = at_an_end(), .entries = (int)json_integer_value(json_object_get(display, "entries"))};
    if (outcome != NULL && strcmp(outcome, "asking") == 0) {
        scene.asked = (int)json_integer_value(json_object_get(display, "asked"));
    }
    scene.struck = way->pulls ? json_is_null(json_object_get(pad, "card")) : json_is_true(json_object_get(pad, "mute"));
    json_decref(state);
    return scene;
}

/* One entry is the PIN in use. */
static void answer_the_pad(int entries)
{
    char keys[48];
    if (entries == 1) {
        snprintf(keys, sizeof keys, "press\t%sE", procedure->before);
    } else {
        snprintf(keys, sizeof keys, "press\t%sE%sE", procedure->after, procedure->after);
    }
    session_stand(s, keys);
}

/* The resident types whatever the pad asks for, until the screen tells an end, or the cut has struck and `then` is to
 * follow at once. */
static struct scene run_the_step(void)
{
    const time_t until = time(NULL) + STEP_SECONDS;
    int answered = 0;
    for (;;) {
        assert_true(terminal_wait_idle(s->clerk));
        struct scene scene = look_around();
        if (scene.ended || (scene.struck && way->then != NULL)) {
            return scene;
        }
        if (scene.asked > answered) {
            answered = scene.asked;
            answer_the_pad(scene.entries);
        }
        if (time(NULL) > until) {
            print_error("%s\n", terminal_screen(s->clerk));
            fail_msg("the step has no end");
        }
        poll(NULL, 0, 20);
    }
}

/* --- ways to cut --------------------------------------------------------------------------------- */

static void kill_card_process(void)
{
    assert_int_equal(kill(session_card_process(s), SIGKILL), 0);
    session_expect(s, "起きたこと");
}

static void kill_clerk(void)
{
    session_kill_clerk(s);
    start_clerk();
    session_expect(s, "1 件あります");
}

static void stop_service(void)
{
    session_stand(s, "stop-pcscd");
    session_expect(s, "起きたこと");
}

static void cut_line(void)
{
    int status;
    bool ended = false;
    terminal_hang_up(s->clerk);
    for (int i = 0; !ended && i < LINE_WAITS; i++) {
        ended = terminal_wait_end(s->clerk, &status);
    }
    assert_true(ended);
}

static const struct way ways[] = {
    {"card pulled before", "pull-at", true, NULL},
    {"card pulled after", "pull-after", true, NULL},
    {"reader silent", "mute-at", false, NULL},
    {"card process killed", "mute-at", false, kill_card_process},
    {"clerk's program killed", "mute-at", false, kill_clerk},
    {"pcscd stopped", "mute-at", false, stop_service},
    {"line cut", "mute-at", false, cut_line},
};

/* The reader is free for the next case, whatever waits in its driver. */
static void tidy(void)
{
    session_stand(s, "unmute");
    if (way->then != NULL && way->then != stop_service) {
        session_stand(s, "stop-pcscd");
    }
    session_rest(s);
}

/* A PIN in use is always typed right: no try is ever lost. */
static void hold_tries(void)
{
    session_stand(s, "unmute");
    if (way->pulls && session_tries(s, "auth") < 0) {
        session_insert(s, procedure->card);
    }
    int wanted = procedure->to_plan == reset_to_plan && !look().set ? 0 : 3;
    assert_int_equal(session_tries(s, "auth"), wanted);
}

/* False: the cut lies behind the last command. */
static bool cut(int command)
{
    char order[32];
    session_fresh(s, procedure->card);
    procedure->to_plan();
    /* The card that was read has its first certificate by now. */
    struct truth before = look();
    assert_true(terminal_wait_idle(s->clerk));
    snprintf(order, sizeof order, "%s\t%d", way->order, command);
    session_stand(s, order);
    terminal_type(s->clerk, "\r");
    struct scene scene = run_the_step();
    if (scene.struck && way->then != NULL) {
        way->then();
    }
    bool done = hold_against_the_truth(&before);
    assert_true(scene.struck || done);
    hold_tries();
    tidy();
    return scene.struck;
}

/* --- the program --------------------------------------------------------------------------------- */

static const struct procedure procedures[] = {
    {"reset", "locked", "5678", "2468", reset_to_plan},
    {"change", "adult", "1234", "2468", change_to_plan},
    {"check", "adult", "1234", "1234", check_to_plan},
    {"renew", "renew", "1234", "1234", renew_to_plan},
};
enum { PROCEDURES = sizeof procedures / sizeof *procedures };

static int open_all(void **state)
{
    procedure = *state;
    setup = procedure->to_plan == renew_to_plan ? &at_ibaraki : &at_minoh;
    if (setup == &at_ibaraki) {
        enrolment_open(s, &renewed, 1);
        snprintf(enrol_lines, sizeof enrol_lines, "[enrol]\nprogram = %s\n", session_path(s, "stand/enrol"));
    } else {
        session_open(s, "none");
    }
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

static void every_command_in_every_way(void **state)
{
    int cuts = 0;
    time_t begun = time(NULL);
    (void)state;
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        int command = 1;
        way = &ways[w];
        for (; command < COMMANDS_MAX; command++) {
            print_message("%s, %s at command %d\n", procedure->name, way->name, command);
            if (!cut(command)) {
                break;
            }
        }
        assert_in_range(command, 5, COMMANDS_MAX - 1);
        cuts += command - 1;
        print_message("%s, %s: %d commands\n", procedure->name, way->name, command - 1);
    }
    print_message("%s: %d cuts in %d minutes, every claim is true\n", procedure->name, cuts,
                  (int)(time(NULL) - begun + 59) / 60);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[PROCEDURES];
    size_t count = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < PROCEDURES; i++) {
        if (argc < 2 || strcmp(argv[1], procedures[i].name) == 0) {
            tests[count++] = (struct CMUnitTest){procedures[i].name, every_command_in_every_way, open_all, close_all,
                                                 (void *)(uintptr_t)&procedures[i]};
        }
    }
    return count == 0 ? 2 : _cmocka_run_group_tests("every cut on pcscd and libccid", tests, count, NULL, NULL);
}
