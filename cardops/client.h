/*
 * What the clerk's side may ask of the card process, and what it hears back: plain requests and replies.
 *
 * madoguchi-card is started by card_client_start() over a SOCK_SEQPACKET socket pair; one message is one
 * struct, sent whole. Both ends are one build; CARD_WIRE_VERSION guards against a mixed installation.
 *
 * Order of calls: card_client_start, then CARD_ASK_OPEN, then any requests, one at a time: a request
 * sent while another is unanswered is answered CARD_BUSY. Every request gets exactly one reply with its
 * sequence number; events (sequence 0) may come at any time. card_client_stop ends the process in order;
 * the process also ends by itself when its peer dies, after the step under way (a PIN typed on the pad
 * reaches the card even then: stand.md section 3).
 *
 * The card process does one step a request, never repeats a command that may use up a try, and writes no
 * ledger. No reply, event or log of it holds a PIN or My Number.
 * Text in replies (names, serials) is raw card data: the receiver cleans it before it is shown.
 */
#ifndef CARDOPS_CLIENT_H
#define CARDOPS_CLIENT_H

#include "cardops/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    CARD_WIRE_VERSION = 1,
    CARD_TEXT_MAX = 256,
    CARD_BLOB_MAX = 4096,     /* a certificate, a request, a public key */
    CARD_SERIAL_MAX = 16,     /* 15 digits and NUL (共通カード AP EF 0001) */
};

enum card_ask {
    CARD_ASK_OPEN = 1,   /* settings; opens service, reader and authority module */
    CARD_ASK_READ,       /* what the card tells without a PIN; binds nothing */
    CARD_ASK_TRIES,      /* tries left of every place of every PIN: settles a lost answer */
    CARD_ASK_VERIFY,     /* PIN checked; a wrong one uses up a try */
    CARD_ASK_CHANGE,     /* old PIN checked, new one set */
    CARD_ASK_RESET,      /* with the office's authority: new PIN, full retry counter */
    CARD_ASK_RELEASE,    /* end of this resident: card powered off, resident's terminal idle */
    CARD_ASK_KEY,        /* new key pair on the card (or the pending one of a cut); public key */
    CARD_ASK_SIGN,       /* DigestInfo signed with the new key: the request's own proof */
    CARD_ASK_INSTALL,    /* certificate checked against the key, written, read back (sig: PIN first) */
    CARD_ASK_PROVE,      /* random challenge signed by the installed key, verified with its certificate */
    CARD_ASK_CERTIFICATE,/* a certificate off the card (sig only after its PIN) */
};

/* Where the resident types. */
enum card_way { CARD_WAY_PAD, CARD_WAY_RESIDENT };
/* Who types: the resident, or staff from the opened sealed sheet. */
enum card_typist { CARD_TYPED_BY_RESIDENT, CARD_TYPED_BY_STAFF };
enum card_certificate { CARD_CERTIFICATE_SIG, CARD_CERTIFICATE_AUTH };

/* One outcome, one code; grouped by origin. */
enum card_code {
    CARD_OK = 0,
    /* PC/SC service */
    CARD_NO_SERVICE = 100,  /* pcscd is not running or went away */
    CARD_NOT_AUTHORISED,    /* polkit refuses this session */
    /* reader */
    CARD_NO_READER = 200,   /* the configured reader is not among the readers */
    CARD_READER_GONE,       /* unplugged or no longer answering */
    CARD_READER_SHARED,     /* another program holds the card */
    CARD_READER_HELD,       /* an earlier card process still has a step there; since when: reply.since */
    /* card */
    CARD_ABSENT = 300,
    CARD_REMOVED,           /* pulled out during the step: what was done is settled by CARD_ASK_TRIES */
    CARD_MUTE,
    CARD_UNCERTAIN,         /* the answer was lost: the command may have been carried out */
    CARD_FOREIGN,           /* none of the applications of a My Number card */
    CARD_OLD_JUKI,          /* an old 住基カード */
    CARD_OTHER,             /* another serial than the one the request names; nothing was done */
    CARD_GARBLED,           /* the card's data do not parse */
    CARD_REFUSED,           /* an unexpected status word: reply.sw */
    /* PIN */
    CARD_PIN_WRONG = 400,   /* reply.tries left */
    CARD_PIN_LOCKED,
    CARD_PIN_ABSENT,        /* the card has no such PIN (no certificate, face-authentication card) */
    CARD_PIN_HALF,          /* set in the first of two places only: reply.places_done */
    CARD_PIN_FIRST,         /* the card wants this certificate's PIN before it; nothing was done */
    /* pinpad and resident's terminal: nothing reached the card */
    CARD_NO_PAD = 500,      /* the reader has no pinpad */
    CARD_PAD_CANCELLED,     /* 6401 */
    CARD_PAD_TIMEOUT,       /* 6400 */
    CARD_PAD_MISMATCH,      /* 6402 */
    CARD_PAD_LENGTH,        /* 6403 */
    CARD_PAD_BLOCKED,       /* 6404: the reader's firewall */
    CARD_PAD_STRUCTURE,     /* 6B80, or the driver refused the block */
    CARD_NO_RESIDENT,       /* no resident's terminal is connected */
    CARD_RESIDENT_CANCELLED,
    CARD_RESIDENT_TIMEOUT,
    CARD_RESIDENT_LOST,     /* the resident's terminal went away during entry */
    /* authority */
    CARD_NO_MODULE = 600,   /* no module is configured */
    CARD_MODULE_UNREADABLE, /* the file cannot be loaded, or is of another version */
    CARD_MODULE_REFUSED,    /* its configuration is bad */
    CARD_NOT_FOR_MODULE,    /* the card is not of the kind this module works with; nothing was done */
    CARD_AUTHORITY_REFUSED, /* the card did not accept the office's authority */
    CARD_UNSUPPORTED,       /* the module cannot do that */
    /* certificate */
    CARD_NO_KEY = 700,      /* no pending key */
    CARD_CERTIFICATE_BAD,   /* not DER, or not for the key on the card */
    CARD_CERTIFICATE_SIZE,  /* larger than the card's file */
    CARD_READ_BACK_DIFFERS,
    CARD_PROOF_FAILED,
    /* the process */
    CARD_BUSY = 800,
    CARD_WRONG_VERSION,
    CARD_WRONG_ORDER,       /* a request before CARD_ASK_OPEN */
    CARD_BAD_REQUEST,
    CARD_NO_MEMORY,
    CARD_NO_RUNTIME,        /* the runtime directory cannot be made or has wrong rights */
    CARD_PROCESS_DIED,      /* made by the client, never sent */
    CARD_PROCESS_SILENT,    /* made by the client: no reply within the step's limit; it was killed */
};

enum card_event {
    CARD_EVENT_NONE = 0,
    CARD_EVENT_PRESENCE,    /* reply.presence */
    CARD_EVENT_AT_PAD,      /* the pad has been asked: reply.entry of reply.entries (住基 by pad: 2) */
    CARD_EVENT_LEFT_PAD,
    CARD_EVENT_RESIDENT,    /* reply.resident: state of the resident's terminal; at reply.entry of reply.entries */
};

enum card_presence { CARD_READER_AWAY, CARD_READER_EMPTY, CARD_IN_READER, CARD_SERVICE_AWAY };

/* What the clerk may know of an entry on the resident's terminal: never a character. */
enum card_resident_flags {
    CARD_RESIDENT_CONNECTED = 1,
    CARD_RESIDENT_TYPING = 2,
    CARD_RESIDENT_LENGTH_OK = 4,
    CARD_RESIDENT_RULE_MET = 8,
    CARD_RESIDENT_MATCH = 16,
};

struct card_settings {
    char reader[128];        /* PC/SC name, exact */
    char module[256];        /* authority module; empty: none */
    char module_config[256];
    char runtime[192];       /* directory for locks and the resident's socket */
    char window[16];
    char log[256];           /* empty: none */
    uint8_t log_level;       /* 0 errors, 1 steps, 2 command names and status words */
    uint8_t use_pad;         /* 0: never, even where the reader has one */
    uint8_t entry_seconds;   /* the resident's time for one PIN: 1..90 */
    uint32_t resident_gid;   /* group of the resident's terminal; UINT32_MAX: own user only */
    struct card_profile profile;
};

struct card_request {
    uint32_t version;
    uint32_t sequence;       /* from 1, rising */
    uint32_t ask;            /* enum card_ask */
    uint8_t pin;             /* index into the profile */
    uint8_t way, typist;
    uint8_t certificate;     /* enum card_certificate */
    uint8_t with_certificates; /* CARD_ASK_READ: the authentication certificate too */
    char serial[CARD_SERIAL_MAX]; /* the case's card; empty only for OPEN, READ and RELEASE */
    uint8_t places_done;     /* CHANGE: the PIN's first places that hold the new PIN since an earlier attempt */
    uint16_t blob_length;
    union {
        struct card_settings settings;
        uint8_t blob[CARD_BLOB_MAX];
    } body;
};

enum card_yes { CARD_UNKNOWN, CARD_NO, CARD_YES };

struct card_pin_facts {
    uint8_t present;                 /* enum card_yes */
    uint8_t place_count;
    int8_t tries[CARD_PLACES_MAX];   /* 0: locked; -1: the card did not tell */
};

struct card_facts {
    char serial[CARD_SERIAL_MAX];
    char municipality[8];            /* five digits */
    uint32_t expiry;                 /* YYYYMMDD, 0: unknown */
    uint8_t face_only;               /* enum card_yes: face-authentication card, no PINs */
    uint8_t practice;                /* enum card_yes: answers to the practice application */
    uint8_t certificates[2];         /* enum card_yes, by enum card_certificate */
    uint32_t auth_from, auth_until;  /* YYYYMMDD in Japan; 0: not read */
    char auth_serial[44];            /* hexadecimal */
    uint8_t pin_count;
    struct card_pin_facts pins[CARD_PINS_MAX];
};

struct card_reply {
    uint32_t version;
    uint32_t sequence;       /* of the request; 0: an event */
    uint32_t event;          /* enum card_event where sequence is 0 */
    uint32_t code;           /* enum card_code */
    uint16_t sw;             /* last status word of the card, 0: none */
    int8_t tries;            /* left after the step; -1: not known */
    uint8_t places_done;     /* of the PIN's places, how many hold the new PIN for certain */
    uint8_t presence;        /* enum card_presence */
    uint8_t entry, entries;
    uint8_t resident;        /* enum card_resident_flags */
    uint8_t pad;             /* 1 when the reader has a usable pinpad, as far as it has said */
    uint8_t pad_minimum, pad_maximum; /* digits it reports; 0: not told */
    uint8_t practice;        /* OPEN: the module is the practice module */
    uint8_t keeps_old_key;
    int64_t since;           /* CARD_READER_HELD: seconds since the epoch */
    uint16_t commands;       /* APDUs sent for this request */
    char module_name[64];
    struct card_facts facts; /* READ, TRIES; and RESET, CHANGE, VERIFY: as far as known afterwards */
    uint16_t blob_length;
    uint8_t blob[CARD_BLOB_MAX];
};

struct card_client;

/* Starts `program` with a clean environment; `pcsc_socket` (may be NULL) is the only variable of PC/SC it is given. */
enum card_code card_client_start(struct card_client **c, const char *program, const char *pcsc_socket)
    __attribute__((warn_unused_result));
/* For poll(): readable when card_client_receive has something. */
int card_client_fd(const struct card_client *c);
pid_t card_client_pid(const struct card_client *c);
/* Sends `request` with version and the next sequence number filled in. Returns CARD_OK or CARD_PROCESS_DIED. */
enum card_code card_client_send(struct card_client *c, struct card_request *request) __attribute__((warn_unused_result));
/* False: nothing there yet. A dead process is told once, as a reply with code CARD_PROCESS_DIED. Never blocks. */
bool card_client_receive(struct card_client *c, struct card_reply *reply);
/* Kills a process that has outlived its step's limit (a driver can loop for ever: stand.md section 7). */
void card_client_kill(struct card_client *c);
/* Ends it in order: it finishes the step under way. Frees and nulls. */
void card_client_stop(struct card_client **c);

#endif
