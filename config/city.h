/*
 * Loads a city: its profile, the shared catalogue of documents, the national rules and the
 * holidays, all or nothing. Form of the files: madoguchi-city(5).
 *
 * city_load() reads DATA/documents.ini, DATA/national.ini, DATA/holidays.ini and the profile, adds
 * every fault of all of them at once to the list, and gives a city only where there is none.
 */
#ifndef CONFIG_CITY_H
#define CONFIG_CITY_H

#include "config/faults.h"
#include "config/settings.h"
#include "forms/rules/profile.h"

/* The files that a city is made of: its profile, and what it shares with every other. */
enum { CITY_SHARED = 3 };
struct city_files {
    char profile[SETTINGS_PATH_SIZE];
    char shared[CITY_SHARED][SETTINGS_PATH_SIZE]; /* documents.ini national.ini holidays.ini */
};

/* False where a path does not fit. The files need not be there. */
bool city_files(const char *data, const char *city, struct city_files *out)
    __attribute__((warn_unused_result));

struct city {
    struct profile profile;
    struct national national;
    struct city_text *texts; /* owns every id, name and text above */
};

/* `city` is a profile's name, or its path where it has a slash or ends in .ini. NULL with faults
 * added. */
struct city *city_load(const char *data, const char *city, struct fault_list *faults);
void city_free(struct city *city);

#endif
