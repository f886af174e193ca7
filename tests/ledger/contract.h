/*
 * What holds of every store, as tests: the program of a store says how it is opened and how a statement
 * is run behind its back, and lists those below among its own.
 */
#ifndef TESTS_LEDGER_CONTRACT_H
#define TESTS_LEDGER_CONTRACT_H

#include "forms/ledger/ledger.h"

struct contract {
    enum ledger_fault (*open)(struct ledger **l);
    /* On one connection of its own, the same for a whole test; fails the test where it can't. */
    void (*run)(const char *sql);
};

/* Before the first test. */
void contract_of(const struct contract *with);

struct ledger *contract_open(void);
void contract_append(struct ledger *l, struct case_file *file, struct case_change change);
/* A case with every kind of event but the ends: CONTRACT_EVENTS of them. */
void contract_write_long(struct ledger *l, struct case_file *file);
/* Two events. */
void contract_write_short(struct ledger *l, struct case_file *file);
/* Runs a statement that tampers with what is recorded, expects it to be found there (0: anywhere), and
 * undoes it; the first call keeps what is there. */
void contract_expect_found(const char *sql, int64_t damaged_at);
void contract_keep(void);

enum { CONTRACT_EVENTS = 13 };

void test_a_case_is_read_back_as_it_was(void **state);
void test_the_list_has_what_is_not_finished(void **state);
void test_an_impossible_event_is_not_recorded(void **state);
void test_a_sealed_row_that_no_case_allows(void **state);
void test_two_windows_cannot_write_the_same_case(void **state);
void test_two_writers_at_once(void **state);
void test_changed_lists_and_missing_rows_are_found(void **state);
void test_the_export_is_one_object_a_line(void **state);

#define CONTRACT(test)                                                                             \
    test(test_a_case_is_read_back_as_it_was), test(test_the_list_has_what_is_not_finished),        \
        test(test_an_impossible_event_is_not_recorded),                                            \
        test(test_a_sealed_row_that_no_case_allows),                                         \
        test(test_two_windows_cannot_write_the_same_case), test(test_two_writers_at_once),         \
        test(test_changed_lists_and_missing_rows_are_found),                                       \
        test(test_the_export_is_one_object_a_line)

#endif
