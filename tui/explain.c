#include "tui/explain.h"

#include "config/city.h"
#include "config/settings.h"
#include "forms/rules/judge.h"
#include "tui/answer.h"
#include "tui/fault_lines.h"
#include "tui/place.h"
#include "tui/statement.h"
#include "tui/term/cells.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_NOT_UNDERSTOOD = 2, SAID_MAX = 192 };

/* The options that speak of the case, kept until the profile is loaded that knows their words. */
struct said {
    const char *option, *value;
};

struct request {
    const char *city, *data, *language;
    bool json, offices;
    struct said said[SAID_MAX];
    size_t count;
    enum words_language speak; /* the office's language, once known */
};

enum {
    OPTION_SAID = 1,
    OPTION_CITY_NAME,
    OPTION_DATA,
    OPTION_LANGUAGE,
    OPTION_JSON,
    OPTION_OFFICES,
    OPTION_HELP
};

static const struct option options[] = {
    {"city", required_argument, NULL, OPTION_CITY_NAME},
    {"procedure", required_argument, NULL, OPTION_SAID},
    {"presenter", required_argument, NULL, OPTION_SAID},
    {"visit", required_argument, NULL, OPTION_SAID},
    {"office", required_argument, NULL, OPTION_SAID},
    {"pin", required_argument, NULL, OPTION_SAID},
    {"at", required_argument, NULL, OPTION_SAID},
    {"fact", required_argument, NULL, OPTION_SAID},
    {"doc", required_argument, NULL, OPTION_SAID},
    {"data", required_argument, NULL, OPTION_DATA},
    {"language", required_argument, NULL, OPTION_LANGUAGE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"offices", no_argument, NULL, OPTION_OFFICES},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static int complain(enum words_language language, const char *id, const char *word,
                    const char *other, const char *third)
{
    char text[WORDS_TEXT_MAX];
    fputs("madoguchi explain: ", stderr);
    cells_print(stderr, WORDS(language, id, text, word, other, third));
    return EXIT_NOT_UNDERSTOOD;
}

/* --- options --------------------------------------------------------------------------------- */

static int unknown_option(const char *given)
{
    const char *names[sizeof options / sizeof options[0]];
    size_t count = 0;
    for (; options[count].name != NULL; count++)
        names[count] = options[count].name;
    const char *bare = given + strspn(given, "-");
    for (size_t i = 0; i < count; i++)
        if (strcmp(bare, names[i]) == 0)
            return complain(WORDS_JA, "explain.no-value", given, "", "");
    const char *nearest = fault_nearest(bare, names, count);
    char near[64] = "";
    if (nearest != NULL)
        snprintf(near, sizeof near, "--%s", nearest);
    return complain(WORDS_JA, nearest != NULL ? "explain.unknown-nearest" : "explain.unknown",
                    given, near, "");
}

static bool take_option(struct request *r, int kind, const char *name, const char *value)
{
    switch (kind) {
    case OPTION_CITY_NAME:
        r->city = value;
        break;
    case OPTION_DATA:
        r->data = value;
        break;
    case OPTION_LANGUAGE:
        r->language = value;
        break;
    case OPTION_JSON:
        r->json = true;
        break;
    case OPTION_OFFICES:
        r->offices = true;
        break;
    default:
        if (r->count == SAID_MAX)
            return false;
        r->said[r->count++] = (struct said){name, value};
    }
    return true;
}

/* 0 to go on, else the exit code. */
static int read_options(struct request *r, int argc, char **argv)
{
    int kind, index = 0;
    opterr = 0;
    optind = 1;
    while ((kind = getopt_long(argc, argv, "", options, &index)) != -1) {
        if (kind == '?')
            return unknown_option(argv[optind - 1]);
        if (kind == OPTION_HELP) {
            printf("%s\n", words_say(WORDS_JA, "explain.usage"));
            exit(EXIT_SUCCESS);
        }
        if (!take_option(r, kind, options[index].name, optarg))
            return complain(WORDS_JA, "explain.too-many", options[index].name, "", "");
    }
    if (optind < argc)
        return unknown_option(argv[optind]);
    if (r->city == NULL)
        return complain(WORDS_JA, "explain.missing-option", "--city", "", "");
    if (r->language != NULL && !words_language_parse(r->language, &r->speak))
        return complain(WORDS_JA, "explain.unknown-nearest", r->language, "ja", "");
    return 0;
}

/* --- the city -------------------------------------------------------------------------------- */

static bool is_path(const char *city)
{
    return strchr(city, '/') != NULL || strstr(city, ".ini") != NULL;
}

/* No profile of that name: the nearest one that is there. */
static int unknown_city(const struct request *r, const char *data)
{
    char names[PLACE_CITIES][PLACE_CITY_SIZE];
    const char *known[PLACE_CITIES];
    size_t count = place_cities(data, names);
    for (size_t i = 0; i < count; i++)
        known[i] = names[i];
    const char *nearest = fault_nearest(r->city, known, count);
    return complain(r->speak, nearest != NULL ? "explain.unknown-nearest" : "explain.unknown",
                    r->city, nearest != NULL ? nearest : "", "");
}

static struct city *load_city(struct request *r, const char *data, int *code)
{
    struct fault_list faults = {0};
    struct city *city = city_load(data, r->city, &faults);
    *code = EXIT_NOT_UNDERSTOOD;
    bool absent = faults.count == 1 && faults.fault[0].code == FAULT_NO_FILE && !is_path(r->city);
    if (absent)
        unknown_city(r, data);
    else if (city == NULL)
        fault_lines(r->speak, &faults, stderr);
    fault_list_free(&faults);
    return city;
}

/* --- the verdict ----------------------------------------------------------------------------- */

static const char *const statement_sentences[STATEMENT_CODES] = {
    [STATEMENT_UNKNOWN_WORD] = "explain.unknown",
    [STATEMENT_NOT_A_DATE] = "explain.not-a-date",
    [STATEMENT_NOT_A_NUMBER] = "explain.not-a-number",
    [STATEMENT_NO_VALUE] = "explain.no-value",
    [STATEMENT_MISSING] = "explain.missing-option",
    [STATEMENT_CONTRADICTION] = "explain.contradiction",
    [STATEMENT_TOO_MANY] = "explain.too-many",
};

static int not_understood(const struct request *r, const struct statement_fault *fault)
{
    const char *id = statement_sentences[fault->code];
    if (fault->code == STATEMENT_UNKNOWN_WORD && fault->nearest[0] != '\0')
        id = "explain.unknown-nearest";
    char word[2 * FAULT_WORD_SIZE], text[WORDS_TEXT_MAX];
    snprintf(word, sizeof word, "%s%s%s", fault->option, fault->option[0] != '\0' ? " " : "",
             fault->word);
    complain(r->speak, id, word, fault->nearest, "");
    if (fault->known[0] != '\0')
        cells_print(stderr, WORDS(r->speak, "explain.known", text, fault->known));
    return EXIT_NOT_UNDERSTOOD;
}

static int list_offices(const struct request *r, const struct city *city)
{
    if (r->json)
        return answer_offices_json(&city->profile, r->speak, stdout) ? EXIT_SUCCESS
                                                                     : EXIT_NOT_UNDERSTOOD;
    for (size_t i = 0; i < city->profile.office_count; i++) {
        const struct office *office = &city->profile.offices[i];
        printf("%s\t%s\n", office->id, r->speak == WORDS_EN ? office->name.en : office->name.ja);
    }
    return EXIT_SUCCESS;
}

static int judge(const struct request *r, const struct city *city, struct date today)
{
    struct statement statement;
    struct verdict verdict;
    statement_begin(&statement, &city->profile, today);
    for (size_t i = 0; i < r->count; i++)
        if (!statement_say(&statement, r->said[i].option, r->said[i].value))
            return not_understood(r, &statement.fault);
    if (!statement_end(&statement))
        return not_understood(r, &statement.fault);
    rules_judge(&city->national, &city->profile, &statement.situation, &verdict);
    const struct answer answer = {
        .profile = &city->profile,
        .verdict = &verdict,
        .procedure = statement.situation.procedure,
        .language = r->speak,
    };
    if (!r->json)
        answer_text(&answer, stdout);
    else if (!answer_json(&answer, stdout))
        return EXIT_NOT_UNDERSTOOD;
    return verdict_accepts(&verdict) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int explain_main(int argc, char **argv, struct date today)
{
    struct request request = {.speak = WORDS_JA};
    char data[SETTINGS_PATH_SIZE];
    int code = read_options(&request, argc, argv);
    if (code != 0)
        return code;
    if (!place_data(request.data, getenv("MADOGUCHI_DATA"), data, sizeof data))
        return complain(request.speak, "explain.too-many", "--data", "", "");
    struct city *city = load_city(&request, data, &code);
    if (city == NULL)
        return code;
    if (request.language == NULL)
        request.speak = city->profile.english ? WORDS_EN : WORDS_JA;
    code = request.offices ? list_offices(&request, city) : judge(&request, city, today);
    city_free(city);
    return code;
}
