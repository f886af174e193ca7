/*
 * One recorded event as typed columns, and the table of the columns that both stores, the seal and
 * the export go by. Private to forms/ledger and its tests.
 *
 * A column that an event does not use is NULL in the store, and its member here is zero.
 */
#ifndef FORMS_LEDGER_ROW_H
#define FORMS_LEDGER_ROW_H

#include "forms/ledger/ledger.h"

enum { LEDGER_ITEMS = CASE_RULES + CASE_DOCUMENTS + CASE_FACTS };

/* An entry of one of the event's lists. */
struct ledger_item {
    char list[CASE_WORD_MAX];             /* rule document fact step */
    char text[CASE_DOCUMENT_MAX];         /* the id; a step's kind */
    char detail[CASE_ATTRIBUTES_MAX];     /* a document's attributes */
    int64_t pin, way, typist;             /* of a step */
};

struct ledger_row {
    int64_t sequence, at;
    char case_id[CASE_ID_MAX];
    char event[CASE_WORD_MAX];
    char state[CASE_WORD_MAX];            /* of the case, after the event */
    struct ledger_origin origin;
    char procedure[CASE_WORD_MAX], presenter[CASE_WORD_MAX], city[CASE_WORD_MAX],
        office[CASE_WORD_MAX];
    char reception[CASE_MOMENT_MAX], clerk[CASE_NAME_MAX];
    int64_t visit, set_back;
    char verdict[CASE_WORD_MAX];
    int64_t may_be_decided, pins;
    char who[CASE_NAME_MAX], function[CASE_NAME_MAX], phone[CASE_PHONE_MAX], why[CASE_WHY_MAX];
    char serial[CASE_SERIAL_MAX], certificate[CASE_CERTIFICATE_MAX];
    int64_t step, code, sw, tries_first, tries_second, places_done;
    char paper[2 * CASE_PAPER_MAX + 1];   /* DER of what the step brought, hexadecimal */
    char transaction[CASE_TRANSACTION_MAX]; /* of a question to the authority */
    char reason[CASE_WORD_MAX];
    char previous[LEDGER_SEAL_MAX];       /* seal of the event before; of the first: 64 zeros */
    char seal[LEDGER_SEAL_MAX];
    unsigned item_count;
    struct ledger_item items[LEDGER_ITEMS];

    int64_t expected;   /* not stored: the case's newest event as the writer knows it, 0 for an opening */
    bool misfit;        /* not stored: what was read does not fit the columns; never a valid row */
};

enum ledger_type { LEDGER_TEXT, LEDGER_INTEGER };

struct ledger_column {
    const char *name;
    enum ledger_type type;
    size_t offset, size;
    unsigned events;    /* bit (1u << enum case_event) of those that use it; items: unused */
    bool sealed;        /* goes into the seal; all but the seal itself */
};

extern const struct ledger_column ledger_columns[];
extern const unsigned ledger_column_count;
extern const struct ledger_column ledger_item_columns[];
extern const unsigned ledger_item_column_count;

const char *column_text(const struct ledger_column *column, const void *record);
int64_t column_integer(const struct ledger_column *column, const void *record);
/* False: too long. */
bool column_set_text(const struct ledger_column *column, void *record, const char *text);
void column_set_integer(const struct ledger_column *column, void *record, int64_t value);
/* This row's event uses the column. */
bool column_used(const struct ledger_column *column, const struct ledger_row *row);

/* The row of a change already applied to `after`; sequence and seals are left to row_complete. */
void row_from_change(struct ledger_row *row, const struct ledger_origin *origin,
                     const struct case_file *after, int64_t expected,
                     const struct case_change *change);
/* False: the words or numbers are not those of a change. */
bool row_to_change(const struct ledger_row *row, struct case_change *change)
    __attribute__((warn_unused_result));

/* Appending after the event `newest` with `newest_seal` (0: none): number, case id of an opening,
 * seals. */
enum ledger_fault row_complete(struct ledger_row *row, int64_t newest, const char *newest_seal)
    __attribute__((warn_unused_result));

extern const char row_first_seal[LEDGER_SEAL_MAX];

#endif
