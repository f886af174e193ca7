#include "cardops/applet/common.h"

#include "cardops/wire/sw.h"

#include <string.h>

enum { SFI = 0x01, BY_NUMBER = 0x04 };
enum {
    HEADER = 2,
    SERIAL = 15,
    MUNICIPALITY = 5,
    EXPIRY = 8,
    DIGITS = SERIAL + MUNICIPALITY + EXPIRY
};

static const uint8_t aid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00};

bool common_record_parse(const uint8_t *at, size_t length, struct common_record *record)
{
    if (length != HEADER + DIGITS || at[0] != 0x01 || at[1] != DIGITS)
        return false;
    const uint8_t *digits = at + HEADER;
    for (size_t i = 0; i < DIGITS; i++)
        if (digits[i] < '0' || digits[i] > '9')
            return false;
    *record = (struct common_record){0};
    memcpy(record->serial, digits, SERIAL);
    memcpy(record->municipality, digits + SERIAL, MUNICIPALITY);
    for (size_t i = SERIAL + MUNICIPALITY; i < DIGITS; i++)
        record->expiry = record->expiry * 10 + (uint32_t)(digits[i] - '0');
    uint32_t month = record->expiry / 100 % 100, day = record->expiry % 100;
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* By short id first; a card that wants the file selected (the form of the published readers) gets
 * that. */
static enum card_code read_record(struct channel *c, struct bytes *answer)
{
    struct apdu read = {
        .ins = 0xB2, .p1 = 0x01, .p2 = SFI << 3 | BY_NUMBER, .expected = APDU_SHORT_EXPECTED};
    enum card_code code = channel_send(c, &read, answer);
    if (code != CARD_OK || c->sw == SW_OK)
        return code;
    read.p2 = BY_NUMBER;
    code = channel_select_ef(c, SFI);
    if (code == CARD_OK && c->sw == SW_OK)
        code = channel_send(c, &read, answer);
    return code;
}

enum card_code common_read(struct channel *c, struct common_record *record)
{
    struct bytes answer = {0};
    enum card_code code = channel_select(c, aid, sizeof aid);
    if (code != CARD_OK)
        return code;
    if (c->sw != SW_OK)
        return sw_class(c->sw) == SW_CLASS_NOT_FOUND ? CARD_FOREIGN : CARD_REFUSED;
    code = read_record(c, &answer);
    if (code == CARD_OK && c->sw != SW_OK)
        code = CARD_REFUSED;
    if (code == CARD_OK && !common_record_parse(answer.at, answer.length, record))
        code = CARD_GARBLED;
    bytes_free(&answer);
    return code;
}
