#include "tui/check_profile.h"

#include "config/city.h"
#include "config/settings.h"
#include "forms/rules/enumerate.h"
#include "tui/fault_lines.h"
#include "tui/place.h"
#include "tui/statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_SOUND, CHECK_UNSOUND, CHECK_UNREADABLE };

static void print_finding(const struct city *city, const struct finding *finding)
{
    char id[64], text[WORDS_TEXT_MAX];
    snprintf(id, sizeof id, "check.%s", finding_word(finding->kind));
    printf("%s: %s\n", city->profile.id, WORDS(WORDS_JA, id, text, finding->id));
    if (date_valid(finding->situation.at.date)) {
        printf("  explain --city %s ", city->profile.id);
        statement_print(&city->profile, &finding->situation, stdout);
    }
}

static int check_city(const struct city *city)
{
    struct enumeration *result = calloc(1, sizeof *result);
    char tried[32], text[WORDS_TEXT_MAX];
    if (result == NULL)
        return CHECK_UNREADABLE;
    rules_enumerate(&city->national, &city->profile, result);
    for (size_t i = 0; i < result->count; i++)
        print_finding(city, &result->finding[i]);
    snprintf(tried, sizeof tried, "%" PRIu64, result->situations);
    printf("%s: %s\n", city->profile.id,
           WORDS(WORDS_JA, result->count == 0 ? "check.sound" : "check.unsound", text, tried));
    int code = result->count == 0 ? CHECK_SOUND : CHECK_UNSOUND;
    free(result);
    return code;
}

static int check_file(const char *data, const char *file)
{
    struct fault_list faults = {0};
    struct city *city = city_load(data, file, &faults);
    int code = CHECK_UNREADABLE;
    if (city == NULL)
        fault_lines(WORDS_JA, &faults, stderr);
    else
        code = check_city(city);
    city_free(city);
    fault_list_free(&faults);
    return code;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

int check_profile_main(int argc, char **argv, struct date today)
{
    char data[SETTINGS_PATH_SIZE], names[PLACE_CITIES][PLACE_CITY_SIZE], text[WORDS_TEXT_MAX];
    const char *given = NULL;
    int first = 1, code = CHECK_SOUND;
    (void)today;
    if (argc > 2 && strcmp(argv[1], "--data") == 0) {
        given = argv[2];
        first = 3;
    }
    if (argc > first && argv[first][0] == '-') {
        fprintf(stderr, "madoguchi check: %s\n",
                WORDS(WORDS_JA, "explain.unknown-nearest", text, argv[first], "--data DIR, FILE"));
        return CHECK_UNREADABLE;
    }
    if (!place_data(given, getenv("MADOGUCHI_DATA"), data, sizeof data))
        return CHECK_UNREADABLE;
    for (int i = first; i < argc; i++)
        code = worse(code, check_file(data, argv[i]));
    size_t count = argc > first ? 0 : place_cities(data, names);
    for (size_t i = 0; i < count; i++)
        code = worse(code, check_file(data, names[i]));
    return code;
}
