/*
 * A struct reader whose card and pad are in another process, so that the card process's memory holds
 * what its own code put there and nothing of the emulation.
 *
 * One message a call over SOCK_SEQPACKET: a struct remote_message with as much of `data` as is used.
 */
#ifndef TESTS_FAULTS_REMOTE_H
#define TESTS_FAULTS_REMOTE_H

#include "cardops/reader/reader.h"

#include <stddef.h>

enum remote_call { REMOTE_CONNECT, REMOTE_TRANSMIT, REMOTE_CONTROL, REMOTE_POWER_OFF };

enum { REMOTE_DATA = 4096 };

struct remote_message {
    uint32_t call;  /* enum remote_call; in an answer: enum reader_fault */
    uint32_t code;  /* of a control */
    uint8_t data[REMOTE_DATA];
};

/* Over a connected socket; NULL: no memory. */
struct reader *remote_reader_new(int fd);
/* The other end, until the peer is gone: each call goes to `reader`; `before` sees it first. */
void remote_serve(int fd, struct reader *reader,
                  void (*before)(void *context, const struct remote_message *message, size_t length),
                  void *context);

#endif
