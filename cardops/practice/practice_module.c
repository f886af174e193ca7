/*
 * The practice office's authority module: the commands of practice_commands.h behind authority.h.
 *
 * Its configuration is the path of a stand's office key, a file of 32 hexadecimal digits. It selects the
 * practice application first; a card that does not answer 9000 to that gets no further command.
 */
#include "cardops/authority/authority.h"
#include "cardops/practice/practice_commands.h"
#include "cardops/wire/apdu.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 240, SHORT_ID_MAX = 0x1E };

struct authority_session {
    struct authority_link link;
    struct bytes answer;
};

/* Where each certificate lives (card.md 3.1). */
static const struct {
    uint8_t reference, certificate;
} keys[] = {
    [AUTHORITY_KEY_SIG] = {PRACTICE_REF_SIG, 0x01},
    [AUTHORITY_KEY_AUTH] = {PRACTICE_REF_AUTH, 0x0A},
};

static const uint8_t practice_aid[] = {PRACTICE_AID};
static const uint8_t jpki_aid[] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};

/* Sends one command; the answer's data stay in s->answer. */
static enum authority_fault send(struct authority_session *s, const struct apdu *apdu, uint16_t *sw)
{
    struct bytes command = {0};
    *sw = 0;
    enum authority_fault fault = AUTHORITY_LINK;
    if (apdu_build(&command, apdu) &&
        s->link.transmit(s->link.context, &command, &s->answer) &&
        apdu_take_status(&s->answer, sw))
        fault = *sw == 0x9000 ? AUTHORITY_OK : AUTHORITY_CARD_STATUS;
    bytes_free(&command);
    return fault;
}

static enum authority_fault select_name(struct authority_session *s, const uint8_t *aid,
                                        size_t length, uint16_t *sw)
{
    return send(s, &(struct apdu){0x00, 0xA4, 0x04, 0x0C, aid, length, 0}, sw);
}

static enum authority_fault select_file(struct authority_session *s, unsigned ef, uint16_t *sw)
{
    const uint8_t id[2] = {(uint8_t)(ef >> 8), (uint8_t)ef};
    return send(s, &(struct apdu){0x00, 0xA4, 0x02, 0x0C, id, sizeof id, 0}, sw);
}

/* --- proving the office's authority -------------------------------------------------------- */

static bool key_read(const char *path, uint8_t key[PRACTICE_OFFICE_KEY])
{
    char text[2 * PRACTICE_OFFICE_KEY + 1] = "";
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    setvbuf(file, NULL, _IONBF, 0);
    bool ok = fread(text, 1, sizeof text - 1, file) == sizeof text - 1;
    fclose(file);
    for (size_t i = 0; ok && i < PRACTICE_OFFICE_KEY; i++) {
        int high = OPENSSL_hexchar2int((unsigned char)text[2 * i]);
        int low = OPENSSL_hexchar2int((unsigned char)text[2 * i + 1]);
        ok = high >= 0 && low >= 0;
        key[i] = (uint8_t)(high << 4 | low);
    }
    OPENSSL_cleanse(text, sizeof text);
    return ok;
}

static bool proof_make(const char *path, const struct bytes *challenge, uint8_t proof[16])
{
    uint8_t key[PRACTICE_OFFICE_KEY];
    char cipher[] = "AES-128-CBC";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t written = 0;
    bool ok = key_read(path, key) &&
              EVP_Q_mac(NULL, "CMAC", NULL, NULL, parameters, key, sizeof key, challenge->at,
                        challenge->length, proof, 16, &written) &&
              written == 16;
    OPENSSL_cleanse(key, sizeof key);
    return ok;
}

static enum authority_fault authenticate(struct authority_session *s, const char *path,
                                         uint16_t *sw)
{
    uint8_t proof[16];
    enum authority_fault fault = select_name(s, practice_aid, sizeof practice_aid, sw);
    if (fault == AUTHORITY_CARD_STATUS)
        return AUTHORITY_NOT_THIS_CARD;
    if (!fault)
        fault = send(s, &(struct apdu){.ins = 0x84, .expected = PRACTICE_CHALLENGE}, sw);
    if (fault)
        return fault;
    if (s->answer.length != PRACTICE_CHALLENGE)
        return AUTHORITY_NOT_THIS_CARD;
    if (!proof_make(path, &s->answer, proof))
        return AUTHORITY_BAD_CONFIG;
    fault = send(s, &(struct apdu){.ins = 0x82, .data = proof, .data_length = sizeof proof}, sw);
    return fault == AUTHORITY_CARD_STATUS ? AUTHORITY_REFUSED : fault;
}

static void session_close(struct authority_session **s)
{
    if (!*s)
        return;
    bytes_free(&(*s)->answer);
    free(*s);
    *s = NULL;
}

static enum authority_fault session_open(struct authority_session **s,
                                         const struct authority_link *link,
                                         const char *configuration, uint16_t *sw)
{
    uint8_t key[PRACTICE_OFFICE_KEY];
    *sw = 0;
    bool readable = key_read(configuration, key);
    OPENSSL_cleanse(key, sizeof key);
    if (!readable)
        return AUTHORITY_BAD_CONFIG;
    *s = calloc(1, sizeof **s);
    if (!*s)
        return AUTHORITY_LINK;
    (*s)->link = *link;
    enum authority_fault fault = authenticate(*s, configuration, sw);
    if (fault)
        session_close(s);
    return fault;
}

/* --- PINs and keys ----------------------------------------------------------------------------- */

static enum authority_fault unblock(struct authority_session *s, const struct card_place *place,
                                    struct authority_pin_command *command, uint16_t *sw)
{
    bool by_short_id = place->ef <= SHORT_ID_MAX;
    uint8_t reference = (uint8_t)(0x80 | (by_short_id ? place->ef : 0));
    *command = (struct authority_pin_command){{0x00, 0x2C, 0x02, reference}};
    enum authority_fault fault = select_name(s, place->aid, place->aid_length, sw);
    return fault || by_short_id ? fault : select_file(s, place->ef, sw);
}

static enum authority_fault key_command(struct authority_session *s, enum authority_key key,
                                        uint8_t ins, uint8_t p1, size_t expected, uint16_t *sw)
{
    const uint8_t reference[] = {PRACTICE_TAG_REF, 1, keys[key].reference};
    enum authority_fault fault = select_name(s, jpki_aid, sizeof jpki_aid, sw);
    if (fault)
        return fault;
    return send(s, &(struct apdu){0x00, ins, p1, 0x00, reference, sizeof reference, expected}, sw);
}

static enum authority_fault answer_give(struct authority_session *s, struct bytes *out)
{
    return bytes_set(out, s->answer.at, s->answer.length) ? AUTHORITY_OK : AUTHORITY_LINK;
}

static enum authority_fault generate(struct authority_session *s, enum authority_key key,
                                     struct bytes *public_key, uint16_t *sw)
{
    enum authority_fault fault = key_command(s, key, 0x47, 0x00, APDU_LONG_EXPECTED, sw);
    return fault ? fault : answer_give(s, public_key);
}

static enum authority_fault pending(struct authority_session *s, enum authority_key key,
                                    struct bytes *public_key, uint16_t *sw)
{
    enum authority_fault fault = key_command(s, key, 0x47, 0x01, APDU_LONG_EXPECTED, sw);
    bytes_truncate(public_key, 0);
    if (fault == AUTHORITY_CARD_STATUS && *sw == 0x6A88)
        return AUTHORITY_OK;
    return fault ? fault : answer_give(s, public_key);
}

static enum authority_fault sign(struct authority_session *s, enum authority_key key,
                                 const struct bytes *digest_info, struct bytes *signature,
                                 uint16_t *sw)
{
    enum authority_fault fault = select_name(s, jpki_aid, sizeof jpki_aid, sw);
    if (!fault)
        fault = select_file(s, PRACTICE_PENDING | (unsigned)keys[key].reference, sw);
    if (!fault)
        fault = send(s, &(struct apdu){0x80, 0x2A, 0x00, 0x80, digest_info->at, digest_info->length,
                                       APDU_SHORT_EXPECTED}, sw);
    return fault ? fault : answer_give(s, signature);
}

static enum authority_fault install(struct authority_session *s, enum authority_key key,
                                    const struct bytes *certificate, uint16_t *sw)
{
    enum authority_fault fault = select_name(s, jpki_aid, sizeof jpki_aid, sw);
    if (!fault)
        fault = select_file(s, PRACTICE_PENDING | (unsigned)keys[key].certificate, sw);
    for (size_t at = 0; !fault && at < certificate->length; at += CHUNK) {
        size_t n = certificate->length - at < CHUNK ? certificate->length - at : CHUNK;
        fault = send(s, &(struct apdu){0x00, 0xD6, (uint8_t)(at >> 8), (uint8_t)at,
                                       certificate->at + at, n, 0}, sw);
    }
    return fault ? fault : key_command(s, key, 0x44, 0x00, 0, sw);
}

static enum authority_fault recognise(const struct authority_link *link, uint16_t *sw)
{
    struct authority_session once = {.link = *link};
    enum authority_fault fault = select_name(&once, practice_aid, sizeof practice_aid, sw);
    bytes_free(&once.answer);
    return fault == AUTHORITY_CARD_STATUS ? AUTHORITY_NOT_THIS_CARD : fault;
}

extern const struct authority madoguchi_authority;
__attribute__((visibility("default"))) const struct authority madoguchi_authority = {
    .version = AUTHORITY_VERSION,
    .name = "practice " MADOGUCHI_VERSION,
    .practice = true,
    .keeps_old_key = true,
    .open = session_open,
    .unblock = unblock,
    .generate = generate,
    .sign = sign,
    .install = install,
    .pending = pending,
    .close = session_close,
    .recognise = recognise,
};
