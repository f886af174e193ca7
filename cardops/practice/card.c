#include "cardops/practice/card.h"

#include "cardops/practice/card_parts.h"
#include "cardops/practice/personal.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- opening -------------------------------------------------------------------------------- */

static const char office_file[] = "office.key";

static enum practice_fault office_make(const char *stand, uint8_t key[PRACTICE_OFFICE_KEY])
{
    char text[2 * PRACTICE_OFFICE_KEY + 2];
    if (RAND_bytes(key, PRACTICE_OFFICE_KEY) != 1)
        return PRACTICE_CRYPTO;
    for (size_t i = 0; i < PRACTICE_OFFICE_KEY; i++)
        snprintf(text + 2 * i, 4, "%02x\n", key[i]);
    bool ok = store_write(stand, office_file, text, sizeof text - 1);
    OPENSSL_cleanse(text, sizeof text);
    return ok ? PRACTICE_OK : PRACTICE_STORE;
}

enum practice_fault practice_office_key(const char *stand, uint8_t key[PRACTICE_OFFICE_KEY])
{
    if (!store_folder(stand))
        return PRACTICE_STORE;
    if (!store_exists(stand, office_file))
        return office_make(stand, key);
    struct bytes text = {0};
    bool ok = store_read(stand, office_file, &text) && text.length >= 2 * PRACTICE_OFFICE_KEY;
    for (size_t i = 0; ok && i < PRACTICE_OFFICE_KEY; i++) {
        int high = OPENSSL_hexchar2int(text.at[2 * i]);
        int low = OPENSSL_hexchar2int(text.at[2 * i + 1]);
        ok = high >= 0 && low >= 0;
        key[i] = (uint8_t)(high << 4 | low);
    }
    bytes_free(&text);
    return ok ? PRACTICE_OK : PRACTICE_STORE;
}

/* The numbers printed on the card, which open what is printed on it. */
static void printed_numbers(struct card_state *state, const struct card_data *data)
{
    char birth[9], expires[9];
    day_digits(data->birth, birth);
    day_digits(data->expires, expires);
    snprintf(state->secrets[REFERENCE_TEXT_A].value, 13, "%.12s", data->serial + 3);
    snprintf(state->secrets[REFERENCE_TEXT_B].value, 15, "%.6s%.4s0000", birth + 2, expires);
    snprintf(state->secrets[REFERENCE_VISUAL_BIRTH].value, 7, "%.6s", birth + 2);
    state->secrets[REFERENCE_VISUAL_A] = state->secrets[REFERENCE_TEXT_A];
    state->secrets[REFERENCE_VISUAL_B] = state->secrets[REFERENCE_TEXT_B];
    for (int r = REFERENCE_TEXT_A; r < REFERENCES; r++)
        state->secrets[r].tries = r == REFERENCE_TEXT_LOCKED ? 0 : 10;
}

static void state_first(struct card_state *state, const struct card_data *data, int64_t now)
{
    *state = (struct card_state){.first_opened = now};
    printed_numbers(state, data);
    for (int p = 0; p < PRACTICE_PINS_NAMED; p++) {
        memcpy(state->secrets[p].value, data->pins[p].value, sizeof state->secrets[p].value);
        state->secrets[p].tries = data->pins[p].tries;
    }
    const struct card_certificate_data *certificates[CARD_KEYS] = {&data->sig, &data->auth};
    for (int k = 0; k < CARD_KEYS; k++)
        if (certificates[k]->until.year)
            state->keys[k] = (struct card_key_numbers){.current = 1, .last = 1};
}

static bool folder_make(struct practice_card *card, const char *stand, const char *file)
{
    char cards[STORE_PATH_MAX], whole[STORE_PATH_MAX];
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    const char *dot = strrchr(base, '.');
    int length = dot ? (int)(dot - base) : (int)strlen(base);
    int n = snprintf(card->name, sizeof card->name, "%.*s", length, base);
    if (n <= 0 || (size_t)n >= sizeof card->name)
        return false;
    snprintf(card->stand, sizeof card->stand, "%s", stand);
    return store_path(cards, stand, "cards") && store_path(card->folder, cards, card->name) &&
           store_folder(stand) && store_folder(cards) && store_folder(card->folder) &&
           (!store_absolute(whole, file) || store_link(card->folder, CARD_FILE_NAME, whole));
}

static enum practice_fault card_load(struct practice_card *card, const char *file, int64_t now,
                                     char bad[PRACTICE_KEY_NAME])
{
    enum practice_fault state = card_state_read(&card->state, card->folder);
    if (state != PRACTICE_OK && state != PRACTICE_NO_FILE)
        return state;
    int64_t base = state == PRACTICE_OK ? card->state.first_opened : now;
    enum practice_fault fault = card_data_read(&card->data, file, base, bad);
    if (!fault)
        card_data_home(&card->data, card->stand);
    if (fault || state == PRACTICE_OK)
        return fault;
    state_first(&card->state, &card->data, now);
    return card_state_write(&card->state, card->folder) ? PRACTICE_OK : PRACTICE_STORE;
}

enum practice_fault practice_card_open(struct practice_card **card, const char *stand,
                                       const char *file, int64_t now, char bad[PRACTICE_KEY_NAME])
{
    *card = calloc(1, sizeof **card);
    if (!*card)
        return PRACTICE_NO_MEMORY;
    enum practice_fault fault =
        folder_make(*card, stand, file) ? PRACTICE_OK : PRACTICE_STORE;
    if (!fault)
        fault = practice_office_key(stand, (*card)->office_key);
    if (!fault)
        fault = card_load(*card, file, now, bad);
    if (fault)
        practice_card_close(card);
    return fault;
}

void practice_card_close(struct practice_card **card)
{
    if (!*card)
        return;
    for (int k = 0; k < CARD_KEYS; k++) {
        EVP_PKEY_free((*card)->current[k]);
        EVP_PKEY_free((*card)->pending[k]);
        bytes_free(&(*card)->certificates[k]);
        bytes_free(&(*card)->ca[k]);
    }
    OPENSSL_cleanse(*card, sizeof **card);
    free(*card);
    *card = NULL;
}

enum practice_fault practice_card_personalise(struct practice_card *card)
{
    struct bytes der = {0};
    bool ok = true;
    for (int k = 0; ok && k < CARD_KEYS && card->data.kind != CARD_KIND_FOREIGN; k++) {
        bytes_truncate(&der, 0);
        ok = card_ca_certificate(card, k, &der) &&
             (card->state.keys[k].current == 0 || card_certificate(card, k, &der));
    }
    bytes_free(&der);
    return ok ? PRACTICE_OK : PRACTICE_STORE;
}

/* --- power and commands --------------------------------------------------------------------- */

bool practice_card_power_on(struct practice_card *card, struct bytes *atr)
{
    practice_card_power_off(card);
    card->powered = true;
    return bytes_set(atr, card->data.atr, card->data.atr_length);
}

void practice_card_power_off(struct practice_card *card)
{
    card->powered = card->slept = card->office = card->challenged = false;
    card->verified = 0;
    card->application = NULL;
    card->file = NULL;
}

static const struct {
    uint8_t cla, ins;
    bool office; /* a card without the practice application does not know it */
    card_command *run;
} commands[] = {
    {0x00, 0xA4, false, card_select},
    {0x00, 0xB0, false, card_read_binary},
    {0x00, 0xB2, false, card_read_record},
    {0x00, 0x20, false, card_verify},
    {0x00, 0x24, false, card_change},
    {0x80, 0x32, false, card_change},
    {0x80, 0x2A, false, card_sign},
    {0x00, 0x84, true, card_challenge},
    {0x00, 0x82, true, card_authenticate},
    {0x00, 0x2C, true, card_reset_retry},
    {0x00, 0x47, true, card_generate},
    {0x00, 0xD6, true, card_update},
    {0x00, 0x44, true, card_activate},
};

static uint16_t command_run(struct practice_card *card, const struct apdu *command,
                            struct bytes *answer)
{
    if (!(command->cla & 0x80) && command->cla & 0x03)
        return SW_NO_CHANNEL;
    if (command->cla == 0x08 || command->cla == 0x0C)
        return SW_NO_MESSAGING;
    if (command->cla != 0x00 && command->cla != 0x80)
        return SW_NO_CLASS;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].cla == command->cla && commands[i].ins == command->ins &&
            (card->data.practice || !commands[i].office))
            return commands[i].run(card, command, answer);
    return SW_NO_INSTRUCTION;
}

static uint16_t card_answer(struct practice_card *card, const uint8_t *raw, size_t length,
                            struct bytes *answer)
{
    struct apdu command;
    bool first = !card->slept;
    card->slept = true;
    if (!card->powered || (first && card->data.sleepy))
        return SW_FAILED;
    if (!apdu_parse(raw, length, &command))
        return SW_LENGTH;
    return command_run(card, &command, answer);
}

bool practice_card_transmit(struct practice_card *card, const uint8_t *command, size_t length,
                            struct bytes *answer)
{
    bytes_truncate(answer, 0);
    uint16_t sw = card_answer(card, command, length, answer);
    if (sw != SW_OK)
        bytes_truncate(answer, 0);
    const uint8_t status[2] = {(uint8_t)(sw >> 8), (uint8_t)sw};
    if (bytes_append(answer, status, 2))
        return true;
    bytes_truncate(answer, 0);
    return false;
}

/* --- what the stand shows ------------------------------------------------------------------- */

const char *practice_card_name(const struct practice_card *card)
{
    return card->name;
}

const char *practice_card_serial(const struct practice_card *card)
{
    return card->data.serial;
}

void practice_card_expiry(const struct practice_card *card, char out[9])
{
    out[0] = '\0';
    if (card->data.expires.year)
        day_digits(card->data.expires, out);
}

int practice_card_tries(const struct practice_card *card, enum practice_pin pin)
{
    const struct card_secret *secret = &card->state.secrets[pin];
    return secret->value[0] ? secret->tries : -1;
}

bool practice_card_lock(struct practice_card *card, enum practice_pin pin)
{
    struct card_secret *secret = &card->state.secrets[pin];
    int before = secret->tries;
    if (!secret->value[0])
        return false;
    secret->tries = 0;
    if (card_state_write(&card->state, card->folder)) {
        card->verified &= ~(1u << pin);
        return true;
    }
    secret->tries = before;
    return false;
}

bool practice_card_certificate(struct practice_card *card, bool auth, struct bytes *der)
{
    bytes_truncate(der, 0);
    return card_certificate(card, auth ? CARD_KEY_AUTH : CARD_KEY_SIG, der);
}
