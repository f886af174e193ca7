/* The city loader on the shipped profiles and on bad ones: all faults at once, with line and
 * nearest word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/city.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/city-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/mihon.ini", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* A small sound profile; tests take lines away, change them or add some. */
static const char sound[] = "[city]\n"
                            "name.ja = 見本市\n"
                            "name.en = Mihon\n"
                            "page.ja = 再設定\n"
                            "page.en = Reset\n"
                            "date = 2026-04-01\n"
                            "source = mihon.txt\n"
                            "phone = 000-000-0000\n"
                            "phone-source = 40\n"
                            "[office.main]\n"
                            "name.ja = 市民課\n"
                            "name.en = Citizens\n"
                            "source = 3\n"
                            "[class.a]\n"
                            "name.ja = A\n"
                            "name.en = A\n"
                            "documents = drivers-licence passport\n"
                            "[need.card]\n"
                            "holder = resident\n"
                            "any.1 = my-number-card\n"
                            "text.ja = カード\n"
                            "text.en = Card\n"
                            "source = 10\n"
                            "[way.reset]\n"
                            "procedures = reset\n"
                            "presenters = resident\n"
                            "needs = card\n"
                            "text.ja = 即日\n"
                            "text.en = Same day\n"
                            "source = 9\n";

static void write_profile(const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* `sound` with the first `from` replaced by `to`, and `more` after it. */
static void write_changed(const char *from, const char *to, const char *more)
{
    char text[8192];
    const char *at = from[0] != '\0' ? strstr(sound, from) : sound + strlen(sound);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s%s", (int)(at - sound), sound, to, at + strlen(from),
             more);
    write_profile(text, strlen(text));
}

static struct city *load(struct fault_list *faults)
{
    *faults = (struct fault_list){0};
    return city_load("config", path, faults);
}

static const struct fault *find_fault(const struct fault_list *faults, enum fault_code code,
                                      const char *word)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->fault[i].code == code &&
            (word == NULL || strcmp(faults->fault[i].word, word) == 0))
            return &faults->fault[i];
    for (size_t i = 0; i < faults->count; i++)
        print_error("%s:%d [%s] %s %s %s\n", faults->fault[i].file, faults->fault[i].line,
                    faults->fault[i].section, faults->fault[i].key, fault_id(faults->fault[i].code),
                    faults->fault[i].word);
    fail_msg("no %s", fault_id(code));
    return NULL;
}

static void shipped_profiles_load(void **state)
{
    (void)state;
    static const char *const cities[] = {"minoh", "ibaraki", "tajimi", "kakogawa", "omihachiman"};
    for (size_t i = 0; i < 5; i++) {
        struct fault_list faults = {0};
        struct city *city = city_load("config", cities[i], &faults);
        assert_non_null(city);
        assert_string_equal(city->profile.id, cities[i]);
        assert_int_equal(faults.count, 0);
        city_free(city);
    }
}

static void small_profile_loads(void **state)
{
    (void)state;
    struct fault_list faults;
    write_changed("", "", "");
    struct city *city = load(&faults);
    assert_non_null(city);
    assert_string_equal(city->profile.ways[0].citation.source[PROCEDURE_RESET], "mihon.txt:9");
    assert_string_equal(city->profile.contact.source[0], "mihon.txt:40");
    city_free(city);
}

struct bad {
    const char *from, *to, *more;
    enum fault_code code;
    const char *word, *nearest;
    int line;
};

static const struct bad bad[] = {
    {"drivers-licence", "drivers-license", "", FAULT_UNKNOWN_WORD, "drivers-license",
     "drivers-licence", 17},
    {"holder = resident", "holder = residnet", "", FAULT_UNKNOWN_WORD, "residnet", "resident", 19},
    {"procedures = reset", "procedures = rest", "", FAULT_UNKNOWN_WORD, "rest", "reset", 25},
    {"needs = card", "needs = crad", "", FAULT_UNKNOWN_WORD, "crad", "card", 27},
    {"needs = card", "neds = card", "", FAULT_UNKNOWN_KEY, "neds", "needs", 27},
    {"[need.card]", "[ned.card]", "", FAULT_UNKNOWN_SECTION, NULL, NULL, 18},
    {"date = 2026-04-01", "date = 2026-02-30", "", FAULT_NOT_A_DATE, "2026-02-30", NULL, 6},
    {"name.en = Mihon\n", "", "", FAULT_MISSING_KEY, "name.en", NULL, 1},
    {"text.ja = カード\n", "", "", FAULT_MISSING_KEY, "text.ja", NULL, 18},
    {"any.1 = my-number-card", "any.1 = my-number-card sealed:ye", "", FAULT_UNKNOWN_WORD, "ye",
     "yes", 20},
    {"any.1 = my-number-card", "any.1 = my-number-card seled:yes", "", FAULT_UNKNOWN_WORD, "seled",
     "sealed", 20},
    {"any.1 = my-number-card", "any.1 = sealed:yes my-number-card", "", FAULT_UNKNOWN_WORD,
     "sealed:yes", NULL, 20},
    {"any.1 = my-number-card", "any.1 = passport issued:from-2012-02-30", "", FAULT_NOT_A_DATE,
     "2012-02-30", NULL, 20},
    {"any.1 = my-number-card", "any.1 = passport issued:within-x-months", "", FAULT_UNKNOWN_WORD,
     NULL, NULL, 20},
    {"source = 10", "source = 10\nunless.1 = wrad:yes", "", FAULT_UNKNOWN_WORD, "wrad", "ward", 24},
    {"source = 10", "source = 10\nunless.1 = ward:ys", "", FAULT_UNKNOWN_WORD, "ys", "yes", 24},
    {"source = 10", "source = ten", "", FAULT_NOT_A_NUMBER, "ten", NULL, 23},
    {"source = 10", "source = 10\nwaived-by = card", "", FAULT_CIRCLE, "card", NULL, 24},
    {"source = 9\n", "source = 9\nvisit = 2\n", "", FAULT_WRONG_ORDER, "2", NULL, 31},
    {"", "", "[rule.x]\nverdict = reroute\ntext.ja = x\ntext.en = x\nsource = 1\n", FAULT_NEEDS,
     "reroute", NULL, 32},
    {"", "", "[rule.x]\nverdict = rerout\nto = reset\ntext.ja = x\ntext.en = x\nsource = 1\n",
     FAULT_UNKNOWN_WORD, "rerout", "reroute", 32},
    {"", "", "[need.card]\nany.1 = passport\n", FAULT_DUPLICATE_SECTION, NULL, NULL, 31},
    {"name.ja = 見本市", "name.ja = 見本; 市", "", FAULT_CUT, NULL, NULL, 2},
};

static void each_fault_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault_list faults;
        write_changed(bad[i].from, bad[i].to, bad[i].more);
        assert_null(load(&faults));
        const struct fault *fault = find_fault(&faults, bad[i].code, bad[i].word);
        assert_int_equal(fault->line, bad[i].line);
        if (bad[i].nearest != NULL)
            assert_string_equal(fault->nearest, bad[i].nearest);
        fault_list_free(&faults);
    }
}

static void missing_sections(void **state)
{
    (void)state;
    struct fault_list faults;
    write_profile("[office.main]\n", 14);
    assert_null(load(&faults));
    find_fault(&faults, FAULT_MISSING_SECTION, "city");
    fault_list_free(&faults);
    write_changed("[way.reset]", "[rule.reset]", "");
    assert_null(load(&faults));
    find_fault(&faults, FAULT_MISSING_SECTION, "way.NAME");
    fault_list_free(&faults);
}

static void waivers_in_a_circle(void **state)
{
    (void)state;
    struct fault_list faults;
    write_changed(
        "source = 10", "source = 10\nwaived-by = other",
        "[need.other]\nany.1 = passport\nwaived-by = third\ntext.ja = x\ntext.en = x\nsource = 1\n"
        "[need.third]\nany.1 = passport\nwaived-by = card\ntext.ja = x\ntext.en = x\nsource = 1\n");
    assert_null(load(&faults));
    find_fault(&faults, FAULT_CIRCLE, "card");
    find_fault(&faults, FAULT_CIRCLE, "other");
    find_fault(&faults, FAULT_CIRCLE, "third");
    fault_list_free(&faults);
}

static void all_faults_at_once(void **state)
{
    (void)state;
    struct fault_list faults;
    write_changed("drivers-licence passport", "drivers-license pasport",
                  "[rule.x]\nverdict = refus\nwhen.1 = wrad:yes\ntext.ja = x\nsource = 1\n");
    assert_null(load(&faults));
    find_fault(&faults, FAULT_UNKNOWN_WORD, "drivers-license");
    find_fault(&faults, FAULT_UNKNOWN_WORD, "pasport");
    find_fault(&faults, FAULT_UNKNOWN_WORD, "refus");
    find_fault(&faults, FAULT_UNKNOWN_WORD, "wrad");
    find_fault(&faults, FAULT_MISSING_KEY, "text.en");
    fault_list_free(&faults);
}

static void bytes_and_long_lines(void **state)
{
    (void)state;
    struct fault_list faults;
    char long_line[1200] = "[city]\nname.ja = ";
    memset(long_line + 17, 'x', 1100);
    long_line[1117] = '\n';
    write_profile(long_line, 1118);
    assert_null(load(&faults));
    assert_int_equal(find_fault(&faults, FAULT_LINE_TOO_LONG, NULL)->line, 2);
    fault_list_free(&faults);
    write_profile("[city]\nname.ja = \xff\xfe\n", 20);
    assert_null(load(&faults));
    assert_int_equal(find_fault(&faults, FAULT_NOT_UTF8, NULL)->line, 2);
    fault_list_free(&faults);
    unlink(path);
    assert_null(load(&faults));
    find_fault(&faults, FAULT_NO_FILE, NULL);
    fault_list_free(&faults);
}

/* The worked example of madoguchi-city(5) is a profile as it stands there. */
static void the_manual_s_example_loads(void **state)
{
    (void)state;
    char line[1024], text[16384];
    size_t used = 0;
    bool examples = false, inside = false;
    FILE *page = fopen("man/madoguchi-city.5", "r");
    assert_non_null(page);
    while (fgets(line, sizeof line, page) != NULL) {
        examples = examples || strcmp(line, ".Sh EXAMPLES\n") == 0;
        if (inside && strncmp(line, ".Ed", 3) == 0)
            break;
        if (inside)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", line);
        inside = inside || (examples && strncmp(line, ".Bd", 3) == 0);
    }
    fclose(page);
    struct fault_list faults;
    write_profile(text, used);
    struct city *city = load(&faults);
    for (size_t i = 0; i < faults.count; i++)
        print_error("%d %s %s\n", faults.fault[i].line, fault_id(faults.fault[i].code),
                    faults.fault[i].word);
    assert_non_null(city);
    assert_int_equal(profile_presenter(&city->profile, "household"), PRESENTERS_COMMON);
    city_free(city);
}

/* Two windows may not answer to one name. */
static void a_name_of_two_offices(void **state)
{
    (void)state;
    struct fault_list faults;
    write_changed("", "",
                  "[office.annex]\nname.ja = 別館\nname.en = Annex\nalias.1 = 東館\n"
                  "alias.2 = 市民課\nsource = 2\n");
    assert_null(load(&faults));
    const struct fault *fault = find_fault(&faults, FAULT_CONFLICT, "市民課");
    assert_string_equal(fault->section, "office.annex");
    assert_string_equal(fault->key, "alias.2");
    assert_int_equal(faults.count, 1);
    fault_list_free(&faults);
}

static void files_of_a_city(void **state)
{
    (void)state;
    struct city_files files;
    assert_true(city_files("/data", "minoh", &files));
    assert_string_equal(files.profile, "/data/cities/minoh.ini");
    assert_string_equal(files.shared[0], "/data/documents.ini");
    assert_string_equal(files.shared[1], "/data/national.ini");
    assert_string_equal(files.shared[2], "/data/holidays.ini");
    assert_true(city_files("/data", "own.ini", &files));
    assert_string_equal(files.profile, "own.ini");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_profiles_load), cmocka_unit_test(small_profile_loads),
        cmocka_unit_test(each_fault_is_named),   cmocka_unit_test(missing_sections),
        cmocka_unit_test(waivers_in_a_circle),   cmocka_unit_test(all_faults_at_once),
        cmocka_unit_test(bytes_and_long_lines),  cmocka_unit_test(the_manual_s_example_loads),
        cmocka_unit_test(a_name_of_two_offices), cmocka_unit_test(files_of_a_city),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
