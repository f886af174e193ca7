#include "config/options.h"

#include "config/settings.h"

#define FIELD(member) .offset = offsetof(struct settings, member)
#define TEXT(member) FIELD(member), .size = sizeof(((struct settings *)NULL)->member)

const struct option_row option_rows[] = {
    {.section = "office", .key = "city", .type = OPTION_CITY, .needed = true,
     .help = "option-office-city", TEXT(office.city)},
    {.section = "office", .key = "office", .type = OPTION_TEXT, .help = "option-office-office",
     TEXT(office.office)},
    {.section = "office", .key = "window", .type = OPTION_TEXT, .value = "1",
     .help = "option-office-window", TEXT(office.window)},
    {.section = "office", .key = "language", .type = OPTION_CHOICE, .value = "ja",
     .choices = {"ja", "en"}, .help = "option-office-language", FIELD(office.language)},
    {.section = "office", .key = "data", .type = OPTION_PATH, .value = MADOGUCHI_DATADIR,
     .help = "option-office-data", TEXT(office.data)},

    {.section = "card", .key = "program", .type = OPTION_PATH,
     .value = MADOGUCHI_BINDIR "/madoguchi-card", .help = "option-card-program", TEXT(card.program)},
    {.section = "card", .key = "reader", .type = OPTION_TEXT, .needed = true,
     .help = "option-card-reader", TEXT(card.reader)},
    {.section = "card", .key = "authority", .type = OPTION_PATH, .help = "option-card-authority",
     TEXT(card.authority)},
    {.section = "card", .key = "authority-config", .type = OPTION_PATH,
     .help = "option-card-authority-config", TEXT(card.authority_config)},
    {.section = "card", .key = "pad", .type = OPTION_CHOICE, .value = "auto",
     .choices = {"auto", "off"}, .help = "option-card-pad", FIELD(card.pad)},
    {.section = "card", .key = "runtime", .type = OPTION_PATH, .help = "option-card-runtime",
     TEXT(card.runtime)},
    {.section = "card", .key = "resident-group", .type = OPTION_TEXT,
     .help = "option-card-resident-group", TEXT(card.resident_group)},

    {.section = "pin", .key = "way.sig", .type = OPTION_CHOICE, .value = "resident",
     .choices = {"resident"}, .help = "option-pin-way-sig", FIELD(pin.way[0])},
    {.section = "pin", .key = "way.auth", .type = OPTION_CHOICE, .value = "pad",
     .choices = {"resident", "pad"}, .help = "option-pin-way-auth", FIELD(pin.way[1])},
    {.section = "pin", .key = "way.juki", .type = OPTION_CHOICE, .value = "resident",
     .choices = {"resident", "pad"}, .help = "option-pin-way-juki", FIELD(pin.way[2])},
    {.section = "pin", .key = "way.kenmen", .type = OPTION_CHOICE, .value = "pad",
     .choices = {"resident", "pad"}, .help = "option-pin-way-kenmen", FIELD(pin.way[3])},

    {.section = "enrol", .key = "program", .type = OPTION_PATH,
     .value = MADOGUCHI_BINDIR "/madoguchi-enrol", .help = "option-enrol-program",
     TEXT(enrol.program)},
    {.section = "enrol", .key = "seconds", .type = OPTION_NUMBER, .value = "150", .least = 10,
     .most = 3600, .unit = "s", .help = "option-enrol-seconds", FIELD(enrol.seconds)},

    {.section = "ledger", .key = "kind", .type = OPTION_CHOICE, .value = "sqlite",
     .choices = {"sqlite", "postgresql"}, .help = "option-ledger-kind", FIELD(ledger.kind)},
    {.section = "ledger", .key = "path", .type = OPTION_PATH,
     .value = "/var/lib/madoguchi/ledger.db", .help = "option-ledger-path", TEXT(ledger.path)},
    {.section = "ledger", .key = "conninfo", .type = OPTION_TEXT, .help = "option-ledger-conninfo",
     TEXT(ledger.conninfo)},

    {.section = "paper", .key = "directory", .type = OPTION_PATH,
     .value = "/var/lib/madoguchi/paper", .help = "option-paper-directory", TEXT(paper.directory)},
    {.section = "paper", .key = "printer", .type = OPTION_TEXT, .help = "option-paper-printer",
     TEXT(paper.printer)},

    {.section = "screen", .key = "escape-delay", .type = OPTION_NUMBER, .value = "150", .least = 10,
     .most = 2000, .unit = "ms", .help = "option-screen-escape-delay",
     FIELD(screen.escape_delay)},
    {.section = "screen", .key = "ambiguous-width", .type = OPTION_CHOICE, .value = "narrow",
     .choices = {"narrow", "wide"}, .help = "option-screen-ambiguous-width",
     FIELD(screen.ambiguous_width)},
    {.section = "screen", .key = "colour", .type = OPTION_CHOICE, .value = "auto",
     .choices = {"auto", "never"}, .help = "option-screen-colour", FIELD(screen.colour)},

    {.section = "log", .key = "file", .type = OPTION_PATH, .help = "option-log-file",
     TEXT(log.file)},
    {.section = "log", .key = "level", .type = OPTION_CHOICE, .value = "warning",
     .choices = {"error", "warning", "info", "debug"}, .help = "option-log-level",
     FIELD(log.level)},
};

const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];
