#include "config/faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const char *const documents[] = {"my-number-card", "drivers-licence", "passport",
                                        "residence-card", "bankbook", "student-id"};

static const struct {
    const char *word;
    const char *nearest; /* NULL: none is near */
} nearest_rows[] = {
    {"passport", "passport"},
    {"pasport", "passport"},
    {"passprot", "passport"}, /* two letters swapped */
    {"driver-license", "drivers-licence"},
    {"drivers-license", "drivers-licence"},
    {"residencecard", "residence-card"},
    {"bank-book", "bankbook"},
    {"student", "student-id"},
    {"card", NULL},
    {"x", NULL},
    {"", NULL},
    {"zaryucard", NULL},
};

static void test_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(nearest_rows); i++) {
        const char *nearest = fault_nearest(nearest_rows[i].word, documents, ROWS(documents));
        const char *wanted = nearest_rows[i].nearest;

        if (wanted == NULL ? nearest != NULL : nearest == NULL || strcmp(nearest, wanted) != 0)
            fail_msg("%s: %s", nearest_rows[i].word, nearest == NULL ? "none" : nearest);
    }
}

static void test_nearest_of_very_long_words(void **state)
{
    char word[2048];
    const char *const candidates[] = {word};
    char other[2048];

    (void)state;
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    memcpy(other, word, sizeof other);
    other[0] = 'b';
    assert_ptr_equal(fault_nearest(other, candidates, 1), word);
    assert_null(fault_nearest("b", candidates, 1));
}

static void test_order_and_copies(void **state)
{
    static const struct {
        const char *file;
        int line;
    } added[] = {{"b.ini", 3}, {"a.ini", 9}, {"b.ini", 1}, {"a.ini", 0}, {"b.ini", 3}};
    struct fault_list list = {0};

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        struct fault fault = {.code = FAULT_CUT, .line = added[i % 5].line};

        fault_text(fault.file, sizeof fault.file, added[i % 5].file);
        fault_add(&list, &fault);
    }
    assert_int_equal(list.count, 100);
    for (size_t i = 1; i < list.count; i++) {
        int files = strcmp(list.fault[i - 1].file, list.fault[i].file);

        assert_true(files < 0 || (files == 0 && list.fault[i - 1].line <= list.fault[i].line));
    }
    fault_list_free(&list);
    assert_false(fault_any(&list));
}

static void test_text_is_cut_between_characters(void **state)
{
    char text[8];

    (void)state;
    fault_text(text, sizeof text, "日本語");
    assert_string_equal(text, "日本");
    fault_text(text, sizeof text, "abcdefg");
    assert_string_equal(text, "abcdefg");
    fault_text(text, sizeof text, "abcdefgh");
    assert_string_equal(text, "abcdefg");
    fault_text(text, 1, "日");
    assert_string_equal(text, "");
}

static void test_ids(void **state)
{
    (void)state;
    for (int a = FAULT_NONE; a < FAULT_CODE_COUNT; a++) {
        assert_non_null(fault_id((enum fault_code)a));
        for (int b = FAULT_NONE; b < a; b++)
            assert_string_not_equal(fault_id((enum fault_code)a), fault_id((enum fault_code)b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_nearest_of_very_long_words),
        cmocka_unit_test(test_order_and_copies),
        cmocka_unit_test(test_text_is_cut_between_characters),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
