/* The card's request: what the card has to sign, what comes of its signature, what is refused. */
#include "cardops/issue/request.h"

#include "cardops/wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static const struct request_subject subject = { "100000000000001", "27220" };
static EVP_PKEY *key;
static struct bytes public_key;

static void append_number(struct bytes *out, uint32_t tag, EVP_PKEY *of, const char *name)
{
    unsigned char number[512];
    BIGNUM *value = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(of, name, &value), 1);
    assert_true(tlv_append(out, tag, number, (size_t)BN_bn2bin(value, number)));
    BN_free(value);
}

static void make_template(EVP_PKEY *of, struct bytes *out)
{
    struct bytes numbers = { 0 };
    append_number(&numbers, 0x81, of, OSSL_PKEY_PARAM_RSA_N);
    append_number(&numbers, 0x82, of, OSSL_PKEY_PARAM_RSA_E);
    bytes_truncate(out, 0);
    assert_true(tlv_append(out, 0x7F49, numbers.at, numbers.length));
    bytes_free(&numbers);
}

static int make_key(void **state)
{
    (void)state;
    key = EVP_RSA_gen(2048);
    make_template(key, &public_key);
    return 0;
}

static int drop_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    bytes_free(&public_key);
    return 0;
}

/* What a card does with a DigestInfo: type 1 padding and the private operation. */
static void sign(const struct bytes *digest_info, struct bytes *signature)
{
    unsigned char out[512];
    size_t length = sizeof out;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, out, &length, digest_info->at, digest_info->length), 1);
    assert_true(bytes_set(signature, out, length));
    EVP_PKEY_CTX_free(ctx);
}

static void a_signed_request_verifies(void **state)
{
    (void)state;
    struct bytes digest_info = { 0 }, again = { 0 }, signature = { 0 }, request = { 0 };
    assert_int_equal(request_begin(&public_key, &subject, &digest_info), REQUEST_OK);
    assert_int_equal(digest_info.length, 51);
    assert_int_equal(request_begin(&public_key, &subject, &again), REQUEST_OK);
    assert_true(bytes_equal(&digest_info, &again));
    sign(&digest_info, &signature);
    assert_int_equal(request_finish(&public_key, &subject, &signature, &request), REQUEST_OK);

    const unsigned char *at = request.at;
    X509_REQ *parsed = d2i_X509_REQ(NULL, &at, (long)request.length);
    assert_non_null(parsed);
    assert_ptr_equal(at, request.at + request.length);
    assert_int_equal(X509_REQ_verify(parsed, key), 1);
    char name[128];
    X509_NAME_oneline(X509_REQ_get_subject_name(parsed), name, sizeof name);
    assert_string_equal(name, "/C=JP/L=27220/serialNumber=100000000000001");
    assert_int_equal(X509_REQ_get_attr_count(parsed), 0);
    X509_REQ_free(parsed);
    bytes_free(&digest_info);
    bytes_free(&again);
    bytes_free(&signature);
    bytes_free(&request);
}

static void a_wrong_signature_makes_no_request(void **state)
{
    (void)state;
    struct bytes digest_info = { 0 }, signature = { 0 }, request = { 0 };
    const struct request_subject other = { "100000000000002", "27220" };
    assert_int_equal(request_begin(&public_key, &subject, &digest_info), REQUEST_OK);
    sign(&digest_info, &signature);
    assert_int_equal(request_finish(&public_key, &other, &signature, &request), REQUEST_BAD_SIGNATURE);
    signature.at[100] ^= 1;
    assert_int_equal(request_finish(&public_key, &subject, &signature, &request), REQUEST_BAD_SIGNATURE);
    bytes_truncate(&signature, 0);
    assert_int_equal(request_finish(&public_key, &subject, &signature, &request), REQUEST_BAD_SIGNATURE);
    assert_int_equal(request.length, 0);
    bytes_free(&digest_info);
    bytes_free(&signature);
}

static void only_digits_name_a_card(void **state)
{
    (void)state;
    struct bytes digest_info = { 0 };
    const struct request_subject wrong[] = {
        { "", "27220" }, { "100000000000001", "" }, { "10000000000000A", "27220" }, { "1/CN=x", "27220" },
        { "100000000000001", "2722\n" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(request_begin(&public_key, &wrong[i], &digest_info), REQUEST_BAD_SUBJECT);
    assert_int_equal(digest_info.length, 0);
}

static void a_template_cut_anywhere_is_no_key(void **state)
{
    (void)state;
    struct bytes digest_info = { 0 }, cut = { 0 };
    for (size_t length = 0; length < public_key.length; length++) {
        assert_true(bytes_set(&cut, public_key.at, length));
        assert_int_equal(request_begin(&cut, &subject, &digest_info), REQUEST_BAD_KEY);
    }
    bytes_free(&cut);
}

static void a_short_key_is_refused(void **state)
{
    (void)state;
    struct bytes template = { 0 }, digest_info = { 0 };
    EVP_PKEY *shorter = EVP_RSA_gen(1024);
    make_template(shorter, &template);
    assert_int_equal(request_begin(&template, &subject, &digest_info), REQUEST_BAD_KEY);
    EVP_PKEY_free(shorter);
    bytes_free(&template);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_request_verifies),
        cmocka_unit_test(a_wrong_signature_makes_no_request),
        cmocka_unit_test(only_digits_name_a_card),
        cmocka_unit_test(a_template_cut_anywhere_is_no_key),
        cmocka_unit_test(a_short_key_is_refused),
    };
    return cmocka_run_group_tests(tests, make_key, drop_key);
}
