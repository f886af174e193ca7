/*
 * Walking the whole chain. Private to forms/ledger.
 */
#ifndef FORMS_LEDGER_CHAIN_H
#define FORMS_LEDGER_CHAIN_H

#include "forms/ledger/row.h"

/* Calls `visit` (may be NULL) for every event from `from` on; LEDGER_DAMAGED where the chain
 * breaks. */
enum ledger_fault chain_walk(struct ledger *l, int64_t from, ledger_visit visit, void *context,
                             struct ledger_end *end) __attribute__((warn_unused_result));
/* What opening checks: the newest LEDGER_CHECKED_AT_OPEN events. */
enum ledger_fault chain_check_newest(struct ledger *l) __attribute__((warn_unused_result));

#endif
