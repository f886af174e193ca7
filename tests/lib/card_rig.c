#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/card_rig.h"
#include "tests/lib/place.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NOW = 1800000000, REPLY_MS = 30000 };

static const char *const card_files[] = {
    [RIG_ADULT] = "adult",
    [RIG_CHILD] = "child",
    [RIG_FACE] = "face",
    [RIG_LOCKED] = "locked",
    [RIG_FOREIGN] = "foreign",
    [RIG_OLD_JUKI] = "juki-card",
    [RIG_NOT_PRACTICE] = "not-practice",
    [RIG_LEAKTEST] = "leaktest",
};

void rig_profile(struct card_profile *profile)
{
    static const struct card_place jpki_sig = {
        {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}, 10, 0x001B, 0x00, 0x24, 0x01,
    };
    static const struct card_place juki_common = {
        {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00}, 10, 0x001C, 0x80, 0x32, 0x00,
    };
    static const struct card_place kenmen = {
        {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08}, 10, 0x0011, 0x00, 0x24, 0x01,
    };
    struct card_place jpki_auth = jpki_sig, juki = juki_common;
    jpki_auth.ef = 0x0018;
    juki.aid[8] = 0x04;
    juki.aid[9] = 0x01;
    *profile = (struct card_profile){
        .name = "my-number",
        .pin_count = 4,
        .pins =
            {
                [CARD_PIN_SIG] = {"sig", CARD_CAPITALS_AND_DIGITS, 6, 16, 5, 1, {jpki_sig}},
                [CARD_PIN_AUTH] = {"auth", CARD_DIGITS, 4, 4, 3, 1, {jpki_auth}},
                [CARD_PIN_JUKI] = {"juki", CARD_DIGITS, 4, 4, 3, 2, {juki_common, juki}},
                [CARD_PIN_KENMEN] = {"kenmen", CARD_DIGITS, 4, 4, 3, 1, {kenmen}},
            },
    };
}

static void fill_settings(struct rig *r)
{
    struct card_settings *c = &r->settings;
    *c = (struct card_settings){.use_pad = 1, .entry_seconds = 20, .resident_gid = UINT32_MAX};
    snprintf(c->reader, sizeof c->reader, "%s", r->script);
    assert_true(place_beside_program(c->module, sizeof c->module, "../../practice-authority.so"));
    snprintf(c->module_config, sizeof c->module_config, "%s/office.key", r->stand);
    snprintf(c->runtime, sizeof c->runtime, "%s/run", r->directory);
    snprintf(c->log, sizeof c->log, "%s/log", r->directory);
    c->log_level = 2;
    strcpy(c->window, "1");
    rig_profile(&c->profile);
}

void rig_up(struct rig *r, enum rig_card card)
{
    char program[PATH_MAX], cwd[PATH_MAX];
    uint8_t key[16];
    *r = (struct rig){.client = NULL};
    assert_true(place_new(r->directory, "rig"));
    assert_non_null(getcwd(cwd, sizeof cwd));
    snprintf(r->stand, sizeof r->stand, "%s/stand", r->directory);
    snprintf(r->script, sizeof r->script, "%s/script", r->directory);
    snprintf(r->card_file, sizeof r->card_file, "cardops/practice/cards/%s.ini", card_files[card]);
    assert_int_equal(practice_office_key(r->stand, key), PRACTICE_OK);
    fill_settings(r);
    rig_script(r, "");
    assert_true(place_beside_program(program, sizeof program, "emulated_card_main"));
    assert_int_equal(card_client_start(&r->client, program, NULL), CARD_OK);
}

void rig_down(struct rig *r)
{
    card_client_stop(&r->client);
    place_remove(r->directory);
}

void rig_fresh(struct rig *r)
{
    uint8_t key[16];
    place_remove(r->stand);
    assert_int_equal(practice_office_key(r->stand, key), PRACTICE_OK);
}

static void write_script(struct rig *r, const char *card, const char *lines)
{
    FILE *file = fopen(r->script, "w");
    assert_non_null(file);
    fprintf(file, "stand %s\n%s%s\n%s\n", r->stand, card[0] != '\0' ? "card " : "", card, lines);
    assert_int_equal(fclose(file), 0);
}

void rig_script(struct rig *r, const char *lines)
{
    write_script(r, r->card_file, lines);
}

void rig_script_empty(struct rig *r, const char *lines)
{
    write_script(r, "", lines);
}

static void note_event(struct rig *r)
{
    const struct card_reply *e = &r->reply;
    if (e->event == CARD_EVENT_AT_PAD) {
        r->at_pad++;
        r->last_entries = e->entries;
    }
    r->left_pad += e->event == CARD_EVENT_LEFT_PAD;
    if (e->event == CARD_EVENT_PRESENCE) {
        r->presence_events++;
        r->last_presence = e->presence;
    }
    if (e->event == CARD_EVENT_RESIDENT && r->told_count++ < RIG_TOLD_MAX)
        r->told[r->told_count - 1] = (struct rig_told){e->resident, e->entry, e->entries};
}

enum card_code rig_wait(struct rig *r)
{
    struct pollfd wait = {.fd = card_client_fd(r->client), .events = POLLIN};
    for (;;) {
        while (card_client_receive(r->client, &r->reply)) {
            if (r->reply.sequence != 0)
                return (enum card_code)r->reply.code;
            note_event(r);
        }
        assert_int_equal(poll(&wait, 1, REPLY_MS), 1);
    }
}

void rig_wait_resident(struct rig *r)
{
    struct pollfd wait = {.fd = card_client_fd(r->client), .events = POLLIN};
    bool connected = (r->reply.resident & CARD_RESIDENT_CONNECTED) != 0;
    while (!connected) {
        assert_int_equal(poll(&wait, 1, REPLY_MS), 1);
        while (card_client_receive(r->client, &r->reply)) {
            assert_int_equal(r->reply.sequence, 0);
            note_event(r);
            connected = (r->reply.resident & CARD_RESIDENT_CONNECTED) != 0;
        }
    }
}

void rig_send(struct rig *r, struct card_request *q)
{
    r->at_pad = r->left_pad = 0;
    r->told_count = 0;
    assert_int_equal(card_client_send(r->client, q), CARD_OK);
}

enum card_code rig_ask(struct rig *r, struct card_request *q)
{
    rig_send(r, q);
    return rig_wait(r);
}

enum card_code rig_open(struct rig *r)
{
    static struct card_request q;
    q = (struct card_request){.ask = CARD_ASK_OPEN};
    q.body.settings = r->settings;
    return rig_ask(r, &q);
}

const char *rig_serial(const struct rig *r)
{
    return strstr(r->card_file, "leaktest") != NULL ? "990000000000009" : "990000000000001";
}

enum card_code rig_pin(struct rig *r, enum card_ask ask, enum card_pin pin, enum card_way way)
{
    static struct card_request q;
    q = (struct card_request){.ask = ask, .pin = (uint8_t)pin, .way = (uint8_t)way};
    strcpy(q.serial, rig_serial(r));
    return rig_ask(r, &q);
}

/* --- truth
 * ----------------------------------------------------------------------------------------- */

static struct practice_card *open_card(struct rig *r)
{
    struct practice_card *card;
    assert_int_equal(practice_card_open(&card, r->stand, r->card_file, NOW, NULL), PRACTICE_OK);
    return card;
}

int rig_tries(struct rig *r, enum practice_pin pin)
{
    struct practice_card *card = open_card(r);
    int tries = practice_card_tries(card, pin);
    practice_card_close(&card);
    return tries;
}

static uint16_t say(struct practice_card *card, const uint8_t *command, size_t length)
{
    struct bytes answer = {0};
    assert_true(practice_card_transmit(card, command, length, &answer));
    assert_true(answer.length >= 2);
    uint16_t sw = (uint16_t)(answer.at[answer.length - 2] << 8 | answer.at[answer.length - 1]);
    bytes_free(&answer);
    return sw;
}

bool rig_pin_is(struct rig *r, enum practice_pin pin, const char *text)
{
    static const struct {
        enum card_pin pin;
        size_t place;
    } places[] = {
        [PRACTICE_PIN_SIG] = {CARD_PIN_SIG, 0},          [PRACTICE_PIN_AUTH] = {CARD_PIN_AUTH, 0},
        [PRACTICE_PIN_JUKI_COMMON] = {CARD_PIN_JUKI, 0}, [PRACTICE_PIN_JUKI] = {CARD_PIN_JUKI, 1},
        [PRACTICE_PIN_KENMEN] = {CARD_PIN_KENMEN, 0},
    };
    const struct card_place *place =
        &r->settings.profile.pins[places[pin].pin].places[places[pin].place];
    struct practice_card *card = open_card(r);
    struct bytes atr = {0};
    uint8_t select[15] = {0x00, 0xA4, 0x04, 0x0C, 10}, verify[37] = {0x00, 0x20, 0x00};
    size_t length = strlen(text);
    assert_true(practice_card_power_on(card, &atr));
    memcpy(select + 5, place->aid, 10);
    verify[3] = (uint8_t)(0x80 | place->ef);
    verify[4] = (uint8_t)length;
    memcpy(verify + 5, text, length);
    assert_int_equal(say(card, select, sizeof select), 0x9000);
    bool right = say(card, verify, 5 + length) == 0x9000;
    bytes_free(&atr);
    practice_card_close(&card);
    return right;
}
