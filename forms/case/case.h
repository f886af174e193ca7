/*
 * The life of one application at the counter, from reception to the end, as a pure model.
 *
 * A case changes only by case_apply(): one event at a time, through one transition table (case.c).
 * An event that the table does not allow in the present state, or whose content is malformed,
 * changes nothing and answers false. Replaying a case's recorded events from an empty file gives
 * the same file; the ledger stores the events, never the file.
 *
 *   open -> judged -> planned <-> running -> unsettled -> planned ... -> done
 *   every state but running can be parked; a running step ends first, known or not
 *
 * What the table holds to: no card step without a judgement that accepts, or a person's decision
 * where the judgement allows one; only steps that the judged procedure knows, on PINs that were
 * asked for; one step at a time; done only when every step is done; an outcome that is not known
 * stays `unknown` until the card has told. Every state but done and abandoned has a way out: a
 * revocation that the authority refuses for good is at its end too, and says so.
 *
 * Texts are UTF-8, bounded, cleaned of control characters by refusal. Words are lower-case ids. No
 * field can hold a PIN: words are of known shape, and free texts (names, reasons) are refused where
 * one of their words has the shape of a PIN (four digits, or 6 to 16 capitals and digits mixed).
 *
 * Times are seconds since the epoch, given by the caller. Nothing here allocates, reads or writes.
 */
#ifndef FORMS_CASE_CASE_H
#define FORMS_CASE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CASE_ID_MAX = 32,         /* "w1-000123" */
    CASE_WORD_MAX = 32,
    CASE_MOMENT_MAX = 24,     /* "2008-05-01T08:45" */
    CASE_RULE_MAX = 64,
    CASE_DOCUMENT_MAX = 64,   /* "resident:drivers-licence" */
    CASE_ATTRIBUTES_MAX = 128, /* "expires=2027-05-01,shows=name+birth" */
    CASE_FACT_MAX = 64,       /* "birth=1990-05-01" */
    CASE_NAME_MAX = 96,
    CASE_PHONE_MAX = 32,
    CASE_WHY_MAX = 384,
    CASE_SERIAL_MAX = 16,     /* 15 digits */
    CASE_CERTIFICATE_MAX = 44, /* serial number, hexadecimal */
    CASE_DIGEST_MAX = 65,     /* SHA-256, hexadecimal */
    CASE_RULES = 24,
    CASE_DOCUMENTS = 16,
    CASE_FACTS = 24,
    CASE_STEPS = 20,
    CASE_PINS = 8,
    CASE_PLACES = 2,          /* a PIN may live in two applications of the card */
    CASE_CERTIFICATES = 2,    /* by the index of their PIN: sig, auth */
    CASE_PAPER_MAX = 4096,    /* a request or a certificate, DER */
    CASE_TRANSACTION_MAX = 33, /* of a question to the authority: 32 hexadecimal digits, small letters */
};

enum case_state {
    CASE_NONE = 0,   /* no case: an empty file */
    CASE_OPEN,       /* received */
    CASE_JUDGED,     /* a verdict is recorded; whether it is enough: case_enough() */
    CASE_PLANNED,    /* bound to a card; no step under way; open steps may be left */
    CASE_RUNNING,    /* a step's intent is recorded and its outcome is not */
    CASE_UNSETTLED,  /* a step's outcome is not known */
    CASE_PARKED,     /* put aside with its next step */
    CASE_DONE,       /* all that was planned is done, or refused for good */
    CASE_ABANDONED,  /* ended before that; the steps say what stands on the card */
    CASE_STATES
};

enum case_event {
    CASE_OPENED,            /* opening */
    CASE_JUDGEMENT,         /* judgement */
    CASE_DECISION,          /* decision */
    CASE_PLAN,              /* plan */
    CASE_STEP_INTENDED,     /* step, outcome.tries (before) */
    CASE_PROOF_INTENDED,    /* step: an unknown change is to be proven by its new PIN */
    CASE_STEP_DONE,         /* step, outcome */
    CASE_STEP_NOT_DONE,     /* step, outcome: for certain not carried out */
    CASE_STEP_UNKNOWN,      /* step, outcome: may have been carried out */
    CASE_STEP_REFUSED,      /* step, outcome: a revocation that the authority refuses for good */
    CASE_SETTLED_DONE,      /* step, outcome: the card has told */
    CASE_SETTLED_NOT_DONE,  /* also as the end of an install, which looks for what is there */
    CASE_PUT_ASIDE,         /* reason */
    CASE_RESUMED,
    CASE_FINISHED,
    CASE_GIVEN_UP,          /* reason */
    CASE_EVENTS
};

enum case_reason {
    CASE_REASON_NONE = 0,
    CASE_REASON_CLERK,        /* put aside by the clerk */
    CASE_REASON_RESIDENT,     /* the resident wants to stop, or comes again */
    CASE_REASON_DOCUMENTS,    /* documents are missing */
    CASE_REASON_SECOND_VISIT, /* a letter goes out first */
    CASE_REASON_CARD_GONE,    /* the card was taken away */
    CASE_REASON_CARD_LOST,    /* it will not come back: lost, broken, replaced */
    CASE_REASON_NEEDS_RESET,  /* a change whose outcome only a reset can settle */
    CASE_REASON_EQUIPMENT,    /* reader, pinpad or service out of order */
    CASE_REASON_CENTRE,       /* the certification authority does not answer */
    CASE_REASON_LINE,         /* the clerk's terminal went away */
    CASE_REASON_CLOSED,       /* maintenance */
    CASE_REASONS
};

enum case_kind {
    CASE_VERIFY, CASE_CHANGE, CASE_RESET,
    CASE_KEEP,         /* the old certificate is read off the card: for comparing and revoking */
    CASE_KEY,          /* key pair on the card, request signed with it */
    CASE_CERTIFICATE,  /* asked of the authority for that request */
    CASE_INSTALL,      /* written to the card and read back */
    CASE_PROVE,        /* a challenge signed with the new key verifies under the new certificate */
    CASE_REVOKE,       /* the old certificate, at the authority */
    CASE_KINDS
};

/* The way of a PIN and who types it. */
enum case_way { CASE_BY_PAD, CASE_BY_TERMINAL };
enum case_typist { CASE_TYPED_BY_RESIDENT, CASE_TYPED_BY_STAFF };

enum case_step_state {
    CASE_STEP_IS_OPEN,
    CASE_STEP_IS_INTENDED,
    CASE_STEP_IS_DONE,
    CASE_STEP_IS_NOT_DONE,  /* tried, and for certain not carried out: may be tried again */
    CASE_STEP_IS_UNKNOWN,
    CASE_STEP_IS_REFUSED,   /* for good: nothing is left to do about it */
    CASE_STEP_STATES
};

struct case_opening {
    char procedure[CASE_WORD_MAX];  /* change reset renew issue check */
    char presenter[CASE_WORD_MAX];
    uint8_t visit;                  /* 1, 2, ... */
    char city[CASE_WORD_MAX];
    char office[CASE_WORD_MAX];
    char reception[CASE_MOMENT_MAX]; /* YYYY-MM-DDTHH:MM */
    bool set_back;                  /* the clerk set the reception time back within the day */
    char clerk[CASE_NAME_MAX];      /* who received it */
};

struct case_document {
    char id[CASE_DOCUMENT_MAX];             /* holder:document */
    char attributes[CASE_ATTRIBUTES_MAX];   /* those that mattered, name=value, by commas; may be empty */
};

struct case_judgement {
    char procedure[CASE_WORD_MAX];  /* judged as; a change that ended as a reset is judged again */
    char verdict[CASE_WORD_MAX];    /* design section 7 */
    bool may_be_decided;            /* the profile lets the office decide otherwise; ask-office always may */
    uint8_t pins;                   /* bit i: PIN i of the card profile was asked for */
    uint8_t rule_count, document_count, fact_count;
    char rules[CASE_RULES][CASE_RULE_MAX];  /* ids of the rules that decided */
    struct case_document documents[CASE_DOCUMENTS];
    char facts[CASE_FACTS][CASE_FACT_MAX];  /* stated ones, name=value */
};

struct case_decision {
    char who[CASE_NAME_MAX];
    char function[CASE_NAME_MAX];
    char phone[CASE_PHONE_MAX];     /* where they were asked; may be empty */
    char why[CASE_WHY_MAX];
};

struct case_plan_step {
    uint8_t kind;    /* enum case_kind */
    uint8_t pin;     /* index into the card profile; certificate steps: that of the certificate's PIN */
    uint8_t way;     /* enum case_way */
    uint8_t typist;  /* enum case_typist */
};

struct case_plan {
    char serial[CASE_SERIAL_MAX];            /* the case's card */
    char certificate[CASE_CERTIFICATE_MAX];  /* authentication certificate on it; empty: none */
    uint8_t step_count;                      /* 0: nothing is to be done on the card */
    struct case_plan_step steps[CASE_STEPS];
};

struct case_outcome {
    uint32_t code;             /* enum card_code, not interpreted here */
    uint16_t sw;               /* last status word, 0: none */
    int8_t tries[CASE_PLACES]; /* left: before the step in an intent, after it in an outcome; -1: not known */
    uint8_t places_done;       /* of the PIN's places, how many hold the new PIN for certain; of a
                                  key: 1 when the new pair is on the card for certain */
};

struct case_step {
    struct case_plan_step plan;
    uint8_t state;             /* enum case_step_state */
    bool proving;              /* the newest intent was to prove the new PIN, not to set it */
    bool doubt;                /* an earlier attempt's outcome is not known: not done now is still unknown */
    uint16_t attempts;         /* intents so far, proofs not counted */
    uint16_t proofs;           /* proofs tried since: each may have used up a try */
    int8_t tries_before[CASE_PLACES]; /* at the last intent that could write; -1 for a kind never tried */
    struct case_outcome outcome;      /* of the last attempt */
    char transaction[CASE_TRANSACTION_MAX]; /* of the last question to the authority; empty: none */
    int64_t intended_at, at;   /* 0: not yet */
};

/* What a step brought: public data that later steps and other windows need. Length 0: nothing. */
struct case_paper {
    uint16_t length;
    uint8_t at[CASE_PAPER_MAX];
};

/* Of one certificate, each from the step that brought it. */
struct case_papers {
    struct case_paper old, request, certificate;
};

/* One event with its content; `step` and the member that the event names are read, the rest is not.
 */
struct case_change {
    enum case_event event;
    int64_t at;
    uint8_t step;
    enum case_reason reason;
    struct case_paper paper;   /* of a step that is done: keep, key, certificate */
    char transaction[CASE_TRANSACTION_MAX]; /* of a step at the authority; empty: as before */
    union {
        struct case_opening opening;
        struct case_judgement judgement;
        struct case_decision decision;
        struct case_plan plan;
        struct case_outcome outcome;
    } with;
};

struct case_file {
    char id[CASE_ID_MAX];      /* given by the ledger with the opening */
    int64_t last_event;        /* sequence of its newest event in the ledger */
    enum case_state state;
    enum case_reason reason;   /* parked, abandoned: why */
    int64_t opened_at, changed_at;
    bool judged, decided, planned;
    struct case_opening opening;
    struct case_judgement judgement;   /* the newest; a newer one takes back the decision on the one before */
    struct case_decision decision;
    struct case_plan plan;             /* its steps are repeated in `steps` */
    struct case_step steps[CASE_STEPS];
    struct case_papers papers[CASE_CERTIFICATES];
};

/* False: not allowed in this state, or malformed; the file is unchanged. */
bool case_apply(struct case_file *file, const struct case_change *change)
    __attribute__((warn_unused_result));

/* The table has a row for the two: some case in this state can take some event of this kind. */
bool case_possible(enum case_state state, enum case_event event);

/* The judgement accepts, or a person has decided: card steps may be planned and run. */
bool case_enough(const struct case_file *file);
/* The next step to run, in order: intended or unknown first, then not done, then open. -1: none is
 * left. */
int case_next_step(const struct case_file *file);
/* Some step was carried out on the card, or may have been, that changed it. */
bool case_card_touched(const struct case_file *file);
/* A step of this kind may be repeated blindly when its outcome is unknown: a reset, a key (the one
 * pending is taken again), a question to the authority (it answers the same), but never a VERIFY. */
bool case_repeatable(enum case_kind kind);
/* Asks the authority and not the card. */
bool case_at_authority(enum case_kind kind);

/* True: valid UTF-8 without controls, shorter than `room`, no word of it in the shape of a PIN. */
bool case_text_allowed(const char *text, size_t room);

/* Ids for records: "running", "step-intended", "change", ... "" for a value out of range. */
const char *case_state_word(enum case_state state);
const char *case_event_word(enum case_event event);
const char *case_reason_word(enum case_reason reason);
const char *case_kind_word(enum case_kind kind);

#endif
