#include "forms/desk/desk_parts.h"

#include <string.h>

enum { RECORD_AGAIN_SECONDS = 2, LEFT_BEHIND_MAX = 64 };

#define IN_STATE(state) (1u << (state))

enum desk_fault record_change(struct desk *d, const struct case_change *change)
{
    enum ledger_fault fault =
        ledger_append(d->settings.ledger, &d->settings.origin, &d->view.file, change);

    if (fault == LEDGER_IMPOSSIBLE)
        return DESK_NOT_NOW;
    d->view.ledger = fault;
    return fault == LEDGER_OK ? DESK_OK : DESK_LEDGER;
}

/* Another program of this window took the case for left behind and marked the step unknown. False:
 * the ledger did not answer. */
static bool record_late(struct desk *d)
{
    struct case_change change = d->waiting;
    struct case_file file;

    d->view.ledger = ledger_read_case(d->settings.ledger, d->view.file.id, &file);
    if (d->view.ledger != LEDGER_OK)
        return false;
    d->view.file = file;
    if (change.event == CASE_STEP_DONE)
        change.event = CASE_SETTLED_DONE;
    else if (change.event == CASE_STEP_NOT_DONE)
        change.event = CASE_SETTLED_NOT_DONE;
    return record_change(d, &change) != DESK_LEDGER;
}

void record_waiting(struct desk *d, int64_t now)
{
    enum desk_fault fault;

    if (!d->has_waiting || now < d->try_record_at)
        return;
    d->try_record_at = now + RECORD_AGAIN_SECONDS;
    fault = record_change(d, &d->waiting);
    if (fault == DESK_LEDGER && d->view.ledger == LEDGER_CONFLICT)
        d->has_waiting = !record_late(d);
    else
        d->has_waiting = fault == DESK_LEDGER;
}

void record_outcome(struct desk *d, const struct case_change *change, int64_t now)
{
    d->waiting = *change;
    d->has_waiting = true;
    d->try_record_at = now;
    record_waiting(d, now);
}

static enum ledger_fault leave_behind(struct desk *d, const struct ledger_entry *entry, int64_t now)
{
    struct case_change change = {.event = CASE_PUT_ASIDE, .at = now, .reason = CASE_REASON_LINE};
    struct case_file file;
    enum ledger_fault fault = ledger_read_case(d->settings.ledger, entry->id, &file);

    if (fault != LEDGER_OK)
        return fault;
    if (file.state == CASE_RUNNING) {
        change = (struct case_change){
            .event = CASE_STEP_UNKNOWN, .at = now, .step = (uint8_t)case_next_step(&file)};
        change.with.outcome = (struct case_outcome){.code = CARD_PROCESS_DIED, .tries = {-1, -1}};
    }
    fault = ledger_append(d->settings.ledger, &d->settings.origin, &file, &change);
    return fault == LEDGER_CONFLICT ? LEDGER_OK : fault;
}

enum desk_fault record_recover(struct desk *d, int64_t now)
{
    const unsigned states = IN_STATE(CASE_RUNNING) | IN_STATE(CASE_OPEN) | IN_STATE(CASE_JUDGED) |
                            IN_STATE(CASE_PLANNED);
    struct ledger_entry entries[LEFT_BEHIND_MAX];
    size_t count = 0;

    d->view.ledger = ledger_list(d->settings.ledger, states, entries, LEFT_BEHIND_MAX, &count);
    for (size_t i = 0; d->view.ledger == LEDGER_OK && i < count && i < LEFT_BEHIND_MAX; i++)
        if (strcmp(entries[i].window, d->settings.origin.window) == 0)
            d->view.ledger = leave_behind(d, &entries[i], now);
    record_count(d);
    return d->view.ledger == LEDGER_OK ? DESK_OK : DESK_LEDGER;
}

void record_count(struct desk *d)
{
    size_t count;

    if (ledger_list(d->settings.ledger, IN_STATE(CASE_PARKED) | IN_STATE(CASE_UNSETTLED), NULL, 0,
                    &count) == LEDGER_OK)
        d->view.unsettled = (uint32_t)count;
}
