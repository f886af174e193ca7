#include "forms/rules/scope.h"

#include "forms/rules/match.h"

static const uint8_t pin_fact[PINS] = {FACT_PIN_SIG, FACT_PIN_AUTH, FACT_PIN_JUKI, FACT_PIN_KENMEN};

static bool about_certificates(enum procedure procedure)
{
    return procedure == PROCEDURE_RENEW || procedure == PROCEDURE_ISSUE;
}

static uint16_t state_bit(enum fact_state state)
{
    return (uint16_t)(1u << state);
}

/* Of the certificates those that this procedure is for; all of them where none is. */
static uint8_t fitting_certificates(const struct view *view, uint8_t pins)
{
    uint8_t out = 0;
    for (unsigned pin = PIN_SIG; pin <= PIN_AUTH; pin++) {
        uint16_t state = facts_state(view, (enum pin)pin);
        bool valid = state == state_bit(STATE_VALID);
        bool none = state == state_bit(STATE_NONE);
        bool known = (state & (state - 1)) == 0;
        bool fits = view->situation->procedure == PROCEDURE_ISSUE ? known && !valid : !none;
        if ((pins & 1u << pin) != 0 && fits)
            out |= (uint8_t)(1u << pin);
    }
    return out != 0 ? out : pins;
}

/* For renewal: those whose window is open, where that sets some apart from ones that are too early.
 */
static uint8_t in_window(const struct view *view, uint8_t pins)
{
    uint8_t open = 0, early = 0;
    for (unsigned pin = PIN_SIG; pin <= PIN_AUTH; pin++) {
        if ((pins & 1u << pin) == 0)
            continue;
        uint16_t window = facts_window(view, (enum pin)pin);
        open |= (uint8_t)(window == 1u << WINDOW_OPEN ? 1u << pin : 0);
        early |= (uint8_t)(window == 1u << WINDOW_BEFORE ? 1u << pin : 0);
    }
    return open != 0 && (open | early) == pins ? open : pins;
}

/* A certificate's PIN is there only with the certificate. */
static uint8_t without_absent(const struct view *view, uint8_t pins)
{
    uint8_t absent = 0;
    for (unsigned pin = PIN_SIG; pin <= PIN_AUTH; pin++)
        if (facts_state(view, (enum pin)pin) == state_bit(STATE_NONE))
            absent |= (uint8_t)(1u << pin);
    return (pins & ~absent) != 0 ? (uint8_t)(pins & ~absent) : pins;
}

static uint8_t pins_that_can_be_had(struct scope *scope)
{
    struct view *view = &scope->view;
    enum procedure procedure = view->situation->procedure;
    uint8_t pins = view->profile->covers[procedure];
    if (pins == 0)
        pins = about_certificates(procedure) ? PINS_CERTIFICATES : PINS_ALL;
    if (facts_no_signature(view) && pins != 1 << PIN_SIG)
        pins &= (uint8_t) ~(1u << PIN_SIG);
    pins = about_certificates(procedure) ? fitting_certificates(view, pins)
                                         : without_absent(view, pins);
    if (procedure == PROCEDURE_RENEW) {
        uint8_t open = in_window(view, pins);
        scope->narrowed = open != pins;
        pins = open;
    }
    return pins;
}

static uint8_t troubled_pins(const struct view *view)
{
    uint8_t bad = 0, known = 0;
    for (unsigned pin = 0; pin < PINS; pin++) {
        uint16_t possible = facts_possible(view, pin_fact[pin]);
        if ((possible & ~(1u << PIN_IS_FORGOTTEN | 1u << PIN_IS_LOCKED)) == 0)
            bad |= (uint8_t)(1u << pin);
        if (possible == 1u << PIN_IS_KNOWN)
            known |= (uint8_t)(1u << pin);
    }
    if ((bad & view->pins) != 0)
        return bad & view->pins;
    uint8_t rest = (uint8_t)(view->pins & ~known);
    return rest != 0 ? rest : view->pins;
}

bool scope_is_shown(const struct profile *profile, const struct situation *situation,
                    const struct slots *slots)
{
    for (size_t k = 0; k < slots->count; k++) {
        bool found = false;
        for (size_t d = 0; d < situation->shown_count && !found; d++) {
            uint16_t failing;
            found = match_slot(profile, &slots->slot[k], HOLDER_ANY, &situation->shown[d],
                               situation->at.date, &failing);
        }
        if (!found)
            return false;
    }
    return true;
}

static bool any_shown(const struct scope *scope, const struct rule *rule)
{
    for (size_t i = 0; i < rule->showns; i++)
        if (scope_is_shown(scope->view.profile, scope->view.situation, &rule->shown[i]))
            return true;
    return rule->showns == 0;
}

static bool rule_in_force(const struct rule *rule, struct date day)
{
    return (!date_valid(rule->from) || date_compare(day, rule->from) >= 0) &&
           (!date_valid(rule->until) || date_compare(day, rule->until) <= 0);
}

static enum truth rule_holds(const struct scope *scope, const struct rule *rule, uint8_t office)
{
    const struct situation *s = scope->view.situation;
    uint8_t visit = scope_visit(scope->view.profile, s);
    bool decides = rule->kind <= RULE_ASK_OFFICE;
    uint8_t pins = decides ? scope->view.pins : scope->trouble;
    if ((rule->procedures >> s->procedure & 1) == 0 ||
        (rule->presenters >> s->presenter & 1) == 0 || (rule->visits >> visit & 1) == 0 ||
        (rule->offices >> office & 1) == 0 || (rule->pins & pins) == 0 ||
        (pins & ~rule->only_pins) != 0 || !rule_in_force(rule, s->at.date) ||
        !any_shown(scope, rule))
        return TRUTH_NO;
    enum truth truth = facts_hold(&scope->view, &rule->when);
    if (truth == TRUTH_OPEN && rule->pass)
        return TRUTH_NO;
    return truth == TRUTH_OPEN && rule->kind == RULE_ALTERNATIVE ? TRUTH_YES : truth;
}

/* The first office that this case is not sent away from; the main office where there is none. */
static uint8_t unstated_office(const struct scope *scope)
{
    const struct profile *profile = scope->view.profile;
    for (uint8_t office = 0; office < profile->office_count; office++) {
        bool away = false;
        for (size_t i = 0; i < profile->rule_count && !away; i++)
            away = profile->rules[i].kind == RULE_REROUTE &&
                   profile->rules[i].to == ON_OTHER_OFFICE &&
                   rule_holds(scope, &profile->rules[i], office) == TRUTH_YES;
        if (!away)
            return office;
    }
    return 0;
}

uint8_t scope_visit(const struct profile *profile, const struct situation *situation)
{
    bool several = false, one = false;
    for (size_t i = 0; i < profile->way_count; i++) {
        const struct way *way = &profile->ways[i];
        if ((way->procedures >> situation->procedure & 1) == 0 ||
            (way->presenters >> situation->presenter & 1) == 0)
            continue;
        several = several || way->visits > 1;
        one = one || way->visits == 1;
    }
    return one && !several ? 1 : situation->visit;
}

bool scope_way_possible(const struct scope *scope, const struct way *way)
{
    const struct situation *s = scope->view.situation;
    return (way->procedures >> s->procedure & 1) != 0 &&
           (way->presenters >> s->presenter & 1) != 0 &&
           way->visit == scope_visit(scope->view.profile, s) &&
           facts_hold(&scope->view, &way->when) != TRUTH_NO;
}

static const struct way *find_way(const struct scope *scope)
{
    const struct profile *profile = scope->view.profile;
    for (size_t i = 0; i < profile->way_count; i++)
        if (scope_way_possible(scope, &profile->ways[i]) &&
            scope_is_shown(profile, scope->view.situation, &profile->ways[i].started_by))
            return &profile->ways[i];
    return NULL;
}

static void add_rules(struct scope *scope, const struct rule *rules, size_t count, bool national)
{
    for (size_t i = 0; i < count; i++) {
        if (national && scope->way == NULL && !rules[i].silent)
            continue;
        enum truth truth = rule_holds(scope, &rules[i], scope->office);
        if (truth == TRUTH_NO)
            continue;
        scope->rule[scope->rules].rule = &rules[i];
        scope->rule[scope->rules++].truth = truth;
    }
}

void scope_make(const struct national *national, const struct profile *profile,
                const struct situation *situation, struct scope *out)
{
    *out =
        (struct scope){.view = {.national = national, .profile = profile, .situation = situation}};
    uint8_t covers = profile->covers[situation->procedure];
    out->view.pins = situation->pins != 0 ? situation->pins : pins_that_can_be_had(out);
    out->uncovered = covers != 0 && (out->view.pins & ~covers) != 0;
    out->trouble = troubled_pins(&out->view);
    out->office =
        situation->office == OFFICE_UNSTATED ? unstated_office(out) : (uint8_t)situation->office;
    out->way = find_way(out);
    add_rules(out, profile->rules, profile->rule_count, false);
    add_rules(out, national->rules, national->rule_count, true);
}
