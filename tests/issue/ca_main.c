/*
 * The practice CA and the request functions on a command line, for the shell tests. The CA believes that it is
 * always the same moment, ca.bash's $time.
 *
 *   ca_main serve DIR [https] [GENERATION]   makes the CA if need be, writes its port to standard output,
 *                                            serves until SIGTERM or the end of standard input
 *   ca_main ask DIR WORD...                  a command of ca_ask; its answer on standard output
 *   ca_main direct DIR sig|auth KEY SERIAL MUNICIPALITY [UNTIL]   certificate (DER) on standard output
 *   ca_main request KEY SERIAL MUNICIPALITY  request (DER) made the way a card's is, signed by a key file
 *   ca_main begin TEMPLATE SERIAL MUNICIPALITY               what the card has to sign for its request
 *   ca_main finish TEMPLATE SERIAL MUNICIPALITY SIGNATURE    the request
 */
#include "cardops/issue/request.h"
#include "cardops/practice/ca.h"
#include "cardops/wire/tlv.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADULT                                                                                                  \
    .name = "見本　花子", .address = "大阪府箕面市見本町一丁目1番1号", .municipality_code = "27220",            \
    .prefecture = "Osaka-fu", .municipality = "Minoh-shi", .sex = 2

/* By the beginning of the card's serial number. */
static const struct {
    const char *prefix;
    struct ca_resident resident;
} residents[] = {
    { "1000", { ADULT, .birth = 19850214, .card_expiry = 20390214 } },
    { "2000", { ADULT, .birth = 20200401, .card_expiry = 20390401 } },                      /* a child */
    { "3000", { ADULT, .birth = 19850214, .card_expiry = 20390214, .no_signature = true } }, /* a ward */
    { "4000", { ADULT, .birth = 19850214, .card_expiry = 20250214 } },                      /* card over */
};

enum { TIME = 1795482000 }; /* 2026-11-24T10:00 in Japan */

static bool find(void *context, const char *serial, struct ca_resident *resident)
{
    (void)context;
    for (size_t i = 0; i < sizeof residents / sizeof *residents; i++)
        if (strncmp(serial, residents[i].prefix, strlen(residents[i].prefix)) == 0) {
            *resident = residents[i].resident;
            return true;
        }
    return false;
}

static EVP_PKEY *read_key(const char *file)
{
    BIO *bio = BIO_new_file(file, "r");
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static bool append_number(struct bytes *out, uint32_t tag, EVP_PKEY *key, const char *name)
{
    unsigned char number[512];
    BIGNUM *value = NULL;
    bool ok = EVP_PKEY_get_bn_param(key, name, &value) == 1 && BN_num_bytes(value) <= (int)sizeof number &&
              tlv_append(out, tag, number, (size_t)BN_bn2bin(value, number));
    BN_free(value);
    return ok;
}

static bool sign(EVP_PKEY *key, const struct bytes *digest_info, struct bytes *signature)
{
    unsigned char out[512];
    size_t length = sizeof out;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    bool ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_sign(ctx, out, &length, digest_info->at, digest_info->length) == 1 &&
              bytes_set(signature, out, length);
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static int write_request(EVP_PKEY *key, const char *serial, const char *municipality)
{
    struct bytes numbers = { 0 }, public_key = { 0 }, digest_info = { 0 }, signature = { 0 }, request = { 0 };
    struct request_subject subject = { serial, municipality };
    int status = EXIT_FAILURE;
    if (append_number(&numbers, 0x81, key, OSSL_PKEY_PARAM_RSA_N) &&
        append_number(&numbers, 0x82, key, OSSL_PKEY_PARAM_RSA_E) &&
        tlv_append(&public_key, 0x7F49, numbers.at, numbers.length) &&
        request_begin(&public_key, &subject, &digest_info) == REQUEST_OK && sign(key, &digest_info, &signature) &&
        request_finish(&public_key, &subject, &signature, &request) == REQUEST_OK &&
        fwrite(request.at, 1, request.length, stdout) == request.length)
        status = EXIT_SUCCESS;
    bytes_free(&numbers);
    bytes_free(&public_key);
    bytes_free(&digest_info);
    bytes_free(&signature);
    bytes_free(&request);
    return status;
}

static bool read_file(const char *file, struct bytes *out)
{
    char block[4096];
    FILE *from = fopen(file, "re");
    size_t n = from == NULL ? 0 : fread(block, 1, sizeof block, from);
    if (from != NULL)
        fclose(from);
    return n > 0 && bytes_set(out, block, n);
}

/* `signature` NULL: what is to be signed; else the request. */
static int write_card_request(const char *template, const struct request_subject *subject, const char *signature)
{
    struct bytes public_key = { 0 }, signed_by_card = { 0 }, out = { 0 };
    enum request_fault fault = REQUEST_BAD_KEY;
    if (read_file(template, &public_key))
        fault = signature == NULL ? request_begin(&public_key, subject, &out)
                : read_file(signature, &signed_by_card)
                    ? request_finish(&public_key, subject, &signed_by_card, &out)
                    : REQUEST_BAD_SIGNATURE;
    if (fault == REQUEST_OK && fwrite(out.at, 1, out.length, stdout) != out.length)
        fault = REQUEST_NO_MEMORY;
    bytes_free(&public_key);
    bytes_free(&signed_by_card);
    bytes_free(&out);
    return (int)fault;
}

static int write_direct(const struct ca_settings *settings, EVP_PKEY *key, const char *kind, const char *serial,
                        const char *municipality, const char *until)
{
    unsigned char *der = NULL;
    struct ca_certificate certificate;
    int length = i2d_PUBKEY(key, &der);
    enum ca_fault fault = ca_issue_direct(settings, strcmp(kind, "sig") == 0 ? CA_SIG : CA_AUTH, der, (size_t)length,
                                          serial, municipality, TIME, until == NULL ? 0 : atoll(until),
                                          &certificate);
    OPENSSL_free(der);
    if (fault == CA_OK && fwrite(certificate.der, 1, certificate.length, stdout) == certificate.length)
        return EXIT_SUCCESS;
    return 10 + (int)fault;
}

static int ask(int argc, char **argv)
{
    char command[256] = "", answer[256];
    for (int i = 3; i < argc; i++) {
        size_t used = strlen(command);
        snprintf(command + used, sizeof command - used, "%s ", argv[i]);
    }
    if (ca_ask(argv[2], command, answer, sizeof answer) != CA_OK)
        return EXIT_FAILURE;
    return puts(answer) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int serve(struct ca_settings *settings, int argc, char **argv)
{
    settings->ready_fd = STDOUT_FILENO;
    settings->life_fd = STDIN_FILENO;
    for (int i = 3; i < argc; i++)
        if (strcmp(argv[i], "https") == 0)
            settings->https = true;
        else
            settings->generation = atoi(argv[i]);
    enum ca_fault fault = ca_create(settings->directory);
    return fault == CA_OK ? ca_serve(settings) : (int)fault;
}

int main(int argc, char **argv)
{
    struct ca_settings settings = { .directory = argc > 2 ? argv[2] : "", .ready_fd = -1, .life_fd = -1, .find = find,
                                    .clock = { .base = TIME, .stands = true } };
    const char *act = argc > 2 ? argv[1] : "";
    EVP_PKEY *key = NULL;
    int status = EXIT_FAILURE;
    if (strcmp(act, "serve") == 0)
        return serve(&settings, argc, argv);
    if (strcmp(act, "ask") == 0)
        return ask(argc, argv);
    if ((strcmp(act, "begin") == 0 && argc == 5) || (strcmp(act, "finish") == 0 && argc == 6))
        return write_card_request(argv[2], &(struct request_subject){ argv[3], argv[4] }, argc == 6 ? argv[5] : NULL);
    if (strcmp(act, "request") == 0 && argc == 5 && (key = read_key(argv[2])) != NULL)
        status = write_request(key, argv[3], argv[4]);
    if (strcmp(act, "direct") == 0 && argc >= 7 && (key = read_key(argv[4])) != NULL)
        status = ca_create(argv[2]) == CA_OK ? write_direct(&settings, key, argv[3], argv[5], argv[6], argv[7]) : EXIT_FAILURE;
    EVP_PKEY_free(key);
    return status;
}
