#include "forms/rules/match.h"

#include <string.h>

enum { WEIGHT_WARN = 1, WEIGHT_MISSING = 64, WEIGHT_REFUSE = 4096, COST_NONE = 1 << 28 };

struct search {
    const struct profile *profile;
    const struct situation *situation;
    struct match_need *needs;
    size_t count;
    uint64_t fits[MATCH_NEEDS][ALTERNATIVES][SLOTS]; /* shown documents */
    uint64_t twins[SHOWN_MAX];                       /* shown documents that are the same one */
    uint64_t alike[SHOWN_MAX]; /* earlier ones that fit exactly the same places */
    uint64_t chosen[MATCH_NEEDS];
    uint8_t gaps[MATCH_NEEDS];
    bool waived[MATCH_NEEDS];
    int best;
};

static bool in_force(struct date from, struct date until, struct date day)
{
    return (!date_valid(from) || date_compare(day, from) >= 0) &&
           (!date_valid(until) || date_compare(day, until) <= 0);
}

/* The class's list on that day, before successors and ends. */
static uint64_t class_list(const struct document_class *class, struct date day)
{
    if (!in_force(class->from, class->until, day))
        return 0;
    uint64_t documents = class->documents;
    for (size_t i = 0; i < class->extras; i++)
        if (date_compare(day, class->extra[i].day) >= 0)
            documents = (documents | class->extra[i].added) & ~class->extra[i].removed;
    return documents;
}

/* Listed, or standing for one that is, and in force. */
static bool counts(const struct profile *profile, uint64_t list, uint8_t document, struct date day)
{
    const struct document *d = &profile->documents[document];
    bool listed = (list >> document & 1) != 0 ||
                  (d->stands_for != NOTHING && (list >> d->stands_for & 1) != 0);
    return listed && in_force(d->from, d->until, day);
}

uint64_t match_slot_list(const struct profile *profile, const struct slot *slot, struct date day)
{
    return slot->class == NOTHING ? UINT64_C(1) << slot->document
                                  : class_list(&profile->classes[slot->class], day);
}

uint64_t match_slot_documents(const struct profile *profile, const struct slot *slot,
                              struct date day)
{
    uint64_t list = match_slot_list(profile, slot, day), out = 0;
    for (uint8_t i = 0; i < profile->document_count; i++)
        if (counts(profile, list, i, day))
            out |= UINT64_C(1) << i;
    return out;
}

static bool test_holds(const struct test *test, const struct shown *shown, struct date day)
{
    switch ((enum test_kind)test->kind) {
    case TEST_YES:
        return (shown->yes >> test->attribute & 1) != 0;
    case TEST_NO:
        return (shown->no >> test->attribute & 1) != 0;
    case TEST_SHOWS:
        return (shown->shows & test->bits) == test->bits;
    case TEST_FROM:
        return shown->from == test->bits;
    case TEST_FAULT:
        return (shown->faults & test->bits) != 0;
    case TEST_ISSUED_FROM:
        return date_valid(shown->issued) && date_compare(shown->issued, test->date) >= 0;
    case TEST_ISSUED_WITHIN:
        return date_valid(shown->issued) && date_compare(shown->issued, day) <= 0 &&
               date_compare(day, date_add_months(shown->issued, test->months)) <= 0;
    case TEST_EXPIRES_STATED:
        return date_valid(shown->expires);
    }
    return false;
}

/* Bits of the attributes that keep the tests from holding. */
static uint16_t failing_tests(const struct tests *tests, const struct shown *shown, struct date day)
{
    uint16_t failing = 0;
    for (size_t i = 0; i < tests->count; i++)
        if (!test_holds(&tests->test[i], shown, day))
            failing |= (uint16_t)(1u << tests->test[i].attribute);
    return failing;
}

static uint16_t failing_class(const struct document_class *class, const struct shown *shown,
                              struct date day)
{
    uint16_t failing = 0;
    for (size_t i = 0; i < class->wheres; i++) {
        uint16_t one = failing_tests(&class->where[i], shown, day);
        if (one == 0) {
            failing = 0;
            break;
        }
        failing |= one;
    }
    for (size_t i = 0; i < class->alones; i++)
        if (class->alone[i].document == shown->document)
            failing |= failing_tests(&class->alone[i].tests, shown, day);
    return failing;
}

bool match_slot(const struct profile *profile, const struct slot *slot, uint8_t holder,
                const struct shown *shown, struct date day, uint16_t *failing)
{
    *failing = 0;
    if (!counts(profile, match_slot_list(profile, slot, day), shown->document, day))
        return false;
    if (!profile->documents[shown->document].paper && holder != HOLDER_ANY &&
        shown->holder != holder)
        return false;
    *failing = failing_tests(&slot->tests, shown, day);
    if (slot->class != NOTHING)
        *failing |= failing_class(&profile->classes[slot->class], shown, day);
    if (date_valid(shown->expires) && date_compare(shown->expires, day) < 0)
        *failing |= 1u << ATTRIBUTE_EXPIRES;
    return *failing == 0;
}

/* A sheet on which the old PIN is missing is not filled in; only a reset does without it. */
static bool lacks_old_pin(const struct search *s, const struct shown *shown)
{
    return s->situation->procedure != PROCEDURE_RESET &&
           (shown->faults >> SHEET_OLD_PIN_MISSING & 1) != 0;
}

static bool fits(const struct search *s, const struct need *need, const struct slot *slot,
                 const struct shown *shown, uint16_t *failing)
{
    *failing = 0;
    if ((need->not_documents >> shown->document & 1) != 0)
        return false;
    bool good = match_slot(s->profile, slot, need->holder, shown, s->situation->at.date, failing);
    if ((good || *failing != 0) && lacks_old_pin(s, shown))
        *failing |= 1u << ATTRIBUTE_COMPLETE;
    return good && *failing == 0;
}

static void find_fits(struct search *s)
{
    const struct situation *situation = s->situation;
    for (size_t n = 0; n < s->count; n++)
        for (size_t a = 0; a < s->needs[n].need->count; a++)
            for (size_t k = 0; k < s->needs[n].need->any[a].count; k++)
                for (size_t d = 0; d < situation->shown_count; d++) {
                    uint16_t failing;
                    const struct need *need = s->needs[n].need;
                    if (fits(s, need, &need->any[a].slot[k], &situation->shown[d], &failing))
                        s->fits[n][a][k] |= UINT64_C(1) << d;
                }
}

static bool fits_alike(const struct search *s, size_t d, size_t e)
{
    for (size_t n = 0; n < s->count; n++)
        for (size_t a = 0; a < ALTERNATIVES; a++)
            for (size_t k = 0; k < SLOTS; k++)
                if ((s->fits[n][a][k] >> d & 1) != (s->fits[n][a][k] >> e & 1))
                    return false;
    return true;
}

static void find_twins(struct search *s)
{
    const struct situation *situation = s->situation;
    for (size_t d = 0; d < situation->shown_count; d++) {
        const struct shown *one = &situation->shown[d];
        bool paper = s->profile->documents[one->document].paper;
        s->twins[d] = UINT64_C(1) << d;
        for (size_t e = 0; e < situation->shown_count; e++)
            if (situation->shown[e].document == one->document &&
                (paper || situation->shown[e].holder == one->holder))
                s->twins[d] |= UINT64_C(1) << e;
        bool alone = s->twins[d] == UINT64_C(1) << d;
        for (size_t e = 0; e < d && alone; e++)
            if (s->twins[e] == UINT64_C(1) << e && fits_alike(s, d, e))
                s->alike[d] |= UINT64_C(1) << e;
    }
}

/* Documents that a need may share, as a set of shown ones. */
static uint64_t shared_shown(const struct search *s, const struct need *need)
{
    uint64_t out = 0;
    for (size_t d = 0; need->shared != 0 && d < s->situation->shown_count; d++)
        if ((need->shared >> s->situation->shown[d].document & 1) != 0)
            out |= UINT64_C(1) << d;
    return out;
}

static int weight(const struct need *need)
{
    return need->otherwise == OTHERWISE_WARN     ? WEIGHT_WARN
           : need->otherwise == OTHERWISE_REFUSE ? WEIGHT_REFUSE
                                                 : WEIGHT_MISSING;
}

static void search_need(struct search *s, size_t n, uint64_t used, int cost);

/* Fills slot k of alternative a of need n in every useful way, then goes on. `mine`: taken by this
 * need. */
static void search_slot(struct search *s, size_t n, size_t a, size_t k, uint64_t used,
                        uint64_t mine, int cost)
{
    const struct need *need = s->needs[n].need;
    if (cost >= s->best)
        return;
    if (k == need->any[a].count) {
        s->chosen[n] = mine;
        search_need(s, n + 1, used | (mine & ~shared_shown(s, need)), cost);
        return;
    }
    uint64_t free = s->fits[n][a][k] & ~mine & (~used | shared_shown(s, need));
    for (size_t d = 0; d < s->situation->shown_count && s->best > 0; d++)
        if ((free >> d & 1) != 0 && (s->alike[d] & free) == 0)
            search_slot(s, n, a, k + 1, used, mine | s->twins[d], cost);
    s->gaps[n]++;
    search_slot(s, n, a, k + 1, used, mine, cost + weight(need));
    s->gaps[n]--;
}

static bool waived_now(const struct search *s, size_t n)
{
    const struct need *need = s->needs[n].need;
    for (size_t w = 0; w < need->waivers; w++)
        for (size_t m = 0; m < n; m++)
            if (s->needs[m].need == &s->profile->needs[need->waived_by[w]] && s->gaps[m] == 0)
                return true;
    return false;
}

static void keep_best(struct search *s, int cost)
{
    s->best = cost;
    for (size_t n = 0; n < s->count; n++) {
        s->needs[n].used = s->chosen[n];
        s->needs[n].missing = s->gaps[n];
        s->needs[n].waived = s->waived[n];
        s->needs[n].met = s->gaps[n] == 0;
    }
}

static void search_need(struct search *s, size_t n, uint64_t used, int cost)
{
    if (cost >= s->best)
        return;
    if (n == s->count) {
        keep_best(s, cost);
        return;
    }
    s->waived[n] = waived_now(s, n);
    if (s->waived[n]) {
        s->chosen[n] = 0;
        search_need(s, n + 1, used, cost);
        s->waived[n] = false;
        return;
    }
    for (size_t a = 0; a < s->needs[n].need->count && s->best > 0; a++) {
        s->gaps[n] = 0;
        search_slot(s, n, a, 0, used, 0, cost);
    }
    s->gaps[n] = 0;
}

/* What keeps the shown documents that would do, but for their conditions, from filling this slot.
 */
static uint16_t near_misses(const struct search *s, const struct need *need,
                            const struct slot *slot)
{
    uint16_t attributes = 0, failing;
    for (size_t d = 0; d < s->situation->shown_count; d++) {
        if (!fits(s, need, slot, &s->situation->shown[d], &failing))
            attributes |= failing;
    }
    return attributes;
}

/* Documents that are taken already and belong to this holder: they cannot fill another place. */
static uint64_t taken_documents(const struct search *s, const struct need *need, uint64_t used)
{
    uint64_t out = 0;
    for (size_t d = 0; d < s->situation->shown_count; d++) {
        const struct shown *shown = &s->situation->shown[d];
        bool paper = s->profile->documents[shown->document].paper;
        if ((used >> d & 1) != 0 &&
            (paper || need->holder == HOLDER_ANY || shown->holder == need->holder))
            out |= UINT64_C(1) << shown->document;
    }
    return out;
}

struct gaps {
    const struct search *search;
    struct match_need *result;
    uint64_t used; /* by the other needs */
    const struct slots *slots;
    uint8_t open[SLOTS];
    uint8_t count;
};

static void keep_gaps(const struct gaps *g, uint64_t mine)
{
    const struct search *s = g->search;
    const struct need *need = g->result->need;
    uint64_t taken = (taken_documents(s, need, g->used) & ~need->shared) |
                     taken_documents(s, need, mine) | need->not_documents;
    for (size_t i = 0; i < g->count; i++) {
        const struct slot *slot = &g->slots->slot[g->open[i]];
        g->result->place[i].any_of |=
            match_slot_documents(s->profile, slot, s->situation->at.date) & ~taken;
        g->result->place[i].attributes |= near_misses(s, need, slot);
    }
}

/* Visits each way to fill this alternative's slots that leaves as few open as the best one. */
static void visit_gaps(struct gaps *g, const uint64_t fits[SLOTS], size_t k, uint64_t mine)
{
    if (g->count > g->result->missing)
        return;
    if (k == g->slots->count) {
        if (g->count == g->result->missing)
            keep_gaps(g, mine);
        return;
    }
    uint64_t free = fits[k] & ~mine & ~g->used;
    for (size_t d = 0; d < g->search->situation->shown_count; d++)
        if ((free >> d & 1) != 0 && (g->search->alike[d] & free) == 0)
            visit_gaps(g, fits, k + 1, mine | g->search->twins[d]);
    g->open[g->count++] = (uint8_t)k;
    visit_gaps(g, fits, k + 1, mine);
    g->count--;
}

static void describe_missing(struct search *s, size_t n)
{
    struct match_need *result = &s->needs[n];
    uint64_t used = 0;
    for (size_t m = 0; m < s->count; m++)
        if (m != n)
            used |= s->needs[m].used & ~shared_shown(s, s->needs[m].need);
    used &= ~shared_shown(s, result->need);
    for (size_t a = 0; a < result->need->count; a++) {
        struct gaps g = {.search = s,
                         .result = result,
                         .used = used,
                         .slots = &result->need->any[a],
                         .count = 0};
        visit_gaps(&g, s->fits[n][a], 0, 0);
    }
}

void match_needs(const struct profile *profile, const struct situation *situation,
                 struct match_need *needs, size_t count)
{
    struct search s = {.profile = profile,
                       .situation = situation,
                       .needs = needs,
                       .count = count,
                       .best = COST_NONE};
    find_fits(&s);
    find_twins(&s);
    for (size_t n = 0; n < count; n++)
        memset(needs[n].place, 0, sizeof needs[n].place);
    search_need(&s, 0, 0, 0);
    for (size_t n = 0; n < count; n++)
        if (needs[n].missing > 0)
            describe_missing(&s, n);
}
