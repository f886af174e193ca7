/* Opens and closes what the clerk's program needs. */
#ifndef TUI_COUNTER_START_H
#define TUI_COUNTER_START_H

#include "tui/counter_state.h"

/* -1: the loop may run. Else the exit code; standard error or output has said why. */
int counter_start(struct counter *c, int argc, char *const argv[]);
void counter_end(struct counter *c);

/* Copies what the desk says into the view. */
void view_desk(struct counter *c);

#endif
