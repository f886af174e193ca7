/*
 * Card generations as data: config/cards/NAME.ini into the struct that the card process is handed.
 *
 * The four PINs of the counter (sig auth juki kenmen) stand in this order; a generation may leave
 * out the last ones, and may have further PINs behind them.
 */
#ifndef CONFIG_CARD_PROFILE_H
#define CONFIG_CARD_PROFILE_H

#include "cardops/profile.h"
#include "config/faults.h"

/* False with at least one fault added, and nothing in `profile` to be used. */
bool card_profile_load(struct card_profile *profile, const char *path, struct fault_list *faults)
    __attribute__((warn_unused_result));

/* Pure: "AID EF CHANGE" in hexadecimal, as in the files. False: not of that form; `place` is then
 * undefined. */
bool card_place_parse(const char *text, struct card_place *place)
    __attribute__((warn_unused_result));

#endif
