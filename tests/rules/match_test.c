/*
 * The matching against a slow and obvious second one, on random profiles and desks: the slow one
 * tries every document in every place and knows nothing of pruning, likeness or order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forms/rules/match.h"

#include <string.h>

enum { ROUNDS = 20000, DOCUMENTS = 7, CLASSES = 3 };

static const struct date day = {2024, 4, 1};
static const char *const names[DOCUMENTS] = {"d0", "d1", "d2", "d3", "d4", "d5", "d6"};

static uint64_t seed = 88172645463325252u;

static unsigned below(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % n;
}

/* --- random profiles and desks --------------------------------------------------------------- */

static void random_slot(struct slot *slot)
{
    *slot = (struct slot){.class = NOTHING};
    if (below(3) > 0)
        slot->class = (uint8_t)below(CLASSES);
    else
        slot->document = (uint8_t)below(DOCUMENTS);
    if (below(4) == 0) {
        slot->tests.count = 1;
        slot->tests.test[0] = (struct test){.kind = TEST_YES, .attribute = ATTRIBUTE_SEALED};
    }
}

static void random_need(struct need *need, size_t index)
{
    *need = (struct need){.citation = {.id = names[index]}, .holder = (uint8_t)below(HOLDERS)};
    need->count = (uint8_t)(1 + below(3));
    for (size_t a = 0; a < need->count; a++) {
        need->any[a].count = (uint8_t)(1 + below(3));
        for (size_t k = 0; k < need->any[a].count; k++)
            random_slot(&need->any[a].slot[k]);
    }
    need->otherwise = (uint8_t)(below(5) == 0 ? OTHERWISE_WARN : OTHERWISE_MISSING);
    need->not_documents = below(4) == 0 ? UINT64_C(1) << below(DOCUMENTS) : 0;
    need->shared = below(4) == 0 ? UINT64_C(1) << below(DOCUMENTS) : 0;
    if (index > 0 && below(5) == 0) {
        need->waivers = 1;
        need->waived_by[0] = (uint8_t)below((unsigned)index);
    }
}

static void random_profile(struct profile *profile, size_t needs)
{
    memset(profile, 0, sizeof *profile);
    profile->document_count = DOCUMENTS;
    for (size_t d = 0; d < DOCUMENTS; d++)
        profile->documents[d] =
            (struct document){.id = names[d], .paper = d >= 5, .stands_for = NOTHING};
    profile->class_count = CLASSES;
    for (size_t c = 0; c < CLASSES; c++)
        profile->classes[c] =
            (struct document_class){.id = names[c], .documents = 1 + below((1u << DOCUMENTS) - 1)};
    profile->need_count = (uint8_t)needs;
    for (size_t n = 0; n < needs; n++)
        random_need(&profile->needs[n], n);
}

static void random_desk(struct situation *situation, size_t shown)
{
    situation_clear(situation);
    situation->at.date = day;
    for (size_t i = 0; i < shown; i++)
        situation->shown[situation->shown_count++] = (struct shown){
            .document = (uint8_t)below(DOCUMENTS),
            .holder = (uint8_t)below(2),
            .yes = (uint16_t)(below(2) << ATTRIBUTE_SEALED),
        };
}

/* --- the slow one ---------------------------------------------------------------------------- */

struct slow {
    const struct profile *profile;
    const struct situation *situation;
    const struct need *needs;
    size_t count;
    bool met[MATCH_NEEDS];
    int best;
};

static bool same_paper_or_owner(const struct slow *s, size_t d, size_t e)
{
    const struct shown *a = &s->situation->shown[d], *b = &s->situation->shown[e];
    return a->document == b->document &&
           (s->profile->documents[a->document].paper || a->holder == b->holder);
}

static bool is_used(const struct slow *s, const bool used[SHOWN_MAX], size_t d)
{
    for (size_t e = 0; e < s->situation->shown_count; e++)
        if (used[e] && same_paper_or_owner(s, d, e))
            return true;
    return false;
}

static bool fits(const struct slow *s, const struct need *need, const struct slot *slot, size_t d)
{
    const struct shown *shown = &s->situation->shown[d];
    uint64_t documents = slot->class == NOTHING ? UINT64_C(1) << slot->document
                                                : s->profile->classes[slot->class].documents;
    bool paper = s->profile->documents[shown->document].paper;
    return (documents & ~need->not_documents & UINT64_C(1) << shown->document) != 0 &&
           (paper || need->holder == HOLDER_ANY || need->holder == shown->holder) &&
           (slot->tests.count == 0 || (shown->yes >> ATTRIBUTE_SEALED & 1) != 0);
}

static void slow_need(struct slow *s, size_t n, const bool used[SHOWN_MAX], int cost);

static void slow_slot(struct slow *s, size_t n, size_t a, size_t k, const bool used[SHOWN_MAX],
                      const bool mine[SHOWN_MAX], int gaps, int cost)
{
    const struct need *need = &s->needs[n];
    if (k == need->any[a].count) {
        bool next[SHOWN_MAX];
        for (size_t d = 0; d < SHOWN_MAX; d++)
            next[d] =
                used[d] || (mine[d] && (need->shared >> s->situation->shown[d].document & 1) == 0);
        s->met[n] = gaps == 0;
        slow_need(s, n + 1, next, cost + gaps * (need->otherwise == OTHERWISE_WARN ? 1 : 64));
        return;
    }
    for (size_t d = 0; d < s->situation->shown_count; d++) {
        bool shared = (need->shared >> s->situation->shown[d].document & 1) != 0;
        if (!fits(s, need, &need->any[a].slot[k], d) || is_used(s, mine, d) ||
            (is_used(s, used, d) && !shared))
            continue;
        bool more[SHOWN_MAX];
        memcpy(more, mine, sizeof more);
        more[d] = true;
        slow_slot(s, n, a, k + 1, used, more, gaps, cost);
    }
    slow_slot(s, n, a, k + 1, used, mine, gaps + 1, cost);
}

static void slow_need(struct slow *s, size_t n, const bool used[SHOWN_MAX], int cost)
{
    static const bool none[SHOWN_MAX];
    if (n == s->count) {
        s->best = cost < s->best ? cost : s->best;
        return;
    }
    if (s->needs[n].waivers > 0 && s->met[s->needs[n].waived_by[0]]) {
        s->met[n] = true;
        slow_need(s, n + 1, used, cost);
        return;
    }
    for (size_t a = 0; a < s->needs[n].count; a++)
        slow_slot(s, n, a, 0, used, none, 0, cost);
}

static int slow_cost(const struct profile *profile, const struct situation *situation)
{
    static const bool none[SHOWN_MAX];
    struct slow s = {.profile = profile,
                     .situation = situation,
                     .needs = profile->needs,
                     .count = profile->need_count,
                     .best = 1 << 20};
    slow_need(&s, 0, none, 0);
    return s.best;
}

/* --- the comparison -------------------------------------------------------------------------- */

static int fast_cost(const struct profile *profile, const struct situation *situation,
                     struct match_need *needs)
{
    int cost = 0;
    for (size_t n = 0; n < profile->need_count; n++)
        needs[n] = (struct match_need){.need = &profile->needs[n]};
    match_needs(profile, situation, needs, profile->need_count);
    for (size_t n = 0; n < profile->need_count; n++)
        cost += needs[n].missing * (profile->needs[n].otherwise == OTHERWISE_WARN ? 1 : 64);
    return cost;
}

static void leaves_as_little_missing(void **state)
{
    (void)state;
    static struct profile profile;
    struct situation situation;
    struct match_need needs[MATCH_NEEDS];
    for (int round = 0; round < ROUNDS; round++) {
        random_profile(&profile, 1 + below(3));
        random_desk(&situation, below(5));
        assert_int_equal(fast_cost(&profile, &situation, needs), slow_cost(&profile, &situation));
    }
}

static struct shown fresh(const struct need *need, uint8_t document)
{
    return (struct shown){.document = document,
                          .holder = need->holder == HOLDER_ANY ? HOLDER_VISITOR : need->holder,
                          .yes = 1u << ATTRIBUTE_SEALED};
}

/* Each document named as filling a missing place really brings the case nearer, by the slow
 * measure. */
static void names_what_completes(void **state)
{
    (void)state;
    static struct profile profile;
    struct situation situation, more;
    struct match_need needs[MATCH_NEEDS];
    size_t tried = 0;
    for (int round = 0; round < ROUNDS; round++) {
        random_profile(&profile, 1 + below(3));
        random_desk(&situation, below(4));
        int before = fast_cost(&profile, &situation, needs);
        size_t n = below(profile.need_count);
        for (uint8_t d = 0; needs[n].missing > 0 && d < DOCUMENTS; d++) {
            if ((needs[n].place[0].any_of >> d & 1) == 0 || profile.needs[n].waivers > 0)
                continue;
            more = situation;
            more.shown[more.shown_count++] = fresh(&profile.needs[n], d);
            assert_true(slow_cost(&profile, &more) < before);
            tried++;
        }
    }
    assert_true(tried > ROUNDS / 4);
}

/* Whatever is missing can be filled, unless no document of the catalogue is left for it. */
static void one_more_never_hurts(void **state)
{
    (void)state;
    static struct profile profile;
    struct situation situation;
    struct match_need needs[MATCH_NEEDS];
    for (int round = 0; round < ROUNDS; round++) {
        random_profile(&profile, 1 + below(4));
        random_desk(&situation, below(5));
        int before = fast_cost(&profile, &situation, needs);
        situation.shown[situation.shown_count++] =
            (struct shown){.document = (uint8_t)below(DOCUMENTS),
                           .holder = (uint8_t)below(2),
                           .yes = (uint16_t)(below(2) << ATTRIBUTE_SEALED)};
        assert_true(fast_cost(&profile, &situation, needs) <= before);
    }
}

static struct profile *two_of_a_or_a_and_b(void)
{
    static struct profile profile;
    memset(&profile, 0, sizeof profile);
    profile.document_count = DOCUMENTS;
    for (size_t d = 0; d < DOCUMENTS; d++)
        profile.documents[d] = (struct document){.id = names[d], .stands_for = NOTHING};
    profile.class_count = 2;
    profile.classes[0].documents = 0x07;
    profile.classes[1].documents = 0x38;
    profile.need_count = 1;
    profile.needs[0] = (struct need){.citation = {.id = "id"},
                                     .holder = HOLDER_VISITOR,
                                     .count = 2,
                                     .any = {{.slot = {{.class = 0}, {.class = 0}}, .count = 2},
                                             {.slot = {{.class = 0}, {.class = 1}}, .count = 2}}};
    return &profile;
}

static void smallest_ways_to_complete(void **state)
{
    (void)state;
    struct profile *profile = two_of_a_or_a_and_b();
    struct situation situation;
    struct match_need need = {.need = &profile->needs[0]};
    situation_clear(&situation);
    situation.at.date = day;
    match_needs(profile, &situation, &need, 1);
    assert_int_equal(need.missing, 2);
    assert_int_equal(need.place[0].any_of, 0x07);
    assert_int_equal(need.place[1].any_of, 0x3f);
    situation.shown[situation.shown_count++] =
        (struct shown){.document = 1, .holder = HOLDER_VISITOR};
    match_needs(profile, &situation, &need, 1);
    assert_int_equal(need.missing, 1);
    assert_int_equal(need.place[0].any_of, 0x3d);
    situation.shown[0].document = 4;
    match_needs(profile, &situation, &need, 1);
    assert_int_equal(need.missing, 1);
    assert_int_equal(need.place[0].any_of, 0x07);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_as_little_missing),
        cmocka_unit_test(names_what_completes),
        cmocka_unit_test(one_more_never_hurts),
        cmocka_unit_test(smallest_ways_to_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
