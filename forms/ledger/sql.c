#include "forms/ledger/sql.h"
#include "forms/ledger/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Closes the stream that wrote `text`; NULL where memory ran out on the way. */
static char *finish(FILE *stream, char **text)
{
    bool failed = ferror(stream) != 0;

    if (fclose(stream) == 0 && !failed)
        return *text;
    free(*text);
    return NULL;
}

static void put_names(FILE *out, const struct ledger_column *columns, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? ", " : "", columns[i].name);
}

static void put_definition(FILE *out, const struct ledger_column *column, const char *integer)
{
    const char *type = column->type == LEDGER_TEXT ? "TEXT" : integer;

    if (strcmp(column->name, "sequence") == 0)
        type = strcmp(integer, "INTEGER") == 0 ? "INTEGER PRIMARY KEY" : "BIGINT PRIMARY KEY";
    fprintf(out, "%s %s", column->name, type);
}

char *sql_create_event(const char *integer, const char *options)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fprintf(out, "CREATE TABLE ledger_event (");
    for (unsigned i = 0; i < ledger_column_count; i++) {
        fputs(i ? ", " : "", out);
        put_definition(out, &ledger_columns[i], integer);
    }
    fprintf(out, ")%s", options);
    return finish(out, &text);
}

char *sql_create_item(const char *integer, const char *options)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fprintf(out, "CREATE TABLE ledger_item (sequence %s, position %s", integer, integer);
    for (unsigned i = 0; i < ledger_item_column_count; i++) {
        fputs(", ", out);
        put_definition(out, &ledger_item_columns[i], integer);
    }
    fprintf(out, ", PRIMARY KEY (sequence, position))%s", options);
    return finish(out, &text);
}

char *sql_create_index(void)
{
    return strdup("CREATE INDEX ledger_event_of_case ON ledger_event (case_id, sequence)");
}

static void put_marks(FILE *out, char mark, unsigned from, unsigned to)
{
    for (unsigned i = from; i <= to; i++)
        fprintf(out, "%s%c%u", i > 1 ? ", " : "", mark, i);
}

char *sql_insert_event(char mark)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("INSERT INTO ledger_event (", out);
    put_names(out, ledger_columns, ledger_column_count);
    fputs(") VALUES (", out);
    put_marks(out, mark, 1, ledger_column_count);
    fputs(")", out);
    return finish(out, &text);
}

char *sql_insert_item(char mark)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("INSERT INTO ledger_item (sequence, position, ", out);
    put_names(out, ledger_item_columns, ledger_item_column_count);
    fputs(") VALUES (", out);
    put_marks(out, mark, 1, 2 + ledger_item_column_count);
    fputs(")", out);
    return finish(out, &text);
}

static char *select_from(const struct ledger_column *columns, unsigned count, const char *table,
                         const char *rest)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("SELECT ", out);
    put_names(out, columns, count);
    fprintf(out, " FROM %s %s", table, rest);
    return finish(out, &text);
}

char *sql_select_event(const char *rest)
{
    return select_from(ledger_columns, ledger_column_count, "ledger_event", rest);
}

char *sql_select_item(const char *rest)
{
    return select_from(ledger_item_columns, ledger_item_column_count, "ledger_item", rest);
}
