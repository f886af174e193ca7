/* The practice commands, raw and through the practice authority module as it is loaded by path. */
#include "tests/practice/cards.h"

#include "cardops/authority/authority.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <dlfcn.h>

struct office {
    struct bench b;
    void *library;
    const struct authority *authority;
    struct authority_session *session;
    char key_file[96];
    unsigned commands;
};

static bool link_transmit(void *context, const struct bytes *command, struct bytes *answer)
{
    struct office *o = context;
    o->commands++;
    return practice_card_transmit(o->b.card, command->at, command->length, answer);
}

static enum authority_fault office_open(struct office *o, uint16_t *sw)
{
    const struct authority_link link = {o, link_transmit};
    return o->authority->open(&o->session, &link, o->key_file, sw);
}

static int setup(void **state)
{
    static struct office o;
    char path[512];
    const char *build = getenv("BUILD");
    o = (struct office){0};
    bench_begin(&o.b, "adult");
    snprintf(path, sizeof path, "%s/practice-authority.so", build ? build : "build");
    o.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!o.library)
        print_error("%s\n", dlerror());
    assert_non_null(o.library);
    o.authority = dlsym(o.library, AUTHORITY_SYMBOL);
    assert_non_null(o.authority);
    assert_int_equal(o.authority->version, AUTHORITY_VERSION);
    snprintf(o.key_file, sizeof o.key_file, "%s/office.key", o.b.stand);
    *state = &o;
    return 0;
}

static int teardown(void **state)
{
    struct office *o = *state;
    o->authority->close(&o->session);
    dlclose(o->library);
    bench_end(&o->b);
    return 0;
}

static void without_authority_the_card_refuses(void **state)
{
    struct bench *b = &((struct office *)*state)->b;
    assert_int_equal(bench_send(b, "0084000010"), 0x6D00);
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "002C0298 04 35363738"), 0x6982);
    assert_int_equal(bench_send(b, "00470000 000003 83011A 0000"), 0x6982);
    assert_int_equal(bench_send(b, "00A4020CF001"), 0x6700);
    assert_int_equal(bench_send(b, "00A4020C02F001"), 0x9000);
    assert_int_equal(bench_send(b, "00D60000 02 3082"), 0x6982);
    assert_int_equal(bench_send(b, "00440000 03 83011A"), 0x6982);
    assert_int_equal(bench_send(b, "00A4020C02F01A"), 0x9000);
    assert_int_equal(bench_send(b, "802A0080 04 31323334 00"), 0x6982);
}

static void wrong_proofs_never_lock(void **state)
{
    struct bench *b = &((struct office *)*state)->b;
    assert_int_equal(bench_send(b, SELECT_PRACTICE), 0x9000);
    assert_int_equal(bench_send(b, "00820000 10 00000000000000000000000000000000"), 0x6985);
    assert_int_equal(bench_send(b, "0084000008"), 0x6700);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(bench_send(b, "0084000010"), 0x9000);
        assert_int_equal(b->answer.length, 16);
        assert_int_equal(bench_send(b, "00820000 10 00000000000000000000000000000000"), 0x6300);
        assert_int_equal(bench_send(b, "00820000 10 00000000000000000000000000000000"), 0x6985);
    }
    uint16_t sw;
    assert_int_equal(office_open(*state, &sw), AUTHORITY_OK);
}

static void only_a_practice_card_gets_a_second_command(void **state)
{
    struct office *o = *state;
    uint16_t sw;
    static const char *const names[] = {"not-practice", "juki-card", "foreign"};
    for (size_t i = 0; i < 3; i++) {
        bench_insert(&o->b, names[i]);
        const struct authority_link link = {o, link_transmit};
        o->commands = 0;
        assert_int_equal(office_open(o, &sw), AUTHORITY_NOT_THIS_CARD);
        assert_null(o->session);
        assert_int_equal(o->commands, 1);
        assert_int_equal(o->authority->recognise(&link, &sw), AUTHORITY_NOT_THIS_CARD);
        assert_int_equal(o->commands, 2);
    }
}

static void a_bad_key_file_is_told_before_the_card_is_asked(void **state)
{
    struct office *o = *state;
    uint16_t sw;
    snprintf(o->key_file, sizeof o->key_file, "%s/none", o->b.stand);
    assert_int_equal(office_open(o, &sw), AUTHORITY_BAD_CONFIG);
    assert_int_equal(o->commands, 0);
}

static void another_office_is_refused(void **state)
{
    struct office *o = *state;
    uint16_t sw;
    FILE *f = fopen(o->key_file, "w");
    assert_non_null(f);
    fputs("00112233445566778899aabbccddeeff\n", f);
    fclose(f);
    assert_int_equal(office_open(o, &sw), AUTHORITY_REFUSED);
    assert_int_equal(sw, 0x6300);
}

static void reset_sets_the_pin_and_fills_the_counter(void **state)
{
    struct office *o = *state;
    const struct card_place auth = {
        .aid = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
        .aid_length = 10,
        .ef = 0x0018};
    struct authority_pin_command command;
    uint16_t sw;
    bench_insert(&o->b, "locked");
    assert_int_equal(office_open(o, &sw), AUTHORITY_OK);
    assert_int_equal(o->authority->unblock(o->session, &auth, &command, &sw), AUTHORITY_OK);
    assert_memory_equal(command.header, "\x00\x2C\x02\x98", 4);
    assert_int_equal(bench_send(&o->b, "002C0298 03 343536"), 0x6A80);
    assert_int_equal(bench_send(&o->b, "002C0298 04 34353641"), 0x6A80);
    assert_int_equal(bench_send(&o->b, "002C0098 04 34353637"), 0x6A86);
    assert_int_equal(bench_send(&o->b, "00200098"), 0x63C0);
    assert_int_equal(bench_send(&o->b, "002C0298 04 34353637"), 0x9000);
    assert_int_equal(bench_send(&o->b, "00200098"), 0x63C3);
    assert_int_equal(bench_send(&o->b, "00200098 04 34353637"), 0x9000);
    practice_card_power_off(o->b.card);
    assert_true(practice_card_power_on(o->b.card, &o->b.answer));
    assert_int_equal(bench_send(&o->b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(&o->b, "002C0298 04 34353637"), 0x6982);
}

static void reset_gives_a_pin_to_a_card_that_had_none(void **state)
{
    struct office *o = *state;
    uint16_t sw;
    bench_insert(&o->b, "no-certificates");
    assert_int_equal(office_open(o, &sw), AUTHORITY_OK);
    assert_int_equal(bench_send(&o->b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(&o->b, "0020009B"), 0x6A88);
    assert_int_equal(bench_send(&o->b, "002C029B 06 414243313233"), 0x9000);
    assert_int_equal(bench_send(&o->b, "0020009B"), 0x63C5);
    assert_int_equal(bench_send(&o->b, SELECT_TEXT), 0x9000);
    assert_int_equal(bench_send(&o->b, "002C0292 04 31323334"), 0x6A80);
}

static EVP_PKEY *public_from(const struct bytes *template)
{
    assert_true(template->length == 270);
    assert_memory_equal(template->at, "\x7F\x49\x82\x01\x09\x81\x82\x01\x00", 9);
    BIGNUM *n = BN_bin2bn(template->at + 9, 256, NULL), *e = BN_new();
    assert_memory_equal(template->at + 265, "\x82\x03\x01\x00\x01", 5);
    assert_int_equal(BN_set_word(e, 65537), 1);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return key;
}

/* A certificate over `subject`, signed by a key of the test's own: the card looks at the key alone. */
static void certificate_for(EVP_PKEY *subject, struct bytes *der)
{
    EVP_PKEY *signer = EVP_RSA_gen(2048);
    X509 *x = X509_new();
    unsigned char *raw = NULL;
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, subject);
    assert_true(X509_sign(x, signer, EVP_sha256()) > 0);
    int n = i2d_X509(x, &raw);
    assert_true(n > 0 && bytes_set(der, raw, (size_t)n));
    OPENSSL_free(raw);
    X509_free(x);
    EVP_PKEY_free(signer);
}

static bool signature_fits(EVP_PKEY *key, const struct bytes *signature, const char *data)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
    bool ok = EVP_PKEY_verify_init(c) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_verify(c, signature->at, signature->length, (const unsigned char *)data,
                              strlen(data)) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

static void a_new_key_replaces_the_old_one_in_one_step(void **state)
{
    struct office *o = *state;
    struct bytes template = {0}, again = {0}, der = {0}, old = {0}, signature = {0}, data = {0};
    uint16_t sw;
    assert_true(practice_card_certificate(o->b.card, true, &old));
    assert_int_equal(office_open(o, &sw), AUTHORITY_OK);
    const struct authority *a = o->authority;
    assert_int_equal(a->pending(o->session, AUTHORITY_KEY_AUTH, &again, &sw), AUTHORITY_OK);
    assert_int_equal(again.length, 0);
    assert_int_equal(a->install(o->session, AUTHORITY_KEY_AUTH, &old, &sw), AUTHORITY_CARD_STATUS);
    assert_int_equal(sw, 0x6A88);

    assert_int_equal(a->generate(o->session, AUTHORITY_KEY_AUTH, &template, &sw), AUTHORITY_OK);
    EVP_PKEY *key = public_from(&template);
    assert_true(bytes_set(&data, "request", 7));
    assert_int_equal(a->sign(o->session, AUTHORITY_KEY_AUTH, &data, &signature, &sw), AUTHORITY_OK);
    assert_true(signature_fits(key, &signature, "request"));

    /* a cut: another process, another session; the key is still there and the old one in use */
    o->authority->close(&o->session);
    bench_insert(&o->b, "adult");
    assert_int_equal(office_open(o, &sw), AUTHORITY_OK);
    assert_int_equal(a->pending(o->session, AUTHORITY_KEY_AUTH, &again, &sw), AUTHORITY_OK);
    assert_true(bytes_equal(&template, &again));
    assert_int_equal(a->install(o->session, AUTHORITY_KEY_AUTH, &old, &sw), AUTHORITY_CARD_STATUS);
    assert_int_equal(sw, 0x6A80);
    assert_true(practice_card_certificate(o->b.card, true, &again));
    assert_true(bytes_equal(&old, &again));

    certificate_for(key, &der);
    assert_int_equal(a->install(o->session, AUTHORITY_KEY_AUTH, &der, &sw), AUTHORITY_OK);
    assert_true(practice_card_certificate(o->b.card, true, &again));
    assert_true(bytes_equal(&der, &again));
    bench_insert(&o->b, "adult");
    assert_true(practice_card_certificate(o->b.card, true, &again));
    assert_true(bytes_equal(&der, &again));
    assert_int_equal(bench_send(&o->b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(&o->b, "802A0097 07 72657175657374 00"), 0x6982);
    assert_int_equal(bench_send(&o->b, "00200098 04 31323334"), 0x9000);
    assert_int_equal(bench_send(&o->b, "802A0097 07 72657175657374 00"), 0x9000);
    assert_true(signature_fits(key, &o->b.answer, "request"));
    EVP_PKEY_free(key);
    bytes_free(&template), bytes_free(&again), bytes_free(&der);
    bytes_free(&old), bytes_free(&signature), bytes_free(&data);
}

static void issue_to_a_card_without_certificate_shows_in_its_file(void **state)
{
    struct office *o = *state;
    struct bytes template = {0}, der = {0};
    uint16_t sw;
    bench_insert(&o->b, "child");
    assert_false(practice_card_certificate(o->b.card, false, &der));
    assert_int_equal(office_open(o, &sw), AUTHORITY_OK);
    assert_int_equal(o->authority->generate(o->session, AUTHORITY_KEY_SIG, &template, &sw), 0);
    EVP_PKEY *key = public_from(&template);
    certificate_for(key, &der);
    assert_int_equal(bench_send(&o->b, "00B0880003"), 0x9000);
    assert_memory_equal(o->b.answer.at, "\x00\x8F\x00", 3);
    assert_int_equal(o->authority->install(o->session, AUTHORITY_KEY_SIG, &der, &sw), 0);
    assert_int_equal(bench_send(&o->b, "00B0880003"), 0x9000);
    assert_memory_equal(o->b.answer.at, "\x8F\x8F\x00", 3);
    EVP_PKEY_free(key);
    bytes_free(&template), bytes_free(&der);
}

static void chunks_stay_within_the_file(void **state)
{
    struct office *o = *state;
    struct bytes template = {0};
    uint16_t sw;
    assert_int_equal(office_open(o, &sw), AUTHORITY_OK);
    assert_int_equal(o->authority->generate(o->session, AUTHORITY_KEY_SIG, &template, &sw), 0);
    assert_int_equal(bench_send(&o->b, "00D60000 02 3082"), 0x6986);
    assert_int_equal(bench_send(&o->b, "00A4020C02F001"), 0x9000);
    assert_int_equal(bench_send(&o->b, "00D60010 02 3082"), 0x6B00);
    assert_int_equal(bench_send(&o->b, "00D60000 02 3082"), 0x9000);
    assert_int_equal(bench_send(&o->b, "00D60003 02 3082"), 0x6B00);
    assert_int_equal(bench_send(&o->b, "00D60002 02 0400"), 0x9000);
    assert_int_equal(bench_send(&o->b, "00440000 03 83011A"), 0x6A80);
    assert_int_equal(bench_send(&o->b, "00470000 03 83011A 00"), 0x6700);
    assert_int_equal(bench_send(&o->b, "00470000 000003 830118 0000"), 0x6A88);
    assert_int_equal(bench_send(&o->b, "00470000 000003 84011A 0000"), 0x6A80);
    bytes_free(&template);
}

static void certificates_read_as_the_card_sheet_says(void **state)
{
    struct bench *b = &((struct office *)*state)->b;
    struct bytes der = {0}, read = {0};
    assert_true(practice_card_certificate(b->card, true, &der));
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00B0810004"), 0x6982);
    for (unsigned at = 0; read.length < der.length; at += 240) {
        char command[32];
        if (at == 0)
            assert_int_equal(bench_send(b, "00A4020C02000A"), 0x9000);
        snprintf(command, sizeof command, "00B0%02X%02XF0", at >> 8, at & 0xFF);
        assert_int_equal(bench_send(b, command), 0x9000);
        assert_true(bytes_append(&read, b->answer.at, b->answer.length));
    }
    assert_memory_equal(read.at, der.at, der.length);
    assert_int_equal(read.at[read.length - 1], 0xFF);
    assert_int_equal(bench_send(b, "00B00C0001"), 0x6B00);
    assert_int_equal(bench_send(b, "0020009B 06 414243313233"), 0x9000);
    assert_int_equal(bench_send(b, "00B0810004"), 0x9000);
    assert_memory_equal(b->answer.at, "\x30\x82", 2);
    assert_int_equal(bench_send(b, "802A019A 04 31323334 00"), 0x6A86);
    assert_int_equal(bench_send(b, "802A009A 04 31323334 00"), 0x9000);
    assert_int_equal(b->answer.length, 256);
    bytes_free(&der), bytes_free(&read);
}

static void certificates_follow_the_profile(void **state)
{
    struct bench *b = &((struct office *)*state)->b;
    struct bytes der = {0};
    char text[8192];
    assert_true(practice_card_certificate(b->card, false, &der));
    const unsigned char *at = der.at;
    X509 *x = d2i_X509(NULL, &at, (long)der.length);
    assert_non_null(x);
    BIO *bio = BIO_new(BIO_s_mem());
    X509_print_ex(bio, x, XN_FLAG_ONELINE, 0);
    int n = BIO_read(bio, text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = '\0';
    static const char *const parts[] = {
        "sha256WithRSAEncryption", "Public-Key: (2048 bit)",        "O = JPKI-PRACTICE",
        "L = Mihon-ken, L = Mihon-shi", "Digital Signature, Non Repudiation",
        "1.2.392.200149.8.5.1.1.20",   "Not After : Nov 22 14:59:59 2028 GMT",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(text, parts[i]))
            fail_msg("the certificate lacks: %s\n%s", parts[i], text);
    assert_non_null(memmem(der.at, der.length, "見本　花子", strlen("見本　花子")));
    assert_non_null(memmem(der.at, der.length, "319850412", 9));
    BIO_free(bio);
    X509_free(x);
    bytes_free(&der);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(without_authority_the_card_refuses),
        TEST(wrong_proofs_never_lock),
        TEST(only_a_practice_card_gets_a_second_command),
        TEST(a_bad_key_file_is_told_before_the_card_is_asked),
        TEST(another_office_is_refused),
        TEST(reset_sets_the_pin_and_fills_the_counter),
        TEST(reset_gives_a_pin_to_a_card_that_had_none),
        TEST(a_new_key_replaces_the_old_one_in_one_step),
        TEST(issue_to_a_card_without_certificate_shows_in_its_file),
        TEST(chunks_stay_within_the_file),
        TEST(certificates_read_as_the_card_sheet_says),
        TEST(certificates_follow_the_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
