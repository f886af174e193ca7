/* The stand's own cards as the practice CA's register of residents. */
#include "cardops/practice/ca_cards.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct ca_cards cards = { .stand = "/nonexistent", .files = "cardops/practice/cards" };

static void an_adult_is_found_by_the_serial(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_true(ca_cards_find(&cards, "990000000000001", &resident));
    assert_string_equal(resident.name, "見本　花子");
    assert_string_equal(resident.municipality_code, "27220");
    assert_string_equal(resident.prefecture, "Osaka-fu");
    assert_string_equal(resident.municipality, "Minoh-shi");
    assert_int_equal(resident.birth, 19850412);
    assert_int_equal(resident.sex, 2);
    assert_true(resident.card_expiry > 20260000);
    assert_false(resident.no_signature);
}

static void a_ward_cannot_have_a_signature_certificate(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_true(ca_cards_find(&cards, "990000000000003", &resident));
    assert_true(resident.no_signature);
}

static void who_only_did_not_want_one_can(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_true(ca_cards_find(&cards, "990000000000007", &resident));
    assert_false(resident.no_signature);
}

static void an_unknown_card_is_nobodys(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_false(ca_cards_find(&cards, "123456789012345", &resident));
    cards.files = "/nonexistent";
    assert_false(ca_cards_find(&cards, "990000000000001", &resident));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adult_is_found_by_the_serial),
        cmocka_unit_test(a_ward_cannot_have_a_signature_certificate),
        cmocka_unit_test(who_only_did_not_want_one_can),
        cmocka_unit_test(an_unknown_card_is_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
