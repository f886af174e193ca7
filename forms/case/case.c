#include "forms/case/case.h"
#include "forms/case/content.h"

#include <string.h>

/* Verdicts that accept a card operation; first-visit accepts the application alone (design section
 * 7). */
static const char *const accepting[] = {"accept", "second-visit"};

static bool verdict_accepts(const struct case_judgement *j)
{
    for (size_t i = 0; i < sizeof accepting / sizeof *accepting; i++)
        if (strcmp(j->verdict, accepting[i]) == 0)
            return true;
    return false;
}

bool case_enough(const struct case_file *file)
{
    return file->judged && (verdict_accepts(&file->judgement) || file->decided);
}

bool case_repeatable(enum case_kind kind)
{
    return kind != CASE_VERIFY && kind != CASE_CHANGE;
}

bool case_at_authority(enum case_kind kind)
{
    return kind == CASE_CERTIFICATE || kind == CASE_REVOKE;
}

static bool kind_writes(uint8_t kind)
{
    return kind == CASE_CHANGE || kind == CASE_RESET || kind == CASE_KEY || kind == CASE_INSTALL;
}

bool case_card_touched(const struct case_file *file)
{
    for (unsigned i = 0; i < file->plan.step_count; i++) {
        const struct case_step *s = &file->steps[i];
        bool stands = s->state == CASE_STEP_IS_DONE || s->state == CASE_STEP_IS_UNKNOWN ||
                      s->state == CASE_STEP_IS_INTENDED || s->outcome.places_done > 0;

        if (kind_writes(s->plan.kind) && stands)
            return true;
    }
    return false;
}

static int first_step_in(const struct case_file *file, enum case_step_state state)
{
    for (int i = 0; i < file->plan.step_count; i++)
        if (file->steps[i].state == state)
            return i;
    return -1;
}

int case_next_step(const struct case_file *file)
{
    static const enum case_step_state order[] = {CASE_STEP_IS_INTENDED, CASE_STEP_IS_UNKNOWN,
                                                 CASE_STEP_IS_NOT_DONE, CASE_STEP_IS_OPEN};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        int step = first_step_in(file, order[i]);

        if (step >= 0)
            return step;
    }
    return -1;
}

/* --- guards: may this event lead there? --- */

static const struct case_step *named_step(const struct case_file *file,
                                          const struct case_change *change)
{
    return &file->steps[change->step];
}

static bool still_enough(const struct case_file *file, const struct case_change *change)
{
    (void)file;
    return verdict_accepts(&change->with.judgement);
}

static bool decidable(const struct case_file *file, const struct case_change *change)
{
    const struct case_judgement *j = &file->judgement;

    (void)change;
    return strcmp(j->verdict, "ask-office") == 0 ||
           (strcmp(j->verdict, "refuse") == 0 && j->may_be_decided);
}

static bool step_fits(const struct case_judgement *j, const struct case_plan_step *step)
{
    return (j->pins & 1u << step->pin) != 0 && content_procedure_has(j->procedure, step->kind);
}

/* For certain nothing of it stands, on the card or at the authority: it may give way to another, to
 * a reset before it for instance. What a PIN's step has tried stays on its line. */
static bool may_give_way(const struct case_step *s)
{
    return s->state == CASE_STEP_IS_NOT_DONE && s->plan.kind != CASE_CHANGE &&
           s->plan.kind != CASE_RESET && s->outcome.places_done == 0;
}

/* What has begun stays as it is, but for an unknown change that becomes a reset of the same PIN. */
static bool begun_step_kept(const struct case_step *begun, const struct case_plan_step *step)
{
    if (begun->state == CASE_STEP_IS_OPEN)
        return true;
    if (begun->plan.pin != step->pin)
        return false;
    if (begun->state == CASE_STEP_IS_UNKNOWN && begun->plan.kind == CASE_CHANGE)
        return step->kind == CASE_CHANGE || step->kind == CASE_RESET;
    return begun->plan.kind == step->kind;
}

static bool only_a_question(const struct case_file *file)
{
    return strcmp(file->judgement.procedure, "check") == 0;
}

static bool plan_allowed(const struct case_file *file, const struct case_change *change)
{
    const struct case_plan *plan = &change->with.plan;
    bool begun = false;

    if (!case_enough(file) || (plan->step_count == 0 && !only_a_question(file)))
        return false;
    for (unsigned i = 0; i < file->plan.step_count; i++) {
        if (file->steps[i].state == CASE_STEP_IS_OPEN)
            continue;
        begun = true;
        if (may_give_way(&file->steps[i]))
            continue;
        if (i >= plan->step_count || !begun_step_kept(&file->steps[i], &plan->steps[i]))
            return false;
    }
    if (begun && strcmp(file->plan.serial, plan->serial) != 0)
        return false;
    for (unsigned i = 0; i < plan->step_count; i++)
        if (file->steps[i].state != CASE_STEP_IS_DONE &&
            !step_fits(&file->judgement, &plan->steps[i]))
            return false;
    return true;
}

static bool step_may_run(const struct case_file *file, const struct case_change *change)
{
    return case_enough(file) && case_next_step(file) == change->step &&
           step_fits(&file->judgement, &named_step(file, change)->plan);
}

static bool step_may_repeat(const struct case_file *file, const struct case_change *change)
{
    return step_may_run(file, change) && case_repeatable(named_step(file, change)->plan.kind);
}

static bool change_may_be_proven(const struct case_file *file, const struct case_change *change)
{
    const struct case_plan_step *step = &named_step(file, change)->plan;

    return case_enough(file) && case_next_step(file) == change->step && step->kind == CASE_CHANGE &&
           (file->judgement.pins & 1u << step->pin) != 0;
}

static bool is_under_way(const struct case_file *file, const struct case_change *change)
{
    return named_step(file, change)->state == CASE_STEP_IS_INTENDED;
}

/* Keeping finds nothing where there was no certificate; a key and a certificate are nothing without
 * their paper. */
static bool paper_fits(const struct case_file *file, const struct case_change *change)
{
    enum case_kind kind = (enum case_kind)named_step(file, change)->plan.kind;

    if (kind == CASE_KEY || kind == CASE_CERTIFICATE)
        return change->paper.length > 0;
    return kind == CASE_KEEP || change->paper.length == 0;
}

static bool is_carried_out(const struct case_file *file, const struct case_change *change)
{
    return is_under_way(file, change) && paper_fits(file, change);
}

static bool is_in_doubt(const struct case_file *file, const struct case_change *change)
{
    return is_under_way(file, change) && named_step(file, change)->doubt;
}

static bool is_refused_for_good(const struct case_file *file, const struct case_change *change)
{
    return is_under_way(file, change) && named_step(file, change)->plan.kind == CASE_REVOKE;
}

/* Repeating it looks for what an earlier attempt has left. */
static bool is_looked_for(const struct case_file *file, const struct case_change *change)
{
    return is_under_way(file, change) && named_step(file, change)->plan.kind == CASE_INSTALL;
}

static bool is_unknown(const struct case_file *file, const struct case_change *change)
{
    return named_step(file, change)->state == CASE_STEP_IS_UNKNOWN;
}

static bool is_unknown_and_may_go_on(const struct case_file *file, const struct case_change *change)
{
    return is_unknown(file, change) && case_enough(file);
}

static bool is_settled_and_may_go_on(const struct case_file *file, const struct case_change *change)
{
    return is_unknown_and_may_go_on(file, change) && paper_fits(file, change);
}

static bool is_settled(const struct case_file *file, const struct case_change *change)
{
    return is_unknown(file, change) && paper_fits(file, change);
}

static bool all_done(const struct case_file *file, const struct case_change *change)
{
    (void)change;
    return case_next_step(file) < 0 && (file->plan.step_count > 0 || only_a_question(file));
}

/* Nothing was to be done on the card: a first visit, or a question answered. */
static bool no_card_needed(const struct case_file *file, const struct case_change *change)
{
    (void)change;
    return !file->planned && ((case_enough(file) && only_a_question(file)) ||
                              strcmp(file->judgement.verdict, "first-visit") == 0);
}

static bool untouched(const struct case_file *file, const struct case_change *change)
{
    (void)change;
    return !case_card_touched(file);
}

static bool has_unknown(const struct case_file *file, const struct case_change *change)
{
    (void)change;
    return first_step_in(file, CASE_STEP_IS_UNKNOWN) >= 0;
}

static bool has_plan(const struct case_file *file, const struct case_change *change)
{
    (void)change;
    return file->planned && case_enough(file);
}

static bool has_judgement(const struct case_file *file, const struct case_change *change)
{
    (void)change;
    return file->judged;
}

/* --- the table: the first row whose guard holds --- */

static const struct transition {
    enum case_state from;
    enum case_event event;
    bool (*guard)(const struct case_file *file, const struct case_change *change);
    enum case_state to;
} transitions[] = {
    {CASE_NONE, CASE_OPENED, NULL, CASE_OPEN},

    {CASE_OPEN, CASE_JUDGEMENT, NULL, CASE_JUDGED},
    {CASE_OPEN, CASE_PUT_ASIDE, NULL, CASE_PARKED},
    {CASE_OPEN, CASE_GIVEN_UP, NULL, CASE_ABANDONED},

    {CASE_JUDGED, CASE_JUDGEMENT, NULL, CASE_JUDGED},
    {CASE_JUDGED, CASE_DECISION, decidable, CASE_JUDGED},
    {CASE_JUDGED, CASE_PLAN, plan_allowed, CASE_PLANNED},
    {CASE_JUDGED, CASE_FINISHED, no_card_needed, CASE_DONE},
    {CASE_JUDGED, CASE_PUT_ASIDE, NULL, CASE_PARKED},
    {CASE_JUDGED, CASE_GIVEN_UP, untouched, CASE_ABANDONED},

    {CASE_PLANNED, CASE_JUDGEMENT, still_enough, CASE_PLANNED},
    {CASE_PLANNED, CASE_JUDGEMENT, NULL, CASE_JUDGED},
    {CASE_PLANNED, CASE_PLAN, plan_allowed, CASE_PLANNED},
    {CASE_PLANNED, CASE_STEP_INTENDED, step_may_run, CASE_RUNNING},
    {CASE_PLANNED, CASE_FINISHED, all_done, CASE_DONE},
    {CASE_PLANNED, CASE_PUT_ASIDE, NULL, CASE_PARKED},
    {CASE_PLANNED, CASE_GIVEN_UP, untouched, CASE_ABANDONED},

    {CASE_RUNNING, CASE_STEP_DONE, is_carried_out, CASE_PLANNED},
    {CASE_RUNNING, CASE_STEP_NOT_DONE, is_in_doubt, CASE_UNSETTLED},
    {CASE_RUNNING, CASE_STEP_NOT_DONE, is_under_way, CASE_PLANNED},
    {CASE_RUNNING, CASE_STEP_UNKNOWN, is_under_way, CASE_UNSETTLED},
    {CASE_RUNNING, CASE_STEP_REFUSED, is_refused_for_good, CASE_PLANNED},
    {CASE_RUNNING, CASE_SETTLED_NOT_DONE, is_looked_for, CASE_PLANNED},

    {CASE_UNSETTLED, CASE_SETTLED_DONE, is_settled_and_may_go_on, CASE_PLANNED},
    {CASE_UNSETTLED, CASE_SETTLED_DONE, is_settled, CASE_JUDGED},
    {CASE_UNSETTLED, CASE_SETTLED_NOT_DONE, is_unknown_and_may_go_on, CASE_PLANNED},
    {CASE_UNSETTLED, CASE_SETTLED_NOT_DONE, is_unknown, CASE_JUDGED},
    {CASE_UNSETTLED, CASE_STEP_INTENDED, step_may_repeat, CASE_RUNNING},
    {CASE_UNSETTLED, CASE_PROOF_INTENDED, change_may_be_proven, CASE_RUNNING},
    {CASE_UNSETTLED, CASE_JUDGEMENT, NULL, CASE_UNSETTLED},
    {CASE_UNSETTLED, CASE_DECISION, decidable, CASE_UNSETTLED},
    {CASE_UNSETTLED, CASE_PLAN, plan_allowed, CASE_UNSETTLED},
    {CASE_UNSETTLED, CASE_PUT_ASIDE, NULL, CASE_PARKED},

    {CASE_PARKED, CASE_RESUMED, has_unknown, CASE_UNSETTLED},
    {CASE_PARKED, CASE_RESUMED, has_plan, CASE_PLANNED},
    {CASE_PARKED, CASE_RESUMED, has_judgement, CASE_JUDGED},
    {CASE_PARKED, CASE_RESUMED, NULL, CASE_OPEN},
    {CASE_PARKED, CASE_GIVEN_UP, NULL, CASE_ABANDONED},
};
enum { TRANSITIONS = sizeof transitions / sizeof *transitions };

static const struct transition *transition_for(const struct case_file *file,
                                               const struct case_change *change)
{
    for (size_t i = 0; i < TRANSITIONS; i++) {
        const struct transition *t = &transitions[i];

        if (t->from == file->state && t->event == change->event &&
            (!t->guard || t->guard(file, change)))
            return t;
    }
    return NULL;
}

bool case_possible(enum case_state state, enum case_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++)
        if (transitions[i].from == state && transitions[i].event == event)
            return true;
    return false;
}

/* --- effects: what an allowed event leaves in the file --- */

static void take_opening(struct case_file *file, const struct case_change *change)
{
    file->opening = change->with.opening;
    file->opened_at = change->at;
}

static void take_judgement(struct case_file *file, const struct case_change *change)
{
    file->judgement = change->with.judgement;
    file->judged = true;
    file->decided = false;
}

static void take_decision(struct case_file *file, const struct case_change *change)
{
    file->decision = change->with.decision;
    file->decided = true;
}

static bool same_work(const struct case_plan_step *a, const struct case_plan_step *b)
{
    return a->kind == b->kind && a->pin == b->pin;
}

/* What the tries were before a change says nothing about a reset. */
static void replan_step(struct case_step *s, const struct case_plan_step *step)
{
    if (s->plan.kind != step->kind)
        memset(s->tries_before, -1, sizeof s->tries_before);
    s->plan = *step;
}

static void take_plan(struct case_file *file, const struct case_change *change)
{
    file->plan = change->with.plan;
    file->planned = true;
    for (unsigned i = 0; i < CASE_STEPS; i++) {
        struct case_step *s = &file->steps[i];

        bool gone = i >= file->plan.step_count ||
                    (may_give_way(s) && !same_work(&s->plan, &file->plan.steps[i]));

        if (gone || s->state == CASE_STEP_IS_OPEN)
            *s = (struct case_step){.tries_before = {-1, -1}, .outcome.tries = {-1, -1}};
        if (i < file->plan.step_count && s->state != CASE_STEP_IS_DONE)
            replan_step(s, &file->plan.steps[i]);
    }
}

static void take_transaction(struct case_step *s, const struct case_change *change)
{
    if (*change->transaction)
        memcpy(s->transaction, change->transaction, sizeof s->transaction);
}

static void take_intent(struct case_file *file, const struct case_change *change)
{
    struct case_step *s = &file->steps[change->step];

    take_transaction(s, change);
    s->state = CASE_STEP_IS_INTENDED;
    s->proving = change->event == CASE_PROOF_INTENDED;
    s->intended_at = change->at;
    if (s->proving) {
        s->proofs++;
        return;
    }
    s->attempts++;
    s->proofs = 0;
    memcpy(s->tries_before, change->with.outcome.tries, sizeof s->tries_before);
}

static void take_paper(struct case_file *file, const struct case_plan_step *step,
                       const struct case_paper *paper)
{
    struct case_papers *papers = &file->papers[step->pin % CASE_CERTIFICATES];
    struct case_paper *place = step->kind == CASE_KEEP          ? &papers->old
                               : step->kind == CASE_KEY         ? &papers->request
                               : step->kind == CASE_CERTIFICATE ? &papers->certificate
                                                                : NULL;

    if (!place)
        return;
    /* What lies behind its end is nobody's: files are compared whole. */
    *place = (struct case_paper){.length = paper->length};
    memcpy(place->at, paper->at, paper->length);
}

/* Not done this time says nothing of an earlier attempt in doubt. */
static uint8_t state_after(const struct case_step *s, enum case_event event)
{
    switch (event) {
    case CASE_STEP_DONE:
    case CASE_SETTLED_DONE: return CASE_STEP_IS_DONE;
    case CASE_STEP_REFUSED: return CASE_STEP_IS_REFUSED;
    case CASE_STEP_UNKNOWN: return CASE_STEP_IS_UNKNOWN;
    case CASE_STEP_NOT_DONE: return s->doubt ? CASE_STEP_IS_UNKNOWN : CASE_STEP_IS_NOT_DONE;
    default: return CASE_STEP_IS_NOT_DONE;
    }
}

static void take_outcome(struct case_file *file, const struct case_change *change)
{
    struct case_step *s = &file->steps[change->step];

    s->state = state_after(s, change->event);
    s->doubt = s->state == CASE_STEP_IS_UNKNOWN;
    take_transaction(s, change);
    s->proving = false;
    s->outcome = change->with.outcome;
    s->at = change->at;
    if (s->state == CASE_STEP_IS_DONE)
        take_paper(file, &s->plan, &change->paper);
}

static void take_reason(struct case_file *file, const struct case_change *change)
{
    file->reason = change->reason;
}

static void (*const effects[CASE_EVENTS])(struct case_file *, const struct case_change *) = {
    [CASE_OPENED] = take_opening,
    [CASE_JUDGEMENT] = take_judgement,
    [CASE_DECISION] = take_decision,
    [CASE_PLAN] = take_plan,
    [CASE_STEP_INTENDED] = take_intent,
    [CASE_PROOF_INTENDED] = take_intent,
    [CASE_STEP_DONE] = take_outcome,
    [CASE_STEP_NOT_DONE] = take_outcome,
    [CASE_STEP_UNKNOWN] = take_outcome,
    [CASE_STEP_REFUSED] = take_outcome,
    [CASE_SETTLED_DONE] = take_outcome,
    [CASE_SETTLED_NOT_DONE] = take_outcome,
    [CASE_PUT_ASIDE] = take_reason,
    [CASE_RESUMED] = take_reason,
    [CASE_FINISHED] = take_reason,
    [CASE_GIVEN_UP] = take_reason,
};

bool case_apply(struct case_file *file, const struct case_change *change)
{
    const struct transition *t;

    if (!content_allowed(change) ||
        (content_names_step(change->event) && change->step >= file->plan.step_count))
        return false;
    t = transition_for(file, change);
    if (!t)
        return false;
    effects[change->event](file, change);
    file->state = t->to;
    file->changed_at = change->at;
    return true;
}
