/*
 * The practice CA (ca.h) as a process of the stand, on loopback, at a port of its own.
 *
 * Order of calls: ca_process_start; ca_process_readable once, when `ready` can be read (or to wait for it);
 * ca_process_stop. It ends by itself when the stand is gone. Its keys are made when it first starts in a
 * directory (about a second); later starts find them.
 *
 * STAND/enrol is a program for [enrol] of madoguchi.ini(5): madoguchi-enrol(1) with the address of this CA,
 * its roots, the office's credential and the stand's clock, written anew at every start.
 */
#ifndef CARDOPS_PRACTICE_CA_PROCESS_H
#define CARDOPS_PRACTICE_CA_PROCESS_H

#include "cardops/practice/clock.h"

#include <sys/types.h>

#define CA_PROCESS_FOLDER "ca"   /* in the stand's directory */

struct ca_process {
    pid_t pid;        /* 0: none runs */
    int ready;        /* -1: nothing to wait for */
    int life;         /* closed, it ends the CA */
    int port;         /* 0: not known yet; kept for the next start, so that the address stays */
    bool listens;
};

/* `stand` must outlive the process's start only; `clock` is what it issues by. False: errno tells. */
bool ca_process_start(struct ca_process *p, const char *stand, const struct clock *clock)
    __attribute__((warn_unused_result));
/* Waits until it listens or has failed. False: the CA cannot serve; it is to be stopped. */
bool ca_process_readable(struct ca_process *p) __attribute__((warn_unused_result));
/* Ends it and waits for its end. */
void ca_process_stop(struct ca_process *p);
/* It has ended by itself and is reaped. */
void ca_process_gone(struct ca_process *p);

#endif
