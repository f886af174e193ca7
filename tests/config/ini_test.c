#include "config/ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static char path[512];

static int make_file(void **state)
{
    const char *directory = getenv("TMPDIR");
    int file;

    (void)state;
    snprintf(path, sizeof path, "%s/madoguchi-ini-XXXXXX", directory == NULL ? "/tmp" : directory);
    file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static struct ini *load(const char *bytes, size_t size, struct fault_list *faults)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return ini_load(path, faults);
}

static struct ini *load_good(const char *text)
{
    struct fault_list faults = {0};
    struct ini *ini = load(text, strlen(text), &faults);

    if (ini == NULL)
        fail_msg("line %d: %s", faults.fault[0].line, fault_id(faults.fault[0].code));
    assert_false(fault_any(&faults));
    fault_list_free(&faults);
    return ini;
}

/* --- traps: each file has the one fault named, at that line ---------------------------------- */

static const struct {
    const char *text;
    enum fault_code code;
    int line;
    const char *word;
} trap_rows[] = {
    {"\xEF\xBB\xBF[a]\nk = 1\n", FAULT_BOM, 1, ""},
    {"[a]\nk = \xE3\x81\n", FAULT_NOT_UTF8, 2, "E3"},
    {"[a]\nk = 1\nj = \xFF\n", FAULT_NOT_UTF8, 3, "FF"},
    {"[a]\nk = \xED\xA0\x80\n", FAULT_NOT_UTF8, 2, "ED"},
    {"[a]\nk = a\x1B[2J\n", FAULT_CONTROL, 2, "1B"},
    {"[a]\nk = 1\rj = 2\n", FAULT_CONTROL, 2, "0D"},
    {"k = 1\n[a]\n", FAULT_OUTSIDE_SECTION, 1, "k"},
    {"[a]\nk = 1\nj = 2\nk = 3\n", FAULT_DUPLICATE_KEY, 4, "k"},
    {"[a]\nkey = 1\nKEY = 2\n", FAULT_DUPLICATE_KEY, 3, "key"},
    {"[a]\nk = 1\n[b]\n[a]\nj = 1\n", FAULT_DUPLICATE_SECTION, 4, "a"},
    {"[Office]\n[office]\n", FAULT_DUPLICATE_SECTION, 2, "office"},
    {"[a]\nk = one ; two\n", FAULT_CUT, 2, ";"},
    {"[a]\nk = one#two\n", FAULT_CUT, 2, "#"},
    {"[a]\nk = # two\n", FAULT_CUT, 2, "#"},
    {"[a]\nk = one \\\n  two ; three\n", FAULT_CUT, 2, ";"},
    {"[a]\nk = \"say \\\"hi\\\" now\"\n", FAULT_QUOTE_ESCAPE, 2, "\\\""},
    {"[a]\nk = \"open\n", FAULT_QUOTE_OPEN, 2, "\""},
    {"[a]\nk = 'open\n", FAULT_QUOTE_OPEN, 2, "'"},
    {"[a]\nk = \"one\" two\n", FAULT_AFTER_QUOTE, 2, "two"},
    {"[a]\nk = 'one' 'two'\n", FAULT_AFTER_QUOTE, 2, "'two'"},
    {"[a]\n# note \\\nk = 1\n", FAULT_COMMENT_CONTINUES, 2, "\\"},
    {"[a]\nk = 1 \\\n", FAULT_CONTINUES_AT_END, 2, "\\"},
    {"[a]\nk = 1 \\", FAULT_CONTINUES_AT_END, 2, "\\"},
    {"[a]\nword\n", FAULT_NOT_A_LINE, 2, "word"},
    {"[a\nk = 1\n", FAULT_NOT_A_LINE, 1, "[a"},
    {"[a] tail\n", FAULT_NOT_A_LINE, 1, "[a] tail"},
    {"[]\nk = 1\n", FAULT_BAD_NAME, 1, ""},
    {"[a:b]\nk = 1\n", FAULT_BAD_NAME, 1, "a:b"},
    {"[a b]\nk = 1\n", FAULT_BAD_NAME, 1, "a b"},
    {"[a]\nb:c = 1\n", FAULT_BAD_NAME, 2, "b:c"},
    {"[a]\n= 1\n", FAULT_BAD_NAME, 2, ""},
    {"[a]\nキー = 1\n", FAULT_BAD_NAME, 2, "キー"},
    {"[a]\nk234567890123456789012345678901234567890123456789012345678901234 = 1\n",
     FAULT_BAD_NAME, 2, "k234567890123456789012345678901234567890123456789012345678901234"},
};

static void test_traps(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(trap_rows); i++) {
        struct fault_list faults = {0};
        const char *text = trap_rows[i].text;
        struct ini *ini = load(text, strlen(text), &faults);

        assert_null(ini);
        if (faults.count != 1 || faults.fault[0].code != trap_rows[i].code ||
            faults.fault[0].line != trap_rows[i].line ||
            strcmp(faults.fault[0].word, trap_rows[i].word) != 0)
            fail_msg("row %zu: line %d, %s, '%s'", i, faults.fault[0].line,
                     fault_id(faults.fault[0].code), faults.fault[0].word);
        assert_string_equal(faults.fault[0].file, path);
        fault_list_free(&faults);
    }
}

static void test_nul(void **state)
{
    static const char bytes[] = "[a]\nk = 1\0 ; gone\n";
    struct fault_list faults = {0};

    (void)state;
    assert_null(load(bytes, sizeof bytes - 1, &faults));
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.fault[0].code, FAULT_NUL);
    assert_int_equal(faults.fault[0].line, 2);
    fault_list_free(&faults);
}

static void test_all_faults_at_once_in_order(void **state)
{
    static const enum fault_code codes[] = {FAULT_OUTSIDE_SECTION, FAULT_CUT, FAULT_NOT_A_LINE,
                                            FAULT_DUPLICATE_KEY};
    struct fault_list faults = {0};
    const char *text = "early = 1\n[a]\nk = x;y\nnonsense\nk = 2\n";

    (void)state;
    assert_null(load(text, strlen(text), &faults));
    assert_int_equal(faults.count, ROWS(codes));
    for (size_t i = 0; i < ROWS(codes); i++)
        assert_int_equal(faults.fault[i].code, codes[i]);
    assert_string_equal(faults.fault[3].expected, "3");
    fault_list_free(&faults);
}

/* Long lines: plain, joined, and with blanks at the end that iniparser counts too. A line is either
 * refused or its value comes back whole. */
static void try_long_line(size_t value, size_t pieces, size_t blanks)
{
    static char text[8192];
    struct fault_list faults = {0};
    size_t length = (size_t)snprintf(text, sizeof text, "[a]\nk=");
    struct ini *ini;

    for (size_t i = 0; i < value; i++) {
        if (pieces > 1 && i > 0 && i % (value / pieces) == 0)
            length += (size_t)snprintf(text + length, sizeof text - length, "\\\n");
        text[length++] = (char)('a' + i % 26);
    }
    memset(text + length, ' ', blanks);
    length += blanks;
    memcpy(text + length, "\nj=1\n", 5);
    ini = load(text, length + 5, &faults);
    if (ini == NULL) {
        assert_int_equal(faults.count, 1);
        assert_int_equal(faults.fault[0].code, FAULT_LINE_TOO_LONG);
        assert_int_equal(faults.fault[0].line, 2);
        assert_true(value + blanks + 2 * pieces + 2 > 1010);
    } else {
        assert_int_equal(strlen(ini_value(ini, "a", "k")), value);
        assert_string_equal(ini_value(ini, "a", "j"), "1");
        assert_true(value + blanks < 1020);
    }
    ini_free(ini);
    fault_list_free(&faults);
}

static void test_long_lines(void **state)
{
    (void)state;
    for (size_t value = 990; value < 1040; value++) {
        try_long_line(value, 1, 0);
        try_long_line(value, 2, 0);
        try_long_line(value, 7, 0);
        try_long_line(900, 1, value - 900);
        try_long_line(900, 3, value - 900);
    }
    try_long_line(4000, 1, 0);
    try_long_line(4000, 8, 0);
}

/* --- values ---------------------------------------------------------------------------------- */

static const char good[] = "# first\n"
                           "[Office]\n"
                           "City = minoh\n"
                           "  window   =   1 番  \n"
                           "empty =\n"
                           "quoted = \"one; two # 'three'\" ; a comment may follow\n"
                           "single = 'say \"hi\"'\n"
                           "joined = one \\\n"
                           "   two \\\n"
                           "   three\n"
                           "path = C:\\x\n"
                           "equals = a=b\n"
                           "\n"
                           "[rule.one]\r\n"
                           "need.1 = a\r\n"
                           "need.2 = b\r\n"
                           "[rule.two]\n"
                           "need.1 = c\n"
                           "; end \n"
                           "[last]";

static void test_values_and_lines(void **state)
{
    struct ini *ini = load_good(good);

    (void)state;
    assert_string_equal(ini_value(ini, "office", "city"), "minoh");
    assert_string_equal(ini_value(ini, "office", "window"), "1 番");
    assert_string_equal(ini_value(ini, "office", "empty"), "");
    assert_string_equal(ini_value(ini, "office", "quoted"), "one; two # 'three'");
    assert_string_equal(ini_value(ini, "office", "single"), "say \"hi\"");
    assert_string_equal(ini_value(ini, "office", "path"), "C:\\x");
    assert_string_equal(ini_value(ini, "office", "equals"), "a=b");
    assert_null(ini_value(ini, "office", "nothing"));
    assert_null(ini_value(ini, "nowhere", "city"));
    assert_string_equal(ini_numbered(ini, "rule.one", "need", 2), "b");
    assert_null(ini_numbered(ini, "rule.two", "need", 2));
    assert_int_equal(ini_line(ini, "office", NULL), 2);
    assert_int_equal(ini_line(ini, "office", "city"), 3);
    assert_int_equal(ini_line(ini, "office", "joined"), 8);
    assert_int_equal(ini_line(ini, "office", "equals"), 12);
    assert_int_equal(ini_line(ini, "rule.two", "need.1"), 18);
    assert_int_equal(ini_line(ini, "rule.two", "need.2"), 0);
    assert_true(ini_has_section(ini, "last"));
    ini_free(ini);
}

static void test_sections_and_keys(void **state)
{
    struct ini *ini = load_good(good);

    (void)state;
    assert_string_equal(ini_section(ini, NULL, 0), "office");
    assert_string_equal(ini_section(ini, NULL, 3), "last");
    assert_null(ini_section(ini, NULL, 4));
    assert_string_equal(ini_section(ini, "rule.", 1), "rule.two");
    assert_null(ini_section(ini, "rule.", 2));
    assert_string_equal(ini_key(ini, "rule.one", 1), "need.2");
    assert_null(ini_key(ini, "rule.one", 2));
    assert_null(ini_key(ini, "last", 0));
    ini_free(ini);
}

static void test_unread(void **state)
{
    struct fault_list faults = {0};
    struct ini *ini = load_good("[office]\ncity = a\nwindw = 2\nzzzzzzzzzzz = 3\n"
                                "[rule.one]\nnead.1 = x\n"
                                "[ofice]\ncity = b\n"
                                "[rule.two]\n");

    (void)state;
    ini_value(ini, "office", "city");
    ini_value(ini, "office", "window");
    ini_numbered(ini, "rule.one", "need", 1);
    ini_know_section(ini, "rule.two");
    ini_unread(ini, &faults);
    assert_int_equal(faults.count, 4);
    assert_int_equal(faults.fault[0].code, FAULT_UNKNOWN_KEY);
    assert_int_equal(faults.fault[0].line, 3);
    assert_string_equal(faults.fault[0].word, "windw");
    assert_string_equal(faults.fault[0].nearest, "window");
    assert_string_equal(faults.fault[1].word, "zzzzzzzzzzz");
    assert_string_equal(faults.fault[1].nearest, "");
    assert_string_equal(faults.fault[2].nearest, "need.1");
    assert_int_equal(faults.fault[3].code, FAULT_UNKNOWN_SECTION);
    assert_string_equal(faults.fault[3].nearest, "office");
    ini_free(ini);
    fault_list_free(&faults);
}

static void test_no_file(void **state)
{
    struct fault_list faults = {0};

    (void)state;
    assert_null(ini_load("/nonexistent/madoguchi.ini", &faults));
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.fault[0].code, FAULT_NO_FILE);
    assert_string_equal(faults.fault[0].word, "No such file or directory");
    assert_null(ini_load("/tmp", &faults));
    assert_int_equal(faults.count, 2);
    fault_list_free(&faults);
}

static void test_too_big(void **state)
{
    size_t size = 1048577;
    char *bytes = malloc(size);
    struct fault_list faults = {0};

    (void)state;
    assert_non_null(bytes);
    memset(bytes, '\n', size);
    assert_null(load(bytes, size, &faults));
    assert_int_equal(faults.fault[0].code, FAULT_FILE_TOO_BIG);
    fault_list_free(&faults);
    free(bytes);
}

static void test_empty_file(void **state)
{
    struct ini *ini = load_good("");

    (void)state;
    assert_null(ini_section(ini, NULL, 0));
    ini_free(ini);
}

/* --- typed values ---------------------------------------------------------------------------- */

static const char *const words[] = {"resident", "parent", "guardian", "agent"};
static const struct ini_words presenters = {words, ROWS(words)};

enum reader { NUMBER, WORD, SET, LIST, DATE, DATES, HOURS, TIME, TEXT8 };

static bool read_as(enum reader reader, struct ini *ini, struct fault_list *faults)
{
    int number = 0;
    int pair[2];
    char text[8];
    uint64_t set = 0;
    size_t word;
    struct ini_list list;
    struct date dates[2];

    switch (reader) {
    case NUMBER:
        return ini_number(ini, "a", "k", 1, 31, &number, faults);
    case WORD:
        return ini_word(ini, "a", "k", presenters, &word, faults);
    case SET:
        return ini_set(ini, "a", "k", presenters, &set, faults);
    case LIST:
        return ini_list(ini, "a", "k", &list, faults);
    case DATE:
        return ini_date(ini, "a", "k", dates, faults);
    case DATES:
        return ini_dates(ini, "a", "k", dates, faults);
    case HOURS:
        return ini_hours(ini, "a", "k", pair, faults);
    case TIME:
        return ini_time(ini, "a", "k", pair, faults);
    case TEXT8:
        return ini_text(ini, "a", "k", text, sizeof text, faults);
    }
    return false;
}

static const struct {
    enum reader reader;
    const char *value;
    enum fault_code code; /* FAULT_NONE: fine */
    const char *word;
    const char *nearest;
    const char *expected;
} typed_rows[] = {
    {NUMBER, "1", FAULT_NONE, "", "", ""},
    {NUMBER, "31", FAULT_NONE, "", "", ""},
    {NUMBER, "0", FAULT_OUT_OF_RANGE, "0", "", "1..31"},
    {NUMBER, "32", FAULT_OUT_OF_RANGE, "32", "", "1..31"},
    {NUMBER, "99999999999999999999", FAULT_OUT_OF_RANGE, "99999999999999999999", "", "1..31"},
    {NUMBER, "1x", FAULT_NOT_A_NUMBER, "1x", "", "1..31"},
    {NUMBER, "0x10", FAULT_NOT_A_NUMBER, "0x10", "", "1..31"},
    {NUMBER, "", FAULT_EMPTY_VALUE, "k", "", ""},
    {WORD, "agent", FAULT_NONE, "", "", ""},
    {WORD, "agnet", FAULT_UNKNOWN_WORD, "agnet", "agent", "resident parent guardian agent"},
    {WORD, "Agent", FAULT_UNKNOWN_WORD, "Agent", "agent", "resident parent guardian agent"},
    {WORD, "xyzzy", FAULT_UNKNOWN_WORD, "xyzzy", "", "resident parent guardian agent"},
    {SET, "parent agent", FAULT_NONE, "", "", ""},
    {SET, "parent gardian", FAULT_UNKNOWN_WORD, "gardian", "guardian",
     "resident parent guardian agent"},
    {SET, "agent agent", FAULT_REPEATED_WORD, "agent", "", ""},
    {LIST, "a b  c", FAULT_NONE, "", "", ""},
    {LIST, "", FAULT_EMPTY_VALUE, "k", "", ""},
    {DATE, "2024-02-29", FAULT_NONE, "", "", ""},
    {DATE, "2023-02-29", FAULT_NOT_A_DATE, "2023-02-29", "", "YYYY-MM-DD"},
    {DATE, "H20.5.1", FAULT_NOT_A_DATE, "H20.5.1", "", "YYYY-MM-DD"},
    {DATES, "2024-01-01 2024-01-01", FAULT_NONE, "", "", ""},
    {DATES, "2024-01-02 2024-01-01", FAULT_WRONG_ORDER, "2024-01-02 2024-01-01", "", ""},
    {DATES, "2024-01-02", FAULT_TOO_FEW, "2024-01-02", "", "YYYY-MM-DD YYYY-MM-DD"},
    {DATES, "2024-01-02 2024-13-01", FAULT_NOT_A_DATE, "2024-13-01", "", "YYYY-MM-DD"},
    {HOURS, "08:45 17:15", FAULT_NONE, "", "", ""},
    {HOURS, "00:00 24:00", FAULT_NONE, "", "", ""},
    {HOURS, "17:15 08:45", FAULT_WRONG_ORDER, "17:15 08:45", "", ""},
    {HOURS, "09:00 09:00", FAULT_WRONG_ORDER, "09:00 09:00", "", ""},
    {HOURS, "8:45 17:15", FAULT_NOT_A_TIME, "8:45", "", "HH:MM"},
    {HOURS, "09:00 12:00 13:00", FAULT_TOO_MANY, "09:00 12:00 13:00", "", "HH:MM HH:MM"},
    {TIME, "12:00", FAULT_NONE, "", "", ""},
    {TIME, "noon", FAULT_NOT_A_TIME, "noon", "", "HH:MM"},
    {TEXT8, "1234567", FAULT_NONE, "", "", ""},
    {TEXT8, "12345678", FAULT_TEXT_TOO_LONG, "12345678", "", "7"},
};

static void test_typed_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(typed_rows); i++) {
        struct fault_list faults = {0};
        char text[128];
        struct ini *ini;

        snprintf(text, sizeof text, "[a]\n\nk = %s\n", typed_rows[i].value);
        ini = load_good(text);
        assert_int_equal(read_as(typed_rows[i].reader, ini, &faults),
                         typed_rows[i].code == FAULT_NONE);
        assert_int_equal(faults.count, typed_rows[i].code == FAULT_NONE ? 0 : 1);
        for (size_t f = 0; f < faults.count; f++) {
            assert_int_equal(faults.fault[f].code, typed_rows[i].code);
            assert_int_equal(faults.fault[f].line, 3);
            assert_string_equal(faults.fault[f].word, typed_rows[i].word);
            assert_string_equal(faults.fault[f].nearest, typed_rows[i].nearest);
            assert_string_equal(faults.fault[f].expected, typed_rows[i].expected);
        }
        ini_free(ini);
        fault_list_free(&faults);
    }
}

static void test_absent_is_no_fault(void **state)
{
    struct fault_list faults = {0};
    struct ini *ini = load_good("[a]\n");

    (void)state;
    for (enum reader reader = NUMBER; reader <= TEXT8; reader++)
        assert_true(read_as(reader, ini, &faults));
    assert_false(fault_any(&faults));
    assert_null(ini_need(ini, "a", "k", &faults));
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.fault[0].code, FAULT_MISSING_KEY);
    assert_string_equal(faults.fault[0].word, "k");
    assert_int_equal(faults.fault[0].line, 1);
    ini_free(ini);
    fault_list_free(&faults);
}

static void test_list_items(void **state)
{
    struct fault_list faults = {0};
    struct ini *ini = load_good("[a]\nk = one \\\n two\tthree\ns = agent parent\n");
    struct ini_list list;
    uint64_t set = 0;

    (void)state;
    assert_true(ini_list(ini, "a", "k", &list, &faults));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.item[0], "one");
    assert_string_equal(list.item[2], "three");
    assert_true(ini_set(ini, "a", "s", presenters, &set, &faults));
    assert_int_equal(set, 0xA);
    ini_free(ini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_all_faults_at_once_in_order),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_values_and_lines),
        cmocka_unit_test(test_sections_and_keys),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_typed_values),
        cmocka_unit_test(test_absent_is_no_fault),
        cmocka_unit_test(test_list_items),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
