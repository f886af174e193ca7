/* Memory runs out inside SQLite and OpenSSL, at every allocation in turn: that is what is said, never
 * that the record is damaged, and the record is as the answers had it. */
#include "tests/ledger/contract.h"
#include "tests/ledger/place.h"
#include "tests/lib/case_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

/* The allocation that fails, counted down; 0: none. `stays`: all after it fail too. */
static long countdown;
static bool fired, stays;

static bool fails(void)
{
    if (fired && stays)
        return true;
    if (countdown == 0 || --countdown != 0)
        return false;
    return fired = true;
}

static void *openssl_allocate(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return fails() ? NULL : malloc(size);
}

static void *openssl_resize(void *at, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return fails() ? NULL : realloc(at, size);
}

static void openssl_free(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    free(at);
}

static sqlite3_mem_methods usual;

static void *sqlite_allocate(int size)
{
    return fails() ? NULL : usual.xMalloc(size);
}

static void *sqlite_resize(void *at, int size)
{
    return fails() ? NULL : usual.xRealloc(at, size);
}

static void take_over_memory(void)
{
    sqlite3_mem_methods ours;

    assert_int_equal(CRYPTO_set_mem_functions(openssl_allocate, openssl_resize, openssl_free), 1);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual), SQLITE_OK);
    ours = usual;
    ours.xMalloc = sqlite_allocate;
    ours.xRealloc = sqlite_resize;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
}

/* --- one visit to the ledger --- */

static enum ledger_fault put_aside(struct ledger *l, const char *id, bool *recorded)
{
    const struct ledger_origin origin = sample_origin("w1");
    const struct case_change change = sample_reason(300, CASE_PUT_ASIDE, CASE_REASON_CLERK);
    struct case_file file;
    enum ledger_fault fault = ledger_read_case(l, id, &file);

    if (fault == LEDGER_OK)
        fault = ledger_append(l, &origin, &file, &change);
    *recorded = fault == LEDGER_OK;
    return fault;
}

static enum ledger_fault visit(const char *id, bool *recorded)
{
    struct ledger *l;
    struct ledger_end end;
    size_t count;
    enum ledger_fault fault = place_open_sqlite(&l);

    *recorded = false;
    if (fault != LEDGER_OK)
        return fault;
    fault = put_aside(l, id, recorded);
    if (fault == LEDGER_OK)
        fault = ledger_list(l, 1u << CASE_PARKED, NULL, 0, &count);
    if (fault == LEDGER_OK)
        fault = ledger_verify(l, &end);
    ledger_close(&l);
    return fault;
}

/* What the visit said is what is there. */
static void expect_as_said(const char *id, bool recorded)
{
    struct ledger *l = contract_open();
    struct case_file file;
    struct ledger_end end;

    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(ledger_read_case(l, id, &file), LEDGER_OK);
    assert_int_equal(file.state, recorded ? CASE_PARKED : CASE_JUDGED);
    assert_int_equal(end.sequence, file.last_event);
    ledger_close(&l);
}

/* The ledger that every visit finds. */
static char as_found[1 << 16];
static size_t found_size;

static void keep_file(void)
{
    FILE *file = fopen(place_path, "re");

    assert_non_null(file);
    found_size = fread(as_found, 1, sizeof as_found, file);
    assert_true(found_size < sizeof as_found);
    fclose(file);
}

static void put_file_back(void)
{
    FILE *file = fopen(place_path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(as_found, 1, found_size, file), found_size);
    assert_int_equal(fclose(file), 0);
}

/* False: there is no such allocation. */
static bool fail_at(long nth, const char *id)
{
    enum ledger_fault fault;
    bool recorded, was_reached;

    put_file_back();
    fired = false;
    countdown = nth;
    fault = visit(id, &recorded);
    was_reached = fired;
    countdown = 0;
    fired = false;
    if (fault != LEDGER_NO_MEMORY && fault != LEDGER_OK)
        fail_msg("allocation %ld: fault %d", nth, fault);
    expect_as_said(id, recorded);
    return was_reached;
}

static void fail_each(bool ever_after, long stride)
{
    struct ledger *l = contract_open();
    struct case_file file;
    long nth = 1;

    contract_write_short(l, &file);
    ledger_close(&l);
    keep_file();
    stays = ever_after;
    while (fail_at(nth, file.id))
        nth += stride;
    printf("# of %ld allocations\n", nth - 1);
    assert_true(nth > 100);
}

static void test_memory_runs_out_once(void **state)
{
    (void)state;
    fail_each(false, 1);
}

static void test_memory_runs_out_for_good(void **state)
{
    (void)state;
    fail_each(true, 5);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, place_make, place_remove)

int main(void)
{
    static const struct contract contract = {.open = place_open_sqlite};
    const struct CMUnitTest tests[] = {
        TEST(test_memory_runs_out_once),
        TEST(test_memory_runs_out_for_good),
    };

    take_over_memory();
    contract_of(&contract);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
