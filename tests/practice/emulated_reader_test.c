/* The emulated reader: part 10 as the driver and the pad hold it, the pad's keys, faults on order. */
#include "tests/practice/cards.h"

#include "cardops/practice/emulated_reader.h"
#include "cardops/practice/pad.h"

#include <poll.h>

enum { VERIFY = 0x42330006, MODIFY = 0x42330007, FEATURES = 0x42000D48 };

struct desk {
    struct bench b;
    struct reader *r;
    struct bytes in, out;
};

static int setup(void **state)
{
    static struct desk d;
    d = (struct desk){0};
    bench_begin(&d.b, "adult");
    d.r = emulated_reader_new(true);
    assert_non_null(d.r);
    emulated_reader_insert(d.r, d.b.card);
    assert_int_equal(d.r->ops->open(d.r), READER_OK);
    *state = &d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    d->r->ops->close(&d->r);
    assert_null(d->r);
    bytes_free(&d->in), bytes_free(&d->out);
    bench_end(&d->b);
    return 0;
}

static void load(struct desk *d, const char *hex)
{
    uint8_t raw[600];
    size_t n = bench_hex(hex, raw, sizeof raw);
    assert_true(bytes_set(&d->in, raw, n));
}

static unsigned status(const struct desk *d)
{
    if (d->out.length < 2)
        return 0;
    return (unsigned)d->out.at[d->out.length - 2] << 8 | d->out.at[d->out.length - 1];
}

static enum reader_fault transmit(struct desk *d, const char *hex)
{
    load(d, hex);
    return d->r->ops->transmit(d->r, &d->in, &d->out);
}

static enum reader_fault control(struct desk *d, uint32_t code, const char *hex)
{
    load(d, hex);
    return d->r->ops->control(d->r, code, &d->in, &d->out);
}

static void connect_jpki(struct desk *d)
{
    assert_int_equal(d->r->ops->connect(d->r), READER_OK);
    assert_int_equal(transmit(d, SELECT_JPKI), READER_OK);
    assert_int_equal(status(d), 0x9000);
    assert_int_equal(transmit(d, "00A4020C020018"), READER_OK);
}

#define VERIFY_FIXED "1E1E 02 04 00 0404 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF"
#define VERIFY_OPEN "1E1E 82 00 00 1004 02 01 1104 00 000000 05000000 00200080 00"
#define CHANGE_FIXED \
    "1E1E 02 04 00 0000 0404 01 02 02 1104 000102 000000 09000000 00240180 04 FFFFFFFF"

static void a_verify_goes_to_the_card_with_the_typed_digits(void **state)
{
    struct desk *d = *state;
    connect_jpki(d);
    static const struct {
        const char *structure, *keys;
        unsigned sw;
    } rows[] = {
        {VERIFY_FIXED, "1234E", 0x9000},  {VERIFY_OPEN, "1234E", 0x9000},
        {VERIFY_FIXED, "9999E", 0x63C2},  {VERIFY_FIXED, "99B9B1BB1234E", 0x9000},
        {VERIFY_OPEN, "12E34E", 0x9000},  {VERIFY_FIXED, "123456E", 0x9000},
        {VERIFY_FIXED, "12C", 0x6401},    {VERIFY_FIXED, "1234", 0x6400},
        {VERIFY_FIXED, "6404", 0x6404},   {VERIFY_FIXED, "6403", 0x6403},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(emulated_reader_keys(d->r, rows[i].keys));
        assert_int_equal(control(d, VERIFY, rows[i].structure), READER_OK);
        assert_int_equal(status(d), rows[i].sw);
        assert_int_equal(d->out.length, 2);
    }
    assert_int_equal(control(d, VERIFY, VERIFY_FIXED), READER_OK);
    assert_int_equal(status(d), 0x6400);
}

static void what_ends_at_the_pad_costs_no_try(void **state)
{
    struct desk *d = *state;
    connect_jpki(d);
    unsigned before = emulated_reader_commands(d->r);
    assert_true(emulated_reader_keys(d->r, "99C"));
    assert_int_equal(control(d, VERIFY, VERIFY_FIXED), READER_OK);
    assert_int_equal(emulated_reader_commands(d->r), before);
    assert_int_equal(transmit(d, "00200080"), READER_OK);
    assert_int_equal(status(d), 0x63C3);
}

static void a_change_asks_twice(void **state)
{
    struct desk *d = *state;
    connect_jpki(d);
    assert_true(emulated_reader_keys(d->r, "1234E"));
    assert_true(emulated_reader_keys(d->r, "5678E5679E"));
    assert_true(emulated_reader_keys(d->r, "5678E5678E"));
    assert_true(emulated_reader_keys(d->r, "5678E"));
    assert_int_equal(control(d, VERIFY, VERIFY_FIXED), READER_OK);
    assert_int_equal(control(d, MODIFY, CHANGE_FIXED), READER_OK);
    assert_int_equal(status(d), 0x6402);
    assert_int_equal(control(d, MODIFY, CHANGE_FIXED), READER_OK);
    assert_int_equal(status(d), 0x9000);
    assert_int_equal(control(d, VERIFY, VERIFY_FIXED), READER_OK);
    assert_int_equal(status(d), 0x9000);
}

static void structures_are_read_strictly(void **state)
{
    struct desk *d = *state;
    static const struct {
        uint32_t code;
        const char *structure;
        enum reader_fault fault;
        unsigned sw;
    } rows[] = {
        {VERIFY, "1E1E 02 04", READER_UNSUPPORTED, 0},
        {VERIFY, "1E1E 02 04 00 0404 02 01 1104 00 000000 08000000 00200080 04 FFFFFFFF",
         READER_UNSUPPORTED, 0},
        {VERIFY, "1E1E 02 04 00 0404 02 01 1104 00 000000 00000009 00200080 04 FFFFFFFF",
         READER_UNSUPPORTED, 0},
        {MODIFY, "1E1E 02 04 00 0000 0404 01 02 04 1104 000102 000000 09000000 00240180 04 FFFFFFFF",
         READER_UNSUPPORTED, 0},
        /* BCD, an inserted length, right-justified */
        {VERIFY, "1E1E 01 04 00 0404 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF", READER_OK,
         0x6B80},
        {VERIFY, "1E1E 02 44 00 0404 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF", READER_OK,
         0x6B80},
        {VERIFY, "1E1E 06 04 00 0404 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF", READER_OK,
         0x6B80},
        /* least above most; a block that the template has no room for; a template with a wrong Lc */
        {VERIFY, "1E1E 02 04 00 0406 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF", READER_OK,
         0x6B80},
        {VERIFY, "1E1E 02 08 00 0804 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF", READER_OK,
         0x6B80},
        {VERIFY, "1E1E 02 04 00 0404 02 01 1104 00 000000 09000000 00200080 05 FFFFFFFF", READER_OK,
         0x6B80},
        {MODIFY, "1E1E 02 04 00 0000 0404 04 02 02 1104 000102 000000 09000000 00240180 04 FFFFFFFF",
         READER_OK, 0x6B80},
        /* the firewall */
        {VERIFY, "1E1E 02 04 00 0404 02 01 1104 00 000000 09000000 00D60000 04 FFFFFFFF", READER_OK,
         0x6404},
        {MODIFY, "1E1E 02 04 00 0000 0404 01 02 02 1104 000102 000000 09000000 00200080 04 FFFFFFFF",
         READER_OK, 0x6404},
        {0x42330013, "00", READER_UNSUPPORTED, 0},
    };
    connect_jpki(d);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(control(d, rows[i].code, rows[i].structure), rows[i].fault);
        assert_int_equal(status(d), rows[i].sw);
    }
}

/* Old and new in one command, at their offsets. */
static void a_structure_with_both_pins_fills_both_places(void **state)
{
    static const uint8_t body[] = {0x01, 0x1E, 0x82, 0x08, 0x00, 0x00, 0x08, 0x08, 0x04, 0x03,
                                   0x02, 0x03, 0x11, 0x04, 0x00, 0x01, 0x02, 0x00, 0x40, 0x15,
                                   0x00, 0x24, 0x00, 0x80, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0xFF};
    struct desk *d = *state;
    struct pin_block block;
    struct pad pad = {0};
    assert_int_equal(pin_block_parse(&block, body, sizeof body), PIN_OK);
    pad_ask(&pad, &block, 0, 0);
    assert_int_equal(pad.entries, 3);
    for (const char *key = "1234E56789E56789E"; *key; key++)
        pad_key(&pad, *key);
    assert_int_equal(pad.outcome, PAD_ENTERED);
    assert_true(pad_command(&pad, &d->out));
    assert_memory_equal(d->out.at, "\x00\x24\x00\x80\x10" "1234\xFF\xFF\xFF\xFF" "56789\xFF\xFF\xFF",
                        21);
    pad_close(&pad, PAD_ENTERED);
    assert_int_equal(pad_key(&pad, '1'), PAD_ENTERED);
    assert_int_equal(pad_typed(&pad), 0);
}

static void the_pad_shows_where_it_is(void **state)
{
    static const uint8_t body[] = {0x01, 0x02, 0x02, 0x04, 0x00, 0x00, 0x00, 0x04, 0x04, 0x01,
                                   0x02, 0x02, 0x11, 0x04, 0x00, 0x01, 0x02, 0x00, 0x00, 0x09,
                                   0x00, 0x2C, 0x02, 0x80, 0x04, 0xFF, 0xFF, 0xFF, 0xFF};
    (void)state;
    struct pin_block block;
    struct pad pad = {0};
    char one[PAD_LINE], two[PAD_LINE];
    assert_int_equal(pin_block_parse(&block, body, sizeof body), PIN_OK);
    pad_ask(&pad, &block, 1000, 0);
    pad_key(&pad, '1');
    pad_key(&pad, '2');
    pad_lines(&pad, true, one, two);
    assert_string_equal(one, "新しい暗証番号");
    assert_string_equal(two, "**");
    pad_key(&pad, PAD_KEY_CONFIRM);
    pad_lines(&pad, true, one, two);
    assert_string_equal(two, "4桁以上です");
    pad_key(&pad, '3');
    pad_key(&pad, '4');
    pad_key(&pad, PAD_KEY_CONFIRM);
    pad_lines(&pad, true, one, two);
    assert_string_equal(one, "確認でもう一度");
    assert_int_equal(pad.entry, 2);
    assert_int_equal(pad_time(&pad, 2999), PAD_ASKING);
    assert_int_equal(pad_time(&pad, 3000), PAD_TIMED_OUT);
    pad_close(&pad, PAD_TIMED_OUT);
    pad_lines(&pad, true, one, two);
    assert_string_equal(one, "時間切れです");
}

static void features_tell_a_pad_from_a_plain_reader(void **state)
{
    struct desk *d = *state;
    assert_int_equal(control(d, FEATURES, ""), READER_OK);
    assert_int_equal(d->out.length, 24);
    struct reader *plain = emulated_reader_new(false);
    assert_int_equal(plain->ops->control(plain, FEATURES, &d->in, &d->out), READER_OK);
    assert_int_equal(d->out.length, 6);
    assert_int_equal(d->out.at[0], 0x12);
    assert_int_equal(plain->ops->control(plain, VERIFY, &d->in, &d->out), READER_UNSUPPORTED);
    plain->ops->close(&plain);
}

static bool woken(struct desk *d)
{
    struct pollfd p = {.fd = d->r->ops->watch_fd(d->r), .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void presence_wakes_and_drains(void **state)
{
    struct desk *d = *state;
    enum reader_presence now;
    assert_true(woken(d));
    assert_int_equal(d->r->ops->presence(d->r, &now), READER_OK);
    assert_int_equal(now, READER_HAS_CARD);
    assert_false(woken(d));
    emulated_reader_insert(d->r, NULL);
    assert_true(woken(d));
    assert_int_equal(d->r->ops->presence(d->r, &now), READER_OK);
    assert_int_equal(now, READER_IS_EMPTY);
    assert_int_equal(d->r->ops->connect(d->r), READER_CARD_ABSENT);
}

static void a_removed_card_stays_lost_until_connected_anew(void **state)
{
    struct desk *d = *state;
    connect_jpki(d);
    emulated_reader_insert(d->r, NULL);
    assert_int_equal(transmit(d, "00200080"), READER_CARD_REMOVED);
    emulated_reader_insert(d->r, d->b.card);
    assert_int_equal(transmit(d, "00200080"), READER_CARD_REMOVED);
    d->r->ops->power_off(d->r);
    assert_int_equal(transmit(d, "00200080"), READER_CARD_ABSENT);
    connect_jpki(d);
}

static void faults_come_at_the_command_asked_for(void **state)
{
    static const struct {
        enum emulated_fault fault;
        enum reader_fault result, next;
        bool executed;
    } rows[] = {
        {EMULATED_REMOVED_BEFORE, READER_NOT_TRANSACTED, READER_CARD_REMOVED, false},
        {EMULATED_REMOVED_AFTER, READER_NOT_TRANSACTED, READER_CARD_REMOVED, true},
        {EMULATED_LOST_BEFORE, READER_NOT_TRANSACTED, READER_OK, false},
        {EMULATED_LOST_AFTER, READER_NOT_TRANSACTED, READER_OK, true},
        {EMULATED_AWAY, READER_UNAVAILABLE, READER_UNAVAILABLE, false},
        {EMULATED_NO_SERVICE, READER_NO_SERVICE, READER_NO_SERVICE, false},
        {EMULATED_NO_SERVICE_AFTER, READER_NO_SERVICE, READER_NO_SERVICE, true},
        {EMULATED_GARBAGE, READER_OK, READER_OK, false},
        {EMULATED_SHORT, READER_GARBLED, READER_OK, true},
        {EMULATED_OTHER_CARD, READER_NOT_TRANSACTED, READER_CARD_REMOVED, false},
    };
    struct desk *d = *state;
    struct practice_card *other;
    assert_int_equal(practice_card_open(&other, d->b.stand, "cardops/practice/cards/child.ini",
                                        TEST_NOW, NULL),
                     PRACTICE_OK);
    emulated_reader_other(d->r, other);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        emulated_reader_restore(d->r);
        emulated_reader_insert(d->r, d->b.card);
        connect_jpki(d);
        assert_int_equal(transmit(d, "00200080 04 31323334"), READER_OK);
        unsigned before = emulated_reader_executed(d->r);
        emulated_reader_fault(d->r, rows[i].fault, 2);
        assert_int_equal(transmit(d, "00200080"), READER_OK);
        assert_int_equal(transmit(d, "00200080 04 39393939"), rows[i].result);
        assert_int_equal(emulated_reader_executed(d->r) - before, rows[i].executed ? 2 : 1);
        assert_int_equal(transmit(d, "00200080"), rows[i].next);
        emulated_reader_restore(d->r);
        assert_int_equal(practice_card_tries(d->b.card, PRACTICE_PIN_AUTH), rows[i].executed ? 2 : 3);
    }
    d->r->ops->power_off(d->r);
    connect_jpki(d);
    assert_int_equal(transmit(d, SELECT_COMMON), READER_OK);
    assert_int_equal(transmit(d, "00A4020C020001"), READER_OK);
    assert_int_equal(transmit(d, "00B2010400"), READER_OK);
    assert_memory_equal(d->out.at + 2, "990000000000002", 15);
    emulated_reader_insert(d->r, NULL);
    practice_card_close(&other);
}

static void a_card_pulled_during_entry_is_not_transacted(void **state)
{
    struct desk *d = *state;
    connect_jpki(d);
    assert_true(emulated_reader_keys(d->r, "remove"));
    assert_int_equal(control(d, VERIFY, VERIFY_FIXED), READER_NOT_TRANSACTED);
    assert_int_equal(practice_card_tries(d->b.card, PRACTICE_PIN_AUTH), 3);
    assert_int_equal(transmit(d, "00200080"), READER_CARD_REMOVED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_verify_goes_to_the_card_with_the_typed_digits),
        TEST(what_ends_at_the_pad_costs_no_try),
        TEST(a_change_asks_twice),
        TEST(structures_are_read_strictly),
        TEST(a_structure_with_both_pins_fills_both_places),
        TEST(the_pad_shows_where_it_is),
        TEST(features_tell_a_pad_from_a_plain_reader),
        TEST(presence_wakes_and_drains),
        TEST(a_removed_card_stays_lost_until_connected_anew),
        TEST(faults_come_at_the_command_asked_for),
        TEST(a_card_pulled_during_entry_is_not_transacted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
