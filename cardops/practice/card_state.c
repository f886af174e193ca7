#include "cardops/practice/card_state.h"

#include "cardops/practice/store.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char file_name[] = "state.json";

static const char *const reference_names[REFERENCES] = {
    [PRACTICE_PIN_SIG] = "sig",
    [PRACTICE_PIN_AUTH] = "auth",
    [PRACTICE_PIN_JUKI_COMMON] = "juki-common",
    [PRACTICE_PIN_JUKI] = "juki",
    [PRACTICE_PIN_KENMEN] = "kenmen",
    [REFERENCE_TEXT_A] = "text-a",
    [REFERENCE_TEXT_B] = "text-b",
    [REFERENCE_TEXT_LOCKED] = "text-locked",
    [REFERENCE_VISUAL_A] = "visual-a",
    [REFERENCE_VISUAL_B] = "visual-b",
    [REFERENCE_VISUAL_BIRTH] = "visual-birth",
};

static const char *const key_names[CARD_KEYS] = {[CARD_KEY_SIG] = "sig", [CARD_KEY_AUTH] = "auth"};

static bool secret_from(json_t *object, struct card_secret *secret)
{
    const char *value;
    if (json_unpack(object, "{s:s, s:i}", "value", &value, "tries", &secret->tries) != 0)
        return false;
    if (strlen(value) > CARD_PIN_LONGEST || secret->tries < 0 || secret->tries > 15)
        return false;
    snprintf(secret->value, sizeof secret->value, "%s", value);
    return true;
}

static bool state_from(json_t *root, struct card_state *state)
{
    json_t *secrets, *keys;
    json_int_t opened;
    if (json_unpack(root, "{s:I, s:o, s:o}", "first_opened", &opened, "secrets", &secrets, "keys",
                    &keys) != 0)
        return false;
    state->first_opened = opened;
    for (size_t i = 0; i < REFERENCES; i++)
        if (!secret_from(json_object_get(secrets, reference_names[i]), &state->secrets[i]))
            return false;
    for (size_t i = 0; i < CARD_KEYS; i++) {
        struct card_key_numbers *n = &state->keys[i];
        if (json_unpack(json_object_get(keys, key_names[i]), "{s:i, s:i, s:i}", "current",
                        &n->current, "pending", &n->pending, "last", &n->last) != 0)
            return false;
    }
    return true;
}

enum practice_fault card_state_read(struct card_state *state, const char *folder)
{
    if (!store_exists(folder, file_name))
        return PRACTICE_NO_FILE;
    struct bytes text = {0};
    *state = (struct card_state){0};
    bool ok = store_read(folder, file_name, &text);
    json_t *root = ok ? json_loadb((const char *)text.at, text.length, 0, NULL) : NULL;
    ok = root && state_from(root, state);
    json_decref(root);
    bytes_free(&text);
    return ok ? PRACTICE_OK : PRACTICE_STORE;
}

static json_t *state_to(const struct card_state *state)
{
    json_t *secrets = json_object(), *keys = json_object();
    for (size_t i = 0; i < REFERENCES; i++)
        json_object_set_new(secrets, reference_names[i],
                            json_pack("{s:s, s:i}", "value", state->secrets[i].value, "tries",
                                      state->secrets[i].tries));
    for (size_t i = 0; i < CARD_KEYS; i++)
        json_object_set_new(keys, key_names[i],
                            json_pack("{s:i, s:i, s:i}", "current", state->keys[i].current,
                                      "pending", state->keys[i].pending, "last",
                                      state->keys[i].last));
    return json_pack("{s:I, s:o, s:o}", "first_opened", (json_int_t)state->first_opened, "secrets",
                     secrets, "keys", keys);
}

bool card_state_write(const struct card_state *state, const char *folder)
{
    json_t *root = state_to(state);
    char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    if (!text)
        return false;
    bool ok = store_write(folder, file_name, text, strlen(text));
    explicit_bzero(text, strlen(text));
    free(text);
    return ok;
}
