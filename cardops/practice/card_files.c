#include "cardops/practice/card_parts.h"

#include <string.h>

static const struct card_application *const applications[] = {
    &card_app_common, &card_app_jpki, &card_app_text,
    &card_app_visual, &card_app_juki, &card_app_office,
};

/* The state after power-on: selectable, and empty (card.md section 1). */
static const uint8_t issuer_domain[] = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00};

/* A name given in part selects (JICSAP), so `name` may be shorter than the AID. */
static uint16_t select_application(struct practice_card *card, const uint8_t *name, size_t length)
{
    if (length == 0 || length > 16)
        return SW_LENGTH;
    for (size_t i = 0; i < sizeof applications / sizeof applications[0]; i++) {
        const struct card_application *a = applications[i];
        if (length <= a->aid_length && memcmp(name, a->aid, length) == 0 &&
            a->present(&card->data)) {
            card->application = a;
            card->file = NULL;
            return SW_OK;
        }
    }
    if (length <= sizeof issuer_domain && memcmp(name, issuer_domain, length) == 0) {
        card->application = NULL;
        card->file = NULL;
        return SW_OK;
    }
    return SW_NOT_FOUND;
}

static uint16_t select_file(struct practice_card *card, const struct apdu *command)
{
    if (command->data_length != 2)
        return SW_LENGTH;
    unsigned id = (unsigned)command->data[0] << 8 | command->data[1];
    const struct card_application *a = card->application;
    for (size_t i = 0; a && i < a->file_count; i++)
        if (a->files[i].id == id) {
            card->file = &a->files[i];
            return SW_OK;
        }
    return SW_NOT_FOUND;
}

uint16_t card_select(struct practice_card *card, const struct apdu *command, struct bytes *answer)
{
    (void)answer;
    if (command->p1 == 0x00 && command->data_length > 0)
        return SW_NOT_FOUND;
    if (command->p2 != 0x0C && command->p2 != 0x00)
        return SW_BAD_P1P2;
    switch (command->p1) {
    case 0x04: return select_application(card, command->data, command->data_length);
    case 0x02: return select_file(card, command);
    default: return SW_BAD_P1P2;
    }
}

static const struct card_file *file_short(const struct practice_card *card, unsigned id)
{
    const struct card_application *a = card->application;
    for (size_t i = 0; a && i < a->file_count; i++)
        if (a->files[i].id < 0x20 && a->files[i].id == id)
            return &a->files[i];
    return NULL;
}

uint16_t card_file_named(struct practice_card *card, uint8_t p2, const struct card_file **file)
{
    if ((p2 & 0xE0) != 0x80)
        return SW_BAD_P1P2;
    if (p2 == 0x80) {
        *file = card->file;
        return card->file ? SW_OK : SW_NO_FILE_SELECTED;
    }
    *file = file_short(card, p2 & 0x1Fu);
    if (!*file)
        return SW_NOT_FOUND;
    card->file = *file;
    return SW_OK;
}

bool card_lock_open(const struct practice_card *card, const struct card_file *file)
{
    if (file->lock == LOCK_FREE)
        return true;
    return (card->verified & 1u << file->lock) ||
           (file->lock_or != LOCK_FREE && (card->verified & 1u << file->lock_or));
}

/* At most `expected` bytes from `offset`; nothing from behind the end. */
static uint16_t give(const struct bytes *content, size_t offset, size_t expected,
                     struct bytes *answer)
{
    if (offset >= content->length)
        return SW_OFFSET;
    size_t n = content->length - offset;
    if (n > expected)
        n = expected;
    return bytes_append(answer, content->at + offset, n) ? SW_OK : SW_MEMORY;
}

uint16_t card_read_binary(struct practice_card *card, const struct apdu *command,
                          struct bytes *answer)
{
    size_t offset = (size_t)(command->p1 & 0x7F) << 8 | command->p2;
    uint16_t sw = SW_OK;
    const struct card_file *file = card->file;
    if (command->p1 & 0x80) {
        sw = card_file_named(card, command->p1, &file);
        offset = command->p2;
    }
    if (sw != SW_OK)
        return sw;
    if (!file)
        return SW_NO_FILE_SELECTED;
    if (file->kind != FILE_BINARY)
        return SW_WRONG_FILE;
    if (!card_lock_open(card, file))
        return SW_SECURITY;
    if (command->expected == 0)
        return SW_LENGTH;
    struct bytes content = {0};
    sw = file->content(card, &content) ? give(&content, offset, command->expected, answer)
                                       : SW_FAILED;
    bytes_free(&content);
    return sw;
}

uint16_t card_read_record(struct practice_card *card, const struct apdu *command,
                          struct bytes *answer)
{
    const struct card_file *file = card->file;
    if ((command->p2 & 0x07) != 0x04)
        return SW_BAD_P1P2;
    if (command->p2 >> 3)
        file = file_short(card, command->p2 >> 3);
    if (!file)
        return command->p2 >> 3 ? SW_NOT_FOUND : SW_NO_FILE_SELECTED;
    card->file = file;
    if (file->kind != FILE_RECORD)
        return SW_WRONG_FILE;
    if (!card_lock_open(card, file))
        return SW_SECURITY;
    if (command->p1 != 1)
        return SW_NO_RECORD;
    struct bytes content = {0};
    uint16_t sw = file->content(card, &content)
                      ? give(&content, 0, command->expected ? command->expected : 256, answer)
                      : SW_FAILED;
    bytes_free(&content);
    return sw;
}
