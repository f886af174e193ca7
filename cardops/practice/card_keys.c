#include "cardops/practice/card_parts.h"

#include "cardops/practice/personal.h"
#include "cardops/wire/tlv.h"

#include <string.h>

/* Most that PKCS#1 v1.5 type 1 leaves in a 2048-bit block (card.md 3.3). */
enum { SIGN_MOST = 245 };

static bool first_ready(struct practice_card *card, int key)
{
    const struct card_key_numbers *numbers = &card->state.keys[key];
    return numbers->current != 1 ||
           personal_first(card->stand, card->folder, key, &card->data) == PRACTICE_OK;
}

bool card_certificate(struct practice_card *card, int key, struct bytes *out)
{
    struct bytes *cached = &card->certificates[key];
    if (card->state.keys[key].current == 0)
        return false;
    if (cached->length == 0) {
        char name[PERSONAL_NAME];
        personal_name(name, key, card->state.keys[key].current, PERSONAL_CERTIFICATE);
        if (!first_ready(card, key) || !store_read(card->folder, name, cached))
            return false;
    }
    return bytes_append(out, cached->at, cached->length);
}

bool card_ca_certificate(struct practice_card *card, int key, struct bytes *out)
{
    struct bytes *cached = &card->ca[key];
    if (cached->length == 0 && personal_ca(card->stand, key, cached) != PRACTICE_OK)
        return false;
    return bytes_append(out, cached->at, cached->length);
}

/* The private key in use or pending, loaded once. NULL: none. */
static EVP_PKEY *pair_of(struct practice_card *card, int key, bool pending)
{
    EVP_PKEY **pair = pending ? &card->pending[key] : &card->current[key];
    int number = pending ? card->state.keys[key].pending : card->state.keys[key].current;
    if (number == 0)
        return NULL;
    if (!*pair && (pending || first_ready(card, key)) &&
        personal_key(card->folder, key, number, pair) != PRACTICE_OK)
        return NULL;
    return *pair;
}

uint16_t card_sign(struct practice_card *card, const struct apdu *command, struct bytes *answer)
{
    const struct card_file *file;
    if (command->p1 != 0x00)
        return SW_BAD_P1P2;
    uint16_t sw = card_file_named(card, command->p2, &file);
    if (sw != SW_OK)
        return sw;
    bool pending = file->kind == FILE_PENDING && (file->id & 0xFF) >= 0x10;
    if (file->kind != FILE_KEY && !pending)
        return SW_WRONG_FILE;
    if (pending ? !card->office : !card_lock_open(card, file))
        return SW_SECURITY;
    if (command->data_length == 0 || command->data_length > SIGN_MOST)
        return SW_LENGTH;
    EVP_PKEY *pair = pair_of(card, file->index, pending);
    if (!pair)
        return SW_NO_REFERENCE;
    return personal_sign(pair, command->data, command->data_length, answer) ? SW_OK : SW_FAILED;
}

/* The key that `83 01 REF` names. */
static uint16_t key_named(const struct practice_card *card, const struct apdu *command, int *key)
{
    if (!card->office)
        return SW_SECURITY;
    if (card->application != &card_app_jpki)
        return SW_CONDITIONS;
    if (command->data_length != 3)
        return SW_LENGTH;
    if (command->data[0] != PRACTICE_TAG_REF || command->data[1] != 1)
        return SW_BAD_DATA;
    switch (command->data[2]) {
    case PRACTICE_REF_SIG: *key = CARD_KEY_SIG; return SW_OK;
    case PRACTICE_REF_AUTH: *key = CARD_KEY_AUTH; return SW_OK;
    default: return SW_NO_REFERENCE;
    }
}

/* Puts `numbers` in the state and on disk, or leaves both as they were. */
static bool numbers_keep(struct practice_card *card, int key, struct card_key_numbers numbers)
{
    struct card_key_numbers before = card->state.keys[key];
    card->state.keys[key] = numbers;
    if (card_state_write(&card->state, card->folder))
        return true;
    card->state.keys[key] = before;
    return false;
}

static void files_remove(struct practice_card *card, int key, int number)
{
    for (int f = PERSONAL_KEY; f <= PERSONAL_PART; f++) {
        char name[PERSONAL_NAME];
        personal_name(name, key, number, (enum personal_file)f);
        if (number)
            store_remove(card->folder, name);
    }
}

static uint16_t generate(struct practice_card *card, int key)
{
    struct card_key_numbers numbers = card->state.keys[key];
    int replaced = numbers.pending;
    numbers.pending = ++numbers.last;
    EVP_PKEY *pair;
    if (personal_generate(card->folder, key, numbers.pending, &pair) != PRACTICE_OK)
        return SW_MEMORY;
    if (!numbers_keep(card, key, numbers)) {
        EVP_PKEY_free(pair);
        files_remove(card, key, numbers.pending);
        return SW_MEMORY;
    }
    files_remove(card, key, replaced);
    EVP_PKEY_free(card->pending[key]);
    card->pending[key] = pair;
    return SW_OK;
}

uint16_t card_generate(struct practice_card *card, const struct apdu *command,
                       struct bytes *answer)
{
    int key;
    if (command->p1 > 1 || command->p2 != 0)
        return SW_BAD_P1P2;
    uint16_t sw = key_named(card, command, &key);
    if (sw != SW_OK)
        return sw;
    if (command->expected <= APDU_SHORT_EXPECTED)
        return SW_LENGTH;
    if (command->p1 == 0)
        sw = generate(card, key);
    if (sw != SW_OK)
        return sw;
    EVP_PKEY *pair = pair_of(card, key, true);
    if (!pair)
        return SW_NO_REFERENCE;
    return personal_public(pair, answer) ? SW_OK : SW_FAILED;
}

/* Writes a chunk into the pending certificate's file; offset 0 begins it anew. */
static uint16_t chunk_write(struct practice_card *card, int key, size_t offset,
                            const struct apdu *command)
{
    char name[PERSONAL_NAME];
    personal_name(name, key, card->state.keys[key].pending, PERSONAL_PART);
    struct bytes content = {0};
    uint16_t sw = SW_OK;
    if (offset > 0 && !store_read(card->folder, name, &content))
        sw = SW_OFFSET;
    else if (offset > content.length ||
             offset + command->data_length > PRACTICE_CERTIFICATE_ROOM)
        sw = SW_OFFSET;
    if (sw == SW_OK) {
        bytes_truncate(&content, offset);
        if (!bytes_append(&content, command->data, command->data_length) ||
            !store_write(card->folder, name, content.at, content.length))
            sw = SW_MEMORY;
    }
    bytes_free(&content);
    return sw;
}

uint16_t card_update(struct practice_card *card, const struct apdu *command, struct bytes *answer)
{
    (void)answer;
    const struct card_file *file = card->file;
    if (!card->office)
        return SW_SECURITY;
    if (command->p1 & 0x80)
        return SW_BAD_P1P2;
    if (!file)
        return SW_NO_FILE_SELECTED;
    if (file->kind != FILE_PENDING || (file->id & 0xFF) >= 0x10)
        return SW_WRONG_FILE;
    if (command->data_length == 0)
        return SW_LENGTH;
    if (card->state.keys[file->index].pending == 0)
        return SW_NO_REFERENCE;
    return chunk_write(card, file->index, (size_t)command->p1 << 8 | command->p2, command);
}

/* What was written so far, cut to the certificate's own length. */
static bool part_read(struct practice_card *card, int key, struct bytes *der)
{
    char name[PERSONAL_NAME];
    personal_name(name, key, card->state.keys[key].pending, PERSONAL_PART);
    if (!store_read(card->folder, name, der))
        return false;
    size_t whole = tlv_whole_length(der->at, der->length);
    if (whole == 0 || whole > der->length)
        return false;
    bytes_truncate(der, whole);
    return true;
}

/* The state file's replacement is the swap; what is left over of the old pair goes afterwards. */
static uint16_t activate(struct practice_card *card, int key, const struct bytes *der)
{
    struct card_key_numbers numbers = card->state.keys[key];
    int old = numbers.current;
    char name[PERSONAL_NAME];
    personal_name(name, key, numbers.pending, PERSONAL_CERTIFICATE);
    if (!store_write(card->folder, name, der->at, der->length))
        return SW_MEMORY;
    numbers.current = numbers.pending;
    numbers.pending = 0;
    if (!numbers_keep(card, key, numbers))
        return SW_MEMORY;
    files_remove(card, key, old);
    personal_name(name, key, numbers.current, PERSONAL_PART);
    store_remove(card->folder, name);
    EVP_PKEY_free(card->current[key]);
    card->current[key] = card->pending[key];
    card->pending[key] = NULL;
    bytes_truncate(&card->certificates[key], 0);
    return SW_OK;
}

uint16_t card_activate(struct practice_card *card, const struct apdu *command,
                       struct bytes *answer)
{
    (void)answer;
    int key;
    if (command->p1 != 0 || command->p2 != 0)
        return SW_BAD_P1P2;
    uint16_t sw = key_named(card, command, &key);
    if (sw != SW_OK)
        return sw;
    EVP_PKEY *pair = pair_of(card, key, true);
    if (!pair)
        return SW_NO_REFERENCE;
    struct bytes der = {0};
    sw = part_read(card, key, &der) && personal_fits(&der, pair) ? activate(card, key, &der)
                                                                 : SW_BAD_DATA;
    bytes_free(&der);
    return sw;
}
