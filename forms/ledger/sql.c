#include "forms/ledger/sql.h"
#include "forms/ledger/row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *at;
    size_t length;
    FILE *out;
};

static bool begin(struct text *text)
{
    *text = (struct text){.at = NULL};
    text->out = open_memstream(&text->at, &text->length);
    return text->out != NULL;
}

/* NULL where memory ran out on the way. */
static char *finish(struct text *text)
{
    bool failed = ferror(text->out) != 0;

    if (fclose(text->out) == 0 && !failed)
        return text->at;
    free(text->at);
    return NULL;
}

static void put_names(FILE *out, const struct ledger_column *columns, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? ", " : "", columns[i].name);
}

/* --- tables --- */

static void put_definitions(FILE *out, const struct ledger_column *columns, unsigned count,
                            const char *integer)
{
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s%s %s%s", i ? ", " : "", columns[i].name,
                columns[i].type == LEDGER_TEXT ? "TEXT" : integer,
                strcmp(columns[i].name, "sequence") == 0 ? " PRIMARY KEY" : "");
}

char *sql_make_tables(const char *integer, const char *event_options, const char *item_options)
{
    struct text text;

    if (!begin(&text))
        return NULL;
    fputs("CREATE TABLE ledger_event (", text.out);
    put_definitions(text.out, ledger_columns, ledger_column_count, integer);
    fprintf(text.out, ")%s; CREATE TABLE ledger_item (sequence %s, position %s, ", event_options,
            integer, integer);
    put_definitions(text.out, ledger_item_columns, ledger_item_column_count, integer);
    fprintf(text.out, ", PRIMARY KEY (sequence, position))%s;", item_options);
    fputs(" CREATE INDEX ledger_event_of_case ON ledger_event (case_id, sequence)", text.out);
    return finish(&text);
}

/* --- statements --- */

static char *insert(const char *table, const char *first_names, unsigned first_count,
                    const struct ledger_column *columns, unsigned count, char mark)
{
    struct text text;

    if (!begin(&text))
        return NULL;
    fprintf(text.out, "INSERT INTO %s (%s", table, first_names);
    put_names(text.out, columns, count);
    fputs(") VALUES (", text.out);
    for (unsigned i = 1; i <= first_count + count; i++)
        fprintf(text.out, "%s%c%u", i > 1 ? ", " : "", mark, i);
    fputs(")", text.out);
    return finish(&text);
}

static char *__attribute__((format(printf, 4, 5)))
select_from(const char *table, const struct ledger_column *columns, unsigned count,
            const char *rest, ...)
{
    struct text text;
    va_list parts;

    if (!begin(&text))
        return NULL;
    fputs("SELECT ", text.out);
    put_names(text.out, columns, count);
    fprintf(text.out, " FROM %s ", table);
    va_start(parts, rest);
    vfprintf(text.out, rest, parts);
    va_end(parts);
    return finish(&text);
}

static char *count_of_case(char mark)
{
    char text[100];

    snprintf(text, sizeof text,
             "SELECT coalesce(max(sequence), 0) FROM ledger_event WHERE case_id = %c1", mark);
    return strdup(text);
}

#define EVENTS "ledger_event", ledger_columns, ledger_column_count
#define ITEMS "ledger_item", ledger_item_columns, ledger_item_column_count

bool sql_make_statements(char *texts[SQL_STATEMENTS], char mark, unsigned limit)
{
    char limited[24] = "";

    if (limit)
        snprintf(limited, sizeof limited, " LIMIT %u", limit);
    texts[SQL_NEWEST] =
        strdup("SELECT sequence, seal FROM ledger_event ORDER BY sequence DESC LIMIT 1");
    texts[SQL_NEWEST_OF_CASE] = count_of_case(mark);
    texts[SQL_INSERT_EVENT] =
        insert("ledger_event", "", 0, ledger_columns, ledger_column_count, mark);
    texts[SQL_INSERT_ITEM] = insert("ledger_item", "sequence, position, ", 2, ledger_item_columns,
                                    ledger_item_column_count, mark);
    texts[SQL_ALL_EVENTS] =
        select_from(EVENTS, "WHERE sequence >= %c1 ORDER BY sequence%s", mark, limited);
    texts[SQL_EVENTS_OF_CASE] =
        select_from(EVENTS, "WHERE sequence >= %c1 AND case_id = %c2 ORDER BY sequence%s", mark,
                    mark, limited);
    texts[SQL_ITEMS] = select_from(ITEMS, "WHERE sequence = %c1 ORDER BY position", mark);
    texts[SQL_UNFINISHED] = select_from(
        EVENTS, "WHERE sequence IN (SELECT max(sequence) FROM ledger_event GROUP BY case_id)"
                " AND state NOT IN ('done', 'abandoned') ORDER BY sequence");
    texts[SQL_STRAY_ITEMS] = strdup("SELECT count(*) FROM ledger_item"
                                    " WHERE sequence NOT IN (SELECT sequence FROM ledger_event)");
    for (unsigned i = 0; i < SQL_STATEMENTS; i++)
        if (!texts[i])
            return false;
    return true;
}

void sql_free_statements(char *texts[SQL_STATEMENTS])
{
    for (unsigned i = 0; i < SQL_STATEMENTS; i++) {
        free(texts[i]);
        texts[i] = NULL;
    }
}
