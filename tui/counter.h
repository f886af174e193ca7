/*
 * The clerk's program: the screens, driven by the keys, the desk and the clock in one loop.
 *
 * Everything that can be wrong is told before anything is asked of a resident. When the terminal goes
 * away, the step under way ends and is recorded, the case is parked, and the program exits.
 *
 * Exit codes: 0 ended by the clerk; 1 the terminal went away or the program was told to end; 2 it could
 * not start: standard error says why.
 */
#ifndef TUI_COUNTER_H
#define TUI_COUNTER_H

/* argv[0] is the program's name; setlocale must not have been called yet. */
int counter_main(int argc, char *argv[]);

#endif
