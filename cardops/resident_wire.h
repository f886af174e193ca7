/*
 * What passes between the card process and the resident's terminal (madoguchi-resident).
 *
 * The card process binds RESIDENT_SOCKET in its runtime directory as a SOCK_SEQPACKET Unix socket and
 * accepts one peer, of its own user or of the configured group (SO_PEERCRED). One message is one struct,
 * sent whole; both ends are one build. The terminal connects by itself, again and again, and shows the
 * idle page while nothing is asked.
 *
 * Order: the card process sends RESIDENT_IDLE at connection; then, for each PIN, RESIDENT_ASK; the
 * terminal answers with any number of RESIDENT_STATE and exactly one RESIDENT_ENTRY or RESIDENT_CANCEL
 * with the same `number`; the card process closes the matter with RESIDENT_RESULT or asks on. An ASK is
 * withdrawn by RESIDENT_IDLE. A message with another `number` than the last asked is dropped, RESIDENT_IDLE
 * excepted: it always withdraws. A result that is shown stays for its seconds, also through RESIDENT_IDLE.
 *
 * At the end of `seconds` the terminal wipes what was typed and says so, but sends nothing: the card
 * process's own timer closes the question, with RESIDENT_RESULT and RESIDENT_TIMED_OUT. A broken connection
 * withdraws the question at both ends.
 *
 * A new PIN is typed twice at the terminal and compared there; it travels once. The characters live in
 * locked memory at both ends and are wiped as soon as they have been sent or put into the command. The
 * clerk's process hears nothing but which field is typed and enum card_resident_flags (cardops/client.h).
 * Every message of one direction has the same size, whatever was typed.
 */
#ifndef CARDOPS_RESIDENT_WIRE_H
#define CARDOPS_RESIDENT_WIRE_H

#include <stdint.h>

/* In the runtime directory; {window} is the window's name from the settings. */
#define RESIDENT_SOCKET_FORMAT "window-%s.resident"

enum { RESIDENT_WIRE_VERSION = 1, RESIDENT_ENTRY_MAX = 32, RESIDENT_FIELDS_MAX = 2 };

enum resident_kind {
    /* card process to terminal */
    RESIDENT_IDLE = 1,
    RESIDENT_ASK,
    RESIDENT_RESULT,
    /* terminal to card process */
    RESIDENT_STATE,
    RESIDENT_ENTRY,
    RESIDENT_CANCEL,
};

enum resident_purpose {
    RESIDENT_CURRENT, /* the PIN in use: one field */
    RESIDENT_NEW,     /* the PIN to be set: two fields that must match */
};

enum resident_outcome {
    RESIDENT_DONE,      /* checked or set */
    RESIDENT_WRONG,     /* `tries` left */
    RESIDENT_LOCKED,
    RESIDENT_STOPPED,   /* the card went away, or the step ended otherwise: ask the clerk */
    RESIDENT_TIMED_OUT,
};

struct resident_ask {
    uint32_t version;
    uint32_t kind;         /* enum resident_kind */
    uint32_t number;       /* of the question, rising */
    char pin[12];          /* id from the card's profile: sig auth juki kenmen */
    uint8_t purpose;       /* enum resident_purpose */
    uint8_t alphabet;      /* enum card_alphabet (cardops/profile.h); both kinds of character wanted */
    uint8_t minimum, maximum; /* characters */
    uint8_t staff;         /* 1: staff type from the opened sealed sheet */
    uint8_t practice;      /* 1: shows 練習; every kind of message */
    uint8_t outcome;       /* RESIDENT_RESULT: enum resident_outcome */
    int8_t tries;          /* left, before the entry (ASK) or after it (RESULT); -1: not known */
    uint16_t seconds;      /* ASK: time for this entry */
};

struct resident_answer {
    uint32_t version;
    uint32_t kind;
    uint32_t number;
    uint8_t flags;         /* RESIDENT_STATE: enum card_resident_flags */
    uint8_t field, fields; /* RESIDENT_STATE: the field that is typed, 1 of 1, 1 of 2 or 2 of 2 */
    uint8_t length;        /* RESIDENT_ENTRY: characters */
    char entry[RESIDENT_ENTRY_MAX]; /* capitals and digits in ASCII; wiped by both ends */
};

#endif
