#include "forms/ledger/row.h"

#include <string.h>

#define BIT(event) (1u << (event))
#define ALL (BIT(CASE_EVENTS) - 1)
#define OUTCOMES                                                                                   \
    (BIT(CASE_STEP_DONE) | BIT(CASE_STEP_NOT_DONE) | BIT(CASE_STEP_UNKNOWN) |                      \
     BIT(CASE_STEP_REFUSED) | BIT(CASE_SETTLED_DONE) | BIT(CASE_SETTLED_NOT_DONE))
#define INTENTS (BIT(CASE_STEP_INTENDED) | BIT(CASE_PROOF_INTENDED))

#define PLACE(record, member) offsetof(struct record, member), sizeof(((struct record *)0)->member)
#define TEXT(column, member, events) {#column, LEDGER_TEXT, PLACE(ledger_row, member), events, true}
#define NUMBER(column, member, events)                                                             \
    {                                                                                              \
#column, LEDGER_INTEGER, PLACE(ledger_row, member), events, true                           \
    }

const struct ledger_column ledger_columns[] = {
    NUMBER(sequence, sequence, ALL),
    NUMBER(at, at, ALL),
    TEXT(case_id, case_id, ALL),
    TEXT(event, event, ALL),
    TEXT(state, state, ALL),
    TEXT(unix_user, origin.unix_user, ALL),
    TEXT(counter_window, origin.window, ALL),
    TEXT(version, origin.version, ALL),
    TEXT(profile_digest, origin.profile_digest, ALL),
    TEXT(documents_digest, origin.documents_digest, ALL),
    TEXT(procedure, procedure, BIT(CASE_OPENED) | BIT(CASE_JUDGEMENT)),
    TEXT(presenter, presenter, BIT(CASE_OPENED)),
    NUMBER(visit, visit, BIT(CASE_OPENED)),
    TEXT(city, city, BIT(CASE_OPENED)),
    TEXT(office, office, BIT(CASE_OPENED)),
    TEXT(reception, reception, BIT(CASE_OPENED)),
    NUMBER(set_back, set_back, BIT(CASE_OPENED)),
    TEXT(clerk, clerk, BIT(CASE_OPENED)),
    TEXT(verdict, verdict, BIT(CASE_JUDGEMENT)),
    NUMBER(may_be_decided, may_be_decided, BIT(CASE_JUDGEMENT)),
    NUMBER(pins, pins, BIT(CASE_JUDGEMENT)),
    TEXT(who, who, BIT(CASE_DECISION)),
    TEXT(function, function, BIT(CASE_DECISION)),
    TEXT(phone, phone, BIT(CASE_DECISION)),
    TEXT(why, why, BIT(CASE_DECISION)),
    TEXT(serial, serial, BIT(CASE_PLAN)),
    TEXT(certificate, certificate, BIT(CASE_PLAN)),
    NUMBER(step, step, INTENTS | OUTCOMES),
    NUMBER(code, code, OUTCOMES),
    NUMBER(sw, sw, OUTCOMES),
    NUMBER(tries_first, tries_first, INTENTS | OUTCOMES),
    NUMBER(tries_second, tries_second, INTENTS | OUTCOMES),
    NUMBER(places_done, places_done, OUTCOMES),
    TEXT(paper, paper, OUTCOMES),
    TEXT(authority_transaction, transaction, BIT(CASE_STEP_INTENDED) | OUTCOMES),
    TEXT(reason, reason, BIT(CASE_PUT_ASIDE) | BIT(CASE_GIVEN_UP)),
    TEXT(previous, previous, ALL),
    {"seal", LEDGER_TEXT, PLACE(ledger_row, seal), ALL, false},
};
const unsigned ledger_column_count = sizeof ledger_columns / sizeof *ledger_columns;

const struct ledger_column ledger_item_columns[] = {
    {"list", LEDGER_TEXT, PLACE(ledger_item, list), 0, true},
    {"text", LEDGER_TEXT, PLACE(ledger_item, text), 0, true},
    {"detail", LEDGER_TEXT, PLACE(ledger_item, detail), 0, true},
    {"pin", LEDGER_INTEGER, PLACE(ledger_item, pin), 0, true},
    {"way", LEDGER_INTEGER, PLACE(ledger_item, way), 0, true},
    {"typist", LEDGER_INTEGER, PLACE(ledger_item, typist), 0, true},
};
const unsigned ledger_item_column_count = sizeof ledger_item_columns / sizeof *ledger_item_columns;

const char *column_text(const struct ledger_column *column, const void *record)
{
    return (const char *)record + column->offset;
}

int64_t column_integer(const struct ledger_column *column, const void *record)
{
    int64_t value;

    memcpy(&value, (const char *)record + column->offset, sizeof value);
    return value;
}

bool column_set_text(const struct ledger_column *column, void *record, const char *text)
{
    size_t length = strlen(text);

    if (length >= column->size)
        return false;
    memcpy((char *)record + column->offset, text, length + 1);
    return true;
}

void column_set_integer(const struct ledger_column *column, void *record, int64_t value)
{
    memcpy((char *)record + column->offset, &value, sizeof value);
}

bool column_used(const struct ledger_column *column, const struct ledger_row *row)
{
    for (unsigned e = 0; e < CASE_EVENTS; e++)
        if (strcmp(row->event, case_event_word((enum case_event)e)) == 0)
            return (column->events & 1u << e) != 0;
    return column->events == ALL;
}
