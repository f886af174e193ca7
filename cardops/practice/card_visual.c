/* 券面事項確認 AP: what is printed on the card, readable with the numbers printed on it (card.md 2.6). */
#include "cardops/practice/card_parts.h"

#include "cardops/wire/tlv.h"

static bool is_my_number(const struct card_data *data)
{
    return data->kind == CARD_KIND_MY_NUMBER;
}

static bool front(struct practice_card *card, struct bytes *out)
{
    char birth[9], expires[9];
    struct bytes inner = {0};
    day_digits(card->data.birth, birth);
    day_digits(card->data.expires, expires);
    bool ok = tlv_append(&inner, 0xDF22, birth, 8) &&
              tlv_append(&inner, 0xDF23, &card->data.sex, 1) &&
              tlv_append(&inner, 0xDF29, expires, 8) &&
              tlv_append(out, 0xFF20, inner.at, inner.length);
    bytes_free(&inner);
    return ok;
}

static bool birth_only(struct practice_card *card, struct bytes *out)
{
    char birth[9];
    day_digits(card->data.birth, birth);
    return tlv_append(out, 0xDF22, birth, 8);
}

static const struct card_file files[] = {
    {0x0002, FILE_BINARY, REFERENCE_VISUAL_B, REFERENCE_VISUAL_A, 0, front},
    {0x0004, FILE_BINARY, REFERENCE_VISUAL_BIRTH, REFERENCE_VISUAL_B, 0, birth_only},
    {0x0011, FILE_SECRET, LOCK_FREE, LOCK_FREE, REFERENCE_VISUAL_BIRTH, NULL},
    {0x0012, FILE_SECRET, LOCK_FREE, LOCK_FREE, REFERENCE_VISUAL_B, NULL},
    {0x0013, FILE_SECRET, LOCK_FREE, LOCK_FREE, REFERENCE_VISUAL_A, NULL},
};

const struct card_application card_app_visual = {
    .aid = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02},
    .aid_length = 10,
    .files = files,
    .file_count = sizeof files / sizeof files[0],
    .present = is_my_number,
};
