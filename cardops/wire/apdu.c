#include "cardops/wire/apdu.h"

static bool append_number(struct bytes *out, size_t value, unsigned octets)
{
    for (unsigned i = octets; i > 0; i--)
        if (!bytes_append_byte(out, (uint8_t)(value >> (8 * (i - 1)) & 0xFF)))
            return false;
    return true;
}

static bool append_body(struct bytes *out, const struct apdu *c)
{
    bool extended = c->data_length > APDU_SHORT_DATA || c->expected > APDU_SHORT_EXPECTED;
    unsigned octets = extended ? 2 : 1;
    if (extended && !bytes_append_byte(out, 0))
        return false;
    if (c->data_length > 0 && (!append_number(out, c->data_length, octets) ||
                               !bytes_append(out, c->data, c->data_length)))
        return false;
    /* 256 and 65536 wrap to zero, which is how the standard writes them. */
    return c->expected == 0 || append_number(out, c->expected, octets);
}

bool apdu_build(struct bytes *out, const struct apdu *c)
{
    bytes_truncate(out, 0);
    if (c->data_length > APDU_LONG_DATA || c->expected > APDU_LONG_EXPECTED)
        return false;
    const uint8_t header[4] = {c->cla, c->ins, c->p1, c->p2};
    if (bytes_append(out, header, sizeof header) && append_body(out, c))
        return true;
    bytes_truncate(out, 0);
    return false;
}

static size_t number_at(const uint8_t *at, unsigned octets)
{
    return octets == 1 ? at[0] : (size_t)at[0] << 8 | at[1];
}

/* `body` follows the header, and the zero byte of extended fields where there is one. */
static bool parse_body(const uint8_t *body, size_t left, unsigned octets, struct apdu *c)
{
    size_t all = octets == 1 ? APDU_SHORT_EXPECTED : APDU_LONG_EXPECTED;
    size_t first = number_at(body, octets);
    if (left == octets) {
        c->expected = first == 0 ? all : first;
        return true;
    }
    if (first == 0 || left < octets + first)
        return false;
    c->data = body + octets;
    c->data_length = first;
    size_t rest = left - octets - first;
    if (rest == 0)
        return true;
    if (rest != octets)
        return false;
    size_t expected = number_at(c->data + first, octets);
    c->expected = expected == 0 ? all : expected;
    return true;
}

bool apdu_parse(const uint8_t *raw, size_t length, struct apdu *command)
{
    if (length < 4)
        return false;
    *command = (struct apdu){.cla = raw[0], .ins = raw[1], .p1 = raw[2], .p2 = raw[3]};
    if (length == 4)
        return true;
    if (raw[4] != 0 || length == 5)
        return parse_body(raw + 4, length - 4, 1, command);
    return length >= 7 && parse_body(raw + 5, length - 5, 2, command);
}

bool apdu_take_status(struct bytes *answer, uint16_t *sw)
{
    if (answer->length < 2)
        return false;
    const uint8_t *last = answer->at + answer->length - 2;
    *sw = (uint16_t)(last[0] << 8 | last[1]);
    bytes_truncate(answer, answer->length - 2);
    return true;
}
