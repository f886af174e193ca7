#include "forms/ledger/store.h"
#include "forms/ledger/seal.h"

#include <stdlib.h>
#include <string.h>

static enum ledger_fault append_inside(struct store *s, struct ledger_row *row)
{
    char seal[LEDGER_SEAL_MAX];
    int64_t newest, known;
    enum ledger_fault fault = s->acts->newest(s, &newest, seal);

    if (fault == LEDGER_OK)
        fault = s->acts->newest_of(s, row->case_id, &known);
    if (fault == LEDGER_OK && known != row->expected)
        fault = LEDGER_CONFLICT;
    if (fault == LEDGER_OK)
        fault = row_complete(row, newest, seal);
    if (fault == LEDGER_OK)
        fault = s->acts->insert_event(s, row);
    for (unsigned i = 0; fault == LEDGER_OK && i < row->item_count; i++)
        fault = s->acts->insert_item(s, row, i);
    return fault;
}

enum ledger_fault store_append(struct ledger *l, struct ledger_row *row)
{
    struct store *s = (struct store *)l;
    enum ledger_fault fault = s->acts->begin(s);

    return fault == LEDGER_OK ? store_end(s, append_inside(s, row)) : fault;
}

enum ledger_fault store_end(struct store *s, enum ledger_fault fault)
{
    struct ledger_error error;

    if (fault == LEDGER_OK)
        fault = s->acts->run(s, "COMMIT");
    if (fault == LEDGER_OK)
        return fault;
    error = s->base.error;
    (void)s->acts->run(s, "ROLLBACK"); /* a failed COMMIT may have rolled back by itself */
    s->base.error = error;
    return fault;
}

enum ledger_fault store_damaged(struct store *s, int64_t sequence)
{
    s->base.error = (struct ledger_error){.damaged_at = sequence};
    return LEDGER_DAMAGED;
}

enum ledger_fault store_check(struct store *s, const struct ledger_row *row)
{
    char seal[LEDGER_SEAL_MAX];

    if (row->misfit)
        return store_damaged(s, row->sequence);
    if (!seal_row(row, seal))
        return LEDGER_NO_MEMORY;
    return strcmp(seal, row->seal) == 0 ? LEDGER_OK : store_damaged(s, row->sequence);
}

enum ledger_fault store_make_tables(struct store *s, char *tables, const char *mark)
{
    enum ledger_fault fault = tables ? s->acts->run(s, tables) : LEDGER_NO_MEMORY;

    free(tables);
    return fault == LEDGER_OK ? s->acts->run(s, mark) : fault;
}

enum ledger_fault store_opened(struct ledger **l, struct store *s, enum ledger_fault fault,
                               struct ledger_error *why)
{
    *l = &s->base;
    if (fault == LEDGER_OK)
        return fault;
    if (why)
        *why = s->base.error;
    s->base.ops->close(l);
    return fault;
}
