#include "cardops/wire/tlv.h"

/* Header of one object: false when it is cut off or of a form that is not read. */
static bool read_header(const uint8_t *at, size_t left, uint32_t *tag, size_t *header,
                        size_t *length)
{
    size_t i = 0;
    if (left < 2)
        return false;
    *tag = at[i++];
    if ((*tag & 0x1F) == 0x1F) {
        do {
            if (i >= left || i >= 4)
                return false;
            *tag = *tag << 8 | at[i];
        } while ((at[i++] & 0x80) != 0);
    }
    if (i >= left)
        return false;
    uint8_t first = at[i++];
    *length = first;
    if (first >= 0x80) {
        size_t octets = first & 0x7F;
        if (octets == 0 || octets > 4 || octets > left - i)
            return false;
        *length = 0;
        for (; octets > 0; octets--)
            *length = *length << 8 | at[i++];
    }
    *header = i;
    return true;
}

enum tlv_step tlv_next(struct tlv_reader *r, struct tlv *object)
{
    size_t header, length;
    uint32_t tag;
    if (r->left == 0)
        return TLV_END;
    if (!read_header(r->at, r->left, &tag, &header, &length) || length > r->left - header) {
        r->left = 0;
        return TLV_GARBLED;
    }
    *object = (struct tlv){
        .tag = tag, .value = r->at + header, .length = length, .total = header + length};
    r->at += object->total;
    r->left -= object->total;
    return TLV_OBJECT;
}

bool tlv_find(const uint8_t *value, size_t length, uint32_t tag, struct tlv *object)
{
    struct tlv_reader r = {.at = value, .left = length};
    while (tlv_next(&r, object) == TLV_OBJECT)
        if (object->tag == tag)
            return true;
    return false;
}

size_t tlv_whole_length(const uint8_t *head, size_t length)
{
    uint32_t tag;
    size_t header, value;
    return read_header(head, length, &tag, &header, &value) ? header + value : 0;
}

static bool append_header(struct bytes *out, uint32_t tag, size_t length)
{
    uint8_t head[8];
    size_t used = 0;
    for (int shift = 16; shift >= 0; shift -= 8)
        if (tag >> shift != 0)
            head[used++] = (uint8_t)(tag >> shift & 0xFF);
    if (length > 0xFF) {
        head[used++] = 0x82;
        head[used++] = (uint8_t)(length >> 8);
    } else if (length > 0x7F) {
        head[used++] = 0x81;
    }
    head[used++] = (uint8_t)(length & 0xFF);
    return bytes_append(out, head, used);
}

bool tlv_append(struct bytes *out, uint32_t tag, const void *value, size_t length)
{
    size_t before = out->length;
    if (tag == 0 || tag > 0xFFFFFF || length > 0xFFFF)
        return false;
    if (append_header(out, tag, length) && bytes_append(out, value, length))
        return true;
    bytes_truncate(out, before);
    return false;
}
