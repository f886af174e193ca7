#include "forms/ledger/row.h"
#include "forms/ledger/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char row_first_seal[LEDGER_SEAL_MAX] =
    "0000000000000000000000000000000000000000000000000000000000000000";

/* Both sides of every copy below are the same arrays of case.h; a text too long was refused by the
 * case. */
#define COPY(to, from)                                                                             \
    do {                                                                                           \
        _Static_assert(sizeof(to) == sizeof(from), "same field");                                  \
        memcpy(to, from, sizeof(to));                                                              \
    } while (0)

static void put_word(char word[CASE_WORD_MAX], const char *text)
{
    snprintf(word, CASE_WORD_MAX, "%s", text);
}

static void put_item(struct ledger_row *row, const char *list, const char *text, const char *detail)
{
    struct ledger_item *item = &row->items[row->item_count++];

    put_word(item->list, list);
    snprintf(item->text, sizeof item->text, "%s", text);
    snprintf(item->detail, sizeof item->detail, "%s", detail);
}

/* --- change to row --- */

static void put_opening(struct ledger_row *row, const struct case_change *change)
{
    const struct case_opening *o = &change->with.opening;

    COPY(row->procedure, o->procedure);
    COPY(row->presenter, o->presenter);
    COPY(row->city, o->city);
    COPY(row->office, o->office);
    COPY(row->reception, o->reception);
    COPY(row->clerk, o->clerk);
    row->visit = o->visit;
    row->set_back = o->set_back;
}

static void put_judgement(struct ledger_row *row, const struct case_change *change)
{
    const struct case_judgement *j = &change->with.judgement;

    COPY(row->procedure, j->procedure);
    COPY(row->verdict, j->verdict);
    row->may_be_decided = j->may_be_decided;
    row->pins = j->pins;
    for (unsigned i = 0; i < j->rule_count; i++)
        put_item(row, "rule", j->rules[i], "");
    for (unsigned i = 0; i < j->document_count; i++)
        put_item(row, "document", j->documents[i].id, j->documents[i].attributes);
    for (unsigned i = 0; i < j->fact_count; i++)
        put_item(row, "fact", j->facts[i], "");
}

static void put_decision(struct ledger_row *row, const struct case_change *change)
{
    const struct case_decision *d = &change->with.decision;

    COPY(row->who, d->who);
    COPY(row->function, d->function);
    COPY(row->phone, d->phone);
    COPY(row->why, d->why);
}

static void put_plan(struct ledger_row *row, const struct case_change *change)
{
    const struct case_plan *p = &change->with.plan;

    COPY(row->serial, p->serial);
    COPY(row->certificate, p->certificate);
    for (unsigned i = 0; i < p->step_count; i++) {
        put_item(row, "step", case_kind_word((enum case_kind)p->steps[i].kind), "");
        row->items[i].pin = p->steps[i].pin;
        row->items[i].way = p->steps[i].way;
        row->items[i].typist = p->steps[i].typist;
    }
}

static void put_paper(char *text, const struct case_paper *paper)
{
    static const char digits[] = "0123456789abcdef";

    for (unsigned i = 0; i < paper->length; i++) {
        *text++ = digits[paper->at[i] >> 4];
        *text++ = digits[paper->at[i] & 0x0f];
    }
    *text = '\0';
}

static void put_outcome(struct ledger_row *row, const struct case_change *change)
{
    const struct case_outcome *o = &change->with.outcome;

    row->step = change->step;
    row->code = o->code;
    row->sw = o->sw;
    row->tries_first = o->tries[0];
    row->tries_second = o->tries[1];
    row->places_done = o->places_done;
    put_paper(row->paper, &change->paper);
    COPY(row->transaction, change->transaction);
}

static void put_intent(struct ledger_row *row, const struct case_change *change)
{
    row->step = change->step;
    row->tries_first = change->with.outcome.tries[0];
    row->tries_second = change->with.outcome.tries[1];
    COPY(row->transaction, change->transaction);
}

static void put_reason(struct ledger_row *row, const struct case_change *change)
{
    put_word(row->reason, case_reason_word(change->reason));
}

static void put_nothing(struct ledger_row *row, const struct case_change *change)
{
    (void)row;
    (void)change;
}

/* --- row to change --- */

static bool small(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

static bool get_opening(const struct ledger_row *row, struct case_change *change)
{
    struct case_opening *o = &change->with.opening;

    COPY(o->procedure, row->procedure);
    COPY(o->presenter, row->presenter);
    COPY(o->city, row->city);
    COPY(o->office, row->office);
    COPY(o->reception, row->reception);
    COPY(o->clerk, row->clerk);
    o->visit = (uint8_t)row->visit;
    o->set_back = row->set_back != 0;
    return small(row->visit, 1, UINT8_MAX);
}

static bool get_judgement_item(const struct ledger_item *item, struct case_judgement *j)
{
    if (strcmp(item->list, "rule") == 0 && j->rule_count < CASE_RULES) {
        COPY(j->rules[j->rule_count], item->text);
        j->rule_count++;
    } else if (strcmp(item->list, "document") == 0 && j->document_count < CASE_DOCUMENTS) {
        COPY(j->documents[j->document_count].id, item->text);
        COPY(j->documents[j->document_count].attributes, item->detail);
        j->document_count++;
    } else if (strcmp(item->list, "fact") == 0 && j->fact_count < CASE_FACTS) {
        COPY(j->facts[j->fact_count], item->text);
        j->fact_count++;
    } else {
        return false;
    }
    return true;
}

static bool get_judgement(const struct ledger_row *row, struct case_change *change)
{
    struct case_judgement *j = &change->with.judgement;

    COPY(j->procedure, row->procedure);
    COPY(j->verdict, row->verdict);
    j->may_be_decided = row->may_be_decided != 0;
    j->pins = (uint8_t)row->pins;
    for (unsigned i = 0; i < row->item_count; i++)
        if (!get_judgement_item(&row->items[i], j))
            return false;
    return small(row->pins, 0, UINT8_MAX);
}

static bool get_decision(const struct ledger_row *row, struct case_change *change)
{
    struct case_decision *d = &change->with.decision;

    COPY(d->who, row->who);
    COPY(d->function, row->function);
    COPY(d->phone, row->phone);
    COPY(d->why, row->why);
    return true;
}

static bool get_step(const struct ledger_item *item, struct case_plan_step *step)
{
    for (uint8_t kind = 0; kind < CASE_KINDS; kind++) {
        if (strcmp(item->text, case_kind_word((enum case_kind)kind)) != 0)
            continue;
        *step = (struct case_plan_step){kind, (uint8_t)item->pin, (uint8_t)item->way,
                                        (uint8_t)item->typist};
        return strcmp(item->list, "step") == 0 && small(item->pin, 0, CASE_PINS) &&
               small(item->way, 0, 1) && small(item->typist, 0, 1);
    }
    return false;
}

static bool get_plan(const struct ledger_row *row, struct case_change *change)
{
    struct case_plan *p = &change->with.plan;

    COPY(p->serial, row->serial);
    COPY(p->certificate, row->certificate);
    if (row->item_count > CASE_STEPS)
        return false;
    for (unsigned i = 0; i < row->item_count; i++)
        if (!get_step(&row->items[i], &p->steps[p->step_count++]))
            return false;
    return true;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool get_paper(const char *text, struct case_paper *paper)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length / 2; i++) {
        int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        paper->at[i] = (uint8_t)(high << 4 | low);
    }
    paper->length = (uint16_t)(length / 2);
    return length % 2 == 0;
}

static bool get_outcome(const struct ledger_row *row, struct case_change *change)
{
    change->step = (uint8_t)row->step;
    COPY(change->transaction, row->transaction);
    change->with.outcome = (struct case_outcome){
        .code = (uint32_t)row->code,
        .sw = (uint16_t)row->sw,
        .tries = {(int8_t)row->tries_first, (int8_t)row->tries_second},
        .places_done = (uint8_t)row->places_done,
    };
    return small(row->step, 0, CASE_STEPS - 1) && small(row->code, 0, UINT32_MAX) &&
           small(row->sw, 0, UINT16_MAX) && small(row->tries_first, -1, INT8_MAX) &&
           small(row->tries_second, -1, INT8_MAX) && small(row->places_done, 0, CASE_PLACES) &&
           get_paper(row->paper, &change->paper);
}

static bool get_reason(const struct ledger_row *row, struct case_change *change)
{
    for (unsigned r = 0; r < CASE_REASONS; r++)
        if (strcmp(row->reason, case_reason_word((enum case_reason)r)) == 0) {
            change->reason = (enum case_reason)r;
            return true;
        }
    return false;
}

static bool get_nothing(const struct ledger_row *row, struct case_change *change)
{
    (void)row;
    (void)change;
    return true;
}

static const struct {
    void (*put)(struct ledger_row *row, const struct case_change *change);
    bool (*get)(const struct ledger_row *row, struct case_change *change);
} converters[CASE_EVENTS] = {
    [CASE_OPENED] = {put_opening, get_opening},
    [CASE_JUDGEMENT] = {put_judgement, get_judgement},
    [CASE_DECISION] = {put_decision, get_decision},
    [CASE_PLAN] = {put_plan, get_plan},
    [CASE_STEP_INTENDED] = {put_intent, get_outcome},
    [CASE_PROOF_INTENDED] = {put_intent, get_outcome},
    [CASE_STEP_DONE] = {put_outcome, get_outcome},
    [CASE_STEP_NOT_DONE] = {put_outcome, get_outcome},
    [CASE_STEP_UNKNOWN] = {put_outcome, get_outcome},
    [CASE_STEP_REFUSED] = {put_outcome, get_outcome},
    [CASE_SETTLED_DONE] = {put_outcome, get_outcome},
    [CASE_SETTLED_NOT_DONE] = {put_outcome, get_outcome},
    [CASE_PUT_ASIDE] = {put_reason, get_reason},
    [CASE_RESUMED] = {put_nothing, get_nothing},
    [CASE_FINISHED] = {put_nothing, get_nothing},
    [CASE_GIVEN_UP] = {put_reason, get_reason},
};

void row_from_change(struct ledger_row *row, const struct ledger_origin *origin,
                     const struct case_file *after, int64_t expected,
                     const struct case_change *change)
{
    memset(row, 0, sizeof *row);
    row->at = change->at;
    row->origin = *origin;
    row->expected = expected;
    COPY(row->case_id, after->id);
    put_word(row->event, case_event_word(change->event));
    put_word(row->state, case_state_word(after->state));
    converters[change->event].put(row, change);
}

bool row_to_change(const struct ledger_row *row, struct case_change *change)
{
    *change = (struct case_change){.at = row->at};
    for (unsigned e = 0; e < CASE_EVENTS; e++) {
        if (strcmp(row->event, case_event_word((enum case_event)e)) != 0)
            continue;
        change->event = (enum case_event)e;
        return converters[e].get(row, change);
    }
    return false;
}

enum ledger_fault row_complete(struct ledger_row *row, int64_t newest, const char *newest_seal)
{
    row->sequence = newest + 1;
    snprintf(row->previous, sizeof row->previous, "%s", newest > 0 ? newest_seal : row_first_seal);
    if (row->expected == 0)
        snprintf(row->case_id, sizeof row->case_id, "%s-%06" PRId64, row->origin.window,
                 row->sequence);
    return seal_row(row, row->seal) ? LEDGER_OK : LEDGER_NO_MEMORY;
}
