/* Renewal at the card: key, proof, certificate written, read back and proven; and taken up again
 * after cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/practice/emulated_reader.h"
#include "tests/card/certify.h"
#include "tests/lib/card_rig.h"

#include <stdio.h>
#include <string.h>

static struct rig rig;
static EVP_PKEY *issuer;

static int up(void **state)
{
    (void)state;
    rig_up(&rig, RIG_ADULT);
    rig_script(&rig, "pad\nkeys 1234E\nkeys 1234E\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    return 0;
}

static int down(void **state)
{
    (void)state;
    rig_down(&rig);
    return 0;
}

static enum card_code ask_of(enum card_certificate which, enum card_ask what, const void *blob,
                             size_t length)
{
    static struct card_request q;
    q = (struct card_request){
        .ask = what, .certificate = (uint8_t)which, .blob_length = (uint16_t)length};
    strcpy(q.serial, rig_serial(&rig));
    if (length > 0)
        memcpy(q.body.blob, blob, length);
    return rig_ask(&rig, &q);
}

static enum card_code ask(enum card_ask what, const void *blob, size_t length)
{
    return ask_of(CARD_CERTIFICATE_AUTH, what, blob, length);
}

static size_t new_certificate(enum card_certificate which, uint8_t *der, size_t room)
{
    assert_int_equal(ask_of(which, CARD_ASK_KEY, NULL, 0), CARD_OK);
    EVP_PKEY *key = certify_key(rig.reply.blob, rig.reply.blob_length);
    size_t length = certify(key, issuer, der, room);
    EVP_PKEY_free(key);
    return length;
}

static void a_whole_renewal(void **state)
{
    (void)state;
    uint8_t der[CARD_BLOB_MAX];
    size_t length = new_certificate(CARD_CERTIFICATE_AUTH, der, sizeof der);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_OK);
    static const uint8_t digest_info[51] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60,
                                            0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                            0x01, 0x05, 0x00, 0x04, 0x20};
    assert_int_equal(ask(CARD_ASK_SIGN, digest_info, sizeof digest_info), CARD_OK);
    assert_int_equal(rig.reply.blob_length, 256);
    assert_int_equal(ask(CARD_ASK_INSTALL, der, length), CARD_OK);
    assert_int_equal(ask(CARD_ASK_CERTIFICATE, NULL, 0), CARD_OK);
    assert_int_equal(rig.reply.blob_length, length);
    assert_memory_equal(rig.reply.blob, der, length);
    assert_int_equal(ask(CARD_ASK_PROVE, NULL, 0), CARD_OK);
    /* Installing it again, as after a lost answer, finds it in place. */
    assert_int_equal(ask(CARD_ASK_INSTALL, der, length), CARD_OK);
    assert_int_equal(ask(CARD_ASK_SIGN, digest_info, sizeof digest_info), CARD_NO_KEY);
}

static void a_pending_key_is_taken_up_again(void **state)
{
    (void)state;
    static uint8_t first[CARD_BLOB_MAX];
    assert_int_equal(ask(CARD_ASK_KEY, NULL, 0), CARD_OK);
    size_t length = rig.reply.blob_length;
    memcpy(first, rig.reply.blob, length);
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(ask(CARD_ASK_KEY, NULL, 0), CARD_OK);
    assert_int_equal(rig.reply.blob_length, length);
    assert_memory_equal(rig.reply.blob, first, length);
}

static void wrong_certificates_are_refused(void **state)
{
    (void)state;
    uint8_t der[CARD_BLOB_MAX];
    size_t length = certify(issuer, issuer, der, sizeof der);
    assert_int_equal(ask(CARD_ASK_INSTALL, der, length), CARD_NO_KEY);
    assert_int_equal(ask(CARD_ASK_KEY, NULL, 0), CARD_OK);
    assert_int_equal(ask(CARD_ASK_INSTALL, der, length), CARD_CERTIFICATE_BAD);
    assert_int_equal(ask(CARD_ASK_INSTALL, der, length - 1), CARD_CERTIFICATE_BAD);
    assert_int_equal(ask(CARD_ASK_INSTALL, "hello", 5), CARD_CERTIFICATE_BAD);
    assert_int_equal(ask(CARD_ASK_INSTALL, NULL, 0), CARD_CERTIFICATE_BAD);
}

/* Neither a key that waits for it nor the certificate itself: for certain it is not installed. An
 * answer lost while that is looked for says nothing. */
static void a_certificate_that_has_no_key_any_more_is_told(void **state)
{
    (void)state;
    uint8_t first[CARD_BLOB_MAX], second[CARD_BLOB_MAX];
    size_t first_length = new_certificate(CARD_CERTIFICATE_AUTH, first, sizeof first);
    assert_int_equal(ask(CARD_ASK_INSTALL, first, first_length), CARD_OK);
    size_t second_length = new_certificate(CARD_CERTIFICATE_AUTH, second, sizeof second);
    assert_int_equal(ask(CARD_ASK_INSTALL, second, second_length), CARD_OK);
    assert_int_equal(ask(CARD_ASK_INSTALL, first, first_length), CARD_NO_KEY);
    unsigned looking = rig.reply.commands;
    for (unsigned nth = looking - 1; nth <= looking; nth++) {
        char script[64];
        snprintf(script, sizeof script, "pad\nfault %u %u\n", EMULATED_REMOVED_AFTER, nth);
        rig_script(&rig, script);
        assert_int_equal(rig_open(&rig), CARD_OK);
        assert_int_equal(ask(CARD_ASK_INSTALL, first, first_length), CARD_REMOVED);
    }
    rig_script(&rig, "pad\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(ask(CARD_ASK_INSTALL, second, second_length), CARD_OK);
}

/* By pad, which has digits only and one length: as another profile of cards may have it. */
static void type_signature_pin(void)
{
    struct card_pin_profile *pin = &rig.settings.profile.pins[CARD_PIN_SIG];
    pin->alphabet = CARD_DIGITS;
    pin->minimum = pin->maximum = 6;
    rig_script(&rig, "pad\nkeys 123456E123456E\nkeys 123456E\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_SIG, CARD_WAY_PAD), CARD_OK);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_SIG, CARD_WAY_PAD), CARD_OK);
}

/* The signature certificate cannot be read back without its PIN: it is not written then either. */
static void the_signature_certificate_wants_its_pin(void **state)
{
    static const enum card_ask first[] = {CARD_ASK_CERTIFICATE, CARD_ASK_INSTALL, CARD_ASK_PROVE};
    uint8_t der[CARD_BLOB_MAX];
    (void)state;
    size_t length = new_certificate(CARD_CERTIFICATE_SIG, der, sizeof der);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        bool install = first[i] == CARD_ASK_INSTALL;
        assert_int_equal(ask_of(CARD_CERTIFICATE_SIG, first[i], der, install ? length : 0),
                         CARD_PIN_FIRST);
        assert_int_equal(rig.reply.sw, 0x6982);
    }
    type_signature_pin();
    assert_int_equal(ask_of(CARD_CERTIFICATE_SIG, CARD_ASK_CERTIFICATE, NULL, 0), CARD_OK);
    assert_false(rig.reply.blob_length == length && memcmp(rig.reply.blob, der, length) == 0);
    assert_int_equal(ask_of(CARD_CERTIFICATE_SIG, CARD_ASK_INSTALL, der, length), CARD_OK);
    /* In place, and asked again after the card was off: whether it is there is not guessed. */
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(ask_of(CARD_CERTIFICATE_SIG, CARD_ASK_INSTALL, der, length), CARD_PIN_FIRST);
}

int main(void)
{
#define KEYS(name) cmocka_unit_test_setup_teardown(name, up, down)
    const struct CMUnitTest tests[] = {
        KEYS(a_whole_renewal),
        KEYS(a_pending_key_is_taken_up_again),
        KEYS(wrong_certificates_are_refused),
        KEYS(a_certificate_that_has_no_key_any_more_is_told),
        KEYS(the_signature_certificate_wants_its_pin),
    };
    issuer = EVP_RSA_gen(2048);
    int failed = issuer == NULL ? 1 : cmocka_run_group_tests_name("keys", tests, NULL, NULL);
    EVP_PKEY_free(issuer);
    return failed;
}
