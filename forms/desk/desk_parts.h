/*
 * The parts of a desk, shared by its files. Private to forms/desk.
 */
#ifndef FORMS_DESK_DESK_PARTS_H
#define FORMS_DESK_DESK_PARTS_H

#include "cardops/wire/bytes.h"
#include "forms/desk/desk.h"

enum desk_asked { ASKED_NOTHING, ASKED_OPEN, ASKED_READ, ASKED_STEP, ASKED_SETTLE, ASKED_RELEASE };

/* The filter at work. */
struct centre {
    pid_t pid;                       /* 0: none */
    int ended, answer, errors;       /* pidfd (-1: none), standard output, standard error */
    int64_t limit_at;
    bool silent;
    uint8_t paper[CASE_PAPER_MAX + 1];
    size_t length;
};

struct desk {
    struct desk_settings settings;
    struct desk_view view;
    int epoll;                       /* of the card process and the filter */
    struct card_client *client;      /* NULL: not running */
    struct centre centre;
    enum card_ask asking;            /* what of the step is under way */
    struct bytes public_key;         /* of the key just made */
    struct case_paper paper;         /* what the step brought */
    uint8_t key_made;                /* the step under way has a key on the card for certain */
    uint8_t verified;                /* bit i: PIN i was entered since the card was put in */
    int64_t claimed_at;              /* the event that view.certificates is of; -1: look again */
    enum desk_asked asked;           /* the request that has no reply yet */
    int64_t limit_from;              /* the watchdog counts from here */
    unsigned limit;                  /* seconds */
    int64_t try_link_at;             /* 0: no need */
    int64_t restarted_at;   /* when a card process that had worked was last replaced at once */
    struct card_facts read;          /* of the card last read, what no step changes: see step_keep_facts */
    bool read_wanted;                /* a card was put in while a case is open */
    bool release_wanted;
    struct case_change waiting;      /* an outcome that could not be recorded yet */
    bool has_waiting;
    int64_t try_record_at;
    char judged_serial[CARD_SERIAL_MAX]; /* the card that was read when the case was judged */
    bool hanging_up;
};

/* --- desk_link.c: the card process and what it says --- */

void link_start(struct desk *d, int64_t now);
void link_end(struct desk *d);
/* Replies, events, the watchdog, what is due. */
void link_pump(struct desk *d, int64_t now);
int link_wait(const struct desk *d, int64_t now);
/* Sends it; false: the process is gone and the request did not leave. */
bool link_ask(struct desk *d, enum desk_asked asked, struct card_request *request, int64_t now)
    __attribute__((warn_unused_result));
void link_read(struct desk *d, bool with_certificates, int64_t now);

/* --- desk_work.c: what a step asks, one after the other --- */

void work_replied(struct desk *d, const struct card_reply *reply, int64_t now);
bool work_wants_pin(const struct desk *d);

/* --- desk_centre.c: questions to the authority --- */

/* The transaction of the step's next question: that of the last one while it is not answered, else
 * a new one; empty: the filter chooses. */
void centre_name(const struct case_step *step, char transaction[CASE_TRANSACTION_MAX]);
/* Starts the filter with the paper that the step needs. False: nothing was asked. */
bool centre_ask(struct desk *d, const struct case_step *step, int64_t now)
    __attribute__((warn_unused_result));
void centre_pump(struct desk *d, int64_t now);
void centre_stop(struct desk *d);

/* --- desk_claim.c: what is true of the certificates --- */

void claim_update(struct desk *d);

/* --- desk_step.c: one card step --- */

void step_take_tries(struct desk *d, uint8_t pin, const struct card_facts *facts);
void step_copy_tries(const struct desk *d, uint8_t pin, int8_t tries[CASE_PLACES]);
/* The fewest tries left of the PIN's places; -1: not known. */
int step_fewest_tries(const struct desk *d, uint8_t pin);
/* A reply to a question about tries leaves the rest of what the same card has told before. */
void step_keep_facts(struct desk *d, const struct card_facts *told);
/* The last reply to a step, or to its settling, becomes the record of the case. */
void step_ended(struct desk *d, const struct card_reply *reply, int64_t now);
void settle_ended(struct desk *d, const struct card_reply *reply, int64_t now);
enum desk_cure step_cure(const struct desk *d);

/* --- desk_record.c: the case and the ledger --- */

enum desk_fault record_change(struct desk *d, const struct case_change *change)
    __attribute__((warn_unused_result));
/* An outcome: kept and tried again until the ledger has it. */
void record_outcome(struct desk *d, const struct case_change *change, int64_t now);
void record_waiting(struct desk *d, int64_t now);
/* At the start: what this window left behind. */
enum desk_fault record_recover(struct desk *d, int64_t now) __attribute__((warn_unused_result));
void record_count(struct desk *d);

/* --- desk.c --- */

void desk_update(struct desk *d);

#endif
