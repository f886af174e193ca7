/*
 * Facts in three values: what is stated, what follows from it, what is still open.
 *
 * A view is made once for a judgement. Each fact has a set of values it may still have; a condition
 * holds when all of them satisfy it, fails when none does, and is open otherwise.
 */
#ifndef FORMS_RULES_FACTS_H
#define FORMS_RULES_FACTS_H

#include "forms/rules/profile.h"
#include "forms/rules/situation.h"

enum truth { TRUTH_NO, TRUTH_OPEN, TRUTH_YES };

struct view {
    const struct national *national;
    const struct profile *profile;
    const struct situation *situation;
    uint8_t pins; /* chosen */
};

/* A set of facts in the order they were found. */
struct fact_set {
    uint8_t fact[FACTS_MAX];
    uint8_t count;
};
void fact_set_add(struct fact_set *set, uint8_t fact);

/* Where `pins` is asked, the single PINs need not be asked too. */
void fact_set_settle(struct fact_set *set);

/* Values a fact may have, as bits; for a fact that is no date and no quantity over PINs or
 * certificates. */
uint16_t facts_possible(const struct view *view, uint8_t fact);

/* The states that a certificate (PIN_SIG or PIN_AUTH) may be in, and where in its renewal window it
 * may be. */
uint16_t facts_state(const struct view *view, enum pin certificate);
uint16_t facts_window(const struct view *view, enum pin certificate);

/* No signature certificate is issued: the resident is under 15 or a ward, which a parent or a guardian
 * as visitor says already. Conditions on certificates do not look at it then. */
bool facts_no_signature(const struct view *view);

/* The facts a value rests on, each given to `found` by its number as far as it is not stated. */
void facts_open(const struct view *view, const struct conditions *conditions,
                struct fact_set *found);

/* Whether alternatives hold; no alternatives hold. */
enum truth facts_hold(const struct view *view, const struct conditions *conditions);

/* A base fact that must be stated: adds what is unstated of it. */
void facts_need(const struct view *view, uint8_t fact, struct fact_set *found);

#endif
