/* 共通カード AP: serial, municipality and expiry of the card, and one half of 住民基本台帳用 (card.md 3.5). */
#include "cardops/practice/card_parts.h"

#include <stdio.h>

static bool is_my_number(const struct card_data *data)
{
    return data->kind == CARD_KIND_MY_NUMBER;
}

static bool record(struct practice_card *card, struct bytes *out)
{
    static const uint8_t head[] = {0x01, 0x1C};
    char digits[29], expires[9];
    day_digits(card->data.expires, expires);
    snprintf(digits, sizeof digits, "%.15s%.5s%.8s", card->data.serial, card->data.municipality,
             expires);
    return bytes_append(out, head, sizeof head) && bytes_append(out, digits, sizeof digits - 1);
}

static const struct card_file files[] = {
    {0x0001, FILE_RECORD, LOCK_FREE, LOCK_FREE, 0, record},
    {0x001C, FILE_SECRET, LOCK_FREE, LOCK_FREE, PRACTICE_PIN_JUKI_COMMON, NULL},
};

const struct card_application card_app_common = {
    .aid = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00},
    .aid_length = 10,
    .change_cla = 0x80,
    .change_ins = 0x32,
    .change_p1 = 0x00,
    .files = files,
    .file_count = sizeof files / sizeof files[0],
    .present = is_my_number,
};
