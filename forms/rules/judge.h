/*
 * The judgement: profile and national rules applied to a situation.
 *
 * Pure and deterministic: no allocation, no clock, no state. The same arguments give the same
 * answer. Order of what decides: madoguchi-city(5), ORDER. A situation whose statements contradict
 * each other (situation_contradiction()) must not be judged: the caller says so instead.
 */
#ifndef FORMS_RULES_JUDGE_H
#define FORMS_RULES_JUDGE_H

#include "forms/rules/profile.h"
#include "forms/rules/situation.h"
#include "forms/rules/verdict.h"

void rules_judge(const struct national *national, const struct profile *profile,
                 const struct situation *situation, struct verdict *out);

#endif
