/*
 * 共通カード application: serial, municipality code and card expiry, readable without a PIN
 * (card.md 3.5).
 */
#ifndef CARDOPS_APPLET_COMMON_H
#define CARDOPS_APPLET_COMMON_H

#include "cardops/applet/channel.h"

struct common_record {
    char serial[CARD_SERIAL_MAX];
    char municipality[6];
    uint32_t expiry; /* YYYYMMDD */
};

/* Pure. False: not `01 1C` and 28 digits that end in a calendar date. */
bool common_record_parse(const uint8_t *at, size_t length, struct common_record *record)
    __attribute__((warn_unused_result));

/* Two commands, four where the card takes no short id. CARD_FOREIGN: no such application;
 * CARD_GARBLED: the record does not parse. */
enum card_code common_read(struct channel *c, struct common_record *record)
    __attribute__((warn_unused_result));

#endif
