/*
 * The PC/SC service as a struct reader (see reader.h for the order of calls).
 *
 * The connection is exclusive: nobody else can send a command between our VERIFY and the change,
 * and a reader in use answers at once instead of waiting (card.md 10.3). control() works without a
 * connection too, with the reader alone (card.md 7.1). A thread of its own, with its own context,
 * watches the card's presence and the service's coming back.
 *
 * A lost service is found again by connect(); a connection lost to a removed card only by a fresh
 * connect() (card.md 8.7).
 */
#ifndef CARDOPS_READER_PCSC_H
#define CARDOPS_READER_PCSC_H

#include "cardops/reader/reader.h"

/* NULL: no memory. Released by ops->close. Nothing is asked of the service before ops->open. */
struct reader *pcsc_reader_new(const char *name);

#endif
