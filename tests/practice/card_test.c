/* The emulated card: selection, files, PINs and counters (card.md sections 1-3). */
#include "cardops/practice/card_data.h"
#include "tests/practice/cards.h"

static int setup(void **state)
{
    static struct bench b;
    bench_begin(&b, "adult");
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    bench_end(*state);
    return 0;
}

static void applications_answer_to_their_names(void **state)
{
    static const char *const all[] = {SELECT_COMMON, SELECT_JPKI, SELECT_TEXT,
                                      SELECT_VISUAL, SELECT_JUKI, SELECT_PRACTICE};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        assert_int_equal(bench_send(*state, all[i]), 0x9000);
    assert_int_equal(bench_send(*state, "00A4040C06 D392F0002601"), 0x9000);
    assert_int_equal(bench_send(*state, "00A4040C07 A0000001510000"), 0x9000);
    assert_int_equal(bench_send(*state, "00A4040C05 A000000003"), 0x6A82);
    assert_int_equal(bench_send(*state, "00A40000"), 0x6A86);
    assert_int_equal(bench_send(*state, "00A40000023F00"), 0x6A82);
    assert_int_equal(bench_send(*state, "00A4010C023F00"), 0x6A86);
}

static void unknown_commands_are_refused_by_class_and_instruction(void **state)
{
    assert_int_equal(bench_send(*state, "00FF0000"), 0x6D00);
    assert_int_equal(bench_send(*state, "90200080"), 0x6E00);
    assert_int_equal(bench_send(*state, "01A4040C"), 0x6881);
    assert_int_equal(bench_send(*state, "08200080"), 0x6882);
    assert_int_equal(bench_send(*state, "002000"), 0x6700);
    assert_int_equal(bench_send(*state, "00200080 08 3132"), 0x6700);
}

static void files_need_an_application_and_a_selection(void **state)
{
    assert_int_equal(bench_send(*state, "00A4020C020018"), 0x6A82);
    assert_int_equal(bench_send(*state, "00200080"), 0x6986);
    assert_int_equal(bench_send(*state, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(*state, "00200080"), 0x6986);
    assert_int_equal(bench_send(*state, "00B0000004"), 0x6986);
    assert_int_equal(bench_send(*state, "00A4020C020BAD"), 0x6A82);
    assert_int_equal(bench_send(*state, "0020009F"), 0x6A82);
    assert_int_equal(bench_send(*state, "00A4020C02000A"), 0x9000);
    assert_int_equal(bench_send(*state, "00200080"), 0x6981);
    assert_int_equal(bench_send(*state, "00A4020C020018"), 0x9000);
    assert_int_equal(bench_send(*state, "00B0000004"), 0x6981);
    assert_int_equal(bench_send(*state, "00200000"), 0x6A86);
}

static void the_query_tells_tries_and_costs_none(void **state)
{
    assert_int_equal(bench_send(*state, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(*state, "00200098"), 0x63C3);
    assert_int_equal(bench_send(*state, "0020009B"), 0x63C5);
    assert_int_equal(bench_send(*state, "0020009800"), 0x63C3);
    assert_int_equal(bench_send(*state, "00200098 04 31323334"), 0x9000);
    assert_int_equal(bench_send(*state, "00200098"), 0x63C3);
}

static void the_last_wrong_try_locks(void **state)
{
    assert_int_equal(bench_send(*state, SELECT_TEXT), 0x9000);
    assert_int_equal(bench_send(*state, "00200091 04 39393939"), 0x63C2);
    assert_int_equal(bench_send(*state, "00200091 03 313233"), 0x63C1);
    assert_int_equal(bench_send(*state, "00200091 04 31323334"), 0x9000);
    assert_int_equal(bench_send(*state, "00200091"), 0x63C3);
    assert_int_equal(bench_send(*state, "00200091 04 39393939"), 0x63C2);
    assert_int_equal(bench_send(*state, "00200091 04 39393939"), 0x63C1);
    assert_int_equal(bench_send(*state, "00200091 04 39393939"), 0x63C0);
    assert_int_equal(bench_send(*state, "00200091 04 31323334"), 0x6984);
    assert_int_equal(bench_send(*state, "00200091"), 0x63C0);
    assert_int_equal(bench_send(*state, "00200092"), 0x63C0);
    assert_int_equal(bench_send(*state, "00200092 04 31323334"), 0x6984);
}

static void counters_outlive_power_and_process_and_status_does_not(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00200098 04 31323334"), 0x9000);
    assert_int_equal(bench_send(b, "0020009B 03 414243"), 0x63C4);
    practice_card_power_off(b->card);
    assert_int_equal(bench_send(b, "0020009B"), 0x6F00);
    assert_true(practice_card_power_on(b->card, &b->answer));
    assert_int_equal(bench_send(b, "00200098"), 0x6A82);
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00240198 04 35363738"), 0x6982);
    assert_int_equal(bench_send(b, "0020009B"), 0x63C4);
    bench_insert(b, "adult");
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "0020009B"), 0x63C4);
}

static void a_pin_changes_after_verify_only(void **state)
{
    assert_int_equal(bench_send(*state, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(*state, "00A4020C020018"), 0x9000);
    assert_int_equal(bench_send(*state, "00240180 04 35363738"), 0x6982);
    assert_int_equal(bench_send(*state, "00200080 04 31323334"), 0x9000);
    assert_int_equal(bench_send(*state, "00240080 04 35363738"), 0x6A86);
    assert_int_equal(bench_send(*state, "80320080 04 35363738"), 0x6D00);
    assert_int_equal(bench_send(*state, "00240180 03 353637"), 0x6A80);
    assert_int_equal(bench_send(*state, "00240180 04 35363741"), 0x6A80);
    assert_int_equal(bench_send(*state, "00240180 04 35363738"), 0x9000);
    assert_int_equal(bench_send(*state, "00200080 04 31323334"), 0x63C2);
    assert_int_equal(bench_send(*state, "00200080 04 35363738"), 0x9000);
}

static void both_halves_of_juki_change_by_the_other_command(void **state)
{
    static const char *const places[] = {SELECT_COMMON, SELECT_JUKI};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_send(*state, places[i]), 0x9000);
        assert_int_equal(bench_send(*state, "0020009C"), 0x63C3);
        assert_int_equal(bench_send(*state, "8032009C 04 35363738"), 0x6982);
        assert_int_equal(bench_send(*state, "0020009C 04 31323334"), 0x9000);
        assert_int_equal(bench_send(*state, "0024019C 04 35363738"), 0x6D00);
        assert_int_equal(bench_send(*state, "8032009C 04 35363738"), 0x9000);
        assert_int_equal(bench_send(*state, "0020009C 04 35363738"), 0x9000);
    }
}

static void the_record_holds_serial_municipality_and_expiry(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_send(b, SELECT_COMMON), 0x9000);
    assert_int_equal(bench_send(b, "00B2010400"), 0x6986);
    assert_int_equal(bench_send(b, "00A4020C020001"), 0x9000);
    assert_int_equal(bench_send(b, "00B2010400"), 0x9000);
    assert_int_equal(b->answer.length, 30);
    assert_memory_equal(b->answer.at, "\x01\x1C", 2);
    assert_memory_equal(b->answer.at + 2, "990000000000001" "00000" "20301122", 28);
    assert_int_equal(bench_send(b, "00B2020400"), 0x6A83);
    assert_int_equal(bench_send(b, "00B2010000"), 0x6A86);
    assert_int_equal(bench_send(b, "00B0000004"), 0x6981);
}

/* Cards are issued where the office is, whichever city that is, but for one that came from elsewhere. */
static void a_card_is_of_the_offices_municipality(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *card, *home, *number;
    } rows[] = {{"adult", "28210", "28210"}, {"other-city", "28210", "99999"}, {"adult", "25204", "25204"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(card_data_set_home(b->stand, rows[i].home));
        bench_insert(b, rows[i].card);
        assert_int_equal(bench_send(b, SELECT_COMMON), 0x9000);
        assert_int_equal(bench_send(b, "00A4020C020001"), 0x9000);
        assert_int_equal(bench_send(b, "00B2010400"), 0x9000);
        assert_memory_equal(b->answer.at + 17, rows[i].number, 5);
    }
    assert_false(card_data_set_home(b->stand, "2821"));
    assert_false(card_data_set_home(b->stand, "282100"));
    assert_false(card_data_set_home(b->stand, "2821x"));
}

static void token_and_presence_files_read_free(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00B0860000"), 0x9000);
    assert_int_equal(b->answer.length, 160);
    assert_memory_equal(b->answer.at, "JPKIAPICCTOKEN2 ", 16);
    assert_memory_equal(b->answer.at + 140, "9999999999999999", 16);
    assert_int_equal(bench_send(b, "00B000A001"), 0x6B00);
    assert_int_equal(bench_send(b, "00B0880003"), 0x9000);
    assert_memory_equal(b->answer.at, "\x8F\x8F\x00", 3);
    assert_int_equal(bench_send(b, "00B08800"), 0x6700);
}

static void attributes_need_their_pin_or_the_printed_number(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_send(b, SELECT_TEXT), 0x9000);
    assert_int_equal(bench_send(b, "00B0820000"), 0x6982);
    assert_int_equal(bench_send(b, "00200091 04 31323334"), 0x9000);
    assert_int_equal(bench_send(b, "00B0820000"), 0x9000);
    assert_non_null(memmem(b->answer.at, b->answer.length, "見本　花子", strlen("見本　花子")));
    assert_non_null(memmem(b->answer.at, b->answer.length, "19850412", 8));
    practice_card_power_off(b->card);
    assert_true(practice_card_power_on(b->card, &b->answer));
    assert_int_equal(bench_send(b, SELECT_TEXT), 0x9000);
    assert_int_equal(bench_send(b, "00200095 0E 3835303431323230333030303030"), 0x9000);
    assert_int_equal(bench_send(b, "00B0820000"), 0x9000);
    assert_int_equal(bench_send(b, "00B0810000"), 0x6982);
    assert_int_equal(bench_send(b, SELECT_VISUAL), 0x9000);
    assert_int_equal(bench_send(b, "00B0820000"), 0x6982);
    assert_int_equal(bench_send(b, "00200092 0E 3835303431323230333030303030"), 0x9000);
    assert_int_equal(bench_send(b, "00B0820000"), 0x9000);
}

static void a_pin_that_is_not_there_is_no_locked_pin(void **state)
{
    struct bench *b = *state;
    bench_insert(b, "face");
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00200098"), 0x6A88);
    assert_int_equal(bench_send(b, "00200098 04 31323334"), 0x6A88);
    assert_int_equal(bench_send(b, "00B0880003"), 0x9000);
    assert_memory_equal(b->answer.at, "\x00\x8F\x00", 3);
    assert_int_equal(practice_card_tries(b->card, PRACTICE_PIN_AUTH), -1);
}

static void other_cards_answer_as_they_do(void **state)
{
    struct bench *b = *state;
    bench_insert(b, "locked");
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00200098"), 0x63C0);
    assert_int_equal(bench_send(b, "00200098 04 35363738"), 0x6984);
    bench_insert(b, "foreign");
    assert_int_equal(b->answer.length, 13);
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x6A82);
    assert_int_equal(bench_send(b, SELECT_COMMON), 0x6A82);
    bench_insert(b, "juki-card");
    assert_int_equal(bench_send(b, SELECT_COMMON), 0x6A82);
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(bench_send(b, "00B0860010"), 0x9000);
    assert_memory_equal(b->answer.at, "JPKIAPICCTOKEN  ", 16);
    bench_insert(b, "sleepy");
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x6F00);
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    bench_insert(b, "not-practice");
    assert_int_equal(bench_send(b, SELECT_PRACTICE), 0x6A82);
    assert_int_equal(bench_send(b, "0084000010"), 0x6D00);
}

static void every_card_of_the_folder_is_understood(void **state)
{
    static const char *const names[] = {"adult", "child", "ward", "foreign-resident", "locked",
                                        "expired", "no-certificates", "face", "leaktest", "sleepy",
                                        "not-practice", "other-city", "juki-card", "foreign"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bench_insert(*state, names[i]);
        assert_string_equal(practice_card_name(((struct bench *)*state)->card), names[i]);
    }
}

static void the_answer_to_reset_of_every_card_has_a_true_check_byte(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"adult", "foreign"};
    for (size_t i = 0; i < 2; i++) {
        bench_insert(b, names[i]);
        uint8_t sum = 0;
        for (size_t k = 1; k < b->answer.length; k++)
            sum ^= b->answer.at[k];
        assert_int_equal(sum, 0);
    }
}

static void a_disk_that_refuses_gives_no_free_try(void **state)
{
    struct bench *b = *state;
    char folder[128], away[128];
    snprintf(folder, sizeof folder, "%s/cards/adult", b->stand);
    snprintf(away, sizeof away, "%s/cards/away", b->stand);
    assert_int_equal(bench_send(b, SELECT_JPKI), 0x9000);
    assert_int_equal(rename(folder, away), 0);
    assert_int_equal(bench_send(b, "00200098 04 39393939"), 0x6581);
    assert_int_equal(rename(away, folder), 0);
    assert_int_equal(bench_send(b, "00200098"), 0x63C3);
    assert_int_equal(bench_send(b, "00200098 04 39393939"), 0x63C2);
}

static void a_bad_file_names_its_key(void **state)
{
    static const struct {
        const char *text, *key;
    } rows[] = {
        {"[card]\nkind = credit\n", "card:kind"},
        {"[card]\nkind = my-number\nserial = 12\n", "card:serial"},
        {"[card]\nkind = foreign\ncolour = red\n", "card:colour"},
        {"[card]\nkind = foreign\natr = 3B Z\n", "card:atr"},
        {"[card]\nkind = foreign\n[pins]\nauth = 12345\n", "pins:auth"},
        {"[card]\nkind = foreign\n[tries]\nauth = 4\n", "tries:auth"},
        {"[card]\nkind = foreign\n[certificates]\nsig = soon\n", "certificates:sig"},
        {"[card]\nkind = my-number\n", "card:serial"},
    };
    struct bench *b = *state;
    char file[128];
    snprintf(file, sizeof file, "%s/bad.ini", b->stand);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct practice_card *card;
        char bad[PRACTICE_KEY_NAME];
        FILE *f = fopen(file, "w");
        assert_non_null(f);
        fputs(rows[i].text, f);
        fclose(f);
        assert_int_equal(practice_card_open(&card, b->stand, file, TEST_NOW, bad),
                         PRACTICE_BAD_FILE);
        assert_string_equal(bad, rows[i].key);
        assert_null(card);
    }
    struct practice_card *card;
    assert_int_equal(practice_card_open(&card, b->stand, "no/such.ini", TEST_NOW, NULL),
                     PRACTICE_NO_FILE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(applications_answer_to_their_names),
        TEST(unknown_commands_are_refused_by_class_and_instruction),
        TEST(files_need_an_application_and_a_selection),
        TEST(the_query_tells_tries_and_costs_none),
        TEST(the_last_wrong_try_locks),
        TEST(counters_outlive_power_and_process_and_status_does_not),
        TEST(a_pin_changes_after_verify_only),
        TEST(both_halves_of_juki_change_by_the_other_command),
        TEST(the_record_holds_serial_municipality_and_expiry),
        TEST(a_card_is_of_the_offices_municipality),
        TEST(token_and_presence_files_read_free),
        TEST(attributes_need_their_pin_or_the_printed_number),
        TEST(a_pin_that_is_not_there_is_no_locked_pin),
        TEST(other_cards_answer_as_they_do),
        TEST(every_card_of_the_folder_is_understood),
        TEST(the_answer_to_reset_of_every_card_has_a_true_check_byte),
        TEST(a_disk_that_refuses_gives_no_free_try),
        TEST(a_bad_file_names_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
