#include "config/settings.h"

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
    snprintf(path, sizeof path, "%s/madoguchi-settings-XXXXXX",
             directory == NULL ? "/tmp" : directory);
    file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static bool load(const char *text, const struct settings_place *place, struct settings *out,
                 struct fault_list *faults)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return settings_load(path, place, out, faults);
}

static void test_defaults(void **state)
{
    const struct settings_place place = {.runtime = "/run/user/1000/madoguchi"};
    struct settings settings;

    (void)state;
    settings_default(&place, &settings);
    assert_string_equal(settings.office.city, "");
    assert_string_equal(settings.office.window, "1");
    assert_int_equal(settings.office.language, LANGUAGE_JA);
    assert_string_equal(settings.card.runtime, "/run/user/1000/madoguchi");
    assert_int_equal(settings.card.pad, PAD_AUTO);
    assert_int_equal(settings.pin.way[0], WAY_RESIDENT);
    assert_int_equal(settings.pin.way[1], WAY_PAD);
    assert_int_equal(settings.pin.way[2], WAY_RESIDENT);
    assert_int_equal(settings.pin.way[3], WAY_PAD);
    assert_int_equal(settings.ledger.kind, LEDGER_SQLITE);
    assert_int_equal(settings.screen.escape_delay, 150);
    assert_int_equal(settings.screen.ambiguous_width, WIDTH_NARROW);
    assert_int_equal(settings.log.level, LEVEL_WARNING);
}

static void test_a_whole_file(void **state)
{
    const struct settings_place place = {.data = "/opt/data", .runtime = "/run/x"};
    struct fault_list faults = {0};
    struct settings settings;
    bool fine = load("[office]\ncity = kakogawa\noffice = center\nwindow = 三番\nlanguage = en\n"
                     "data = /srv/data\n"
                     "[card]\nprogram = /opt/madoguchi-card\nreader = \"Reader; 00 00\"\n"
                     "authority = /opt/site.so\nauthority-config = /etc/site.conf\npad = off\n"
                     "runtime = /run/window\nresident-group = residents\n"
                     "[pin]\nway.sig = resident\nway.auth = resident\nway.juki = pad\n"
                     "way.kenmen = resident\n"
                     "[enrol]\nprogram = /opt/madoguchi-enrol\nseconds = 45\n"
                     "[ledger]\nkind = postgresql\nconninfo = service=madoguchi\n"
                     "path = /x/ledger.db\n"
                     "[paper]\ndirectory = /var/paper\nprinter = lp1\n"
                     "[screen]\nescape-delay = 25\nambiguous-width = wide\ncolour = never\n"
                     "[log]\nfile = /var/log/madoguchi.log\nlevel = debug\n",
                     &place, &settings, &faults);

    (void)state;
    for (size_t i = 0; i < faults.count; i++)
        print_error("line %d: %s\n", faults.fault[i].line, fault_id(faults.fault[i].code));
    assert_true(fine);
    assert_string_equal(settings.office.city, "kakogawa");
    assert_string_equal(settings.office.office, "center");
    assert_string_equal(settings.office.window, "三番");
    assert_int_equal(settings.office.language, LANGUAGE_EN);
    assert_string_equal(settings.office.data, "/opt/data"); /* the argument wins */
    assert_string_equal(settings.card.program, "/opt/madoguchi-card");
    assert_string_equal(settings.card.reader, "Reader; 00 00");
    assert_string_equal(settings.card.authority, "/opt/site.so");
    assert_string_equal(settings.card.authority_config, "/etc/site.conf");
    assert_int_equal(settings.card.pad, PAD_OFF);
    assert_string_equal(settings.card.runtime, "/run/window"); /* the file wins */
    assert_string_equal(settings.card.resident_group, "residents");
    assert_int_equal(settings.pin.way[1], WAY_RESIDENT);
    assert_int_equal(settings.pin.way[2], WAY_PAD);
    assert_string_equal(settings.enrol.program, "/opt/madoguchi-enrol");
    assert_int_equal(settings.enrol.seconds, 45);
    assert_int_equal(settings.ledger.kind, LEDGER_POSTGRESQL);
    assert_string_equal(settings.ledger.conninfo, "service=madoguchi");
    assert_string_equal(settings.ledger.path, "/x/ledger.db");
    assert_string_equal(settings.paper.directory, "/var/paper");
    assert_string_equal(settings.paper.printer, "lp1");
    assert_int_equal(settings.screen.escape_delay, 25);
    assert_int_equal(settings.screen.ambiguous_width, WIDTH_WIDE);
    assert_int_equal(settings.screen.colour, COLOUR_NEVER);
    assert_string_equal(settings.log.file, "/var/log/madoguchi.log");
    assert_int_equal(settings.log.level, LEVEL_DEBUG);
}

#define NEEDED "[office]\ncity = minoh\n[card]\nreader = R\n"

static const struct {
    const char *text;
    enum fault_code code;
    int line;
    const char *word;
    const char *nearest;
    const char *expected;
} fault_rows[] = {
    {"[office]\n[card]\nreader = R\n", FAULT_MISSING_KEY, 1, "city", "", "city"},
    {"[office]\ncity = minoh\n[card]\n", FAULT_MISSING_KEY, 3, "reader", "", "reader"},
    {"[office]\ncity = minoh\n", FAULT_MISSING_KEY, 0, "reader", "", "reader"},
    {"[office]\ncity =\n[card]\nreader = R\n", FAULT_EMPTY_VALUE, 2, "city", "", ""},
    {NEEDED "raeder = R\n", FAULT_UNKNOWN_KEY, 5, "raeder", "reader", ""},
    {NEEDED "[ledgr]\nkind = sqlite\n", FAULT_UNKNOWN_SECTION, 5, "ledgr", "ledger", ""},
    {NEEDED "pad = of\n", FAULT_UNKNOWN_WORD, 5, "of", "off", "auto off"},
    {NEEDED "authority = site.so\n", FAULT_NOT_A_PATH, 5, "site.so", "", "/..."},
    {"[office]\ncity = cities/minoh.ini\n[card]\nreader = R\n", FAULT_NOT_A_PATH, 2,
     "cities/minoh.ini", "", "/..."},
    {NEEDED "[pin]\nway.sig = pad\n", FAULT_UNKNOWN_WORD, 6, "pad", "", "resident"},
    {NEEDED "[screen]\nescape-delay = 9\n", FAULT_OUT_OF_RANGE, 6, "9", "", "10..2000"},
    {NEEDED "[screen]\nescape-delay = 2001\n", FAULT_OUT_OF_RANGE, 6, "2001", "", "10..2000"},
    {NEEDED "[screen]\nescape-delay = 0.1s\n", FAULT_NOT_A_NUMBER, 6, "0.1s", "", "10..2000"},
    {NEEDED "[ledger]\nkind = postgresql\n", FAULT_NEEDS, 6, "kind", "", "conninfo"},
    {NEEDED "[log]\nlevel = verbose\n", FAULT_UNKNOWN_WORD, 6, "verbose", "",
     "error warning info debug"},
};

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(fault_rows); i++) {
        struct fault_list faults = {0};
        struct settings settings;
        const struct fault *fault;

        assert_false(load(fault_rows[i].text, NULL, &settings, &faults));
        if (faults.count != 1)
            fail_msg("row %zu: %zu faults", i, faults.count);
        fault = &faults.fault[0];
        if (fault->code != fault_rows[i].code || fault->line != fault_rows[i].line ||
            strcmp(fault->word, fault_rows[i].word) != 0 ||
            strcmp(fault->nearest, fault_rows[i].nearest) != 0 ||
            strcmp(fault->expected, fault_rows[i].expected) != 0)
            fail_msg("row %zu: %s line %d '%s' nearest '%s' expected '%s'", i,
                     fault_id(fault->code), fault->line, fault->word, fault->nearest,
                     fault->expected);
        fault_list_free(&faults);
    }
}

static void test_all_or_nothing(void **state)
{
    static struct settings before;
    struct settings settings;
    struct fault_list faults = {0};

    (void)state;
    memset(&before, 'x', sizeof before);
    memset(&settings, 'x', sizeof settings);
    assert_false(load("[office]\ncity = minoh\nlanguage = fr\n[card]\npad = maybe\n[lgo]\n", NULL,
                      &settings, &faults));
    assert_memory_equal(&settings, &before, sizeof before);
    assert_int_equal(faults.count, 4);
    assert_string_equal(faults.fault[0].word, "fr");
    assert_string_equal(faults.fault[1].word, "reader");
    assert_string_equal(faults.fault[2].word, "maybe");
    assert_string_equal(faults.fault[3].word, "lgo");
    fault_list_free(&faults);
}

static void test_long_text(void **state)
{
    static char text[2048];
    struct fault_list faults = {0};
    struct settings settings;

    (void)state;
    snprintf(text, sizeof text, "%swindow = %0128d\n", "[card]\nreader = R\n[office]\ncity = a\n",
             1);
    assert_false(load(text, NULL, &settings, &faults));
    assert_int_equal(faults.fault[0].code, FAULT_TEXT_TOO_LONG);
    assert_string_equal(faults.fault[0].expected, "127");
    fault_list_free(&faults);
}

static void test_paths(void **state)
{
    char out[64];

    (void)state;
    assert_true(settings_city_path("/d", "minoh", out, sizeof out));
    assert_string_equal(out, "/d/cities/minoh.ini");
    assert_true(settings_city_path("/d", "./my.ini", out, sizeof out));
    assert_string_equal(out, "./my.ini");
    assert_true(settings_data_path("/d", "holidays.ini", out, sizeof out));
    assert_string_equal(out, "/d/holidays.ini");
    assert_false(settings_city_path("/d", "minoh", out, 10));
    assert_false(settings_data_path("/d", "holidays.ini", out, 15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),       cmocka_unit_test(test_a_whole_file),
        cmocka_unit_test(test_faults),         cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_long_text),      cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
