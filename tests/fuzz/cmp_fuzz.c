/* What a CA would answer to a request: never a certificate, for nothing in a corpus is signed by whom we trust. */
#include "cardops/issue/cmp.h"
#include "cardops/practice/ca_profile.h"

#include <openssl/ec.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answer {
    const uint8_t *data;
    size_t size;
};

static struct cmp_office office;
static struct enrol_expectation expectation;
static X509_REQ *request;

static OSSL_CMP_MSG *bring(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *question)
{
    (void)question;
    const struct answer *answer = OSSL_CMP_CTX_get_transfer_cb_arg(ctx);
    BIO *bio = BIO_new_mem_buf(answer->data, (int)answer->size);
    OSSL_CMP_MSG *message = bio == NULL ? NULL : d2i_OSSL_CMP_MSG_bio(bio, NULL);
    BIO_free(bio);
    return message;
}

static void prepare(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *root = key == NULL ? NULL : ca_profile_service("root", key, NULL, false, 1795000000);
    office = (struct cmp_office){
        .server = "http://127.0.0.1:1/", .credential = {key, root, sk_X509_new_null()},
        .trusted = sk_X509_new_null(), .total_seconds = 1, .transfer = bring,
    };
    request = X509_REQ_new();
    if (root == NULL || request == NULL || sk_X509_push(office.trusted, root) <= 0 ||
        X509_REQ_set_pubkey(request, key) != 1 || X509_REQ_sign(request, key, EVP_sha256()) <= 0)
        abort();
    expectation = (struct enrol_expectation){
        .key = key, .roots = office.trusted, .usage = KU_DIGITAL_SIGNATURE, .policy = "1.2.3",
        .largest = 2048, .now = 1795000000, .leeway = 300,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer answer = {data, size};
    struct cmp_result result;
    if (request == NULL)
        prepare();
    if (size > 32768)
        return 0;
    office.transferring = &answer;
    cmp_enrol(&result, &office, request, &expectation);
    if (result.outcome == ENROL_DONE || result.certificate != NULL || result.outcome == ENROL_USAGE)
        abort();
    return 0;
}
