/* Ways to cut a step that the emulated reader does not have: the processes on either side die. */
#ifndef TESTS_DESK_CUTS_H
#define TESTS_DESK_CUTS_H

/* Beyond enum emulated_fault. Before and after the command reached the card. */
enum cut {
    CUT_KILL_CARD_BEFORE = 100,
    CUT_KILL_CARD_AFTER,
    CUT_KILL_DESK_BEFORE,
    CUT_KILL_DESK_AFTER,
};

#endif
