/*
 * The statements of both stores, made from the column tables. Private to forms/ledger.
 */
#ifndef FORMS_LEDGER_SQL_H
#define FORMS_LEDGER_SQL_H

#include <stdbool.h>

enum sql_statement {
    SQL_NEWEST,         /* sequence and seal of the newest event, or no row */
    SQL_NEWEST_OF_CASE, /* parameter: case id; 0 where there is no such case */
    SQL_INSERT_EVENT,   /* all columns, in their order */
    SQL_INSERT_ITEM,    /* the event's sequence, the position, all columns of an item */
    SQL_ALL_EVENTS,     /* from a sequence on, oldest first */
    SQL_EVENTS_OF_CASE, /* the same; second parameter: case id */
    SQL_ITEMS,          /* of a sequence */
    SQL_UNFINISHED,     /* newest event of every case that is neither done nor abandoned */
    SQL_STRAY_ITEMS,    /* how many items belong to no event */
    SQL_STATEMENTS
};

/*
 * Parameters are `mark` and a number from 1: "?1" or "$1". `limit` is the most events that one
 * answer to SQL_ALL_EVENTS and SQL_EVENTS_OF_CASE has; 0: no limit.
 * False: no memory. Whatever the answer, sql_free_statements frees them.
 */
bool sql_make_statements(char *texts[SQL_STATEMENTS], char mark, unsigned limit)
    __attribute__((warn_unused_result));
void sql_free_statements(char *texts[SQL_STATEMENTS]);

/* The tables and their index, as one text of statements: `integer` is the store's type of 64 bits;
 * the options end each table's definition (" STRICT", or ""). NULL: no memory; the caller frees. */
char *sql_make_tables(const char *integer, const char *event_options, const char *item_options);

#endif
