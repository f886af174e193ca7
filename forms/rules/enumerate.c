#include "forms/rules/enumerate.h"

#include "forms/rules/judge.h"
#include "forms/rules/match.h"
#include "forms/rules/scope.h"
#include "forms/rules/standin.h"

#include <string.h>

enum { VISITS_TRIED = 2 };

struct tour {
    const struct national *national;
    const struct profile *profile;
    struct enumeration *out;
    struct situation situation;
    struct verdict verdict;
};

static const char *const words[FINDING_KINDS] = {
    [FINDING_UNREACHABLE] = "unreachable",
    [FINDING_UNUSED] = "unused",
    [FINDING_NEVER_MET] = "never-met",
    [FINDING_CONTRADICTION] = "contradiction",
    [FINDING_LOOP] = "loop",
    [FINDING_DEAD_END] = "dead-end",
    [FINDING_NOT_MONOTONE] = "not-monotone",
};

const char *finding_word(enum finding_kind kind)
{
    return words[kind];
}

static void find(struct tour *t, enum finding_kind kind, const char *id,
                 const struct situation *where)
{
    struct enumeration *out = t->out;
    for (size_t i = 0; i < out->count; i++)
        if (out->finding[i].kind == kind && strcmp(out->finding[i].id, id) == 0)
            return;
    if (out->count == FINDINGS_MAX)
        return;
    out->finding[out->count].kind = kind;
    out->finding[out->count].id = id;
    if (where != NULL)
        out->finding[out->count].situation = *where;
    else
        situation_clear(&out->finding[out->count].situation);
    out->count++;
}

/* --- one situation --------------------------------------------------------------------------- */

static void note_rules(struct tour *t, const struct scope *scope)
{
    int to = -1;
    for (size_t i = 0; i < scope->rules; i++) {
        const struct rule *rule = scope->rule[i].rule;
        bool own = rule >= t->profile->rules && rule < t->profile->rules + t->profile->rule_count;
        if (scope->rule[i].truth != TRUTH_YES)
            continue;
        if (own)
            t->out->rule_fired[rule - t->profile->rules] = true;
        if (rule->kind != RULE_REROUTE || rule->to >= PROCEDURES)
            continue;
        if (to >= 0 && to != rule->to)
            find(t, FINDING_CONTRADICTION, rule->citation.id, &t->situation);
        to = rule->to;
    }
}

static void note_needs(struct tour *t, const struct way *way)
{
    for (size_t i = 0; i < way->need_count; i++) {
        const struct citation *citation = &t->profile->needs[way->needs[i]].citation;
        for (size_t k = 0; k < t->verdict.reason_count; k++)
            if (t->verdict.reason[k] == citation && verdict_accepts(&t->verdict))
                t->out->need_met[way->needs[i]] = true;
        for (size_t k = 0; k < t->verdict.missing_count; k++)
            if (t->verdict.missing[k].citation == citation)
                t->out->need_open[way->needs[i]] = true;
        for (size_t k = 0; k < t->verdict.warning_count; k++)
            if (t->verdict.warning[k] == citation)
                t->out->need_open[way->needs[i]] = true;
    }
}

/* Sent to a procedure that sends the same case back. */
static bool comes_back(struct tour *t)
{
    struct situation elsewhere = t->situation;
    struct verdict verdict;
    elsewhere.procedure = (enum procedure)t->verdict.reroute;
    rules_judge(t->national, t->profile, &elsewhere, &verdict);
    return verdict.kind == VERDICT_REROUTE && verdict.reroute == (int)t->situation.procedure;
}

static bool names_a_way_on(const struct verdict *v)
{
    return verdict_accepts(v) || v->missing_count > 0 || v->reroute >= 0 || v->alternatives != 0 ||
           date_valid(v->opens.date) || (v->phone != NULL && v->phone[0] != '\0');
}

static const char *place(const struct tour *t)
{
    return t->verdict.way != NULL ? t->verdict.way->citation.id
                                  : terms_word(&terms_procedures, (size_t)t->situation.procedure);
}

static void try_one(struct tour *t)
{
    struct scope scope;
    struct contradiction c = situation_contradiction(&t->situation);
    if (c.fact != FACT_NONE)
        return;
    t->out->situations++;
    rules_judge(t->national, t->profile, &t->situation, &t->verdict);
    scope_make(t->national, t->profile, &t->situation, &scope);
    note_rules(t, &scope);
    if (t->verdict.way != NULL) {
        t->out->way_taken[t->verdict.way - t->profile->ways] = true;
        note_needs(t, t->verdict.way);
    }
    if (!names_a_way_on(&t->verdict) || t->verdict.reason_count == 0)
        find(t, FINDING_DEAD_END, place(t), &t->situation);
    if (t->verdict.kind == VERDICT_REROUTE && t->verdict.reroute < PROCEDURES && comes_back(t))
        find(t, FINDING_LOOP, place(t), &t->situation);
}

/* --- products -------------------------------------------------------------------------------- */

typedef void visitor(struct tour *t, const struct standins *documents);

static void show(struct tour *t, const struct standins *documents, uint64_t chosen)
{
    t->situation.shown_count = 0;
    for (size_t i = 0; i < documents->count; i++)
        if ((chosen >> i & 1) != 0)
            t->situation.shown[t->situation.shown_count++] = documents->shown[i];
}

/* None, all, and all but one. */
static void some_sets(struct tour *t, const struct standins *documents)
{
    uint64_t all = (UINT64_C(1) << documents->count) - 1;
    show(t, documents, 0);
    try_one(t);
    show(t, documents, all);
    try_one(t);
    for (size_t i = 0; i < documents->count; i++) {
        show(t, documents, all & ~(UINT64_C(1) << i));
        try_one(t);
    }
}

/* Every set, and every step from one set to the next larger: acceptance must stay. */
static void every_set(struct tour *t, const struct standins *documents)
{
    static _Thread_local bool accepts[1u << 14];
    size_t count = documents->count < 14 ? documents->count : 14;
    for (uint64_t set = 0; set < UINT64_C(1) << count; set++) {
        show(t, documents, set);
        try_one(t);
        accepts[set] = verdict_accepts(&t->verdict);
        for (size_t i = 0; i < count; i++)
            if ((set >> i & 1) != 0 && accepts[set & ~(UINT64_C(1) << i)] && !accepts[set])
                find(t, FINDING_NOT_MONOTONE, place(t), &t->situation);
    }
}

/* Every combination of the axes' values; facts that are no axis stay as they are. */
static void every_value(struct tour *t, const struct axes *axes, size_t from,
                        const struct standins *documents, visitor *visit)
{
    if (from == axes->count) {
        visit(t, documents);
        return;
    }
    struct stated *fact = &t->situation.fact[axes->axis[from].fact];
    struct stated before = *fact;
    for (size_t v = 0; v < axes->axis[from].count; v++) {
        *fact = axes->axis[from].value[v];
        every_value(t, axes, from + 1, documents, visit);
    }
    *fact = before;
}

/* A case whose facts are good, on a day when the page was in force. */
static void begin(struct tour *t, size_t procedure, size_t presenter, size_t visit, struct date day)
{
    situation_clear(&t->situation);
    t->situation.procedure = (enum procedure)procedure;
    t->situation.presenter = (uint8_t)presenter;
    t->situation.visit = (uint8_t)visit;
    t->situation.at.date = day;
    standin_good_facts(&t->situation);
}

/* A certificate's date gives way to its state where the state is what varies. */
static void forget_dates(struct tour *t, const struct axes *axes)
{
    for (size_t i = 0; i < axes->count; i++) {
        if (axes->axis[i].fact == FACT_SIG)
            t->situation.fact[FACT_SIG_EXPIRY].known = false;
        if (axes->axis[i].fact == FACT_AUTH)
            t->situation.fact[FACT_AUTH_EXPIRY].known = false;
    }
}

/* --- ways ------------------------------------------------------------------------------------ */

static void tour_way(struct tour *t, const struct way *way)
{
    struct axes axes = {.count = 0};
    struct standins documents;
    standin_axes(t->profile, &way->when, t->profile->date, &axes);
    for (size_t i = 0; i < way->need_count; i++) {
        standin_axes(t->profile, &t->profile->needs[way->needs[i]].when, t->profile->date, &axes);
        standin_axes(t->profile, &t->profile->needs[way->needs[i]].unless, t->profile->date, &axes);
    }
    standin_documents(t->profile, way, t->profile->date, &documents);
    for (size_t procedure = 0; procedure < PROCEDURES; procedure++)
        for (size_t presenter = 0; presenter < t->profile->presenter_count; presenter++) {
            if ((way->procedures >> procedure & 1) == 0 || (way->presenters >> presenter & 1) == 0)
                continue;
            begin(t, procedure, presenter, way->visit, t->profile->date);
            forget_dates(t, &axes);
            every_value(t, &axes, 0, &documents, every_set);
        }
}

/* --- rules ----------------------------------------------------------------------------------- */

/* What a rule wants to be shown, on top of what the way that fits wants. */
static void rule_documents(struct tour *t, const struct rule *rule, size_t shown,
                           struct standins *out)
{
    struct scope scope;
    out->count = 0;
    scope_make(t->national, t->profile, &t->situation, &scope);
    if (rule->showns > 0)
        standin_slots(t->profile, &rule->shown[shown], HOLDER_ANY, 0, t->situation.at.date, out);
    if (scope.way == NULL)
        return;
    struct standins more;
    standin_documents(t->profile, scope.way, t->situation.at.date, &more);
    for (size_t i = 0; i < more.count && out->count < STANDINS; i++) {
        bool there = false;
        for (size_t k = 0; k < out->count; k++)
            there = there || (out->shown[k].document == more.shown[i].document &&
                              out->shown[k].holder == more.shown[i].holder);
        if (!there)
            out->shown[out->count++] = more.shown[i];
    }
}

static void tour_rule_at(struct tour *t, const struct rule *rule, const struct axes *axes)
{
    static const uint8_t choices[] = {
        0, 1 << PIN_SIG, 1 << PIN_AUTH, 1 << PIN_JUKI, 1 << PIN_KENMEN, PINS_CERTIFICATES};
    for (size_t p = 0; p < sizeof choices; p++)
        for (size_t shown = 0; shown < (rule->showns > 0 ? rule->showns : 1u); shown++) {
            struct standins documents;
            t->situation.pins = choices[p];
            rule_documents(t, rule, shown, &documents);
            every_value(t, axes, 0, &documents, some_sets);
        }
}

static void tour_rule(struct tour *t, const struct rule *rule)
{
    struct date day = date_valid(rule->from) && date_compare(rule->from, t->profile->date) > 0
                          ? rule->from
                          : t->profile->date;
    if (date_valid(rule->until) && date_compare(rule->until, day) < 0)
        day = rule->until;
    struct axes axes = {.count = 0};
    standin_axes(t->profile, &rule->when, day, &axes);
    for (size_t procedure = 0; procedure < PROCEDURES; procedure++)
        for (size_t presenter = 0; presenter < t->profile->presenter_count; presenter++)
            for (size_t visit = 1; visit <= VISITS_TRIED; visit++)
                for (int office = 0; office < t->profile->office_count; office++) {
                    if ((rule->procedures >> procedure & 1) == 0 ||
                        (rule->presenters >> presenter & 1) == 0 ||
                        (rule->visits >> visit & 1) == 0 || (rule->offices >> office & 1) == 0)
                        continue;
                    begin(t, procedure, presenter, visit, day);
                    forget_dates(t, &axes);
                    t->situation.office = (int8_t)office;
                    tour_rule_at(t, rule, &axes);
                    if (rule->offices == UINT16_MAX)
                        break;
                }
}

/* --- everything ------------------------------------------------------------------------------ */

/* Every cell with nothing known and nothing shown, with all good, at every office. */
static void tour_cells(struct tour *t)
{
    static const struct standins nothing = {.count = 0};
    for (size_t procedure = 0; procedure < PROCEDURES; procedure++)
        for (size_t presenter = 0; presenter < t->profile->presenter_count; presenter++)
            for (size_t visit = 1; visit <= VISITS_TRIED; visit++)
                for (int office = OFFICE_UNSTATED; office < t->profile->office_count; office++) {
                    begin(t, procedure, presenter, visit, t->profile->date);
                    t->situation.office = (int8_t)office;
                    show(t, &nothing, 0);
                    try_one(t);
                    memset(t->situation.fact, 0, sizeof t->situation.fact);
                    try_one(t);
                }
}

static bool asked_by_ask_office(const struct profile *profile, size_t need)
{
    for (size_t i = 0; i < profile->way_count; i++)
        for (size_t k = 0; k < profile->ways[i].need_count; k++)
            if (profile->ways[i].needs[k] == need && profile->ways[i].ask_office)
                return true;
    return false;
}

static void conclude(struct tour *t)
{
    const struct profile *profile = t->profile;
    for (size_t i = 0; i < profile->way_count; i++)
        if (!t->out->way_taken[i])
            find(t, FINDING_UNREACHABLE, profile->ways[i].citation.id, NULL);
    for (size_t i = 0; i < profile->rule_count; i++)
        if (!t->out->rule_fired[i])
            find(t, FINDING_UNREACHABLE, profile->rules[i].citation.id, NULL);
    for (size_t i = 0; i < profile->need_count; i++) {
        if (!t->out->need_open[i])
            find(t, FINDING_UNUSED, profile->needs[i].citation.id, NULL);
        else if (!t->out->need_met[i] && !asked_by_ask_office(profile, i))
            find(t, FINDING_NEVER_MET, profile->needs[i].citation.id, NULL);
    }
}

void rules_enumerate(const struct national *national, const struct profile *profile,
                     struct enumeration *out)
{
    struct tour t = {.national = national, .profile = profile, .out = out};
    memset(out, 0, sizeof *out);
    tour_cells(&t);
    for (size_t i = 0; i < profile->way_count; i++)
        tour_way(&t, &profile->ways[i]);
    for (size_t i = 0; i < profile->rule_count; i++)
        tour_rule(&t, &profile->rules[i]);
    conclude(&t);
}
