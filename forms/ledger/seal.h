/*
 * SHA-256 over typed fields, each with its length, so that no two different rows give the same
 * bytes. Private to forms/ledger.
 */
#ifndef FORMS_LEDGER_SEAL_H
#define FORMS_LEDGER_SEAL_H

#include "forms/ledger/row.h"

/* The seal of all sealed columns and items of `row`, in hexadecimal. False: no memory. */
bool seal_row(const struct ledger_row *row, char seal[LEDGER_SEAL_MAX])
    __attribute__((warn_unused_result));

#endif
