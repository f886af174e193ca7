#include "forms/ledger/chain.h"

#include <errno.h>
#include <jansson.h>
#include <time.h>

static int set_column(json_t *object, const struct ledger_column *column, const void *record)
{
    json_t *value = column->type == LEDGER_TEXT ? json_string(column_text(column, record))
                                                : json_integer(column_integer(column, record));

    return json_object_set_new(object, column->name, value);
}

/* Japan has no summer time; the office reads its own clock. */
static int set_time(json_t *object, int64_t at)
{
    enum { JAPAN_AHEAD = 9 * 60 * 60 };
    time_t shifted = (time_t)(at + JAPAN_AHEAD);
    struct tm fields;
    char text[40];

    if (!gmtime_r(&shifted, &fields) ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+09:00", &fields) == 0)
        return -1;
    return json_object_set_new(object, "time", json_string(text));
}

static json_t *items_as_json(const struct ledger_row *row)
{
    json_t *list = json_array();

    for (unsigned n = 0; list && n < row->item_count; n++) {
        json_t *item = json_object();

        for (unsigned i = 0; i < ledger_item_column_count; i++)
            if (set_column(item, &ledger_item_columns[i], &row->items[n]) != 0) {
                json_decref(item);
                json_decref(list);
                return NULL;
            }
        if (json_array_append_new(list, item) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *row_as_json(const struct ledger_row *row)
{
    json_t *object = json_object();
    int failed = set_time(object, row->at);

    for (unsigned i = 0; !failed && i < ledger_column_count; i++)
        if (column_used(&ledger_columns[i], row))
            failed = set_column(object, &ledger_columns[i], row);
    if (!failed && row->item_count > 0)
        failed = json_object_set_new(object, "items", items_as_json(row));
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

struct export {
    FILE *out;
    enum ledger_fault fault;
};

static bool export_row(void *context, const struct ledger_row *row)
{
    struct export *export = context;
    json_t *object = row_as_json(row);

    if (!object)
        export->fault = LEDGER_NO_MEMORY;
    else if (json_dumpf(object, export->out, JSON_COMPACT) != 0 || fputc('\n', export->out) == EOF)
        export->fault = LEDGER_IO;
    json_decref(object);
    return export->fault == LEDGER_OK;
}

enum ledger_fault ledger_export(struct ledger *l, FILE *out, struct ledger_end *end)
{
    struct export export = {.out = out};
    enum ledger_fault fault = chain_walk(l, 1, export_row, &export, end);

    if (fault == LEDGER_OK && export.fault == LEDGER_OK && fflush(out) != 0)
        export.fault = LEDGER_IO;
    if (fault != LEDGER_OK || export.fault == LEDGER_OK)
        return fault;
    l->error = (struct ledger_error){.system = errno};
    return export.fault == LEDGER_IO && errno == ENOSPC ? LEDGER_FULL : export.fault;
}
