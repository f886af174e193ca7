#include "tui/check_profile.h"

#include "config/city.h"
#include "config/settings.h"
#include "forms/rules/enumerate.h"
#include "tui/fault_lines.h"
#include "tui/place.h"
#include "tui/statement.h"
#include "tui/term/cells.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_SOUND, CHECK_UNSOUND, CHECK_UNREADABLE };

/* What was asked; without a language each city is spoken of in its office's own. */
struct request {
    const char *data;
    bool has_language;
    enum words_language language;
};

static enum words_language speech(const struct request *r, const struct city *city)
{
    if (r->has_language || city == NULL)
        return r->language;
    return city->profile.english ? WORDS_EN : WORDS_JA;
}

static void print_finding(enum words_language language, const struct city *city,
                          const struct finding *finding)
{
    char id[64], text[WORDS_TEXT_MAX];
    snprintf(id, sizeof id, "check.%s", finding_word(finding->kind));
    printf("%s: %s\n", city->profile.id, WORDS(language, id, text, finding->id));
    if (date_valid(finding->situation.at.date)) {
        printf("  explain --city %s ", city->profile.id);
        statement_print(&city->profile, &finding->situation, stdout);
    }
}

static int check_city(enum words_language language, const struct city *city)
{
    struct enumeration *result = calloc(1, sizeof *result);
    char tried[32], text[WORDS_TEXT_MAX];
    if (result == NULL)
        return CHECK_UNREADABLE;
    rules_enumerate(&city->national, &city->profile, result);
    for (size_t i = 0; i < result->count; i++)
        print_finding(language, city, &result->finding[i]);
    snprintf(tried, sizeof tried, "%" PRIu64, result->situations);
    printf("%s: %s\n", city->profile.id,
           WORDS(language, result->count == 0 ? "check.sound" : "check.unsound", text, tried));
    int code = result->count == 0 ? CHECK_SOUND : CHECK_UNSOUND;
    free(result);
    return code;
}

static int check_file(const struct request *r, const char *data, const char *file)
{
    struct fault_list faults = {0};
    struct city *city = city_load(data, file, &faults);
    int code = CHECK_UNREADABLE;
    if (city == NULL)
        fault_lines(speech(r, NULL), &faults, stderr);
    else
        code = check_city(speech(r, city), city);
    city_free(city);
    fault_list_free(&faults);
    return code;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static int not_understood(const struct request *r, const char *word)
{
    char text[WORDS_TEXT_MAX];
    fputs("madoguchi check: ", stderr);
    cells_print(stderr, WORDS(speech(r, NULL), "explain.unknown-nearest", text, word, "--data DIR, --language ja|en, FILE"));
    return CHECK_UNREADABLE;
}

static int usage(void)
{
    puts(words_say(WORDS_JA, "check.usage"));
    return CHECK_SOUND;
}

/* Options come before the files. The place of the first file, or 0 with the wrong word in *wrong. */
static int read_options(struct request *r, int argc, char **argv, const char **wrong)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at += 2) {
        const char *value = at + 1 < argc ? argv[at + 1] : "";
        *wrong = argv[at];
        if (strcmp(argv[at], "--data") == 0 && value[0] != '\0')
            r->data = value;
        else if (strcmp(argv[at], "--language") == 0 && words_language_parse(value, &r->language))
            r->has_language = true;
        else
            return 0;
    }
    return at;
}

int check_profile_main(int argc, char **argv, struct date today)
{
    char data[SETTINGS_PATH_SIZE], names[PLACE_CITIES][PLACE_CITY_SIZE];
    struct request request = {.language = WORDS_JA};
    const char *wrong = "";
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage();
    int code = CHECK_SOUND, first = read_options(&request, argc, argv, &wrong);
    (void)today;
    if (first == 0)
        return not_understood(&request, wrong);
    if (!place_data(request.data, getenv("MADOGUCHI_DATA"), data, sizeof data))
        return not_understood(&request, "--data");
    for (int i = first; i < argc; i++)
        code = worse(code, check_file(&request, data, argv[i]));
    size_t count = argc > first ? 0 : place_cities(data, names);
    for (size_t i = 0; i < count; i++)
        code = worse(code, check_file(&request, data, names[i]));
    return code;
}
