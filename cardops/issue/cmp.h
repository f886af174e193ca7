/*
 * The office's side of CMP (RFC 4210), on OpenSSL's client: one request in, one certificate or one outcome
 * out. It blocks until the CA answered or a limit is reached; the program around it is started for one
 * exchange and ends with it.
 *
 * cmp_enrol sends one p10cr, polls while the CA wants to be asked later, checks the certificate before the
 * confirmation is sent (enrol_check), and confirms it as accepted or rejected. cmp_revoke sends one rr.
 * Neither keeps anything: whoever calls may ask again after any outcome.
 */
#ifndef CARDOPS_ISSUE_CMP_H
#define CARDOPS_ISSUE_CMP_H

#include "cardops/issue/cmp_credential.h"
#include "cardops/issue/enrol_check.h"

#include <openssl/cmp.h>

enum { CMP_TRANSACTION_OCTETS = 16, CMP_TEXT_MAX = 512 };

/* Everything is borrowed for the time of the call. */
struct cmp_office {
    const char *server;            /* URL, http: or https: */
    struct cmp_credential credential;
    STACK_OF(X509) *trusted;       /* anchors for the CA's messages */
    STACK_OF(X509) *tls_trusted;   /* anchors for https */
    int message_seconds;           /* for one question and its answer, 0: no limit */
    int total_seconds;             /* for the whole exchange, polling included; 0: no limit */
    OSSL_CMP_transfer_cb_t transfer; /* carries a message and brings the answer; NULL: by HTTP */
    void *transferring;            /* its argument */
    uint8_t transaction[CMP_TRANSACTION_OCTETS]; /* its identifier: chosen by the caller, new or to be resumed */
};

struct cmp_result {
    enum enrol_outcome outcome;
    enum enrol_reason reason;      /* ENROL_NOT_ACCEPTED */
    int fail_info;                 /* ENROL_REFUSED: bits by number (RFC 4210 section 5.2.3); -1: not told */
    int64_t after;                 /* ENROL_WAITING: seconds after which the CA wants to be asked */
    char text[CMP_TEXT_MAX];       /* what the CA, or the library, had to say: one line of printable ASCII */
    X509 *certificate;             /* ENROL_DONE of cmp_enrol; the caller frees it */
};

/* `request`: its signature is already verified. expected->key is the request's. */
void cmp_enrol(struct cmp_result *result, const struct cmp_office *office, X509_REQ *request,
               const struct enrol_expectation *expected);

/* `reason`: CRLReason (RFC 5280 section 5.3.1). A certificate that the CA says is revoked already is done. */
void cmp_revoke(struct cmp_result *result, const struct cmp_office *office, X509 *certificate, int reason);

/* Name of a PKIFailureInfo bit; NULL: there is no such bit. */
const char *cmp_fail_info_word(int bit);

#endif
