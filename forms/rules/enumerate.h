/*
 * Proof by enumeration that a profile is sound: every procedure, presenter and visit; for each rule
 * the facts that it names, at all their values and unstated; for each way every set of documents
 * worth telling apart.
 *
 * A rule sees documents only as holder, class and conditions met, never their absence, so one
 * stand-in for each place (as many as the largest count that an alternative names) stands for all.
 * Facts that a rule does not name are at values that lead to acceptance. Pure; takes well under a
 * second.
 */
#ifndef FORMS_RULES_ENUMERATE_H
#define FORMS_RULES_ENUMERATE_H

#include "forms/rules/profile.h"
#include "forms/rules/situation.h"
#include "forms/rules/verdict.h"

enum finding_kind {
    FINDING_UNREACHABLE,   /* a way or rule that no situation brings about */
    FINDING_UNUSED,        /* a need that no way asks, or that is never in play */
    FINDING_NEVER_MET,     /* a need that no set of documents meets */
    FINDING_CONTRADICTION, /* two rules send the same case to different procedures */
    FINDING_LOOP,          /* a case is sent to a procedure that sends it back */
    FINDING_DEAD_END,      /* a verdict that accepts nothing and names no way on */
    FINDING_NOT_MONOTONE,  /* one more document turns an acceptance into something else */
    FINDING_KINDS
};

struct finding {
    enum finding_kind kind;
    const char *id;             /* the rule, way or need */
    struct situation situation; /* where it shows; nothing stated for what never shows */
};

enum { FINDINGS_MAX = 32 };

struct enumeration {
    uint64_t situations; /* tried */
    struct finding finding[FINDINGS_MAX];
    size_t count;
    bool way_taken[PROFILE_WAYS];
    bool rule_fired[PROFILE_RULES];
    bool need_met[PROFILE_NEEDS];
    bool need_open[PROFILE_NEEDS];
};

void rules_enumerate(const struct national *national, const struct profile *profile,
                     struct enumeration *out);

/* "unreachable" and so on. */
const char *finding_word(enum finding_kind kind);

#endif
