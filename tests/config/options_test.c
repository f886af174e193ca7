#include "config/options.h"

#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the table against its man page ---------------------------------------------------------- */

static char *page;

static int read_page(void **state)
{
    FILE *file = fopen("man/madoguchi.ini.5", "r");
    const size_t room = 65536;

    (void)state;
    page = calloc(1, room);
    if (file == NULL || page == NULL)
        return -1;
    size_t size = fread(page, 1, room - 1, file);

    return fclose(file) == 0 && size > 0 && size < room - 1 ? 0 : -1;
}

static int free_page(void **state)
{
    (void)state;
    free(page);
    return 0;
}

/* Copies what the page says of an option: from its item to the next item or the list's end. */
static bool find_item(const char *section, const char *key, char *out, size_t size)
{
    char line[128];
    const char *from;
    const char *list_end;
    const char *next;

    snprintf(line, sizeof line, "\n.Ss [%s]\n", section);
    from = strstr(page, line);
    if (from == NULL)
        return false;
    list_end = strstr(from, "\n.El\n");
    assert_non_null(list_end);
    snprintf(line, sizeof line, "\n.It Cm %s\n", key);
    from = strstr(from, line);
    if (from == NULL || from > list_end)
        return false;
    next = strstr(from + 1, "\n.It ");
    if (next == NULL || next > list_end)
        next = list_end;
    assert_true((size_t)(next - from) < size);
    memcpy(out, from, (size_t)(next - from));
    out[next - from] = '\0';
    return true;
}

static void expect_in_item(const char *item, const char *before, const char *text,
                           const char *after)
{
    char wanted[256];

    snprintf(wanted, sizeof wanted, "%s%s%s", before, text, after);
    if (strstr(item, wanted) == NULL)
        fail_msg("'%s' is not in:%s", wanted, item);
}

static void test_every_row_is_in_the_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        char item[2048];

        if (!find_item(row->section, row->key, item, sizeof item))
            fail_msg("[%s] %s is not in the page", row->section, row->key);
        if (row->value != NULL)
            expect_in_item(item, "\nDefault: ", row->value, ".");
        if (row->needed)
            expect_in_item(item, "\n", "Needed", ".");
        for (size_t c = 0; c < OPTION_CHOICES && row->choices[c] != NULL; c++)
            expect_in_item(item, "\n.Cm ", row->choices[c], "");
        if (row->type == OPTION_NUMBER) {
            char range[64];

            snprintf(range, sizeof range, "%d to %d %s", row->least, row->most, row->unit);
            expect_in_item(item, "", range, "");
        }
        if (row->type == OPTION_PATH)
            expect_in_item(item, "", "Absolute path", " ");
    }
}

static void test_every_item_of_the_page_is_a_row(void **state)
{
    size_t items = 0;

    (void)state;
    for (const char *at = strstr(page, "\n.It Cm "); at != NULL; at = strstr(at + 1, "\n.It Cm "))
        items++;
    assert_int_equal(items, option_row_count);
}

/* --- the table itself ------------------------------------------------------------------------ */

static void test_rows_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        bool text = row->type != OPTION_NUMBER && row->type != OPTION_CHOICE;
        char help[128];

        snprintf(help, sizeof help, "option-%s-%s", row->section, row->key);
        for (char *dot = strchr(help, '.'); dot != NULL; dot = strchr(dot, '.'))
            *dot = '-';
        assert_string_equal(row->help, help);
        assert_true(row->offset + (text ? row->size : sizeof(int)) <= sizeof(struct settings));
        assert_int_equal(text, row->size > 0);
        assert_int_equal(row->type == OPTION_NUMBER, row->most > row->least);
        assert_int_equal(row->type == OPTION_CHOICE, row->choices[0] != NULL);
        if (!text)
            assert_non_null(row->value);
        if (row->needed)
            assert_null(row->value);
        for (size_t j = 0; j < i; j++) {
            assert_true(option_rows[j].offset != row->offset);
            assert_false(strcmp(option_rows[j].section, row->section) == 0 &&
                         strcmp(option_rows[j].key, row->key) == 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_in_the_page),
        cmocka_unit_test(test_every_item_of_the_page_is_a_row),
        cmocka_unit_test(test_rows_are_sound),
    };

    return cmocka_run_group_tests(tests, read_page, free_page);
}
