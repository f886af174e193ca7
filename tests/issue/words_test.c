/* The filter's line and exit status as the paperwork reads them, and what is DER. */
#include "cardops/issue/enrol.h"
#include "cardops/issue/enrol_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void every_outcome_has_a_status_and_a_word(void **state)
{
    (void)state;
    const enum enrol_outcome all[] = { ENROL_DONE,    ENROL_NOT_ACCEPTED, ENROL_REFUSED,    ENROL_UNREACHABLE,
                                       ENROL_WAITING, ENROL_PROTOCOL,     ENROL_CREDENTIAL, ENROL_USAGE };
    enum enrol_outcome outcome;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_true(enrol_outcome_of((int)all[i], &outcome));
        assert_int_equal(outcome, all[i]);
        assert_string_not_equal(enrol_outcome_word(all[i]), "unknown");
    }
    assert_false(enrol_outcome_of(1, &outcome));
    assert_false(enrol_outcome_of(139, &outcome));
}

static void every_reason_is_read_as_written(void **state)
{
    (void)state;
    for (int i = ENROL_FINE; i <= ENROL_UNCHECKED; i++)
        assert_int_equal(enrol_reason_of(enrol_reason_word((enum enrol_reason)i)), i);
    assert_int_equal(enrol_reason_of("other-keys"), ENROL_UNCHECKED);
}

static void fields_are_found_by_name(void **state)
{
    (void)state;
    const char line[] = "refused transaction=00ff fail-info=badRequest text=closed reason=none today\n";
    char value[32];
    assert_true(enrol_field(line, "transaction", value, sizeof value));
    assert_string_equal(value, "00ff");
    assert_true(enrol_field(line, "fail-info", value, sizeof value));
    assert_string_equal(value, "badRequest");
    assert_true(enrol_field(line, "text", value, sizeof value));
    assert_string_equal(value, "closed reason=none today");
    assert_false(enrol_field(line, "reason", value, sizeof value));
    assert_false(enrol_field(line, "info", value, sizeof value));
    assert_false(enrol_field("", "text", value, sizeof value));
    assert_true(enrol_field(line, "transaction", value, 3));
    assert_string_equal(value, "00");
}

static void der_has_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t length;
        bool der;
    } rows[] = {
        { "\x30\x03\x02\x01\x05", 5, true },
        { "\x30\x00", 2, true },
        { "\x30\x81\x03\x02\x01\x05", 6, false },         /* length in two octets */
        { "\x30\x04\x02\x81\x01\x05", 6, false },         /* the same inside */
        { "\x30\x80\x02\x01\x05\x00\x00", 7, false },     /* indefinite */
        { "\x30\x03\x02\x01\x05\x00", 6, false },         /* something behind it */
        { "\x30\x04\x02\x01\x05", 5, false },             /* cut short */
        { "\x30\x03\x02\x02\x05", 5, false },             /* cut short inside */
        { "", 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(enrol_is_der((const uint8_t *)rows[i].octets, rows[i].length), rows[i].der);
    uint8_t deep[200];
    for (size_t i = 0; i < sizeof deep; i += 2) {
        deep[i] = 0x30;
        deep[i + 1] = (uint8_t)(sizeof deep - i - 2);
    }
    assert_false(enrol_is_der(deep + 80, sizeof deep - 80));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_has_a_status_and_a_word),
        cmocka_unit_test(every_reason_is_read_as_written),
        cmocka_unit_test(fields_are_found_by_name),
        cmocka_unit_test(der_has_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
