/*
 * Nothing half done, for one visit about PINs: cut at every command in every way, with the desk, the
 * card process's own loop, the emulated card, the resident's terminal and a real ledger. At every pause
 * what the desk says is compared with the card's own memory; the case must end as done, and only when
 * the card is as it says.
 *
 * The commands that read the card, before anything is planned, are the same in every visit: they are cut
 * in the first visit of a program, and with SOAK set in all.
 */
#ifndef TESTS_DESK_CUT_PINS_H
#define TESTS_DESK_CUT_PINS_H

#include "tests/lib/conduct.h"

struct cut_visit {
    const char *name;
    struct conduct_visit of;  /* `prepare` is filled in */
    const char *tries;        /* lines of [tries] in the card's file; "": full counters */
    bool wrong_first;         /* the resident's first entry of a PIN in use is wrong */
};

/* Steps of a visit, by the pad and by the resident's terminal. */
#define BY_PAD(what, which) \
    {.kind = (what), .pin = (which), .way = CASE_BY_PAD}
#define BY_TERMINAL(what, which) \
    {.kind = (what), .pin = (which), .way = CASE_BY_TERMINAL}
/* The same, typed by staff from the opened sheet. */
#define SHEET_PAD(what, which) \
    {.kind = (what), .pin = (which), .way = CASE_BY_PAD, .typist = CASE_TYPED_BY_STAFF}
#define SHEET_TERMINAL(what, which) \
    {.kind = (what), .pin = (which), .way = CASE_BY_TERMINAL, .typist = CASE_TYPED_BY_STAFF}

/* A cmocka program with one test for each of the visits. */
int cut_visits(const struct cut_visit *visits, size_t count);

#endif
