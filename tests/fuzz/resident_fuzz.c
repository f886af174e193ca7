/*
 * The resident's terminal: whatever the card process sends and whatever is typed, in any order and at any
 * time, every page can be drawn, and no character stays once no question is open.
 *
 * Input: operations. 0: the bytes that follow are a message; 1: keys as bytes, up to 16; 2: the connection
 * goes; other: time passes, in steps of a tenth of a second.
 */
#include "tui/resident/session.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS_AT_ONCE = 16, TICK_MS = 100 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct session session;
static struct canvas canvas;

static void check(int64_t now)
{
    static const uint8_t nothing[ENTRY_MAX];
    struct view view;
    session_view(&session, now, &view);
    (void)view_draw(&canvas, &view);
    bool open = session.page == VIEW_ASK || session.page == VIEW_LEAVE;
    for (int i = 0; i < ENTRY_FIELDS && !open; i++)
        if (session.entry.fields[i].length != 0 || memcmp(session.entry.fields[i].at, nothing, ENTRY_MAX) != 0)
            abort();
    const struct bytes *answer = session_answer(&session);
    if (answer != NULL && answer->length != sizeof(struct resident_answer))
        abort();
    session_sent(&session);
    if (session_wait(&session, now) < -1)
        abort();
}

static size_t take_message(const uint8_t *data, size_t size, int64_t now)
{
    struct resident_ask message = {.version = RESIDENT_WIRE_VERSION};
    size_t taken = size < sizeof message - sizeof message.version ? size : sizeof message - sizeof message.version;
    /* The version is given: everything behind it is what is looked for. */
    memcpy((uint8_t *)&message + sizeof message.version, data, taken);
    enum session_heard heard = session_message(&session, &message, now);
    if (heard == SESSION_NONSENSE || heard == SESSION_OTHER)
        session_link(&session, VIEW_WAITING, now);
    return taken;
}

static size_t take_keys(const uint8_t *data, size_t size, int64_t now)
{
    size_t count = size < KEYS_AT_ONCE ? size : KEYS_AT_ONCE, at = 0;
    while (at < count) {
        struct key key;
        size_t used = 0;
        enum keys_answer answer = keys_decode(data + at, count - at, true, &key, &used);
        if (answer == KEYS_PARTIAL)
            break;
        if (answer == KEYS_COMPLETE)
            session_key(&session, &key, now);
        check(now);
        at += used;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now = 0;
    if (!session_start(&session, SPEECH_JA, false) || !canvas_resize(&canvas, 10, 34))
        abort();
    for (size_t at = 0; at < size;) {
        uint8_t operation = data[at++];
        if (operation == 0) {
            at += take_message(data + at, size - at, now);
        } else if (operation == 1) {
            at += take_keys(data + at, size - at, now);
        } else if (operation == 2) {
            session_link(&session, VIEW_WAITING, now);
        } else {
            now += operation * TICK_MS;
            session_tick(&session, now);
        }
        check(now);
    }
    session_wipe(&session);
    canvas_free(&canvas);
    return 0;
}
