#include "forms/ledger/chain.h"

#include <string.h>

struct walk {
    struct ledger_end *end;
    ledger_visit visit;
    void *context;
    bool any;
    int64_t damaged_at;
};

static bool walk_row(void *context, const struct ledger_row *row)
{
    struct walk *walk = context;
    bool first = row->sequence == 1 && strcmp(row->previous, row_first_seal) == 0;
    bool next =
        row->sequence == walk->end->sequence + 1 && strcmp(row->previous, walk->end->seal) == 0;
    bool begins_inside =
        !walk->any && row->sequence > 1 && walk->end->sequence == row->sequence - 1;

    if (!(walk->any ? next : first || begins_inside)) {
        walk->damaged_at = walk->end->sequence + 1;
        return false;
    }
    walk->any = true;
    walk->end->sequence = row->sequence;
    memcpy(walk->end->seal, row->seal, sizeof walk->end->seal);
    return !walk->visit || walk->visit(walk->context, row);
}

enum ledger_fault chain_walk(struct ledger *l, int64_t from, ledger_visit visit, void *context,
                             struct ledger_end *end)
{
    struct walk walk = {.end = end, .visit = visit, .context = context};
    enum ledger_fault fault;

    *end = (struct ledger_end){.sequence = from - 1};
    fault = l->ops->each(l, NULL, from, walk_row, &walk);
    if (fault == LEDGER_OK && walk.damaged_at) {
        l->error = (struct ledger_error){.damaged_at = walk.damaged_at};
        fault = LEDGER_DAMAGED;
    }
    return fault;
}

enum ledger_fault chain_check_newest(struct ledger *l)
{
    struct ledger_end end;
    int64_t newest;
    enum ledger_fault fault = l->ops->newest(l, &newest);

    if (fault != LEDGER_OK)
        return fault;
    return chain_walk(l, newest > LEDGER_CHECKED_AT_OPEN ? newest - LEDGER_CHECKED_AT_OPEN + 1 : 1,
                      NULL, NULL, &end);
}

enum ledger_fault ledger_verify(struct ledger *l, struct ledger_end *end)
{
    enum ledger_fault fault = l->ops->sound(l);

    *end = (struct ledger_end){0};
    return fault == LEDGER_OK ? chain_walk(l, 1, NULL, NULL, end) : fault;
}
