/*
 * `madoguchi explain`: one verdict from the command line, without a terminal and without a card.
 *
 * Exit codes: 0 the verdict accepts (accept, first-visit, second-visit); 1 any other verdict; 2 the
 * words were not understood, or a file is faulty: on standard error, naming the word and the
 * nearest one known.
 */
#ifndef TUI_EXPLAIN_H
#define TUI_EXPLAIN_H

#include "forms/rules/date.h"

/* argv[0] is the subcommand's name. `today` holds where --at is left out. */
int explain_main(int argc, char **argv, struct date today);

#endif
