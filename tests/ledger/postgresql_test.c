/* The ledger on a real PostgreSQL cluster of its own: several windows, one chain. */
#include "forms/ledger/ledger.h"
#include "tests/lib/case_samples.h"

#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

#define PROGRAMS "/usr/lib/postgresql/15/bin/"

static char folder[64], data[96], conninfo[160];
static pid_t server;

/* --- a cluster of our own --- */

/* The server refuses to run as root: an ordinary user of no rights does it. */
static bool become_ordinary(void)
{
    const struct passwd *nobody = getpwnam("nobody");

    if (geteuid() != 0)
        return true;
    return nobody && setgroups(0, NULL) == 0 && setgid(nobody->pw_gid) == 0 &&
           setuid(nobody->pw_uid) == 0;
}

static pid_t start(const char *const *arguments)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    if (!become_ordinary() || prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 || chdir(folder) != 0 ||
        !freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
        _exit(126);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static int wait_for(pid_t child)
{
    int status;

    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool answers_in_time(void)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

    for (int i = 0; i < 1500; i++) {
        if (PQping(conninfo) == PQPING_OK)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static bool start_server(void)
{
    const char *const arguments[] = {PROGRAMS "postgres",
                                     "-D",
                                     data,
                                     "-k",
                                     folder,
                                     "-c",
                                     "listen_addresses=",
                                     "-c",
                                     "shared_buffers=8MB",
                                     "-c",
                                     "max_connections=12",
                                     NULL};

    server = start(arguments);
    return server > 0 && answers_in_time();
}

static void stop_server(void)
{
    kill(server, SIGINT);
    wait_for(server);
    server = 0;
}

static int make_cluster(void **state)
{
    const char *const arguments[] = {PROGRAMS "initdb",
                                     "-D",
                                     data,
                                     "-A",
                                     "trust",
                                     "-U",
                                     "postgres",
                                     "-E",
                                     "UTF8",
                                     "--locale=C.UTF-8",
                                     "--no-sync",
                                     "--no-instructions",
                                     NULL};

    (void)state;
    strcpy(folder, "/tmp/ledger-pg-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0777) != 0)
        return -1;
    snprintf(data, sizeof data, "%s/data", folder);
    snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=postgres", folder);
    return wait_for(start(arguments)) == 0 && start_server() ? 0 : -1;
}

static int remove_cluster(void **state)
{
    const char *const arguments[] = {"/bin/rm", "-rf", data, NULL};

    (void)state;
    if (server > 0)
        stop_server();
    wait_for(start(arguments));
    return rmdir(folder);
}

static PGconn *connect_behind_its_back(void)
{
    PGconn *connection = PQconnectdb(conninfo);

    assert_int_equal(PQstatus(connection), CONNECTION_OK);
    return connection;
}

static void execute(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);

    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
}

static int drop_tables(void **state)
{
    PGconn *connection = connect_behind_its_back();

    (void)state;
    execute(connection, "SET client_min_messages = error;"
                        "DROP TABLE IF EXISTS ledger_event, ledger_item, ledger_version");
    PQfinish(connection);
    return 0;
}

/* --- tests --- */

static struct ledger *open_ledger(void)
{
    struct ledger *l;

    assert_int_equal(ledger_open_postgresql(&l, conninfo, NULL), LEDGER_OK);
    return l;
}

static void append(struct ledger *l, struct case_file *file, struct case_change change)
{
    struct ledger_origin origin = sample_origin("w1");

    assert_int_equal(ledger_append(l, &origin, file, &change), LEDGER_OK);
}

static void write_case(struct ledger *l, struct case_file *file)
{
    memset(file, 0, sizeof *file);
    append(l, file, sample_opened(100, "change"));
    append(l, file, sample_judged(101, "change", "ask-office"));
    append(l, file, sample_decided(102));
    append(l, file, sample_planned(103, CASE_CHANGE, 1));
    append(l, file, sample_step(104, CASE_STEP_INTENDED));
    append(l, file, sample_step(105, CASE_STEP_UNKNOWN));
    append(l, file, sample_reason(106, CASE_PUT_ASIDE, CASE_REASON_NEEDS_RESET));
}

static void test_a_case_is_read_back_as_it_was(void **state)
{
    struct ledger *l = open_ledger();
    struct case_file written, read;
    struct ledger_entry entry;
    size_t count;

    (void)state;
    write_case(l, &written);
    ledger_close(&l);
    l = open_ledger();
    assert_int_equal(ledger_read_case(l, written.id, &read), LEDGER_OK);
    assert_memory_equal(&read, &written, sizeof read);
    assert_int_equal(ledger_read_case(l, "w1-000002", &read), LEDGER_NO_CASE);
    assert_int_equal(ledger_list(l, 1u << CASE_PARKED, &entry, 1, &count), LEDGER_OK);
    assert_int_equal(count, 1);
    assert_string_equal(entry.id, written.id);
    ledger_close(&l);
}

static void test_two_windows_cannot_write_the_same_case(void **state)
{
    struct ledger *here = open_ledger(), *there = open_ledger();
    struct ledger_origin origin = sample_origin("w2");
    struct case_change resumed = sample_reason(300, CASE_RESUMED, CASE_REASON_NONE);
    struct case_file ours, theirs;

    (void)state;
    write_case(here, &ours);
    assert_int_equal(ledger_read_case(there, ours.id, &theirs), LEDGER_OK);
    append(here, &ours, resumed);
    assert_int_equal(ledger_append(there, &origin, &theirs, &resumed), LEDGER_CONFLICT);
    assert_int_equal(theirs.state, CASE_PARKED);
    ledger_close(&here);
    ledger_close(&there);
}

enum { WRITERS = 2, CASES_EACH = 40, EVENTS_A_CASE = 7 };

/* In a child: opening too is done by both at once. */
static int write_cases(int window)
{
    char name[8];
    struct ledger *l;
    struct ledger_origin origin;

    snprintf(name, sizeof name, "w%d", window);
    origin = sample_origin(name);
    if (ledger_open_postgresql(&l, conninfo, NULL) != LEDGER_OK)
        return 1;
    for (int i = 0; i < CASES_EACH; i++) {
        struct case_file file = {0};
        struct case_change opened = sample_opened(i, "reset"),
                           judged = sample_judged(i, "reset", "accept");

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
            _exit(write_cases(i));
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

static void test_a_walk_over_many_rows_misses_none(void **state)
{
    struct ledger *l = open_ledger();
    struct ledger_end end;
    struct case_file file;

    (void)state;
    for (int i = 0; i < 90; i++)
        write_case(l, &file);
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 90 * EVENTS_A_CASE);
    ledger_close(&l);
}

static void test_tampering_is_found(void **state)
{
    static const char *const tampering[] = {
        "UPDATE ledger_event SET code = 0 WHERE sequence = 6",
        "UPDATE ledger_event SET who = 'somebody' WHERE sequence = 6",
        "UPDATE ledger_event SET at = NULL WHERE sequence = 6",
        "UPDATE ledger_item SET text = 'resident:passport' WHERE text = 'resident:drivers-licence'",
        "INSERT INTO ledger_item VALUES (9999, 0, 'fact', 'ward=yes', '', 0, 0, 0)",
        "DELETE FROM ledger_event WHERE sequence = 2",
    };
    PGconn *connection = connect_behind_its_back();
    struct ledger *l = open_ledger();
    struct ledger_end end;
    struct case_file file;

    (void)state;
    write_case(l, &file);
    execute(connection, "CREATE TEMP TABLE kept_event AS SELECT * FROM ledger_event;"
                        "CREATE TEMP TABLE kept_item AS SELECT * FROM ledger_item");
    for (size_t i = 0; i < sizeof tampering / sizeof *tampering; i++) {
        execute(connection, tampering[i]);
        if (ledger_verify(l, &end) != LEDGER_DAMAGED)
            fail_msg("%s", tampering[i]);
        execute(connection,
                "DELETE FROM ledger_event; INSERT INTO ledger_event SELECT * FROM kept_event;"
                "DELETE FROM ledger_item; INSERT INTO ledger_item SELECT * FROM kept_item");
        assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    }
    ledger_close(&l);
    PQfinish(connection);
}

static void test_a_writer_that_does_not_finish_is_named(void **state)
{
    PGconn *connection = connect_behind_its_back();
    struct ledger *l = open_ledger();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_opened(1, "reset");
    struct case_file file = {0};

    (void)state;
    execute(connection, "BEGIN; LOCK TABLE ledger_event IN EXCLUSIVE MODE");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_LOCKED);
    assert_string_equal(l->error.sqlstate, "55P03");
    execute(connection, "ROLLBACK");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_OK);
    ledger_close(&l);
    PQfinish(connection);
}

static void test_rights_and_versions(void **state)
{
    PGconn *connection = connect_behind_its_back();
    struct ledger *l = open_ledger();
    char other[256];

    (void)state;
    ledger_close(&l);
    execute(connection, "CREATE ROLE visitor LOGIN");
    snprintf(other, sizeof other, "host=%s user=visitor dbname=postgres", folder);
    assert_int_equal(ledger_open_postgresql(&l, other, NULL), LEDGER_NOT_ALLOWED);
    snprintf(other, sizeof other, "%s options='-c default_transaction_read_only=on'", conninfo);
    assert_int_equal(ledger_open_postgresql(&l, other, NULL), LEDGER_OK);
    {
        struct ledger_origin origin = sample_origin("w1");
        struct case_change change = sample_opened(1, "reset");
        struct case_file file = {0};

        assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_READ_ONLY);
    }
    ledger_close(&l);
    execute(connection, "UPDATE ledger_version SET version = version + 1");
    assert_int_equal(ledger_open_postgresql(&l, conninfo, NULL), LEDGER_WRONG_VERSION);
    execute(connection, "DROP TABLE ledger_version");
    assert_int_equal(ledger_open_postgresql(&l, conninfo, NULL), LEDGER_NOT_A_LEDGER);
    PQfinish(connection);
}

static void test_a_server_that_went_away_is_found_again(void **state)
{
    struct ledger *l = open_ledger();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_opened(1, "reset");
    struct case_file file = {0};
    struct ledger *second;
    struct ledger_end end;

    (void)state;
    stop_server();
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_UNREACHABLE);
    assert_int_equal(ledger_open_postgresql(&second, conninfo, NULL), LEDGER_UNREACHABLE);
    assert_true(start_server());
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_OK);
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 1);
    ledger_close(&l);
}

#define TEST(function) cmocka_unit_test_teardown(function, drop_tables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_case_is_read_back_as_it_was),
        TEST(test_two_windows_cannot_write_the_same_case),
        TEST(test_two_writers_at_once),
        TEST(test_a_walk_over_many_rows_misses_none),
        TEST(test_tampering_is_found),
        TEST(test_a_writer_that_does_not_finish_is_named),
        TEST(test_rights_and_versions),
        TEST(test_a_server_that_went_away_is_found_again),
    };

    return cmocka_run_group_tests(tests, make_cluster, remove_cluster);
}
