/*
 * A clerk without a screen: conducts one case at a desk until it is closed, whatever happens to the
 * card, the reader and the programs. At every pause what the desk says is held against what is true.
 *
 * Order of calls: fill in struct conduct; conduct_open, conduct_case, conduct_close; again for the
 * next program of the same window. Every sentence that is returned says what went wrong; NULL:
 * nothing did. The clock goes on by itself where only time is waited for, and only there.
 */
#ifndef TESTS_LIB_CONDUCT_H
#define TESTS_LIB_CONDUCT_H

#include "forms/desk/desk.h"

struct conduct {
    struct desk_settings settings; /* but for the ledger */
    const char *ledger_path;       /* SQLite */
    int64_t now;

    /* The test's own part. */
    enum desk_fault (*act)(struct conduct *c);     /* the clerk's next act, at a pause */
    const char *(*compare)(struct conduct *c);     /* with what is true, at a pause */
    /* Each turn of the loop; sets `expecting` where something must come by itself. May be NULL. */
    const char *(*turn)(struct conduct *c);
    /* Around every call of the product. May be NULL. */
    void (*into)(void), (*out_of)(void);
    bool resident;                 /* the resident's terminal is waited for */

    /* While a desk is open. */
    struct ledger *ledger;
    struct desk *desk;
    const struct desk_view *view;
    bool expecting;
    bool over;                     /* the test wants no further act */
    char case_id[CASE_ID_MAX];     /* of the case that was open at the last act */
    unsigned settled;              /* how often the card was asked to settle a step */
};

/* Opens ledger and desk, and takes up the case that waits in the ledger, if any. */
const char *conduct_open(struct conduct *c);
/* Acts until the open case, or a new one, is closed; conduct_rest only until the next pause. */
const char *conduct_case(struct conduct *c);
const char *conduct_rest(struct conduct *c);
void conduct_close(struct conduct *c);
/* All three in a child process, in which the desk may be killed. */
const char *conduct_in_child(struct conduct *c);

/* What the ledger has of the open case is what the desk shows. */
const char *conduct_compare_ledger(struct conduct *c);
/* The ledger is sound, and the case that was last open is done in it, every step. */
const char *conduct_look_at_the_end(struct conduct *c, struct case_file *file);

/* A visit about PINs: what is planned, and what the resident knows when a step is about to ask. */
struct conduct_visit {
    const char *procedure;
    struct case_plan_step steps[CASE_PINS];
    unsigned step_count;
    /* `proof`: the step asks for the new PIN alone. May be NULL. */
    void (*prepare)(const struct case_step *step, bool proof);
};

/* The next act of such a visit, as the program's screens go on: a change that nobody can prove any
 * more becomes a reset; with one try left there is a second key, with tries unknown the card is read. */
enum desk_fault conduct_visit_act(struct conduct *c, const struct conduct_visit *visit);

#endif
