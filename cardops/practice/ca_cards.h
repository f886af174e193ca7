/*
 * The stand's cards as the practice CA's register of residents: ca_settings.find for the stand.
 *
 * The holder of a card with an authentication PIN and no signature PIN is one who cannot have a signature
 * certificate (a ward; a child the CA sees by the birth date).
 */
#ifndef CARDOPS_PRACTICE_CA_CARDS_H
#define CARDOPS_PRACTICE_CA_CARDS_H

#include "cardops/practice/ca.h"
#include "cardops/practice/card_data.h"

/* `context`: the stand's directory, a const char *. Every card that was ever opened there is found. */
bool ca_cards_find(void *context, const char *card_serial, struct ca_resident *resident);

/* What the register says of the holder of that card. */
void ca_cards_describe(const struct card_data *data, struct ca_resident *resident);

#endif
