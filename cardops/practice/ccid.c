#include "cardops/practice/ccid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
    SYNC = 0x03,
    CONTROL = 0x06,
    FRAME_OVERHEAD = 3,
    DATA_MOST = 2048,
    WAIT_BYTE = 0x81,
    WAIT_EVERY = 3000,
    MS_FAILED = 0x40,
    ERROR_MUTE = 0xFE,
    ERROR_CANCELLED = 0xEF,
    ERROR_TIMEOUT = 0xF0,
};

bool ccid_open(struct ccid *c, bool has_pad, int entry_seconds)
{
    struct termios raw;
    *c = (struct ccid){.has_pad = has_pad, .entry_seconds = entry_seconds, .slave = -1};
    c->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (c->master < 0)
        return false;
    if (grantpt(c->master) == 0 && unlockpt(c->master) == 0 &&
        ptsname_r(c->master, c->device, sizeof c->device) == 0)
        c->slave = open(c->device, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->slave < 0 || tcgetattr(c->slave, &raw) != 0) {
        ccid_close(c);
        return false;
    }
    cfmakeraw(&raw);
    if (tcsetattr(c->slave, TCSANOW, &raw) == 0)
        return true;
    ccid_close(c);
    return false;
}

void ccid_close(struct ccid *c)
{
    if (c->slave >= 0)
        close(c->slave);
    if (c->master >= 0)
        close(c->master);
    c->master = c->slave = -1;
    pad_close(&c->pad, PAD_IDLE);
    t1_free(&c->t1);
    bytes_free(&c->in);
    bytes_free(&c->frame);
}

/* --- to the driver ------------------------------------------------------------------------------ */

/* Whole or not at all: what does not fit nobody is reading. */
static void device_write(struct ccid *c, const void *data, size_t length)
{
    ssize_t n;
    do
        n = write(c->master, data, length);
    while (n < 0 && errno == EINTR);
}

static bool frame_append(struct bytes *out, const uint8_t header[CCID_HEADER], const uint8_t *data,
                         size_t length)
{
    static const uint8_t start[2] = {SYNC, CONTROL};
    uint8_t check = SYNC ^ CONTROL;
    for (size_t i = 0; i < CCID_HEADER; i++)
        check ^= header[i];
    for (size_t i = 0; i < length; i++)
        check ^= data[i];
    return bytes_append(out, start, 2) && bytes_append(out, header, CCID_HEADER) &&
           bytes_append(out, data, length) && bytes_append_byte(out, check);
}

static uint8_t slot_status(const struct ccid *c)
{
    return !c->card ? 2 : c->powered ? 0 : 1;
}

static void answer(struct ccid *c, const uint8_t *request, uint8_t type, uint8_t failed,
                   uint8_t error, const uint8_t *data, size_t length)
{
    const uint8_t header[CCID_HEADER] = {
        type, (uint8_t)length, (uint8_t)(length >> 8), 0, 0, request[5], request[6],
        (uint8_t)(failed | slot_status(c)), error, 0};
    if (frame_append(&c->frame, header, data, length))
        device_write(c, c->frame.at, c->frame.length);
    bytes_truncate(&c->frame, 0);
}

static void answer_data(struct ccid *c, const uint8_t *request, const struct bytes *data)
{
    answer(c, request, 0x80, 0, 0, data->at, data->length);
}

static void answer_failed(struct ccid *c, const uint8_t *request, uint8_t error)
{
    answer(c, request, 0x80, MS_FAILED, error, NULL, 0);
}

/* The driver wants an echo; only the bare header fits its buffers (stand.md section 2). */
static void echo(struct ccid *c, const uint8_t *request)
{
    uint8_t header[CCID_HEADER];
    memcpy(header, request, CCID_HEADER);
    memset(header + 1, 0, 4);
    bytes_truncate(&c->frame, 0);
    if (!frame_append(&c->frame, header, NULL, 0))
        bytes_truncate(&c->frame, 0);
}

/* --- the card ----------------------------------------------------------------------------------- */

static void card_gone(struct ccid *c)
{
    if (c->card)
        practice_card_power_off(c->card);
    c->card = NULL;
    c->powered = false;
}

static void card_takes_its_time(const struct ccid *c)
{
    struct timespec left = {.tv_nsec = (long)c->slowness * 1000000L};
    while (c->slowness > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

/* Carries out one command, with the fault that was ordered for it. */
static bool card_execute(void *context, const struct bytes *command, struct bytes *answer_to)
{
    struct ccid *c = context;
    c->commands++;
    card_takes_its_time(c);
    enum ccid_fault fault = CCID_NO_FAULT;
    if (c->fault && --c->countdown == 0) {
        fault = c->fault;
        c->fault = CCID_NO_FAULT;
    }
    if (fault == CCID_MUTE_AT)
        c->mute = true;
    if (fault == CCID_PULL_AT)
        card_gone(c);
    if (fault == CCID_MUTE_AT || fault == CCID_PULL_AT)
        return false;
    bool ok = practice_card_transmit(c->card, command->at, command->length, answer_to);
    if (fault == CCID_PULL_AFTER)
        card_gone(c);
    return ok && fault == CCID_NO_FAULT;
}

static void card_block(struct ccid *c, const uint8_t *request, const uint8_t *block, size_t length)
{
    struct bytes out = {0};
    if (t1_block(&c->t1, block, length, card_execute, c, &out) == T1_ANSWER)
        answer_data(c, request, &out);
    else if (!c->mute)
        answer_failed(c, request, ERROR_MUTE);
    bytes_free(&out);
}

/* --- PIN entry ---------------------------------------------------------------------------------- */

/* The command as the T=1 block that the driver has begun: its prologue, our length and check. */
static void entry_send(struct ccid *c)
{
    struct bytes command = {0}, block = {0};
    uint8_t head[3] = {c->pad.block.prologue[0], c->pad.block.prologue[1], 0};
    bool ok = pad_command(&c->pad, &command) && command.length <= T1_INF;
    head[2] = (uint8_t)command.length;
    uint8_t check = (uint8_t)(head[0] ^ head[1] ^ head[2]);
    for (size_t i = 0; i < command.length; i++)
        check ^= command.at[i];
    ok = ok && bytes_append(&block, head, 3) && bytes_append(&block, command.at, command.length) &&
         bytes_append_byte(&block, check);
    if (ok)
        card_block(c, c->asked, block.at, block.length);
    else
        answer_failed(c, c->asked, ERROR_MUTE);
    bytes_free(&command);
    bytes_free(&block);
}

/* A bare status word: the driver sees that nothing was sent to the card. */
static void entry_status(struct ccid *c, uint16_t sw)
{
    const uint8_t status[2] = {(uint8_t)(sw >> 8), (uint8_t)sw};
    answer(c, c->asked, 0x80, 0, 0, status, 2);
}

static void entry_end(struct ccid *c, enum pad_outcome outcome)
{
    if (!c->asking || outcome == PAD_ASKING)
        return;
    c->asking = false;
    if (outcome == PAD_ENTERED)
        entry_send(c);
    else if (outcome == PAD_CANCELLED)
        answer_failed(c, c->asked, ERROR_CANCELLED);
    else if (outcome == PAD_TIMED_OUT)
        answer_failed(c, c->asked, ERROR_TIMEOUT);
    else
        entry_status(c, pad_status(outcome));
    pad_close(&c->pad, outcome);
}

static void secure(struct ccid *c, const uint8_t *request, const uint8_t *data, size_t length,
                   int64_t now)
{
    struct pin_block block;
    if (!c->has_pad || !c->powered) {
        answer_failed(c, request, c->card ? 0 : ERROR_MUTE);
        return;
    }
    uint16_t sw = pin_block_parse(&block, data, length);
    memcpy(c->asked, request, CCID_HEADER);
    if (sw != PIN_OK) {
        pin_block_free(&block);
        entry_status(c, sw);
        return;
    }
    device_write(c, c->frame.at, c->frame.length); /* the echo does not wait for the resident */
    bytes_truncate(&c->frame, 0);
    pad_ask(&c->pad, &block, now, c->entry_seconds);
    c->asking = true;
    c->next_wait = now + WAIT_EVERY;
}

/* --- commands from the driver ------------------------------------------------------------------ */

static void power_on(struct ccid *c, const uint8_t *request)
{
    struct bytes atr = {0};
    if (c->card && practice_card_power_on(c->card, &atr)) {
        c->powered = true;
        t1_reset(&c->t1);
        answer_data(c, request, &atr);
    } else {
        answer_failed(c, request, ERROR_MUTE);
    }
    bytes_free(&atr);
}

static void power_off(struct ccid *c, const uint8_t *request)
{
    if (c->card)
        practice_card_power_off(c->card);
    c->powered = false;
    answer(c, request, 0x81, 0, 0, NULL, 0);
}

/* Firmware text, notification mode, display texts, features (card.md 8.4). */
static void escape(struct ccid *c, const uint8_t *request, const uint8_t *data, size_t length)
{
    static const char firmware[] = "madoguchi practice";
    static const uint8_t features[21] = {0x02, 0x10, 0x00, 0x02, 0x60, [12] = 0x01,
                                         [13] = PIN_BLOCK_SHORTEST, [14] = PIN_BLOCK_LONGEST};
    switch (length ? data[0] : 0) {
    case 0x02:
        answer(c, request, 0x83, 0, 0, (const uint8_t *)firmware, sizeof firmware - 1);
        break;
    case 0x6A:
        c->opened = true;
        answer(c, request, 0x83, c->has_pad ? 0 : MS_FAILED, 0, features,
               c->has_pad ? sizeof features : 0);
        break;
    case 0x01:
    case 0xB2: answer(c, request, 0x83, 0, 0, NULL, 0); break;
    default: answer(c, request, 0x83, MS_FAILED, 0, NULL, 0); break;
    }
}

static void parameters(struct ccid *c, const uint8_t *request, const uint8_t *data, size_t length)
{
    if (request[0] == 0x61 && length <= sizeof c->parameters)
        memcpy(c->parameters, data, length);
    answer(c, request, 0x82, 0, 0, c->parameters, sizeof c->parameters);
}

static void request_handle(struct ccid *c, const uint8_t *request, const uint8_t *data,
                           size_t length, int64_t now)
{
    if (c->mute)
        return;
    echo(c, request);
    switch (request[0]) {
    case 0x62: power_on(c, request); break;
    case 0x63: power_off(c, request); break;
    case 0x65: answer(c, request, 0x81, 0, 0, NULL, 0); break;
    case 0x61:
    case 0x6C: parameters(c, request, data, length); break;
    case 0x6B: escape(c, request, data, length); break;
    case 0x69: secure(c, request, data, length, now); break;
    case 0x6F:
        if (c->powered)
            card_block(c, request, data, length);
        else
            answer_failed(c, request, ERROR_MUTE);
        break;
    default: answer(c, request, 0x81, MS_FAILED, 0, NULL, 0); break;
    }
}

/* The length of the whole frame at the buffer's start; 0: more must come, or nothing sensible is there. */
static size_t frame_whole(struct ccid *c)
{
    size_t skip = 0;
    while (skip < c->in.length &&
           (c->in.at[skip] != SYNC || (skip + 1 < c->in.length && c->in.at[skip + 1] != CONTROL)))
        skip++;
    if (skip) {
        memmove(c->in.at, c->in.at + skip, c->in.length - skip);
        bytes_truncate(&c->in, c->in.length - skip);
    }
    if (c->in.length < CCID_HEADER + FRAME_OVERHEAD)
        return 0;
    const uint8_t *h = c->in.at + 2;
    size_t length = (size_t)h[1] | (size_t)h[2] << 8 | (size_t)h[3] << 16 | (size_t)h[4] << 24;
    if (length > DATA_MOST) {
        bytes_truncate(&c->in, 0);
        return 0;
    }
    size_t whole = length + CCID_HEADER + FRAME_OVERHEAD;
    return whole <= c->in.length ? whole : 0;
}

void ccid_readable(struct ccid *c, int64_t now)
{
    uint8_t block[1024];
    ssize_t n = read(c->master, block, sizeof block);
    if (n <= 0 || !bytes_append(&c->in, block, (size_t)n))
        return;
    size_t whole;
    while ((whole = frame_whole(c)) > 0) {
        /* The driver waits some seconds for an answer and asks again (card.md 8.5): what it has not
         * read by then, and what it asked before, it no longer waits for. A late answer would be
         * taken for that of the next command, and so on for ever. */
        tcflush(c->slave, TCIFLUSH);
        if (whole == c->in.length)
            request_handle(c, c->in.at + 2, c->in.at + 2 + CCID_HEADER,
                           whole - CCID_HEADER - FRAME_OVERHEAD, now);
        memmove(c->in.at, c->in.at + whole, c->in.length - whole);
        bytes_truncate(&c->in, c->in.length - whole);
    }
}

int64_t ccid_deadline(const struct ccid *c)
{
    if (!c->asking)
        return CCID_NEVER;
    return c->next_wait < c->pad.until ? c->next_wait : c->pad.until;
}

void ccid_tick(struct ccid *c, int64_t now)
{
    static const uint8_t wait = WAIT_BYTE;
    entry_end(c, pad_time(&c->pad, now));
    if (c->asking && now >= c->next_wait) {
        if (!c->mute)
            device_write(c, &wait, 1);
        c->next_wait = now + WAIT_EVERY;
    }
}

void ccid_forget(struct ccid *c)
{
    tcflush(c->slave, TCIOFLUSH);
    tcflush(c->master, TCIOFLUSH);
    c->asking = c->opened = false;
    pad_close(&c->pad, PAD_IDLE);
    bytes_truncate(&c->in, 0);
    if (c->card)
        practice_card_power_off(c->card);
    c->powered = false;
}

void ccid_insert(struct ccid *c, struct practice_card *card)
{
    card_gone(c);
    if (c->asking) {
        c->asking = false;
        pad_close(&c->pad, PAD_IDLE);
        answer_failed(c, c->asked, ERROR_MUTE);
    }
    c->card = card;
    c->pad.outcome = PAD_IDLE;
}

void ccid_key(struct ccid *c, char key)
{
    if (c->asking)
        entry_end(c, pad_key(&c->pad, key));
}

void ccid_timeout(struct ccid *c)
{
    entry_end(c, pad_time(&c->pad, INT64_MAX));
}

void ccid_refuse(struct ccid *c, uint16_t sw)
{
    if (!c->asking)
        return;
    c->asking = false;
    entry_status(c, sw);
    pad_close(&c->pad, PAD_REFUSED);
}
