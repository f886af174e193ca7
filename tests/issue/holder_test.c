/* Whose certificate it is, read back from what the practice CA makes. */
#include "cardops/issue/enrol_holder.h"
#include "cardops/practice/ca_profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/rsa.h>

static struct ca_pair issuer;
static struct ca_resident resident = {
    .name = "見本　花子", .address = "大阪府箕面市見本町一丁目1番1号", .municipality_code = "27220",
    .prefecture = "Osaka-fu", .municipality = "Minoh-shi", .birth = 20190501, .sex = 2,
};

static int make_issuer(void **state)
{
    (void)state;
    issuer.key = EVP_RSA_gen(2048);
    issuer.certificate = ca_profile_root(CA_SIG, issuer.key, 2);
    return issuer.certificate == NULL;
}

static int drop_issuer(void **state)
{
    (void)state;
    EVP_PKEY_free(issuer.key);
    X509_free(issuer.certificate);
    return 0;
}

static size_t make(enum ca_kind kind, unsigned char der[CA_DER_MAX])
{
    struct ca_order order = {
        .kind = kind, .issuer = &issuer, .key = issuer.key, .resident = &resident,
        .serial = 7, .from = 1780000000, .until = 1790000000,
    };
    X509 *made = ca_profile_resident(&order, CA_RIGHT);
    assert_non_null(made);
    int length = i2d_X509(made, &der);
    X509_free(made);
    assert_in_range(length, 500, CA_DER_MAX);
    return (size_t)length;
}

static void the_holder_is_read_back(void **state)
{
    (void)state;
    unsigned char der[CA_DER_MAX];
    struct enrol_holder holder;
    assert_true(enrol_holder_read(&holder, der, make(CA_SIG, der)));
    assert_string_equal(holder.name, resident.name);
    assert_string_equal(holder.address, resident.address);
    assert_int_equal(holder.birth, resident.birth);
    assert_int_equal(holder.sex, 2);
}

static void an_authentication_certificate_names_nobody(void **state)
{
    (void)state;
    unsigned char der[CA_DER_MAX];
    struct enrol_holder holder;
    assert_false(enrol_holder_read(&holder, der, make(CA_AUTH, der)));
    assert_int_equal(holder.name[0], '\0');
}

static void a_certificate_cut_anywhere_is_refused(void **state)
{
    (void)state;
    unsigned char der[CA_DER_MAX];
    struct enrol_holder holder;
    size_t length = make(CA_SIG, der);
    for (size_t cut = 0; cut < length; cut++)
        assert_false(enrol_holder_read(&holder, der, cut));
    der[length] = 0;
    assert_false(enrol_holder_read(&holder, der, length + 1));
}

static void the_longest_address_is_read(void **state)
{
    (void)state;
    unsigned char der[CA_DER_MAX];
    struct enrol_holder holder;
    char before[sizeof resident.address];
    memcpy(before, resident.address, sizeof before);
    memset(resident.address, 'x', sizeof resident.address - 1);
    assert_true(enrol_holder_read(&holder, der, make(CA_SIG, der)));
    assert_int_equal(strlen(holder.address), sizeof resident.address - 1);
    memcpy(resident.address, before, sizeof before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_holder_is_read_back),
        cmocka_unit_test(an_authentication_certificate_names_nobody),
        cmocka_unit_test(a_certificate_cut_anywhere_is_refused),
        cmocka_unit_test(the_longest_address_is_read),
    };
    return cmocka_run_group_tests(tests, make_issuer, drop_issuer);
}
