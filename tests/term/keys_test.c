/* The key decoder: complete, partial and meaningless input, at every cut. */
#include "tui/term/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *bytes;
    enum keys_code code;
    uint32_t rune;
} known[] = {
    {"a", KEYS_TEXT, 'a'},        {"氏", KEYS_TEXT, 0x6C0F},     {"𠮷", KEYS_TEXT, 0x20BB7},
    {"é", KEYS_TEXT, 0xE9},       {"\r", KEYS_ENTER, 0},         {"\n", KEYS_ENTER, 0},
    {"\t", KEYS_TAB, 0},          {"\177", KEYS_BACKSPACE, 0},   {"\b", KEYS_BACKSPACE, 0},
    {"\f", KEYS_CONTROL, 'L'},    {"\003", KEYS_CONTROL, 'C'},   {"\033OP", KEYS_F1, 0},
    {"\033[11~", KEYS_F1, 0},     {"\033[[A", KEYS_F1, 0},       {"\0331", KEYS_F1, 0},
    {"\0330", KEYS_F1 + 9, 0},    {"\033[21~", KEYS_F1 + 9, 0},  {"\033[24~", KEYS_F12, 0},
    {"\033[A", KEYS_UP, 0},       {"\033OA", KEYS_UP, 0},        {"\033[B", KEYS_DOWN, 0},
    {"\033OD", KEYS_LEFT, 0},     {"\033[C", KEYS_RIGHT, 0},     {"\033[H", KEYS_HOME, 0},
    {"\033[4~", KEYS_END, 0},     {"\033[5~", KEYS_PAGE_UP, 0},  {"\033[6~", KEYS_PAGE_DOWN, 0},
    {"\033[3~", KEYS_DELETE, 0},  {"\033[Z", KEYS_BACKTAB, 0},   {"\033[200~", KEYS_PASTE_BEGIN, 0},
    {"\033[201~", KEYS_PASTE_END, 0},
};

static void known_keys_are_complete_and_their_starts_partial(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].bytes), used;
        const uint8_t *bytes = (const uint8_t *)known[i].bytes;
        struct key key;
        for (size_t cut = 0; cut < length; cut++) {
            assert_int_equal(keys_decode(bytes, cut, false, &key, &used), KEYS_PARTIAL);
            assert_int_equal(used, 0);
        }
        assert_int_equal(keys_decode(bytes, length, false, &key, &used), KEYS_COMPLETE);
        assert_int_equal(used, length);
        assert_int_equal(key.code, known[i].code);
        assert_int_equal(key.rune, known[i].rune);
    }
}

static void a_key_ends_where_the_next_begins(void **state)
{
    (void)state;
    const uint8_t bytes[] = "\033[A氏";
    struct key key;
    size_t used;
    assert_int_equal(keys_decode(bytes, 6, false, &key, &used), KEYS_COMPLETE);
    assert_int_equal(used, 3);
    assert_int_equal(keys_decode(bytes + used, 3, false, &key, &used), KEYS_COMPLETE);
    assert_int_equal(key.rune, 0x6C0F);
}

static void waiting_ends_an_escape_but_never_a_character(void **state)
{
    (void)state;
    struct key key;
    size_t used;
    assert_int_equal(keys_decode((const uint8_t *)"\033", 1, true, &key, &used), KEYS_COMPLETE);
    assert_int_equal(key.code, KEYS_ESCAPE);
    assert_int_equal(keys_decode((const uint8_t *)"\033[1", 3, true, &key, &used), KEYS_NOT_A_KEY);
    assert_int_equal(used, 3);
    assert_int_equal(keys_decode((const uint8_t *)"\xE6\xB0", 2, true, &key, &used), KEYS_PARTIAL);
    assert_int_equal(used, 0);
}

static void meaningless_input_is_dropped_whole(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t used;
    } rows[] = {
        {"\033[M !!", 3},         /* an old mouse report: its three bytes are text to anybody */
        {"\033[<0;3;4M", 9},      /* a new mouse report */
        {"\033[I", 3},            /* focus */
        {"\033[?62;c", 7},        /* an answer to a question nobody asked */
        {"\033[1;5A", 6},         /* with modifiers */
        {"\xFF", 1},
        {"\xC0\x80", 1},          /* overlong */
        {"\xED\xA0\x80", 1},      /* a surrogate */
        {"\xC2\x9B", 2},          /* an 8-bit control */
        {"\001\002", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key key;
        size_t used;
        enum keys_answer answer =
            keys_decode((const uint8_t *)rows[i].bytes, strlen(rows[i].bytes), false, &key, &used);
        if (rows[i].used == 0) {
            assert_int_equal(answer, KEYS_COMPLETE);
            continue;
        }
        assert_int_equal(answer, KEYS_NOT_A_KEY);
        assert_int_equal(used, rows[i].used);
    }
}

static void an_escape_before_another_key_is_a_key_of_its_own(void **state)
{
    (void)state;
    struct key key;
    size_t used;
    assert_int_equal(keys_decode((const uint8_t *)"\033\033[A", 4, false, &key, &used), KEYS_COMPLETE);
    assert_int_equal(key.code, KEYS_ESCAPE);
    assert_int_equal(used, 1);
}

static void any_bytes_make_progress(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 200000; round++) {
        uint8_t bytes[8];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            static const uint8_t likely[] = {0x1b, '[', 'O', '1', '~', 0xE6, 0xB0, 0x8F};
            bytes[i] = seed >> 31 ? likely[seed >> 16 & 7] : (uint8_t)(seed >> 20);
        }
        struct key key;
        size_t used;
        enum keys_answer answer = keys_decode(bytes, sizeof bytes, true, &key, &used);
        assert_true(used <= sizeof bytes);
        assert_true(answer == KEYS_PARTIAL ? used == 0 : used > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_keys_are_complete_and_their_starts_partial),
        cmocka_unit_test(a_key_ends_where_the_next_begins),
        cmocka_unit_test(waiting_ends_an_escape_but_never_a_character),
        cmocka_unit_test(meaningless_input_is_dropped_whole),
        cmocka_unit_test(an_escape_before_another_key_is_a_key_of_its_own),
        cmocka_unit_test(any_bytes_make_progress),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
