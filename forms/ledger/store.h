/*
 * What SQLite and PostgreSQL do alike: one event into the chain, the check of what is read, making
 * the tables, the end of opening. Private to forms/ledger.
 *
 * A store embeds struct store as its first member, fills in its acts, and has store_append among its
 * ledger_ops.
 */
#ifndef FORMS_LEDGER_STORE_H
#define FORMS_LEDGER_STORE_H

#include "forms/ledger/row.h"

struct store;
struct store_acts {
    /* One or more statements without answer. */
    enum ledger_fault (*run)(struct store *s, const char *sql);
    /* A transaction in which nobody else can append. */
    enum ledger_fault (*begin)(struct store *s);
    /* Of the newest event; 0 and empty: there is none. */
    enum ledger_fault (*newest)(struct store *s, int64_t *sequence, char seal[LEDGER_SEAL_MAX]);
    /* The newest sequence of a case; 0: no such case. */
    enum ledger_fault (*newest_of)(struct store *s, const char *case_id, int64_t *sequence);
    enum ledger_fault (*insert_event)(struct store *s, const struct ledger_row *row);
    enum ledger_fault (*insert_item)(struct store *s, const struct ledger_row *row,
                                     unsigned position);
};

struct store {
    struct ledger base;
    const struct store_acts *acts;
};

/* ledger_ops.append. */
enum ledger_fault store_append(struct ledger *l, struct ledger_row *row)
    __attribute__((warn_unused_result));
/* Ends a transaction: COMMIT after LEDGER_OK, else ROLLBACK, and the fault stays the one told. */
enum ledger_fault store_end(struct store *s, enum ledger_fault fault)
    __attribute__((warn_unused_result));

/* LEDGER_DAMAGED at this sequence; 0: not known where. */
enum ledger_fault store_damaged(struct store *s, int64_t sequence);
/* A row as read: LEDGER_OK only if it is as it was sealed. */
enum ledger_fault store_check(struct store *s, const struct ledger_row *row)
    __attribute__((warn_unused_result));

/* The tables of sql_make_tables, whose text is freed, then `mark`, which says whose they are. Inside
 * a transaction. */
enum ledger_fault store_make_tables(struct store *s, char *tables, const char *mark)
    __attribute__((warn_unused_result));

/* The end of opening: *l is the ledger, or closed and NULL with *why (may be NULL) filled in. */
enum ledger_fault store_opened(struct ledger **l, struct store *s, enum ledger_fault fault,
                               struct ledger_error *why) __attribute__((warn_unused_result));

#endif
