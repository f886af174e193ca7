#include "cardops/practice/card_data.h"
#include "cardops/practice/store.h"

#include <iniparser/iniparser.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* My Number card and old 住基カード, contact side (card.md section 4). */
static const char usual_atr[] = "3BE000FF8131FE4514";

enum { MUNICIPALITY_DIGITS = 5 };
static const char home_file[] = "municipality", home_unknown[] = "00000";

/* What the readers of single keys share. */
struct reading {
    struct card_data *data;
    int64_t now;
};

static bool text_copy(char *to, size_t room, const char *value)
{
    int n = snprintf(to, room, "%s", value);
    return n >= 0 && (size_t)n < room;
}

static bool digits_copy(char *to, size_t count, const char *value)
{
    if (strlen(value) != count || strspn(value, "0123456789") != count)
        return false;
    memcpy(to, value, count + 1);
    return true;
}

static bool yes_no(const char *value, bool *out)
{
    *out = strcmp(value, "yes") == 0;
    return *out || strcmp(value, "no") == 0;
}

static bool read_kind(struct reading *r, const char *value)
{
    static const char *const kinds[] = {
        [CARD_KIND_MY_NUMBER] = "my-number",
        [CARD_KIND_JUKI] = "juki-card",
        [CARD_KIND_FOREIGN] = "foreign",
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(value, kinds[i]) == 0) {
            r->data->kind = (enum card_kind)i;
            return true;
        }
    return false;
}

static bool hex_pair(const char *text, uint8_t *byte)
{
    unsigned value;
    if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
        return false;
    if (sscanf(text, "%2x", &value) != 1)
        return false;
    *byte = (uint8_t)value;
    return true;
}

static bool read_atr(struct reading *r, const char *value)
{
    r->data->atr_length = 0;
    for (; *value; value++) {
        if (*value == ' ')
            continue;
        if (r->data->atr_length == CARD_ATR_LONGEST ||
            !hex_pair(value, &r->data->atr[r->data->atr_length++]))
            return false;
        value++;
    }
    return r->data->atr_length >= 2;
}

static bool read_practice(struct reading *r, const char *value)
{
    return yes_no(value, &r->data->practice);
}

static bool read_sleepy(struct reading *r, const char *value)
{
    return yes_no(value, &r->data->sleepy);
}

static bool read_serial(struct reading *r, const char *value)
{
    return digits_copy(r->data->serial, 15, value);
}

static bool read_municipality(struct reading *r, const char *value)
{
    r->data->home = strcmp(value, "home") == 0;
    return digits_copy(r->data->municipality, MUNICIPALITY_DIGITS, r->data->home ? home_unknown : value);
}

static bool read_expires(struct reading *r, const char *value)
{
    return day_parse(value, r->now, &r->data->expires);
}

static bool read_name(struct reading *r, const char *value)
{
    return text_copy(r->data->name, sizeof r->data->name, value);
}

static bool read_address(struct reading *r, const char *value)
{
    return text_copy(r->data->address, sizeof r->data->address, value);
}

static bool read_prefecture(struct reading *r, const char *value)
{
    return text_copy(r->data->prefecture, sizeof r->data->prefecture, value);
}

static bool read_city(struct reading *r, const char *value)
{
    return text_copy(r->data->city, sizeof r->data->city, value);
}

static bool read_birth(struct reading *r, const char *value)
{
    return day_parse(value, r->now, &r->data->birth);
}

static bool read_sex(struct reading *r, const char *value)
{
    r->data->sex = value[0];
    return value[0] && strchr("1239", value[0]) && value[1] == '\0';
}

static const struct {
    const char *key;
    bool (*read)(struct reading *r, const char *value);
    bool my_number; /* must be there on a My Number card */
} keys[] = {
    {"card:kind", read_kind, true},
    {"card:practice", read_practice, false},
    {"card:first-command-fails", read_sleepy, false},
    {"card:atr", read_atr, false},
    {"card:serial", read_serial, true},
    {"card:municipality", read_municipality, true},
    {"card:expires", read_expires, true},
    {"resident:name", read_name, true},
    {"resident:birth", read_birth, true},
    {"resident:sex", read_sex, true},
    {"resident:address", read_address, true},
    {"resident:prefecture", read_prefecture, true},
    {"resident:city", read_city, true},
};

/* The PINs' words, and the references each stands for. */
static const struct {
    const char *word;
    enum practice_pin first, last;
    int tries, shortest, longest;
} pins[] = {
    {"sig", PRACTICE_PIN_SIG, PRACTICE_PIN_SIG, 5, 6, 16},
    {"auth", PRACTICE_PIN_AUTH, PRACTICE_PIN_AUTH, 3, 4, 4},
    {"juki", PRACTICE_PIN_JUKI_COMMON, PRACTICE_PIN_JUKI, 3, 4, 4},
    {"kenmen", PRACTICE_PIN_KENMEN, PRACTICE_PIN_KENMEN, 3, 4, 4},
};

enum { PIN_WORDS = sizeof pins / sizeof pins[0], KEYS = sizeof keys / sizeof keys[0] };

static const char *value_of(const dictionary *ini, const char *section, const char *word)
{
    char key[PRACTICE_KEY_NAME];
    snprintf(key, sizeof key, "%s:%s", section, word);
    return iniparser_getstring(ini, key, NULL);
}

static bool small_number(const char *text, int most, int *out)
{
    int used = 0;
    return sscanf(text, "%2d%n", out, &used) == 1 && text[used] == '\0' && *out >= 0 && *out <= most;
}

/* `[pins] auth = 1234`, `[tries] auth = 0`, `[lengths] auth = 12`. */
static const char *pin_read(const dictionary *ini, size_t row, struct card_pin_data *pin)
{
    *pin = (struct card_pin_data){
        .tries = pins[row].tries, .shortest = pins[row].shortest, .longest = pins[row].longest};
    const char *length = value_of(ini, "lengths", pins[row].word);
    if (length) {
        if (!small_number(length, CARD_PIN_LONGEST, &pin->longest))
            return "lengths";
        pin->shortest = pin->longest;
    }
    const char *tries = value_of(ini, "tries", pins[row].word);
    if (tries && !small_number(tries, pins[row].tries, &pin->tries))
        return "tries";
    const char *value = value_of(ini, "pins", pins[row].word);
    if (!value || strcmp(value, "none") == 0)
        return NULL;
    int n = (int)strlen(value);
    if (n < pin->shortest || n > pin->longest || !text_copy(pin->value, sizeof pin->value, value))
        return "pins";
    return NULL;
}

static bool certificate_read(const dictionary *ini, const char *word, int64_t now,
                             struct card_certificate_data *out)
{
    const char *until = value_of(ini, "certificates", word);
    if (!until || strcmp(until, "none") == 0)
        return true;
    if (!day_parse(until, now, &out->until))
        return false;
    out->from = out->until;
    out->from.year -= 5;
    if (out->from.month == 2 && out->from.day == 29)
        out->from.day = 28;
    return true;
}

static bool key_known(const char *key)
{
    if (!strchr(key, ':'))
        return true;
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(key, keys[i].key) == 0)
            return true;
    static const char *const groups[] = {"pins", "tries", "lengths", "certificates"};
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (size_t i = 0; i < PIN_WORDS; i++) {
            char known[PRACTICE_KEY_NAME];
            snprintf(known, sizeof known, "%s:%s", groups[g], pins[i].word);
            if (strcmp(key, known) == 0 && (g < 3 || i < 2))
                return true;
        }
    return false;
}

static bool read_unknown(const dictionary *ini, char bad[PRACTICE_KEY_NAME])
{
    for (int s = 0; s < iniparser_getnsec(ini); s++) {
        const char *section = iniparser_getsecname(ini, s);
        const char *found[64];
        int n = iniparser_getsecnkeys(ini, section);
        if (n > 64 || !iniparser_getseckeys(ini, section, found))
            n = 0;
        for (int i = 0; i < n; i++)
            if (!key_known(found[i])) {
                snprintf(bad, PRACTICE_KEY_NAME, "%.60s", found[i]);
                return true;
            }
    }
    return false;
}

static bool read_all(const dictionary *ini, struct reading *r, char bad[PRACTICE_KEY_NAME])
{
    for (size_t i = 0; i < KEYS; i++) {
        const char *value = iniparser_getstring(ini, keys[i].key, NULL);
        bool missing = !value && keys[i].my_number && r->data->kind == CARD_KIND_MY_NUMBER;
        if (missing || (value && !keys[i].read(r, value))) {
            snprintf(bad, PRACTICE_KEY_NAME, "%s", keys[i].key);
            return false;
        }
    }
    for (size_t i = 0; i < PIN_WORDS; i++) {
        struct card_pin_data pin;
        const char *section = pin_read(ini, i, &pin);
        if (section) {
            snprintf(bad, PRACTICE_KEY_NAME, "%s:%s", section, pins[i].word);
            return false;
        }
        for (int p = (int)pins[i].first; p <= (int)pins[i].last; p++)
            r->data->pins[p] = pin;
    }
    const char *wrong = !certificate_read(ini, "sig", r->now, &r->data->sig)     ? "sig"
                        : !certificate_read(ini, "auth", r->now, &r->data->auth) ? "auth"
                                                                                 : NULL;
    if (wrong)
        snprintf(bad, PRACTICE_KEY_NAME, "certificates:%s", wrong);
    return !wrong;
}

static int quiet(const char *format, ...)
{
    (void)format;
    return 0;
}

enum practice_fault card_data_read(struct card_data *data, const char *file, int64_t now,
                                   char bad[PRACTICE_KEY_NAME])
{
    char unused[PRACTICE_KEY_NAME];
    if (!bad)
        bad = unused;
    bad[0] = '\0';
    if (access(file, R_OK) != 0)
        return PRACTICE_NO_FILE;
    iniparser_set_error_callback(quiet);
    dictionary *ini = iniparser_load(file);
    iniparser_set_error_callback(NULL);
    if (!ini)
        return PRACTICE_BAD_FILE;
    *data = (struct card_data){.practice = true};
    struct reading r = {data, now};
    bool ok = read_atr(&r, usual_atr) && !read_unknown(ini, bad) && read_all(ini, &r, bad);
    iniparser_freedict(ini);
    return ok ? PRACTICE_OK : PRACTICE_BAD_FILE;
}

void card_data_home(struct card_data *data, const char *stand)
{
    struct bytes number = {0};
    char text[MUNICIPALITY_DIGITS + 1] = "";
    if (data->home && store_exists(stand, home_file) && store_read(stand, home_file, &number) &&
        number.length >= MUNICIPALITY_DIGITS) {
        memcpy(text, number.at, MUNICIPALITY_DIGITS);
        (void)digits_copy(data->municipality, MUNICIPALITY_DIGITS, text);
    }
    bytes_free(&number);
}

bool card_data_set_home(const char *stand, const char *municipality)
{
    char digits[MUNICIPALITY_DIGITS + 2];
    if (strlen(municipality) != MUNICIPALITY_DIGITS || !digits_copy(digits, MUNICIPALITY_DIGITS, municipality))
        return false;
    digits[MUNICIPALITY_DIGITS] = '\n';
    return store_write(stand, home_file, digits, MUNICIPALITY_DIGITS + 1);
}
