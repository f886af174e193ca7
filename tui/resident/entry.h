/*
 * One PIN as it is typed: characters in, what the rule still lacks out. Pure; knows no screen and no socket.
 *
 * Order of calls: entry_open once; for each question entry_ask, then entry_type, entry_erase and entry_enter
 * in any order until entry_enter answers ENTRY_FINISHED, then entry_result; entry_wipe ends a question at any
 * moment. entry_close frees.
 *
 * What is typed lives in locked memory only (cardops/wire/bytes.h) and is wiped by entry_wipe, entry_ask,
 * entry_close, and by ENTRY_DIFFERENT. A new PIN is typed in two fields that must be equal. A crash leaves
 * nothing: the pages are in no core file and no swap.
 *
 * The rule of the signature password (capitals and digits, at least one of each, 6 to 16) and of the others
 * (4 digits): card.md section 2.1. A PIN in use need not mix: whether the card has always held that is not
 * known there.
 */
#ifndef TUI_RESIDENT_ENTRY_H
#define TUI_RESIDENT_ENTRY_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ENTRY_MAX = 32, ENTRY_FIELDS = 2 };

struct entry_rule {
    size_t minimum, maximum; /* characters: 1 <= minimum <= maximum <= ENTRY_MAX */
    bool letters;            /* capitals too; else digits only */
    bool mix;                /* at least one letter and one digit */
    int fields;              /* 1, or 2 that must be equal */
};

struct entry {
    struct bytes fields[ENTRY_FIELDS];
    struct entry_rule rule;
    int at; /* the field that is typed, from 0 */
};

/* What a key did; also what the resident is told. */
enum entry_note {
    ENTRY_NOTHING,
    ENTRY_RAISED,     /* a small letter was taken as its capital */
    ENTRY_REFUSED,    /* not a character of this PIN; nothing was taken */
    ENTRY_FULL,       /* no more fit; nothing was taken */
    ENTRY_UNFINISHED, /* the rule is not met yet; the field stays open */
    ENTRY_DIFFERENT,  /* the second is not the first: both wiped, the first is open again */
    ENTRY_FINISHED    /* entry_result holds the PIN */
};

/* Of the field that is typed. */
struct entry_checks {
    size_t typed;
    bool length;
    bool characters; /* something is typed: other characters are refused at the key */
    bool mix;        /* a letter and a digit, or not asked for */
    bool rule;       /* all three */
    bool match;      /* second field: equal to the first, and not empty */
};

/* False: the pages cannot be locked. */
bool entry_open(struct entry *e) __attribute__((warn_unused_result));
void entry_close(struct entry *e);

/* Starts anew under `rule`. False, with everything wiped: the rule is outside of its ranges. */
bool entry_ask(struct entry *e, const struct entry_rule *rule) __attribute__((warn_unused_result));
void entry_wipe(struct entry *e);

/* Full-width forms are taken as their plain ones, small letters as capitals where letters are allowed. */
enum entry_note entry_type(struct entry *e, uint32_t rune);
void entry_erase(struct entry *e);
enum entry_note entry_enter(struct entry *e);

struct entry_checks entry_checks(const struct entry *e);

/* Nothing is typed, in no field. */
bool entry_untouched(const struct entry *e);

/* After ENTRY_FINISHED, until the next call that wipes. */
const struct bytes *entry_result(const struct entry *e);

#endif
