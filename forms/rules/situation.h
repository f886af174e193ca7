/*
 * What the clerk has stated about one case: who stands there, for what, when, and what was shown.
 *
 * Plain values: no pointers, so that a situation can be copied, compared and kept.
 * situation_clear() gives one with nothing stated; then fill the fields. Nothing stated is never
 * the same as "no".
 */
#ifndef FORMS_RULES_SITUATION_H
#define FORMS_RULES_SITUATION_H

#include "forms/rules/date.h"
#include "forms/rules/terms.h"

enum { SHOWN_MAX = 48, OFFICE_UNSTATED = -1 };

/* A document on the desk. Where an attribute was not stated: no date, no bit, FROM_UNSTATED. */
struct shown {
    uint8_t document; /* number in the profile's catalogue */
    uint8_t holder;   /* enum holder; for a paper not looked at */
    uint8_t shows;    /* enum shows, bits */
    uint8_t from;     /* enum sheet_from */
    uint16_t yes;     /* bit per enum attribute: sealed, stamped, signed, complete */
    uint16_t no;
    uint16_t faults; /* bit per enum sheet_fault */
    struct date issued;
    struct date expires;
};

/* One fact. Dates and moments use `when`, all others `value`, the number in terms_fact_values(). */
struct stated {
    bool known;
    uint8_t value;
    struct moment when;
};

struct situation {
    enum procedure procedure;
    uint8_t presenter; /* enum presenter, or a profile's own */
    uint8_t visit;     /* from 1 */
    int8_t office;     /* number in the profile, or OFFICE_UNSTATED: the main office */
    uint8_t pins;      /* bit per enum pin; 0: not stated */
    struct moment at;  /* reception; the date must be there, without a time hours are not judged */
    struct stated fact[FACTS_MAX]; /* by enum fact; the derived ones stay unknown */
    struct shown shown[SHOWN_MAX];
    size_t shown_count;
};

void situation_clear(struct situation *situation);

/* Two statements that cannot both be true; FACT_NONE in both where there are none. For `pins` and
 * one PIN's own fact the two must agree; a certificate's state must fit its date. */
struct contradiction {
    uint8_t fact, other;
};
struct contradiction situation_contradiction(const struct situation *situation);

#endif
