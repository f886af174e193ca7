/*
 * The holiday table from config/holidays.ini.
 *
 *   [holidays]       from, until: the years for which the table is complete
 *   [holiday.NAME]   name (Japanese), name.en, source
 *     day = MM-DD          a fixed day, or
 *     month = 1..12, nth = 1..5, weekday = mon..sun
 *     from, until          years (until left out: still)
 *     year.YYYY = MM-DD [computed]   that year's own day (moved days, equinoxes, single holidays)
 */
#ifndef CONFIG_HOLIDAYS_H
#define CONFIG_HOLIDAYS_H

#include "config/faults.h"
#include "forms/rules/holiday.h"

/* False where faults were added; the table is then not to be used. */
bool holidays_load(const char *path, struct holiday_table *table, struct fault_list *faults);

#endif
