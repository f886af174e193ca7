/* The cards of a stand as the practice CA's register of residents. */
#include "cardops/practice/ca_cards.h"

#include "cardops/practice/card_data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TIME = 1795482000 }; /* 2026-11-24T10:00 in Japan */

static char stand[64];

/* As when somebody puts it into the reader. */
static int open_once(const char *name)
{
    struct practice_card *card;
    char file[128];
    snprintf(file, sizeof file, "cardops/practice/cards/%s.ini", name);
    if (practice_card_open(&card, stand, file, TIME, NULL) != PRACTICE_OK)
        return -1;
    practice_card_close(&card);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    snprintf(stand, sizeof stand, "/tmp/cards-test.XXXXXX");
    return mkdtemp(stand) != NULL && card_data_set_home(stand, "27220") && open_once("adult") == 0 && open_once("ward") == 0 &&
                   open_once("no-certificates") == 0
               ? 0
               : -1;
}

static int forget(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(stand, forget, 8, FTW_DEPTH | FTW_PHYS);
}

static void an_adult_is_found_by_the_serial(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_true(ca_cards_find(stand, "990000000000001", &resident));
    assert_string_equal(resident.name, "見本　花子");
    assert_string_equal(resident.municipality_code, "27220");
    assert_string_equal(resident.prefecture, "Mihon-ken");
    assert_string_equal(resident.municipality, "Mihon-shi");
    assert_int_equal(resident.birth, 19850412);
    assert_int_equal(resident.sex, 2);
    assert_int_equal(resident.card_expiry, 20301124);
    assert_false(resident.no_signature);
}

static void a_ward_cannot_have_a_signature_certificate(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_true(ca_cards_find(stand, "990000000000003", &resident));
    assert_true(resident.no_signature);
}

static void who_only_did_not_want_one_can(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_true(ca_cards_find(stand, "990000000000007", &resident));
    assert_false(resident.no_signature);
}

static void a_card_is_known_once_it_was_put_in(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_false(ca_cards_find(stand, "990000000000006", &resident));
    assert_int_equal(open_once("expired"), 0);
    assert_true(ca_cards_find(stand, "990000000000006", &resident));
}

static void an_unknown_card_is_nobodys(void **state)
{
    (void)state;
    struct ca_resident resident;
    assert_false(ca_cards_find(stand, "123456789012345", &resident));
    assert_false(ca_cards_find((char[]){ "/nonexistent" }, "990000000000001", &resident));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adult_is_found_by_the_serial),
        cmocka_unit_test(a_ward_cannot_have_a_signature_certificate),
        cmocka_unit_test(who_only_did_not_want_one_can),
        cmocka_unit_test(a_card_is_known_once_it_was_put_in),
        cmocka_unit_test(an_unknown_card_is_nobodys),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
