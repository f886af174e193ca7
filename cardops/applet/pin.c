#include "cardops/applet/pin.h"

#include "cardops/wire/sw.h"

#include <string.h>

enum { CURRENT_EF = 0x80, SHORT_ID_MAX = 0x1E };

void pin_query_parse(uint16_t sw, uint8_t *present, int8_t *tries)
{
    switch (sw_class(sw)) {
    case SW_CLASS_TRIES:
    case SW_CLASS_LOCKED:
    case SW_CLASS_OK:
        *present = CARD_YES;
        break;
    case SW_CLASS_NOT_FOUND:
        *present = CARD_NO;
        break;
    default:
        *present = CARD_UNKNOWN;
        break;
    }
    *tries = (int8_t)sw_tries(sw);
}

enum card_code pin_query(struct channel *c, const struct card_place *place, uint8_t *present,
                         int8_t *tries)
{
    bool by_short_id = place->ef > 0 && place->ef <= SHORT_ID_MAX;
    const struct apdu query = {.ins = 0x20,
                               .p2 = (uint8_t)(CURRENT_EF | (by_short_id ? place->ef : 0))};
    *present = CARD_UNKNOWN;
    *tries = -1;
    enum card_code code = channel_select(c, place->aid, place->aid_length);
    if (code == CARD_OK && c->sw == SW_OK && !by_short_id)
        code = channel_select_ef(c, place->ef);
    if (code == CARD_OK && c->sw == SW_OK)
        code = channel_send(c, &query, NULL);
    if (code == CARD_OK)
        pin_query_parse(c->sw, present, tries);
    return code;
}

enum card_code pin_select(struct channel *c, const struct card_place *place)
{
    enum card_code code = channel_select(c, place->aid, place->aid_length);
    if (code == CARD_OK && c->sw == SW_OK)
        code = channel_select_ef(c, place->ef);
    if (code != CARD_OK || c->sw == SW_OK)
        return code;
    return sw_class(c->sw) == SW_CLASS_NOT_FOUND ? CARD_PIN_ABSENT : CARD_REFUSED;
}

static const struct {
    uint16_t sw;
    enum card_code code;
} pad_words[] = {
    {SW_PAD_TIMEOUT, CARD_PAD_TIMEOUT},   {SW_PAD_CANCELLED, CARD_PAD_CANCELLED},
    {SW_PAD_MISMATCH, CARD_PAD_MISMATCH}, {SW_PAD_LENGTH, CARD_PAD_LENGTH},
    {SW_PAD_BLOCKED, CARD_PAD_BLOCKED},   {SW_PAD_STRUCTURE, CARD_PAD_STRUCTURE},
};

static enum card_code outcome(uint16_t sw, bool by_pad)
{
    for (size_t i = 0; by_pad && i < sizeof pad_words / sizeof pad_words[0]; i++)
        if (pad_words[i].sw == sw)
            return pad_words[i].code;
    switch (sw_class(sw)) {
    case SW_CLASS_OK:
        return CARD_OK;
    case SW_CLASS_TRIES:
        return CARD_PIN_WRONG;
    case SW_CLASS_LOCKED:
        return CARD_PIN_LOCKED;
    case SW_CLASS_NOT_FOUND:
        return CARD_PIN_ABSENT;
    default:
        return CARD_REFUSED;
    }
}

static enum card_code send_typed(struct channel *c, const uint8_t header[4],
                                 const struct bytes *typed)
{
    const struct apdu command = {header[0], header[1],     header[2], header[3],
                                 typed->at, typed->length, 0};
    struct bytes raw = {0}, answer = {0};
    enum card_code code = CARD_NO_MEMORY;
    if (bytes_locked(&raw, 5 + APDU_SHORT_DATA) && apdu_build(&raw, &command)) {
        c->at_stake = true;
        code = channel_send_raw(c, &raw, &answer);
    }
    bytes_free(&raw);
    bytes_free(&answer);
    return code;
}

static enum card_code send_by_pad(struct channel *c, const struct pinpad_entry *entry,
                                  enum pin_use use, const struct pin_pad *pad)
{
    struct bytes block = {0}, answer = {0};
    bool built = use == PIN_VERIFY ? pinpad_verify_block(&block, entry, &pad->manners)
                                   : pinpad_modify_block(&block, entry, &pad->manners);
    enum card_code code = CARD_PAD_STRUCTURE;
    if (built) {
        c->at_stake = true;
        code = channel_control(c, use == PIN_VERIFY ? pad->features.verify : pad->features.modify,
                               &block, &answer);
    }
    if (code == CARD_OK) {
        const uint8_t *last = answer.at + answer.length - 2;
        c->sw = (uint16_t)(last[0] << 8 | last[1]);
    }
    bytes_free(&block);
    bytes_free(&answer);
    return code;
}

enum card_code pin_send(struct channel *c, const struct card_pin_profile *pin, enum pin_use use,
                        const uint8_t header[4], struct pin_source source)
{
    enum card_code code;
    if (pin->minimum == 0 || pin->minimum > pin->maximum)
        return CARD_BAD_REQUEST;
    if (source.pad != NULL) {
        struct pinpad_entry entry = {
            .minimum = pin->minimum, .maximum = pin->maximum, .seconds = source.pad->seconds};
        memcpy(entry.header, header, sizeof entry.header);
        code = send_by_pad(c, &entry, use, source.pad);
    } else if (source.typed == NULL || source.typed->length < pin->minimum ||
               source.typed->length > pin->maximum) {
        return CARD_BAD_REQUEST;
    } else {
        code = send_typed(c, header, source.typed);
    }
    return code == CARD_OK ? outcome(c->sw, source.pad != NULL) : code;
}

void pin_verify_header(uint8_t header[4])
{
    memcpy(header, "\x00\x20\x00\x80", 4);
}

void pin_change_header(const struct card_place *place, uint8_t header[4])
{
    const uint8_t own[4] = {place->change_cla, place->change_ins, place->change_p1, CURRENT_EF};
    memcpy(header, own, sizeof own);
}
