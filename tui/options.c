#include "tui/options.h"
#include "forms/rules/date.h"

#include <stddef.h>
#include <string.h>

#ifndef MADOGUCHI_CONFIG
#define MADOGUCHI_CONFIG "/etc/madoguchi/madoguchi.ini"
#endif

const struct options_row options_rows[] = {
    {"--config", "FILE", "option.config"}, {"--data", "DIR", "option.data"},
    {"--city", "CITY", "option.city"},     {"--language", "ja|en", "option.language"},
    {"--clock", "TIME", "option.clock"},   {"--help", NULL, "option.help"},
    {"--version", NULL, "option.version"},
};
const size_t options_row_count = sizeof options_rows / sizeof *options_rows;

/* Where each row's value goes, in the rows' order. */
static const size_t texts[] = {offsetof(struct options, config),  offsetof(struct options, data),
                               offsetof(struct options, city),    offsetof(struct options, language),
                               offsetof(struct options, clock)};
enum { ROW_HELP = sizeof texts / sizeof *texts };

static int row_of(const char *argument)
{
    for (size_t i = 0; i < options_row_count; i++) {
        if (strcmp(options_rows[i].name, argument) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* "2026-11-22T14:05" with ":30" or without, with "+" at its end or without; Japan is UTC+9. */
static bool clock_parse(const char *text, int64_t *out, bool *stands)
{
    enum { JAPAN = 9 * 3600, DAY = 24 * 3600, MINUTES_LENGTH = 16 };
    char minutes[MINUTES_LENGTH + 1] = "";
    struct moment moment;
    int seconds = 0;
    size_t length = strlen(text);
    *stands = length == 0 || text[length - 1] != '+';
    length -= *stands ? 0 : 1;
    memcpy(minutes, text, length < MINUTES_LENGTH ? length : MINUTES_LENGTH);
    if (moment_parse(minutes, &moment) != DATE_OK || moment.minute == MOMENT_NO_TIME) {
        return false;
    }
    if (length > MINUTES_LENGTH) {
        const char *tail = text + MINUTES_LENGTH;
        if (length != MINUTES_LENGTH + 3 || tail[0] != ':' || tail[1] < '0' || tail[1] > '5' || tail[2] < '0' ||
            tail[2] > '9') {
            return false;
        }
        seconds = (tail[1] - '0') * 10 + tail[2] - '0';
    }
    *out = (int64_t)date_to_days(moment.date) * DAY + moment.minute * 60 + seconds - JAPAN;
    return true;
}

const char *options_read(int argc, char *const argv[], struct options *out)
{
    *out = (struct options){.config = MADOGUCHI_CONFIG};
    for (int i = 1; i < argc; i++) {
        int row = row_of(argv[i]);
        if (row < 0) {
            return argv[i];
        }
        if (row >= ROW_HELP) {
            *(row == ROW_HELP ? &out->help : &out->version) = true;
            continue;
        }
        if (i + 1 >= argc) {
            return argv[i];
        }
        const char *value = argv[++i];
        memcpy((char *)out + texts[row], &value, sizeof value);
    }
    enum words_language language;
    if (out->language != NULL && !words_language_parse(out->language, &language)) {
        return out->language;
    }
    if (out->clock != NULL && !clock_parse(out->clock, &out->clock_at, &out->clock_stands)) {
        return out->clock;
    }
    return NULL;
}

void options_usage(FILE *out, enum words_language language)
{
    fprintf(out, "%s\n", words_say(language, "option.usage"));
    for (size_t i = 0; i < options_row_count; i++) {
        const char *argument = options_rows[i].argument;
        fprintf(out, "  %-11s %-6s %s\n", options_rows[i].name, argument != NULL ? argument : "",
                words_say(language, options_rows[i].help));
    }
}
