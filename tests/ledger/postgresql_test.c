/* The ledger on a real PostgreSQL cluster of its own: several windows, one chain. */
#include "forms/ledger/ledger.h"
#include "tests/ledger/contract.h"
#include "tests/lib/case_samples.h"
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

static struct cluster cluster;

static int make_cluster(void **state)
{
    (void)state;
    return cluster_open(&cluster) ? 0 : -1;
}

static int remove_cluster(void **state)
{
    (void)state;
    cluster_close(&cluster);
    return access(cluster.folder, F_OK) == 0 ? -1 : 0;
}

static PGconn *connect_behind_its_back(void)
{
    PGconn *connection = PQconnectdb(cluster.conninfo);

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

static PGconn *behind; /* its back, for one test */

static void run(const char *sql)
{
    if (!behind)
        behind = connect_behind_its_back();
    execute(behind, sql);
}

static int drop_tables(void **state)
{
    (void)state;
    run("SET client_min_messages = error;"
        "DROP TABLE IF EXISTS ledger_event, ledger_item, ledger_version");
    PQfinish(behind);
    behind = NULL;
    return 0;
}

static enum ledger_fault open_postgresql(struct ledger **l)
{
    return ledger_open_postgresql(l, cluster.conninfo, NULL);
}

/* --- tests --- */

static void test_a_walk_over_many_rows_misses_none(void **state)
{
    struct ledger *l = contract_open();
    struct ledger_end end;
    struct case_file file;

    (void)state;
    for (int i = 0; i < 90; i++)
        contract_write_long(l, &file);
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 90 * CONTRACT_EVENTS);
    ledger_close(&l);
}

/* What is not there where something must be. */
static void test_tampering_is_found(void **state)
{
    struct ledger *l = contract_open();
    struct case_file file;

    (void)state;
    contract_write_long(l, &file);
    ledger_close(&l);
    contract_keep();
    contract_expect_found("UPDATE ledger_event SET code = 0 WHERE sequence = 6", 6);
    contract_expect_found("UPDATE ledger_event SET who = 'somebody' WHERE sequence = 6", 6);
    contract_expect_found("UPDATE ledger_event SET at = NULL WHERE sequence = 6", 6);
    contract_expect_found("UPDATE ledger_event SET seal = 'short' WHERE sequence = 13", 13);
}

static void test_a_writer_that_does_not_finish_is_named(void **state)
{
    struct ledger *l = contract_open();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_opened(1, "reset");
    struct case_file file = {0};

    (void)state;
    run("BEGIN; LOCK TABLE ledger_event IN EXCLUSIVE MODE");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_LOCKED);
    assert_string_equal(l->error.sqlstate, "55P03");
    run("ROLLBACK");
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_OK);
    ledger_close(&l);
}

static void test_rights_and_versions(void **state)
{
    struct ledger *l = contract_open();
    char other[256];

    (void)state;
    ledger_close(&l);
    run("CREATE ROLE visitor LOGIN");
    snprintf(other, sizeof other, "host=%s user=visitor dbname=postgres", cluster.folder);
    assert_int_equal(ledger_open_postgresql(&l, other, NULL), LEDGER_NOT_ALLOWED);
    snprintf(other, sizeof other, "%s options='-c default_transaction_read_only=on'", cluster.conninfo);
    assert_int_equal(ledger_open_postgresql(&l, other, NULL), LEDGER_OK);
    {
        struct ledger_origin origin = sample_origin("w1");
        struct case_change change = sample_opened(1, "reset");
        struct case_file file = {0};

        assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_READ_ONLY);
    }
    ledger_close(&l);
    run("UPDATE ledger_version SET version = version + 1");
    assert_int_equal(ledger_open_postgresql(&l, cluster.conninfo, NULL), LEDGER_WRONG_VERSION);
    run("DROP TABLE ledger_version");
    assert_int_equal(ledger_open_postgresql(&l, cluster.conninfo, NULL), LEDGER_NOT_A_LEDGER);
}

static void test_a_server_that_went_away_is_found_again(void **state)
{
    struct ledger *l = contract_open();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_opened(1, "reset");
    struct case_file file = {0};
    struct ledger *second;
    struct ledger_end end;

    (void)state;
    cluster_stop(&cluster);
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_UNREACHABLE);
    assert_int_equal(ledger_open_postgresql(&second, cluster.conninfo, NULL), LEDGER_UNREACHABLE);
    assert_true(cluster_start(&cluster));
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_OK);
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 1);
    ledger_close(&l);
}

#define TEST(function) cmocka_unit_test_teardown(function, drop_tables)

int main(void)
{
    static const struct contract contract = {.open = open_postgresql, .run = run};
    const struct CMUnitTest tests[] = {
        CONTRACT(TEST),
        TEST(test_a_walk_over_many_rows_misses_none),
        TEST(test_tampering_is_found),
        TEST(test_a_writer_that_does_not_finish_is_named),
        TEST(test_rights_and_versions),
        TEST(test_a_server_that_went_away_is_found_again),
    };

    contract_of(&contract);
    return cmocka_run_group_tests(tests, make_cluster, remove_cluster);
}
