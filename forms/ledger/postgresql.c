#include "forms/ledger/chain.h"
#include "forms/ledger/sql.h"
#include "forms/ledger/store.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_AT_A_TIME = 500,
    PARAMETERS_MAX = 48,
    NUMBER_MAX = 24,
    TABLES_LOCK = 0x6d64676c, /* advisory lock for making the tables */
};

struct postgresql_ledger {
    struct store store;
    PGconn *connection;
    char *statements[SQL_STATEMENTS];
};

static struct postgresql_ledger *own(struct store *store)
{
    return (struct postgresql_ledger *)store;
}

/* --- faults --- */

static const struct {
    const char *sqlstate; /* as far as it must agree */
    enum ledger_fault fault;
} faults[] = {
    {"53100", LEDGER_FULL},        {"53200", LEDGER_NO_MEMORY},   {"53", LEDGER_UNREACHABLE},
    {"25006", LEDGER_READ_ONLY},   {"55P03", LEDGER_LOCKED},      {"40P01", LEDGER_LOCKED},
    {"57014", LEDGER_LOCKED},      {"40001", LEDGER_CONFLICT},    {"42501", LEDGER_NOT_ALLOWED},
    {"28", LEDGER_NOT_ALLOWED},    {"3D000", LEDGER_NO_PLACE},    {"3F000", LEDGER_NO_PLACE},
    {"42P01", LEDGER_NOT_A_LEDGER}, {"42703", LEDGER_NOT_A_LEDGER}, {"42P07", LEDGER_NOT_A_LEDGER},
    {"08", LEDGER_UNREACHABLE},    {"57P", LEDGER_UNREACHABLE},   {"XX001", LEDGER_DAMAGED},
    {"XX002", LEDGER_DAMAGED},
};

static enum ledger_fault state_fault(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strncmp(sqlstate, faults[i].sqlstate, strlen(faults[i].sqlstate)) == 0)
            return faults[i].fault;
    return LEDGER_IO;
}

static enum ledger_fault result_fault(struct postgresql_ledger *p, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    p->store.base.error = (struct ledger_error){0};
    if (sqlstate)
        snprintf(p->store.base.error.sqlstate, sizeof p->store.base.error.sqlstate, "%s", sqlstate);
    if (PQstatus(p->connection) != CONNECTION_OK)
        return LEDGER_UNREACHABLE;
    return sqlstate ? state_fault(sqlstate) : LEDGER_IO;
}

/* --- statements --- */

static bool succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* *result is the caller's to clear when the answer is LEDGER_OK. */
static enum ledger_fault ask(struct postgresql_ledger *p, const char *sql, int count,
                             const char *const *values, PGresult **result)
{
    enum ledger_fault fault;

    *result = PQexecParams(p->connection, sql, count, NULL, values, NULL, NULL, 0);
    if (succeeded(*result))
        return LEDGER_OK;
    fault = result_fault(p, *result);
    PQclear(*result);
    *result = NULL;
    return fault;
}

static enum ledger_fault run(struct store *store, const char *sql)
{
    struct postgresql_ledger *p = own(store);
    PGresult *result = PQexec(p->connection, sql);
    enum ledger_fault fault = succeeded(result) ? LEDGER_OK : result_fault(p, result);

    PQclear(result);
    return fault;
}

/* --- values --- */

struct parameters {
    const char *values[PARAMETERS_MAX];
    char numbers[PARAMETERS_MAX][NUMBER_MAX];
    int count;
};

static void add_number(struct parameters *parameters, int64_t number)
{
    char *text = parameters->numbers[parameters->count];

    snprintf(text, NUMBER_MAX, "%" PRId64, number);
    parameters->values[parameters->count++] = text;
}

static void add_column(struct parameters *parameters, const struct ledger_column *column,
                       const void *record)
{
    if (column->type == LEDGER_INTEGER)
        add_number(parameters, column_integer(column, record));
    else
        parameters->values[parameters->count++] = column_text(column, record);
}

static enum ledger_fault insert(struct postgresql_ledger *p, enum sql_statement statement,
                                const struct parameters *parameters)
{
    PGresult *result;
    enum ledger_fault fault =
        ask(p, p->statements[statement], parameters->count, parameters->values, &result);

    if (fault == LEDGER_OK)
        PQclear(result);
    return fault;
}

static enum ledger_fault insert_event(struct store *store, const struct ledger_row *row)
{
    struct parameters parameters = {.count = 0};

    for (unsigned i = 0; i < ledger_column_count; i++)
        if (column_used(&ledger_columns[i], row))
            add_column(&parameters, &ledger_columns[i], row);
        else
            parameters.values[parameters.count++] = NULL;
    return insert(own(store), SQL_INSERT_EVENT, &parameters);
}

static enum ledger_fault insert_item(struct store *store, const struct ledger_row *row,
                                     unsigned position)
{
    struct parameters parameters = {.count = 0};

    add_number(&parameters, row->sequence);
    add_number(&parameters, position);
    for (unsigned i = 0; i < ledger_item_column_count; i++)
        add_column(&parameters, &ledger_item_columns[i], &row->items[position]);
    return insert(own(store), SQL_INSERT_ITEM, &parameters);
}

static bool read_number(const char *text, int64_t *number)
{
    char *end;

    *number = strtoll(text, &end, 10);
    return *text && *end == '\0';
}

static bool read_column(const PGresult *result, int line, int place,
                        const struct ledger_column *column, void *record, bool used)
{
    int64_t number;

    if (!used || PQgetisnull(result, line, place))
        return !used && PQgetisnull(result, line, place);
    if (column->type == LEDGER_TEXT)
        return column_set_text(column, record, PQgetvalue(result, line, place));
    if (!read_number(PQgetvalue(result, line, place), &number))
        return false;
    column_set_integer(column, record, number);
    return true;
}

static enum ledger_fault read_items(struct postgresql_ledger *p, struct ledger_row *row)
{
    struct parameters parameters = {.count = 0};
    PGresult *result;
    enum ledger_fault fault;
    int lines;

    add_number(&parameters, row->sequence);
    fault = ask(p, p->statements[SQL_ITEMS], 1, parameters.values, &result);
    if (fault != LEDGER_OK)
        return fault;
    lines = PQntuples(result);
    row->misfit = row->misfit || lines > LEDGER_ITEMS;
    for (int line = 0; !row->misfit && line < lines; line++, row->item_count++)
        for (unsigned i = 0; i < ledger_item_column_count; i++)
            if (!read_column(result, line, (int)i, &ledger_item_columns[i],
                             &row->items[row->item_count], true))
                row->misfit = true;
    PQclear(result);
    return LEDGER_OK;
}

static enum ledger_fault read_row(struct postgresql_ledger *p, const PGresult *result, int line,
                                  struct ledger_row *row)
{
    memset(row, 0, sizeof *row);
    for (unsigned i = 0; i < ledger_column_count; i++)
        if (!read_column(result, line, (int)i, &ledger_columns[i], row,
                         column_used(&ledger_columns[i], row)))
            row->misfit = true;
    return read_items(p, row);
}

struct walk {
    ledger_visit visit;
    void *context;
    int64_t next;    /* sequence to go on from */
    int lines;       /* of the last answer */
    bool more;
};

static enum ledger_fault visit_lines(struct postgresql_ledger *p, const PGresult *result,
                                     struct walk *walk)
{
    walk->lines = PQntuples(result);
    for (int line = 0; walk->more && line < walk->lines; line++) {
        struct ledger_row row;
        enum ledger_fault fault = read_row(p, result, line, &row);

        if (fault == LEDGER_OK)
            fault = store_check(&p->store, &row);
        if (fault != LEDGER_OK)
            return fault;
        walk->next = row.sequence + 1;
        walk->more = walk->visit(walk->context, &row);
    }
    return LEDGER_OK;
}

/* --- the functions of the ledger --- */

/* A server that was restarted is found again by the next act. */
static enum ledger_fault connected(struct postgresql_ledger *p)
{
    if (PQstatus(p->connection) != CONNECTION_OK)
        PQreset(p->connection);
    if (PQstatus(p->connection) == CONNECTION_OK)
        return LEDGER_OK;
    p->store.base.error = (struct ledger_error){0};
    return LEDGER_UNREACHABLE;
}

static enum ledger_fault newest_event(struct store *store, int64_t *sequence,
                                      char seal[LEDGER_SEAL_MAX])
{
    struct postgresql_ledger *p = own(store);
    PGresult *result;
    enum ledger_fault fault = ask(p, p->statements[SQL_NEWEST], 0, NULL, &result);

    *sequence = 0;
    *seal = '\0';
    if (fault != LEDGER_OK)
        return fault;
    if (PQntuples(result) > 0) {
        bool fits = read_number(PQgetvalue(result, 0, 0), sequence) &&
                    PQgetlength(result, 0, 1) == LEDGER_SEAL_MAX - 1;

        if (fits)
            memcpy(seal, PQgetvalue(result, 0, 1), LEDGER_SEAL_MAX);
        else
            fault = store_damaged(store, *sequence);
    }
    PQclear(result);
    return fault;
}

static enum ledger_fault newest_of(struct store *store, const char *case_id, int64_t *sequence)
{
    struct postgresql_ledger *p = own(store);
    PGresult *result;
    enum ledger_fault fault = ask(p, p->statements[SQL_NEWEST_OF_CASE], 1, &case_id, &result);

    if (fault != LEDGER_OK)
        return fault;
    if (!read_number(PQgetvalue(result, 0, 0), sequence))
        fault = store_damaged(store, 0);
    PQclear(result);
    return fault;
}

static enum ledger_fault begin(struct store *store)
{
    enum ledger_fault fault = connected(own(store));

    if (fault == LEDGER_OK)
        fault = run(store, "BEGIN");
    if (fault != LEDGER_OK)
        return fault;
    fault = run(store, "LOCK TABLE ledger_event IN SHARE ROW EXCLUSIVE MODE");
    return fault == LEDGER_OK ? fault : store_end(store, fault);
}

static const struct store_acts acts = {
    .run = run,
    .begin = begin,
    .newest = newest_event,
    .newest_of = newest_of,
    .insert_event = insert_event,
    .insert_item = insert_item,
};

static enum ledger_fault each(struct ledger *l, const char *case_id, int64_t from,
                              ledger_visit visit, void *context)
{
    struct postgresql_ledger *p = (struct postgresql_ledger *)l;
    struct walk walk = {
        .visit = visit, .context = context, .next = from, .lines = ROWS_AT_A_TIME, .more = true};
    enum ledger_fault fault = connected(p);

    while (fault == LEDGER_OK && walk.more && walk.lines == ROWS_AT_A_TIME) {
        struct parameters parameters = {.count = 0};
        PGresult *result;

        add_number(&parameters, walk.next);
        parameters.values[parameters.count++] = case_id;
        fault = ask(p, p->statements[case_id ? SQL_EVENTS_OF_CASE : SQL_ALL_EVENTS], case_id ? 2 : 1,
                    parameters.values, &result);
        if (fault != LEDGER_OK)
            break;
        fault = visit_lines(p, result, &walk);
        PQclear(result);
    }
    return fault;
}

static enum ledger_fault unfinished(struct ledger *l, ledger_visit visit, void *context)
{
    struct postgresql_ledger *p = (struct postgresql_ledger *)l;
    struct walk walk = {.visit = visit, .context = context, .more = true};
    PGresult *result;
    enum ledger_fault fault = connected(p);

    if (fault == LEDGER_OK)
        fault = ask(p, p->statements[SQL_UNFINISHED], 0, NULL, &result);
    if (fault != LEDGER_OK)
        return fault;
    fault = visit_lines(p, result, &walk);
    PQclear(result);
    return fault;
}

static enum ledger_fault newest(struct ledger *l, int64_t *sequence)
{
    struct postgresql_ledger *p = (struct postgresql_ledger *)l;
    char seal[LEDGER_SEAL_MAX];
    enum ledger_fault fault = connected(p);

    return fault == LEDGER_OK ? newest_event(&p->store, sequence, seal) : fault;
}

static enum ledger_fault sound(struct ledger *l)
{
    struct postgresql_ledger *p = (struct postgresql_ledger *)l;
    PGresult *result;
    enum ledger_fault fault = connected(p);

    if (fault == LEDGER_OK)
        fault = ask(p, p->statements[SQL_STRAY_ITEMS], 0, NULL, &result);
    if (fault != LEDGER_OK)
        return fault;
    if (strcmp(PQgetvalue(result, 0, 0), "0") != 0)
        fault = store_damaged(&p->store, 0);
    PQclear(result);
    return fault;
}

static void close_ledger(struct ledger **l)
{
    struct postgresql_ledger *p = (struct postgresql_ledger *)*l;

    sql_free_statements(p->statements);
    PQfinish(p->connection);
    free(p);
    *l = NULL;
}

static const struct ledger_ops ops = {
    .append = store_append,
    .each = each,
    .unfinished = unfinished,
    .newest = newest,
    .sound = sound,
    .close = close_ledger,
};

/* --- opening --- */

static void keep_quiet(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static enum ledger_fault connect_to(struct postgresql_ledger *p, const char *conninfo)
{
    static const char *const keywords[] = {"dbname",           "connect_timeout",
                                           "tcp_user_timeout", "client_encoding",
                                           "application_name", NULL};
    const char *values[] = {conninfo, "5", "10000", "UTF8", "madoguchi", NULL};

    p->connection = PQconnectdbParams(keywords, values, 1);
    if (!p->connection)
        return LEDGER_NO_MEMORY;
    PQsetNoticeProcessor(p->connection, keep_quiet, NULL);
    if (PQstatus(p->connection) != CONNECTION_OK)
        return LEDGER_UNREACHABLE;
    return LEDGER_OK;
}

static enum ledger_fault set_limits(struct postgresql_ledger *p)
{
    char sql[160];

    snprintf(sql, sizeof sql,
             "SET lock_timeout = %d; SET synchronous_commit = on;"
             " SET default_transaction_isolation = 'read committed'",
             LEDGER_PATIENCE_MS);
    return run(&p->store, sql);
}

/* 0: no tables yet. */
static enum ledger_fault table_version(struct postgresql_ledger *p, int64_t *version)
{
    PGresult *result;
    enum ledger_fault fault =
        ask(p, "SELECT to_regclass('ledger_version') IS NOT NULL", 0, NULL, &result);
    bool there;

    *version = 0;
    if (fault != LEDGER_OK)
        return fault;
    there = *PQgetvalue(result, 0, 0) == 't';
    PQclear(result);
    if (!there)
        return LEDGER_OK;
    fault = ask(p, "SELECT version FROM ledger_version", 0, NULL, &result);
    if (fault != LEDGER_OK)
        return fault;
    if (PQntuples(result) != 1 || !read_number(PQgetvalue(result, 0, 0), version) || *version == 0)
        fault = LEDGER_NOT_A_LEDGER;
    PQclear(result);
    return fault;
}

static enum ledger_fault make_tables(struct postgresql_ledger *p)
{
    char mark[120];

    snprintf(mark, sizeof mark, "CREATE TABLE ledger_version (version BIGINT);"
                                " INSERT INTO ledger_version VALUES (%d)", LEDGER_VERSION);
    return store_make_tables(&p->store, sql_make_tables("BIGINT", "", ""), mark);
}

static enum ledger_fault find_or_make_tables(struct postgresql_ledger *p)
{
    char lock[80];
    int64_t version;
    enum ledger_fault fault = run(&p->store, "BEGIN");

    snprintf(lock, sizeof lock, "SELECT pg_advisory_xact_lock(%d)", TABLES_LOCK);
    if (fault == LEDGER_OK)
        fault = run(&p->store, lock);
    if (fault == LEDGER_OK)
        fault = table_version(p, &version);
    if (fault == LEDGER_OK && version == 0)
        fault = make_tables(p);
    else if (fault == LEDGER_OK && version != LEDGER_VERSION)
        fault = LEDGER_WRONG_VERSION;
    return store_end(&p->store, fault);
}

static enum ledger_fault open_database(struct postgresql_ledger *p, const char *conninfo)
{
    enum ledger_fault fault = LEDGER_NO_MEMORY;

    if (sql_make_statements(p->statements, '$', ROWS_AT_A_TIME))
        fault = connect_to(p, conninfo);
    if (fault == LEDGER_OK)
        fault = set_limits(p);
    if (fault == LEDGER_OK)
        fault = find_or_make_tables(p);
    return fault == LEDGER_OK ? chain_check_newest(&p->store.base) : fault;
}

enum ledger_fault ledger_open_postgresql(struct ledger **l, const char *conninfo,
                                         struct ledger_error *why)
{
    struct postgresql_ledger *p = calloc(1, sizeof *p);

    *l = NULL;
    if (why)
        *why = (struct ledger_error){0};
    if (!p)
        return LEDGER_NO_MEMORY;
    p->store = (struct store){.base.ops = &ops, .acts = &acts};
    return store_opened(l, &p->store, open_database(p, conninfo), why);
}
