/* Roots change over time and keep their name: a certificate's issuer is found by its key, and by trying. */
#include "cardops/issue/enrol_check.h"
#include "cardops/practice/ca_profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { NOW = 1795482000, YEAR = 365 * 86400 }; /* 2026-11-24 */
enum { OVER, OLDER, NEWEST, STRANGER, ROOTS };  /* the first has ended; the last is of the same name and nobody's */

static struct ca_pair roots[ROOTS];
static EVP_PKEY *key;

static int make_roots(void **state)
{
    static const int generations[ROOTS] = { 0, 1, 2, 2 };
    (void)state;
    key = EVP_RSA_gen(2048);
    for (int i = 0; i < ROOTS; i++) {
        roots[i].key = EVP_RSA_gen(2048);
        roots[i].certificate = ca_profile_root(CA_AUTH, roots[i].key, generations[i]);
        if (roots[i].certificate == NULL)
            return -1;
    }
    return key == NULL ? -1 : 0;
}

static int free_roots(void **state)
{
    (void)state;
    for (int i = 0; i < ROOTS; i++) {
        X509_free(roots[i].certificate);
        EVP_PKEY_free(roots[i].key);
    }
    EVP_PKEY_free(key);
    return 0;
}

static X509 *issued_by(int root)
{
    static const struct ca_resident resident = { .municipality_code = "27211", .prefecture = "Osaka-fu",
                                                 .municipality = "Ibaraki-shi" };
    struct ca_order order = { .kind = CA_AUTH, .issuer = &roots[root], .key = key, .resident = &resident,
                              .serial = 4711, .from = NOW - 60, .until = NOW + YEAR };
    X509 *made = ca_profile_resident(&order, CA_RIGHT);
    assert_non_null(made);
    return made;
}

/* Judged with these roots of those above, ended by -1. */
static enum enrol_reason judge(X509 *certificate, const int *known)
{
    STACK_OF(X509) *list = sk_X509_new_null();
    for (; *known >= 0; known++)
        assert_true(sk_X509_push(list, roots[*known].certificate) > 0);
    struct enrol_expectation expected = { .key = key, .roots = list, .usage = KU_DIGITAL_SIGNATURE,
                                          .policy = "1.2.392.200149.8.5.1.3.30", .largest = 2048, .now = NOW };
    enum enrol_reason reason = enrol_check(certificate, &expected);
    sk_X509_free(list);
    return reason;
}

static const int all[] = { OVER, OLDER, NEWEST, -1 }, turned[] = { NEWEST, OLDER, OVER, -1 };

static void each_generation_is_found_in_any_order(void **state)
{
    (void)state;
    for (int root = OLDER; root <= NEWEST; root++) {
        X509 *made = issued_by(root);
        assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(made), X509_get_subject_name(roots[OVER].certificate)), 0);
        assert_int_equal(judge(made, all), ENROL_FINE);
        assert_int_equal(judge(made, turned), ENROL_FINE);
        X509_free(made);
    }
}

static void sign_again(X509 *certificate, int root)
{
    assert_true(X509_sign(certificate, roots[root].key, EVP_sha256()) > 0);
}

static void one_that_names_no_key_is_tried_with_each(void **state)
{
    (void)state;
    X509 *made = issued_by(OLDER);
    X509_EXTENSION_free(X509_delete_ext(made, X509_get_ext_by_NID(made, NID_authority_key_identifier, -1)));
    sign_again(made, OLDER);
    assert_int_equal(judge(made, all), ENROL_FINE);
    assert_int_equal(judge(made, turned), ENROL_FINE);
    sign_again(made, STRANGER);
    assert_int_equal(judge(made, all), ENROL_UNKNOWN_ISSUER);
    X509_free(made);
}

static void a_name_alone_is_no_issuer(void **state)
{
    static const int without[] = { OVER, NEWEST, -1 };
    (void)state;
    X509 *made = issued_by(OLDER), *strange = issued_by(STRANGER), *late = issued_by(OVER);
    assert_int_equal(judge(made, without), ENROL_UNKNOWN_ISSUER);
    assert_int_equal(judge(strange, all), ENROL_UNKNOWN_ISSUER);
    assert_int_equal(judge(late, all), ENROL_UNKNOWN_ISSUER); /* its root has ended */
    sign_again(made, STRANGER);
    assert_int_equal(judge(made, all), ENROL_BROKEN_SIGNATURE); /* the key named is ours, and did not sign */
    X509_free(late);
    X509_free(strange);
    X509_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_generation_is_found_in_any_order),
        cmocka_unit_test(one_that_names_no_key_is_tried_with_each),
        cmocka_unit_test(a_name_alone_is_no_issuer),
    };
    return cmocka_run_group_tests(tests, make_roots, free_roots);
}
