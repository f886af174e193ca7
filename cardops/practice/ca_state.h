/*
 * The practice CA's memory: keys, certificates issued and revoked, all in files (see ca.h).
 *
 * ca_state_open reads the keys; everything else is read from disk when it is asked for, under a lock that
 * holds between processes too. A struct ca_state may be used by several threads at once. Not a public
 * interface: the CMP side and ca_issue_direct use it.
 */
#ifndef CARDOPS_PRACTICE_CA_STATE_H
#define CARDOPS_PRACTICE_CA_STATE_H

#include "cardops/practice/ca_profile.h"
#include "cardops/practice/store.h"

struct ca_state {
    char directory[STORE_PATH_MAX];
    struct ca_pair authorities[CA_KINDS][CA_GENERATIONS];
    struct ca_pair server;      /* signs the CA's messages, and serves HTTPS */
    X509 *office_root;          /* whom the office's credential descends from */
};

/* What a request asks for. Everything is borrowed. */
struct ca_wish {
    enum ca_kind kind;
    EVP_PKEY *key;
    const char *card_serial, *municipality_code;
    int64_t until;              /* 0: by the rule, and only for who may have it */
    enum ca_wrong wrong;        /* send this one instead; the right one is issued and kept all the same */
};

enum ca_fault ca_state_open(struct ca_state *state, const char *directory) __attribute__((warn_unused_result));
void ca_state_close(struct ca_state *state);

/*
 * The one certificate for the key: found, or made, recorded and only then given out. `issued` tells
 * whether it was made now. The caller frees *certificate.
 */
enum ca_fault ca_state_issue(struct ca_state *state, const struct ca_settings *settings,
                             const struct ca_wish *wish, int64_t now, X509 **certificate, bool *issued)
    __attribute__((warn_unused_result));

/* Records the revocation and writes the new list. */
enum ca_fault ca_state_revoke(struct ca_state *state, const X509_NAME *issuer, const ASN1_INTEGER *serial,
                              int64_t now) __attribute__((warn_unused_result));

/* Writes the lists of all authorities anew. */
enum ca_fault ca_state_lists(struct ca_state *state, int64_t now) __attribute__((warn_unused_result));

/* One line in the log: `event` is words of the caller's, without a newline. */
void ca_state_log(const struct ca_state *state, int64_t now, const char *event);

#endif
