#include "forms/ledger/ledger.h"
#include "forms/ledger/row.h"

#include <string.h>

void ledger_close(struct ledger **l)
{
    if (*l)
        (*l)->ops->close(l);
}

enum ledger_fault ledger_append(struct ledger *l, const struct ledger_origin *origin,
                                struct case_file *file, const struct case_change *change)
{
    struct case_file after = *file;
    struct ledger_row row;
    enum ledger_fault fault;

    if (!case_apply(&after, change))
        return LEDGER_IMPOSSIBLE;
    row_from_change(&row, origin, &after, file->last_event, change);
    fault = l->ops->append(l, &row);
    if (fault != LEDGER_OK)
        return fault;
    memcpy(after.id, row.case_id, sizeof after.id);
    after.last_event = row.sequence;
    *file = after;
    return LEDGER_OK;
}

/* --- reading one case --- */

struct replay {
    struct case_file *file;
    int64_t damaged_at;
};

/* An intact row that the case's model refuses was not written by this program. */
static bool replay_row(void *context, const struct ledger_row *row)
{
    struct replay *replay = context;
    struct case_change change;

    if (!row_to_change(row, &change) || !case_apply(replay->file, &change) ||
        strcmp(case_state_word(replay->file->state), row->state) != 0) {
        replay->damaged_at = row->sequence;
        return false;
    }
    memcpy(replay->file->id, row->case_id, sizeof replay->file->id);
    replay->file->last_event = row->sequence;
    return true;
}

enum ledger_fault ledger_read_case(struct ledger *l, const char *case_id, struct case_file *file)
{
    struct replay replay = {.file = file};
    enum ledger_fault fault;

    memset(file, 0, sizeof *file);
    fault = l->ops->each(l, case_id, 1, replay_row, &replay);
    if (fault == LEDGER_OK && replay.damaged_at) {
        l->error = (struct ledger_error){.damaged_at = replay.damaged_at};
        fault = LEDGER_DAMAGED;
    }
    if (fault == LEDGER_OK && file->state == CASE_NONE)
        fault = LEDGER_NO_CASE;
    if (fault != LEDGER_OK)
        memset(file, 0, sizeof *file);
    return fault;
}

/* --- lists --- */

struct listing {
    unsigned states;
    struct ledger_entry *entries;
    size_t room, count;
};

static enum case_state state_named(const char *word)
{
    for (unsigned s = 0; s < CASE_STATES; s++)
        if (strcmp(word, case_state_word((enum case_state)s)) == 0)
            return (enum case_state)s;
    return CASE_NONE;
}

static bool list_row(void *context, const struct ledger_row *row)
{
    struct listing *list = context;
    enum case_state state = state_named(row->state);

    if ((list->states & 1u << state) == 0)
        return true;
    if (list->count < list->room) {
        struct ledger_entry *entry = &list->entries[list->count];

        memcpy(entry->id, row->case_id, sizeof entry->id);
        memcpy(entry->window, row->origin.window, sizeof entry->window);
        entry->state = state;
        entry->at = row->at;
    }
    list->count++;
    return true;
}

enum ledger_fault ledger_list(struct ledger *l, unsigned states, struct ledger_entry *entries,
                              size_t room, size_t *count)
{
    struct listing list = {.states = states, .entries = entries, .room = room};
    enum ledger_fault fault = l->ops->unfinished(l, list_row, &list);

    *count = fault == LEDGER_OK ? list.count : 0;
    return fault;
}
