#include "forms/ledger/chain.h"
#include "forms/ledger/sql.h"

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

enum statement {
    NEWEST,
    NEWEST_OF_CASE,
    INSERT_EVENT,
    INSERT_ITEM,
    ALL_EVENTS,
    EVENTS_OF_CASE,
    ITEMS,
    UNFINISHED,
    STRAY_ITEMS,
    STATEMENTS
};

struct sqlite_ledger {
    struct ledger base;
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
};

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

    s->base.error = (struct ledger_error){.native = code, .system = of_disk ? system : 0};
    if (of_disk && system_fault(system) != LEDGER_IO)
        return system_fault(system);
    for (size_t i = 0; i < sizeof native_faults / sizeof *native_faults; i++)
        if (native_faults[i].primary == primary)
            return native_faults[i].fault;
    return LEDGER_IO;
}

static enum ledger_fault run(struct sqlite_ledger *s, const char *sql)
{
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

static int insert_event(struct sqlite_ledger *s, const struct ledger_row *row)
{
    sqlite3_stmt *statement = s->statements[INSERT_EVENT];
    int code = SQLITE_OK;

    sqlite3_clear_bindings(statement);
    for (unsigned i = 0; code == SQLITE_OK && i < ledger_column_count; i++)
        if (column_used(&ledger_columns[i], row))
            code = bind_column(statement, (int)i + 1, &ledger_columns[i], row);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code;
}

static int insert_item(struct sqlite_ledger *s, const struct ledger_row *row, unsigned position)
{
    sqlite3_stmt *statement = s->statements[INSERT_ITEM];
    int code = sqlite3_bind_int64(statement, 1, row->sequence);

    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 2, position);
    for (unsigned i = 0; code == SQLITE_OK && i < ledger_item_column_count; i++)
        code = bind_column(statement, (int)i + 3, &ledger_item_columns[i], &row->items[position]);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code;
}

/* False: the stored value is not what such a column holds. */
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
    sqlite3_stmt *statement = s->statements[ITEMS];
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
    return read_items(s, row);
}

static enum ledger_fault damaged(struct sqlite_ledger *s, int64_t sequence)
{
    s->base.error = (struct ledger_error){.damaged_at = sequence};
    return LEDGER_DAMAGED;
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
        if (row_intact(&row))
            more = visit(context, &row);
        else
            fault = damaged(s, row.sequence);
    }
    if (fault == LEDGER_OK && code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        fault = native_fault(s, code);
    sqlite3_reset(statement);
    return fault;
}

/* --- the functions of the ledger --- */

static enum ledger_fault newest_event(struct sqlite_ledger *s, int64_t *sequence,
                                      char seal[LEDGER_SEAL_MAX])
{
    sqlite3_stmt *statement = s->statements[NEWEST];
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_step(statement);

    *sequence = 0;
    *seal = '\0';
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 1);

        *sequence = sqlite3_column_int64(statement, 0);
        if (!text || strlen(text) != LEDGER_SEAL_MAX - 1)
            fault = damaged(s, *sequence);
        else
            memcpy(seal, text, LEDGER_SEAL_MAX);
    } else if (code != SQLITE_DONE) {
        fault = native_fault(s, code);
    }
    sqlite3_reset(statement);
    return fault;
}

static enum ledger_fault check_expected(struct sqlite_ledger *s, const struct ledger_row *row)
{
    sqlite3_stmt *statement = s->statements[NEWEST_OF_CASE];
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_bind_text(statement, 1, row->case_id, -1, SQLITE_STATIC);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code != SQLITE_ROW)
        fault = native_fault(s, code);
    else if (row->expected != sqlite3_column_int64(statement, 0))
        fault = LEDGER_CONFLICT;
    sqlite3_reset(statement);
    return fault;
}

static enum ledger_fault append_inside(struct sqlite_ledger *s, struct ledger_row *row)
{
    char seal[LEDGER_SEAL_MAX];
    int64_t newest;
    int code = SQLITE_DONE;
    enum ledger_fault fault = newest_event(s, &newest, seal);

    if (fault == LEDGER_OK)
        fault = check_expected(s, row);
    if (fault == LEDGER_OK)
        fault = row_complete(row, newest, seal);
    if (fault != LEDGER_OK)
        return fault;
    code = insert_event(s, row);
    for (unsigned i = 0; code == SQLITE_DONE && i < row->item_count; i++)
        code = insert_item(s, row, i);
    return code == SQLITE_DONE ? LEDGER_OK : native_fault(s, code);
}

static enum ledger_fault append(struct ledger *l, struct ledger_row *row)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)l;
    enum ledger_fault fault;

    errno = 0;
    fault = run(s, "BEGIN IMMEDIATE");
    if (fault != LEDGER_OK)
        return fault;
    fault = append_inside(s, row);
    if (fault == LEDGER_OK)
        fault = run(s, "COMMIT");
    if (fault != LEDGER_OK)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL); /* a failed COMMIT may have rolled back by itself */
    return fault;
}

static enum ledger_fault each(struct ledger *l, const char *case_id, int64_t from,
                              ledger_visit visit, void *context)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)l;
    sqlite3_stmt *statement = s->statements[case_id ? EVENTS_OF_CASE : ALL_EVENTS];
    int code = sqlite3_bind_int64(statement, 1, from);

    if (code == SQLITE_OK && case_id)
        code = sqlite3_bind_text(statement, 2, case_id, -1, SQLITE_STATIC);
    return code == SQLITE_OK ? visit_rows(s, statement, visit, context) : native_fault(s, code);
}

static enum ledger_fault unfinished(struct ledger *l, ledger_visit visit, void *context)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)l;

    return visit_rows(s, s->statements[UNFINISHED], visit, context);
}

static enum ledger_fault newest(struct ledger *l, int64_t *sequence)
{
    char seal[LEDGER_SEAL_MAX];

    return newest_event((struct sqlite_ledger *)l, sequence, seal);
}

/* Asks one question that answers one value; `expected` is the sound answer. */
static enum ledger_fault expect_answer(struct sqlite_ledger *s, sqlite3_stmt *statement,
                                       const char *expected)
{
    enum ledger_fault fault = LEDGER_OK;
    int code = sqlite3_step(statement);

    if (code != SQLITE_ROW)
        fault = native_fault(s, code);
    else if (strcmp((const char *)sqlite3_column_text(statement, 0), expected) != 0)
        fault = damaged(s, 0);
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
    return fault == LEDGER_OK ? expect_answer(s, s->statements[STRAY_ITEMS], "0") : fault;
}

static void close_ledger(struct ledger **l)
{
    struct sqlite_ledger *s = (struct sqlite_ledger *)*l;

    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    free(s);
    *l = NULL;
}

static const struct ledger_ops ops = {
    .append = append,
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
        s->base.error.system = errno;
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

/* Runs and frees a statement of sql.h. */
static enum ledger_fault run_made(struct sqlite_ledger *s, char *sql)
{
    enum ledger_fault fault = sql ? run(s, sql) : LEDGER_NO_MEMORY;

    free(sql);
    return fault;
}

static enum ledger_fault make_tables(struct sqlite_ledger *s)
{
    char mark[120];
    enum ledger_fault fault = run_made(s, sql_create_event("INTEGER", " STRICT"));

    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, LEDGER_VERSION);
    if (fault == LEDGER_OK)
        fault = run_made(s, sql_create_item("INTEGER", " STRICT, WITHOUT ROWID"));
    if (fault == LEDGER_OK)
        fault = run_made(s, sql_create_index());
    return fault == LEDGER_OK ? run(s, mark) : fault;
}

/* Another process may be making the tables at the same moment. */
static enum ledger_fault make_tables_once(struct sqlite_ledger *s)
{
    bool empty = false;
    enum ledger_fault fault = run(s, "BEGIN IMMEDIATE");

    if (fault != LEDGER_OK)
        return fault;
    fault = identify(s, &empty);
    if (fault == LEDGER_OK && empty)
        fault = make_tables(s);
    if (fault == LEDGER_OK)
        fault = run(s, "COMMIT");
    if (fault != LEDGER_OK)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return fault;
}

static enum ledger_fault prepare_statements(struct sqlite_ledger *s)
{
    char *texts[STATEMENTS] = {
        [NEWEST] = strdup(SQL_NEWEST),
        [NEWEST_OF_CASE] =
            strdup("SELECT coalesce(max(sequence), 0) FROM ledger_event WHERE case_id = ?1"),
        [INSERT_EVENT] = sql_insert_event('?'),
        [INSERT_ITEM] = sql_insert_item('?'),
        [ALL_EVENTS] = sql_select_event("WHERE sequence >= ?1 ORDER BY sequence"),
        [EVENTS_OF_CASE] =
            sql_select_event("WHERE sequence >= ?1 AND case_id = ?2 ORDER BY sequence"),
        [ITEMS] = sql_select_item("WHERE sequence = ?1 ORDER BY position"),
        [UNFINISHED] = sql_select_event(SQL_NEWEST_OF_CASES),
        [STRAY_ITEMS] = strdup(SQL_STRAY_ITEMS),
    };
    enum ledger_fault fault = LEDGER_OK;

    for (unsigned i = 0; i < STATEMENTS; i++) {
        int code = SQLITE_NOMEM;

        if (fault == LEDGER_OK && texts[i])
            code = sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                      &s->statements[i], NULL);
        if (fault == LEDGER_OK && code != SQLITE_OK)
            fault = native_fault(s, code);
        free(texts[i]);
    }
    return fault;
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
        fault = run(
            s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF");
    if (fault == LEDGER_OK && empty)
        fault = make_tables_once(s);
    if (fault == LEDGER_OK)
        fault = prepare_statements(s);
    return fault == LEDGER_OK ? chain_check_newest(&s->base) : fault;
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
        s->base.error.system = errno;
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
    enum ledger_fault fault = LEDGER_NO_MEMORY;

    *l = NULL;
    if (why)
        *why = (struct ledger_error){0};
    if (!s)
        return fault;
    s->base.ops = &ops;
    fault = open_alone(s, path);
    *l = &s->base;
    if (fault == LEDGER_OK)
        return fault;
    if (why)
        *why = s->base.error;
    close_ledger(l);
    return fault;
}
