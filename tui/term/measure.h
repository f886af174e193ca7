/*
 * How many cells the terminal itself gives to a text: it is written, and the terminal is asked where its
 * cursor stands now (ECMA-48: DSR 6, answered by CPR).
 *
 * Between term_open and term_close. It writes over the line of the cursor, so term_repaint comes after it;
 * what is typed meanwhile is lost. Inside tmux the answer is tmux's.
 */
#ifndef TUI_TERM_MEASURE_H
#define TUI_TERM_MEASURE_H

enum { MEASURE_SILENT = -1 };

/* Cells of `text`, at most some twenty, written as it is; MEASURE_SILENT: no answer within `milliseconds`. */
int measure_cells(const char *text, int milliseconds);

#endif
