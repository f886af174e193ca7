#include "config/ini_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <iniparser/iniparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The scanner against iniparser itself: files made of the pieces that make trouble, in any order.
 * What the scanner lets pass, iniparser must read, with the same sections and keys, no others. */

static char path[512];

static int make_file(void **state)
{
    const char *directory = getenv("TMPDIR");
    int file;

    (void)state;
    snprintf(path, sizeof path, "%s/madoguchi-scan-XXXXXX", directory == NULL ? "/tmp" : directory);
    file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static int silent(const char *format, ...)
{
    (void)format;
    return 0;
}

static unsigned next_random(unsigned *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static const char *const pieces[] = {
    "[a]\n", "[b.c]\n", "[D-d]\n", "  [e] \n", "k = v\n", "k2=v w\n", "key.1 = \"a;b\"\n",
    "j='#'\n", "x =\n", "y = \"\"\n", "z = a=b\n", "K = up\n", "w = one \\\n two\n", "# note\n",
    "; note\n", "\n", "   \n", "q = \"a\" ; b\n", "r = \"a\" b\n", "s = a;b\n", "t = \"a\n",
    "word\n",
    "u = \\\\ \n", "\\\n", "# n \\\n", "[f\n", "[g] h\n", "[]\n", " = v\n", "m:n = 1\n", "é = 1\n",
    "n = 日本\r\n", "o = \"\\\"\"\n", "p = '\n", "]\n", "[[h]\n", "[i]]\n", "l", " ", "=", "\"", ";",
};

static size_t make_text(unsigned *seed, char *out, size_t size)
{
    size_t count = next_random(seed) % 8 + 1;
    size_t length = (size_t)snprintf(out, size, "%s", next_random(seed) % 4 == 0 ? "" : "[0]\n");

    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(out + length, size - length, "%s",
                                   pieces[next_random(seed) % (sizeof pieces / sizeof pieces[0])]);
    return length;
}

static void expect_same(const struct ini_places *places, const char *text)
{
    dictionary *values = iniparser_load(path);
    int sections = 0;
    int keys = 0;
    int known = 0;

    if (values == NULL)
        fail_msg("iniparser does not read:\n%s", text);
    for (size_t i = 0; i < places->count; i++) {
        char name[2 * INI_NAME_SIZE + 2];
        bool section = places->place[i].key[0] == '\0';

        snprintf(name, sizeof name, "%s%s%s", places->place[i].section, section ? "" : ":",
                 places->place[i].key);
        if (!iniparser_find_entry(values, name))
            fail_msg("iniparser has no %s in:\n%s", name, text);
        sections += section ? 1 : 0;
        keys += section ? 0 : 1;
    }
    for (int i = 0; i < iniparser_getnsec(values); i++)
        known += iniparser_getsecnkeys(values, iniparser_getsecname(values, i));
    if (iniparser_getnsec(values) != sections || known != keys)
        fail_msg("%d sections and %d keys, iniparser has %d and %d in:\n%s", sections, keys,
                 iniparser_getnsec(values), known, text);
    iniparser_freedict(values);
}

static void test_what_passes_is_read_whole(void **state)
{
    unsigned seed = 20261122;
    int passed = 0;
    int refused = 0;

    (void)state;
    iniparser_set_error_callback(silent);
    for (int round = 0; round < 6000; round++) {
        struct ini_places places = {0};
        struct fault_list faults = {0};
        char text[1024];
        size_t length = make_text(&seed, text, sizeof text);
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, length, file), length);
        assert_int_equal(fclose(file), 0);
        if (ini_scan("f", (const unsigned char *)text, length, &places, &faults)) {
            expect_same(&places, text);
            passed++;
        } else {
            refused++;
        }
        assert_int_equal(fault_any(&faults), faults.count > 0);
        ini_places_free(&places);
        fault_list_free(&faults);
    }
    assert_true(passed > 200 && refused > 200);
}

static void test_any_bytes(void **state)
{
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct ini_places places = {0};
        struct fault_list faults = {0};
        unsigned char bytes[64];
        size_t length = next_random(&seed) % sizeof bytes;
        bool clean;

        for (size_t i = 0; i < length; i++)
            bytes[i] = (unsigned char)next_random(&seed);
        clean = ini_scan("f", bytes, length, &places, &faults);
        assert_int_equal(clean, !fault_any(&faults));
        ini_places_free(&places);
        fault_list_free(&faults);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_passes_is_read_whole),
        cmocka_unit_test(test_any_bytes),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
