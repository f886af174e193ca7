#include "forms/rules/asks.h"

#include "forms/rules/match.h"
#include "forms/rules/scope.h"

#include <string.h>

/* One document that some need can use. */
struct wanted {
    uint16_t attributes;
    uint8_t class; /* the first class that names it; NOTHING: by name */
    bool wanted;
};

struct asking {
    const struct profile *profile;
    const struct situation *situation;
    struct scope scope;
    struct wanted wanted[HOLDERS][PROFILE_DOCUMENTS];
    struct fact_set facts;
    struct asks *out;
};

static uint16_t tested(const struct tests *tests)
{
    uint16_t bits = 0;
    for (size_t i = 0; i < tests->count; i++)
        bits |= (uint16_t)(1u << tests->test[i].attribute);
    return bits;
}

static uint16_t class_attributes(const struct document_class *class, uint8_t document)
{
    uint16_t bits = 0;
    for (size_t i = 0; i < class->wheres; i++)
        bits |= tested(&class->where[i]);
    for (size_t i = 0; i < class->alones; i++)
        if (class->alone[i].document == document)
            bits |= tested(&class->alone[i].tests);
    return bits;
}

static void want_slot(struct asking *a, const struct slot *slot, uint8_t holder,
                      uint64_t not_documents)
{
    uint64_t documents =
        match_slot_documents(a->profile, slot, a->situation->at.date) & ~not_documents;
    for (uint8_t d = 0; d < a->profile->document_count; d++) {
        if ((documents >> d & 1) == 0)
            continue;
        bool paper = a->profile->documents[d].paper;
        struct wanted *w = &a->wanted[paper                  ? HOLDER_ANY
                                      : holder == HOLDER_ANY ? HOLDER_RESIDENT
                                                             : holder][d];
        w->attributes |= tested(&slot->tests);
        if (slot->class != NOTHING)
            w->attributes |= class_attributes(&a->profile->classes[slot->class], d);
        if (!paper && a->profile->documents[d].stands_for == NOTHING)
            w->attributes |= 1u << ATTRIBUTE_EXPIRES;
        if (!w->wanted)
            w->class = slot->class;
        w->wanted = true;
    }
}

static void want_slots(struct asking *a, const struct slots *slots, uint8_t holder,
                       uint64_t not_documents)
{
    for (size_t k = 0; k < slots->count; k++)
        want_slot(a, &slots->slot[k], holder, not_documents);
}

static bool in_play(const struct asking *a, const struct need *need)
{
    bool waived = need->unless.count > 0 && facts_hold(&a->scope.view, &need->unless) == TRUTH_YES;
    return !waived && facts_hold(&a->scope.view, &need->when) != TRUTH_NO;
}

static void want_way(struct asking *a, const struct way *way)
{
    want_slots(a, &way->started_by, HOLDER_ANY, 0);
    for (size_t i = 0; i < way->need_count; i++) {
        const struct need *need = &a->profile->needs[way->needs[i]];
        if (!in_play(a, need))
            continue;
        for (size_t k = 0; k < need->count; k++)
            want_slots(a, &need->any[k], need->holder, need->not_documents);
        facts_open(&a->scope.view, &need->when, &a->facts);
        facts_open(&a->scope.view, &need->unless, &a->facts);
    }
    for (size_t i = 0; i < way->ask_count; i++)
        facts_need(&a->scope.view, way->asks[i], &a->facts);
}

/* A rule about a document that is asked for anyway: the attributes it looks at matter too. */
static void want_rule_attributes(struct asking *a, const struct rule *rule)
{
    for (size_t i = 0; i < rule->showns; i++)
        for (size_t k = 0; k < rule->shown[i].count; k++) {
            const struct slot *slot = &rule->shown[i].slot[k];
            for (size_t h = 0; h < HOLDERS; h++)
                if (slot->class == NOTHING && a->wanted[h][slot->document].wanted)
                    a->wanted[h][slot->document].attributes |= tested(&slot->tests);
        }
}

static bool about(const struct asking *a, const struct rule *rule)
{
    const struct situation *s = a->situation;
    return (rule->procedures >> s->procedure & 1) != 0 &&
           (rule->presenters >> s->presenter & 1) != 0 &&
           (rule->visits >> scope_visit(a->profile, s) & 1) != 0;
}

static void want_rules(struct asking *a, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (about(a, &rules[i]))
            want_rule_attributes(a, &rules[i]);
}

static void ask_rule_facts(struct asking *a)
{
    for (size_t i = 0; i < a->scope.rules; i++) {
        const struct rule *rule = a->scope.rule[i].rule;
        bool decides = rule->kind == RULE_REROUTE || rule->kind == RULE_REFUSE ||
                       rule->kind == RULE_ASK_OFFICE;
        if (decides && a->scope.rule[i].truth == TRUTH_OPEN)
            facts_open(&a->scope.view, &rule->when, &a->facts);
    }
}

/* --- columns --------------------------------------------------------------------------------- */

static uint8_t column(struct asks *out, enum ask_column_kind kind, const struct text *name)
{
    for (uint8_t i = 0; i < out->column_count; i++)
        if (out->column[i].kind == kind && out->column[i].name == name)
            return i;
    if (out->column_count == ASKS_COLUMNS)
        return ASKS_COLUMNS - 1;
    out->column[out->column_count] = (struct ask_column){.kind = (uint8_t)kind, .name = name};
    return out->column_count++;
}

/* Classes in the order of the profile, then documents asked for by name, then papers. */
static void lay_columns(struct asking *a)
{
    for (uint8_t c = 0; c < a->profile->class_count; c++)
        for (size_t h = 0; h < HOLDER_ANY; h++)
            for (size_t d = 0; d < a->profile->document_count; d++)
                if (a->wanted[h][d].wanted && a->wanted[h][d].class == c)
                    column(a->out, COLUMN_CLASS, &a->profile->classes[c].name);
}

static bool is_shown(const struct asking *a, uint8_t document, uint8_t holder)
{
    for (size_t i = 0; i < a->situation->shown_count; i++) {
        const struct shown *shown = &a->situation->shown[i];
        if (shown->document == document && (holder == HOLDER_ANY || shown->holder == holder))
            return true;
    }
    return false;
}

static uint8_t column_of(struct asking *a, uint8_t holder, const struct wanted *w)
{
    if (holder == HOLDER_ANY)
        return column(a->out, COLUMN_PAPERS, NULL);
    if (w->class == NOTHING)
        return column(a->out, COLUMN_BY_NAME, NULL);
    return column(a->out, COLUMN_CLASS, &a->profile->classes[w->class].name);
}

static void list_documents(struct asking *a, uint8_t holder, uint8_t wanted_column)
{
    for (uint8_t d = 0; d < a->profile->document_count; d++) {
        const struct wanted *w = &a->wanted[holder][d];
        if (!w->wanted || column_of(a, holder, w) != wanted_column ||
            a->out->document_count == ASKS_DOCUMENTS)
            continue;
        a->out->document[a->out->document_count++] = (struct ask_document){
            .document = d,
            .holder = holder,
            .column = wanted_column,
            .attributes = w->attributes,
            .shown = is_shown(a, d, holder),
        };
    }
}

void rules_ask(const struct national *national, const struct profile *profile,
               const struct situation *situation, struct asks *out)
{
    struct asking a = {.profile = profile, .situation = situation, .out = out};
    memset(out, 0, sizeof *out);
    scope_make(national, profile, situation, &a.scope);
    for (size_t i = 0; i < profile->way_count; i++)
        if (scope_way_possible(&a.scope, &profile->ways[i]))
            want_way(&a, &profile->ways[i]);
    want_rules(&a, profile->rules, profile->rule_count);
    want_rules(&a, national->rules, national->rule_count);
    if (a.scope.way != NULL && !a.scope.way->ask_office)
        ask_rule_facts(&a);
    fact_set_settle(&a.facts);
    lay_columns(&a);
    for (uint8_t h = 0; h < HOLDERS; h++)
        for (uint8_t c = 0; c < ASKS_COLUMNS; c++)
            list_documents(&a, h, c);
    for (size_t i = 0; i < a.facts.count && i < ASKS_FACTS; i++)
        out->fact[out->fact_count++] = a.facts.fact[i];
}
