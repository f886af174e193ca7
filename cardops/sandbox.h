/*
 * What the card process gives up before it sees a PIN.
 *
 * Order: sandbox_begin at the very start; sandbox_confine once the authority module is loaded.
 */
#ifndef CARDOPS_SANDBOX_H
#define CARDOPS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* Not dumpable, no core file, umask 077, no descriptor but 0 to 2 and `keep`. False: a right could
 * not be given up. */
bool sandbox_begin(int keep) __attribute__((warn_unused_result));

/*
 * A list of system calls for every thread; sockets of AF_UNIX only, no other program. `more`: what
 * an authority module asks for besides. Ends the process if refused.
 */
void sandbox_confine(const int *more, size_t count);

#endif
