/*
 * A folder for one test, and an SQLite ledger in it. cmocka's setup and teardown; path may be changed by
 * the test that wants another.
 */
#ifndef TESTS_LEDGER_PLACE_H
#define TESTS_LEDGER_PLACE_H

#include "forms/ledger/ledger.h"

extern char place_folder[64], place_path[96];

int place_make(void **state);
/* Whatever lies in the folder. */
int place_remove(void **state);

/* Both fail the test where they can't. */
struct ledger *place_open(void);
enum ledger_fault place_open_sqlite(struct ledger **l);

/* The exit status of a child, or 128 and the signal that ended it. */
int place_wait_for(int child);

#endif
