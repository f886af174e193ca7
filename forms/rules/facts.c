#include "forms/rules/facts.h"

#include "forms/rules/validity.h"

static const uint8_t pin_fact[PINS] = {FACT_PIN_SIG, FACT_PIN_AUTH, FACT_PIN_JUKI, FACT_PIN_KENMEN};
static const uint8_t state_fact[] = {[PIN_SIG] = FACT_SIG, [PIN_AUTH] = FACT_AUTH};
static const uint8_t expiry_fact[] = {[PIN_SIG] = FACT_SIG_EXPIRY, [PIN_AUTH] = FACT_AUTH_EXPIRY};

static uint16_t bit(unsigned n)
{
    return (uint16_t)(1u << n);
}

static uint16_t all_values(enum fact_kind kind)
{
    return (uint16_t)((1u << terms_fact_values(kind)->count) - 1);
}

static const struct stated *stated(const struct view *view, uint8_t fact)
{
    return &view->situation->fact[fact];
}

void fact_set_add(struct fact_set *set, uint8_t fact)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->fact[i] == fact)
            return;
    if (set->count < FACTS_MAX)
        set->fact[set->count++] = fact;
}

void fact_set_settle(struct fact_set *set)
{
    bool pins = false;
    uint8_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        pins = pins || set->fact[i] == FACT_PINS;
    for (size_t i = 0; i < set->count; i++)
        if (!pins || set->fact[i] < FACT_PIN_SIG || set->fact[i] > FACT_PIN_KENMEN)
            set->fact[kept++] = set->fact[i];
    set->count = kept;
}

/* What choosing this presenter already says: 1 + yes or no, 0 nothing. */
static uint16_t assumed(const struct view *view, size_t which)
{
    uint8_t said = view->national->assumed[view->situation->presenter][which];
    return said == 0 ? all_values(FACT_IS_YES_NO) : bit(said - 1u);
}

static uint16_t possible_pin(const struct view *view, size_t pin)
{
    if (stated(view, pin_fact[pin])->known)
        return bit(stated(view, pin_fact[pin])->value);
    if (stated(view, FACT_PINS)->known)
        return bit(stated(view, FACT_PINS)->value);
    return all_values(FACT_IS_PIN);
}

uint16_t facts_state(const struct view *view, enum pin certificate)
{
    const struct stated *state = stated(view, state_fact[certificate]);
    const struct stated *expiry = stated(view, expiry_fact[certificate]);
    if (state->known)
        return bit(state->value);
    if (!expiry->known)
        return all_values(FACT_IS_STATE);
    bool over = date_compare(expiry->when.date, view->situation->at.date) < 0;
    return bit(over ? STATE_EXPIRED : STATE_VALID);
}

/* Known not to be valid: expired, lapsed or not there. */
static bool is_over(const struct view *view, enum pin certificate)
{
    return (facts_state(view, certificate) & bit(STATE_VALID)) == 0;
}

uint16_t facts_window(const struct view *view, enum pin certificate)
{
    const struct stated *expiry = stated(view, expiry_fact[certificate]);
    if (expiry->known) {
        struct validity_window window = validity_window(expiry->when.date);
        if (date_compare(view->situation->at.date, window.first) < 0)
            return bit(WINDOW_BEFORE);
        return bit(date_compare(view->situation->at.date, window.last) > 0 ? WINDOW_AFTER
                                                                           : WINDOW_OPEN);
    }
    return is_over(view, certificate) ? bit(WINDOW_AFTER) : all_values(FACT_IS_WINDOW);
}

/* The card does not outlive the certificate: a new one would end on the same day. */
static uint16_t possible_together(const struct view *view, enum pin certificate)
{
    const struct stated *card = stated(view, FACT_CARD_EXPIRY);
    const struct stated *expiry = stated(view, expiry_fact[certificate]);
    if (!expiry->known && is_over(view, certificate))
        return bit(FACT_NO);
    if (!card->known || !expiry->known)
        return all_values(FACT_IS_YES_NO);
    return bit(date_compare(card->when.date, expiry->when.date) <= 0 ? FACT_YES : FACT_NO);
}

uint16_t facts_possible(const struct view *view, uint8_t fact)
{
    const struct situation *s = view->situation;
    if (fact >= FACT_PIN_SIG && fact <= FACT_PIN_KENMEN)
        return possible_pin(view, fact - (size_t)FACT_PIN_SIG);
    switch (fact) {
    case FACT_SIG:
        return facts_state(view, PIN_SIG);
    case FACT_AUTH:
        return facts_state(view, PIN_AUTH);
    case FACT_WARD:
        return stated(view, fact)->known ? bit(stated(view, fact)->value) : assumed(view, 0);
    case FACT_UNDER15:
        if (!stated(view, FACT_BIRTH)->known)
            return assumed(view, 1);
        return bit(validity_under15(stated(view, FACT_BIRTH)->when.date, s->at.date) ? FACT_YES
                                                                                     : FACT_NO);
    case FACT_CARD:
        if (!stated(view, FACT_CARD_EXPIRY)->known)
            return all_values(FACT_IS_CARD);
        return bit(date_compare(stated(view, FACT_CARD_EXPIRY)->when.date, s->at.date) < 0
                       ? CARD_IS_EXPIRED
                       : CARD_IS_VALID);
    case FACT_SIG_CHOSEN:
        return bit((view->pins & 1 << PIN_SIG) != 0 ? FACT_YES : FACT_NO);
    default:
        return stated(view, fact)->known ? bit(stated(view, fact)->value)
                                         : all_values(profile_fact_kind(view->profile, fact));
    }
}

/* Facts that speak of several PINs or certificates at once. */
static const struct quantity {
    bool is, every, chosen_only, certificates;
    uint16_t (*certificate)(const struct view *view, enum pin certificate);
} quantities[FACTS_COMMON] = {
    [FACT_EVERY_PIN] = {.is = true, .every = true},
    [FACT_EVERY_CHOSEN_PIN] = {.is = true, .every = true, .chosen_only = true},
    [FACT_SOME_PIN] = {.is = true},
    [FACT_SOME_CHOSEN_PIN] = {.is = true, .chosen_only = true},
    [FACT_CHOSEN_CERTIFICATE] = {.is = true,
                                 .chosen_only = true,
                                 .certificates = true,
                                 .certificate = facts_state},
    [FACT_EVERY_CERTIFICATE] = {.is = true,
                                .every = true,
                                .chosen_only = true,
                                .certificates = true,
                                .certificate = facts_state},
    [FACT_WINDOW] = {.is = true,
                     .chosen_only = true,
                     .certificates = true,
                     .certificate = facts_window},
    [FACT_TOGETHER] = {.is = true,
                       .chosen_only = true,
                       .certificates = true,
                       .certificate = possible_together},
};

static enum truth within(uint16_t possible, uint16_t values)
{
    if ((possible & ~values) == 0)
        return TRUTH_YES;
    return (possible & values) == 0 ? TRUTH_NO : TRUTH_OPEN;
}

bool facts_no_signature(const struct view *view)
{
    return view->situation->presenter == PRESENTER_PARENT ||
           view->situation->presenter == PRESENTER_GUARDIAN ||
           facts_possible(view, FACT_UNDER15) == bit(FACT_YES) ||
           facts_possible(view, FACT_WARD) == bit(FACT_YES);
}

static bool quantity_has(const struct view *view, const struct quantity *q, size_t pin)
{
    if (q->chosen_only && (view->pins & 1u << pin) == 0)
        return false;
    return !q->certificates || pin == PIN_AUTH || (pin == PIN_SIG && !facts_no_signature(view));
}

static uint16_t quantity_possible(const struct view *view, const struct quantity *q, size_t pin)
{
    return q->certificates ? q->certificate(view, (enum pin)pin) : possible_pin(view, pin);
}

static enum truth quantity_holds(const struct view *view, const struct quantity *q, uint16_t values)
{
    enum truth least = TRUTH_YES, most = TRUTH_NO;
    bool none = true;
    for (size_t pin = 0; pin < PINS; pin++) {
        if (!quantity_has(view, q, pin))
            continue;
        enum truth one = within(quantity_possible(view, q, pin), values);
        least = one < least ? one : least;
        most = one > most ? one : most;
        none = false;
    }
    return q->every && !none ? least : most;
}

static enum truth condition_holds(const struct view *view, const struct condition *condition)
{
    const struct stated *fact = stated(view, condition->fact);
    if (condition->kind != CONDITION_VALUES) {
        if (!fact->known)
            return TRUTH_OPEN;
        bool recent = date_to_days(view->situation->at.date) - date_to_days(fact->when.date) <=
                      condition->days;
        return recent == (condition->kind == CONDITION_WITHIN_DAYS) ? TRUTH_YES : TRUTH_NO;
    }
    if (condition->fact < FACTS_COMMON && quantities[condition->fact].is)
        return quantity_holds(view, &quantities[condition->fact], condition->values);
    return within(facts_possible(view, condition->fact), condition->values);
}

static enum truth conjunction_holds(const struct view *view, const struct conditions *conditions,
                                    size_t i)
{
    enum truth truth = TRUTH_YES;
    for (size_t k = 0; k < conditions->any[i].count; k++) {
        enum truth one = condition_holds(view, &conditions->any[i].condition[k]);
        truth = one < truth ? one : truth;
    }
    return truth;
}

enum truth facts_hold(const struct view *view, const struct conditions *conditions)
{
    enum truth truth = conditions->count == 0 ? TRUTH_YES : TRUTH_NO;
    for (size_t i = 0; i < conditions->count; i++) {
        enum truth one = conjunction_holds(view, conditions, i);
        truth = one > truth ? one : truth;
    }
    return truth;
}

static void need_pin(const struct view *view, size_t pin, struct fact_set *found)
{
    bool any = stated(view, FACT_PINS)->known;
    for (size_t i = 0; i < PINS; i++)
        any = any || stated(view, pin_fact[i])->known;
    if (!any)
        fact_set_add(found, FACT_PINS);
    else if (!stated(view, FACT_PINS)->known && !stated(view, pin_fact[pin])->known)
        fact_set_add(found, pin_fact[pin]);
}

static void need_unstated(const struct view *view, uint8_t fact, struct fact_set *found)
{
    if (!stated(view, fact)->known)
        fact_set_add(found, fact);
}

static void need_certificate(const struct view *view, uint8_t fact, size_t pin,
                             struct fact_set *found)
{
    bool of_end = fact == FACT_TOGETHER || fact == FACT_WINDOW;
    if (of_end && is_over(view, (enum pin)pin))
        return;
    if (fact == FACT_TOGETHER)
        need_unstated(view, FACT_CARD_EXPIRY, found);
    need_unstated(view, of_end ? expiry_fact[pin] : state_fact[pin], found);
}

static void need_quantity(const struct view *view, uint8_t fact, struct fact_set *found)
{
    for (size_t pin = 0; pin < PINS; pin++) {
        if (!quantity_has(view, &quantities[fact], pin))
            continue;
        if (quantities[fact].certificates)
            need_certificate(view, fact, pin, found);
        else
            need_pin(view, pin, found);
    }
}

void facts_need(const struct view *view, uint8_t fact, struct fact_set *found)
{
    if (fact < FACTS_COMMON && quantities[fact].is)
        need_quantity(view, fact, found);
    else if (fact == FACT_UNDER15)
        need_unstated(view, FACT_BIRTH, found);
    else if (fact == FACT_CARD)
        need_unstated(view, FACT_CARD_EXPIRY, found);
    else if (fact < FACT_PIN_SIG || fact > FACT_PIN_KENMEN || !stated(view, FACT_PINS)->known)
        need_unstated(view, fact, found);
}

void facts_open(const struct view *view, const struct conditions *conditions,
                struct fact_set *found)
{
    for (size_t i = 0; i < conditions->count; i++) {
        if (conjunction_holds(view, conditions, i) != TRUTH_OPEN)
            continue;
        for (size_t k = 0; k < conditions->any[i].count; k++)
            if (condition_holds(view, &conditions->any[i].condition[k]) == TRUTH_OPEN)
                facts_need(view, conditions->any[i].condition[k].fact, found);
    }
}
