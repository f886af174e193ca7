#include "tests/ledger/contract.h"
#include "forms/ledger/row.h"
#include "tests/ledger/place.h"
#include "tests/lib/case_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

static const struct contract *contract;

void contract_of(const struct contract *with)
{
    contract = with;
}

struct ledger *contract_open(void)
{
    struct ledger *l;

    assert_int_equal(contract->open(&l), LEDGER_OK);
    return l;
}

void contract_append(struct ledger *l, struct case_file *file, struct case_change change)
{
    struct ledger_origin origin = sample_origin("w1");

    assert_int_equal(ledger_append(l, &origin, file, &change), LEDGER_OK);
}

void contract_write_long(struct ledger *l, struct case_file *file)
{
    memset(file, 0, sizeof *file);
    contract_append(l, file, sample_opened(100, "change"));
    contract_append(l, file, sample_judged(101, "change", "ask-office"));
    contract_append(l, file, sample_decided(102));
    contract_append(l, file, sample_planned(103, CASE_CHANGE, 1));
    contract_append(l, file, sample_step(104, CASE_STEP_INTENDED));
    contract_append(l, file, sample_step(105, CASE_STEP_NOT_DONE));
    contract_append(l, file, sample_step(106, CASE_STEP_INTENDED));
    contract_append(l, file, sample_step(107, CASE_STEP_UNKNOWN));
    contract_append(l, file, sample_step(108, CASE_PROOF_INTENDED));
    contract_append(l, file, sample_step(109, CASE_STEP_UNKNOWN));
    contract_append(l, file, sample_reason(110, CASE_PUT_ASIDE, CASE_REASON_NEEDS_RESET));
    contract_append(l, file, sample_reason(111, CASE_RESUMED, CASE_REASON_NONE));
    contract_append(l, file, sample_step(112, CASE_SETTLED_DONE));
}

void contract_write_short(struct ledger *l, struct case_file *file)
{
    memset(file, 0, sizeof *file);
    contract_append(l, file, sample_opened(200, "reset"));
    contract_append(l, file, sample_judged(201, "reset", "accept"));
}

/* --- what is written is what is read --- */

void test_a_case_is_read_back_as_it_was(void **state)
{
    struct ledger *l = contract_open();
    struct case_file written, read;

    (void)state;
    contract_write_long(l, &written);
    ledger_close(&l);
    l = contract_open();
    assert_int_equal(ledger_read_case(l, written.id, &read), LEDGER_OK);
    assert_memory_equal(&read, &written, sizeof read);
    assert_string_equal(read.id, "w1-000001");
    assert_int_equal(ledger_read_case(l, "w1-000002", &read), LEDGER_NO_CASE);
    ledger_close(&l);
}

void test_the_list_has_what_is_not_finished(void **state)
{
    struct ledger *l = contract_open();
    struct case_file first, second;
    struct ledger_entry entries[2];
    size_t count;

    (void)state;
    contract_write_long(l, &first);
    contract_write_short(l, &second);
    assert_int_equal(ledger_list(l, 1u << CASE_JUDGED | 1u << CASE_PLANNED, entries, 1, &count),
                     LEDGER_OK);
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].id, first.id);
    assert_int_equal(entries[0].state, CASE_PLANNED);
    assert_int_equal(entries[0].at, 112);
    assert_string_equal(entries[0].window, "w1");
    contract_append(l, &first, sample_reason(300, CASE_FINISHED, CASE_REASON_NONE));
    contract_append(l, &second, sample_reason(301, CASE_GIVEN_UP, CASE_REASON_RESIDENT));
    assert_int_equal(ledger_list(l, ~0u, entries, 2, &count), LEDGER_OK);
    assert_int_equal(count, 0);
    ledger_close(&l);
}

void test_an_impossible_event_is_not_recorded(void **state)
{
    struct ledger *l = contract_open();
    struct ledger_origin origin = sample_origin("w1");
    struct case_change change = sample_planned(1, CASE_RESET, 1);
    struct case_file file;
    struct ledger_end end;

    (void)state;
    contract_write_short(l, &file);
    change.with.plan.steps[0].pin = 0;
    assert_int_equal(ledger_append(l, &origin, &file, &change), LEDGER_IMPOSSIBLE);
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 2);
    ledger_close(&l);
}

/* --- rows that another program sealed --- */

static void unheard_event(struct ledger_row *row)
{
    strcpy(row->event, "unheard");
}

static void another_state(struct ledger_row *row)
{
    strcpy(row->state, "done");
}

static void no_visit(struct ledger_row *row)
{
    row->visit = 0;
}

static void unheard_list(struct ledger_row *row)
{
    strcpy(row->items[0].list, "unheard");
}

static void a_ninth_pin(struct ledger_row *row)
{
    row->pins = 1 << 8;
}

static void unheard_step(struct ledger_row *row)
{
    strcpy(row->items[0].text, "unheard");
}

static void step_of_no_pin(struct ledger_row *row)
{
    row->items[0].pin = 99;
}

static void too_many_steps(struct ledger_row *row)
{
    row->item_count = CASE_STEPS + 1;
    for (unsigned i = 1; i < row->item_count; i++)
        row->items[i] = row->items[0];
}

static void no_card(struct ledger_row *row)
{
    *row->serial = '\0';
}

static void outcome_of_no_step(struct ledger_row *row)
{
    row->step = CASE_STEPS;
}

static void half_a_byte(struct ledger_row *row)
{
    strcpy(row->paper, "308");
}

static void paper_of_no_digits(struct ledger_row *row)
{
    strcpy(row->paper, "30x2");
}

static void unheard_reason(struct ledger_row *row)
{
    strcpy(row->reason, "unheard");
}

/* The events of a reset one after the other; `alter` changes that of `at`, and is then what the case
 * ends with. */
static int64_t forge(struct ledger *l, unsigned at, void (*alter)(struct ledger_row *row),
                     struct case_file *file)
{
    const struct ledger_origin origin = sample_origin("w1");
    const struct case_change events[] = {
        sample_opened(200, "reset"),
        sample_judged(201, "reset", "accept"),
        sample_planned(202, CASE_RESET, 1),
        sample_step(203, CASE_STEP_INTENDED),
        sample_step(204, CASE_STEP_NOT_DONE),
        sample_reason(205, CASE_PUT_ASIDE, CASE_REASON_CLERK),
    };
    struct case_file after;
    struct ledger_row row;

    *file = (struct case_file){0};
    for (unsigned i = 0; i < at; i++)
        contract_append(l, file, events[i]);
    after = *file;
    assert_true(case_apply(&after, &events[at]));
    row_from_change(&row, &origin, &after, file->last_event, &events[at]);
    alter(&row);
    assert_int_equal(l->ops->append(l, &row), LEDGER_OK);
    strcpy(file->id, row.case_id);
    return row.sequence;
}

/* Sealed and in the chain, and yet no life of a case: not read as one. */
void test_a_sealed_row_that_no_case_allows(void **state)
{
    enum { OPENED, JUDGED, PLANNED, INTENDED, NOT_DONE, PUT_ASIDE };
    static const struct {
        unsigned at;
        void (*alter)(struct ledger_row *row);
    } forgeries[] = {
        {OPENED, no_visit},        {OPENED, unheard_event},      {JUDGED, unheard_list},
        {JUDGED, a_ninth_pin},     {JUDGED, another_state},      {PLANNED, unheard_event},
        {PLANNED, unheard_list},   {PLANNED, unheard_step},      {PLANNED, step_of_no_pin},
        {PLANNED, too_many_steps}, {PLANNED, no_card},           {INTENDED, outcome_of_no_step},
        {NOT_DONE, half_a_byte},   {NOT_DONE, paper_of_no_digits}, {PUT_ASIDE, unheard_reason},
    };
    struct ledger *l = contract_open();
    struct ledger_end end;

    (void)state;
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        struct case_file forged, read;
        int64_t at = forge(l, forgeries[i].at, forgeries[i].alter, &forged);
        enum ledger_fault fault = ledger_read_case(l, forged.id, &read);

        if (fault != LEDGER_DAMAGED || l->error.damaged_at != at || read.state != CASE_NONE)
            fail_msg("forgery %zu: fault %d at %lld", i, fault, (long long)l->error.damaged_at);
    }
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    ledger_close(&l);
}

/* --- several writers --- */

void test_two_windows_cannot_write_the_same_case(void **state)
{
    struct ledger *here = contract_open(), *there = contract_open();
    struct ledger_origin origin = sample_origin("w2");
    struct case_change change = sample_reason(300, CASE_PUT_ASIDE, CASE_REASON_CLERK);
    struct case_file ours, theirs;

    (void)state;
    contract_write_short(here, &ours);
    assert_int_equal(ledger_read_case(there, ours.id, &theirs), LEDGER_OK);
    contract_append(here, &ours, sample_planned(250, CASE_RESET, 1));
    assert_int_equal(ledger_append(there, &origin, &theirs, &change), LEDGER_CONFLICT);
    assert_int_equal(theirs.state, CASE_JUDGED);
    assert_int_equal(ledger_read_case(there, ours.id, &theirs), LEDGER_OK);
    assert_int_equal(ledger_append(there, &origin, &theirs, &change), LEDGER_OK);
    ledger_close(&here);
    ledger_close(&there);
}

enum { WRITERS = 2, CASES_EACH = 60 };

/* In a child: opening too is done by all at once. */
static int write_cases(int writer)
{
    char window[8];
    struct ledger_origin origin;
    struct ledger *l;

    snprintf(window, sizeof window, "w%d", writer);
    origin = sample_origin(window);
    if (contract->open(&l) != LEDGER_OK)
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

void test_two_writers_at_once(void **state)
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
        assert_int_equal(place_wait_for(children[i]), 0);
    l = contract_open();
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    assert_int_equal(end.sequence, 2 * WRITERS * CASES_EACH);
    assert_int_equal(ledger_list(l, 1u << CASE_JUDGED, NULL, 0, &count), LEDGER_OK);
    assert_int_equal(count, WRITERS * CASES_EACH);
    ledger_close(&l);
}

/* --- tampering --- */

void contract_keep(void)
{
    contract->run("CREATE TEMP TABLE kept_event AS SELECT * FROM ledger_event;"
                  "CREATE TEMP TABLE kept_item AS SELECT * FROM ledger_item");
}

void contract_expect_found(const char *sql, int64_t damaged_at)
{
    struct ledger *l = contract_open();
    struct ledger_end end;
    enum ledger_fault fault;

    contract->run(sql);
    fault = ledger_verify(l, &end);
    if (fault != LEDGER_DAMAGED || (damaged_at && l->error.damaged_at != damaged_at))
        fail_msg("%s: fault %d at %lld", sql, fault, (long long)l->error.damaged_at);
    contract->run("DELETE FROM ledger_event; INSERT INTO ledger_event SELECT * FROM kept_event;"
                  "DELETE FROM ledger_item; INSERT INTO ledger_item SELECT * FROM kept_item");
    assert_int_equal(ledger_verify(l, &end), LEDGER_OK);
    ledger_close(&l);
}

void test_changed_lists_and_missing_rows_are_found(void **state)
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
    struct ledger *l = contract_open();
    struct case_file file;

    (void)state;
    contract_write_long(l, &file);
    ledger_close(&l);
    contract_keep();
    for (size_t i = 0; i < sizeof tampering / sizeof *tampering; i++)
        contract_expect_found(tampering[i], 0);
}

/* --- export --- */

void test_the_export_is_one_object_a_line(void **state)
{
    struct ledger *l = contract_open();
    struct case_file file;
    struct ledger_end end;
    char *text, *line, *rest;
    size_t size;
    int lines = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    contract_write_long(l, &file);
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

