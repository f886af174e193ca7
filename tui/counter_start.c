#include "tui/counter_start.h"
#include "config/card_profile.h"
#include "tui/fault_lines.h"
#include "tui/place.h"
#include "tui/screens/messages.h"
#include "tui/term/cells.h"
#include "tui/term/term.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CANNOT_START = 2, GO_ON = -1 };

/* --- sentences on standard error --------------------------------------------------------------- */

static int refuse(const struct counter *c, const char *id, const char *first)
{
    char text[WORDS_TEXT_MAX];
    fputs("madoguchi: ", stderr);
    cells_print(stderr, WORDS(c->view.language, id, text, first));
    return CANNOT_START;
}

static int refuse_for(const struct counter *c, const struct message *message)
{
    const char *const ids[] = {message->happened, message->truth, message->act};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        refuse(c, ids[i], "");
    }
    return CANNOT_START;
}

/* --- settings and city ------------------------------------------------------------------------- */

static bool load(struct counter *c)
{
    const char *user_runtime = getenv("XDG_RUNTIME_DIR");
    char runtime[SETTINGS_PATH_SIZE], data[SETTINGS_PATH_SIZE] = "";
    snprintf(runtime, sizeof runtime, "%.400s/madoguchi", user_runtime != NULL ? user_runtime : "/run");
    bool given = c->options.data != NULL || getenv("MADOGUCHI_DATA") != NULL;
    if (given && !place_data(c->options.data, getenv("MADOGUCHI_DATA"), data, sizeof data)) {
        given = false;
    }
    struct settings_place place = {.data = given ? data : NULL, .runtime = runtime};
    settings_default(&place, &c->settings);
    if (!settings_load(c->options.config, &place, &c->settings, &c->faults)) {
        return false;
    }
    if (c->options.language == NULL) {
        c->view.language = c->settings.office.language == LANGUAGE_EN ? WORDS_EN : WORDS_JA;
    }
    const char *city = c->options.city != NULL ? c->options.city : c->settings.office.city;
    c->city = city_load(c->settings.office.data, city, &c->faults);
    return c->city != NULL;
}

static bool find_office(struct counter *c)
{
    c->view.situation.office = OFFICE_UNSTATED;
    if (c->settings.office.office[0] == '\0') {
        return true;
    }
    int office = profile_office(&c->city->profile, c->settings.office.office);
    c->view.situation.office = (int8_t)office;
    return office >= 0;
}

/* --- desk -------------------------------------------------------------------------------------- */

static void text(char *out, size_t size, const char *from)
{
    fault_text(out, size, from);
}

static uint32_t resident_group(const struct settings *settings)
{
    const struct group *group =
        settings->card.resident_group[0] != '\0' ? getgrnam(settings->card.resident_group) : NULL;
    return group != NULL ? (uint32_t)group->gr_gid : UINT32_MAX;
}

static bool card_settings(struct counter *c, struct card_settings *out)
{
    enum { ENTRY_SECONDS = 90 };
    const struct settings *settings = &c->settings;
    char path[SETTINGS_PATH_SIZE];
    *out = (struct card_settings){.log_level = (uint8_t)(settings->log.level > LEVEL_WARNING ? settings->log.level - 1 : 0),
                                  .use_pad = settings->card.pad != PAD_OFF,
                                  .entry_seconds = ENTRY_SECONDS,
                                  .resident_gid = resident_group(settings)};
    text(out->reader, sizeof out->reader, settings->card.reader);
    text(out->module, sizeof out->module, settings->card.authority);
    text(out->module_config, sizeof out->module_config, settings->card.authority_config);
    text(out->runtime, sizeof out->runtime, settings->card.runtime);
    text(out->window, sizeof out->window, settings->office.window);
    text(out->log, sizeof out->log, settings->log.file);
    return settings_data_path(settings->office.data, "cards/my-number.ini", path, sizeof path) &&
           card_profile_load(&out->profile, path, &c->faults);
}

/* The files are read again: what is recorded is what stands on the disk at the start. */
static bool origin(const struct counter *c, struct ledger_origin *out)
{
    const char *data = c->settings.office.data;
    const char *city = c->options.city != NULL ? c->options.city : c->settings.office.city;
    struct city_files files;
    text(out->unix_user, sizeof out->unix_user, c->view.clerk);
    text(out->window, sizeof out->window, c->settings.office.window);
    text(out->version, sizeof out->version, MADOGUCHI_VERSION);
    if (!city_files(data, city, &files)) {
        return false;
    }
    const char *const profile[] = {files.profile};
    const char *const shared[CITY_SHARED] = {files.shared[0], files.shared[1], files.shared[2]};
    return ledger_digest_files(profile, 1, out->profile_digest) &&
           ledger_digest_files(shared, CITY_SHARED, out->documents_digest);
}

static int open_ledger(struct counter *c)
{
    struct ledger_error why;
    enum ledger_fault fault = c->settings.ledger.kind == LEDGER_POSTGRESQL
                                  ? ledger_open_postgresql(&c->ledger, c->settings.ledger.conninfo, &why)
                                  : ledger_open_sqlite(&c->ledger, c->settings.ledger.path, &why);
    return fault == LEDGER_OK ? GO_ON : refuse_for(c, message_of_ledger(fault));
}

static int open_desk(struct counter *c)
{
    struct desk_settings settings = {.card_program = c->settings.card.program,
                                     .pcsc_socket = getenv("PCSCLITE_CSOCK_NAME"),
                                     .ledger = c->ledger,
                                     .second_key_below = 1,
                                     .enrol_program = c->settings.enrol.program,
                                     .enrol_seconds = (unsigned)c->settings.enrol.seconds};
    if (!card_settings(c, &settings.card)) {
        return CANNOT_START;
    }
    if (!origin(c, &settings.origin)) {
        return refuse(c, "start.digest", c->settings.office.data);
    }
    enum desk_fault fault = desk_open(&c->desk, &settings, counter_now(c));
    return fault == DESK_OK ? GO_ON : refuse_for(c, message_of_desk(fault));
}

/* --- view -------------------------------------------------------------------------------------- */

void view_desk(struct counter *c)
{
    c->view.desk = c->desk != NULL ? desk_view(c->desk) : &c->no_desk;
    c->view.practice |= c->view.desk->practice;
}

static void name_clerk(struct counter *c)
{
    const struct passwd *user = getpwuid(getuid());
    if (user != NULL) {
        text(c->view.clerk, sizeof c->view.clerk, user->pw_name);
    } else {
        snprintf(c->view.clerk, sizeof c->view.clerk, "%ld", (long)getuid());
    }
}

static void start_view(struct counter *c)
{
    static const uint32_t with_authority = 1U << PROCEDURE_RESET | 1U << PROCEDURE_RENEW | 1U << PROCEDURE_ISSUE;
    struct screen_view *view = &c->view;
    uint32_t all = (1U << PROCEDURES) - 1;
    view->procedures = c->settings.card.authority[0] != '\0' ? all : all & ~with_authority;
    view->national = &c->city->national;
    view->profile = &c->city->profile;
    view->reader = c->settings.card.reader;
    view->situation.visit = 1;
    view->step = -1;
}

static int start_terminal(struct counter *c)
{
    const char *no_colour = getenv("NO_COLOR"), *type = getenv("TERM");
    struct term_options options = {.escape_delay = c->settings.screen.escape_delay,
                                   .wide = c->settings.screen.ambiguous_width == WIDTH_WIDE,
                                   .plain = c->settings.screen.colour == COLOUR_NEVER ||
                                            (no_colour != NULL && *no_colour != '\0')};
    switch (term_open(&options)) {
    case TERM_OK:
        return GO_ON;
    case TERM_NOT_A_TERMINAL:
        return refuse(c, "start.terminal", "");
    case TERM_NOT_UTF8:
        return refuse(c, "start.not-utf8", "");
    case TERM_UNKNOWN:
        return refuse(c, "start.term", type != NULL ? type : "");
    case TERM_NO_MEMORY:
        break;
    }
    return refuse(c, "start.memory", "");
}

static int read_options(struct counter *c, int argc, char *const argv[])
{
    const char *wrong = options_read(argc, argv, &c->options);
    if (wrong != NULL) {
        return refuse(c, "start.option", wrong);
    }
    if (c->options.language != NULL && !words_language_parse(c->options.language, &c->view.language)) {
        return refuse(c, "start.option", c->options.language);
    }
    if (c->options.clock != NULL && !c->options.clock_stands) {
        c->clock_ahead = c->options.clock_at - (int64_t)time(NULL);
    }
    if (c->options.version) {
        puts("madoguchi " MADOGUCHI_VERSION);
        return 0;
    }
    if (c->options.help) {
        options_usage(stdout, c->view.language);
        return 0;
    }
    return GO_ON;
}

/* Faults of the files: all of them on standard error, and on a screen where there is one. */
static int show_faults(struct counter *c)
{
    fault_lines(c->view.language, &c->faults, stderr);
    c->view.faults = &c->faults;
    c->view.fault_line = fault_line;
    c->stack[0] = SCREEN_FAULTS;
    return start_terminal(c);
}

int counter_start(struct counter *c, int argc, char *const argv[])
{
    static const struct profile no_profile;
    c->view.language = WORDS_JA;
    c->view.profile = &no_profile;
    c->stack[0] = SCREEN_DESK;
    c->depth = 1;
    view_desk(c);
    int code = read_options(c, argc, argv);
    if (code != GO_ON) {
        return code;
    }
    name_clerk(c);
    const char *pad_key = getenv("MADOGUCHI_PAD_KEY");
    c->view.pad_key = pad_key != NULL && *pad_key != '\0' ? pad_key : NULL;
    if (!load(c)) {
        return show_faults(c);
    }
    if (!find_office(c)) {
        return refuse(c, "start.office", c->settings.office.office);
    }
    code = open_ledger(c);
    if (code == GO_ON) {
        start_view(c);
        code = open_desk(c);
    }
    if (fault_any(&c->faults)) {
        return show_faults(c);
    }
    return code == GO_ON ? start_terminal(c) : code;
}

void counter_end(struct counter *c)
{
    term_close();
    if (c->desk != NULL) {
        desk_close(&c->desk, counter_now(c));
    }
    if (c->ledger != NULL) {
        ledger_close(&c->ledger);
    }
    free(c->view.cases);
    city_free(c->city);
    fault_list_free(&c->faults);
}
