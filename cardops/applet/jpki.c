#include "cardops/applet/jpki.h"

#include "cardops/wire/sw.h"
#include "cardops/wire/tlv.h"

#include <string.h>

enum {
    SFI_TOKEN = 0x06,
    SFI_PRESENT = 0x08,
    LABEL = 32,
    PRESENT = 0x8F,
    CERTIFICATE_HEAD = 4,
};

static const uint8_t aid[] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};

static const struct {
    uint8_t certificate_sfi;
    uint16_t key_ef;
} files[2] = {
    [CARD_CERTIFICATE_SIG] = {0x01, 0x001A},
    [CARD_CERTIFICATE_AUTH] = {0x0A, 0x0017},
};

static enum card_code jpki_select(struct channel *c)
{
    enum card_code code = channel_select(c, aid, sizeof aid);
    if (code != CARD_OK || c->sw == SW_OK)
        return code;
    return sw_class(c->sw) == SW_CLASS_NOT_FOUND ? CARD_FOREIGN : CARD_REFUSED;
}

static enum card_code read_binary(struct channel *c, uint8_t p1, uint8_t p2, size_t expected,
                                  struct bytes *data)
{
    const struct apdu read = {.ins = 0xB0, .p1 = p1, .p2 = p2, .expected = expected};
    enum card_code code = channel_send(c, &read, data);
    if (code == CARD_OK && c->sw != SW_OK)
        return CARD_REFUSED;
    return code;
}

static enum card_code without_pin(const struct channel *c, enum card_code code)
{
    return code == CARD_REFUSED && c->sw == SW_NOT_VERIFIED ? CARD_PIN_FIRST : code;
}

enum jpki_token jpki_token_parse(const uint8_t *at, size_t length)
{
    static const struct {
        const char *label;
        enum jpki_token token;
    } labels[] = {
        {"JPKIAPICCTOKEN2", JPKI_TOKEN_MY_NUMBER},
        {"JPKIAPICCTOKEN", JPKI_TOKEN_OLD_JUKI},
    };
    size_t used = length < LABEL ? length : LABEL;
    while (used > 0 && (at[used - 1] == ' ' || at[used - 1] == '\0'))
        used--;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (used == strlen(labels[i].label) && memcmp(at, labels[i].label, used) == 0)
            return labels[i].token;
    return JPKI_TOKEN_UNKNOWN;
}

enum card_code jpki_read_token(struct channel *c, enum jpki_token *token)
{
    struct bytes data = {0};
    *token = JPKI_TOKEN_UNKNOWN;
    enum card_code code = jpki_select(c);
    if (code == CARD_OK)
        code = read_binary(c, 0x80 | SFI_TOKEN, 0, LABEL, &data);
    if (code == CARD_OK)
        *token = jpki_token_parse(data.at, data.length);
    bytes_free(&data);
    return code;
}

enum card_code jpki_read_present(struct channel *c, uint8_t present[2])
{
    struct bytes data = {0};
    present[0] = present[1] = CARD_UNKNOWN;
    enum card_code code = jpki_select(c);
    if (code == CARD_OK)
        code = read_binary(c, 0x80 | SFI_PRESENT, 0, 3, &data);
    for (size_t i = 0; code == CARD_OK && data.length >= 2 && i < 2; i++)
        present[i] = data.at[i] == PRESENT ? CARD_YES : CARD_NO;
    bytes_free(&data);
    return code == CARD_REFUSED ? CARD_OK : code;
}

static enum card_code read_rest(struct channel *c, size_t whole, struct bytes *der)
{
    struct bytes piece = {0};
    enum card_code code = CARD_OK;
    while (code == CARD_OK && der->length < whole) {
        size_t left = whole - der->length;
        size_t ask = left < APDU_SHORT_EXPECTED ? left : APDU_SHORT_EXPECTED;
        code =
            read_binary(c, (uint8_t)(der->length >> 8), (uint8_t)(der->length & 0xFF), ask, &piece);
        if (code == CARD_OK && (piece.length == 0 || piece.length > ask))
            code = CARD_GARBLED;
        if (code == CARD_OK && !bytes_append(der, piece.at, piece.length))
            code = CARD_NO_MEMORY;
    }
    bytes_free(&piece);
    return code;
}

static enum card_code read_head(struct channel *c, enum card_certificate which, struct bytes *der)
{
    enum card_code code = jpki_select(c);
    if (code == CARD_OK)
        code = read_binary(c, (uint8_t)(0x80 | files[which].certificate_sfi), 0, CERTIFICATE_HEAD,
                           der);
    return without_pin(c, code);
}

enum card_code jpki_ask_readable(struct channel *c, enum card_certificate which)
{
    struct bytes head = {0};
    enum card_code code = read_head(c, which, &head);
    bytes_free(&head);
    return code == CARD_REFUSED ? CARD_OK : code;
}

enum card_code jpki_read_certificate(struct channel *c, enum card_certificate which,
                                     struct bytes *der)
{
    bytes_truncate(der, 0);
    enum card_code code = read_head(c, which, der);
    if (code != CARD_OK)
        return code;
    if (der->length != CERTIFICATE_HEAD)
        return CARD_GARBLED;
    size_t whole = tlv_whole_length(der->at, der->length);
    if (der->at[0] != 0x30 || whole <= CERTIFICATE_HEAD)
        return CARD_NO_KEY;
    if (whole > CARD_BLOB_MAX)
        return CARD_GARBLED;
    return read_rest(c, whole, der);
}

enum card_code jpki_sign(struct channel *c, enum card_certificate which,
                         const struct bytes *digest_info, struct bytes *signature)
{
    const struct apdu sign = {
        0x80, 0x2A, 0x00, 0x80, digest_info->at, digest_info->length, APDU_SHORT_EXPECTED};
    enum card_code code = jpki_select(c);
    if (code == CARD_OK)
        code = channel_select_ef(c, files[which].key_ef);
    if (code == CARD_OK && c->sw == SW_OK)
        code = channel_send(c, &sign, signature);
    if (code == CARD_OK && c->sw != SW_OK)
        code = CARD_REFUSED;
    return without_pin(c, code);
}
