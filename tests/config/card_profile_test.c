#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/card_profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void todays_card(void **state)
{
    (void)state;
    struct fault_list faults = {0};
    struct card_profile p;
    assert_true(card_profile_load(&p, "config/cards/my-number.ini", &faults));
    assert_int_equal(p.pin_count, 4);
    assert_string_equal(p.pins[CARD_PIN_SIG].id, "sig");
    assert_int_equal(p.pins[CARD_PIN_SIG].alphabet, CARD_CAPITALS_AND_DIGITS);
    assert_int_equal(p.pins[CARD_PIN_SIG].maximum, 16);
    assert_int_equal(p.pins[CARD_PIN_SIG].tries, 5);
    assert_int_equal(p.pins[CARD_PIN_AUTH].places[0].ef, 0x0018);
    assert_int_equal(p.pins[CARD_PIN_JUKI].place_count, 2);
    assert_int_equal(p.pins[CARD_PIN_JUKI].places[1].aid[8], 0x04);
    assert_int_equal(p.pins[CARD_PIN_JUKI].places[1].change_ins, 0x32);
    assert_string_equal(p.pins[CARD_PIN_KENMEN].id, "kenmen");
    fault_list_free(&faults);
}

static void places_are_hexadecimal(void **state)
{
    (void)state;
    struct card_place place;
    assert_true(card_place_parse("D392F000260100000001 001B 002401", &place));
    assert_int_equal(place.aid_length, 10);
    static const char *const bad[] = {
        "",
        "D392F000260100000001",
        "D392F000260100000001 001B",
        "D392F000260100000001 1B 002401",
        "D392F000260100000001 001B 0024",
        "D392F00026010000000 001B 002401",
        "d392F000260100000001 001B 002401",
        "D392F000260100000001 001B 002401 00",
        "D392 001B 002401",
        "D392F000260100000001D392F0002601000000 001B 002401",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(card_place_parse(bad[i], &place));
}

static size_t faults_of(const char *text)
{
    char path[] = "/tmp/card-profile-XXXXXX";
    struct fault_list faults = {0};
    struct card_profile p;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    bool ok = card_profile_load(&p, path, &faults);
    size_t count = faults.count;
    assert_int_equal(ok, count == 0);
    fault_list_free(&faults);
    unlink(path);
    return count;
}

static void faults_are_found(void **state)
{
    (void)state;
#define SIG                                                                                        \
    "[pin.sig]\ncharacters = digits\nminimum = 4\nmaximum = 4\ntries = 3\nplace.1 = "              \
    "D392F000260100000001 001B 002401\n"
    assert_int_equal(faults_of("[card]\nname = x\npins = sig\n" SIG), 0);
    assert_true(faults_of("[card]\nname = x\npins = auth\n" SIG) > 0);
    assert_true(faults_of("[card]\nname = x\npins = sig\n") > 0);
    assert_true(faults_of("[card]\npins = sig\n" SIG) > 0);
    assert_true(faults_of("[card]\nname = x\npins = sig\n" SIG "unknown = 1\n") > 0);
    assert_true(faults_of("[card]\nname = x\npins = sig\n[pin.sig]\ncharacters = digits\nminimum = "
                          "5\nmaximum = 4\n"
                          "tries = 3\nplace.1 = D392F000260100000001 001B 002401\n") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(todays_card),
        cmocka_unit_test(places_are_hexadecimal),
        cmocka_unit_test(faults_are_found),
    };
    return cmocka_run_group_tests_name("card profile", tests, NULL, NULL);
}
