/*
 * What happened at the counter, on disk: append-only events of cases, sealed in a chain.
 *
 * Two fillers of one struct of functions: SQLite for one desk (sqlite.c), PostgreSQL for several
 * windows and branches (postgresql.c). Every event is one row of typed columns (columns.c) with its
 * lists (rules, documents, facts, steps) as typed rows beside it; there is no free-form column.
 *
 * Order of calls: ledger_open_sqlite or ledger_open_postgresql; any of the others; ledger_close.
 * Calls block until the data is on disk (SQLite: WAL with synchronous=FULL; PostgreSQL: its commit)
 * and wait at most LEDGER_PATIENCE_MS for another writer. An append is all or nothing, also over a
 * crash, kill -9 or power cut: when it has answered LEDGER_OK the event is on disk, else it is not
 * there. Two faults can hide a commit, as no store can know better: LEDGER_IO of a disk that failed
 * while syncing, and LEDGER_UNREACHABLE of a server lost while committing; the next append to that
 * case then answers LEDGER_CONFLICT.
 *
 * Each row's seal is SHA-256 over the seal before it and all columns. An event that is read is
 * checked against its own seal; opening checks the newest LEDGER_CHECKED_AT_OPEN events and their
 * chain; ledger_verify checks everything. A damaged ledger is refused, never repaired. Rows cut off
 * the end cannot be seen by the chain itself: the newest sequence and seal, which verify and export
 * tell, are for the office to keep elsewhere.
 *
 * Text is kept as given; no column can hold a PIN (forms/case/case.h).
 */
#ifndef FORMS_LEDGER_LEDGER_H
#define FORMS_LEDGER_LEDGER_H

#include "forms/case/case.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    LEDGER_VERSION = 3,
    LEDGER_PATIENCE_MS = 5000,
    LEDGER_CHECKED_AT_OPEN = 1000,
    LEDGER_SEAL_MAX = 65,      /* SHA-256, hexadecimal */
    LEDGER_USER_MAX = 33,
    LEDGER_WINDOW_MAX = 16,
};

enum ledger_fault {
    LEDGER_OK = 0,
    LEDGER_NO_PLACE,       /* the folder is not there, or no file can be made in it */
    LEDGER_NOT_ALLOWED,    /* no permission, or the database refuses this user */
    LEDGER_OPEN_TO_OTHERS, /* the file can be read or written by other users */
    LEDGER_READ_ONLY,
    LEDGER_FULL,           /* the disk is full, or a limit or quota is reached */
    LEDGER_LOCKED,         /* another writer did not finish in time */
    LEDGER_WRONG_VERSION,  /* a ledger of another version */
    LEDGER_NOT_A_LEDGER,   /* a database or file of something else */
    LEDGER_DAMAGED,        /* seals or pages do not fit: ledger_error.damaged_at where known */
    LEDGER_CONFLICT,       /* another window has written to this case meanwhile: read it again */
    LEDGER_NO_CASE,        /* no case of this id */
    LEDGER_IMPOSSIBLE,     /* the case's model does not allow the event */
    LEDGER_UNREACHABLE,    /* the database server does not answer */
    LEDGER_IO,             /* any other failure of the disk or the database */
    LEDGER_NO_MEMORY,
};

/* Who writes, from where, with what in force; recorded with every event. */
struct ledger_origin {
    char unix_user[LEDGER_USER_MAX];
    char window[LEDGER_WINDOW_MAX];
    char version[CASE_WORD_MAX];             /* of the program */
    char profile_digest[CASE_DIGEST_MAX];    /* of the city profile in force */
    char documents_digest[CASE_DIGEST_MAX];  /* of what all cities share: documents, national rules, holidays */
};

/* SHA-256 of the files' bytes one after the other (cat FILE... | sha256sum), in hexadecimal, for the digests
 * above. False: one cannot be read; empty then. */
bool ledger_digest_files(const char *const paths[], size_t count, char digest[CASE_DIGEST_MAX])
    __attribute__((warn_unused_result));

struct ledger_error {
    int system;           /* errno, 0: none */
    int native;           /* SQLite's extended result code, 0: none */
    char sqlstate[6];     /* PostgreSQL's, empty: none */
    int64_t damaged_at;   /* LEDGER_DAMAGED: sequence of the first bad event, 0: not known */
};

struct ledger_row;
/* False ends the walk early. */
typedef bool (*ledger_visit)(void *context, const struct ledger_row *row);

struct ledger;
struct ledger_ops {
    /* Completes `row` (sequence, case id of an opening, seals) inside its transaction and writes
     * it. */
    enum ledger_fault (*append)(struct ledger *l, struct ledger_row *row);
    /* Rows in rising sequence: of one case, or of all (NULL) from `from` on. */
    enum ledger_fault (*each)(struct ledger *l, const char *case_id, int64_t from,
                              ledger_visit visit, void *context);
    /* The newest row of every case that is neither done nor abandoned, oldest first. */
    enum ledger_fault (*unfinished)(struct ledger *l, ledger_visit visit, void *context);
    /* The newest sequence; 0: empty. */
    enum ledger_fault (*newest)(struct ledger *l, int64_t *sequence);
    /* The store's own check of its pages; beyond the seals. */
    enum ledger_fault (*sound)(struct ledger *l);
    void (*close)(struct ledger **l);
};

struct ledger {
    const struct ledger_ops *ops;
    struct ledger_error error;   /* of the last fault */
};

/* Opens or makes the file (mode 0600; its folder must be there). On a fault of either open *l is
 * NULL and *why (may be NULL) has the detail. */
enum ledger_fault ledger_open_sqlite(struct ledger **l, const char *path, struct ledger_error *why)
    __attribute__((warn_unused_result));
/* `conninfo` as libpq has it. Makes its tables in the first schema of the search path where they
 * are not there. */
enum ledger_fault ledger_open_postgresql(struct ledger **l, const char *conninfo,
                                         struct ledger_error *why)
    __attribute__((warn_unused_result));
void ledger_close(struct ledger **l);

/* Applies `change` to `file` and records it, both or neither. An opening gives file->id. */
enum ledger_fault ledger_append(struct ledger *l, const struct ledger_origin *origin,
                                struct case_file *file, const struct case_change *change)
    __attribute__((warn_unused_result));

/* The case as its events made it. */
enum ledger_fault ledger_read_case(struct ledger *l, const char *case_id, struct case_file *file)
    __attribute__((warn_unused_result));

/* A line of the list of cases that are not finished. */
struct ledger_entry {
    char id[CASE_ID_MAX];
    enum case_state state;
    int64_t at;                       /* of its newest event */
    char window[LEDGER_WINDOW_MAX];   /* that wrote it */
};
/* Unfinished cases whose state's bit (1u << state) is in `states`, oldest first; *count is how many
 * there are, which may be more than `room`. */
enum ledger_fault ledger_list(struct ledger *l, unsigned states, struct ledger_entry *entries,
                              size_t room, size_t *count) __attribute__((warn_unused_result));

struct ledger_end {
    int64_t sequence;             /* of the newest event, 0: empty */
    char seal[LEDGER_SEAL_MAX];
};
/* Checks the store's pages, every event's seal, the chain, and that the sequence has no gap. */
enum ledger_fault ledger_verify(struct ledger *l, struct ledger_end *end)
    __attribute__((warn_unused_result));

/* Every event as one line of JSON, oldest first, for audit; seals are checked on the way. */
enum ledger_fault ledger_export(struct ledger *l, FILE *out, struct ledger_end *end)
    __attribute__((warn_unused_result));

#endif
