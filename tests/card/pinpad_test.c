#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/applet/common.h"
#include "cardops/applet/jpki.h"
#include "cardops/applet/pin.h"
#include "cardops/reader/names.h"
#include "cardops/reader/pinpad.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t features[] = {
    0x06, 0x04, 0x42, 0x33, 0x00, 0x06, 0x07, 0x04, 0x42,
    0x33, 0x00, 0x07, 0x12, 0x04, 0x42, 0x33, 0x00, 0x12,
};
/* As the real driver answered (stand.md section 3). */
static const uint8_t properties[] = {
    0x01, 0x02, 0x00, 0x00, 0x03, 0x01, 0x00, 0x08, 0x03, 'v',  0x1B, '1',
    0x06, 0x01, 0x04, 0x07, 0x01, 0x10, 0x02, 0x01, 0x02, 0x0B, 0x02, 0xE6,
    0x08, 0x0C, 0x02, 0x78, 0x34, 0x0A, 0x04, 0x00, 0x00, 0x01, 0x00,
};

static void features_are_big_endian(void **state)
{
    (void)state;
    struct pinpad_features f;
    assert_true(pinpad_features_parse(features, sizeof features, &f));
    assert_int_equal(f.verify, 0x42330006);
    assert_int_equal(f.modify, 0x42330007);
    assert_int_equal(f.tlv, 0x42330012);
    assert_true(pinpad_features_parse(features, 0, &f));
    assert_int_equal(f.verify, 0);
    for (size_t cut = 1; cut < 6; cut++)
        assert_false(pinpad_features_parse(features, sizeof features - cut, &f));
    uint8_t bad[sizeof features];
    memcpy(bad, features, sizeof bad);
    bad[7] = 5;
    assert_false(pinpad_features_parse(bad, sizeof bad, &f));
    assert_int_equal(f.verify, 0);
}

static void properties_are_little_endian(void **state)
{
    (void)state;
    struct pinpad_properties p;
    assert_true(pinpad_properties_parse(properties, sizeof properties, &p));
    assert_int_equal(p.minimum, 4);
    assert_int_equal(p.maximum, 16);
    assert_int_equal(p.vendor, 0x08E6);
    assert_int_equal(p.product, 0x3478);
    assert_string_equal(p.firmware, "v?1");
    for (size_t length = 0; length < sizeof properties; length++) {
        uint8_t *cut = malloc(length + 1);
        assert_non_null(cut);
        memcpy(cut, properties, length);
        (void)!pinpad_properties_parse(cut, length, &p);
        free(cut);
    }
}

/* Every reader of card.md 7.8, as libccid names it; each is known by its numbers and by its name. */
enum use { FULL, NOT_FOR_NEW_PINS, NO_PAD };
#define WITHOUT NO_PAD, 0, 0, 0, 0, false
static const struct {
    const char *name;
    uint16_t vendor, product;
    enum use use;
    uint8_t verify_messages, modify_messages, minimum, maximum;
    bool swapped;
} readers[] = {
    {"Gemalto USB GemPCPinpad SmartCard Reader 00 00", 0x08E6, 0x3478, FULL, 1, 2, 4, 8, false},
    {"Gemalto GemPC PinPad 00 00", 0, 0, FULL, 1, 2, 4, 8, false},
    {"COVADIS VEGA-ALPHA 00 00", 0x0982, 0x0008, FULL, 1, 2, 4, 8, false},
    {"SCM Microsystems Inc. SPR 532 00 00", 0x04E6, 0xE003, FULL, 0, 0, 0, 0, false},
    {"Cherry GmbH SmartTerminal ST-2xxx 00 00", 0x046A, 0x003E, FULL, 0, 0, 0, 25, false},
    {"Cherry GmbH SmartBoard XX44 00 00", 0x046A, 0x0010, FULL, 3, 3, 0, 0, false},
    {"Cherry KC 1000 SC 00 00", 0x046A, 0x00A1, FULL, 1, 2, 0, 0, false},
    {"Dell Dell Smart Card Reader Keyboard 00 00", 0x413C, 0x2101, FULL, 0, 0, 0, 0, true},
    {"Dell keyboard SK-3106 00 00", 0x413C, 0x2100, FULL, 0, 0, 0, 0, true},
    {"Hewlett-Packard Company HP USB Smart Card Keyboard 00 00", 0x03F0, 0x1024, WITHOUT},
    {"Hewlett-Packard Company HP USB CCID Smartcard Keyboard 00 00", 0x03F0, 0x0036, WITHOUT},
    {"FujitsuTechnologySolutions GmbH SmartCase KB SCR eSIG 00 00", 0x0BF8, 0x1017, WITHOUT},
    {"Fujitsu Keyboard KB100 SCR eSIG 00 00", 0x0BF8, 0x1021, WITHOUT},
    {"Chicony HP Skylab USB Smartcard Keyboard 00 00", 0x04F2, 0x1469, WITHOUT},
    {"HID Global OMNIKEY 3x21 Smart Card Reader 00 00", 0x076B, 0x3031, WITHOUT},
    {"HID Global OMNIKEY 6121 Smart Card Reader 00 00", 0x076B, 0x6632, WITHOUT},
    {"Cherry SmartTerminal XX44 00 00", 0x046A, 0x00A7, WITHOUT},
    {"Fujitsu Smartcard Reader D323 00 00", 0x0BF8, 0x1024, WITHOUT},
    {"Bit4id miniLector-s 00 00", 0, 0, WITHOUT},
    {"OMNIKEY AG CardMan 3821 00 00", 0x076B, 0x3821, FULL, 1, 2, 1, 31, false},
    {"REINER SCT cyberJack go 00 00", 0, 0, FULL, 1, 2, 0, 15, false},
    {"Identiv Identiv uTrust 4701 F Dual Interface Reader 00 00", 0, 0, NOT_FOR_NEW_PINS, 1, 0, 0, 0,
     false},
    {"ACS ACR83 00 00", 0, 0, FULL, 1, 2, 0, 16, false},
    {"madoguchi-pad 00 00", 0x08E6, 0x3478, FULL, 1, 2, 0, 0, false},
    {"never seen 00 00", 0x1234, 0x5678, FULL, 1, 2, 0, 0, false},
};

static void expect_manners(size_t i, const char *name, const struct pinpad_properties *p)
{
    struct pinpad_manners m = pinpad_manners_of(name, p);
    bool same = m.verifies == (readers[i].use != NO_PAD) && m.modifies == (readers[i].use == FULL) &&
                m.verify_messages == readers[i].verify_messages &&
                m.modify_messages == readers[i].modify_messages && m.minimum == readers[i].minimum &&
                m.maximum == readers[i].maximum && m.swapped_limits == readers[i].swapped;
    if (!same)
        fail_msg("%s, asked as \"%s\"", readers[i].name, name);
}

static void every_known_reader_has_its_manners(void **state)
{
    (void)state;
    static const char practice[] = "madoguchi-pad";
    const struct pinpad_properties untold = {0};
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        const struct pinpad_properties told = {.vendor = readers[i].vendor,
                                               .product = readers[i].product};
        expect_manners(i, readers[i].name, &told);
        expect_manners(i, readers[i].name, &untold);
        /* The practice pad has the driver's numbers of another, and is known by its name. */
        if (told.vendor != 0 && strncmp(readers[i].name, practice, strlen(practice)) != 0)
            expect_manners(i, "renamed by the office 00 00", &told);
    }
}

static void limits_may_be_swapped(void **state)
{
    (void)state;
    const struct pinpad_entry e = {{0x00, 0x20, 0x00, 0x80}, 4, 12, 30};
    struct pinpad_manners m = {.verifies = true, .modifies = true};
    struct bytes block = {0};
    uint16_t limits;
    for (int swapped = 0; swapped <= 1; swapped++) {
        m.swapped_limits = swapped != 0;
        assert_true(pinpad_verify_block(&block, &e, &m));
        memcpy(&limits, block.at + 5, sizeof limits);
        assert_int_equal(limits, swapped ? 12 << 8 | 4 : 4 << 8 | 12);
        /* As long as typed: no room in the template, no length in the block. */
        assert_int_equal(block.length, 19 + 5);
        assert_int_equal(block.at[3], 0);
        assert_true(pinpad_modify_block(&block, &e, &m));
        memcpy(&limits, block.at + 7, sizeof limits);
        assert_int_equal(limits, swapped ? 12 << 8 | 4 : 4 << 8 | 12);
    }
    bytes_free(&block);
}

static void limits_intersect(void **state)
{
    (void)state;
    struct pinpad_manners m = {.minimum = 4, .maximum = 8};
    struct pinpad_properties p = {.minimum = 1, .maximum = 16};
    assert_true(pinpad_can_take(&p, &m, 4));
    assert_true(pinpad_can_take(&p, &m, 8));
    assert_false(pinpad_can_take(&p, &m, 3));
    assert_false(pinpad_can_take(&p, &m, 9));
    assert_false(pinpad_can_take(&p, &m, 0));
    p = (struct pinpad_properties){0};
    m = (struct pinpad_manners){0};
    assert_true(pinpad_can_take(&p, &m, 12));
}

static void blocks_for_this_card(void **state)
{
    (void)state;
    /* card.md 7.2, 7.3 and 7.7, with byte units in the format. */
    static const uint8_t verify[] = {30,   30,   0x82, 4, 0,    4,    4,    2,   1, 0x11,
                                     4,    0,    0,    0, 0,    9,    0,    0,   0, 0x00,
                                     0x20, 0x00, 0x80, 4, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t modify[] = {30, 30,   0x82, 4,    0,    0,    0, 4,    4,    1,    2,
                                     2,  0x11, 4,    0,    1,    2,    0, 0,    0,    9,    0,
                                     0,  0,    0x00, 0x24, 0x01, 0x80, 4, 0xFF, 0xFF, 0xFF, 0xFF};
    const struct pinpad_manners m = {
        .verifies = true, .modifies = true, .verify_messages = 1, .modify_messages = 2};
    struct pinpad_entry e = {{0x00, 0x20, 0x00, 0x80}, 4, 4, 30};
    struct bytes block = {0};
    assert_true(pinpad_verify_block(&block, &e, &m));
    assert_int_equal(block.length, sizeof verify);
    assert_memory_equal(block.at, verify, sizeof verify);
    memcpy(e.header, "\x00\x24\x01\x80", 4);
    assert_true(pinpad_modify_block(&block, &e, &m));
    assert_int_equal(block.length, sizeof modify);
    assert_memory_equal(block.at, modify, sizeof modify);
    bytes_free(&block);
}

static void no_pad_is_asked_for_an_empty_pin(void **state)
{
    (void)state;
    const struct pinpad_manners m = {0};
    struct pinpad_entry e = {.minimum = 0, .maximum = 4};
    struct bytes block = {0};
    assert_false(pinpad_verify_block(&block, &e, &m));
    assert_false(pinpad_modify_block(&block, &e, &m));
    e = (struct pinpad_entry){.minimum = 5, .maximum = 4};
    assert_false(pinpad_verify_block(&block, &e, &m));
    e = (struct pinpad_entry){.minimum = 4, .maximum = 16};
    assert_false(pinpad_verify_block(&block, &e, &m));
    bytes_free(&block);
}

/* A reader that counts: nothing may arrive there. */
static unsigned arrived;

static enum reader_fault counting_transmit(struct reader *r, const struct bytes *command,
                                           struct bytes *answer)
{
    (void)r;
    (void)command;
    arrived++;
    return bytes_set(answer, "\x90\x00", 2) ? READER_OK : READER_NO_MEMORY;
}

static void an_empty_pin_reaches_no_card(void **state)
{
    (void)state;
    static const struct reader_ops ops = {.transmit = counting_transmit};
    struct reader reader = {&ops};
    struct channel c = {.reader = &reader, .connected = true};
    struct card_pin_profile pin = {.minimum = 4, .maximum = 4};
    struct bytes typed = {0};
    uint8_t header[4];
    pin_verify_header(header);
    arrived = 0;
    assert_int_equal(pin_send(&c, &pin, PIN_VERIFY, header, (struct pin_source){.typed = &typed}),
                     CARD_BAD_REQUEST);
    assert_int_equal(pin_send(&c, &pin, PIN_VERIFY, header, (struct pin_source){.typed = NULL}),
                     CARD_BAD_REQUEST);
    pin.minimum = 0;
    assert_int_equal(pin_send(&c, &pin, PIN_VERIFY, header, (struct pin_source){.typed = &typed}),
                     CARD_BAD_REQUEST);
    pin.minimum = 4;
    assert_true(bytes_set(&typed, "12345", 5));
    assert_int_equal(pin_send(&c, &pin, PIN_SET, header, (struct pin_source){.typed = &typed}),
                     CARD_BAD_REQUEST);
    assert_int_equal(arrived, 0);
    assert_true(bytes_set(&typed, "1234", 4));
    assert_int_equal(pin_send(&c, &pin, PIN_SET, header, (struct pin_source){.typed = &typed}),
                     CARD_OK);
    assert_int_equal(arrived, 1);
    bytes_free(&typed);
}

static void tries_are_told_in_many_words(void **state)
{
    (void)state;
    static const struct {
        uint16_t sw;
        uint8_t present;
        int8_t tries;
    } rows[] = {
        {0x63C3, CARD_YES, 3},  {0x63C0, CARD_YES, 0}, {0x9000, CARD_YES, -1},
        {0x6300, CARD_YES, -1}, {0x6983, CARD_YES, 0}, {0x6984, CARD_YES, 0},
        {0x6A88, CARD_NO, -1},  {0x6A82, CARD_NO, -1}, {0x6F00, CARD_UNKNOWN, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t present;
        int8_t tries;
        pin_query_parse(rows[i].sw, &present, &tries);
        assert_int_equal(present, rows[i].present);
        assert_int_equal(tries, rows[i].tries);
    }
}

static void records_and_labels(void **state)
{
    (void)state;
    uint8_t record[] = "\x01\x1C"
                       "990000000000001"
                       "27220"
                       "20301122";
    struct common_record r;
    assert_true(common_record_parse(record, 30, &r));
    assert_string_equal(r.serial, "990000000000001");
    assert_string_equal(r.municipality, "27220");
    assert_int_equal(r.expiry, 20301122);
    assert_false(common_record_parse(record, 29, &r));
    record[10] = 'x';
    assert_false(common_record_parse(record, 30, &r));
    memcpy(record + 22, "20301322", 8);
    record[10] = '0';
    assert_false(common_record_parse(record, 30, &r));
    assert_int_equal(jpki_token_parse((const uint8_t *)"JPKIAPICCTOKEN2                 ", 32),
                     JPKI_TOKEN_MY_NUMBER);
    assert_int_equal(jpki_token_parse((const uint8_t *)"JPKIAPICCTOKEN                  ", 32),
                     JPKI_TOKEN_OLD_JUKI);
    assert_int_equal(jpki_token_parse((const uint8_t *)"JPKIAPGPSETOKEN                 ", 32),
                     JPKI_TOKEN_UNKNOWN);
    assert_int_equal(jpki_token_parse(NULL, 0), JPKI_TOKEN_UNKNOWN);
}

static void names_are_exact(void **state)
{
    (void)state;
    static const char list[] = "pad 00 00\0plain 01 00\0";
    assert_true(reader_names_contain(list, sizeof list, "pad 00 00"));
    assert_true(reader_names_contain(list, sizeof list, "plain 01 00"));
    assert_false(reader_names_contain(list, sizeof list, "pad"));
    assert_false(reader_names_contain(list, sizeof list, ""));
    assert_false(reader_names_contain(list, 5, "pad 00 00"));
    assert_false(reader_names_contain(list, 0, "pad 00 00"));
    assert_false(reader_names_contain("unterminated", 12, "unterminated"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_big_endian),
        cmocka_unit_test(properties_are_little_endian),
        cmocka_unit_test(every_known_reader_has_its_manners),
        cmocka_unit_test(limits_may_be_swapped),
        cmocka_unit_test(limits_intersect),
        cmocka_unit_test(blocks_for_this_card),
        cmocka_unit_test(no_pad_is_asked_for_an_empty_pin),
        cmocka_unit_test(an_empty_pin_reaches_no_card),
        cmocka_unit_test(tries_are_told_in_many_words),
        cmocka_unit_test(records_and_labels),
        cmocka_unit_test(names_are_exact),
    };
    return cmocka_run_group_tests_name("pinpad and applets", tests, NULL, NULL);
}
