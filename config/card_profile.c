#include "config/card_profile.h"

#include "config/ini.h"

#include <stdio.h>
#include <string.h>

enum { AID_LEAST = 5, TRIES_MAX = 15, LENGTH_MAX = 32 };

static const char place_form[] = "AID EF CHANGE";

/* --- one place
 * ------------------------------------------------------------------------------------- */

static int nibble(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Octets up to a blank or the end; -1: something else, or more than `room`. */
static int take_octets(const char **text, uint8_t *out, size_t room)
{
    size_t used = 0;
    while (**text == ' ')
        (*text)++;
    while (**text != '\0' && **text != ' ') {
        int high = nibble((*text)[0]);
        int low = high < 0 ? -1 : nibble((*text)[1]);
        if (low < 0 || used == room)
            return -1;
        out[used++] = (uint8_t)(high << 4 | low);
        *text += 2;
    }
    return (int)used;
}

bool card_place_parse(const char *text, struct card_place *place)
{
    uint8_t ef[2], change[3];
    *place = (struct card_place){0};
    int aid = take_octets(&text, place->aid, sizeof place->aid);
    if (aid < AID_LEAST || take_octets(&text, ef, sizeof ef) != 2 ||
        take_octets(&text, change, sizeof change) != 3)
        return false;
    while (*text == ' ')
        text++;
    place->aid_length = (uint8_t)aid;
    place->ef = (uint16_t)(ef[0] << 8 | ef[1]);
    place->change_cla = change[0];
    place->change_ins = change[1];
    place->change_p1 = change[2];
    return *text == '\0';
}

/* --- the file
 * -------------------------------------------------------------------------------------- */

static bool load_places(struct ini *ini, const char *section, struct card_pin_profile *pin,
                        struct fault_list *faults)
{
    char key[16] = "place.1";
    const char *text = ini_need(ini, section, key, faults);
    for (size_t n = 1; text != NULL; text = ini_numbered(ini, section, "place", ++n)) {
        snprintf(key, sizeof key, "place.%zu", n);
        if (n > CARD_PLACES_MAX) {
            ini_fault(ini, faults, section, key, FAULT_TOO_MANY, text, NULL, NULL);
            return false;
        }
        if (!card_place_parse(text, &pin->places[n - 1])) {
            ini_fault(ini, faults, section, key, FAULT_UNKNOWN_WORD, text, NULL, place_form);
            return false;
        }
        pin->place_count = (uint8_t)n;
    }
    return pin->place_count > 0;
}

static bool need_number(struct ini *ini, const char *section, const char *key, int most,
                        uint8_t *out, struct fault_list *faults)
{
    int value = 0;
    if (ini_need(ini, section, key, faults) == NULL ||
        !ini_number(ini, section, key, 1, most, &value, faults))
        return false;
    *out = (uint8_t)value;
    return true;
}

static bool load_pin(struct ini *ini, const char *id, struct card_pin_profile *pin,
                     struct fault_list *faults)
{
    static const char *const alphabets[] = {
        [CARD_DIGITS] = "digits", [CARD_CAPITALS_AND_DIGITS] = "capitals-and-digits"};
    char section[sizeof pin->id + 8];
    size_t alphabet = CARD_DIGITS;
    snprintf(section, sizeof section, "pin.%s", id);
    snprintf(pin->id, sizeof pin->id, "%s", id);
    bool ok =
        ini_need(ini, section, "characters", faults) != NULL &&
        ini_word(ini, section, "characters", (struct ini_words){alphabets, 2}, &alphabet, faults);
    pin->alphabet = (uint8_t)alphabet;
    ok &= need_number(ini, section, "minimum", LENGTH_MAX, &pin->minimum, faults);
    ok &= need_number(ini, section, "maximum", LENGTH_MAX, &pin->maximum, faults);
    ok &= need_number(ini, section, "tries", TRIES_MAX, &pin->tries, faults);
    ok &= load_places(ini, section, pin, faults);
    if (ok && pin->maximum < pin->minimum) {
        ini_fault(ini, faults, section, "maximum", FAULT_WRONG_ORDER, NULL, NULL, NULL);
        ok = false;
    }
    return ok;
}

static bool check_order(struct ini *ini, const struct ini_list *ids, struct fault_list *faults)
{
    static const char *const order[] = {"sig", "auth", "juki", "kenmen"};
    bool ok = ids->count >= 1 && ids->count <= CARD_PINS_MAX;
    if (!ok)
        ini_fault(ini, faults, "card", "pins", ids->count == 0 ? FAULT_TOO_FEW : FAULT_TOO_MANY,
                  NULL, NULL, NULL);
    for (size_t i = 0; ok && i < ids->count; i++) {
        bool fits = i >= 4 || strcmp(ids->item[i], order[i]) == 0;
        if (fits && strlen(ids->item[i]) < sizeof((struct card_pin_profile *)0)->id)
            continue;
        ini_fault(ini, faults, "card", "pins", FAULT_UNKNOWN_WORD, ids->item[i],
                  i < 4 ? order[i] : NULL, "sig auth juki kenmen");
        ok = false;
    }
    return ok;
}

static bool load_card(struct ini *ini, struct card_profile *profile, struct fault_list *faults)
{
    struct ini_list pins;
    const char *name = ini_need(ini, "card", "name", faults);
    bool ok =
        name != NULL && ini_text(ini, "card", "name", profile->name, sizeof profile->name, faults);
    if (ini_need(ini, "card", "pins", faults) == NULL ||
        !ini_list(ini, "card", "pins", &pins, faults) || !check_order(ini, &pins, faults))
        return false;
    profile->pin_count = (uint8_t)pins.count;
    for (size_t i = 0; i < pins.count; i++)
        ok &= load_pin(ini, pins.item[i], &profile->pins[i], faults);
    return ok;
}

bool card_profile_load(struct card_profile *profile, const char *path, struct fault_list *faults)
{
    *profile = (struct card_profile){0};
    struct ini *ini = ini_load(path, faults);
    if (ini == NULL)
        return false;
    size_t before = faults->count + faults->lost;
    bool ok = load_card(ini, profile, faults);
    ini_unread(ini, faults);
    ini_free(ini);
    return ok && faults->count + faults->lost == before;
}
