/* BER-TLV objects as a card or module would send them: walks siblings and children, never leaving the bytes. */
#include "cardops/wire/tlv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const uint8_t *at, size_t length, int depth)
{
    struct tlv_reader reader = {.at = at, .left = length};
    struct tlv object;
    while (tlv_next(&reader, &object) == TLV_OBJECT) {
        if (object.value < at || object.value + object.length > at + length)
            abort();
        if (depth < 8)
            walk(object.value, object.length, depth + 1);
    }
    if (reader.left != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk(data, size, 0);
    if (tlv_whole_length(data, size) == 1)
        abort();
    return 0;
}
