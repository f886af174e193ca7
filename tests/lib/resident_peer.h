/*
 * The card process's end of the resident's terminal, played by a test: a runtime directory with the socket of
 * window 1, and one connection (cardops/resident_wire.h).
 *
 * Order of calls: peer_open; start the terminal with peer_directory; peer_accept; peer_send and peer_receive;
 * peer_drop and peer_accept again for a card process that goes and comes back; peer_close.
 * What waits has a deadline and ends the test program when it passes.
 */
#ifndef TESTS_LIB_RESIDENT_PEER_H
#define TESTS_LIB_RESIDENT_PEER_H

#include "cardops/resident_wire.h"

#include <stdbool.h>

struct peer {
    char directory[84], path[108];
    int listener, fd;
};

/* Makes the directory; the socket only with peer_listen. */
void peer_open(struct peer *p);
void peer_listen(struct peer *p);
/* Waits for a connection and greets it with RESIDENT_IDLE. */
void peer_accept(struct peer *p);
/* Ends the connection; with `gone` the socket too, as a card process that has died. */
void peer_drop(struct peer *p, bool gone);
void peer_close(struct peer *p);

/* Sends, with version and kind filled in. */
void peer_send(struct peer *p, enum resident_kind kind, struct resident_ask message);
/* The next answer of `kind`; others are skipped. */
struct resident_answer peer_receive(struct peer *p, enum resident_kind kind);
/* The next RESIDENT_STATE with exactly these flags. */
void peer_receive_state(struct peer *p, int field, int flags);

/* The signature PIN, new, with ten minutes to type it. */
struct resident_ask peer_question(uint32_t number);

#endif
