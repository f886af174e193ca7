/* The ledger on real SQLite: what is written is read back, what is tampered with is found, and every
 * failure of the disk has its own name. */
#include "forms/ledger/ledger.h"
#include "forms/ledger/row.h"
#include "tests/lib/case_samples.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sqlite3.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/ledger-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ballast"};
    char name[128];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(name, sizeof name, "%s/%s", folder, names[i]);
        unlink(name);
    }
    return rmdir(folder);
}

static struct ledger *open_ledger(void)
{
    struct ledger *l;

    assert_int_equal(ledger_open_sqlite(&l, path, NULL), LEDGER_OK);
    return l;
}

static enum ledger_fault open_fault(struct ledger_error *why)
{
    struct ledger *l;
    enum ledger_fault fault = ledger_open_sqlite(&l, path, why);

    if (fault == LEDGER_OK)
        ledger_close(&l);
    else
        assert_null(l);
    return fault;
}

static void append(struct ledger *l, struct case_file *file, struct case_change change)
{
    struct ledger_origin origin = sample_origin("w1");

    assert_int_equal(ledger_append(l, &origin, file, &change), LEDGER_OK);
}

/* A case with every kind of event but the ends. */
static void write_long_case(struct ledger *l, struct case_file *file)
{
    memset(file, 0, sizeof *file);
    append(l, file, sample_opened(100, "change"));
    append(l, file, sample_judged(101, "change", "ask-office"));
    append(l, file, sample_decided(102));
    append(l, file, sample_planned(103, CASE_CHANGE, 1));
    append(l, file, sample_step(104, CASE_STEP_INTENDED));
    append(l, file, sample_step(105, CASE_STEP_NOT_DONE));
    append(l, file, sample_step(106, CASE_STEP_INTENDED));
    append(l, file, sample_step(107, CASE_STEP_UNKNOWN));
    append(l, file, sample_step(108, CASE_PROOF_INTENDED));
    append(l, file, sample_step(109, CASE_STEP_UNKNOWN));
    append(l, file, sample_reason(110, CASE_PUT_ASIDE, CASE_REASON_NEEDS_RESET));
    append(l, file, sample_reason(111, CASE_RESUMED, CASE_REASON_NONE));
    append(l, file, sample_step(112, CASE_SETTLED_DONE));
}

static void write_short_case(struct ledger *l, struct case_file *file)
{
    memset(file, 0, sizeof *file);
    append(l, file, sample_opened(200, "reset"));
    append(l, file, sample_judged(201, "reset", "accept"));
}

static void test_a_case_is_read_back_as_it_was(void **state)
{
    struct ledger *l = open_ledger();
    struct case_file written, read;

    (void)state;
    write_long_case(l, &written);
    ledger_close(&l);
    l = open_ledger();
    assert_int_equal(ledger_read_case(l, written.id, &read), LEDGER_OK);
    assert_memory_equal(&read, &written, sizeof read);
    assert_string_equal(read.id, "w1-000001");
    assert_int_equal(ledger_read_case(l, "w1-000002", &read), LEDGER_NO_CASE);
    ledger_close(&l);
}

static void test_the_list_has_what_is_not_finished(void **state)
{
    struct ledger *l = open_ledger();
    struct case_file first, second;
    struct ledger_entry entries[2];
    size_t count;

    (void)state;
    write_long_case(l, &first);
    write_short_case(l, &second);
    assert_int_equal(ledger_list(l, 1u << CASE_JUDGED | 1u << CASE_PLANNED, entries, 1, &count), LEDGER_OK);
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].id, first.id);
    assert_int_equal(entries[0].state, CASE_PLANNED);
    assert_int_equal(entries[0].at, 112);
    assert_string_equal(entries[0].window, "w1");
    append(l, &first, sample_reason(300, CASE_FINISHED, CASE_REASON_NONE));
    append(l, &second, sample_reason(301, CASE_GIVEN_UP, CASE_REASON_RESIDENT));
    assert_int_equal(ledger_list(l, ~0u, entries, 2, &count), LEDGER_OK);
    assert_int_equal(count, 0);
    ledger_close(&l);
}

static void test_an_impossible_event_is_not_recorded(void **state)
{
    struct ledger *l = open_ledger();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_planned(1, CASE_RESET, 1);
    struct case_file file;
    struct ledger_end end;

    (void)state;
    write_short_case(l, &file);
    change.with.plan.steps[0].pin = 0;
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_IMPOSSIBLE);
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 2);
    ledger_close(&l);
}

static void test_two_windows_cannot_write_the_same_case(void **state)
{
    struct ledger *here = open_ledger(), *there = open_ledger();
    struct ledger_origin origin = sample_origin("w2");
    struct case_change change = sample_reason(300, CASE_PUT_ASIDE, CASE_REASON_CLERK);
    struct case_file ours, theirs;

    (void)state;
    write_short_case(here, &ours);
    assert_int_equal(ledger_read_case(there, ours.id, &theirs), LEDGER_OK);
    append(here, &ours, sample_planned(250, CASE_RESET, 1));
    assert_int_equal(ledger_append(there, &origin, &theirs, &change), LEDGER_CONFLICT);
    assert_int_equal(theirs.state, CASE_JUDGED);
    assert_int_equal(ledger_read_case(there, ours.id, &theirs), LEDGER_OK);
    assert_int_equal(ledger_append(there, &origin, &theirs, &change), LEDGER_OK);
    ledger_close(&here);
    ledger_close(&there);
}

/* --- tampering --- */

static void execute(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static sqlite3 *open_behind_its_back(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    execute(db, "CREATE TABLE IF NOT EXISTS temp.kept_event AS SELECT * FROM ledger_event");
    execute(db, "CREATE TABLE IF NOT EXISTS temp.kept_item AS SELECT * FROM ledger_item");
    return db;
}

static void expect_found(sqlite3 *db, const char *sql, int64_t damaged_at)
{
    struct ledger *l = open_ledger();
    struct ledger_end end;
    enum ledger_fault fault;

    execute(db, sql);
    fault = ledger_verify(l, &end);
    if (fault != LEDGER_DAMAGED || (damaged_at && l->error.damaged_at != damaged_at))
        fail_msg("%s: fault %d at %lld", sql, fault, (long long)l->error.damaged_at);
    execute(db, "DELETE FROM ledger_event; INSERT INTO ledger_event SELECT * FROM temp.kept_event;"
                "DELETE FROM ledger_item; INSERT INTO ledger_item SELECT * FROM temp.kept_item");
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    ledger_close(&l);
}

static void test_any_changed_column_of_any_row_is_found(void **state)
{
    struct ledger *l = open_ledger();
    struct case_file file;
    sqlite3 *db;
    char sql[256];

    (void)state;
    write_long_case(l, &file);
    ledger_close(&l);
    db = open_behind_its_back();
    for (int row = 1; row <= file.last_event; row++)
        for (unsigned i = 1; i < ledger_column_count; i++) {
            const char *value = ledger_columns[i].type == LEDGER_TEXT ? "|| 'x'" : "+ 1";
            const char *empty = ledger_columns[i].type == LEDGER_TEXT ? "''" : "0";

            snprintf(sql, sizeof sql, "UPDATE ledger_event SET %s = coalesce(%s %s, %s) WHERE sequence = %d",
                     ledger_columns[i].name, ledger_columns[i].name, value, empty, row);
            expect_found(db, sql, row);
        }
    sqlite3_close(db);
}

static void test_changed_lists_and_missing_rows_are_found(void **state)
{
    static const char *const tampering[] = {
        "UPDATE ledger_item SET text = 'resident:passport' WHERE text = 'resident:drivers-licence'",
        "UPDATE ledger_item SET detail = 'expires=2038-05-01' WHERE detail <> ''",
        "UPDATE ledger_item SET pin = 3 WHERE list = 'step'",
        "UPDATE ledger_item SET typist = 1 WHERE list = 'step'",
        "DELETE FROM ledger_item WHERE list = 'rule' AND position = 0",
        "INSERT INTO ledger_item VALUES (3, 0, 'fact', 'ward=yes', '', 0, 0, 0)",
        "INSERT INTO ledger_item VALUES (9999, 0, 'fact', 'ward=yes', '', 0, 0, 0)",
        "DELETE FROM ledger_event WHERE sequence = 3",
        "DELETE FROM ledger_event WHERE sequence = 1",
        "UPDATE ledger_event SET sequence = -sequence WHERE sequence IN (5, 6);"
        "UPDATE ledger_event SET sequence = sequence + 11 WHERE sequence < 0",
    };
    struct ledger *l = open_ledger();
    struct case_file file;
    sqlite3 *db;

    (void)state;
    write_long_case(l, &file);
    ledger_close(&l);
    db = open_behind_its_back();
    for (size_t i = 0; i < sizeof tampering / sizeof *tampering; i++)
        expect_found(db, tampering[i], 0);
    sqlite3_close(db);
}

static void test_a_damaged_case_is_not_read_and_the_ledger_not_opened(void **state)
{
    struct ledger *l = open_ledger();
    struct ledger_error why;
    struct case_file file, read;
    sqlite3 *db;

    (void)state;
    write_long_case(l, &file);
    db = open_behind_its_back();
    execute(db, "UPDATE ledger_event SET code = 0 WHERE sequence = 8");
    assert_int_equal(ledger_read_case(l, file.id, &read), LEDGER_DAMAGED);
    assert_int_equal(l->error.damaged_at, 8);
    assert_int_equal(read.state, CASE_NONE);
    sqlite3_close(db);
    ledger_close(&l);
    assert_int_equal(open_fault(&why), LEDGER_DAMAGED);
    assert_int_equal(why.damaged_at, 8);
}

/* --- files that are not what they should be --- */

static void write_file(const char *text, size_t length, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void test_the_file_is_the_users_own(void **state)
{
    struct ledger *l = open_ledger();
    struct stat file;

    (void)state;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    ledger_close(&l);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(open_fault(NULL), LEDGER_OPEN_TO_OTHERS);
    assert_int_equal(chmod(path, 0602), 0);
    assert_int_equal(open_fault(NULL), LEDGER_OPEN_TO_OTHERS);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(open_fault(NULL), LEDGER_READ_ONLY);
}

static void test_other_files_are_refused_and_left_alone(void **state)
{
    char garbage[4096], after[4096];
    sqlite3 *db;
    int fd;

    (void)state;
    memset(garbage, 'x', sizeof garbage);
    write_file(garbage, sizeof garbage, 0600);
    assert_int_equal(open_fault(NULL), LEDGER_NOT_A_LEDGER);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, after, sizeof after), sizeof after);
    close(fd);
    assert_memory_equal(after, garbage, sizeof after);

    unlink(path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    execute(db, "CREATE TABLE other (x)");
    sqlite3_close(db);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(open_fault(NULL), LEDGER_NOT_A_LEDGER);
}

static void test_another_version_is_refused(void **state)
{
    struct ledger *l = open_ledger();
    sqlite3 *db;

    (void)state;
    ledger_close(&l);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    execute(db, "PRAGMA user_version = 2");
    sqlite3_close(db);
    assert_int_equal(open_fault(NULL), LEDGER_WRONG_VERSION);
}

static void test_a_missing_folder_has_its_own_name(void **state)
{
    struct ledger_error why;

    (void)state;
    strcat(path, "/deeper.db");
    assert_int_equal(open_fault(&why), LEDGER_NO_PLACE);
    assert_int_equal(why.system, ENOENT);
}

static void test_a_broken_page_in_the_middle_is_refused(void **state)
{
    char zeros[4096] = {0};
    struct ledger *l = open_ledger();
    struct case_file file;
    struct stat size;
    int fd;

    (void)state;
    for (int i = 0; i < 20; i++)
        write_long_case(l, &file);
    ledger_close(&l);
    assert_int_equal(stat(path, &size), 0);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, size.st_size / 2 / 4096 * 4096), sizeof zeros);
    close(fd);
    assert_int_equal(open_fault(NULL), LEDGER_DAMAGED);
}

/* --- disks --- */

static int wait_for(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In a child: appends until the ledger refuses; the fault, or 99 when it never does. `done` counts. */
static int append_until_refused(struct ledger *l, int64_t *done)
{
    struct ledger_origin origin = sample_origin("w1");

    for (int i = 0; i < 5000; i++) {
        struct case_file file = {0};
        struct case_change change = sample_opened(100 + i, "reset");
        enum ledger_fault fault = ledger_append(l, &origin, &file, &change);

        if (fault != LEDGER_OK)
            return (int)fault;
        *done = file.last_event;
    }
    return 99;
}

/* What was accepted before the disk filled is all there, sealed, and nothing else. */
static bool has_exactly(struct ledger *l, int64_t done)
{
    struct ledger_end end;

    return ledger_verify(l, &end) == LEDGER_OK && end.sequence == done;
}

static int run_into_a_file_limit(void)
{
    struct rlimit limit = {.rlim_cur = 200 * 1024, .rlim_max = RLIM_INFINITY};
    struct ledger *l;
    int64_t done = 0;
    int fault;

    signal(SIGXFSZ, SIG_IGN);
    if (ledger_open_sqlite(&l, path, NULL) != LEDGER_OK || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 90;
    fault = append_until_refused(l, &done);
    if (!has_exactly(l, done))
        return 91;
    limit.rlim_cur = RLIM_INFINITY;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || append_until_refused(l, &done) != 99 || !has_exactly(l, done))
        return 92;
    ledger_close(&l);
    return fault;
}

static void test_a_file_limit_is_a_full_disk(void **state)
{
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(run_into_a_file_limit());
    assert_int_equal(wait_for(child), LEDGER_FULL);
}

enum { NO_NAMESPACE = 77 };

static bool put_line(const char *file, const char *line)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);

    if (fd >= 0)
        close(fd);
    return ok;
}

/* A disk of this process alone, which needs no privilege where namespaces are allowed. */
static bool mount_small_disk(const char *options)
{
    char users[64], groups[64];

    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put_line("/proc/self/setgroups", "deny") &&
           put_line("/proc/self/uid_map", users) && put_line("/proc/self/gid_map", groups) &&
           mount("none", folder, "tmpfs", MS_NOSUID, options) == 0;
}

static bool put_ballast(void)
{
    char name[128], block[4096] = {0};
    int fd;

    snprintf(name, sizeof name, "%s/ballast", folder);
    fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 0; fd >= 0 && i < 16; i++)
        if (write(fd, block, sizeof block) < 0)
            return false;
    return fd >= 0 && close(fd) == 0;
}

static bool drop_ballast(void)
{
    char name[128];

    snprintf(name, sizeof name, "%s/ballast", folder);
    return unlink(name) == 0;
}

static int run_out_of_disk(void)
{
    struct ledger *l;
    int64_t done = 0, more;
    int fault;

    if (!mount_small_disk("size=256k,mode=700"))
        return NO_NAMESPACE;
    if (!put_ballast() || ledger_open_sqlite(&l, path, NULL) != LEDGER_OK)
        return 90;
    fault = append_until_refused(l, &done);
    if (l->error.native == 0 || done == 0 || !has_exactly(l, done))
        return 91;
    more = done;
    if (!drop_ballast() || append_until_refused(l, &more) != fault || more <= done || !has_exactly(l, more))
        return 92;
    ledger_close(&l);
    return fault;
}

static int open_on_a_full_disk(void)
{
    struct ledger *l;
    enum ledger_fault fault;

    if (!mount_small_disk("size=64k,mode=700"))
        return NO_NAMESPACE;
    fault = put_ballast() ? ledger_open_sqlite(&l, path, NULL) : LEDGER_OK;
    return (int)fault;
}

static int open_on_a_read_only_disk(void)
{
    struct ledger *l;
    enum ledger_fault fault;

    if (!mount_small_disk("size=1m,mode=700"))
        return NO_NAMESPACE;
    if (ledger_open_sqlite(&l, path, NULL) != LEDGER_OK)
        return 90;
    ledger_close(&l);
    if (mount("none", folder, "tmpfs", MS_REMOUNT | MS_RDONLY | MS_NOSUID, NULL) != 0)
        return NO_NAMESPACE;
    fault = ledger_open_sqlite(&l, path, NULL);
    return (int)fault;
}

static void expect_in_child(int (*run)(void), enum ledger_fault expected)
{
    pid_t child = fork();
    int result;

    if (child == 0)
        _exit(run());
    result = wait_for(child);
    if (result == NO_NAMESPACE)
        skip();
    assert_int_equal(result, expected);
}

static void test_a_disk_that_fills_up(void **state)
{
    (void)state;
    expect_in_child(run_out_of_disk, LEDGER_FULL);
}

static void test_a_disk_that_is_full_at_the_start(void **state)
{
    (void)state;
    expect_in_child(open_on_a_full_disk, LEDGER_FULL);
}

static void test_a_read_only_disk(void **state)
{
    (void)state;
    expect_in_child(open_on_a_read_only_disk, LEDGER_READ_ONLY);
}

/* --- several writers, killed writers --- */

enum { WRITERS = 2, CASES_EACH = 60 };

static int write_cases(int count)
{
    struct ledger_origin origin = sample_origin("w2");
    struct ledger *l;

    if (ledger_open_sqlite(&l, path, NULL) != LEDGER_OK)
        return 1;
    for (int i = 0; i < count; i++) {
        struct case_file file = {0};
        struct case_change opened = sample_opened(i, "reset"), judged = sample_judged(i, "reset", "accept");

        if (ledger_append(l, &origin, &file, &opened) != LEDGER_OK ||
            ledger_append(l, &origin, &file, &judged) != LEDGER_OK)
            return 2;
    }
    ledger_close(&l);
    return 0;
}

static void test_two_writers_at_once(void **state)
{
    pid_t children[WRITERS];
    struct ledger *l;
    struct ledger_end end;
    size_t count;

    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(write_cases(CASES_EACH));
    }
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(wait_for(children[i]), 0);
    l = open_ledger();
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 2 * WRITERS * CASES_EACH);
    assert_int_equal(ledger_list(l, 1u << CASE_JUDGED, NULL, 0, &count), LEDGER_OK);
    assert_int_equal(count, WRITERS * CASES_EACH);
    ledger_close(&l);
}

/* In a child: tells every sequence that was accepted, for ever. */
static void write_and_tell(int pipe)
{
    struct ledger_origin origin = sample_origin("w1");
    struct ledger *l;

    if (ledger_open_sqlite(&l, path, NULL) != LEDGER_OK)
        _exit(1);
    for (;;) {
        struct case_file file = {0};
        struct case_change change = sample_opened(1, "reset");

        if (ledger_append(l, &origin, &file, &change) != LEDGER_OK ||
            write(pipe, &file.last_event, sizeof file.last_event) != sizeof file.last_event)
            _exit(2);
    }
}

static int64_t kill_after(int messages)
{
    int64_t told = 0;
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0)
        write_and_tell(ends[1]);
    close(ends[1]);
    for (int i = 0; i < messages; i++)
        assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
    kill(child, SIGKILL);
    while (read(ends[0], &told, sizeof told) == sizeof told)
        continue;
    close(ends[0]);
    assert_int_equal(wait_for(child), 128 + SIGKILL);
    return told;
}

static void test_what_was_accepted_survives_kill_9(void **state)
{
    (void)state;
    for (int round = 1; round <= 25; round++) {
        int64_t told = kill_after(round);
        struct ledger *l = open_ledger();
        struct ledger_end end;

        assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
        assert_true(end.sequence == told || end.sequence == told + 1);
        ledger_close(&l);
    }
}

static void test_a_writer_that_does_not_finish_is_named(void **state)
{
    struct ledger *l = open_ledger();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_opened(1, "reset");
    struct case_file file = {0};
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    execute(db, "BEGIN IMMEDIATE");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_LOCKED);
    assert_int_equal(file.state, CASE_NONE);
    execute(db, "ROLLBACK");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_OK);
    sqlite3_close(db);
    ledger_close(&l);
}

/* --- export --- */

static void test_the_export_is_one_object_a_line(void **state)
{
    struct ledger *l = open_ledger();
    struct case_file file;
    struct ledger_end end;
    char *text, *line, *rest;
    size_t size;
    int lines = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    write_long_case(l, &file);
    assert_int_equal(ledger_export(l, out, &end), LEDGER_OK);
    fclose(out);
    rest = text;
    while ((line = strsep(&rest, "\n")) && *line) {
        json_t *object = json_loads(line, 0, NULL);

        assert_non_null(object);
        assert_int_equal(json_integer_value(json_object_get(object, "sequence")), ++lines);
        assert_string_equal(json_string_value(json_object_get(object, "case_id")), file.id);
        if (lines == 2)
            assert_int_equal(json_array_size(json_object_get(object, "items")), 5);
        if (lines == end.sequence)
            assert_string_equal(json_string_value(json_object_get(object, "seal")), end.seal);
        json_decref(object);
    }
    assert_int_equal(lines, file.last_event);
    assert_non_null(strstr(text, "1970-01-01T09:01:40+09:00"));
    free(text);
    ledger_close(&l);
}

static void test_an_export_to_a_full_disk_says_so(void **state)
{
    struct ledger *l = open_ledger();
    FILE *out = fopen("/dev/full", "w");
    struct case_file file;
    struct ledger_end end;

    (void)state;
    assert_non_null(out);
    write_long_case(l, &file);
    assert_int_equal(ledger_export(l, out, &end), LEDGER_FULL);
    assert_int_equal(l->error.system, ENOSPC);
    fclose(out);
    ledger_close(&l);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_case_is_read_back_as_it_was),
        TEST(test_the_list_has_what_is_not_finished),
        TEST(test_an_impossible_event_is_not_recorded),
        TEST(test_two_windows_cannot_write_the_same_case),
        TEST(test_any_changed_column_of_any_row_is_found),
        TEST(test_changed_lists_and_missing_rows_are_found),
        TEST(test_a_damaged_case_is_not_read_and_the_ledger_not_opened),
        TEST(test_the_file_is_the_users_own),
        TEST(test_other_files_are_refused_and_left_alone),
        TEST(test_another_version_is_refused),
        TEST(test_a_missing_folder_has_its_own_name),
        TEST(test_a_broken_page_in_the_middle_is_refused),
        TEST(test_a_file_limit_is_a_full_disk),
        TEST(test_a_disk_that_fills_up),
        TEST(test_a_disk_that_is_full_at_the_start),
        TEST(test_a_read_only_disk),
        TEST(test_two_writers_at_once),
        TEST(test_what_was_accepted_survives_kill_9),
        TEST(test_a_writer_that_does_not_finish_is_named),
        TEST(test_the_export_is_one_object_a_line),
        TEST(test_an_export_to_a_full_disk_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
