#include "cardops/practice/pin_block.h"

#include <string.h>

enum {
    VERIFY_FIELDS = 15, /* bPINOperation to the end of bTeoPrologue */
    MODIFY_FIELDS = 20,
    FORMAT_ASCII = 0x02,
    ENDS_WHEN_FULL = 0x01,
};

/* What the two structures have in common, and where. */
struct layout {
    size_t fields;
    size_t most, least, ends, messages;
};

static const struct layout verify_layout = {VERIFY_FIELDS, 5, 6, 7, 8};
static const struct layout modify_layout = {MODIFY_FIELDS, 7, 8, 10, 11};

/* Instructions that carry a PIN: ISO 7816-4 and the change of 住民基本台帳用 (card.md 2.4). */
static bool instruction_allowed(bool modify, const uint8_t *header)
{
    static const struct {
        bool modify;
        uint8_t cla, ins;
    } rows[] = {
        {false, 0x00, 0x20}, {true, 0x00, 0x24}, {true, 0x00, 0x2C}, {true, 0x80, 0x32}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].modify == modify && rows[i].cla == header[0] && rows[i].ins == header[1])
            return true;
    return false;
}

static bool format_parse(struct pin_block *block, const uint8_t *body)
{
    uint8_t format = body[2], place = (format >> 3) & 0x0F;
    if ((format & 0x07) != FORMAT_ASCII || body[3] & 0xF0 || body[4] != 0)
        return false;
    if (!(format & 0x80)) {
        if (place % 8)
            return false;
        place /= 8;
    }
    block->position = place;
    block->size = body[3] & 0x0F;
    return true;
}

static bool limits_parse(struct pin_block *block, const uint8_t *body, const struct layout *layout)
{
    uint8_t least = body[layout->least], most = body[layout->most], ends = body[layout->ends];
    block->shortest = least < PIN_BLOCK_SHORTEST ? PIN_BLOCK_SHORTEST : least;
    block->longest = most > PIN_BLOCK_LONGEST ? PIN_BLOCK_LONGEST : most;
    if (block->size && block->longest > block->size)
        block->longest = block->size;
    block->ends_when_full = ends & ENDS_WHEN_FULL;
    return block->shortest <= block->longest && ends != 0 && ends <= 7;
}

static bool steps_parse(struct pin_block *block, const uint8_t *body, bool modify)
{
    if (!modify) {
        block->ask_old = true;
        return body[verify_layout.messages] <= 1 || body[verify_layout.messages] == 0xFF;
    }
    uint8_t confirm = body[9], messages = body[modify_layout.messages];
    block->ask_new = true;
    block->ask_again = confirm & 0x01;
    block->ask_old = confirm & 0x02;
    block->old_offset = body[5];
    block->new_offset = body[6];
    return confirm <= 3 && (messages <= 3 || messages == 0xFF);
}

/* The template has room for a block of fixed size; or none at all, and the PINs are appended. */
static bool template_fits(const struct pin_block *block, const uint8_t *template, size_t length)
{
    if (length > 5 && template[4] != length - 5)
        return false;
    if (length == 5 && template[4] != 0)
        return false;
    if (block->size == 0)
        return length <= 5 && block->position == 0 && !block->old_offset && !block->new_offset;
    size_t farthest = block->new_offset > block->old_offset ? block->new_offset : block->old_offset;
    return length >= 5u + block->position + farthest + block->size;
}

uint16_t pin_block_parse(struct pin_block *block, const uint8_t *body, size_t length)
{
    *block = (struct pin_block){0};
    if (length < 1 || body[0] > 1)
        return PIN_STRUCTURE;
    bool modify = body[0] == 1;
    const struct layout *layout = modify ? &modify_layout : &verify_layout;
    if (length < layout->fields + 4)
        return PIN_STRUCTURE;
    const uint8_t *template = body + layout->fields;
    size_t template_length = length - layout->fields;
    if (!instruction_allowed(modify, template))
        return PIN_BLOCKED;
    block->seconds = body[1];
    memcpy(block->prologue, template - 3, 3);
    if (!format_parse(block, body) || !limits_parse(block, body, layout) ||
        !steps_parse(block, body, modify) || !template_fits(block, template, template_length))
        return PIN_STRUCTURE;
    return bytes_set(&block->command, template, template_length) ? PIN_OK : PIN_STRUCTURE;
}

static bool append_pin(struct bytes *command, const char *pin)
{
    size_t length = strlen(pin);
    command->at[4] = (uint8_t)(command->at[4] + length);
    return bytes_append(command, pin, length);
}

bool pin_block_fill(const struct pin_block *block, const char *old_pin, const char *new_pin,
                    struct bytes *command)
{
    if (!bytes_set(command, block->command.at, block->command.length))
        return false;
    if (command->length == 4 && !bytes_append_byte(command, 0))
        return false;
    if (block->size == 0)
        return (!block->ask_old || append_pin(command, old_pin)) &&
               (!block->ask_new || append_pin(command, new_pin));
    uint8_t *place = command->at + 5 + block->position;
    if (block->ask_old)
        memcpy(place + block->old_offset, old_pin, strlen(old_pin));
    if (block->ask_new)
        memcpy(place + block->new_offset, new_pin, strlen(new_pin));
    return true;
}

void pin_block_free(struct pin_block *block)
{
    bytes_free(&block->command);
    *block = (struct pin_block){0};
}
