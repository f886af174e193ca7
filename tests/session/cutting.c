#include "tests/session/cutting.h"

#include "tests/session/enrolment.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { STEP_SECONDS = 150, LINE_WAITS = 5 };

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
    const struct enrolment_card *enrolled;    /* a resident of Ibaraki, with the stand's authority; NULL: Minoh */
} *procedure;

static const struct enrolment_card renewed = {"renew",  "990000000000021", "見本　更新",   "1985-04-12",
                                              "ABC123", ENROLMENT_ENDS,    ENROLMENT_ENDS, NULL};
static const struct enrolment_card over = {"over",   "990000000000031", "見本　満了",   "1985-04-12",
                                           "ABC123", ENROLMENT_OVER,    ENROLMENT_OVER, NULL};
static char enrol_lines[256];
static const struct session_setup at_minoh = {.clock = SESSION_CLOCK "+"};
static struct session_setup at_ibaraki = {.clock = SESSION_CLOCK "+", .city = "ibaraki", .more = enrol_lines};
static const struct session_setup *setup;
static bool written; /* the card is not as it was before the last cut */
static bool at_pad;  /* the cut strikes when the pad first asks */

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

/* For the authentication certificate: the other's password wants the resident's terminal. */
static void certificate_to_plan(const char *key, const char *card_says)
{
    to_the_card(key);
    session_type(s, card_says, "\r");
    session_type(s, "確認すること", "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "次のことを行います");
}

static void renew_to_plan(void)
{
    certificate_to_plan("3", "2026年12月24日");
}

static void issue_to_plan(void)
{
    certificate_to_plan("4", "2026年10月24日");
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
    if (procedure->enrolled != NULL) {
        truth.issued = enrolment_issued(s, procedure->enrolled->serial, "auth");
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
    written = now.set != before->set || now.current != before->current;
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
    scene.struck = at_pad       ? scene.asked > 0
                   : way->pulls ? json_is_null(json_object_get(pad, "card"))
                                : json_is_true(json_object_get(pad, "mute"));
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

/* The resident goes on at the pad as if nothing had happened. */
static void cut_line(void)
{
    int status;
    bool ended = false;
    terminal_hang_up(s->clerk);
    for (int i = 0; at_pad && i < (procedure->to_plan == change_to_plan ? 2 : 1); i++) {
        session_wait_prompt(s);
        answer_the_pad(look_around().entries);
    }
    for (int i = 0; !ended && i < LINE_WAITS; i++) {
        ended = terminal_wait_end(s->clerk, &status);
    }
    assert_true(ended);
}

static const struct way ways[CUTTING_WAYS] = {
    [CUTTING_PULL_BEFORE] = {"card pulled before", "pull-at", true, NULL},
    [CUTTING_PULL_AFTER] = {"card pulled after", "pull-after", true, NULL},
    [CUTTING_MUTE] = {"reader silent", "mute-at", false, NULL},
    [CUTTING_CARD_PROCESS] = {"card process killed", "mute-at", false, kill_card_process},
    [CUTTING_CLERK] = {"clerk's program killed", "mute-at", false, kill_clerk},
    [CUTTING_SERVICE] = {"pcscd stopped", "mute-at", false, stop_service},
    [CUTTING_LINE] = {"line cut", "mute-at", false, cut_line},
};

const char *cutting_way_name(enum cutting_way which)
{
    return ways[which].name;
}

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

bool cutting_cut(enum cutting_way which, int command)
{
    char order[32];
    way = &ways[which];
    at_pad = command == CUTTING_AT_PAD;
    print_message("%s, %s at command %d\n", procedure->name, way->name, command);
    session_fresh(s, procedure->card);
    procedure->to_plan();
    /* The card that was read has its first certificate by now. */
    struct truth before = look();
    assert_true(terminal_wait_idle(s->clerk));
    if (!at_pad) {
        snprintf(order, sizeof order, "%s\t%d", way->order, command);
        session_stand(s, order);
    }
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

/* --- procedures ---------------------------------------------------------------------------------- */

static const struct procedure procedures[] = {
    {"reset", "locked", "5678", "2468", reset_to_plan, NULL},
    {"change", "adult", "1234", "2468", change_to_plan, NULL},
    {"check", "adult", "1234", "1234", check_to_plan, NULL},
    {"renew", "renew", "1234", "1234", renew_to_plan, &renewed},
    {"issue", "over", "1234", "1234", issue_to_plan, &over},
};

bool cutting_open(const char *name)
{
    procedure = NULL;
    for (size_t i = 0; i < sizeof procedures / sizeof *procedures; i++) {
        if (strcmp(name, procedures[i].name) == 0) {
            procedure = &procedures[i];
        }
    }
    if (procedure == NULL) {
        return false;
    }
    setup = procedure->enrolled != NULL ? &at_ibaraki : &at_minoh;
    if (procedure->enrolled == NULL) {
        session_open(s, "none");
        return true;
    }
    enrolment_open(s, procedure->enrolled, 1);
    snprintf(enrol_lines, sizeof enrol_lines, "[enrol]\nprogram = %s\n", session_path(s, "stand/enrol"));
    return true;
}

void cutting_close(void)
{
    session_close(s);
}

/* --- one cut a way ------------------------------------------------------------------------------- */

static const char *once;
static const int *at;

static int open_once(void **state)
{
    (void)state;
    return cutting_open(once) ? 0 : -1;
}

static int close_once(void **state)
{
    (void)state;
    cutting_close();
    return 0;
}

static void cut_once(void **state)
{
    enum cutting_way which = (enum cutting_way)((const struct way *)*state - ways);
    assert_true(cutting_cut(which, at[which]));
    /* The command is the one that writes: it has not been carried out, and it has. */
    if (!at_pad && (strcmp(procedure->before, procedure->after) != 0 || procedure->enrolled != NULL)) {
        assert_true(which == CUTTING_PULL_AFTER ? written : !written);
    }
}

static int rest(void **state)
{
    (void)state;
    session_rest(s);
    return 0;
}

int cutting_each_way(const char *name, const int commands[CUTTING_WAYS])
{
    struct CMUnitTest tests[CUTTING_WAYS];
    once = name;
    at = commands;
    for (size_t i = 0; i < CUTTING_WAYS; i++) {
        tests[i] = (struct CMUnitTest){ways[i].name, cut_once, NULL, rest, (void *)(uintptr_t)&ways[i]};
    }
    return cmocka_run_group_tests_name(name, tests, open_once, close_once);
}
