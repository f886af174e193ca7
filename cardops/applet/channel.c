#include "cardops/applet/channel.h"

#include "cardops/wire/command.h"
#include "cardops/wire/sw.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum reader_fault fault;
    enum card_code quiet; /* nothing was at stake */
    enum card_code stake;
} codes[] = {
    {READER_OK, CARD_OK, CARD_OK},
    {READER_NO_SERVICE, CARD_NO_SERVICE, CARD_UNCERTAIN},
    {READER_NOT_AUTHORISED, CARD_NOT_AUTHORISED, CARD_NOT_AUTHORISED},
    {READER_NONE, CARD_NO_READER, CARD_UNCERTAIN},
    {READER_UNAVAILABLE, CARD_READER_GONE, CARD_UNCERTAIN},
    {READER_SHARED, CARD_READER_SHARED, CARD_UNCERTAIN},
    {READER_CARD_ABSENT, CARD_ABSENT, CARD_REMOVED},
    {READER_CARD_REMOVED, CARD_REMOVED, CARD_REMOVED},
    {READER_CARD_RESET, CARD_REMOVED, CARD_UNCERTAIN},
    {READER_CARD_MUTE, CARD_MUTE, CARD_UNCERTAIN},
    {READER_NOT_TRANSACTED, CARD_MUTE, CARD_UNCERTAIN},
    {READER_UNSUPPORTED, CARD_MUTE, CARD_UNCERTAIN},
    {READER_GARBLED, CARD_GARBLED, CARD_UNCERTAIN},
    {READER_NO_MEMORY, CARD_NO_MEMORY, CARD_UNCERTAIN},
};

static enum card_code code_of(enum reader_fault fault, bool at_stake)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].fault == fault)
            return at_stake ? codes[i].stake : codes[i].quiet;
    return at_stake ? CARD_UNCERTAIN : CARD_READER_GONE;
}

static bool card_is_out(struct reader *r)
{
    enum reader_presence now;
    return r->ops->presence(r, &now) == READER_OK && now == READER_IS_EMPTY;
}

static enum card_code channel_fail(struct channel *c, enum reader_fault fault)
{
    enum card_code code = code_of(fault, c->at_stake);
    bool lost = fault == READER_NOT_TRANSACTED || fault == READER_CARD_MUTE;
    if (lost && card_is_out(c->reader))
        code = CARD_REMOVED;
    channel_power_off(c);
    c->at_stake = false;
    c->fault = code;
    return code;
}

enum card_code channel_connect(struct channel *c)
{
    if (c->connected)
        return CARD_OK;
    c->fault = code_of(c->reader->ops->connect(c->reader), false);
    if (c->fault != CARD_OK)
        return c->fault;
    c->connected = true;
    c->fresh = true;
    c->selected_length = 0;
    return CARD_OK;
}

void channel_power_off(struct channel *c)
{
    c->reader->ops->power_off(c->reader);
    c->connected = false;
    c->selected_length = 0;
}

static void channel_note(struct channel *c, const struct bytes *command)
{
    char name[160], line[192];
    if (c->note == NULL)
        return;
    command_describe(command->at, command->length, name, sizeof name);
    snprintf(line, sizeof line, "%s -> %04X", name, (unsigned)c->sw);
    c->note(c->context, line);
}

static bool expects_nothing(const struct bytes *command)
{
    struct apdu parsed;
    return apdu_parse(command->at, command->length, &parsed) && parsed.expected == 0;
}

enum card_code channel_send_raw(struct channel *c, const struct bytes *command,
                                struct bytes *answer)
{
    c->sw = 0;
    if (!c->connected)
        return channel_fail(c, READER_CARD_ABSENT);
    c->commands++;
    enum reader_fault fault = c->reader->ops->transmit(c->reader, command, answer);
    if (fault == READER_OK &&
        (answer->length < 2 || (answer->length > 2 && expects_nothing(command))))
        fault = READER_GARBLED;
    if (fault != READER_OK)
        return channel_fail(c, fault);
    const uint8_t *last = answer->at + answer->length - 2;
    c->sw = (uint16_t)(last[0] << 8 | last[1]);
    c->fresh = false;
    c->at_stake = false;
    channel_note(c, command);
    return CARD_OK;
}

enum card_code channel_send(struct channel *c, const struct apdu *command, struct bytes *answer)
{
    struct bytes raw = {0}, own = {0};
    struct bytes *into = answer != NULL ? answer : &own;
    enum card_code code = CARD_NO_MEMORY;
    if (apdu_build(&raw, command))
        code = channel_send_raw(c, &raw, into);
    if (code == CARD_OK)
        bytes_truncate(into, into->length - 2);
    bytes_free(&raw);
    bytes_free(&own);
    return code;
}

enum card_code channel_control(struct channel *c, uint32_t code, const struct bytes *in,
                               struct bytes *out)
{
    c->sw = 0;
    c->commands++;
    enum reader_fault fault = c->reader->ops->control(c->reader, code, in, out);
    if (fault == READER_UNSUPPORTED) {
        c->at_stake = false;
        return CARD_PAD_STRUCTURE;
    }
    if (fault == READER_OK && out->length != 2)
        fault = READER_GARBLED;
    if (fault != READER_OK)
        return channel_fail(c, fault);
    c->at_stake = false;
    return CARD_OK;
}

enum card_code channel_select(struct channel *c, const uint8_t *aid, uint8_t length)
{
    const struct apdu select = {0x00, 0xA4, 0x04, 0x0C, aid, length, 0};
    if (c->selected_length == length && memcmp(c->selected, aid, length) == 0) {
        c->sw = SW_OK;
        return CARD_OK;
    }
    bool first = c->fresh;
    c->selected_length = 0;
    enum card_code code = channel_send(c, &select, NULL);
    if (code == CARD_OK && first && c->sw == SW_NO_DIAGNOSIS)
        code = channel_send(c, &select, NULL);
    if (code == CARD_OK && c->sw == SW_OK)
        channel_note_selection(c, aid, length);
    return code;
}

void channel_note_selection(struct channel *c, const uint8_t *aid, uint8_t length)
{
    c->selected_length = 0;
    if (length > sizeof c->selected)
        return;
    memcpy(c->selected, aid, length);
    c->selected_length = length;
}

enum card_code channel_select_ef(struct channel *c, uint16_t ef)
{
    const uint8_t id[2] = {(uint8_t)(ef >> 8), (uint8_t)(ef & 0xFF)};
    const struct apdu select = {0x00, 0xA4, 0x02, 0x0C, id, sizeof id, 0};
    return channel_send(c, &select, NULL);
}

void channel_forget_selection(struct channel *c)
{
    c->selected_length = 0;
}
