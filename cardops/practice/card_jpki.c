/* JPKI AP: two keys, their certificates and PINs, the token information (card.md section 3). */
#include "cardops/practice/card_parts.h"

#include <stdio.h>
#include <string.h>

static bool is_japanese(const struct card_data *data)
{
    return data->kind != CARD_KIND_FOREIGN;
}

/* The file is larger than the certificate: filler behind it, or nothing but filler. */
static bool filler_append(struct bytes *out)
{
    while (out->length < PRACTICE_CERTIFICATE_ROOM)
        if (!bytes_append_byte(out, 0xFF))
            return false;
    return true;
}

static bool certificate_file(struct practice_card *card, int key, struct bytes *out)
{
    if (card->state.keys[key].current && !card_certificate(card, key, out))
        return false;
    return filler_append(out);
}

static bool sig_certificate(struct practice_card *card, struct bytes *out)
{
    return certificate_file(card, CARD_KEY_SIG, out);
}

static bool auth_certificate(struct practice_card *card, struct bytes *out)
{
    return certificate_file(card, CARD_KEY_AUTH, out);
}

static bool sig_ca(struct practice_card *card, struct bytes *out)
{
    return card_ca_certificate(card, CARD_KEY_SIG, out) && filler_append(out);
}

static bool auth_ca(struct practice_card *card, struct bytes *out)
{
    return card_ca_certificate(card, CARD_KEY_AUTH, out) && filler_append(out);
}

/* A PKCS#11 token-info record of 160 bytes, integers big-endian (card.md 3.1). */
static bool token_information(struct practice_card *card, struct bytes *out)
{
    static const uint8_t numbers[44] = {
        0x00, 0x00, 0x04, 0x0D, /* flags */
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, /* sessions: not told */
        0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x06, /* longest and shortest PIN */
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, /* memory: not told */
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x01, 0x00, 0x01, 0x00, /* hardware and firmware versions */
        0xFF, 0xFF, 0xFF, 0xFF,
    };
    const char *label = card->data.kind == CARD_KIND_JUKI ? "JPKIAPICCTOKEN" : "JPKIAPICCTOKEN2";
    char text[97];
    snprintf(text, sizeof text, "%-32s%-32s%-16s%-16s", label, "madoguchi practice", "PRACTICE",
             card->data.serial);
    return bytes_append(out, text, 96) && bytes_append(out, numbers, sizeof numbers) &&
           bytes_append(out, "9999999999999999", 16) && bytes_append(out, "\0\0\0\0", 4);
}

/* Byte 0 signature, byte 1 user authentication: 8F present. */
static bool presence(struct practice_card *card, struct bytes *out)
{
    const uint8_t bytes[3] = {
        card->state.keys[CARD_KEY_SIG].current ? 0x8F : 0x00,
        card->state.keys[CARD_KEY_AUTH].current ? 0x8F : 0x00,
        0x00,
    };
    return bytes_append(out, bytes, sizeof bytes);
}

static const struct card_file files[] = {
    {0x0001, FILE_BINARY, PRACTICE_PIN_SIG, LOCK_FREE, 0, sig_certificate},
    {0x0002, FILE_BINARY, LOCK_FREE, LOCK_FREE, 0, sig_ca},
    {0x0006, FILE_BINARY, LOCK_FREE, LOCK_FREE, 0, token_information},
    {0x0008, FILE_BINARY, LOCK_FREE, LOCK_FREE, 0, presence},
    {0x000A, FILE_BINARY, LOCK_FREE, LOCK_FREE, 0, auth_certificate},
    {0x000B, FILE_BINARY, LOCK_FREE, LOCK_FREE, 0, auth_ca},
    {0x0017, FILE_KEY, PRACTICE_PIN_AUTH, LOCK_FREE, CARD_KEY_AUTH, NULL},
    {0x0018, FILE_SECRET, LOCK_FREE, LOCK_FREE, PRACTICE_PIN_AUTH, NULL},
    {0x001A, FILE_KEY, PRACTICE_PIN_SIG, LOCK_FREE, CARD_KEY_SIG, NULL},
    {0x001B, FILE_SECRET, LOCK_FREE, LOCK_FREE, PRACTICE_PIN_SIG, NULL},
    {PRACTICE_PENDING | 0x01, FILE_PENDING, LOCK_FREE, LOCK_FREE, CARD_KEY_SIG, NULL},
    {PRACTICE_PENDING | 0x0A, FILE_PENDING, LOCK_FREE, LOCK_FREE, CARD_KEY_AUTH, NULL},
    {PRACTICE_PENDING | 0x17, FILE_PENDING, LOCK_FREE, LOCK_FREE, CARD_KEY_AUTH, NULL},
    {PRACTICE_PENDING | 0x1A, FILE_PENDING, LOCK_FREE, LOCK_FREE, CARD_KEY_SIG, NULL},
};

const struct card_application card_app_jpki = {
    .aid = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
    .aid_length = 10,
    .change_cla = 0x00,
    .change_ins = 0x24,
    .change_p1 = 0x01,
    .files = files,
    .file_count = sizeof files / sizeof files[0],
    .present = is_japanese,
};
