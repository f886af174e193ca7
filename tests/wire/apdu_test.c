#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/wire/apdu.h"
#include "cardops/wire/command.h"
#include "cardops/wire/sw.h"
#include "cardops/wire/tlv.h"

#include <stdlib.h>
#include <string.h>

static uint8_t filler[APDU_LONG_DATA];

static const struct {
    size_t data, expected, length;
    const char *head;
    size_t head_length;
} shapes[] = {
    {0, 0, 4, "\x00\x20\x00\x80", 4},
    {0, 4, 5, "\x00\x20\x00\x80\x04", 5},
    {0, 256, 5, "\x00\x20\x00\x80\x00", 5},
    {4, 0, 9, "\x00\x20\x00\x80\x04", 5},
    {255, 0, 260, "\x00\x20\x00\x80\xFF", 5},
    {4, 256, 10, "\x00\x20\x00\x80\x04", 5},
    {0, 257, 7, "\x00\x20\x00\x80\x00\x01\x01", 7},
    {0, 65536, 7, "\x00\x20\x00\x80\x00\x00\x00", 7},
    {256, 0, 263, "\x00\x20\x00\x80\x00\x01\x00", 7},
    {256, 256, 265, "\x00\x20\x00\x80\x00\x01\x00", 7},
    {65535, 65536, 65544, "\x00\x20\x00\x80\x00\xFF\xFF", 7},
};

static void every_case_is_built_and_read_back(void **state)
{
    (void)state;
    struct bytes raw = {0};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct apdu in = {0x00, 0x20, 0x00, 0x80, filler, shapes[i].data, shapes[i].expected}, out;
        assert_true(apdu_build(&raw, &in));
        assert_int_equal(raw.length, shapes[i].length);
        assert_memory_equal(raw.at, shapes[i].head, shapes[i].head_length);
        assert_true(apdu_parse(raw.at, raw.length, &out));
        assert_int_equal(out.data_length, in.data_length);
        assert_int_equal(out.expected, in.expected);
        assert_int_equal(out.p2, 0x80);
    }
    bytes_free(&raw);
}

static void too_long_is_refused(void **state)
{
    (void)state;
    struct bytes raw = {0};
    struct apdu in = {.data = filler, .data_length = APDU_LONG_DATA + 1};
    assert_false(apdu_build(&raw, &in));
    in = (struct apdu){.expected = APDU_LONG_EXPECTED + 1};
    assert_false(apdu_build(&raw, &in));
    assert_int_equal(raw.length, 0);
    bytes_free(&raw);
}

/* Every length of every small pattern, in a block of exactly that size so that a sanitizer sees an
 * overrun. */
static void hostile_commands_stay_inside(void **state)
{
    (void)state;
    static const uint8_t fields[] = {0x00, 0x01, 0x02, 0x04, 0x05, 0xFF};
    for (size_t length = 0; length <= 12; length++)
        for (size_t a = 0; a < sizeof fields; a++)
            for (size_t b = 0; b < sizeof fields; b++) {
                uint8_t *raw = malloc(length == 0 ? 1 : length);
                assert_non_null(raw);
                memset(raw, fields[b], length);
                if (length > 4)
                    raw[4] = fields[a];
                struct apdu out;
                if (apdu_parse(raw, length, &out) && out.data != NULL)
                    assert_true(out.data >= raw && out.data + out.data_length <= raw + length);
                free(raw);
            }
}

static void contradictory_lengths_are_refused(void **state)
{
    (void)state;
    struct apdu out;
    assert_false(apdu_parse((const uint8_t *)"\x00\xA4\x04", 3, &out));
    assert_false(apdu_parse((const uint8_t *)"\x00\xA4\x04\x00\x02\x11", 6, &out));
    assert_false(apdu_parse((const uint8_t *)"\x00\xA4\x04\x00\x01\x11\x00\x00", 8, &out));
    assert_false(apdu_parse((const uint8_t *)"\x00\xA4\x04\x00\x00\x00", 6, &out));
    assert_false(apdu_parse((const uint8_t *)"\x00\xA4\x04\x00\x00\x00\x00\x01", 8, &out));
}

static void the_status_word_is_taken_off(void **state)
{
    (void)state;
    struct bytes answer = {0};
    uint16_t sw = 7;
    assert_false(apdu_take_status(&answer, &sw));
    assert_true(bytes_set(&answer, "\x90", 1));
    assert_false(apdu_take_status(&answer, &sw));
    assert_int_equal(sw, 7);
    assert_true(bytes_set(&answer, "ab\x63\xC2", 4));
    assert_true(apdu_take_status(&answer, &sw));
    assert_int_equal(sw, 0x63C2);
    assert_int_equal(answer.length, 2);
    bytes_free(&answer);
}

static void status_words_have_their_class(void **state)
{
    (void)state;
    assert_int_equal(sw_class(0x9000), SW_CLASS_OK);
    assert_int_equal(sw_class(0x63C3), SW_CLASS_TRIES);
    assert_int_equal(sw_class(0x6300), SW_CLASS_TRIES);
    assert_int_equal(sw_class(0x63C0), SW_CLASS_LOCKED);
    assert_int_equal(sw_class(0x6983), SW_CLASS_LOCKED);
    assert_int_equal(sw_class(0x6984), SW_CLASS_LOCKED);
    assert_int_equal(sw_class(0x6A82), SW_CLASS_NOT_FOUND);
    assert_int_equal(sw_class(0x6982), SW_CLASS_REFUSED);
    assert_int_equal(sw_class(0x6402), SW_CLASS_PAD);
    assert_int_equal(sw_class(0x1234), SW_CLASS_OTHER);
    assert_int_equal(sw_tries(0x63C5), 5);
    assert_int_equal(sw_tries(0x63C0), 0);
    assert_int_equal(sw_tries(0x6984), 0);
    assert_int_equal(sw_tries(0x6300), -1);
    assert_int_equal(sw_tries(0x9000), -1);
}

static void logs_never_show_a_pin(void **state)
{
    (void)state;
    static const uint8_t carriers[][2] = {
        {0x00, 0x20}, {0x00, 0x24}, {0x00, 0x2C}, {0x80, 0x32}, {0x80, 0x54}, {0x00, 0xEE},
    };
    char text[200];
    for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
        uint8_t raw[] = {carriers[i][0], carriers[i][1], 0, 0x80, 4, '1', '9', '8', '4'};
        command_describe(raw, sizeof raw, text, sizeof text);
        assert_null(strstr(text, "31 39"));
        assert_null(strstr(text, "1984"));
    }
    const uint8_t select[] = {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18};
    command_describe(select, sizeof select, text, sizeof text);
    assert_string_equal(text, "SELECT 00 A4 02 0C 02 00 18");
    command_describe(select, 3, text, sizeof text);
    assert_string_equal(text, "short command of 3");
    char small[10];
    command_describe(select, sizeof select, small, sizeof small);
    assert_int_equal(strlen(small), sizeof small - 1);
}

static void tlv_is_written_and_read(void **state)
{
    (void)state;
    static const struct {
        uint32_t tag;
        size_t length, total;
    } objects[] = {
        {0x81, 0, 2}, {0x5F24, 4, 7}, {0x7F49, 128, 132}, {0x30, 300, 304}, {0xDF8121, 1, 5}};
    struct bytes b = {0};
    for (size_t i = 0; i < 5; i++)
        assert_true(tlv_append(&b, objects[i].tag, filler, objects[i].length));
    struct tlv_reader r = {b.at, b.length};
    struct tlv t;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(tlv_next(&r, &t), TLV_OBJECT);
        assert_int_equal(t.tag, objects[i].tag);
        assert_int_equal(t.length, objects[i].length);
        assert_int_equal(t.total, objects[i].total);
    }
    assert_int_equal(tlv_next(&r, &t), TLV_END);
    assert_true(tlv_find(b.at, b.length, 0x30, &t));
    assert_int_equal(t.length, 300);
    assert_false(tlv_find(b.at, b.length, 0x31, &t));
    assert_int_equal(tlv_whole_length((const uint8_t *)"\x30\x82\x05\x10", 4), 0x514);
    assert_int_equal(tlv_whole_length((const uint8_t *)"\x30\x82\x05", 3), 0);
    bytes_free(&b);
}

static void hostile_tlv_is_garbled(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
        {"\x30", 1},
        {"\x30\x05"
         "abc",
         5},
        {"\x30\x80\x00\x00", 4},
        {"\x30\x85\x00\x00\x00\x00\x01\x00", 8},
        {"\x30\x84\xFF\xFF\xFF\xFF", 6},
        {"\x7F\x81\x81\x81\x81\x01", 6},
        {"\x5F\x24", 2},
        {"\x30\x82\x01", 3},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t *copy = malloc(bad[i].length);
        assert_non_null(copy);
        memcpy(copy, bad[i].bytes, bad[i].length);
        struct tlv_reader r = {copy, bad[i].length};
        struct tlv t;
        assert_int_equal(tlv_next(&r, &t), TLV_GARBLED);
        assert_int_equal(tlv_next(&r, &t), TLV_END);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_built_and_read_back),
        cmocka_unit_test(too_long_is_refused),
        cmocka_unit_test(hostile_commands_stay_inside),
        cmocka_unit_test(contradictory_lengths_are_refused),
        cmocka_unit_test(the_status_word_is_taken_off),
        cmocka_unit_test(status_words_have_their_class),
        cmocka_unit_test(logs_never_show_a_pin),
        cmocka_unit_test(tlv_is_written_and_read),
        cmocka_unit_test(hostile_tlv_is_garbled),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
