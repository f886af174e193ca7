#include "cardops/practice/personal.h"

#include "cardops/practice/ca_cards.h"
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

static const enum ca_kind kinds[CARD_KEYS] = {[CARD_KEY_SIG] = CA_SIG, [CARD_KEY_AUTH] = CA_AUTH};

static enum practice_fault ca_result(enum ca_fault fault)
{
    return fault == CA_OK ? PRACTICE_OK : fault == CA_STATE ? PRACTICE_STORE : PRACTICE_CRYPTO;
}

enum practice_fault personal_ca(const char *stand, int key, struct bytes *der)
{
    char folder[STORE_PATH_MAX];
    struct ca_certificate root;
    if (!store_path(folder, stand, "ca"))
        return PRACTICE_STORE;
    enum practice_fault fault = ca_result(ca_root(folder, kinds[key], &root));
    if (!fault && !bytes_set(der, root.der, root.length))
        fault = PRACTICE_NO_MEMORY;
    return fault;
}

/* ca_settings.find: nobody but the holder of the card in `context`. */
static bool is_holder(void *context, const char *card_serial, struct ca_resident *resident)
{
    const struct card_data *data = context;
    ca_cards_describe(data, resident);
    return strcmp(data->serial, card_serial) == 0;
}

static enum practice_fault issue(const char *stand, int key, struct card_data *data, EVP_PKEY *pair,
                                 struct ca_certificate *certificate)
{
    const struct card_certificate_data *dates = key == CARD_KEY_SIG ? &data->sig : &data->auth;
    char folder[STORE_PATH_MAX];
    unsigned char *public_key = NULL;
    struct ca_settings settings = {.directory = folder, .find = is_holder, .context = data};
    if (!store_path(folder, stand, "ca"))
        return PRACTICE_STORE;
    int length = i2d_PUBKEY(pair, &public_key);
    enum ca_fault fault =
        length <= 0 ? CA_CRYPTO
                    : ca_issue_direct(&settings, kinds[key], public_key, (size_t)length,
                                      data->serial, data->municipality, day_start(dates->from),
                                      day_end(dates->until), certificate);
    OPENSSL_free(public_key);
    return ca_result(fault);
}

enum practice_fault personal_first(const char *stand, const char *folder, int key,
                                   const struct card_data *data)
{
    char name[PERSONAL_NAME];
    struct ca_certificate certificate;
    struct card_data holder = *data;
    EVP_PKEY *pair;
    personal_name(name, key, 1, PERSONAL_CERTIFICATE);
    if (store_exists(folder, name))
        return PRACTICE_OK;
    enum practice_fault fault = personal_generate(folder, key, 1, &pair);
    if (fault)
        return fault;
    fault = issue(stand, key, &holder, pair, &certificate);
    EVP_PKEY_free(pair);
    if (!fault && !store_write(folder, name, certificate.der, certificate.length))
        fault = PRACTICE_STORE;
    OPENSSL_cleanse(&holder, sizeof holder);
    return fault;
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
