/*
 * What a code of the lower floors means to a person: what happened, what is true now, what to do.
 * One row a code; many codes share what is true and what to do. Every row's sentences exist in every
 * language (tests/screens).
 */
#ifndef TUI_SCREENS_MESSAGES_H
#define TUI_SCREENS_MESSAGES_H

#include "cardops/client.h"
#include "forms/case/case.h"
#include "forms/desk/desk.h"
#include "forms/ledger/ledger.h"
#include "tui/term/theme.h"

struct message {
    const char *happened, *truth, *act; /* ids */
    enum theme_role role;
};

/* Never NULL: a code without a row gives the row that says so. {0} in the sentences is a number: tries
 * left, or places done. */
const struct message *message_of_card(enum card_code code);
/* Of a question to the certification authority: what is true then depends on what was asked, and on whether the card
 * has still its old key. */
struct message message_of_centre(enum card_code code, enum case_kind kind, bool old_key_gone);
/* Of the link to reader and card process while no step is under way: nothing can be in doubt then. */
struct message message_of_link(enum card_code code);
const struct message *message_of_desk(enum desk_fault fault);
const struct message *message_of_ledger(enum ledger_fault fault);
/* The row that stands for codes without one; for tests. */
const struct message *message_unknown(void);

#endif
