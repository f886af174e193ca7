/*
 * The end of a process that the stand has started.
 */
#ifndef CARDOPS_PRACTICE_CHILD_H
#define CARDOPS_PRACTICE_CHILD_H

#include <sys/types.h>

/* SIGTERM, after three seconds SIGKILL; returns when the process has ended and is reaped. */
void child_stop(pid_t pid);

#endif
