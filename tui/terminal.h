/*
 * `madoguchi terminal [--language ja|en] [--ambiguous-width narrow|wide] [--escape-delay MS]`: for support,
 * whether a terminal can be trusted. A ruler and the terminal's own answers say whether characters take the
 * cells that the screens count on; every key is shown with the bytes that arrived and what it is taken for.
 * Needs no configuration and no card. After its end the findings are printed as text, for a ticket.
 *
 * Exit codes: 0; 1 the terminal counts some character otherwise; 2 no usable terminal, or words that were
 * not understood.
 */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include "forms/rules/date.h"

int terminal_main(int argc, char **argv, struct date today);

#endif
