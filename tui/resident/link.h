/*
 * The connection to the card process: one socket that comes and goes. Contract: cardops/resident_wire.h.
 *
 * Nothing here blocks. The socket is trusted when its other end runs as the owner of the runtime directory:
 * who may write there by group could otherwise put a socket of his own in its place and be given a PIN.
 */
#ifndef TUI_RESIDENT_LINK_H
#define TUI_RESIDENT_LINK_H

#include "cardops/resident_wire.h"
#include "cardops/wire/bytes.h"

#include <stdbool.h>

enum link_heard {
    LINK_NOTHING,
    LINK_MESSAGE,
    LINK_GONE     /* the other end is gone, or broken */
};

enum { LINK_PATH_MAX = 108 };

/* Where the socket of `window` lies. False: the name is empty or has other characters than letters, digits, '-' and
 * '_', or the path is too long for a socket. */
bool link_path(const char *directory, const char *window, char out[LINK_PATH_MAX]) __attribute__((warn_unused_result));

/* A descriptor for poll(), or -1: not there yet. The caller closes it. */
int link_connect(const char *directory, const char *path);

/* A message of another size than this build's comes as version 0. */
enum link_heard link_receive(int fd, struct resident_ask *out);

/* False: not sent, and never will be; the connection is of no use any more. */
bool link_send(int fd, const struct bytes *answer) __attribute__((warn_unused_result));

#endif
