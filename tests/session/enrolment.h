/*
 * What the sessions about certificates have in common: the residents' cards, the practice authority, and the
 * record asked about what was issued. See tests/lib/session.h.
 */
#ifndef TESTS_SESSION_ENROLMENT_H
#define TESTS_SESSION_ENROLMENT_H

#include "tests/lib/session.h"

/* What differs between the cards of Ibaraki; their PINs are 1234, but for sig_pin. No authentication
 * certificate: no PIN for it. */
struct enrolment_card {
    const char *name, *serial; /* of the file; of the card */
    const char *holder, *birth;
    const char *sig_pin;       /* or none */
    const char *sig, *auth;    /* last day of validity, or none */
    const char *tries;         /* lines of [tries], or NULL */
};

/* Beside the clock of the session: in its last three months, and over. */
#define ENROLMENT_ENDS "2026-12-24"
#define ENROLMENT_OVER "2026-10-24"

/* The stand's authority has its keys and answers; waited for. */
void enrolment_authority(const struct session *s);
/* A stand whose authority is up and knows these cards. */
void enrolment_open(struct session *s, const struct enrolment_card *cards, size_t count);
/* The card as new, and the clerk's program at Ibaraki, with the stand's authority. */
void enrolment_clerk(struct session *s, const char *card);
/* The program once more, card and record as they are. */
void enrolment_clerk_again(struct session *s);
/* Words after `ca` of madoguchi-practice(1). */
void enrolment_tell(const struct session *s, const char *words);
/* Certificates that the authority has issued for this card, of one kind. */
int enrolment_issued(const struct session *s, const char *serial, const char *kind);
/* The resident's terminal is connected; types on it once it shows `text`. */
void enrolment_resident(struct session *s);
void enrolment_type(struct session *s, const char *text, const char *keys);
/* On the documents' screen: ticks the first row of that name below the marker. */
void enrolment_tick(struct session *s, const char *document);
enum { ENROLMENT_SIG = 1, ENROLMENT_AUTH = 2 };
/* The case is done, every step of it, and these certificates are in the record and no others. */
void enrolment_is_done(const struct session *s, unsigned certificates);
/*
 * OpenSC reads from the card exactly the certificate of the record; openssl verifies it under the practice roots, and
 * a signature that PKCS#11 had made with its key. `pin` is that of the certificate, `value` what it is now. Ends the
 * programs: the card is needed.
 */
void enrolment_witness(struct session *s, const struct case_file *file, unsigned pin, const char *value);

#endif
