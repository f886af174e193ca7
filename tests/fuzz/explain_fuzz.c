/* The words of `madoguchi explain`: OPTION, a blank, VALUE, one a line; what is understood is
 * judged. */
#include "config/city.h"
#include "forms/rules/judge.h"
#include "tui/statement.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct city *city;

static bool say(struct statement *statement, char *text)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *value = strchr(line, ' ');

        if (!value)
            return false;
        *value++ = '\0';
        if (!statement_say(statement, line, value))
            return false;
    }
    return statement_end(statement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct statement statement;
    static struct verdict verdict;
    struct fault_list faults = {0};
    char *text = malloc(size + 1);

    if (!city)
        city = city_load("config", "minoh", &faults);
    if (!city || !text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    statement_begin(&statement, &city->profile, (struct date){2026, 11, 20});
    if (say(&statement, text))
        rules_judge(&city->national, &city->profile, &statement.situation, &verdict);
    else if (statement.fault.code >= STATEMENT_CODES)
        abort();
    free(text);
    return 0;
}
