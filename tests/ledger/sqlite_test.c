/* The ledger on real SQLite: what is written is read back, what is tampered with is found, and
 * every file that is not a sound ledger has its own name. */
#include "forms/ledger/ledger.h"
#include "forms/ledger/row.h"
#include "tests/lib/case_samples.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    assert_int_equal(ledger_list(l, 1u << CASE_JUDGED | 1u << CASE_PLANNED, entries, 1, &count),
                     LEDGER_OK);
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

            snprintf(sql, sizeof sql,
                     "UPDATE ledger_event SET %s = coalesce(%s %s, %s) WHERE sequence = %d",
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
        "UPDATE ledger_event SET sequence = 99 WHERE sequence = 5",
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
    execute(db, "PRAGMA user_version = 1");
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
        TEST(test_the_export_is_one_object_a_line),
        TEST(test_an_export_to_a_full_disk_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
