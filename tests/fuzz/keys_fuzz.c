/* Bytes of a terminal: the decoder always ends, never reads past, and keeps half a character waiting. */
#include "tui/term/keys.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        struct key key = {0};
        size_t used = 0;
        enum keys_answer answer = keys_decode(data + at, size - at, false, &key, &used);
        if (answer == KEYS_PARTIAL)
            answer = keys_decode(data + at, size - at, true, &key, &used);
        if (answer == KEYS_PARTIAL)
            return 0;
        if (used == 0 || used > size - at)
            abort();
        if (answer == KEYS_COMPLETE && key.code == KEYS_TEXT && (key.rune < 0x20 || key.rune > 0x10FFFF))
            abort();
        at += used;
    }
    return 0;
}
