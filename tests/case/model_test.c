/* Walks every situation that the transition table can reach and holds each to the promises of
 * case.h. */
#include "forms/case/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Written from case.h's contract, not from the table: one row a state, one column an event.
 * o opened j judgement d decision p plan i intended P proof D done N not-done U unknown R refused
 * S settled-done s settled-not-done a aside r resumed f finished g given-up */
static const char *const columns = "ojdpiPDNURSsarfg";
static const char *const expected[CASE_STATES] = {
    [CASE_NONE] = "o",
    [CASE_OPEN] = "jag",
    [CASE_JUDGED] = "jdpafg",
    [CASE_PLANNED] = "jpiafg",
    [CASE_RUNNING] = "DNURs",
    [CASE_UNSETTLED] = "jdpiPSsa",
    [CASE_PARKED] = "rg",
    [CASE_DONE] = "",
    [CASE_ABANDONED] = "",
};

static void test_every_pair_is_as_written(void **state)
{
    (void)state;
    for (unsigned s = 0; s < CASE_STATES; s++)
        for (unsigned e = 0; e < CASE_EVENTS; e++) {
            bool wanted = strchr(expected[s], columns[e]) != NULL;

            if (case_possible((enum case_state)s, (enum case_event)e) != wanted)
                fail_msg("%s + %s", case_state_word((enum case_state)s),
                         case_event_word((enum case_event)e));
        }
}

/* --- the repertoire: everything that could be asked of a case of two PINs --- */

enum { REPERTOIRE_MAX = 64, NODES_MAX = 200000 };
static struct case_change repertoire[REPERTOIRE_MAX];
static unsigned repertoire_count;

static struct case_change *add(enum case_event event)
{
    assert_true(repertoire_count < REPERTOIRE_MAX);
    repertoire[repertoire_count] = (struct case_change){.event = event, .at = 1};
    return &repertoire[repertoire_count++];
}

static void add_judgement(const char *procedure, const char *verdict, bool may_be_decided,
                          uint8_t pins)
{
    struct case_judgement *j = &add(CASE_JUDGEMENT)->with.judgement;

    strcpy(j->procedure, procedure);
    strcpy(j->verdict, verdict);
    j->may_be_decided = may_be_decided;
    j->pins = pins;
}

static void add_plan(const char *serial, uint8_t first, uint8_t second, uint8_t count)
{
    struct case_plan *p = &add(CASE_PLAN)->with.plan;

    strcpy(p->serial, serial);
    p->step_count = count;
    p->steps[0] = (struct case_plan_step){.kind = first, .pin = 1};
    p->steps[1] = (struct case_plan_step){.kind = second, .pin = 3};
}

static void fill_repertoire(void)
{
    struct case_opening *o = &add(CASE_OPENED)->with.opening;

    *o = (struct case_opening){.procedure = "change",
                               .presenter = "resident",
                               .visit = 1,
                               .city = "minoh",
                               .office = "main",
                               .reception = "2026-11-20T10:00",
                               .clerk = "見本"};
    add_judgement("change", "accept", false, 1u << 1 | 1u << 3);
    add_judgement("change", "missing", false, 1u << 1 | 1u << 3);
    add_judgement("reset", "accept", false, 1u << 1);
    add_judgement("reset", "refuse", true, 1u << 1 | 1u << 3);
    add_judgement("reset", "refuse", false, 1u << 1 | 1u << 3);
    add_judgement("reset", "ask-office", false, 1u << 1 | 1u << 3);
    add_judgement("check", "first-visit", false, 1u << 1);
    add(CASE_DECISION)->with.decision = (struct case_decision){.who = "課長", .why = "面識あり"};
    add_plan("123456789012345", CASE_CHANGE, CASE_CHANGE, 2);
    add_plan("123456789012345", CASE_RESET, CASE_RESET, 2);
    add_plan("123456789012345", CASE_RESET, CASE_CHANGE, 2);
    add_plan("543210987654321", CASE_RESET, CASE_RESET, 2);
    add_plan("123456789012345", CASE_VERIFY, CASE_VERIFY, 1);
    add_plan("123456789012345", CASE_RESET, CASE_RESET, 0);
    add_judgement("check", "accept", false, 1u << 1);
    for (uint8_t step = 0; step < 2; step++) {
        static const enum case_event about_a_step[] = {
            CASE_STEP_INTENDED, CASE_PROOF_INTENDED, CASE_STEP_DONE, CASE_STEP_NOT_DONE,
            CASE_STEP_UNKNOWN, CASE_SETTLED_DONE, CASE_SETTLED_NOT_DONE};

        for (size_t i = 0; i < sizeof about_a_step / sizeof *about_a_step; i++)
            add(about_a_step[i])->step = step;
    }
    add(CASE_PUT_ASIDE)->reason = CASE_REASON_CLERK;
    add(CASE_RESUMED);
    add(CASE_FINISHED);
    add(CASE_GIVEN_UP)->reason = CASE_REASON_RESIDENT;
}

/* --- the walk --- */

struct node {
    struct case_file file;
    bool can_end;
};
static struct node *nodes;
static unsigned node_count;
struct edge {
    unsigned from, to;
};
static struct edge *edges;
static unsigned edge_count;

/* Counters that only grow do not make a new situation. */
static void forget_counters(struct case_file *file)
{
    for (unsigned i = 0; i < CASE_STEPS; i++)
        file->steps[i].attempts = file->steps[i].proofs = 0;
}

static unsigned node_of(const struct case_file *file)
{
    for (unsigned i = 0; i < node_count; i++)
        if (nodes[i].file.state == file->state && memcmp(&nodes[i].file, file, sizeof *file) == 0)
            return i;
    assert_true(node_count < NODES_MAX);
    nodes[node_count].file = *file;
    nodes[node_count].can_end = file->state == CASE_DONE || file->state == CASE_ABANDONED;
    return node_count++;
}

static unsigned steps_in(const struct case_file *file, enum case_step_state state)
{
    unsigned count = 0;

    for (unsigned i = 0; i < file->plan.step_count; i++)
        count += file->steps[i].state == state;
    return count;
}

static void hold_promises(const struct case_file *file)
{
    unsigned intended = steps_in(file, CASE_STEP_IS_INTENDED),
             unknown = steps_in(file, CASE_STEP_IS_UNKNOWN);
    bool may_have_unknown = file->state == CASE_UNSETTLED || file->state == CASE_PARKED ||
                            file->state == CASE_ABANDONED;

    assert_int_equal(intended, file->state == CASE_RUNNING);
    assert_true(unknown <= may_have_unknown);
    if (file->state == CASE_UNSETTLED)
        assert_int_equal(unknown, 1);
    if (file->state == CASE_DONE)
        assert_int_equal(steps_in(file, CASE_STEP_IS_DONE), file->plan.step_count);
    if (file->state == CASE_DONE && file->plan.step_count == 0)
        assert_true(strcmp(file->judgement.procedure, "check") == 0 ||
                    strcmp(file->judgement.verdict, "first-visit") == 0);
    if (file->state == CASE_PLANNED || file->state == CASE_RUNNING)
        assert_true(case_enough(file));
}

/* A step's intent: only with acceptance or decision, for a PIN asked for, of a kind the procedure
 * has. */
static void hold_intent(const struct case_file *before, const struct case_change *change)
{
    const struct case_plan_step *step = &before->steps[change->step].plan;
    const struct case_judgement *j = &before->judgement;
    bool accepted = strcmp(j->verdict, "accept") == 0 || strcmp(j->verdict, "second-visit") == 0;

    assert_true(before->planned && (accepted || before->decided));
    assert_true(j->pins & 1u << step->pin);
    if (step->kind == CASE_RESET)
        assert_string_equal(j->procedure, "reset");
    if (before->steps[change->step].state == CASE_STEP_IS_UNKNOWN &&
        change->event == CASE_STEP_INTENDED)
        assert_int_equal(step->kind, CASE_RESET);
    assert_int_not_equal(before->steps[change->step].state, CASE_STEP_IS_DONE);
}

static void walk_from(unsigned from)
{
    for (unsigned c = 0; c < repertoire_count; c++) {
        struct case_file file = nodes[from].file, untouched = file;
        const struct case_change *change = &repertoire[c];

        if (!case_apply(&file, change)) {
            assert_memory_equal(&file, &untouched, sizeof file);
            continue;
        }
        assert_true(case_possible(untouched.state, change->event));
        hold_promises(&file);
        if (change->event == CASE_STEP_INTENDED || change->event == CASE_PROOF_INTENDED)
            hold_intent(&untouched, change);
        forget_counters(&file);
        if (edge_count % 1024 == 0) {
            edges = realloc(edges, (edge_count + 1024) * sizeof *edges);
            assert_non_null(edges);
        }
        edges[edge_count++] = (struct edge){from, node_of(&file)};
    }
}

static void test_every_reachable_case_keeps_the_promises(void **state)
{
    bool grew = true;
    unsigned seen[CASE_STATES] = {0};

    (void)state;
    nodes = calloc(NODES_MAX, sizeof *nodes);
    assert_non_null(nodes);
    fill_repertoire();
    node_of(&(struct case_file){0});
    for (unsigned i = 0; i < node_count; i++)
        walk_from(i);
    while (grew) {
        grew = false;
        for (unsigned e = 0; e < edge_count; e++)
            if (nodes[edges[e].to].can_end && !nodes[edges[e].from].can_end)
                grew = nodes[edges[e].from].can_end = true;
    }
    for (unsigned i = 0; i < node_count; i++) {
        seen[nodes[i].file.state]++;
        if (!nodes[i].can_end)
            fail_msg("no way out of situation %u: %s", i, case_state_word(nodes[i].file.state));
    }
    for (unsigned s = 0; s < CASE_STATES; s++)
        assert_true(seen[s] > 0);
    printf("# %u situations, %u steps between them\n", node_count, edge_count);
    free(edges);
    free(nodes);
}

/* --- steps of a certificate --- */

static struct case_file case_with(enum case_kind kind)
{
    struct case_file file = {0};
    struct case_change plan = {.event = CASE_PLAN, .at = 1};

    strcpy(plan.with.plan.serial, "123456789012345");
    plan.with.plan.step_count = 1;
    plan.with.plan.steps[0] = (struct case_plan_step){.kind = (uint8_t)kind, .pin = 1};
    assert_true(case_apply(&file, &repertoire[0]));
    repertoire_count = 1;
    add_judgement("renew", "accept", false, 1u << 1);
    assert_true(case_apply(&file, &repertoire[1]));
    assert_true(case_apply(&file, &plan));
    return file;
}

static bool tell(struct case_file *file, enum case_event event)
{
    struct case_change change = {.event = event, .at = 1, .with.outcome.tries = {-1, -1}};

    return case_apply(file, &change);
}

static void test_a_revocation_refused_for_good_is_at_its_end(void **state)
{
    struct case_change intent = {.event = CASE_STEP_INTENDED,
                                 .transaction = "00112233445566778899aabbccddeeff"};
    struct case_file file = case_with(CASE_REVOKE);

    (void)state;
    assert_true(case_apply(&file, &intent));
    assert_string_equal(file.steps[0].transaction, intent.transaction);
    assert_true(tell(&file, CASE_STEP_UNKNOWN));
    assert_true(tell(&file, CASE_STEP_INTENDED));
    assert_string_equal(file.steps[0].transaction, intent.transaction);
    assert_true(tell(&file, CASE_STEP_REFUSED));
    assert_int_equal(file.steps[0].state, CASE_STEP_IS_REFUSED);
    assert_int_equal(case_next_step(&file), -1);
    assert_true(tell(&file, CASE_FINISHED));
    assert_int_equal(file.state, CASE_DONE);
    file = case_with(CASE_CERTIFICATE);
    assert_true(tell(&file, CASE_STEP_INTENDED));
    assert_false(tell(&file, CASE_STEP_REFUSED));
}

static void test_an_install_in_doubt_is_settled_by_repeating_it(void **state)
{
    struct case_file file = case_with(CASE_INSTALL);

    (void)state;
    assert_true(tell(&file, CASE_STEP_INTENDED));
    assert_true(tell(&file, CASE_STEP_UNKNOWN));
    assert_true(tell(&file, CASE_STEP_INTENDED));
    assert_true(tell(&file, CASE_STEP_NOT_DONE));
    assert_int_equal(file.state, CASE_UNSETTLED);
    assert_true(tell(&file, CASE_STEP_INTENDED));
    assert_true(tell(&file, CASE_SETTLED_NOT_DONE));
    assert_int_equal(file.state, CASE_PLANNED);
    assert_int_equal(file.steps[0].state, CASE_STEP_IS_NOT_DONE);
    file = case_with(CASE_PROVE);
    assert_true(tell(&file, CASE_STEP_INTENDED));
    assert_false(tell(&file, CASE_SETTLED_NOT_DONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair_is_as_written),
        cmocka_unit_test(test_every_reachable_case_keeps_the_promises),
        cmocka_unit_test(test_a_revocation_refused_for_good_is_at_its_end),
        cmocka_unit_test(test_an_install_in_doubt_is_settled_by_repeating_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
