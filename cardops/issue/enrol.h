/*
 * What becomes of asking the CA: the words of madoguchi-enrol, and of any filter put in its place.
 *
 * The filter is started once for each certificate: `issue` with a PKCS#10 request (DER) on standard
 * input, `revoke` with the certificate (DER). It ends with one of the outcomes below as exit status.
 * After `issue` with ENROL_DONE standard output holds the certificate (DER), else nothing. Standard error
 * holds one line (its last, where a filter chatters), the outcome's word and then NAME=VALUE fields
 * separated by spaces, for instance
 *
 *     done transaction=5f0c… serial=1A2B from=20261122 until=20311120
 *     not-accepted transaction=5f0c… reason=other-key
 *     refused transaction=5f0c… fail-info=badRequest text=…
 *
 * Asking again is always right: a CA gives the same certificate for a key that it knows. After
 * ENROL_UNREACHABLE, ENROL_PROTOCOL or a filter that was killed, nobody here knows whether it issued.
 *
 * This file needs no cryptography; the paperwork reads the line with it.
 */
#ifndef CARDOPS_ISSUE_ENROL_H
#define CARDOPS_ISSUE_ENROL_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses. */
enum enrol_outcome {
    ENROL_DONE = 0,          /* issue: checked, confirmed, written out; revoke: revoked, or was already */
    ENROL_NOT_ACCEPTED = 10, /* the CA's certificate is wrong and was confirmed as rejected; field `reason` */
    ENROL_REFUSED = 11,      /* the CA said no; fields `fail-info` and, if it told, `text` */
    ENROL_UNREACHABLE = 12,  /* no connection, cut off, or no answer in time */
    ENROL_WAITING = 13,      /* the CA has the request and wants to be asked later; field `after`: seconds, 0: not told */
    ENROL_PROTOCOL = 14,     /* an answer that is no CMP, or not protected by who we trust */
    ENROL_CREDENTIAL = 15,   /* the office's certificate or key cannot be used */
    ENROL_USAGE = 16,        /* options, files they name, or the input; nothing was sent; field `reason` */
};

/* Why a certificate was not accepted. */
enum enrol_reason {
    ENROL_FINE = 0,
    ENROL_TOO_LARGE,         /* for the card's file */
    ENROL_NOT_DER,           /* or an extension that does not parse */
    ENROL_OTHER_KEY,         /* not for the key in the request */
    ENROL_NOT_YET_VALID,
    ENROL_EXPIRED,
    ENROL_WRONG_USAGE,
    ENROL_WRONG_POLICY,
    ENROL_UNKNOWN_ISSUER,
    ENROL_BROKEN_SIGNATURE,
    ENROL_UNCHECKED,         /* no memory, or the library failed */
};

const char *enrol_outcome_word(enum enrol_outcome outcome);
const char *enrol_reason_word(enum enrol_reason reason);

/* False: an exit status that is none of them (the filter crashed, or is of another kind). */
bool enrol_outcome_of(int status, enum enrol_outcome *outcome) __attribute__((warn_unused_result));

/*
 * Whether the answer to a `revoke` that ended in ENROL_REFUSED will be the same however often it is asked:
 * the CA has no such certificate, or has revoked it before.
 */
bool enrol_refused_for_good(const char *line) __attribute__((warn_unused_result));

/* ENROL_UNCHECKED for a word that is none of them. */
enum enrol_reason enrol_reason_of(const char *word);

/*
 * The value of field `name` in a line, cut to `room` with its NUL. False: no such field. The field `text`
 * is always last and runs to the end of the line; it comes from the CA and is cleaned before it is shown.
 */
bool enrol_field(const char *line, const char *name, char *value, size_t room)
    __attribute__((warn_unused_result));

#endif
