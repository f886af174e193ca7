/*
 * What madoguchi.ini says, read all or nothing.
 *
 * settings_default() gives what holds with no file at all (explain and check need no more);
 * settings_load() reads a file on top of that through the one table of options (config/options.h).
 * Where it returns false, *out is untouched and the list holds every fault of the file at once.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "config/faults.h"

#define SETTINGS_PATH_SIZE 512
#define SETTINGS_NAME_SIZE 128
#define SETTINGS_PINS 4 /* sig, auth, juki, kenmen */

enum settings_language { LANGUAGE_JA, LANGUAGE_EN };
enum settings_pad { PAD_AUTO, PAD_OFF };
enum settings_ledger { LEDGER_SQLITE, LEDGER_POSTGRESQL };
enum settings_width { WIDTH_NARROW, WIDTH_WIDE };
enum settings_colour { COLOUR_AUTO, COLOUR_NEVER };
enum settings_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };
enum settings_way { WAY_RESIDENT, WAY_PAD };

/* Texts are empty where the option is not set. Choices are ints that hold the enum named. */
struct settings {
    struct {
        char city[SETTINGS_PATH_SIZE]; /* profile name, or a path if it has a slash */
        char office[SETTINGS_NAME_SIZE];
        char window[SETTINGS_NAME_SIZE];
        char data[SETTINGS_PATH_SIZE];
        int language; /* settings_language */
    } office;
    struct {
        char program[SETTINGS_PATH_SIZE];
        char reader[SETTINGS_NAME_SIZE];
        char authority[SETTINGS_PATH_SIZE];
        char authority_config[SETTINGS_PATH_SIZE];
        char runtime[SETTINGS_PATH_SIZE];
        char resident_group[SETTINGS_NAME_SIZE];
        int pad; /* settings_pad */
    } card;
    struct {
        int way[SETTINGS_PINS]; /* settings_way */
    } pin;
    struct {
        char program[SETTINGS_PATH_SIZE];
        int seconds;
    } enrol;
    struct {
        int kind; /* settings_ledger */
        char path[SETTINGS_PATH_SIZE];
        char conninfo[SETTINGS_PATH_SIZE];
    } ledger;
    struct {
        char directory[SETTINGS_PATH_SIZE];
        char printer[SETTINGS_NAME_SIZE];
    } paper;
    struct {
        int escape_delay;    /* ms */
        int ambiguous_width; /* settings_width */
        int colour;          /* settings_colour */
    } screen;
    struct {
        char file[SETTINGS_PATH_SIZE];
        int level; /* settings_level */
    } log;
};

/* What main knows and the file may leave out. Either may be NULL. */
struct settings_place {
    const char *data;    /* data directory given as an argument: wins over the file */
    const char *runtime; /* runtime directory that holds where the file names none */
};

void settings_default(const struct settings_place *place, struct settings *out);

bool settings_load(const char *path, const struct settings_place *place, struct settings *out,
                   struct fault_list *faults);

/* Path of the profile: city as it stands where it has a slash, else DATA/cities/CITY.ini. False
 * where it does not fit. */
bool settings_city_path(const char *data, const char *city, char *out, size_t size);

/* DATA/NAME, for documents.ini and holidays.ini. */
bool settings_data_path(const char *data, const char *name, char *out, size_t size);

#endif
