/*
 * What is in play for a situation before any document is looked at: the PINs it is about, the
 * office it is judged at, the way the page opens for it, and which rules hold.
 *
 * Order of calls: scope_make() once; the others on what it filled.
 */
#ifndef FORMS_RULES_SCOPE_H
#define FORMS_RULES_SCOPE_H

#include "forms/rules/facts.h"
#include "forms/rules/profile.h"
#include "forms/rules/situation.h"

enum { SCOPE_RULES = PROFILE_RULES + NATIONAL_RULES };

struct scope {
    struct view view;
    const struct way *way; /* NULL: the page is silent about this procedure, presenter and visit */
    uint8_t office;
    uint8_t trouble; /* chosen PINs that are forgotten or locked, else those not stated as known */
    bool uncovered;  /* a chosen PIN is one that the page does not speak of */
    bool narrowed;   /* certificates whose window is not open were left out */
    struct {
        const struct rule *rule;
        enum truth truth; /* never TRUTH_NO */
    } rule[SCOPE_RULES];  /* the profile's first */
    size_t rules;
};

void scope_make(const struct national *national, const struct profile *profile,
                const struct situation *situation, struct scope *out);

/* A way by its place: could it be the one, whatever the open facts turn out to be and whatever is
 * shown? */
bool scope_way_possible(const struct scope *scope, const struct way *way);

/* The visit as the ways know it: where one visit is enough, every visit is the first. */
uint8_t scope_visit(const struct profile *profile, const struct situation *situation);

/* Whether a document is on the desk that fills this one-slot list. */
bool scope_is_shown(const struct profile *profile, const struct situation *situation,
                    const struct slots *slots);

#endif
