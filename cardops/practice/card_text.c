/*
 * 券面事項入力補助 AP: My Number and the four basic attributes as text (card.md 2.6, 3.5).
 *
 * The My Number of a practice card has a wrong check digit, so it can be nobody's.
 */
#include "cardops/practice/card_parts.h"

#include "cardops/wire/tlv.h"

#include <string.h>

static bool is_my_number(const struct card_data *data)
{
    return data->kind == CARD_KIND_MY_NUMBER;
}

static bool number(struct practice_card *card, struct bytes *out)
{
    return tlv_append(out, 0xFF10, card->state.secrets[REFERENCE_TEXT_A].value, 12);
}

/* FF20 { DF21 offsets, DF22 name, DF23 address, DF24 birth, DF25 sex }. */
static bool attributes(struct practice_card *card, struct bytes *out)
{
    char birth[9];
    day_digits(card->data.birth, birth);
    const struct {
        uint32_t tag;
        const void *value;
        size_t length;
    } rows[] = {
        {0xDF22, card->data.name, strlen(card->data.name)},
        {0xDF23, card->data.address, strlen(card->data.address)},
        {0xDF24, birth, 8},
        {0xDF25, &card->data.sex, 1},
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct bytes body = {0}, inner = {0};
    uint8_t offsets[2 * ROWS];
    bool ok = true;
    for (size_t i = 0; ok && i < ROWS; i++) {
        offsets[2 * i] = (uint8_t)(body.length >> 8);
        offsets[2 * i + 1] = (uint8_t)body.length;
        ok = tlv_append(&body, rows[i].tag, rows[i].value, rows[i].length);
    }
    ok = ok && tlv_append(&inner, 0xDF21, offsets, sizeof offsets) &&
         bytes_append(&inner, body.at, body.length) &&
         tlv_append(out, 0xFF20, inner.at, inner.length);
    bytes_free(&body);
    bytes_free(&inner);
    return ok;
}

static const struct card_file files[] = {
    {0x0001, FILE_BINARY, PRACTICE_PIN_KENMEN, REFERENCE_TEXT_A, 0, number},
    {0x0002, FILE_BINARY, PRACTICE_PIN_KENMEN, REFERENCE_TEXT_B, 0, attributes},
    {0x0011, FILE_SECRET, LOCK_FREE, LOCK_FREE, PRACTICE_PIN_KENMEN, NULL},
    {0x0012, FILE_SECRET, LOCK_FREE, LOCK_FREE, REFERENCE_TEXT_LOCKED, NULL},
    {0x0014, FILE_SECRET, LOCK_FREE, LOCK_FREE, REFERENCE_TEXT_A, NULL},
    {0x0015, FILE_SECRET, LOCK_FREE, LOCK_FREE, REFERENCE_TEXT_B, NULL},
};

const struct card_application card_app_text = {
    .aid = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08},
    .aid_length = 10,
    .change_cla = 0x00,
    .change_ins = 0x24,
    .change_p1 = 0x01,
    .files = files,
    .file_count = sizeof files / sizeof files[0],
    .present = is_my_number,
};
