#include "forms/rules/standin.h"

#include "forms/rules/match.h"

enum { SOON = 60, LATER = 200, YEARS_ON = 5 };

static void meet_tests(const struct tests *tests, struct date day, struct shown *out)
{
    for (size_t i = 0; i < tests->count; i++) {
        const struct test *test = &tests->test[i];
        uint16_t bit = (uint16_t)(1u << test->attribute);
        switch ((enum test_kind)test->kind) {
        case TEST_YES:
            out->yes |= bit;
            break;
        case TEST_NO:
            out->no |= bit;
            break;
        case TEST_SHOWS:
            out->shows |= (uint8_t)test->bits;
            break;
        case TEST_FROM:
            out->from = (uint8_t)test->bits;
            break;
        case TEST_FAULT:
            out->faults |= test->bits;
            break;
        case TEST_ISSUED_FROM:
            out->issued = date_compare(test->date, day) > 0 ? test->date : day;
            break;
        case TEST_ISSUED_WITHIN:
            out->issued = day;
            break;
        case TEST_EXPIRES_STATED:
            out->expires = date_add_years(day, 1);
            break;
        }
    }
}

static void meet_class(const struct document_class *class, struct date day, struct shown *out)
{
    if (class->wheres > 0)
        meet_tests(&class->where[0], day, out);
    for (size_t i = 0; i < class->alones; i++)
        if (class->alone[i].document == out->document)
            meet_tests(&class->alone[i].tests, day, out);
}

static struct shown *find(struct standins *s, uint8_t document, uint8_t holder, bool paper)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->shown[i].document == document && (paper || s->shown[i].holder == holder))
            return &s->shown[i];
    return NULL;
}

/* A document for the slot that is not on the list yet; a paper asked for again gains the
 * conditions. */
static void fill(const struct profile *profile, const struct slot *slot, uint8_t holder,
                 uint64_t not_documents, struct date day, struct standins *out)
{
    uint64_t documents = match_slot_documents(profile, slot, day) & ~not_documents;
    for (uint8_t d = 0; d < profile->document_count; d++) {
        bool paper = profile->documents[d].paper;
        if ((documents >> d & 1) == 0)
            continue;
        struct shown *one = find(out, d, holder, paper);
        if ((one != NULL && !paper) || (one == NULL && out->count == STANDINS))
            continue;
        if (one == NULL) {
            one = &out->shown[out->count++];
            *one = (struct shown){.document = d,
                                  .holder = holder == HOLDER_ANY ? HOLDER_VISITOR : holder};
        }
        meet_tests(&slot->tests, day, one);
        if (slot->class != NOTHING)
            meet_class(&profile->classes[slot->class], day, one);
        return;
    }
}

void standin_slots(const struct profile *profile, const struct slots *slots, uint8_t holder,
                   uint64_t not_documents, struct date day, struct standins *out)
{
    for (size_t k = 0; k < slots->count; k++)
        fill(profile, &slots->slot[k], holder, not_documents, day, out);
}

static bool same_slot(const struct slot *a, const struct slot *b)
{
    return a->class == b->class && (a->class != NOTHING || a->document == b->document);
}

static size_t count_like(const struct slots *slots, const struct slot *slot, size_t before)
{
    size_t count = 0;
    for (size_t k = 0; k < before; k++)
        count += same_slot(&slots->slot[k], slot) ? 1 : 0;
    return count;
}

/* Of an alternative those places that no earlier alternative names as often. */
static void fill_alternative(const struct profile *profile, const struct need *need, size_t a,
                             struct date day, struct standins *out)
{
    for (size_t k = 0; k < need->any[a].count; k++) {
        const struct slot *slot = &need->any[a].slot[k];
        size_t had = 0, wanted = count_like(&need->any[a], slot, k + 1);
        for (size_t b = 0; b < a; b++) {
            size_t n = count_like(&need->any[b], slot, need->any[b].count);
            had = n > had ? n : had;
        }
        bool paper = slot->class == NOTHING && profile->documents[slot->document].paper;
        if (wanted > had || paper)
            fill(profile, slot, need->holder, need->not_documents, day, out);
    }
}

void standin_documents(const struct profile *profile, const struct way *way, struct date day,
                       struct standins *out)
{
    out->count = 0;
    standin_slots(profile, &way->started_by, HOLDER_ANY, 0, day, out);
    for (size_t i = 0; i < way->need_count; i++)
        for (size_t a = 0; a < profile->needs[way->needs[i]].count; a++)
            fill_alternative(profile, &profile->needs[way->needs[i]], a, day, out);
}

/* --- facts ----------------------------------------------------------------------------------- */

static struct stated on_day(struct date date)
{
    return (struct stated){.known = true, .when = {.date = date, .minute = MOMENT_NO_TIME}};
}

static void add_value(struct axis *axis, struct stated value)
{
    if (axis->count < STANDIN_VALUES)
        axis->value[axis->count++] = value;
}

static void date_values(uint8_t fact, struct date day, struct axis *axis)
{
    if (fact == FACT_BIRTH) {
        add_value(axis, on_day(date_add_years(day, -40)));
        add_value(axis, on_day(date_add_years(day, -15)));
        add_value(axis, on_day(date_add_days(date_add_years(day, -15), 1)));
        return;
    }
    add_value(axis, on_day(date_add_days(day, -1)));
    add_value(axis, on_day(day));
    add_value(axis, on_day(date_add_days(day, SOON)));
    add_value(axis, on_day(date_add_days(day, LATER)));
    add_value(axis, on_day(date_add_years(day, fact < FACTS_COMMON ? YEARS_ON : -YEARS_ON)));
}

static void add_axis(const struct profile *profile, uint8_t fact, struct date day, struct axes *out)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->axis[i].fact == fact)
            return;
    if (out->count == STANDIN_AXES)
        return;
    struct axis *axis = &out->axis[out->count++];
    *axis = (struct axis){.fact = fact, .count = 1};
    enum fact_kind kind = profile_fact_kind(profile, fact);
    if (kind == FACT_IS_DATE || kind == FACT_IS_MOMENT)
        date_values(fact, day, axis);
    else
        for (uint8_t v = 0; v < terms_fact_values(kind)->count; v++)
            add_value(axis, (struct stated){.known = true, .value = v});
}

/* What the clerk states for a fact that is worked out. */
static const struct {
    uint8_t fact, base[4], count;
} bases[] = {
    {FACT_UNDER15, {FACT_BIRTH}, 1},
    {FACT_CARD, {FACT_CARD_EXPIRY}, 1},
    {FACT_WINDOW, {FACT_SIG_EXPIRY, FACT_AUTH_EXPIRY}, 2},
    {FACT_TOGETHER, {FACT_CARD_EXPIRY, FACT_SIG_EXPIRY, FACT_AUTH_EXPIRY}, 3},
    {FACT_EVERY_PIN, {FACT_PIN_SIG, FACT_PIN_AUTH, FACT_PIN_JUKI, FACT_PIN_KENMEN}, 4},
    {FACT_SOME_PIN, {FACT_PIN_SIG, FACT_PIN_AUTH, FACT_PIN_JUKI, FACT_PIN_KENMEN}, 4},
    {FACT_EVERY_CHOSEN_PIN, {FACT_PIN_SIG, FACT_PIN_AUTH}, 2},
    {FACT_SOME_CHOSEN_PIN, {FACT_PIN_SIG, FACT_PIN_AUTH}, 2},
    {FACT_CHOSEN_CERTIFICATE, {FACT_SIG, FACT_AUTH}, 2},
    {FACT_EVERY_CERTIFICATE, {FACT_SIG, FACT_AUTH}, 2},
};

static void add_axes(const struct profile *profile, uint8_t fact, struct date day, struct axes *out)
{
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (bases[i].fact == fact) {
            for (size_t k = 0; k < bases[i].count; k++)
                add_axis(profile, bases[i].base[k], day, out);
            return;
        }
    if (fact != FACT_SIG_CHOSEN)
        add_axis(profile, fact, day, out);
}

void standin_axes(const struct profile *profile, const struct conditions *conditions,
                  struct date day, struct axes *out)
{
    for (size_t i = 0; i < conditions->count; i++)
        for (size_t k = 0; k < conditions->any[i].count; k++)
            add_axes(profile, conditions->any[i].condition[k].fact, day, out);
}

void standin_good_facts(struct situation *situation)
{
    static const uint8_t pins[] = {FACT_PIN_SIG, FACT_PIN_AUTH, FACT_PIN_JUKI, FACT_PIN_KENMEN};
    struct date day = situation->at.date;
    struct stated *fact = situation->fact;
    bool issue = situation->procedure == PROCEDURE_ISSUE;
    bool child = situation->presenter == PRESENTER_PARENT;
    for (size_t i = 0; i < PINS; i++)
        fact[pins[i]] = (struct stated){.known = true, .value = PIN_IS_KNOWN};
    fact[FACT_BIRTH] = on_day(date_add_years(day, child ? -10 : -40));
    fact[FACT_WARD] = (struct stated){
        .known = true, .value = situation->presenter == PRESENTER_GUARDIAN ? FACT_YES : FACT_NO};
    fact[FACT_CARD_EXPIRY] = on_day(date_add_years(day, YEARS_ON));
    fact[FACT_SIG_EXPIRY] = on_day(date_add_days(day, issue ? -1 : SOON));
    fact[FACT_AUTH_EXPIRY] = fact[FACT_SIG_EXPIRY];
}
