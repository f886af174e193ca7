/* The application that only a practice card has: the office proves its authority (practice_commands.h). */
#include "cardops/practice/card_parts.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

static bool has_office(const struct card_data *data)
{
    return data->practice;
}

const struct card_application card_app_office = {
    .aid = {PRACTICE_AID},
    .aid_length = PRACTICE_AID_LENGTH,
    .present = has_office,
};

uint16_t card_challenge(struct practice_card *card, const struct apdu *command,
                        struct bytes *answer)
{
    if (card->application != &card_app_office)
        return SW_NO_INSTRUCTION;
    if (command->p1 || command->p2)
        return SW_BAD_P1P2;
    if (command->data_length || command->expected != PRACTICE_CHALLENGE)
        return SW_LENGTH;
    if (RAND_bytes(card->challenge, PRACTICE_CHALLENGE) != 1)
        return SW_FAILED;
    card->challenged = true;
    return bytes_append(answer, card->challenge, PRACTICE_CHALLENGE) ? SW_OK : SW_MEMORY;
}

static bool cmac(const uint8_t key[PRACTICE_OFFICE_KEY], const uint8_t *data, size_t length,
                 uint8_t out[16])
{
    char cipher[] = "AES-128-CBC";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t written = 0;
    return EVP_Q_mac(NULL, "CMAC", NULL, NULL, parameters, key, PRACTICE_OFFICE_KEY, data, length,
                     out, 16, &written) &&
           written == 16;
}

uint16_t card_authenticate(struct practice_card *card, const struct apdu *command,
                           struct bytes *answer)
{
    (void)answer;
    if (card->application != &card_app_office)
        return SW_NO_INSTRUCTION;
    if (command->p1 || command->p2)
        return SW_BAD_P1P2;
    if (command->data_length != 16)
        return SW_LENGTH;
    if (!card->challenged)
        return SW_CONDITIONS;
    uint8_t expected[16];
    card->challenged = false;
    if (!cmac(card->office_key, card->challenge, PRACTICE_CHALLENGE, expected))
        return SW_FAILED;
    bool right = CRYPTO_memcmp(expected, command->data, sizeof expected) == 0;
    OPENSSL_cleanse(expected, sizeof expected);
    card->office = card->office || right;
    return right ? SW_OK : SW_WRONG;
}
