#include "forms/ledger/chain.h"
#include "forms/ledger/sql.h"
#include "forms/ledger/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x6d64676c }; /* "mdgl", in the file's header */

struct sqlite_ledger {
    struct store store;
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_STATEMENTS];
};

static struct sqlite_ledger *own(struct store *store)
{
    return (struct sqlite_ledger *)store;
}

/* --- faults --- */

static const struct {
    int primary;
    enum ledger_fault fault;
} native_faults[] = {
    {SQLITE_FULL, LEDGER_FULL},         {SQLITE_READONLY, LEDGER_READ_ONLY},
    {SQLITE_BUSY, LEDGER_LOCKED},       {SQLITE_LOCKED, LEDGER_LOCKED},
    {SQLITE_CORRUPT, LEDGER_DAMAGED},   {SQLITE_NOTADB, LEDGER_NOT_A_LEDGER},
    {SQLITE_CANTOPEN, LEDGER_NO_PLACE}, {SQLITE_PERM, LEDGER_NOT_ALLOWED},
    {SQLITE_NOMEM, LEDGER_NO_MEMORY},
};

static const struct {
    int system;
    enum ledger_fault fault;
} system_faults[] = {
    {ENOSPC, LEDGER_FULL},         {EDQUOT, LEDGER_FULL},        {EFBIG, LEDGER_FULL},
    {EROFS, LEDGER_READ_ONLY},     {EACCES, LEDGER_NOT_ALLOWED}, {EPERM, LEDGER_NOT_ALLOWED},
    {ELOOP, LEDGER_NOT_ALLOWED},   {ENOENT, LEDGER_NO_PLACE},    {ENOTDIR, LEDGER_NO_PLACE},
    {EISDIR, LEDGER_NOT_A_LEDGER}, {ENOMEM, LEDGER_NO_MEMORY},
};

static enum ledger_fault system_fault(int system)
{
    for (size_t i = 0; i < sizeof system_faults / sizeof *system_faults; i++)
        if (system_faults[i].system == system)
            return system_faults[i].fault;
    return LEDGER_IO;
}

/* What the disk said is nearer to the cause than SQLite's class of it. SQLite does not keep the
 * errno of every failed write; what was cleared when the act began is then that of the last call
 * that failed. */
static enum ledger_fault native_fault(struct sqlite_ledger *s, int code)
{
    int said = errno, kept = sqlite3_system_errno(s->db);
    int primary = code & 0xff, system = kept ? kept : said;
    bool of_disk = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;

    s->store.base.error = (struct ledger_error){.native = code, .system = of_disk ? system : 0};
    if (of_disk && system_fault(system) != LEDGER_IO)
        return system_fault(system);
    for (size_t i = 0; i < sizeof native_faults / sizeof *native_faults; i++)
        if (native_faults[i].primary == primary)
            return native_faults[i].fault;
    return LEDGER_IO;
}

static enum ledger_fault run(struct store *store, const char *sql)
{
    struct sqlite_ledger *s = own(store);
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? LEDGER_OK : native_fault(s, code);
}

/* --- values --- */

static int bind_column(sqlite3_stmt *statement, int place, const struct ledger_column *column,
                       const void *record)
{
    if (column->type == LEDGER_TEXT)
        return sqlite3_bind_text(statement, place, column_text(column, record), -1, SQLITE_STATIC);
    return sqlite3_bind_int64(statement, place, column_integer(column, record));
}

/* Carries out an insertion that has its parameters, and frees it of them. */
static enum ledger_fault insert(struct sqlite_ledger *s, sqlite3_stmt *statement, int code)
{
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? LEDGER_OK : native_fault(s, code);
}

static enum ledger_fault insert_event(struct store *store, const struct ledger_row *row)
{
    struct sqlite_ledger *s = own(store);
    sqlite3_stmt *statement = s->statements[SQL_INSERT_EVENT];
    int code = SQLITE_OK;

    for (unsigned i = 0; code == SQLITE_OK && i < ledger_column_count; i++)
        if (column_used(&ledger_columns[i], row))
            code = bind_column(statement, (int)i + 1, &ledger_columns[i], row);
    return insert(s, statement, code);
}

static enum ledger_fault insert_item(struct store *store, const struct ledger_row *row,
                                     unsigned position)
{
    struct sqlite_ledger *s = own(store);
    sqlite3_stmt *statement = s->statements[SQL_INSERT_ITEM];
    int code = sqlite3_bind_int64(statement, 1, row->sequence);

    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 2, position);
    for (unsigned i = 0; code == SQLITE_OK && i < ledger_item_column_count; i++)
        code = bind_column(statement, (int)i + 3, &ledger_item_columns[i], &row->items[position]);
    return insert(s, statement, code);
}

/* After a column's text was not to be had: SQLite converts and copies, and may run out of memory. */
static bool memory_ran_out(struct sqlite_ledger *s)
{
    return (sqlite3_errcode(s->db) & 0xff) == SQLITE_NOMEM;
}

/* False: the stored value is not what such a column holds, or memory_ran_out. */
static bool read_column(sqlite3_stmt *statement, int place, const struct ledger_column *column,
                        void *record, bool used)
{
    int type = sqlite3_column_type(statement, place);
    const char *text;

    if (!used)
        return type == SQLITE_NULL;
    if (column->type == LEDGER_INTEGER) {
        column_set_integer(column, record, sqlite3_column_int64(statement, place));
        return type == SQLITE_INTEGER;
    }
    if (type != SQLITE_TEXT)
        return false;
    text = (const char *)sqlite3_column_text(statement, place);
    return text && strlen(text) == (size_t)sqlite3_column_bytes(statement, place) &&
           column_set_text(column, record, text);
}

static int read_items(struct sqlite_ledger *s, struct ledger_row *row)
{
    sqlite3_stmt *statement = s->statements[SQL_ITEMS];
    int code = sqlite3_bind_int64(statement, 1, row->sequence);

    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        code = SQLITE_OK;
        if (row->item_count == LEDGER_ITEMS) {
            row->misfit = true;
            break;
        }
        for (unsigned i = 0; i < ledger_item_column_count; i++)
            if (!read_column(statement, (int)i, &ledger_item_columns[i],
                             &row->items[row->item_count], true))
                row->misfit = true;
        if (row->misfit && memory_ran_out(s))
            code = SQLITE_NOMEM;
        row->item_count++;
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int read_row(struct sqlite_ledger *s, sqlite3_stmt *statement, struct ledger_row *row)
{
    memset(row, 0, sizeof *row);
    for (unsigned i = 0; i < ledger_column_count; i++)
        if (!read_column(statement, (int)i, &ledger_columns[i], row,
                         column_used(&ledger_columns[i], row)))
            row->misfit = true;
    return row->misfit && memory_ran_out(s) ? SQLITE_NOMEM : read_items(s, row);
}

/* Steps through an event statement that has its parameters. */
static enum ledger_fault visit_rows(struct sqlite_ledger *s, sqlite3_stmt *statement,
                                    ledger_visit visit, void *context)
{
    enum ledger_fault fault = LEDGER_OK;
    bool more = true;
    int code = SQLITE_OK;

    while (fault == LEDGER_OK && more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct ledger_row row;

        code = read_row(s, statement, &row);
        if (code != SQLITE_OK)
            break;
        fault = store_check(&s->store, &row);
        if (fault == LEDGER_OK)
            more = visit(context, &row);
    }
    if (fault == LEDGER_OK && code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        fault = native_fault(s, code);
    sqlite3_reset(statement);
    return fault;
}

/* --- the functions of the ledger --- */

static enum ledger_fault newest_event(struct store *store, int64_t *sequence,
                                      char seal[LEDGER_SEAL_MAX])
{
    struct sqlite_ledger *s = own(store);
    sqlite3_stmt *statement = s->statements[SQL_NEWEST];
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_step(statement);

    *sequence = 0;
    *seal = '\0';
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 1);

        *sequence = sqlite3_column_int64(statement, 0);
        if (!text && memory_ran_out(s))
            fault = native_fault(s, SQLITE_NOMEM);
        else if (!text || strlen(text) != LEDGER_SEAL_MAX - 1)
            fault = store_damaged(store, *sequence);
        else
            memcpy(seal, text, LEDGER_SEAL_MAX);
    } else if (code != SQLITE_DONE) {
        fault = native_fault(s, code);
    }
    sqlite3_reset(statement);
    return fault;
}

static enum ledger_fault newest_of(struct store *store, const char *case_id, int64_t *sequence)
{
    struct sqlite_ledger *s = own(store);
    sqlite3_stmt *statement = s->statements[SQL_NEWEST_OF_CASE];
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_bind_text(statement, 1, case_id, -1, SQLITE_STATIC);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *sequence = sqlite3_column_int64(statement, 0);
    else
        fault = native_fault(s, code);
    sqlite3_reset(statement);
    return fault;
}

static enum ledger_fault begin(struct store *store)
{
    errno = 0;
    return run(store, "BEGIN IMMEDIATE");
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
    struct sqlite_ledger *s = (struct sqlite_ledger *)l;
    sqlite3_stmt *statement = s->statements[case_id ? SQL_EVENTS_OF_CASE : SQL_ALL_EVENTS];
    int code = sqlite3_bind_int64(statement, 1, from);

    if (code == SQLITE_OK && case_id)
        code = sqlite3_bind_text(statement, 2, case_id, -1, SQLITE_STATIC);
    return code == SQLITE_OK ? visit_rows(s, statement, visit, context) : native_fault(s, code);
}

static enum ledger_fault unfinished(struct ledger *l, ledger_visit visit, void *context)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)l;

    return visit_rows(s, s->statements[SQL_UNFINISHED], visit, context);
}

static enum ledger_fault newest(struct ledger *l, int64_t *sequence)
{
    char seal[LEDGER_SEAL_MAX];

    return newest_event((struct store *)l, sequence, seal);
}

/* Asks one question that answers one value; `expected` is the sound answer. */
static enum ledger_fault expect_answer(struct sqlite_ledger *s, sqlite3_stmt *statement,
                                       const char *expected)
{
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_step(statement);
    const char *answer = NULL;

    if (code == SQLITE_ROW)
        answer = (const char *)sqlite3_column_text(statement, 0);
    if (code != SQLITE_ROW || (!answer && memory_ran_out(s)))
        fault = native_fault(s, code == SQLITE_ROW ? SQLITE_NOMEM : code);
    else if (!answer || strcmp(answer, expected) != 0)
        fault = store_damaged(&s->store, 0);
    sqlite3_reset(statement);
    return fault;
}

static enum ledger_fault sound(struct ledger *l)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)l;
    sqlite3_stmt *check;
    int code = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &check, NULL);
    enum ledger_fault fault =
        code == SQLITE_OK ? expect_answer(s, check, "ok") : native_fault(s, code);

    sqlite3_finalize(check);
    return fault == LEDGER_OK ? expect_answer(s, s->statements[SQL_STRAY_ITEMS], "0") : fault;
}

static void close_ledger(struct ledger **l)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)*l;

    for (unsigned i = 0; i < SQL_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    free(s);
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

/* Makes the file or looks at the one that is there, before SQLite touches it. */
static enum ledger_fault prepare_file(struct sqlite_ledger *s, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    enum ledger_fault fault = LEDGER_OK;
    struct stat file;

    if (fd < 0 || fstat(fd, &file) != 0) {
        s->store.base.error.system = errno;
        fault = system_fault(errno);
        if (fault == LEDGER_NOT_ALLOWED && access(path, R_OK) == 0)
            fault = LEDGER_READ_ONLY;
    } else if (!S_ISREG(file.st_mode)) {
        fault = LEDGER_NOT_A_LEDGER;
    } else if (file.st_mode & (S_IRWXG | S_IRWXO)) {
        fault = LEDGER_OPEN_TO_OTHERS;
    } else if (!(file.st_mode & S_IWUSR)) {
        fault = LEDGER_READ_ONLY;
    }
    if (fd >= 0)
        close(fd);
    return fault;
}

static enum ledger_fault read_number(struct sqlite_ledger *s, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement;
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else
        fault = native_fault(s, code);
    sqlite3_finalize(statement);
    return fault;
}

/* Whose file it is; *empty: nobody's yet. */
static enum ledger_fault identify(struct sqlite_ledger *s, bool *empty)
{
    int64_t application = 0, version = 0, tables = 0;
    enum ledger_fault fault = read_number(s, "PRAGMA application_id", &application);

    if (fault == LEDGER_OK)
        fault = read_number(s, "PRAGMA user_version", &version);
    if (fault == LEDGER_OK)
        fault = read_number(s, "SELECT count(*) FROM sqlite_schema", &tables);
    if (fault != LEDGER_OK)
        return fault;
    *empty = application == 0 && version == 0 && tables == 0;
    if (*empty)
        return LEDGER_OK;
    if (application != APPLICATION_ID)
        return LEDGER_NOT_A_LEDGER;
    return version == LEDGER_VERSION ? LEDGER_OK : LEDGER_WRONG_VERSION;
}

static enum ledger_fault make_tables(struct sqlite_ledger *s)
{
    char mark[120];

    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, LEDGER_VERSION);
    return store_make_tables(&s->store,
                             sql_make_tables("INTEGER", " STRICT", " STRICT, WITHOUT ROWID"), mark);
}

/* Another process may be making the tables at the same moment. */
static enum ledger_fault make_tables_once(struct sqlite_ledger *s)
{
    bool empty = false;
    enum ledger_fault fault = begin(&s->store);

    if (fault != LEDGER_OK)
        return fault;
    fault = identify(s, &empty);
    if (fault == LEDGER_OK && empty)
        fault = make_tables(s);
    return store_end(&s->store, fault);
}

static enum ledger_fault prepare_statements(struct sqlite_ledger *s)
{
    char *texts[SQL_STATEMENTS];
    int code = sql_make_statements(texts, '?', 0) ? SQLITE_OK : SQLITE_NOMEM;

    for (unsigned i = 0; code == SQLITE_OK && i < SQL_STATEMENTS; i++)
        code = sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                  &s->statements[i], NULL);
    sql_free_statements(texts);
    return code == SQLITE_OK ? LEDGER_OK : native_fault(s, code);
}

static enum ledger_fault open_database(struct sqlite_ledger *s, const char *path)
{
    bool empty;
    enum ledger_fault fault = prepare_file(s, path);
    int code;

    if (fault != LEDGER_OK)
        return fault;
    errno = 0;
    code = sqlite3_open_v2(path, &s->db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK)
        return native_fault(s, code);
    sqlite3_busy_timeout(s->db, LEDGER_PATIENCE_MS);
    fault = identify(s, &empty); /* before anything is changed in a file that may be somebody else's */
    if (fault == LEDGER_OK)
        fault = run(&s->store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                               " PRAGMA trusted_schema = OFF");
    if (fault == LEDGER_OK && empty)
        fault = make_tables_once(s);
    if (fault == LEDGER_OK)
        fault = prepare_statements(s);
    return fault == LEDGER_OK ? chain_check_newest(&s->store.base) : fault;
}

/* One process at a time opens: SQLite does not wait when two switch a new file to WAL. */
static enum ledger_fault open_alone(struct sqlite_ledger *s, const char *path)
{
    char folder[PATH_MAX];
    enum ledger_fault fault;
    int fd;

    if (strlen(path) >= sizeof folder)
        return LEDGER_NO_PLACE;
    strcpy(folder, path);
    fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        s->store.base.error.system = errno;
        fault = system_fault(errno);
    } else {
        fault = open_database(s, path);
    }
    if (fd >= 0)
        close(fd);
    return fault;
}

enum ledger_fault ledger_open_sqlite(struct ledger **l, const char *path, struct ledger_error *why)
{
    struct sqlite_ledger *s = calloc(1, sizeof *s);

    *l = NULL;
    if (why)
        *why = (struct ledger_error){0};
    if (!s)
        return LEDGER_NO_MEMORY;
    s->store = (struct store){.base.ops = &ops, .acts = &acts};
    return store_opened(l, &s->store, open_alone(s, path), why);
}
