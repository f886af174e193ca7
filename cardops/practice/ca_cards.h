/*
 * The stand's cards as the practice CA's register of residents: ca_settings.find for the stand.
 *
 * The holder of a card with an authentication PIN and no signature PIN is one who cannot have a signature
 * certificate (a ward; a child the CA sees by the birth date).
 */
#ifndef CARDOPS_PRACTICE_CA_CARDS_H
#define CARDOPS_PRACTICE_CA_CARDS_H

#include "cardops/practice/ca.h"

struct ca_cards {
    const char *stand;   /* the stand's directory: dates count from when the card was first opened */
    const char *files;   /* folder of the cards' ini files */
};

/* `context`: a struct ca_cards. */
bool ca_cards_find(void *context, const char *card_serial, struct ca_resident *resident);

#endif
