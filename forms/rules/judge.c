#include "forms/rules/judge.h"

#include "forms/rules/judgement.h"

#include <string.h>

/* --- lists without repetition ---------------------------------------------------------------- */

static uint8_t add_citation(const struct citation **list, uint8_t count, uint8_t most,
                            const struct citation *citation)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == citation)
            return count;
    if (count < most)
        list[count++] = citation;
    return count;
}

void judgement_reason(struct judgement *j, const struct citation *citation)
{
    j->out->reason_count =
        add_citation(j->out->reason, j->out->reason_count, VERDICT_REASONS, citation);
}

void judgement_warning(struct judgement *j, const struct citation *citation)
{
    j->out->warning_count =
        add_citation(j->out->warning, j->out->warning_count, VERDICT_WARNINGS, citation);
}

static void add_missing(struct judgement *j, const struct missing *missing)
{
    if (j->out->missing_count < VERDICT_MISSING_MAX)
        j->out->missing[j->out->missing_count++] = *missing;
}

void judgement_missing_fact(struct judgement *j, uint8_t fact)
{
    add_missing(j, &(struct missing){
                       .holder = HOLDER_RESIDENT,
                       .fact = fact,
                       .need = profile_fact_id(j->profile, fact),
                       .citation = judgement_say(j, SAY_FACT),
                   });
}

/* --- rules ----------------------------------------------------------------------------------- */

static const enum verdict_kind rule_verdicts[RULE_KINDS] = {
    [RULE_REROUTE] = VERDICT_REROUTE,
    [RULE_REFUSE] = VERDICT_REFUSE,
    [RULE_ASK_OFFICE] = VERDICT_ASK_OFFICE,
};

/* Another card comes before another procedure, and that before another office. */
static int reroute_rank(int to)
{
    return to == ON_CARD_REISSUE ? 2 : to < PROCEDURES ? 1 : 0;
}

static void apply_decision(struct judgement *j, const struct rule *rule)
{
    struct verdict *out = j->out;
    j->applies[rule_verdicts[rule->kind]] = true;
    if (rule->kind == RULE_REROUTE &&
        (out->reroute < 0 || reroute_rank(rule->to) > reroute_rank(out->reroute)))
        out->reroute = rule->to;
    if (rule->phone != NULL && out->phone == NULL)
        out->phone = rule->phone;
    out->may_be_decided = out->may_be_decided || rule->settle;
}

static void guide(struct judgement *j, const struct rule *rule)
{
    struct verdict *out = j->out;
    out->guidance_count =
        add_citation(out->guidance, out->guidance_count, VERDICT_GUIDANCE, &rule->citation);
}

static void apply_rule(struct judgement *j, const struct rule *rule)
{
    switch ((enum rule_kind)rule->kind) {
    case RULE_WARN:
        judgement_warning(j, &rule->citation);
        break;
    case RULE_ALTERNATIVE:
        if ((j->out->alternatives >> rule->to & 1) == 0)
            guide(j, rule); /* the city's own words come first */
        j->out->alternatives |= (uint16_t)(1u << rule->to);
        break;
    case RULE_GUIDE:
        guide(j, rule);
        break;
    case RULE_REROUTE:
    case RULE_REFUSE:
    case RULE_ASK_OFFICE:
        apply_decision(j, rule);
        break;
    case RULE_KINDS:
        break;
    }
}

static bool decides(const struct rule *rule)
{
    return rule->kind == RULE_REROUTE || rule->kind == RULE_REFUSE || rule->kind == RULE_ASK_OFFICE;
}

static void apply_rules(struct judgement *j)
{
    const struct scope *scope = &j->scope;
    for (size_t i = 0; i < scope->rules; i++) {
        if (scope->rule[i].truth == TRUTH_YES)
            apply_rule(j, scope->rule[i].rule);
        else if (decides(scope->rule[i].rule) && scope->way != NULL)
            facts_open(&scope->view, &scope->rule[i].rule->when, &j->open);
    }
}

/* The citations of the rules that led to the verdict. */
static void cite_rules(struct judgement *j, enum verdict_kind kind)
{
    const struct scope *scope = &j->scope;
    for (size_t i = 0; i < scope->rules; i++) {
        const struct rule *rule = scope->rule[i].rule;
        bool leads =
            kind != VERDICT_REROUTE || reroute_rank(rule->to) == reroute_rank(j->out->reroute);
        if (scope->rule[i].truth == TRUTH_YES && decides(rule) &&
            rule_verdicts[rule->kind] == kind && leads)
            judgement_reason(j, &rule->citation);
    }
}

/* --- needs ----------------------------------------------------------------------------------- */

/* A need is in play unless its facts say that it does not exist or is waived. */
static void gather_needs(struct judgement *j)
{
    const struct way *way = j->scope.way;
    for (size_t i = 0; way != NULL && i < way->need_count; i++) {
        const struct need *need = &j->profile->needs[way->needs[i]];
        bool waived =
            need->unless.count > 0 && facts_hold(&j->scope.view, &need->unless) == TRUTH_YES;
        if (facts_hold(&j->scope.view, &need->when) != TRUTH_NO && !waived)
            j->need[j->needs++] = (struct match_need){.need = need};
    }
    match_needs(j->profile, j->situation, j->need, j->needs);
}

static const char *need_word(const struct judgement *j, const struct match_need *m, size_t place)
{
    uint64_t any = m->place[place].any_of;
    if (any != 0 && (any & (any - 1)) == 0)
        for (size_t d = 0; d < j->profile->document_count; d++)
            if (any == UINT64_C(1) << d)
                return j->profile->documents[d].id;
    return m->need->citation.id;
}

/* Whose the missing document is to be: papers are asked of the person standing there. */
static uint8_t missing_holder(const struct judgement *j, const struct need *need)
{
    if (need->holder != HOLDER_ANY)
        return need->holder;
    return j->situation->presenter == PRESENTER_RESIDENT ? HOLDER_RESIDENT : HOLDER_VISITOR;
}

static void report_unmet(struct judgement *j, const struct match_need *m)
{
    const struct need *need = m->need;
    if (need->otherwise == OTHERWISE_WARN) {
        judgement_warning(j, &need->citation);
        return;
    }
    for (size_t place = 0; place < m->missing; place++)
        add_missing(j, &(struct missing){
                           .holder = missing_holder(j, need),
                           .fact = FACT_NONE,
                           .need = need_word(j, m, place),
                           .any_of = m->place[place].any_of,
                           .attributes = m->place[place].attributes,
                           .citation = &need->citation,
                       });
    j->applies[need->otherwise == OTHERWISE_REFUSE ? VERDICT_REFUSE : VERDICT_MISSING] = true;
    facts_open(&j->scope.view, &need->when, &j->open);
    facts_open(&j->scope.view, &need->unless, &j->open);
}

static void report_needs(struct judgement *j)
{
    for (size_t i = 0; i < j->needs; i++)
        if (!j->need[i].met)
            report_unmet(j, &j->need[i]);
}

/* The needs that were met, or those that were not and lead to this. */
static void cite_needs(struct judgement *j, bool met, enum otherwise otherwise)
{
    for (size_t i = 0; i < j->needs; i++)
        if (j->need[i].met == met && (met || j->need[i].need->otherwise == otherwise))
            judgement_reason(j, &j->need[i].need->citation);
}

static void report_facts(struct judgement *j)
{
    const struct way *way = j->scope.way;
    for (size_t i = 0; way != NULL && i < way->ask_count; i++)
        facts_need(&j->scope.view, way->asks[i], &j->open);
    if (way == NULL || way->ask_office)
        return;
    fact_set_settle(&j->open);
    for (size_t i = 0; i < j->open.count; i++) {
        judgement_missing_fact(j, j->open.fact[i]);
        j->applies[VERDICT_MISSING] = true;
    }
}

/* --- what is worth a warning ----------------------------------------------------------------- */

/* What the way's needs name, what counts for them, and whether a list is of examples only. */
struct wanted_documents {
    uint64_t named, counting;
    bool open;
};

static struct wanted_documents wanted_documents(const struct judgement *j)
{
    struct wanted_documents out = {0};
    struct date day = j->situation->at.date;
    for (size_t i = 0; i < j->needs; i++)
        for (size_t a = 0; a < j->need[i].need->count; a++)
            for (size_t k = 0; k < j->need[i].need->any[a].count; k++) {
                const struct slot *slot = &j->need[i].need->any[a].slot[k];
                out.named |= match_slot_list(j->profile, slot, day);
                out.counting |= match_slot_documents(j->profile, slot, day);
                out.open =
                    out.open || (slot->class != NOTHING && j->profile->classes[slot->class].open);
            }
    return out;
}

static bool has_ended(const struct document *d, struct date day)
{
    return (date_valid(d->until) && date_compare(day, d->until) > 0) ||
           (date_valid(d->from) && date_compare(day, d->from) < 0);
}

static void warn_of_documents(struct judgement *j)
{
    const struct wanted_documents wanted = wanted_documents(j);
    for (size_t i = 0; i < j->situation->shown_count; i++) {
        uint64_t bit = UINT64_C(1) << j->situation->shown[i].document;
        const struct document *d = &j->profile->documents[j->situation->shown[i].document];
        if (has_ended(d, j->situation->at.date))
            judgement_warning(j, judgement_say(j, SAY_DOCUMENT_ENDED));
        else if ((wanted.counting & ~wanted.named & bit) != 0)
            judgement_warning(j, judgement_say(j, SAY_STANDS_FOR));
        else if ((wanted.counting & bit) == 0 && wanted.open && !d->paper)
            judgement_warning(j, judgement_say(j, SAY_UNLISTED));
    }
}

static void warn_of_age(struct judgement *j)
{
    if (date_compare(j->situation->at.date,
                     date_add_months(j->profile->date, j->national->page_old_months)) > 0)
        judgement_warning(j, &j->profile->old);
}

/* --- the verdict ----------------------------------------------------------------------------- */

static enum verdict_kind accepted(const struct way *way)
{
    if (way->visit < way->visits)
        return VERDICT_FIRST_VISIT;
    return way->visit > 1 ? VERDICT_SECOND_VISIT : VERDICT_ACCEPT;
}

/* Later in enum verdict_kind decides. A need of the page that is not met comes before what the page
 * leaves open. */
static enum verdict_kind decide(const struct judgement *j)
{
    const struct way *way = j->scope.way;
    bool leaves_open = way == NULL || way->ask_office || j->scope.uncovered;
    if (j->applies[VERDICT_REROUTE])
        return VERDICT_REROUTE;
    if (j->applies[VERDICT_REFUSE])
        return VERDICT_REFUSE;
    if (j->applies[VERDICT_ASK_OFFICE] ||
        (leaves_open && (way == NULL || j->scope.uncovered || !j->applies[VERDICT_MISSING])))
        return VERDICT_ASK_OFFICE;
    if (j->applies[VERDICT_CLOSED])
        return VERDICT_CLOSED;
    return j->applies[VERDICT_MISSING] ? VERDICT_MISSING : accepted(way);
}

static void cite(struct judgement *j)
{
    const struct way *way = j->scope.way;
    enum verdict_kind kind = j->out->kind;
    cite_rules(j, kind);
    if (kind == VERDICT_CLOSED)
        judgement_reason(j, judgement_say(j, SAY_CLOSED));
    if (kind == VERDICT_REFUSE || kind == VERDICT_MISSING)
        cite_needs(j, false, kind == VERDICT_REFUSE ? OTHERWISE_REFUSE : OTHERWISE_MISSING);
    if (kind == VERDICT_ASK_OFFICE && j->out->hours.state == HOURS_UNKNOWN)
        judgement_reason(j, judgement_say(j, SAY_HOURS_UNKNOWN));
    if (kind == VERDICT_ASK_OFFICE && (way == NULL || j->scope.uncovered) &&
        j->out->reason_count == 0)
        judgement_reason(j, &j->profile->contact);
    if (verdict_accepts(j->out))
        cite_needs(j, true, OTHERWISE_MISSING);
    if (way != NULL &&
        (verdict_accepts(j->out) || kind == VERDICT_ASK_OFFICE || j->out->reason_count == 0))
        judgement_reason(j, &way->citation);
    if (j->out->reason_count == 0)
        judgement_reason(j, kind == VERDICT_MISSING ? judgement_say(j, SAY_FACT)
                                                    : &j->profile->contact);
}

static void fill_from_way(struct judgement *j)
{
    const struct way *way = j->scope.way;
    struct verdict *out = j->out;
    out->way = way;
    out->pins = j->scope.view.pins;
    out->office = j->scope.office;
    if (j->situation->procedure == PROCEDURE_RENEW || j->situation->procedure == PROCEDURE_ISSUE)
        out->certificates = out->pins & PINS_CERTIFICATES;
    if (facts_no_signature(&j->scope.view))
        out->certificates &= (uint8_t) ~(1u << PIN_SIG);
    if (way != NULL) {
        out->visits = way->visits;
        out->pin_by = way->pin_by;
    }
}

static void judge_counter(struct judgement *j)
{
    scope_make(j->national, j->profile, j->situation, &j->scope);
    fill_from_way(j);
    apply_rules(j);
    gather_needs(j);
    report_needs(j);
    report_facts(j);
    judgement_dates(j);
    judgement_hours(j);
    warn_of_documents(j);
    if (j->scope.narrowed)
        judgement_warning(j, judgement_say(j, SAY_CHOSEN_IN_WINDOW));
    j->out->kind = decide(j);
    if (j->out->kind >= VERDICT_REFUSE)
        j->out->valid_until = (struct date){0, 0, 0};
    cite(j);
}

void rules_judge(const struct national *national, const struct profile *profile,
                 const struct situation *situation, struct verdict *out)
{
    struct judgement j = {
        .national = national, .profile = profile, .situation = situation, .out = out};
    memset(out, 0, sizeof *out);
    out->reroute = -1;
    out->other_office = -1;
    out->office = situation->office == OFFICE_UNSTATED ? 0 : (uint8_t)situation->office;
    if (!judgement_appointment(&j))
        judge_counter(&j);
    warn_of_age(&j);
    if (!verdict_accepts(out) && out->phone == NULL)
        out->phone = profile->phone;
    if (verdict_accepts(out))
        out->phone = NULL;
    out->may_be_decided =
        out->kind == VERDICT_ASK_OFFICE || (out->kind == VERDICT_REFUSE && out->may_be_decided);
}
