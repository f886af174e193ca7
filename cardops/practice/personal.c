#include "cardops/practice/personal.h"

#include "cardops/practice/certificate.h"
#include "cardops/practice/store.h"
#include "cardops/wire/tlv.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <string.h>

static const char *const key_words[CARD_KEYS] = {[CARD_KEY_SIG] = "sig", [CARD_KEY_AUTH] = "auth"};

void personal_name(char name[PERSONAL_NAME], int key, int number, enum personal_file file)
{
    static const char *const endings[] = {"key", "der", "part"};
    snprintf(name, PERSONAL_NAME, "%s-%d.%s", key_words[key], number, endings[file]);
}

static enum practice_fault pair_write(EVP_PKEY *pair, const char *folder, const char *name)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    if (!bio)
        return PRACTICE_NO_MEMORY;
    char *text;
    enum practice_fault fault = PRACTICE_CRYPTO;
    if (PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL) == 1) {
        long length = BIO_get_mem_data(bio, &text);
        fault = store_write(folder, name, text, (size_t)length) ? PRACTICE_OK : PRACTICE_STORE;
    }
    BIO_free(bio);
    return fault;
}

static enum practice_fault pair_make(const char *folder, const char *name, EVP_PKEY **pair)
{
    *pair = EVP_RSA_gen(2048);
    if (!*pair)
        return PRACTICE_CRYPTO;
    enum practice_fault fault = pair_write(*pair, folder, name);
    if (fault) {
        EVP_PKEY_free(*pair);
        *pair = NULL;
    }
    return fault;
}

static enum practice_fault pair_read(const char *folder, const char *name, EVP_PKEY **pair)
{
    struct bytes text = {0};
    *pair = NULL;
    if (store_read(folder, name, &text)) {
        BIO *bio = BIO_new_mem_buf(text.at, (int)text.length);
        *pair = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
        BIO_free(bio);
    }
    bytes_free(&text);
    return *pair ? PRACTICE_OK : PRACTICE_STORE;
}

enum practice_fault personal_generate(const char *folder, int key, int number, EVP_PKEY **pair)
{
    char name[PERSONAL_NAME];
    personal_name(name, key, number, PERSONAL_KEY);
    return pair_make(folder, name, pair);
}

enum practice_fault personal_key(const char *folder, int key, int number, EVP_PKEY **pair)
{
    char name[PERSONAL_NAME];
    personal_name(name, key, number, PERSONAL_KEY);
    return pair_read(folder, name, pair);
}

/* Takes over `certificate`. */
static enum practice_fault certificate_write(X509 *certificate, const char *folder,
                                             const char *name)
{
    unsigned char *der = NULL;
    int length = certificate ? i2d_X509(certificate, &der) : -1;
    X509_free(certificate);
    if (length <= 0)
        return PRACTICE_CRYPTO;
    bool ok = store_write(folder, name, der, (size_t)length);
    OPENSSL_free(der);
    return ok ? PRACTICE_OK : PRACTICE_STORE;
}

/* The CA's key pair and certificate; makes both where missing. */
static enum practice_fault ca_ready(const char *folder, int key, EVP_PKEY **pair)
{
    char key_name[PERSONAL_NAME], der_name[PERSONAL_NAME];
    snprintf(key_name, sizeof key_name, "%s.key", key_words[key]);
    snprintf(der_name, sizeof der_name, "%s.der", key_words[key]);
    if (!store_folder(folder))
        return PRACTICE_STORE;
    if (store_exists(folder, key_name) && store_exists(folder, der_name))
        return pair_read(folder, key_name, pair);
    enum practice_fault fault = pair_make(folder, key_name, pair);
    if (!fault)
        fault = certificate_write(certificate_ca(*pair, key), folder, der_name);
    if (fault) {
        EVP_PKEY_free(*pair);
        *pair = NULL;
    }
    return fault;
}

static enum practice_fault ca_read(const char *stand, int key, EVP_PKEY **pair, struct bytes *der)
{
    char folder[STORE_PATH_MAX], name[PERSONAL_NAME];
    if (!store_path(folder, stand, "ca"))
        return PRACTICE_STORE;
    enum practice_fault fault = ca_ready(folder, key, pair);
    if (fault)
        return fault;
    snprintf(name, sizeof name, "%s.der", key_words[key]);
    if (store_read(folder, name, der))
        return PRACTICE_OK;
    EVP_PKEY_free(*pair);
    *pair = NULL;
    return PRACTICE_STORE;
}

enum practice_fault personal_ca(const char *stand, int key, struct bytes *der)
{
    EVP_PKEY *pair;
    enum practice_fault fault = ca_read(stand, key, &pair, der);
    if (!fault)
        EVP_PKEY_free(pair);
    return fault;
}

static enum practice_fault first_certificate(const char *stand, const char *folder, int key,
                                             const struct card_data *data, const char *name)
{
    EVP_PKEY *ca_pair = NULL, *pair = NULL;
    struct bytes ca_der = {0};
    enum practice_fault fault = ca_read(stand, key, &ca_pair, &ca_der);
    if (!fault)
        fault = personal_generate(folder, key, 1, &pair);
    if (!fault) {
        const unsigned char *at = ca_der.at;
        X509 *ca = d2i_X509(NULL, &at, (long)ca_der.length);
        fault = ca ? certificate_write(certificate_resident(ca, ca_pair, pair, key, data), folder,
                                       name)
                   : PRACTICE_CRYPTO;
        X509_free(ca);
    }
    EVP_PKEY_free(ca_pair);
    EVP_PKEY_free(pair);
    bytes_free(&ca_der);
    return fault;
}

enum practice_fault personal_first(const char *stand, const char *folder, int key,
                                   const struct card_data *data)
{
    char name[PERSONAL_NAME];
    personal_name(name, key, 1, PERSONAL_CERTIFICATE);
    if (store_exists(folder, name))
        return PRACTICE_OK;
    return first_certificate(stand, folder, key, data, name);
}

bool personal_fits(const struct bytes *der, EVP_PKEY *pair)
{
    const unsigned char *at = der->at;
    X509 *certificate = der->length ? d2i_X509(NULL, &at, (long)der->length) : NULL;
    if (!certificate)
        return false;
    bool fits = at == der->at + der->length &&
                EVP_PKEY_eq(X509_get0_pubkey(certificate), pair) == 1;
    X509_free(certificate);
    return fits;
}

static bool number_append(struct bytes *out, uint32_t tag, EVP_PKEY *pair, const char *name)
{
    BIGNUM *number = NULL;
    uint8_t value[512];
    if (EVP_PKEY_get_bn_param(pair, name, &number) != 1 ||
        BN_num_bytes(number) > (int)sizeof value) {
        BN_free(number);
        return false;
    }
    int length = BN_bn2bin(number, value);
    BN_free(number);
    return tlv_append(out, tag, value, (size_t)length);
}

bool personal_public(EVP_PKEY *pair, struct bytes *out)
{
    struct bytes inner = {0};
    bytes_truncate(out, 0);
    bool ok = number_append(&inner, 0x81, pair, OSSL_PKEY_PARAM_RSA_N) &&
              number_append(&inner, 0x82, pair, OSSL_PKEY_PARAM_RSA_E) &&
              tlv_append(out, 0x7F49, inner.at, inner.length);
    bytes_free(&inner);
    return ok;
}

bool personal_sign(EVP_PKEY *pair, const uint8_t *data, size_t length, struct bytes *signature)
{
    uint8_t value[512];
    size_t room = sizeof value;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    bool ok = context && EVP_PKEY_sign_init(context) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_sign(context, value, &room, data, length) == 1 &&
              bytes_set(signature, value, room);
    EVP_PKEY_CTX_free(context);
    return ok;
}
