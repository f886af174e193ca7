/*
 * Opening hours in a city profile: the ini form of forms/rules/hours.h.
 *
 * Sections (NAME is free; the section's whole name is the rule's id, shown with every answer):
 *
 *   [hours.NAME]     regular hours
 *   [opening.NAME]   an extra opening; the days it has beat regular hours and recurring closures
 *   [closure.NAME]   closed: recurring (beaten by openings) or with dates (beats everything)
 *   [booking.NAME]   when bookings for a day are taken
 *   [kiosk]          a store's kiosk after preparation in the app
 *
 * Keys of the first three; all that is stated must hold, what is left out holds for all:
 *
 *   offices     list of office ids
 *   procedures  list: change reset renew issue check
 *   presenters  list: resident parent guardian agent, and the profile's own
 *   days        list: mon tue wed thu fri sat sun holiday. In hours and openings a public holiday
 *               counts only where `holiday` is in the list; a closure does not care. Left out in
 *               hours: needs to be said. Left out in openings and closures: every day.
 *   nth         list: 1 2 3 4 5 last: only the nth such weekday of the month
 *   shift       0..6: the day so many days after (Sunday after the third Saturday: days = sat,
 *               nth = 3, shift = 1)
 *   yearly      MM-DD MM-DD: each year from the first to the second day, over the year's end too
 *   dates       list of YYYY-MM-DD, or the word `unknown`: the page says that there are such days
 *               and does not give them
 *   interval.N  YYYY-MM-DD YYYY-MM-DD, both included
 *   except.N    the same: the rule does not hold in these
 *   from until  YYYY-MM-DD: the rule holds from, until (included)
 *   hours       HH:MM HH:MM: opening and closing; a closing minute is closed already. Needed in
 *               hours and openings; in closures the whole day where left out. A break is two rules.
 *   booking     none (also where left out), first (booked visitors go first) or only
 *   source      lines of the city's page: MIN 57-61 (needed)
 *
 * [booking.NAME]: offices, opens-months-before, opens-day, opens-at HH:MM, closes-days-before,
 *   closes-at HH:MM, source.
 * [kiosk]: within-hours, hours HH:MM HH:MM, source.
 */
#ifndef CONFIG_CITY_HOURS_H
#define CONFIG_CITY_HOURS_H

#include "config/ini.h"
#include "forms/rules/hours.h"

/* The profile's words, at most HOURS_WORDS each; a word's place is its number in hours_query. */
struct city_words {
    struct ini_words offices;
    struct ini_words procedures;
    struct ini_words presenters;
};

/* Fills the table from all sections above; false where faults were added (the table is then not to
 * be used). Marks everything it knows as read. */
bool city_hours_load(struct ini *ini, const struct city_words *words, struct hours_table *table,
                     struct fault_list *faults);

#endif
