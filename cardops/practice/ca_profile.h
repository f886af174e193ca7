/*
 * What the practice CA's certificates and lists look like: card.md section 6, with practice in every name.
 *
 * Pure: keys and data in, a signed object out, which the caller frees; NULL: OpenSSL refused. Every
 * object that is made here can be made wrong in one way, for practising what is done then.
 */
#ifndef CARDOPS_PRACTICE_CA_PROFILE_H
#define CARDOPS_PRACTICE_CA_PROFILE_H

#include "cardops/practice/ca.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

struct ca_pair {
    EVP_PKEY *key;
    X509 *certificate;
};

enum ca_wrong {
    CA_RIGHT = 0,
    CA_OTHER_KEY,
    CA_WRONG_USAGE,
    CA_WRONG_POLICY,
    CA_NOT_YET_VALID,
    CA_EXPIRED,
    CA_UNKNOWN_ISSUER,
    CA_BROKEN_SIGNATURE,
    CA_TOO_LARGE,
    CA_NOT_DER,
    CA_WRONGS,
};

/* Everything is borrowed. */
struct ca_order {
    enum ca_kind kind;
    const struct ca_pair *issuer;
    EVP_PKEY *key;                      /* the holder's */
    const struct ca_resident *resident;
    uint64_t serial;                    /* not 0 */
    int64_t from, until;                /* seconds since the epoch */
};

X509 *ca_profile_root(enum ca_kind kind, EVP_PKEY *key, int generation);
X509 *ca_profile_resident(const struct ca_order *order, enum ca_wrong wrong);

/* For the CA's own messages and the office's: `root` NULL makes a root. `server`: for HTTPS on loopback too. */
X509 *ca_profile_service(const char *name, EVP_PKEY *key, const struct ca_pair *root, bool server, int64_t from);

struct ca_revocation {
    uint64_t serial;
    int64_t time;
};
/* `number`: of the list, rising. Reason: superseded. */
X509_CRL *ca_profile_list(const struct ca_pair *issuer, const struct ca_revocation *revoked, size_t count,
                          int64_t number, int64_t now);

#endif
