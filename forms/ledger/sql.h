/*
 * The statements of both stores, made from the column tables. Private to forms/ledger.
 *
 * All answer allocated text, NULL for no memory; the caller frees it.
 */
#ifndef FORMS_LEDGER_SQL_H
#define FORMS_LEDGER_SQL_H

/* `integer` is the store's type of 64 bits; `options` ends the statement (" STRICT", or ""). */
char *sql_create_event(const char *integer, const char *options);
char *sql_create_item(const char *integer, const char *options);
char *sql_create_index(void);
/* Parameters are `mark` and a number from 1: "?1" or "$1", in the order of the columns. An item's
 * first two are the event's sequence and its position. */
char *sql_insert_event(char mark);
char *sql_insert_item(char mark);
/* "SELECT all columns FROM ledger_event " and the rest given. */
char *sql_select_event(const char *rest);
char *sql_select_item(const char *rest);

#define SQL_NEWEST "SELECT sequence, seal FROM ledger_event ORDER BY sequence DESC LIMIT 1"
#define SQL_NEWEST_OF_CASES                                                                        \
    "WHERE sequence IN (SELECT max(sequence) FROM ledger_event GROUP BY case_id)"                  \
    " AND state NOT IN ('done', 'abandoned') ORDER BY sequence"
#define SQL_STRAY_ITEMS                                                                            \
    "SELECT count(*) FROM ledger_item WHERE sequence NOT IN (SELECT sequence FROM ledger_event)"

#endif
