/* Engines are the one way to a PKCS#11 token that Debian 12 packages for OpenSSL 3.0. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "cardops/issue/cmp_credential.h"

#include <openssl/engine.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <string.h>

static const char uri_scheme[] = "pkcs11:";

/* Answers a store's question for a passphrase with the first line of the file named by `userdata`. */
static int read_password(char *buffer, int size, int writing, void *userdata)
{
    (void)writing;
    FILE *file = userdata == NULL ? NULL : fopen(userdata, "re");
    if (file == NULL)
        return -1;
    setvbuf(file, NULL, _IONBF, 0);
    char *line = fgets(buffer, size, file);
    fclose(file);
    if (line == NULL)
        return -1;
    buffer[strcspn(buffer, "\r\n")] = '\0';
    return (int)strlen(buffer);
}

static void take(struct cmp_credential *credential, OSSL_STORE_INFO *info)
{
    switch (OSSL_STORE_INFO_get_type(info)) {
    case OSSL_STORE_INFO_PKEY:
        if (credential->key == NULL)
            credential->key = OSSL_STORE_INFO_get1_PKEY(info);
        break;
    case OSSL_STORE_INFO_CERT: {
        X509 *certificate = OSSL_STORE_INFO_get1_CERT(info);
        if (sk_X509_push(credential->others, certificate) <= 0)
            X509_free(certificate);
        break;
    }
    default:
        break;
    }
}

static bool load_file(struct cmp_credential *credential, const char *path, const char *password)
{
    char file[4096] = "";
    snprintf(file, sizeof file, "%s", password == NULL ? "" : password);
    UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(read_password, 0);
    OSSL_STORE_CTX *store = OSSL_STORE_open(path, method, password == NULL ? NULL : file, NULL, NULL);
    bool ok = store != NULL;
    while (ok && OSSL_STORE_eof(store) == 0) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        /* The end of the file is told as an error too. */
        if (info == NULL)
            ok = OSSL_STORE_error(store) == 0 || OSSL_STORE_eof(store) == 1;
        else
            take(credential, info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    UI_destroy_method(method);
    return ok;
}

static EVP_PKEY *load_token_key(const char *uri, const char *module)
{
    EVP_PKEY *key = NULL;
    ENGINE_load_builtin_engines();
    ENGINE *engine = ENGINE_by_id("pkcs11");
    if (engine == NULL)
        return NULL;
    if ((module == NULL || ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) == 1) &&
        ENGINE_init(engine) == 1) {
        key = ENGINE_load_private_key(engine, uri, NULL, NULL);
        ENGINE_finish(engine);
    }
    ENGINE_free(engine);
    return key;
}

/* Its own certificate is the one whose key is ours, wherever it stands among them. */
static bool pick_certificate(struct cmp_credential *credential)
{
    for (int i = 0; credential->key != NULL && i < sk_X509_num(credential->others); i++) {
        EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(credential->others, i));
        if (key != NULL && EVP_PKEY_eq(key, credential->key) == 1) {
            credential->certificate = sk_X509_delete(credential->others, i);
            return true;
        }
    }
    return false;
}

bool cmp_credential_load(struct cmp_credential *credential, const struct cmp_credential_source *source)
{
    *credential = (struct cmp_credential){ .others = sk_X509_new_null() };
    if (credential->others == NULL)
        return false;
    if (strncmp(source->key, uri_scheme, sizeof uri_scheme - 1) == 0)
        credential->key = load_token_key(source->key, source->module);
    else if (!load_file(credential, source->key, source->password))
        return false;
    if (source->certificate != NULL && !load_file(credential, source->certificate, NULL))
        return false;
    return pick_certificate(credential);
}

void cmp_credential_free(struct cmp_credential *credential)
{
    EVP_PKEY_free(credential->key);
    X509_free(credential->certificate);
    sk_X509_pop_free(credential->others, X509_free);
    *credential = (struct cmp_credential){ 0 };
}

STACK_OF(X509) *cmp_certificates(const char *file)
{
    struct cmp_credential found = { .others = sk_X509_new_null() };
    if (found.others == NULL || !load_file(&found, file, NULL) || sk_X509_num(found.others) < 1) {
        cmp_credential_free(&found);
        return NULL;
    }
    EVP_PKEY_free(found.key);
    return found.others;
}

X509_STORE *cmp_store(STACK_OF(X509) *trusted)
{
    X509_STORE *store = X509_STORE_new();
    for (int i = 0; store != NULL && i < sk_X509_num(trusted); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(trusted, i)) != 1) {
            X509_STORE_free(store);
            store = NULL;
        }
    return store;
}
