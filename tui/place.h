/*
 * Where the program's data is: profiles, documents, national rules, holidays.
 *
 * The first of: the argument, the environment's MADOGUCHI_DATA, config/ beside the folder of the
 * executable (a build inside the tree uses the tree's), the folder of the installation
 * (MADOGUCHI_DATADIR, from the Makefile's PREFIX), config/ where one stands (a build elsewhere).
 */
#ifndef TUI_PLACE_H
#define TUI_PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum { PLACE_CITIES = 64, PLACE_CITY_SIZE = 64 };

/* `given` and `environment` may be NULL. False where the path does not fit. */
bool place_data(const char *given, const char *environment, char *out, size_t size);

/* Names of the profiles in DATA/cities, in order of their names; how many. */
size_t place_cities(const char *data, char names[PLACE_CITIES][PLACE_CITY_SIZE]);

#endif
