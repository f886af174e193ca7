#include "cardops/practice/card_parts.h"

#include <openssl/crypto.h>

#include <string.h>

/* Tries of a full counter (card.md 2.1, 2.6). */
static int tries_full(int reference)
{
    if (reference == REFERENCE_TEXT_LOCKED)
        return 0;
    if (reference >= PRACTICE_PINS_NAMED)
        return 10;
    return reference == PRACTICE_PIN_SIG ? 5 : 3;
}

/* Puts `secret` in the state and on disk, or leaves both as they were. */
static bool secret_keep(struct practice_card *card, int reference, const struct card_secret *secret)
{
    struct card_secret before = card->state.secrets[reference];
    bool ok = true;
    if (memcmp(&before, secret, sizeof before) != 0) {
        card->state.secrets[reference] = *secret;
        ok = card_state_write(&card->state, card->folder);
        if (!ok)
            card->state.secrets[reference] = before;
    }
    OPENSSL_cleanse(&before, sizeof before);
    return ok;
}

/* The secret file that P2 names, and that the card has a value for. */
static uint16_t secret_named(struct practice_card *card, uint8_t p2, int *reference)
{
    const struct card_file *file;
    uint16_t sw = card_file_named(card, p2, &file);
    if (sw != SW_OK)
        return sw;
    if (file->kind != FILE_SECRET)
        return SW_WRONG_FILE;
    *reference = file->index;
    return SW_OK;
}

static bool secret_equals(const struct card_secret *secret, const uint8_t *data, size_t length)
{
    return strlen(secret->value) == length && CRYPTO_memcmp(secret->value, data, length) == 0;
}

/* The try is on disk before the answer is known, in one write with its outcome. */
static uint16_t compare(struct practice_card *card, int reference, const struct apdu *command)
{
    struct card_secret after = card->state.secrets[reference];
    bool right = secret_equals(&after, command->data, command->data_length);
    after.tries = right ? tries_full(reference) : after.tries - 1;
    uint16_t sw = right ? SW_OK : (uint16_t)(SW_TRIES | after.tries);
    card->verified &= ~(1u << reference);
    if (!secret_keep(card, reference, &after))
        sw = SW_MEMORY;
    else if (right)
        card->verified |= 1u << reference;
    OPENSSL_cleanse(&after, sizeof after);
    return sw;
}

uint16_t card_verify(struct practice_card *card, const struct apdu *command, struct bytes *answer)
{
    (void)answer;
    int reference;
    if (command->p1 != 0)
        return SW_BAD_P1P2;
    uint16_t sw = secret_named(card, command->p2, &reference);
    if (sw != SW_OK)
        return sw;
    const struct card_secret *secret = &card->state.secrets[reference];
    if (reference != REFERENCE_TEXT_LOCKED && secret->value[0] == '\0')
        return SW_NO_REFERENCE;
    if (command->data_length == 0)
        return (uint16_t)(SW_TRIES | secret->tries);
    if (secret->tries == 0)
        return SW_LOCKED;
    return compare(card, reference, command);
}

/* Length and characters that a PIN of this card may have. */
static bool secret_allowed(const struct practice_card *card, int reference, const uint8_t *value,
                           size_t length)
{
    if (reference >= PRACTICE_PINS_NAMED)
        return false;
    const struct card_pin_data *rule = &card->data.pins[reference];
    if (length < (size_t)rule->shortest || length > (size_t)rule->longest)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool digit = value[i] >= '0' && value[i] <= '9';
        bool capital = value[i] >= 'A' && value[i] <= 'Z';
        if (!digit && !(capital && reference == PRACTICE_PIN_SIG))
            return false;
    }
    return true;
}

static uint16_t secret_set(struct practice_card *card, int reference, const struct apdu *command)
{
    if (!secret_allowed(card, reference, command->data, command->data_length))
        return SW_BAD_DATA;
    struct card_secret secret = {.tries = tries_full(reference)};
    memcpy(secret.value, command->data, command->data_length);
    uint16_t sw = secret_keep(card, reference, &secret) ? SW_OK : SW_MEMORY;
    OPENSSL_cleanse(&secret, sizeof secret);
    return sw;
}

uint16_t card_change(struct practice_card *card, const struct apdu *command, struct bytes *answer)
{
    (void)answer;
    const struct card_application *a = card->application;
    if (!a || a->change_cla != command->cla || a->change_ins != command->ins)
        return SW_NO_INSTRUCTION;
    if (command->p1 != a->change_p1)
        return SW_BAD_P1P2;
    int reference;
    uint16_t sw = secret_named(card, command->p2, &reference);
    if (sw != SW_OK)
        return sw;
    if (!(card->verified & 1u << reference))
        return SW_SECURITY;
    return secret_set(card, reference, command);
}

uint16_t card_reset_retry(struct practice_card *card, const struct apdu *command,
                          struct bytes *answer)
{
    (void)answer;
    if (!card->office)
        return SW_SECURITY;
    if (command->p1 != 0x02)
        return SW_BAD_P1P2;
    int reference;
    uint16_t sw = secret_named(card, command->p2, &reference);
    if (sw != SW_OK)
        return sw;
    sw = secret_set(card, reference, command);
    if (sw == SW_OK)
        card->verified &= ~(1u << reference);
    return sw;
}
