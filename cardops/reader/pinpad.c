#include "cardops/reader/pinpad.h"

#include <string.h>

enum {
    FEATURE_VERIFY = 0x06,
    FEATURE_MODIFY = 0x07,
    FEATURE_TLV = 0x12,
    PROPERTY_MINIMUM = 0x06,
    PROPERTY_MAXIMUM = 0x07,
    PROPERTY_FIRMWARE = 0x08,
    PROPERTY_VENDOR = 0x0B,
    PROPERTY_PRODUCT = 0x0C,
    FORMAT_ASCII_BYTES = 0x82,
    BLOCK_MAX = 15,
    ENTER_KEY = 0x02,
    CONFIRM_NEW_ONLY = 0x01,
    JAPANESE = 0x0411,
};

bool pinpad_features_parse(const uint8_t *at, size_t length, struct pinpad_features *f)
{
    *f = (struct pinpad_features){0};
    if (length % 6 != 0)
        return false;
    for (size_t i = 0; i < length; i += 6) {
        uint32_t code = (uint32_t)at[i + 2] << 24 | (uint32_t)at[i + 3] << 16 |
                        (uint32_t)at[i + 4] << 8 | at[i + 5];
        if (at[i + 1] != 4) {
            *f = (struct pinpad_features){0};
            return false;
        }
        if (at[i] == FEATURE_VERIFY)
            f->verify = code;
        else if (at[i] == FEATURE_MODIFY)
            f->modify = code;
        else if (at[i] == FEATURE_TLV)
            f->tlv = code;
    }
    return true;
}

static uint16_t little_endian(const uint8_t *at, size_t length)
{
    if (length != 2)
        return 0;
    return (uint16_t)(at[0] | at[1] << 8);
}

static void copy_text(char *out, size_t room, const uint8_t *at, size_t length)
{
    size_t used = 0;
    for (; used < length && used + 1 < room; used++)
        out[used] = at[used] >= 0x20 && at[used] < 0x7F ? (char)at[used] : '?';
    out[used] = '\0';
}

bool pinpad_properties_parse(const uint8_t *at, size_t length, struct pinpad_properties *p)
{
    *p = (struct pinpad_properties){0};
    while (length > 0) {
        if (length < 2 || at[1] > length - 2)
            return false;
        const uint8_t *value = at + 2;
        size_t size = at[1];
        switch (at[0]) {
        case PROPERTY_MINIMUM:
            p->minimum = size == 1 ? value[0] : 0;
            break;
        case PROPERTY_MAXIMUM:
            p->maximum = size == 1 ? value[0] : 0;
            break;
        case PROPERTY_FIRMWARE:
            copy_text(p->firmware, sizeof p->firmware, value, size);
            break;
        case PROPERTY_VENDOR:
            p->vendor = little_endian(value, size);
            break;
        case PROPERTY_PRODUCT:
            p->product = little_endian(value, size);
            break;
        default:
            break;
        }
        at += 2 + size;
        length -= 2 + size;
    }
    return true;
}

bool pinpad_can_take(const struct pinpad_properties *p, const struct pinpad_manners *m,
                     uint8_t digits)
{
    uint8_t least = p->minimum > m->minimum ? p->minimum : m->minimum;
    uint8_t most = p->maximum;
    if (m->maximum != 0 && (most == 0 || m->maximum < most))
        most = m->maximum;
    return digits > 0 && digits >= least && (most == 0 || digits <= most);
}

static bool entry_is_sane(const struct pinpad_entry *e)
{
    return e->minimum > 0 && e->minimum <= e->maximum && e->maximum <= BLOCK_MAX;
}

/* The command the pad completes; where the length is fixed, its room is filled for readers that
 * want it whole. */
static bool append_template(struct bytes *out, const struct pinpad_entry *e)
{
    bool fixed = e->minimum == e->maximum;
    if (!bytes_append(out, e->header, sizeof e->header) ||
        !bytes_append_byte(out, fixed ? e->maximum : 0))
        return false;
    for (uint8_t i = 0; fixed && i < e->maximum; i++)
        if (!bytes_append_byte(out, 0xFF))
            return false;
    return true;
}

static bool append_finish(struct bytes *out, const struct pinpad_entry *e)
{
    const uint32_t length = e->minimum == e->maximum ? 5u + e->maximum : 5u;
    /* Host order, as part 10 has it for this structure. */
    return bytes_append(out, "\0\0\0", 3) && bytes_append(out, &length, sizeof length) &&
           append_template(out, e);
}

static bool append_limits(struct bytes *out, const struct pinpad_entry *e,
                          const struct pinpad_manners *m)
{
    unsigned high = m->swapped_limits ? e->maximum : e->minimum;
    unsigned low = m->swapped_limits ? e->minimum : e->maximum;
    const uint16_t limits = (uint16_t)(high << 8 | low);
    return bytes_append(out, &limits, sizeof limits);
}

static bool append_opening(struct bytes *out, const struct pinpad_entry *e)
{
    const uint8_t block = e->minimum == e->maximum ? e->maximum : 0;
    const uint8_t opening[] = {e->seconds, e->seconds, FORMAT_ASCII_BYTES, block, 0};
    bytes_truncate(out, 0);
    return entry_is_sane(e) && bytes_append(out, opening, sizeof opening);
}

static bool append_language(struct bytes *out)
{
    const uint16_t language = JAPANESE;
    return bytes_append(out, &language, sizeof language);
}

bool pinpad_verify_block(struct bytes *out, const struct pinpad_entry *e,
                         const struct pinpad_manners *m)
{
    return append_opening(out, e) && append_limits(out, e, m) &&
           bytes_append_byte(out, ENTER_KEY) && bytes_append_byte(out, m->verify_messages) &&
           append_language(out) && bytes_append_byte(out, 0) && append_finish(out, e);
}

bool pinpad_modify_block(struct bytes *out, const struct pinpad_entry *e,
                         const struct pinpad_manners *m)
{
    static const uint8_t no_offsets[2] = {0, 0}, indexes[PINPAD_ALL_INDEXES] = {0, 1, 2};
    return append_opening(out, e) && bytes_append(out, no_offsets, sizeof no_offsets) &&
           append_limits(out, e, m) && bytes_append_byte(out, CONFIRM_NEW_ONLY) &&
           bytes_append_byte(out, ENTER_KEY) && bytes_append_byte(out, m->modify_messages) &&
           append_language(out) && bytes_append(out, indexes, sizeof indexes) &&
           append_finish(out, e);
}
