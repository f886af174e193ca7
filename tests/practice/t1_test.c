/* The card's end of T=1, block by block (ISO/IEC 7816-3 clause 11). */
#include "tests/practice/cards.h"

#include "cardops/practice/t1.h"

struct line {
    struct t1 t;
    struct bytes out, command;
    size_t answer_length;
    unsigned executed;
    bool gone;
};

static bool echo(void *context, const struct bytes *command, struct bytes *answer)
{
    struct line *l = context;
    l->executed++;
    assert_true(bytes_set(&l->command, command->at, command->length));
    bytes_truncate(answer, 0);
    for (size_t i = 0; i < l->answer_length; i++)
        assert_true(bytes_append_byte(answer, (uint8_t)i));
    return !l->gone;
}

static int setup(void **state)
{
    static struct line l;
    l = (struct line){.answer_length = 2};
    t1_reset(&l.t);
    *state = &l;
    return 0;
}

static int teardown(void **state)
{
    struct line *l = *state;
    t1_free(&l->t);
    bytes_free(&l->out), bytes_free(&l->command);
    return 0;
}

/* Sends NAD PCB LEN INF given in hex, with its check byte; `expected` is the answer without its own. */
static void exchange(struct line *l, const char *block, const char *expected)
{
    uint8_t raw[T1_BLOCK], want[T1_BLOCK];
    size_t n = bench_hex(block, raw, sizeof raw - 1), m = bench_hex(expected, want, sizeof want);
    raw[n] = 0;
    for (size_t i = 0; i < n; i++)
        raw[n] ^= raw[i];
    assert_int_equal(t1_block(&l->t, raw, n + 1, echo, l, &l->out), T1_ANSWER);
    assert_int_equal(l->out.length, m + 1);
    assert_memory_equal(l->out.at, want, m);
    uint8_t check = 0;
    for (size_t i = 0; i < l->out.length; i++)
        check ^= l->out.at[i];
    assert_int_equal(check, 0);
}

static void sequence_numbers_alternate(void **state)
{
    exchange(*state, "000004 00200080", "000002 0001");
    exchange(*state, "004004 00200080", "004002 0001");
    exchange(*state, "000004 00200080", "000002 0001");
    assert_int_equal(((struct line *)*state)->executed, 3);
}

static void size_is_agreed(void **state)
{
    struct line *l = *state;
    l->answer_length = 3;
    exchange(l, "00C101 FE", "00E101 FE");
    exchange(l, "00C101 02", "00E101 02");
    exchange(l, "000001 AA", "002002 0001");
    exchange(l, "009000", "004001 02");
    exchange(l, "004001 AA", "002002 0001");
}

static void a_chained_command_is_one_command(void **state)
{
    struct line *l = *state;
    exchange(l, "002002 0102", "009000");
    exchange(l, "006002 0304", "008000");
    exchange(l, "000001 05", "000002 0001");
    assert_int_equal(l->executed, 1);
    assert_int_equal(l->command.length, 5);
    assert_memory_equal(l->command.at, "\1\2\3\4\5", 5);
}

static void a_long_answer_is_chained_and_can_be_repeated(void **state)
{
    struct line *l = *state;
    l->answer_length = 5;
    exchange(l, "00C101 02", "00E101 02");
    exchange(l, "000001 AA", "002002 0001");
    exchange(l, "008000", "002002 0001");
    exchange(l, "009000", "006002 0203");
    exchange(l, "009100", "006002 0203");
    exchange(l, "008000", "000001 04");
    exchange(l, "004001 BB", "006002 0001");
    assert_int_equal(l->executed, 2);
}

static void a_damaged_block_is_asked_for_again_and_not_carried_out(void **state)
{
    struct line *l = *state;
    const uint8_t damaged[] = {0x00, 0x00, 0x02, 0x01, 0x02, 0xFF};
    const uint8_t shortened[] = {0x00, 0x00, 0x05, 0x01, 0x04};
    assert_int_equal(t1_block(&l->t, damaged, sizeof damaged, echo, l, &l->out), T1_ANSWER);
    assert_memory_equal(l->out.at, "\x00\x81\x00\x81", 4);
    assert_int_equal(t1_block(&l->t, shortened, sizeof shortened, echo, l, &l->out), T1_ANSWER);
    assert_memory_equal(l->out.at, "\x00\x81\x00\x81", 4);
    assert_int_equal(t1_block(&l->t, NULL, 0, echo, l, &l->out), T1_ANSWER);
    assert_int_equal(l->executed, 0);
    exchange(l, "000002 0102", "000002 0001");
}

static void a_wrong_sequence_number_is_refused(void **state)
{
    exchange(*state, "004002 0102", "008200");
    assert_int_equal(((struct line *)*state)->executed, 0);
}

static void a_lost_answer_is_repeated_without_a_second_execution(void **state)
{
    struct line *l = *state;
    exchange(l, "000002 0102", "000002 0001");
    exchange(l, "008000", "000002 0001");
    exchange(l, "008000", "000002 0001");
    assert_int_equal(l->executed, 1);
}

static void resynch_and_abort_begin_anew(void **state)
{
    struct line *l = *state;
    exchange(l, "000002 0102", "000002 0001");
    exchange(l, "00C000", "00E000");
    exchange(l, "000002 0102", "000002 0001");
    exchange(l, "006002 0102", "008000");
    exchange(l, "00C200", "00E200");
    exchange(l, "000001 07", "004002 0001");
    assert_memory_equal(l->command.at, "\7", 1);
    exchange(l, "00DF00", "009200");
}

static void a_card_that_is_gone_says_nothing(void **state)
{
    struct line *l = *state;
    const uint8_t block[] = {0x00, 0x00, 0x01, 0xAA, 0xAB};
    l->gone = true;
    assert_int_equal(t1_block(&l->t, block, sizeof block, echo, l, &l->out), T1_SILENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(sequence_numbers_alternate),
        TEST(size_is_agreed),
        TEST(a_chained_command_is_one_command),
        TEST(a_long_answer_is_chained_and_can_be_repeated),
        TEST(a_damaged_block_is_asked_for_again_and_not_carried_out),
        TEST(a_wrong_sequence_number_is_refused),
        TEST(a_lost_answer_is_repeated_without_a_second_execution),
        TEST(resynch_and_abort_begin_anew),
        TEST(a_card_that_is_gone_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
