/* One PIN as it is typed: what is taken, what the rule lacks, and that nothing is left behind. */
#include "tui/resident/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct entry_rule signature = {.minimum = 6, .maximum = 16, .letters = true, .mix = true, .fields = 2};
static const struct entry_rule digits = {.minimum = 4, .maximum = 4, .fields = 1};

static struct entry asked(const struct entry_rule *rule)
{
    struct entry e;
    assert_true(entry_open(&e));
    assert_true(entry_ask(&e, rule));
    return e;
}

static enum entry_note type(struct entry *e, const char *text)
{
    enum entry_note note = ENTRY_NOTHING;
    for (; *text != '\0'; text++) {
        note = entry_type(e, (uint32_t)*text);
    }
    return note;
}

static void expect_field(const struct entry *e, int field, const char *text)
{
    assert_int_equal(e->fields[field].length, strlen(text));
    assert_memory_equal(e->fields[field].at, text, strlen(text));
}

static void expect_all_wiped(const struct entry *e)
{
    static const uint8_t nothing[ENTRY_MAX];
    for (int i = 0; i < ENTRY_FIELDS; i++) {
        assert_int_equal(e->fields[i].length, 0);
        assert_memory_equal(e->fields[i].at, nothing, ENTRY_MAX);
    }
    assert_true(entry_untouched(e));
}

static void characters_come_out_in_their_plain_form(void **state)
{
    (void)state;
    static const struct {
        uint32_t rune;
        enum entry_note note;
        char taken; /* '\0': nothing */
    } rows[] = {
        {'A', ENTRY_NOTHING, 'A'},    {'Z', ENTRY_NOTHING, 'Z'},    {'0', ENTRY_NOTHING, '0'},
        {'9', ENTRY_NOTHING, '9'},    {'a', ENTRY_RAISED, 'A'},     {'z', ENTRY_RAISED, 'Z'},
        {0xFF21, ENTRY_NOTHING, 'A'}, {0xFF3A, ENTRY_NOTHING, 'Z'}, {0xFF10, ENTRY_NOTHING, '0'},
        {0xFF19, ENTRY_NOTHING, '9'}, {0xFF41, ENTRY_RAISED, 'A'},  {0xFF5A, ENTRY_RAISED, 'Z'},
        {'@', ENTRY_REFUSED, 0},      {'[', ENTRY_REFUSED, 0},      {'`', ENTRY_REFUSED, 0},
        {'{', ENTRY_REFUSED, 0},      {'/', ENTRY_REFUSED, 0},      {':', ENTRY_REFUSED, 0},
        {' ', ENTRY_REFUSED, 0},      {0x3000, ENTRY_REFUSED, 0},   {0x3042, ENTRY_REFUSED, 0},
        {0xFF0D, ENTRY_REFUSED, 0},   {0x0410, ENTRY_REFUSED, 0},   {0x0661, ENTRY_REFUSED, 0},
        {0x141, ENTRY_REFUSED, 0},    {0x1F600, ENTRY_REFUSED, 0},  {0, ENTRY_REFUSED, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entry e = asked(&signature);
        assert_int_equal(entry_type(&e, rows[i].rune), rows[i].note);
        expect_field(&e, 0, (const char[]){rows[i].taken, '\0'});
        entry_close(&e);
    }
}

static void letters_are_refused_where_only_digits_count(void **state)
{
    (void)state;
    struct entry e = asked(&digits);
    assert_int_equal(type(&e, "1a"), ENTRY_REFUSED);
    assert_int_equal(type(&e, "B"), ENTRY_REFUSED);
    assert_int_equal(entry_type(&e, 0xFF12), ENTRY_NOTHING);
    expect_field(&e, 0, "12");
    entry_close(&e);
}

static void the_rule_is_checked_at_every_character(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool length, characters, mix;
    } rows[] = {
        {"", false, false, false},          {"A", false, true, false},          {"A1", false, true, true},
        {"ABCDE1", true, true, true},       {"ABCDEF", true, true, false},      {"123456", true, true, false},
        {"A2345", false, true, true},       {"1234567890ABCDEF", true, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entry e = asked(&signature);
        type(&e, rows[i].text);
        struct entry_checks checks = entry_checks(&e);
        assert_int_equal(checks.typed, strlen(rows[i].text));
        assert_int_equal(checks.length, rows[i].length);
        assert_int_equal(checks.characters, rows[i].characters);
        assert_int_equal(checks.mix, rows[i].mix);
        assert_int_equal(checks.rule, rows[i].length && rows[i].mix);
        assert_false(checks.match);
        entry_close(&e);
    }
}

static void a_pin_in_use_need_not_mix(void **state)
{
    (void)state;
    struct entry_rule current = signature;
    current.mix = false;
    current.fields = 1;
    struct entry e = asked(&current);
    type(&e, "ABCDEF");
    assert_true(entry_checks(&e).rule);
    assert_int_equal(entry_enter(&e), ENTRY_FINISHED);
    entry_close(&e);
}

static void no_more_than_the_longest_is_taken(void **state)
{
    (void)state;
    struct entry e = asked(&digits);
    assert_int_equal(type(&e, "1234"), ENTRY_NOTHING);
    assert_int_equal(type(&e, "5"), ENTRY_FULL);
    expect_field(&e, 0, "1234");
    entry_close(&e);
}

static void enter_waits_for_the_rule(void **state)
{
    (void)state;
    struct entry e = asked(&digits);
    assert_int_equal(entry_enter(&e), ENTRY_UNFINISHED);
    type(&e, "123");
    assert_int_equal(entry_enter(&e), ENTRY_UNFINISHED);
    type(&e, "4");
    assert_int_equal(entry_enter(&e), ENTRY_FINISHED);
    assert_int_equal(entry_result(&e)->length, 4);
    assert_memory_equal(entry_result(&e)->at, "1234", 4);
    entry_close(&e);
}

static void a_new_pin_is_typed_twice(void **state)
{
    (void)state;
    struct entry e = asked(&signature);
    type(&e, "mihon2026");
    assert_int_equal(entry_enter(&e), ENTRY_NOTHING);
    assert_int_equal(e.at, 1);
    assert_false(entry_untouched(&e));
    assert_int_equal(entry_enter(&e), ENTRY_UNFINISHED);
    type(&e, "MIHON");
    assert_false(entry_checks(&e).match);
    assert_int_equal(entry_enter(&e), ENTRY_UNFINISHED);
    type(&e, "2026");
    assert_true(entry_checks(&e).match);
    assert_int_equal(entry_enter(&e), ENTRY_FINISHED);
    assert_memory_equal(entry_result(&e)->at, "MIHON2026", 9);
    entry_close(&e);
}

static void two_that_differ_start_again_with_nothing(void **state)
{
    (void)state;
    struct entry e = asked(&signature);
    type(&e, "MIHON2026");
    assert_int_equal(entry_enter(&e), ENTRY_NOTHING);
    type(&e, "MIHON2027");
    assert_int_equal(entry_enter(&e), ENTRY_DIFFERENT);
    assert_int_equal(e.at, 0);
    expect_all_wiped(&e);
    entry_close(&e);
}

static void erasing_wipes_the_character(void **state)
{
    (void)state;
    struct entry e = asked(&signature);
    entry_erase(&e);
    type(&e, "AB");
    entry_erase(&e);
    expect_field(&e, 0, "A");
    assert_int_equal(e.fields[0].at[1], 0);
    entry_erase(&e);
    expect_all_wiped(&e);
    entry_close(&e);
}

static void wiping_and_asking_anew_leave_nothing(void **state)
{
    (void)state;
    struct entry e = asked(&signature);
    type(&e, "MIHON2026");
    assert_int_equal(entry_enter(&e), ENTRY_NOTHING);
    type(&e, "MIHON20");
    entry_wipe(&e);
    expect_all_wiped(&e);
    type(&e, "MIHON2026");
    assert_true(entry_ask(&e, &digits));
    expect_all_wiped(&e);
    entry_close(&e);
}

static void impossible_rules_are_refused(void **state)
{
    (void)state;
    static const struct entry_rule rules[] = {
        {.minimum = 0, .maximum = 4, .fields = 1},  {.minimum = 5, .maximum = 4, .fields = 1},
        {.minimum = 4, .maximum = 33, .fields = 1}, {.minimum = 4, .maximum = 4, .fields = 0},
        {.minimum = 4, .maximum = 4, .fields = 3},
    };
    struct entry e = asked(&signature);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        type(&e, "A1");
        assert_false(entry_ask(&e, &rules[i]));
        expect_all_wiped(&e);
    }
    entry_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_come_out_in_their_plain_form),
        cmocka_unit_test(letters_are_refused_where_only_digits_count),
        cmocka_unit_test(the_rule_is_checked_at_every_character),
        cmocka_unit_test(a_pin_in_use_need_not_mix),
        cmocka_unit_test(no_more_than_the_longest_is_taken),
        cmocka_unit_test(enter_waits_for_the_rule),
        cmocka_unit_test(a_new_pin_is_typed_twice),
        cmocka_unit_test(two_that_differ_start_again_with_nothing),
        cmocka_unit_test(erasing_wipes_the_character),
        cmocka_unit_test(wiping_and_asking_anew_leave_nothing),
        cmocka_unit_test(impossible_rules_are_refused),
    };
    return cmocka_run_group_tests_name("resident entry", tests, NULL, NULL);
}
