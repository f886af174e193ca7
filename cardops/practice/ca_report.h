/*
 * What the practice CA has done, read from its directory (ca.h), whether it runs or not.
 *
 *   issued [CARD]   one line a certificate, oldest first: seconds since the epoch, `sig` or `auth`, serial
 *                   number in hexadecimal, card=SERIAL; or those of one card
 *   revoked         one line a certificate: seconds since the epoch, KIND-GENERATION-SERIAL
 *   crl sig|auth    the newest authority's list, DER
 */
#ifndef CARDOPS_PRACTICE_CA_REPORT_H
#define CARDOPS_PRACTICE_CA_REPORT_H

#include "cardops/practice/ca.h"

#include <stdio.h>

/* Whether `word` is one of them. */
bool ca_report_known(const char *word);
/* `argument` may be NULL. CA_ANSWER: it does not fit; CA_STATE: there is nothing to read. */
enum ca_fault ca_report(const char *directory, const char *word, const char *argument, FILE *to)
    __attribute__((warn_unused_result));

#endif
