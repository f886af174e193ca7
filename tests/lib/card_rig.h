/*
 * A card process over the emulated reader, driven through cardops/client.h, and the truth about its
 * card.
 *
 * Order: rig_up; rig_script and rig_open for each situation; rig_ask; rig_down. Everything lives
 * below one temporary directory. Every fault of the rig itself fails the running cmocka test.
 */
#ifndef TESTS_LIB_CARD_RIG_H
#define TESTS_LIB_CARD_RIG_H

#include "cardops/client.h"
#include "cardops/practice/card.h"

enum { RIG_TOLD_MAX = 8 };

/* What the clerk's side has heard of the resident's terminal. */
struct rig_told {
    uint8_t flags, field, fields;
};

struct rig {
    char directory[64], stand[96], script[96], card_file[128];
    struct card_client *client;
    struct card_reply reply; /* the last answer, static so that its blobs do not fill the stack */
    unsigned at_pad, left_pad, presence_events;
    uint8_t last_presence, last_entries;
    struct rig_told told[RIG_TOLD_MAX]; /* since the last request */
    size_t told_count;
    struct card_settings settings;
};

enum rig_card {
    RIG_ADULT,
    RIG_CHILD,
    RIG_FACE,
    RIG_LOCKED,
    RIG_FOREIGN,
    RIG_OLD_JUKI,
    RIG_NOT_PRACTICE,
    RIG_LEAKTEST
};

void rig_up(struct rig *r, enum rig_card card);
void rig_down(struct rig *r);
/* A fresh card: forgets what happened to it. */
void rig_fresh(struct rig *r);
/* Lines of the script after `stand` and `card`; an empty text is a reader without pad and without
 * faults. */
void rig_script(struct rig *r, const char *lines);
/* The same without a card in the reader. */
void rig_script_empty(struct rig *r, const char *lines);
enum card_code rig_open(struct rig *r);
/* Sends and waits; r->reply is the answer. */
enum card_code rig_ask(struct rig *r, struct card_request *q);
enum card_code rig_pin(struct rig *r, enum card_ask ask, enum card_pin pin, enum card_way way);
/* Waits until a resident's terminal is connected. */
void rig_wait_resident(struct rig *r);
/* Without waiting: the resident's terminal has to be played first. */
void rig_send(struct rig *r, struct card_request *q);
enum card_code rig_wait(struct rig *r);

/* The profile of today's My Number card, as config/cards has it. */
void rig_profile(struct card_profile *profile);
const char *rig_serial(const struct rig *r);

/* The truth, from the card itself; the card process must be between requests. */
int rig_tries(struct rig *r, enum practice_pin pin);
bool rig_pin_is(struct rig *r, enum practice_pin pin, const char *text);

#endif
