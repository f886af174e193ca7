/*
 * One cut of one procedure by pad, on real pcscd and libccid with the real programs: what the screen and the record
 * then say is held against the stand's own account of card and authority.
 *
 * Order of calls: cutting_open with the procedure's name, cutting_cut for each, cutting_close. What does not hold
 * fails the running cmocka test.
 *
 * A silent reader takes its time: ten seconds until the driver gives a command up, a hundred for one that the pad
 * completes (CCID commands.c waits at least 90 s for an entry, and nobody can tell before).
 */
#ifndef TESTS_SESSION_CUTTING_H
#define TESTS_SESSION_CUTTING_H

#include <stdbool.h>

enum cutting_way {
    CUTTING_PULL_BEFORE, /* the card, before the command is carried out */
    CUTTING_PULL_AFTER,  /* the card, after it and before its answer */
    CUTTING_MUTE,        /* the reader falls silent at the command; the next four strike while it is */
    CUTTING_CARD_PROCESS,
    CUTTING_CLERK,
    CUTTING_SERVICE,
    CUTTING_LINE,
    CUTTING_WAYS
};

const char *cutting_way_name(enum cutting_way which);

/* reset, change, check, renew or issue. False: none of them. */
bool cutting_open(const char *procedure);
void cutting_close(void);
/* For CUTTING_LINE: when the pad first asks. The step goes on there, which takes no time. */
enum { CUTTING_AT_PAD = 0 };
/* Cuts the step, or the chain of steps, at its nth command. False: it lies behind the last; the case was done. */
bool cutting_cut(enum cutting_way which, int command);

/* A cmocka program that cuts the procedure once in each way, at these commands. */
int cutting_each_way(const char *procedure, const int commands[CUTTING_WAYS]);

#endif
