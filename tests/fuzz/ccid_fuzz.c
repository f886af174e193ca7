/* What a driver writes to the practice reader: bytes on the line, keys and time between them. One
 * octet says what comes: below F0 that many bytes; F0 a key; F1 a card in or out; else time. */
#include "cardops/practice/ccid.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEY = 0xF0, CARD, SECOND = 1000, ROOM = 4096 };

static struct practice_card *card;
static char folder[] = "/tmp/ccid-fuzz-XXXXXX";

static void remove_folder(void)
{
    char command[64] = "rm -rf ";

    practice_card_close(&card);
    if (system(strcat(command, folder)) != 0)
        abort();
}

static void prepare(void)
{
    if (!mkdtemp(folder) || atexit(remove_folder) != 0 ||
        practice_card_open(&card, folder, "cardops/practice/cards/adult.ini", 1800000000, NULL) !=
            PRACTICE_OK)
        abort();
}

static void write_line(struct ccid *c, const uint8_t *at, size_t length, int64_t now)
{
    struct pollfd master = {.fd = c->master, .events = POLLIN};
    uint8_t drained[ROOM];

    if (write(c->slave, at, length) < 0)
        return;
    while (poll(&master, 1, 0) > 0)
        ccid_readable(c, now);
    while (read(c->slave, drained, sizeof drained) > 0)
        continue;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ccid c = {0};
    int64_t now = 1;

    if (!card)
        prepare();
    if (size > ROOM || !ccid_open(&c, true, 0))
        return 0;
    if (fcntl(c.slave, F_SETFL, O_NONBLOCK) != 0)
        abort();
    ccid_insert(&c, card);
    while (size > 0) {
        size_t length = *data < size - 1 ? *data : size - 1;

        if (*data < KEY) {
            write_line(&c, data + 1, length, now);
        } else if (*data == KEY) {
            length = size > 1;
            if (length > 0)
                ccid_key(&c, (char)data[1]);
        } else if (*data == CARD) {
            length = 0;
            ccid_insert(&c, c.card ? NULL : card);
        } else {
            length = 0;
            now += (int64_t)(*data - CARD) * SECOND;
            ccid_tick(&c, now);
        }
        data += length + 1;
        size -= length + 1;
    }
    ccid_insert(&c, NULL);
    ccid_close(&c);
    return 0;
}
