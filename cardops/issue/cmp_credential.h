/*
 * What proves who we are and whom we believe: the office's certificate and key, and trust anchors, from
 * files or, for the key, from a PKCS#11 token.
 *
 * A key in a token stays there: it is used through OpenSSL's pkcs11 engine (libengine-pkcs11-openssl).
 */
#ifndef CARDOPS_ISSUE_CMP_CREDENTIAL_H
#define CARDOPS_ISSUE_CMP_CREDENTIAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

struct cmp_credential_source {
    const char *key;         /* file (PEM or PKCS#12), or a pkcs11: URI (RFC 7512) */
    const char *certificate; /* file; NULL: beside the key in its file */
    const char *password;    /* file whose first line opens the key; NULL: none. A URI names its own pin-source */
    const char *module;      /* PKCS#11 library for a URI; NULL: the engine's default */
};

struct cmp_credential {
    EVP_PKEY *key;
    X509 *certificate;
    STACK_OF(X509) *others;  /* what else was in the files: its chain */
};

/* False: something cannot be read, or key and certificate do not belong together. Free it in either case. */
bool cmp_credential_load(struct cmp_credential *credential, const struct cmp_credential_source *source)
    __attribute__((warn_unused_result));
void cmp_credential_free(struct cmp_credential *credential);

/* All certificates of a file, at least one; NULL: none, or unreadable. The caller frees the stack and them. */
STACK_OF(X509) *cmp_certificates(const char *file);

/* A store that trusts them; NULL: no memory. */
X509_STORE *cmp_store(STACK_OF(X509) *trusted);

#endif
