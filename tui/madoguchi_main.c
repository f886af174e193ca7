/*
 * madoguchi: the clerk's screens, or a subcommand of the table. The clock is read here and nowhere below.
 */
#include "tui/check_profile.h"
#include "tui/counter.h"
#include "tui/explain.h"
#include "tui/term/cells.h"
#include "tui/terminal.h"
#include "tui/words/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_NOT_UNDERSTOOD = 2, JAPAN_HOURS_AHEAD = 9 };

/* The day in Japan, whatever the machine's time zone. */
static struct date today(void)
{
    time_t now = time(NULL) + JAPAN_HOURS_AHEAD * 3600;
    struct tm day;
    gmtime_r(&now, &day);
    return (struct date){day.tm_year + 1900, day.tm_mon + 1, day.tm_mday};
}

static int help(int argc, char **argv, struct date day);

static int version(int argc, char **argv, struct date day)
{
    (void)argc, (void)argv, (void)day;
    printf("madoguchi %s\n", MADOGUCHI_VERSION);
    return EXIT_SUCCESS;
}

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv, struct date day);
    const char *help; /* id of the sentence */
} commands[] = {
    {"explain", explain_main, "command.explain"},
    {"check", check_profile_main, "command.check"},
    {"terminal", terminal_main, "command.terminal"},
    {"help", help, "command.help"},
    {"version", version, "command.version"},
};

static int help(int argc, char **argv, struct date day)
{
    (void)argc, (void)argv, (void)day;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        printf("madoguchi %-8s %s\n", commands[i].name, words_say(WORDS_JA, commands[i].help));
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 1 || argv[1][0] == '-')
        return counter_main(argc, argv);
    const char *name = argv[1];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1, today());
    char text[WORDS_TEXT_MAX];
    fputs("madoguchi: ", stderr);
    cells_print(stderr, WORDS(WORDS_JA, "explain.unknown-nearest", text, name, "explain check terminal help version"));
    return EXIT_NOT_UNDERSTOOD;
}
