/*
 * Conducts one case at a time: journals the intent, asks the card process, journals the outcome.
 *
 * Needs no terminal: screens, tests and a line mode drive it the same way. It is an event machine;
 * it never blocks on the card. The ledger's writes do block (milliseconds): an intent is on disk
 * before the request leaves, an outcome before the view tells of it.
 *
 * Order of calls: desk_open; then, for ever, poll on desk_fd() with desk_wait() as the limit,
 * desk_pump() when either is due, and the clerk's acts below at any time; desk_close at the end.
 * Every call takes `now` (seconds since the epoch): there is no clock in here.
 *
 * A clerk's act that is not possible now answers a fault and changes nothing. What became of an act
 * that takes time is told by desk_view(): `view->doing` while it lasts, then `view->last`.
 *
 * After a crash at any point, desk_open finds every case of this window whose intent has no outcome
 * and marks it unsettled, and parks the others that were open; desk_resume takes one up again. When
 * its card is in the reader, view->cure says what helps.
 *
 * While a case is open, a card that is put in is read at once, so that view->card_is_the_cases is
 * true of the card that is there. The card process is restarted when it dies or outlives its step's
 * limit.
 *
 * Steps of a certificate run like the others, one desk_step() each. Those that ask the authority
 * (case_at_authority) need no card: the filter is a process of its own, started for one question,
 * and killed when it outlives its limit. Its answer lost is no harm: asked again with the same
 * request, the authority gives the same certificate. Where the card wants a PIN for a step and none
 * was entered since it was put in, the step begins with that PIN: view->pin_first says so before.
 *
 * A certificate's step whose outcome is not known is settled by repeating it as soon as the card is
 * back: a key that waits is taken up again; writing finds the certificate in place (done), or the
 * key that waits for it (written now), or neither (for certain not done). The signature certificate
 * is found only after its PIN, which the step then begins with. What stays unknown is a card that
 * does not come back. The authority is asked again in the transaction of the record while that is
 * not answered, by whichever window; a revocation that it refuses for good is at its end.
 */
#ifndef FORMS_DESK_DESK_H
#define FORMS_DESK_DESK_H

#include "cardops/client.h"
#include "forms/case/case.h"
#include "forms/ledger/ledger.h"

#include <stdint.h>

struct desk;

struct desk_settings {
    const char *card_program;        /* madoguchi-card */
    const char *pcsc_socket;         /* PCSCLITE_CSOCK_NAME for it, or NULL */
    struct card_settings card;
    struct ledger *ledger;           /* borrowed */
    struct ledger_origin origin;     /* unix user, window, program version, digest of profile and documents */
    uint8_t second_key_below;        /* tries left at which VERIFY and CHANGE want a second key: 1 */
    /* The filter that asks the authority (madoguchi-enrol(1)), started as `issue --kind KIND` or
     * `revoke --kind KIND`: what else it needs, it knows. NULL or empty: none. Borrowed. */
    const char *enrol_program;
    unsigned enrol_seconds;          /* its limit; 0: DESK_ENROL_SECONDS */
};

enum { DESK_ENROL_SECONDS = 150, DESK_NAME_MAX = 256 };

/* Beyond enum card_code: how a question to the authority ended (case_outcome.code, view->last.code).
 * DESK_CENTRE + enum enrol_outcome for what the filter told. */
enum desk_centre {
    DESK_CENTRE = 900,
    DESK_CENTRE_FINAL = 996,   /* a revocation refused for good: nothing is left to revoke there */
    DESK_CENTRE_ABSENT,        /* no filter, or it cannot be started: nothing was asked */
    DESK_CENTRE_SILENT,        /* it outlived its limit and was killed */
    DESK_CENTRE_DIED,          /* it crashed, or ended in a way that says nothing */
};

enum desk_fault {
    DESK_OK = 0,
    DESK_NO_CASE,
    DESK_CASE_OPEN,        /* another case is open at this window */
    DESK_BUSY,             /* a card step is under way */
    DESK_NOT_NOW,          /* the case's state does not allow this act */
    DESK_NO_CARD,          /* the case's card is not in the reader */
    DESK_NOT_ENOUGH,       /* the verdict is not an acceptance, and no person has decided */
    DESK_SECOND_KEY,       /* one try left, or another name in the new certificate than in the old
                              one: ask again with `insist` */
    DESK_LEDGER,           /* the record could not be written: nothing was asked of the card */
    DESK_CARD_PROCESS,     /* card process or reader do not work: view->link says why */
    DESK_NEEDS_RESET,      /* too few tries left to prove a change: judge it again as a reset, or park it */
};

/* What the desk is waiting for. */
enum desk_doing {
    DESK_IDLE,
    DESK_OPENING,          /* the card process comes up */
    DESK_READING,
    DESK_STEPPING,         /* a card step: view->step; at_pad_since where it is at the pad */
    DESK_SETTLING,         /* asking the card what is true after a cut */
    DESK_AT_CENTRE,        /* asking the authority, since view->centre_since */
};

/* What helps a step whose outcome is not known. */
enum desk_cure {
    DESK_CURE_NONE,        /* nothing is unsettled */
    DESK_CURE_ASK,         /* desk_settle: the card has to be asked, or can tell */
    DESK_CURE_REPEAT,      /* desk_step: the card cannot tell; the reset is simply repeated */
    DESK_CURE_PROVE,       /* desk_step: the resident enters the new PIN once; a wrong entry uses up a try */
    DESK_CURE_RESET,       /* judge again as a reset, or park with CASE_REASON_NEEDS_RESET */
};

/* What is true of one certificate of the open case, as far as anybody here knows; enum card_yes. */
struct desk_certificate {
    bool planned;
    uint8_t key_pending;    /* a new key pair waits on the card for its certificate */
    uint8_t issued;         /* the authority has issued for it, and the certificate is here */
    uint8_t installed, proven;
    uint8_t old_usable;     /* the certificate and key that were there before can still be used */
    uint8_t old_revoked;
    uint32_t valid_from, valid_until; /* YYYYMMDD in Japan, of the new one; 0: not issued yet */
    uint32_t old_until;
    char serial[44];        /* hexadecimal */
    char name[DESK_NAME_MAX], old_name[DESK_NAME_MAX]; /* holder, as in the certificate: not cleaned */
    bool name_differs;      /* both are known, and are not the same */
};

struct desk_view {
    enum desk_doing doing;
    enum card_code link;             /* of the card process and reader: CARD_OK, or why nothing works now */
    enum card_presence presence;
    bool pad, practice;
    uint8_t keeps_old_key;           /* enum card_yes, of the authority module: while a new pair waits for its
                                        certificate; CARD_UNKNOWN: no card process was ever open */
    bool card_coming;                /* the card in the reader is about to be read */
    bool card_known;                 /* `card` is of the card now in the reader */
    bool card_is_the_cases;          /* and it is the one the open case is bound to */
    struct card_facts card;
    bool case_open;
    struct case_file file;           /* the open case; see forms/case/case.h */
    enum desk_cure cure;             /* of its unsettled step, from what the card has told so far */
    enum ledger_fault ledger;        /* of the last record; other than LEDGER_OK: an outcome waits to be recorded */
    bool hung_up;                    /* desk_hang_up has come to its end */
    int64_t at_pad_since;            /* 0: not at the pad */
    int64_t step_since;              /* of the step or question under way; 0: none */
    int64_t centre_since;            /* 0: the authority is not being asked */
    char centre_said[512];           /* the filter's last line, from outside: not cleaned */
    struct desk_certificate certificates[2]; /* by enum card_certificate */
    bool pin_first;                  /* the next step begins with its PIN */
    bool typing;                     /* the step under way is at its PIN */
    uint8_t resident;                /* enum card_resident_flags */
    uint8_t field, fields;           /* typed on the resident's terminal, from 1; 0 of 0: no question is open there */
    int64_t held_since;              /* link is CARD_READER_HELD: since when an earlier step is at the reader */
    struct card_reply last;          /* reply to the last finished request; code says how it ended */
    uint32_t unsettled;              /* cases in the ledger whose outcome is not known, or parked */
};

enum desk_fault desk_open(struct desk **d, const struct desk_settings *settings, int64_t now)
    __attribute__((warn_unused_result));
void desk_close(struct desk **d, int64_t now);
/* One descriptor from open to close. */
int desk_fd(const struct desk *d);
/* Seconds until desk_pump must be called though nothing is readable; -1: no limit. */
int desk_wait(const struct desk *d, int64_t now);
void desk_pump(struct desk *d, int64_t now);
const struct desk_view *desk_view(const struct desk *d);

/* The clerk's acts, in their usual order. */
enum desk_fault desk_begin(struct desk *d, const struct case_opening *opening, int64_t now)
    __attribute__((warn_unused_result));
enum desk_fault desk_read_card(struct desk *d, bool with_certificates, int64_t now)
    __attribute__((warn_unused_result));
/* Records what was shown and the verdict with the ids of the rules that decided; replaces the one
 * before. */
enum desk_fault desk_judge(struct desk *d, const struct case_judgement *judgement, int64_t now)
    __attribute__((warn_unused_result));
/* A person's decision where the verdict allows it: who decided, why. */
enum desk_fault desk_decide(struct desk *d, const struct case_decision *decision, int64_t now)
    __attribute__((warn_unused_result));
/* Binds the case to the card in the reader and lays down its steps. */
enum desk_fault desk_plan(struct desk *d, const struct case_plan *plan, int64_t now)
    __attribute__((warn_unused_result));
/* Runs the plan's next open step. `insist` is the second key. */
enum desk_fault desk_step(struct desk *d, bool insist, int64_t now)
    __attribute__((warn_unused_result));
/* Asks the card what is true about a step whose outcome is unknown. */
enum desk_fault desk_settle(struct desk *d, int64_t now) __attribute__((warn_unused_result));
/* Puts the case aside with its next step; it may be picked up by any window. */
enum desk_fault desk_park(struct desk *d, enum case_reason reason, int64_t now)
    __attribute__((warn_unused_result));
enum desk_fault desk_resume(struct desk *d, const char *case_id, int64_t now)
    __attribute__((warn_unused_result));
/* Closes the case as done, or as abandoned before anything was written to the card; releases the
 * card. */
enum desk_fault desk_finish(struct desk *d, int64_t now) __attribute__((warn_unused_result));
/* Ends a parked case, or the open one, for good, with what its steps say of the card. */
enum desk_fault desk_give_up(struct desk *d, const char *case_id, enum case_reason reason,
                             int64_t now) __attribute__((warn_unused_result));

/* The clerk's terminal is gone: no further act is taken; the step under way goes on until its
 * outcome is recorded, the case is parked. Pump until view->hung_up, then close. */
void desk_hang_up(struct desk *d, int64_t now);

#endif
