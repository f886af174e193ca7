/*
 * Which shown document serves which need: an exact search for the assignment that leaves the least
 * missing.
 *
 * One document serves one slot, except where a need says that it may be shared; two papers with the
 * same name on the desk are one. A need that is waived because another one was met asks for nothing
 * and counts as met itself. A sheet without the old PIN is incomplete, but for a reset. Among assignments that leave equally little missing the first in the
 * order of the profile is taken, and each missing place is given the union of what could fill it,
 * so that the smallest ways to complete are named.
 */
#ifndef FORMS_RULES_MATCH_H
#define FORMS_RULES_MATCH_H

#include "forms/rules/profile.h"
#include "forms/rules/situation.h"

enum { MATCH_NEEDS = WAY_NEEDS };

struct match_place {
    uint64_t any_of;     /* documents that would fill it */
    uint16_t attributes; /* of a document that is shown but does not count: what keeps it from
                            counting */
};

struct match_need {
    const struct need *need;
    bool met;        /* nothing missing: by documents or waived */
    bool waived;     /* by another need */
    uint8_t missing; /* places */
    struct match_place place[SLOTS];
    uint64_t used; /* bits: places in situation->shown */
};

/* In: `need` of the first `count` elements, in an order in which waiving needs come first. Out: the
 * rest. `today` is the day on which lists and documents must be in force. */
void match_needs(const struct profile *profile, const struct situation *situation,
                 struct match_need *needs, size_t count);

/* The documents that would fill a slot on that day: those that have not ended, with national
 * successors. */
uint64_t match_slot_documents(const struct profile *profile, const struct slot *slot,
                              struct date day);

/* The documents that a slot names on that day, whether they have ended or not, without successors.
 */
uint64_t match_slot_list(const struct profile *profile, const struct slot *slot, struct date day);

/* Whether a shown document fills a slot for that holder; if only conditions fail, their attributes.
 */
bool match_slot(const struct profile *profile, const struct slot *slot, uint8_t holder,
                const struct shown *shown, struct date day, uint16_t *failing);

#endif
