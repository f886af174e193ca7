/*
 * Stand-ins for enumeration: documents that fill a way's places, and values of facts worth telling
 * apart.
 */
#ifndef FORMS_RULES_STANDIN_H
#define FORMS_RULES_STANDIN_H

#include "forms/rules/profile.h"
#include "forms/rules/situation.h"

enum { STANDINS = 20, STANDIN_VALUES = 8, STANDIN_AXES = 8 };

struct standins {
    struct shown shown[STANDINS];
    size_t count;
};

/* One document for each place of the way's needs, with every condition met. */
void standin_documents(const struct profile *profile, const struct way *way, struct date day,
                       struct standins *out);

/* One document for each slot, added; for rules that look at what is shown. */
void standin_slots(const struct profile *profile, const struct slots *slots, uint8_t holder,
                   uint64_t not_documents, struct date day, struct standins *out);

/* The stated facts that conditions rest on, each an axis with its values; value 0 is "unstated". */
struct axis {
    uint8_t fact;
    struct stated value[STANDIN_VALUES];
    uint8_t count;
};
struct axes {
    struct axis axis[STANDIN_AXES];
    uint8_t count;
};
void standin_axes(const struct profile *profile, const struct conditions *conditions,
                  struct date day, struct axes *out);

/* Facts under which a case of this procedure and presenter goes through. */
void standin_good_facts(struct situation *situation);

#endif
