#include "cardops/wire/command.h"

#include <stdbool.h>
#include <stdio.h>

struct command_row {
    uint8_t ins;
    bool body_shown;
    const char *name;
};

static const struct command_row rows[] = {
    {0xA4, true, "SELECT"},
    {0xB0, true, "READ BINARY"},
    {0xB2, true, "READ RECORD"},
    {0xC0, true, "GET RESPONSE"},
    {0x84, true, "GET CHALLENGE"},
    {0x20, false, "VERIFY"},
    {0x24, false, "CHANGE REFERENCE DATA"},
    {0x2C, false, "RESET RETRY COUNTER"},
    {0x32, false, "CHANGE KEY"},
    {0x2A, false, "PERFORM SECURITY OPERATION"},
    {0x46, false, "GENERATE ASYMMETRIC KEY PAIR"},
    {0x47, false, "GENERATE ASYMMETRIC KEY PAIR"},
    {0x82, false, "EXTERNAL AUTHENTICATE"},
    {0x88, false, "INTERNAL AUTHENTICATE"},
    {0xD6, false, "UPDATE BINARY"},
};

static const struct command_row *find_row(uint8_t ins)
{
    static const struct command_row unknown = {.ins = 0, .body_shown = false, .name = "unlisted"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].ins == ins)
            return &rows[i];
    return &unknown;
}

void command_describe(const uint8_t *raw, size_t length, char *text, size_t room)
{
    if (room == 0)
        return;
    if (length < 4) {
        snprintf(text, room, "short command of %zu", length);
        return;
    }
    const struct command_row *row = find_row(raw[1]);
    int used =
        snprintf(text, room, "%s %02X %02X %02X %02X", row->name, raw[0], raw[1], raw[2], raw[3]);
    if (!row->body_shown)
        return;
    for (size_t i = 4; i < length && used > 0 && (size_t)used + 4 <= room; i++)
        used += snprintf(text + used, room - (size_t)used, " %02X", raw[i]);
}
