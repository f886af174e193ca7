/*
 * The card process's loop: requests from one socket, one step at a time, events in between.
 *
 * Returns when the peer is gone, after the step under way; the card is then without power. A test
 * program runs the same loop over the emulated reader.
 */
#ifndef CARDOPS_SERVER_H
#define CARDOPS_SERVER_H

#include "cardops/client.h"
#include "cardops/reader/reader.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * `open_reader` gives the reader of the settings (not yet opened), NULL for no memory. `confine`
 * (may be NULL) is called once, when the authority module has been loaded and before the reader is
 * opened, with the system calls that the module asks for.
 */
int card_serve(int fd, struct reader *(*open_reader)(const struct card_settings *settings),
               void (*confine)(const int *more, size_t count));

/* Pure: whether these bytes are a request that a step may be given; the code to answer if not. */
enum card_code card_request_check(const void *at, size_t length);

#endif
