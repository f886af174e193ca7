/* Every language says the same things: same ids, same placeholders, nothing empty; and formatting. */
#include "tui/words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned placeholders(const char *text)
{
    unsigned seen = 0;
    for (const char *at = text; (at = strchr(at, '{')) != NULL; at++) {
        if (at[1] < '0' || at[1] > '9' || at[2] != '}') {
            fail_msg("a brace that is no placeholder: %s", text);
        }
        seen |= 1U << (at[1] - '0');
    }
    return seen;
}

static size_t differences(enum words_language a, enum words_language b)
{
    size_t found = 0;
    const char *id;
    for (size_t i = 0; (id = words_id(a, i)) != NULL; i++) {
        const char *ours = words_find(a, id), *theirs = words_find(b, id);
        const char *fault = theirs == NULL                                 ? "is missing"
                            : *ours == '\0'                                ? "is empty"
                            : placeholders(ours) != placeholders(theirs) ? "has other placeholders"
                                                                           : NULL;
        if (fault != NULL) {
            print_error("%s: %s %s\n", words_language_name(b), id, fault);
            found++;
        }
    }
    return found;
}

static void every_language_has_the_same_ids(void **state)
{
    (void)state;
    for (int i = 1; i < WORDS_LANGUAGES; i++) {
        assert_int_equal(differences(WORDS_JA, (enum words_language)i), 0);
        assert_int_equal(differences((enum words_language)i, WORDS_JA), 0);
    }
}

static void texts_are_found_by_id(void **state)
{
    (void)state;
    assert_string_equal(words_say(WORDS_JA, "procedure.reset"), "暗証番号再設定");
    assert_string_equal(words_say(WORDS_EN, "procedure.reset"), "Reset of PIN");
    assert_null(words_find(WORDS_JA, ""));
    assert_null(words_find(WORDS_JA, "procedure.reset "));
    assert_string_equal(words_say(WORDS_JA, "no.such-id"), "⟦no.such-id⟧");
}

static void languages_are_known_by_name(void **state)
{
    (void)state;
    enum words_language language = WORDS_JA;
    assert_true(words_language_parse("en", &language));
    assert_int_equal(language, WORDS_EN);
    assert_false(words_language_parse("fr", &language));
    assert_false(words_language_parse("", &language));
    assert_int_equal(language, WORDS_EN);
}

static void placeholders_are_filled(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(WORDS(WORDS_JA, "no {1} and {0}{0}{2}", out, "あ", "b"), "⟦no b and ああ{2}⟧");
}

static void cuts_fall_between_characters(void **state)
{
    (void)state;
    const char *const args[] = {"ああ"};
    char out[16];
    for (size_t size = 1; size <= sizeof out; size++) {
        memset(out, '!', sizeof out);
        words_format(WORDS_JA, "x{0}y", out, size, 1, args);
        assert_true(strlen(out) < size);
        const char *whole = "⟦xああy⟧";
        size_t length = strlen(out);
        assert_memory_equal(out, whole, length);
        assert_int_not_equal((unsigned char)whole[length] & 0xC0, 0x80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_has_the_same_ids), cmocka_unit_test(texts_are_found_by_id),
        cmocka_unit_test(languages_are_known_by_name),     cmocka_unit_test(placeholders_are_filled),
        cmocka_unit_test(cuts_fall_between_characters),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
