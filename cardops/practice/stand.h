/*
 * The practice stand: a pinpad and a plain reader behind pseudo-terminals, under a pcscd of our own,
 * with a control socket, and the practice CA. One process, one loop; pcscd and the CA are its children.
 *
 * Below the stand's directory: office.key, enrol, ca/ and cards/ stay; run/ (sockets, reader.conf.d, pcscd.log,
 * clock) exists only while the stand runs. pcscd ends first, the readers after it, because a driver that waits
 * for an answer on a closed pty loops for ever (stand.md section 7). Killed outright, it takes pcscd
 * with it, and the next start clears what lies in run/.
 */
#ifndef CARDOPS_PRACTICE_STAND_H
#define CARDOPS_PRACTICE_STAND_H

#include "cardops/practice/ca_process.h"
#include "cardops/practice/ccid.h"
#include "cardops/practice/clock.h"
#include "cardops/practice/service.h"

enum { STAND_PAD, STAND_PLAIN, STAND_READERS };
enum { STAND_PATH = 512, STAND_CLIENTS = 16, STAND_LINE = 600, STAND_READY_SECONDS = 60 };

struct stand_client {
    int fd;                 /* -1: free */
    char line[STAND_LINE];
    size_t length;
    bool watching;          /* gets the state at every change */
    int64_t waits_until;    /* for the pad; 0: does not wait */
    bool waits_for_asking;  /* or for its end */
};

struct stand_settings {
    const char *directory;  /* made where missing */
    const char *card;       /* a card's file; NULL: an empty reader */
    int entry_seconds;      /* 0: as the driver says */
    struct clock clock;     /* of what cards and the CA believe */
};

struct stand {
    struct clock clock;
    char directory[STAND_PATH], run[STAND_PATH];
    struct ccid readers[STAND_READERS];
    struct practice_card *cards[STAND_READERS]; /* owned */
    char last_card[STAND_PATH]; /* file of the card that was put in last */
    struct service service;
    struct ca_process ca;
    int lock, listener, signals;
    struct stand_client clients[STAND_CLIENTS];
    char *shown;            /* the state that watchers have */
    int64_t show_again;     /* not before: a burst of commands is one change */
    bool stopping, failed;
};

/*
 * Takes the directory and starts everything. On failure `why` holds a sentence and nothing runs. The caller
 * ignores SIGPIPE.
 */
bool stand_begin(struct stand *s, const struct stand_settings *settings, char why[STAND_LINE])
    __attribute__((warn_unused_result));
/*
 * Runs until told to stop. `ready` is called once, when pcscd has both readers and the CA listens. False:
 * one of them failed or never became ready; `why` says which.
 */
bool stand_run(struct stand *s, void (*ready)(void *context), void *context, char why[STAND_LINE])
    __attribute__((warn_unused_result));
/* Stops what runs and removes run/. */
void stand_end(struct stand *s);

/* Milliseconds of the steady clock that the stand uses. */
int64_t stand_now(void);
/* A card into a reader (from the other, if it is there); NULL takes it out. PRACTICE_OK or why not. */
enum practice_fault stand_insert(struct stand *s, int reader, const char *file,
                                 char bad[PRACTICE_KEY_NAME]);
enum service_fault stand_service_start(struct stand *s);
void stand_service_stop(struct stand *s);

#endif
