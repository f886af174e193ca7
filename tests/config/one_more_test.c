/*
 * One more document on the desk never makes a case worse that was accepted, or that the office may decide,
 * however bad it is: expired, open, unstamped, unsigned, incomplete, of the wrong person, or of no use
 * here. Over every way of every shipped city, at all values of the facts that the way looks at.
 *
 * One exception is the pages' own, and is held here as one: a PIN on a sheet that is illegible or
 * impossible, or an old PIN that is wrong, is refused (Kakogawa: asked about) by a rule that names the
 * fault, also where a good sheet lies beside it: which of two PINs is meant nobody at the counter may
 * guess. Without such a rule a faulty sheet changes nothing either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/city.h"
#include "forms/rules/judge.h"
#include "forms/rules/standin.h"

#include <stdio.h>
#include <string.h>

static const char *const cities[] = {"minoh", "ibaraki", "tajimi", "kakogawa", "omihachiman"};

struct walk {
    const struct city *city;
    const struct way *way;
    struct situation situation;
    enum verdict_kind worst; /* that one more document may lead to */
    unsigned enough, added, stopped;
};

static bool names_fault(const struct rule *rule)
{
    for (size_t i = 0; i < rule->showns; i++)
        for (size_t k = 0; k < rule->shown[i].count; k++)
            for (size_t n = 0; n < rule->shown[i].slot[k].tests.count; n++)
                if (rule->shown[i].slot[k].tests.test[n].kind == TEST_FAULT)
                    return true;
    return false;
}

static bool is_cited(const struct verdict *verdict, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < verdict->reason_count; k++)
            if (verdict->reason[k] == &rules[i].citation && names_fault(&rules[i]))
                return true;
    return false;
}

static bool stopped_for_its_fault(const struct walk *w, const struct verdict *verdict)
{
    const struct city *city = w->city;
    return (verdict->kind == VERDICT_REFUSE || verdict->kind == VERDICT_ASK_OFFICE) &&
           (is_cited(verdict, city->profile.rules, city->profile.rule_count) ||
            is_cited(verdict, city->national.rules, city->national.rule_count));
}

static void add(struct walk *w, struct shown shown)
{
    struct situation more = w->situation;
    struct verdict verdict;
    more.shown[more.shown_count++] = shown;
    rules_judge(&w->city->national, &w->city->profile, &more, &verdict);
    w->added++;
    if (verdict.kind <= w->worst)
        return;
    if (shown.faults == 0 || !stopped_for_its_fault(w, &verdict))
        fail_msg("%s, %s: %s of holder %u, faults %x: %s, for %s", w->city->profile.id,
                 w->way->citation.id, w->city->profile.documents[shown.document].id,
                 (unsigned)shown.holder, (unsigned)shown.faults,
                 terms_word(&terms_verdicts, verdict.kind),
                 verdict.reason_count > 0 ? verdict.reason[0]->id : "nothing");
    w->stopped++;
}

static bool is_sheet(const struct walk *w, uint8_t document)
{
    const char *id = w->city->profile.documents[document].id;
    return strcmp(id, "reply-sheet") == 0 || strcmp(id, "pin-sheet") == 0;
}

/* Nothing said of it; everything denied; everything good; and of a sheet each fault on its own. */
static void add_document(struct walk *w, uint8_t document, uint8_t holder)
{
    const struct shown bare = {.document = document, .holder = holder};
    struct shown bad = bare, good = bare;
    bad.no = UINT16_MAX;
    bad.expires = bad.issued = (struct date){1990, 1, 1};
    good.yes = UINT16_MAX;
    good.shows = SHOWS_NAME | SHOWS_BIRTH | SHOWS_ADDRESS;
    good.issued = w->situation.at.date;
    good.expires = date_add_years(w->situation.at.date, 1);
    add(w, bare);
    add(w, bad);
    add(w, good);
    for (unsigned fault = 0; is_sheet(w, document) && fault < SHEET_FAULTS; fault++) {
        struct shown faulty = fault % 2 == 0 ? good : bare;
        faulty.faults = (uint16_t)(1u << fault);
        add(w, faulty);
    }
}

static void add_every_document(struct walk *w)
{
    struct verdict verdict;
    rules_judge(&w->city->national, &w->city->profile, &w->situation, &verdict);
    if (!verdict_accepts(&verdict) && verdict.kind != VERDICT_ASK_OFFICE)
        return;
    w->worst = verdict_accepts(&verdict) ? VERDICT_SECOND_VISIT : VERDICT_ASK_OFFICE;
    w->enough++;
    for (uint8_t document = 0; document < w->city->profile.document_count; document++)
        for (uint8_t holder = 0; holder < HOLDER_ANY; holder++)
            add_document(w, document, holder);
}

static void begin(struct walk *w, enum procedure procedure, uint8_t presenter)
{
    struct standins documents;
    situation_clear(&w->situation);
    w->situation.procedure = procedure;
    w->situation.presenter = presenter;
    w->situation.visit = w->way->visit;
    w->situation.at.date = w->city->profile.date;
    standin_good_facts(&w->situation);
    standin_documents(&w->city->profile, w->way, w->situation.at.date, &documents);
    memcpy(w->situation.shown, documents.shown, documents.count * sizeof *documents.shown);
    w->situation.shown_count = documents.count;
}

/* Every combination of the facts that the way and its needs look at. */
static void walk_values(struct walk *w, const struct axes *axes, size_t from)
{
    if (from == axes->count) {
        add_every_document(w);
        return;
    }
    struct stated *fact = &w->situation.fact[axes->axis[from].fact];
    const struct stated before = *fact;
    for (size_t v = 0; v < axes->axis[from].count; v++) {
        *fact = axes->axis[from].value[v];
        walk_values(w, axes, from + 1);
    }
    *fact = before;
}

static void find_axes(const struct walk *w, struct axes *axes)
{
    const struct profile *profile = &w->city->profile;
    axes->count = 0;
    standin_axes(profile, &w->way->when, profile->date, axes);
    for (size_t i = 0; i < w->way->need_count; i++) {
        const struct need *need = &profile->needs[w->way->needs[i]];
        standin_axes(profile, &need->when, profile->date, axes);
        standin_axes(profile, &need->unless, profile->date, axes);
    }
}

static void walk_way(struct walk *w)
{
    struct axes axes;
    find_axes(w, &axes);
    for (uint8_t procedure = 0; procedure < PROCEDURES; procedure++)
        for (uint8_t presenter = 0; presenter < w->city->profile.presenter_count; presenter++) {
            if ((w->way->procedures >> procedure & 1) == 0 ||
                (w->way->presenters >> presenter & 1) == 0)
                continue;
            begin(w, (enum procedure)procedure, presenter);
            walk_values(w, &axes, 0);
        }
}

static void one_more_never_makes_it_worse(void **state)
{
    unsigned stopped = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++) {
        struct fault_list faults = {0};
        struct city *city = city_load("config", cities[i], &faults);
        struct walk w = {.city = city};
        assert_non_null(city);
        for (size_t k = 0; k < city->profile.way_count; k++) {
            w.way = &city->profile.ways[k];
            walk_way(&w);
        }
        printf("# %s: %u cases, %u documents added, %u stopped by what stands on the sheet\n",
               cities[i], w.enough, w.added, w.stopped);
        assert_true(w.enough > 0 && w.stopped < w.added / 10);
        stopped += w.stopped;
        city_free(city);
    }
    assert_true(stopped > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_never_makes_it_worse),
    };
    return cmocka_run_group_tests_name("one more document", tests, NULL, NULL);
}
