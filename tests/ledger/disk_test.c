/* The ledger on real disks and with real processes: full, read-only, limited; killed
 * and waiting writers. */
#include "forms/ledger/ledger.h"
#include "tests/ledger/place.h"
#include "tests/lib/case_samples.h"

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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

static void execute(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* In a child: appends until the ledger refuses; the fault, or 99 when it never does. `done` counts.
 */
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
    if (place_open_sqlite(&l) != LEDGER_OK || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 90;
    fault = append_until_refused(l, &done);
    if (!has_exactly(l, done))
        return 91;
    limit.rlim_cur = RLIM_INFINITY;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || append_until_refused(l, &done) != 99 ||
        !has_exactly(l, done))
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
    assert_int_equal(place_wait_for(child), LEDGER_FULL);
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
           mount("none", place_folder, "tmpfs", MS_NOSUID, options) == 0;
}

static bool put_ballast(void)
{
    char name[128], block[4096] = {0};
    int fd;

    snprintf(name, sizeof name, "%s/ballast", place_folder);
    fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 0; fd >= 0 && i < 16; i++)
        if (write(fd, block, sizeof block) < 0)
            return false;
    return fd >= 0 && close(fd) == 0;
}

static bool drop_ballast(void)
{
    char name[128];

    snprintf(name, sizeof name, "%s/ballast", place_folder);
    return unlink(name) == 0;
}

static int run_out_of_disk(void)
{
    struct ledger *l;
    int64_t done = 0, more;
    int fault;

    if (!mount_small_disk("size=256k,mode=700"))
        return NO_NAMESPACE;
    if (!put_ballast() || place_open_sqlite(&l) != LEDGER_OK)
        return 90;
    fault = append_until_refused(l, &done);
    if (l->error.native == 0 || done == 0 || !has_exactly(l, done))
        return 91;
    more = done;
    if (!drop_ballast() || append_until_refused(l, &more) != fault || more <= done ||
        !has_exactly(l, more))
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
    fault = put_ballast() ? place_open_sqlite(&l) : LEDGER_OK;
    return (int)fault;
}

static int open_on_a_read_only_disk(void)
{
    struct ledger *l;
    enum ledger_fault fault;

    if (!mount_small_disk("size=1m,mode=700"))
        return NO_NAMESPACE;
    if (place_open_sqlite(&l) != LEDGER_OK)
        return 90;
    ledger_close(&l);
    if (mount("none", place_folder, "tmpfs", MS_REMOUNT | MS_RDONLY | MS_NOSUID, NULL) != 0)
        return NO_NAMESPACE;
    fault = place_open_sqlite(&l);
    return (int)fault;
}

static void expect_in_child(int (*run)(void), enum ledger_fault expected)
{
    pid_t child = fork();
    int result;

    if (child == 0)
        _exit(run());
    result = place_wait_for(child);
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

/* --- killed and waiting writers --- */

/* In a child: tells every sequence that was accepted, for ever. */
static void write_and_tell(int pipe)
{
    struct ledger_origin origin = sample_origin("w1");
    struct ledger *l;

    if (place_open_sqlite(&l) != LEDGER_OK)
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
    assert_int_equal(place_wait_for(child), 128 + SIGKILL);
    return told;
}

static void test_what_was_accepted_survives_kill_9(void **state)
{
    (void)state;
    for (int round = 1; round <= 25; round++) {
        int64_t told = kill_after(round);
        struct ledger *l = place_open();
        struct ledger_end end;

        assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
        assert_true(end.sequence == told || end.sequence == told + 1);
        ledger_close(&l);
    }
}

static void test_a_writer_that_does_not_finish_is_named(void **state)
{
    struct ledger *l = place_open();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_opened(1, "reset");
    struct case_file file = {0};
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(place_path, &db), SQLITE_OK);
    execute(db, "BEGIN IMMEDIATE");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_LOCKED);
    assert_int_equal(file.state, CASE_NONE);
    execute(db, "ROLLBACK");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_OK);
    sqlite3_close(db);
    ledger_close(&l);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, place_make, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_limit_is_a_full_disk),
        TEST(test_a_disk_that_fills_up),
        TEST(test_a_disk_that_is_full_at_the_start),
        TEST(test_a_read_only_disk),
        TEST(test_what_was_accepted_survives_kill_9),
        TEST(test_a_writer_that_does_not_finish_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
