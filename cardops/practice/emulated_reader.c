#include "cardops/practice/emulated_reader.h"

#include "cardops/practice/pad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { SCRIPTS = 64, SCRIPT_LENGTH = 64 };
enum { NOTHING, LINK_AWAY, LINK_NO_SERVICE, LINK_REFUSED, LINKS };

struct emulated {
    struct reader reader;
    bool has_pad, connected, lost;
    int event;
    int down; /* NOTHING, or a LINK_ */
    struct practice_card *card, *other;
    struct pad pad;
    char scripts[SCRIPTS][SCRIPT_LENGTH];
    size_t script_count;
    bool armed;
    enum emulated_fault fault;
    unsigned countdown, commands, executed;
    unsigned deaf; /* questions that will get no answer */
};

static struct emulated *self(struct reader *r)
{
    return (struct emulated *)r;
}

/* Part 10 control codes, as pcsc-lite numbers them (card.md 7.1). */
enum {
    CODE_FEATURES = 0x42000D48,
    CODE_VERIFY = 0x42330006,
    CODE_MODIFY = 0x42330007,
    CODE_PROPERTIES = 0x4233000A,
    CODE_TLV = 0x42330012,
};

static void presence_changed(struct emulated *e)
{
    uint64_t one = 1;
    if (write(e->event, &one, sizeof one) < 0)
        return; /* the counter is full: readable already */
}

void emulated_reader_insert(struct reader *r, struct practice_card *card)
{
    struct emulated *e = self(r);
    if (e->card)
        practice_card_power_off(e->card);
    e->lost = e->connected;
    e->card = card;
    presence_changed(e);
}

void emulated_reader_other(struct reader *r, struct practice_card *card)
{
    self(r)->other = card;
}

bool emulated_reader_keys(struct reader *r, const char *keys)
{
    struct emulated *e = self(r);
    if (e->script_count == SCRIPTS || strlen(keys) >= SCRIPT_LENGTH)
        return false;
    snprintf(e->scripts[e->script_count++], SCRIPT_LENGTH, "%s", keys);
    return true;
}

void emulated_reader_fault(struct reader *r, enum emulated_fault fault, unsigned nth)
{
    struct emulated *e = self(r);
    e->armed = nth > 0;
    e->fault = fault;
    e->countdown = nth;
}

void emulated_reader_deaf(struct reader *r, unsigned questions)
{
    self(r)->deaf = questions;
}

void emulated_reader_refuse(struct reader *r)
{
    self(r)->down = LINK_REFUSED;
    presence_changed(self(r));
}

void emulated_reader_restore(struct reader *r)
{
    self(r)->down = NOTHING;
    presence_changed(self(r));
}

unsigned emulated_reader_commands(const struct reader *r)
{
    return ((const struct emulated *)r)->commands;
}

unsigned emulated_reader_executed(const struct reader *r)
{
    return ((const struct emulated *)r)->executed;
}

static enum reader_fault link_state(const struct emulated *e)
{
    static const enum reader_fault faults[LINKS] = {
        [NOTHING] = READER_OK,
        [LINK_AWAY] = READER_UNAVAILABLE,
        [LINK_NO_SERVICE] = READER_NO_SERVICE,
        [LINK_REFUSED] = READER_NOT_AUTHORISED,
    };
    return faults[e->down];
}

/* --- commands to the card, and the faults on their way -------------------------------------- */

static enum reader_fault card_run(struct emulated *e, const struct bytes *command,
                                  struct bytes *answer)
{
    e->executed++;
    return practice_card_transmit(e->card, command->at, command->length, answer)
               ? READER_OK
               : READER_NO_MEMORY;
}

static void link_down(struct emulated *e, int how)
{
    if (e->card)
        practice_card_power_off(e->card);
    e->lost = true;
    e->down = how;
    presence_changed(e);
}

static enum reader_fault faulty_run(struct emulated *e, const struct bytes *command,
                                    struct bytes *answer)
{
    static const struct {
        bool runs;
        struct {
            bool out, other;
            int down;
        } then;
        enum reader_fault result;
    } rows[] = {
        [EMULATED_REMOVED_BEFORE] = {false, {true, false, NOTHING}, READER_NOT_TRANSACTED},
        [EMULATED_REMOVED_AFTER] = {true, {true, false, NOTHING}, READER_NOT_TRANSACTED},
        [EMULATED_LOST_BEFORE] = {false, {false, false, NOTHING}, READER_NOT_TRANSACTED},
        [EMULATED_LOST_AFTER] = {true, {false, false, NOTHING}, READER_NOT_TRANSACTED},
        [EMULATED_AWAY] = {false, {false, false, LINK_AWAY}, READER_UNAVAILABLE},
        [EMULATED_NO_SERVICE] = {false, {false, false, LINK_NO_SERVICE}, READER_NO_SERVICE},
        [EMULATED_NO_SERVICE_AFTER] = {true, {false, false, LINK_NO_SERVICE}, READER_NO_SERVICE},
        [EMULATED_GARBAGE] = {false, {false, false, NOTHING}, READER_OK},
        [EMULATED_SHORT] = {true, {false, false, NOTHING}, READER_GARBLED},
        [EMULATED_OTHER_CARD] = {false, {true, true, NOTHING}, READER_NOT_TRANSACTED},
    };
    static const uint8_t nonsense[] = {0xDE, 0xAD, 0xBE, 0xEF, 0x90, 0x00};
    enum emulated_fault fault = e->fault;
    e->armed = false;
    if (rows[fault].runs && card_run(e, command, answer) != READER_OK)
        return READER_NO_MEMORY;
    bytes_truncate(answer, 0);
    if (rows[fault].then.out)
        emulated_reader_insert(&e->reader, rows[fault].then.other ? e->other : NULL);
    if (rows[fault].then.down)
        link_down(e, rows[fault].then.down);
    if (fault == EMULATED_GARBAGE && !bytes_set(answer, nonsense, sizeof nonsense))
        return READER_NO_MEMORY;
    return rows[fault].result;
}

static enum reader_fault command_run(struct emulated *e, const struct bytes *command,
                                     struct bytes *answer)
{
    e->commands++;
    if (e->armed && --e->countdown == 0)
        return faulty_run(e, command, answer);
    return card_run(e, command, answer);
}

static enum reader_fault connection_state(const struct emulated *e)
{
    enum reader_fault fault = link_state(e);
    if (fault)
        return fault;
    if (e->lost || (e->connected && !e->card))
        return READER_CARD_REMOVED;
    return e->connected ? READER_OK : READER_CARD_ABSENT;
}

static enum reader_fault emulated_transmit(struct reader *r, const struct bytes *command,
                                           struct bytes *answer)
{
    struct emulated *e = self(r);
    bytes_truncate(answer, 0);
    enum reader_fault fault = connection_state(e);
    return fault ? fault : command_run(e, command, answer);
}

/* --- the pad ---------------------------------------------------------------------------------- */

/* Part 10's structure into what the driver sends on, with the driver's own checks (stand.md 3). */
static bool structure_convert(bool modify, const struct bytes *in, struct bytes *body)
{
    size_t head = modify ? 24 : 19;
    if (in->length < head + 4)
        return false;
    size_t told = (size_t)in->at[head - 4] | (size_t)in->at[head - 3] << 8 |
                  (size_t)in->at[head - 2] << 16 | (size_t)in->at[head - 1] << 24;
    uint8_t messages = modify ? in->at[11] : 1;
    if (told != in->length - head || (messages > 3 && messages != 0xFF))
        return false;
    bool ok = bytes_append_byte(body, modify) && bytes_append(body, in->at, 1) &&
              bytes_append(body, in->at + 2, head - 6) &&
              bytes_append(body, in->at + head, told);
    if (!ok)
        return false;
    body->at[modify ? 10 : 7] = 0x02;
    body->at[modify ? 11 : 8] = messages;
    return true;
}

static bool answer_status(struct bytes *out, unsigned sw)
{
    const uint8_t status[2] = {(uint8_t)(sw >> 8), (uint8_t)sw};
    return bytes_set(out, status, 2);
}

/* Takes the next script; the entry is played to its end. */
static enum pad_outcome script_play(struct emulated *e, struct pin_block *block,
                                    char script[SCRIPT_LENGTH])
{
    enum pad_outcome outcome = PAD_ASKING;
    script[0] = '\0';
    pad_ask(&e->pad, block, 0, 1);
    if (e->script_count) {
        memcpy(script, e->scripts[0], SCRIPT_LENGTH);
        memmove(e->scripts[0], e->scripts[1], sizeof e->scripts - SCRIPT_LENGTH);
        e->script_count--;
    }
    for (const char *key = script; *key && outcome == PAD_ASKING; key++)
        outcome = pad_key(&e->pad, *key);
    return outcome == PAD_ASKING ? pad_time(&e->pad, INT64_MAX) : outcome;
}

static enum reader_fault entry_done(struct emulated *e, struct bytes *out)
{
    struct bytes command = {0};
    enum reader_fault fault = READER_NO_MEMORY;
    if (pad_command(&e->pad, &command))
        fault = command_run(e, &command, out);
    bytes_free(&command);
    return fault;
}

static enum reader_fault pad_control(struct emulated *e, bool modify, const struct bytes *in,
                                     struct bytes *out)
{
    struct bytes body = {0};
    struct pin_block block;
    char script[SCRIPT_LENGTH];
    unsigned forced;
    bool known = structure_convert(modify, in, &body);
    uint16_t sw = known ? pin_block_parse(&block, body.at, body.length) : 0;
    bytes_free(&body);
    if (!known)
        return READER_UNSUPPORTED;
    if (sw != PIN_OK)
        return answer_status(out, sw) ? READER_OK : READER_NO_MEMORY;
    enum pad_outcome outcome = script_play(e, &block, script);
    enum reader_fault fault = READER_OK;
    if (strcmp(script, "remove") == 0) {
        emulated_reader_insert(&e->reader, NULL);
        fault = READER_NOT_TRANSACTED;
    } else if (strlen(script) == 4 && script[0] == '6' && sscanf(script, "%4x", &forced) == 1 &&
               outcome == PAD_TIMED_OUT) {
        fault = answer_status(out, forced) ? READER_OK : READER_NO_MEMORY;
    } else if (outcome == PAD_ENTERED) {
        fault = entry_done(e, out);
    } else if (!answer_status(out, pad_status(outcome))) {
        fault = READER_NO_MEMORY;
    }
    pad_close(&e->pad, outcome);
    explicit_bzero(script, sizeof script);
    return fault;
}

static enum reader_fault emulated_control(struct reader *r, uint32_t code, const struct bytes *in,
                                          struct bytes *out)
{
    static const uint8_t features[] = {
        0x06, 0x04, 0x42, 0x33, 0x00, 0x06, 0x07, 0x04, 0x42, 0x33, 0x00, 0x07,
        0x0A, 0x04, 0x42, 0x33, 0x00, 0x0A, 0x12, 0x04, 0x42, 0x33, 0x00, 0x12,
    };
    static const uint8_t properties[] = {0x00, 0x00, 0x02, 0x00};
    static const uint8_t tlv[] = {
        0x01, 0x02, 0x00, 0x00, 0x03, 0x01, 0x00, 0x06, 0x01, PIN_BLOCK_SHORTEST,
        0x07, 0x01, PIN_BLOCK_LONGEST, 0x02, 0x01, 0x02, 0x09, 0x01, 0x00,
    };
    struct emulated *e = self(r);
    bytes_truncate(out, 0);
    enum reader_fault fault = link_state(e);
    if (fault)
        return fault;
    bool ok;
    if (code != CODE_VERIFY && code != CODE_MODIFY && e->deaf > 0) {
        e->deaf--;
        return READER_NOT_TRANSACTED;
    }
    switch (code) {
    case CODE_FEATURES:
        ok = e->has_pad ? bytes_set(out, features, sizeof features)
                        : bytes_set(out, features + 18, 6);
        return ok ? READER_OK : READER_NO_MEMORY;
    case CODE_TLV:
        ok = e->has_pad ? bytes_set(out, tlv, sizeof tlv) : bytes_set(out, tlv, 7);
        return ok ? READER_OK : READER_NO_MEMORY;
    case CODE_PROPERTIES:
        return !e->has_pad                              ? READER_UNSUPPORTED
               : bytes_set(out, properties, sizeof properties) ? READER_OK
                                                        : READER_NO_MEMORY;
    case CODE_VERIFY:
    case CODE_MODIFY:
        if (!e->has_pad)
            return READER_UNSUPPORTED;
        fault = connection_state(e);
        return fault ? fault : pad_control(e, code == CODE_MODIFY, in, out);
    default: return READER_UNSUPPORTED;
    }
}

/* --- the rest of struct reader ---------------------------------------------------------------- */

static enum reader_fault emulated_open(struct reader *r)
{
    return link_state(self(r));
}

static int emulated_watch(struct reader *r)
{
    return self(r)->event;
}

static enum reader_fault emulated_presence(struct reader *r, enum reader_presence *now)
{
    struct emulated *e = self(r);
    uint64_t drained;
    if (read(e->event, &drained, sizeof drained) < 0)
        drained = 0; /* nothing was there */
    *now = e->down == LINK_AWAY ? READER_IS_AWAY : e->card ? READER_HAS_CARD : READER_IS_EMPTY;
    enum reader_fault fault = link_state(e);
    return fault == READER_UNAVAILABLE ? READER_OK : fault;
}

static enum reader_fault emulated_connect(struct reader *r)
{
    struct emulated *e = self(r);
    enum reader_fault fault = link_state(e);
    e->connected = e->lost = false;
    if (fault)
        return fault;
    if (!e->card)
        return READER_CARD_ABSENT;
    struct bytes atr = {0};
    e->connected = practice_card_power_on(e->card, &atr);
    bytes_free(&atr);
    return e->connected ? READER_OK : READER_NO_MEMORY;
}

static void emulated_power_off(struct reader *r)
{
    struct emulated *e = self(r);
    if (e->card)
        practice_card_power_off(e->card);
    e->connected = e->lost = false;
}

static void emulated_close(struct reader **r)
{
    if (!*r)
        return;
    emulated_power_off(*r);
    pad_close(&self(*r)->pad, PAD_IDLE);
    close(self(*r)->event);
    free(*r);
    *r = NULL;
}

static const struct reader_ops ops = {
    .open = emulated_open,
    .watch_fd = emulated_watch,
    .presence = emulated_presence,
    .connect = emulated_connect,
    .transmit = emulated_transmit,
    .control = emulated_control,
    .power_off = emulated_power_off,
    .close = emulated_close,
};

struct reader *emulated_reader_new(bool pad)
{
    struct emulated *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->reader.ops = &ops;
    e->has_pad = pad;
    e->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (e->event < 0) {
        free(e);
        return NULL;
    }
    return &e->reader;
}
