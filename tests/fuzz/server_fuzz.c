/*
 * The clerk's side as an enemy: messages to the card process's own loop, over a reader that says what
 * it likes. Input: the reader's answers (length in two octets), then messages (length in two octets),
 * each laid over a sound request; where files go is not the input's to say.
 */
#include "cardops/server.h"
#include "tests/fuzz/hostile_reader.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MESSAGES = 8 };

static const uint8_t *answers;
static size_t answers_length;
static char folder[] = "/tmp/server-fuzz-XXXXXX";

static void remove_folder(void)
{
    char command[64] = "rm -rf ";

    if (system(strcat(command, folder)) != 0)
        abort();
}

static struct reader *open_hostile(const struct card_settings *settings)
{
    (void)settings;
    return hostile_reader_new(answers, answers_length);
}

static size_t take(const uint8_t **data, size_t *size, const uint8_t **piece)
{
    size_t length = *size < 2 ? 0 : (size_t)((*data)[0] << 8 | (*data)[1]);

    if (*size < 2) {
        *size = 0;
        return 0;
    }
    *data += 2;
    *size -= 2;
    if (length > *size)
        length = *size;
    *piece = *data;
    *data += length;
    *size -= length;
    return length;
}

static void confine_paths(struct card_settings *c)
{
    memset(c->module, 0, sizeof c->module);
    memset(c->log, 0, sizeof c->log);
    memset(c->runtime, 0, sizeof c->runtime);
    snprintf(c->runtime, sizeof c->runtime, "%s/run", folder);
    if (memchr(c->window, '\0', sizeof c->window) && strchr(c->window, '/'))
        memset(c->window, 0, sizeof c->window);
}

static void send_message(int fd, const uint8_t *at, size_t length, uint32_t sequence)
{
    struct card_request q = {
        .version = CARD_WIRE_VERSION, .sequence = sequence, .ask = CARD_ASK_OPEN};
    const struct card_pin_profile pin = {
        "auth", CARD_DIGITS, 4, 4, 3, 1, {{{0xD3, 0x92, 0xF0}, 10, 0x0018, 0x00, 0x24, 0x01}}};

    q.body.settings = (struct card_settings){.reader = "reader",
                                             .window = "1",
                                             .entry_seconds = 1,
                                             .use_pad = 1,
                                             .resident_gid = UINT32_MAX,
                                             .profile = {"card", 2, {pin, pin}}};
    memcpy((uint8_t *)&q + 8, at, length < sizeof q - 8 ? length : sizeof q - 8);
    if (q.ask == CARD_ASK_OPEN)
        confine_paths(&q.body.settings);
    if (card_request_check(&q, sizeof q) == CARD_OK && (q.ask == 0 || q.blob_length > CARD_BLOB_MAX))
        abort();
    (void)!send(fd, &q, at && length == 1 ? length : sizeof q, MSG_DONTWAIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];

    if (folder[sizeof folder - 2] == 'X' && (!mkdtemp(folder) || atexit(remove_folder) != 0))
        abort();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
        abort();
    answers_length = take(&data, &size, &answers);
    for (uint32_t i = 1; size > 0 && i <= MESSAGES; i++) {
        const uint8_t *piece = data;
        size_t length = take(&data, &size, &piece);

        send_message(pair[0], piece, length, i);
    }
    if (shutdown(pair[0], SHUT_WR) != 0)
        abort();
    (void)card_serve(pair[1], open_hostile, NULL);
    close(pair[0]);
    close(pair[1]);
    return 0;
}
