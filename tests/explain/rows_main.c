/*
 * Judges the rows of a table in one process: what `madoguchi explain --json` answers, row by row.
 *
 *   rows CITY DATA
 *
 * A row on standard input is `OPTIONS<tab>REST`; each gives the answer (or, for words that are not
 * understood, the word, the nearest one and those known), and then `@@<tab>CODE<tab>REST<tab>OPTIONS`.
 */
#include "config/city.h"
#include "forms/rules/judge.h"
#include "tui/answer.h"
#include "tui/fault_lines.h"
#include "tui/statement.h"

#include <stdlib.h>
#include <string.h>

enum { NOT_UNDERSTOOD = 2 };

static int not_understood(const struct statement_fault *fault)
{
    printf("%s %s %s %s\n", fault->option, fault->word, fault->nearest, fault->known);
    return NOT_UNDERSTOOD;
}

/* `options` is taken apart. The day without --at is one on which every city's page is old. */
static int judge(const struct city *city, char *options)
{
    struct statement statement;
    struct verdict verdict;
    char *option;
    statement_begin(&statement, &city->profile, (struct date){2026, 11, 24});
    while ((option = strsep(&options, " ")) != NULL) {
        const char *value = strsep(&options, " ");
        if (strncmp(option, "--", 2) != 0 || value == NULL ||
            !statement_say(&statement, option + 2, value))
            return not_understood(&statement.fault);
    }
    if (!statement_end(&statement))
        return not_understood(&statement.fault);
    rules_judge(&city->national, &city->profile, &statement.situation, &verdict);
    const struct answer answer = {.profile = &city->profile,
                                  .verdict = &verdict,
                                  .procedure = statement.situation.procedure,
                                  .language = WORDS_JA};
    if (!answer_json(&answer, stdout))
        return NOT_UNDERSTOOD;
    return verdict_accepts(&verdict) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void judge_rows(const struct city *city)
{
    char *row = NULL, *options;
    size_t size = 0;
    while (getline(&row, &size, stdin) > 0) {
        char *rest = row;
        row[strcspn(row, "\n")] = '\0';
        options = strdup(strsep(&rest, "\t"));
        if (options == NULL || rest == NULL)
            exit(NOT_UNDERSTOOD);
        int code = judge(city, options);
        printf("\n@@\t%d\t%s\t%s\n", code, rest, row);
        free(options);
    }
    free(row);
}

int main(int argc, char **argv)
{
    struct fault_list faults = {0};
    struct city *city = argc == 3 ? city_load(argv[2], argv[1], &faults) : NULL;
    if (city != NULL)
        judge_rows(city);
    else
        fault_lines(WORDS_EN, &faults, stderr);
    fault_list_free(&faults);
    int code = city != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
    city_free(city);
    return code;
}
