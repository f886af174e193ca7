/*
 * The card process's end of the resident's terminal (resident_wire.h): one socket, one peer, one
 * question.
 *
 * Order of calls: resident_open; resident_pump whenever one of its descriptors is readable;
 * resident_ask, which waits; resident_result; resident_idle between residents; resident_close. What
 * was typed lives in locked memory, is handed over once and wiped here.
 */
#ifndef CARDOPS_RESIDENT_H
#define CARDOPS_RESIDENT_H

#include "cardops/client.h"
#include "cardops/resident_wire.h"
#include "cardops/wire/bytes.h"

#include <poll.h>

struct resident {
    int listener, peer; /* -1: none */
    char path[108];
    uint32_t gid;
    uint32_t number;
    uint8_t flags; /* enum card_resident_flags */
    uint8_t field, fields; /* the field that is typed, from 1; 0 of 0: no question is open */
    bool practice;
    struct bytes incoming; /* locked: one struct resident_answer */
    /* Called whenever flags or field changed. */
    void (*changed)(void *context);
    void *context;
};

struct resident_question {
    const struct card_pin_profile *pin;
    enum resident_purpose purpose;
    bool staff;
    int8_t tries;
    uint16_t seconds;
    /* Another reason to stop (card gone, clerk gone): looked at whenever `also` is readable. */
    struct pollfd also[2];
    enum card_code (*stopped)(void *context);
    void *context;
};

/* The socket is made in `runtime`; CARD_NO_RUNTIME where that fails. changed and context are set by
 * the caller. */
enum card_code resident_open(struct resident *r, const char *runtime, const char *window,
                             uint32_t gid) __attribute__((warn_unused_result));
void resident_close(struct resident *r);

/* Accepts a peer, notices its end, drops what was not asked for. Never blocks. */
void resident_pump(struct resident *r);

/*
 * Puts the question and waits: CARD_OK with `typed` (a locked buffer of the caller's) filled, or
 * why not. The caller ends the matter with resident_result.
 */
enum card_code resident_ask(struct resident *r, const struct resident_question *q,
                            struct bytes *typed) __attribute__((warn_unused_result));
void resident_result(struct resident *r, enum resident_outcome outcome, int8_t tries);
void resident_idle(struct resident *r);

/* Pure: whether these bytes are a message that a terminal may send. */
bool resident_answer_valid(const uint8_t *at, size_t length);
/* Pure: whether the characters obey the PIN's rule; a PIN in use need not mix letters and digits.
 */
bool resident_entry_fits(const struct card_pin_profile *pin, enum resident_purpose purpose,
                         const char *at, size_t length);

#endif
