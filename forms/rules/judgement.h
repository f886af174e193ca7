/*
 * A judgement in the making: shared by the parts of the judge (judge.c for rules and needs,
 * judge_time.c for dates, hours, bookings and kiosks), included by nobody else.
 */
#ifndef FORMS_RULES_JUDGEMENT_H
#define FORMS_RULES_JUDGEMENT_H

#include "forms/rules/match.h"
#include "forms/rules/scope.h"
#include "forms/rules/verdict.h"

struct judgement {
    const struct national *national;
    const struct profile *profile;
    const struct situation *situation;
    struct scope scope;
    struct match_need need[MATCH_NEEDS];
    size_t needs;
    struct fact_set open;   /* facts that the verdict hangs on */
    bool applies[VERDICTS]; /* found so far */
    struct verdict *out;
};

/* To the verdict's lists, once each. */
void judgement_reason(struct judgement *j, const struct citation *citation);
void judgement_warning(struct judgement *j, const struct citation *citation);
void judgement_missing_fact(struct judgement *j, uint8_t fact);

static inline const struct citation *judgement_say(const struct judgement *j,
                                                   enum national_say what)
{
    return &j->national->say[what];
}

/* Renewal window and end of validity into the verdict. */
void judgement_dates(struct judgement *j);

/* Whether the office is open, and which other one is. */
void judgement_hours(struct judgement *j);

/* What `check` judges by itself: true where it was a booking or a kiosk. */
bool judgement_appointment(struct judgement *j);

#endif
