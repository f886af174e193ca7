/* 住基 AP: the other half of 住民基本台帳用 (card.md section 0). The old 住基カード has it too. */
#include "cardops/practice/card_parts.h"

static bool is_japanese(const struct card_data *data)
{
    return data->kind != CARD_KIND_FOREIGN;
}

static const struct card_file files[] = {
    {0x001C, FILE_SECRET, LOCK_FREE, LOCK_FREE, PRACTICE_PIN_JUKI, NULL},
};

const struct card_application card_app_juki = {
    .aid = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01},
    .aid_length = 10,
    .change_cla = 0x80,
    .change_ins = 0x32,
    .change_p1 = 0x00,
    .files = files,
    .file_count = sizeof files / sizeof files[0],
    .present = is_japanese,
};
