#include "tui/term/keys.h"

#include <string.h>
#include <unistr.h>

enum { ESC = 0x1b, DEL = 0x7f, SEQUENCE_MAX = 32 };

static const struct sequence {
    const char *bytes; /* after ESC */
    enum keys_code code;
} sequences[] = {
    {"[A", KEYS_UP}, {"[B", KEYS_DOWN}, {"[C", KEYS_RIGHT}, {"[D", KEYS_LEFT},
    {"OA", KEYS_UP}, {"OB", KEYS_DOWN}, {"OC", KEYS_RIGHT}, {"OD", KEYS_LEFT},
    {"[H", KEYS_HOME}, {"[F", KEYS_END}, {"OH", KEYS_HOME}, {"OF", KEYS_END},
    {"[1~", KEYS_HOME}, {"[4~", KEYS_END}, {"[7~", KEYS_HOME}, {"[8~", KEYS_END},
    {"[3~", KEYS_DELETE}, {"[5~", KEYS_PAGE_UP}, {"[6~", KEYS_PAGE_DOWN}, {"[Z", KEYS_BACKTAB},
    {"OM", KEYS_ENTER},
    {"OP", KEYS_F1}, {"OQ", KEYS_F1 + 1}, {"OR", KEYS_F1 + 2}, {"OS", KEYS_F1 + 3},
    {"[P", KEYS_F1}, {"[Q", KEYS_F1 + 1}, {"[R", KEYS_F1 + 2}, {"[S", KEYS_F1 + 3},
    {"[11~", KEYS_F1}, {"[12~", KEYS_F1 + 1}, {"[13~", KEYS_F1 + 2}, {"[14~", KEYS_F1 + 3},
    {"[15~", KEYS_F1 + 4}, {"[17~", KEYS_F1 + 5}, {"[18~", KEYS_F1 + 6}, {"[19~", KEYS_F1 + 7},
    {"[20~", KEYS_F1 + 8}, {"[21~", KEYS_F1 + 9}, {"[23~", KEYS_F1 + 10}, {"[24~", KEYS_F12},
    {"[[A", KEYS_F1}, {"[[B", KEYS_F1 + 1}, {"[[C", KEYS_F1 + 2}, {"[[D", KEYS_F1 + 3}, {"[[E", KEYS_F1 + 4},
    {"[200~", KEYS_PASTE_BEGIN}, {"[201~", KEYS_PASTE_END},
};

static enum keys_answer complete(struct key *out, enum keys_code code, uint32_t rune)
{
    *out = (struct key){.code = code, .rune = rune};
    return KEYS_COMPLETE;
}

/* Length of the escape sequence that starts the buffer, 0 while its end is not there yet. */
static size_t sequence_length(const uint8_t *bytes, size_t count)
{
    if (count < 3) {
        return 0;
    }
    if (bytes[1] == 'O') {
        return 3;
    }
    if (bytes[2] == '[') {
        return count >= 4 ? 4 : 0;
    }
    for (size_t i = 2; i < count; i++) {
        if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) {
            return i + 1;
        }
        /* Not a byte of a control sequence (ECMA-48, 5.4): the sequence was broken off here. */
        if (bytes[i] < 0x20 || bytes[i] > 0x7e || i >= SEQUENCE_MAX) {
            return i;
        }
    }
    return 0;
}

static enum keys_answer decode_sequence(const uint8_t *bytes, size_t length, struct key *out)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        size_t wanted = strlen(sequences[i].bytes);
        if (wanted == length - 1 && memcmp(bytes + 1, sequences[i].bytes, wanted) == 0) {
            return complete(out, sequences[i].code, 0);
        }
    }
    return KEYS_NOT_A_KEY;
}

static enum keys_answer decode_escape(const uint8_t *bytes, size_t count, bool waited, struct key *out, size_t *used)
{
    if (count == 1) {
        *used = 1;
        return waited ? complete(out, KEYS_ESCAPE, 0) : KEYS_PARTIAL;
    }
    if (bytes[1] >= '0' && bytes[1] <= '9') {
        *used = 2;
        int number = bytes[1] == '0' ? 10 : bytes[1] - '0';
        return complete(out, (enum keys_code)(KEYS_F1 + number - 1), 0);
    }
    if (bytes[1] != '[' && bytes[1] != 'O') {
        *used = 1;
        return complete(out, KEYS_ESCAPE, 0);
    }
    size_t length = sequence_length(bytes, count);
    if (length == 0) {
        *used = count;
        return waited ? KEYS_NOT_A_KEY : KEYS_PARTIAL;
    }
    *used = length;
    return decode_sequence(bytes, length, out);
}

static enum keys_answer decode_control(uint8_t byte, struct key *out)
{
    switch (byte) {
    case '\r':
    case '\n':
        return complete(out, KEYS_ENTER, 0);
    case '\t':
        return complete(out, KEYS_TAB, 0);
    case '\b':
    case DEL:
        return complete(out, KEYS_BACKSPACE, 0);
    default:
        return byte >= 1 && byte <= 26 ? complete(out, KEYS_CONTROL, (uint32_t)('A' + byte - 1)) : KEYS_NOT_A_KEY;
    }
}

static enum keys_answer decode_character(const uint8_t *bytes, size_t count, struct key *out, size_t *used)
{
    ucs4_t rune;
    int length = u8_mbtoucr(&rune, bytes, count);
    if (length == -2) {
        return KEYS_PARTIAL;
    }
    if (length < 0 || (rune >= 0x80 && rune < 0xA0)) {
        *used = length < 0 ? 1 : (size_t)length;
        return KEYS_NOT_A_KEY;
    }
    *used = (size_t)length;
    return complete(out, KEYS_TEXT, rune);
}

enum keys_answer keys_decode(const uint8_t *bytes, size_t count, bool waited, struct key *out, size_t *used)
{
    *used = 0;
    *out = (struct key){.code = KEYS_NONE};
    if (count == 0) {
        return KEYS_PARTIAL;
    }
    if (bytes[0] == ESC) {
        enum keys_answer answer = decode_escape(bytes, count, waited, out, used);
        if (answer == KEYS_PARTIAL) {
            *used = 0;
        }
        return answer;
    }
    if (bytes[0] < 0x20 || bytes[0] == DEL) {
        *used = 1;
        return decode_control(bytes[0], out);
    }
    return decode_character(bytes, count, out, used);
}

bool keys_is_escape(const uint8_t *bytes, size_t count)
{
    return count > 0 && bytes[0] == ESC;
}
