/*
 * The answer of the rules: what `madoguchi explain` prints and the screens show.
 *
 * Plain values of fixed size; ids, texts and sources point into the profile and the national rules
 * and live as long as they do. What does not apply is 0, "no date", NULL or -1 as said at the
 * field.
 */
#ifndef FORMS_RULES_VERDICT_H
#define FORMS_RULES_VERDICT_H

#include "forms/rules/hours.h"
#include "forms/rules/profile.h"
#include "forms/rules/validity.h"

enum {
    VERDICT_MISSING_MAX = 24,
    VERDICT_REASONS = 32,
    VERDICT_WARNINGS = 24,
    VERDICT_GUIDANCE = 24
};

/* Something that would complete the case: a document (one of any_of), or a fact to be stated. */
struct missing {
    uint8_t holder;      /* enum holder */
    uint8_t fact;        /* FACT_NONE: a document */
    const char *need;    /* the fact's name, the document's id, or the need's id */
    uint64_t any_of;     /* documents */
    uint16_t attributes; /* bits: shown, but these conditions do not hold or were not stated */
    const struct citation *citation;
};

struct verdict {
    enum verdict_kind kind;
    struct missing missing[VERDICT_MISSING_MAX];
    uint8_t missing_count;
    const struct citation *reason[VERDICT_REASONS]; /* what decided, first the deciding one */
    uint8_t reason_count;
    const struct citation *warning[VERDICT_WARNINGS];
    uint8_t warning_count;
    const struct citation *guidance[VERDICT_GUIDANCE]; /* worth telling, decides nothing */
    uint8_t guidance_count;
    int reroute;           /* a procedure or enum way_on; -1 */
    uint16_t alternatives; /* bit per procedure and enum way_on */
    uint8_t visits;        /* in all; 0 */
    uint8_t pin_by;        /* enum pin_by */
    uint8_t pins;          /* bits: what the verdict is about */
    uint8_t certificates;  /* bits sig and auth, for renew and issue */
    uint8_t office;        /* the office judged */
    int other_office; /* an office that takes this and is open, or the first that takes it; -1 */
    struct date from, until; /* renewal window */
    struct date valid_until;
    struct date ends[2];   /* of each certificate, by PIN_SIG and PIN_AUTH; none: not known */
    /* The arithmetic behind from/until and behind valid_until, by PIN_SIG and PIN_AUTH; empty: none. */
    struct validity_steps window_steps[2], end_steps[2];
    struct moment opens;
    struct hours_answer hours;
    const char *phone;     /* NULL: none due */
    bool may_be_decided;   /* the office may settle it: a person's decision */
    const struct way *way; /* NULL: the page is silent */
};

static inline bool verdict_accepts(const struct verdict *verdict)
{
    return verdict->kind <= VERDICT_SECOND_VISIT;
}

#endif
