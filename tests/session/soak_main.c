/*
 * The whole loop of cuts on real pcscd and libccid: a reset and a change by pad, cut at every command of the step
 * in every way that the stand knows. What the screen and the record then say is held against the stand's own
 * account of the card. Minutes: `make soak`.
 */
#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct session session, *s = &session;
static const struct session_setup running = {.clock = SESSION_CLOCK "+"};
static const char *const faults[] = {"pull-at", "pull-after", "mute-at"};

static const struct procedure {
    const char *name, *card, *before, *after;
    bool change;
} procedures[] = {
    {"reset", "locked", "5678", "2468", false},
    {"change", "adult", "1234", "2468", true},
};

enum { COMMANDS_MAX = 40 };

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

static void change_to_plan(void)
{
    session_clerk(s, &running);
    session_type(s, "カードあり", "1");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "3回", "\033[B ");
    session_type(s, "[x]", "\r");
    session_type(s, "暗証番号（すべて）", " ");
    session_expect_gone(s, "未確認");
    terminal_type(s->clerk, "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "次のことを行います");
}

/* How often the pad has asked, while it asks; 0: it does not. */
static int question(int *entries)
{
    json_t *state = session_state(s), *display = json_object_get(state, "display");
    const char *outcome = json_string_value(json_object_get(display, "outcome"));
    int asked = (int)json_integer_value(json_object_get(display, "asked"));
    *entries = (int)json_integer_value(json_object_get(display, "entries"));
    asked = outcome != NULL && strcmp(outcome, "asking") == 0 ? asked : 0;
    json_decref(state);
    return asked;
}

static bool at_an_end(struct terminal *t)
{
    return strstr(terminal_screen(t), "起きたこと") != NULL;
}

static bool ends_or_asks(struct terminal *t, const void *last)
{
    int entries;
    return at_an_end(t) || question(&entries) > *(const int *)last;
}

/* Types whatever the pad asks for until the step has ended: one entry is the old PIN's. A silent reader takes
 * longer than one wait for the screen. */
static void type_until_the_end(const struct procedure *p)
{
    enum { WAITS = 12 };
    char keys[48];
    int last = 0, entries;
    for (int i = 0; i < WAITS && !at_an_end(s->clerk); i++) {
        terminal_wait_until(s->clerk, ends_or_asks, &last);
        int asked = question(&entries);
        if (asked > last) {
            last = asked;
            if (entries == 1) {
                snprintf(keys, sizeof keys, "press\t%sE", p->before);
            } else {
                snprintf(keys, sizeof keys, "press\t%sE%sE", p->after, p->after);
            }
            session_stand(s, keys);
        }
    }
    if (!at_an_end(s->clerk)) {
        print_error("%s\n", terminal_screen(s->clerk));
        fail_msg("the step has no end");
    }
}

/* What is recorded is what is on the card; the doubt is doubt, and no try is lost. */
static void hold_against_the_card(const struct procedure *p)
{
    static struct case_file file;
    session_case(s, &file);
    bool set = session_pin_is(s, p->card, "auth", p->after), kept = session_pin_is(s, p->card, "auth", p->before);
    assert_true(set != kept);
    switch (file.steps[0].state) {
    case CASE_STEP_IS_DONE:
        assert_true(set);
        break;
    case CASE_STEP_IS_NOT_DONE:
        assert_true(kept);
        break;
    default:
        assert_int_equal(file.steps[0].state, CASE_STEP_IS_UNKNOWN);
        assert_int_equal(file.state, CASE_UNSETTLED);
        break;
    }
}

/* False: the fault lies behind the last command of the step. */
static bool cut(const struct procedure *p, const char *fault, int command)
{
    static struct case_file file;
    char line[32];
    print_message("%s %s %d\n", p->name, fault, command);
    session_fresh(s, p->card);
    if (p->change) {
        change_to_plan();
    } else {
        session_to_plan(s, &running);
    }
    assert_true(terminal_wait_idle(s->clerk));
    snprintf(line, sizeof line, "%s\t%d", fault, command);
    session_stand(s, line);
    terminal_type(s->clerk, "\r");
    type_until_the_end(p);
    hold_against_the_card(p);
    session_case(s, &file);
    bool hit = file.steps[0].state != CASE_STEP_IS_DONE;
    session_stand(s, "unmute");
    session_insert(s, p->card);
    /* A change proves the old PIN, a reset has a locked one: neither is a wrong try. */
    assert_int_equal(session_tries(s, "auth"), session_pin_is(s, p->card, "auth", p->after) || p->change ? 3 : 0);
    session_rest(s);
    return hit;
}

static void every_command_in_every_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof procedures / sizeof *procedures; i++) {
        int cuts = 0;
        for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
            int command = 1;
            while (command < COMMANDS_MAX && cut(&procedures[i], faults[f], command)) {
                command++;
            }
            assert_in_range(command, 3, COMMANDS_MAX - 1);
            cuts += command - 1;
            print_message("%s, %s: %d commands\n", procedures[i].name, faults[f], command - 1);
        }
        print_message("%s: %d cuts, every claim is true\n", procedures[i].name, cuts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_command_in_every_way)};
    return cmocka_run_group_tests_name("every cut on pcscd and libccid", tests, open_all, close_all);
}
