/*
 * The runtime directory of the card processes, and the lock of a reader in it.
 *
 * The directory is made where it is missing (0700, or 0710 for the group of the resident's
 * terminal); one that belongs to somebody else or that others may enter is refused. The lock is an
 * flock() on `reader-NAME.lock`: it ends with its process, however that dies. The file says since
 * when and with which step the holder is at work.
 */
#ifndef CARDOPS_RUNTIME_H
#define CARDOPS_RUNTIME_H

#include "cardops/client.h"

/* CARD_OK or CARD_NO_RUNTIME. `gid` UINT32_MAX: own user only. */
enum card_code runtime_prepare(const char *directory, uint32_t gid)
    __attribute__((warn_unused_result));

/*
 * *fd is the lock's, closed by the caller. CARD_READER_HELD: *since is when the holder's step
 * began, 0: idle. With CARD_OK it is what a holder noted that was killed in its step, until
 * runtime_lock_note() replaces it.
 */
enum card_code runtime_lock(const char *directory, const char *reader, int *fd, int64_t *since)
    __attribute__((warn_unused_result));

/* Notes the step under way; ask 0: none. */
void runtime_lock_note(int fd, uint32_t ask);

#endif
