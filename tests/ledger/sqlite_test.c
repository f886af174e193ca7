/* The ledger on real SQLite: what is written is read back, what is tampered with is found, and
 * every file that is not a sound ledger has its own name. */
#include "forms/ledger/ledger.h"
#include "forms/ledger/row.h"
#include "tests/ledger/contract.h"
#include "tests/ledger/place.h"

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
#include <sqlite3.h>

static enum ledger_fault open_fault(struct ledger_error *why)
{
    struct ledger *l;
    enum ledger_fault fault = ledger_open_sqlite(&l, place_path, why);

    if (fault == LEDGER_OK)
        ledger_close(&l);
    else
        assert_null(l);
    return fault;
}

/* --- tampering --- */

static sqlite3 *behind; /* its back */

static void run(const char *sql)
{
    if (!behind)
        assert_int_equal(sqlite3_open(place_path, &behind), SQLITE_OK);
    if (sqlite3_exec(behind, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(behind));
}

static int let_go(void **state)
{
    sqlite3_close(behind);
    behind = NULL;
    return place_remove(state);
}

static void test_any_changed_column_of_any_row_is_found(void **state)
{
    struct ledger *l = contract_open();
    struct case_file file;
    char sql[256];

    (void)state;
    contract_write_long(l, &file);
    ledger_close(&l);
    contract_keep();
    for (int row = 1; row <= file.last_event; row++)
        for (unsigned i = 1; i < ledger_column_count; i++) {
            const char *value = ledger_columns[i].type == LEDGER_TEXT ? "|| 'x'" : "+ 1";
            const char *empty = ledger_columns[i].type == LEDGER_TEXT ? "''" : "0";

            snprintf(sql, sizeof sql,
                     "UPDATE ledger_event SET %s = coalesce(%s %s, %s) WHERE sequence = %d",
                     ledger_columns[i].name, ledger_columns[i].name, value, empty, row);
            contract_expect_found(sql, row);
        }
}

static void test_a_damaged_case_is_not_read_and_the_ledger_not_opened(void **state)
{
    struct ledger *l = contract_open();
    struct ledger_error why;
    struct case_file file, read;

    (void)state;
    contract_write_long(l, &file);
    run("UPDATE ledger_event SET code = 0 WHERE sequence = 8");
    assert_int_equal(ledger_read_case(l, file.id, &read), LEDGER_DAMAGED);
    assert_int_equal(l->error.damaged_at, 8);
    assert_int_equal(read.state, CASE_NONE);
    ledger_close(&l);
    assert_int_equal(open_fault(&why), LEDGER_DAMAGED);
    assert_int_equal(why.damaged_at, 8);
}

/* --- files that are not what they should be --- */

static void write_file(const char *text, size_t length, mode_t mode)
{
    int fd = open(place_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void test_the_file_is_the_users_own(void **state)
{
    struct ledger *l = contract_open();
    struct stat file;

    (void)state;
    assert_int_equal(stat(place_path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    ledger_close(&l);
    assert_int_equal(chmod(place_path, 0640), 0);
    assert_int_equal(open_fault(NULL), LEDGER_OPEN_TO_OTHERS);
    assert_int_equal(chmod(place_path, 0602), 0);
    assert_int_equal(open_fault(NULL), LEDGER_OPEN_TO_OTHERS);
    assert_int_equal(chmod(place_path, 0400), 0);
    assert_int_equal(open_fault(NULL), LEDGER_READ_ONLY);
}

static void test_other_files_are_refused_and_left_alone(void **state)
{
    char garbage[4096], after[4096];
    int fd;

    (void)state;
    memset(garbage, 'x', sizeof garbage);
    write_file(garbage, sizeof garbage, 0600);
    assert_int_equal(open_fault(NULL), LEDGER_NOT_A_LEDGER);
    fd = open(place_path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, after, sizeof after), sizeof after);
    close(fd);
    assert_memory_equal(after, garbage, sizeof after);

    unlink(place_path);
    run("CREATE TABLE other (x)");
    assert_int_equal(chmod(place_path, 0600), 0);
    assert_int_equal(open_fault(NULL), LEDGER_NOT_A_LEDGER);
}

static void test_another_version_is_refused(void **state)
{
    struct ledger *l = contract_open();

    (void)state;
    ledger_close(&l);
    run("PRAGMA user_version = 1");
    assert_int_equal(open_fault(NULL), LEDGER_WRONG_VERSION);
}

static void test_a_missing_folder_has_its_own_name(void **state)
{
    struct ledger_error why;

    (void)state;
    strcat(place_path, "/deeper.db");
    assert_int_equal(open_fault(&why), LEDGER_NO_PLACE);
    assert_int_equal(why.system, ENOENT);
}

static void test_a_broken_page_in_the_middle_is_refused(void **state)
{
    char zeros[4096] = {0};
    struct ledger *l = contract_open();
    struct case_file file;
    struct stat size;
    int fd;

    (void)state;
    for (int i = 0; i < 20; i++)
        contract_write_long(l, &file);
    ledger_close(&l);
    assert_int_equal(stat(place_path, &size), 0);
    fd = open(place_path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, size.st_size / 2 / 4096 * 4096), sizeof zeros);
    close(fd);
    assert_int_equal(open_fault(NULL), LEDGER_DAMAGED);
}

/* --- export --- */

static void test_an_export_to_a_full_disk_says_so(void **state)
{
    struct ledger *l = contract_open();
    FILE *out = fopen("/dev/full", "w");
    struct case_file file;
    struct ledger_end end;

    (void)state;
    assert_non_null(out);
    contract_write_long(l, &file);
    assert_int_equal(ledger_export(l, out, &end), LEDGER_FULL);
    assert_int_equal(l->error.system, ENOSPC);
    fclose(out);
    ledger_close(&l);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, place_make, let_go)

int main(void)
{
    static const struct contract contract = {.open = place_open_sqlite, .run = run};
    const struct CMUnitTest tests[] = {
        CONTRACT(TEST),
        TEST(test_any_changed_column_of_any_row_is_found),
        TEST(test_a_damaged_case_is_not_read_and_the_ledger_not_opened),
        TEST(test_the_file_is_the_users_own),
        TEST(test_other_files_are_refused_and_left_alone),
        TEST(test_another_version_is_refused),
        TEST(test_a_missing_folder_has_its_own_name),
        TEST(test_a_broken_page_in_the_middle_is_refused),
        TEST(test_an_export_to_a_full_disk_says_so),
    };

    contract_of(&contract);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
