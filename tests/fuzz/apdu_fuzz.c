/* Commands as the emulated card gets them: what parses builds back to the same meaning. */
#include "cardops/wire/apdu.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct apdu first;
    if (apdu_parse(data, size, &first)) {
        struct bytes raw = {0};
        struct apdu again;
        if (!apdu_build(&raw, &first) || !apdu_parse(raw.at, raw.length, &again))
            abort();
        if (again.ins != first.ins || again.expected != first.expected || again.data_length != first.data_length ||
            (first.data_length > 0 && memcmp(again.data, first.data, first.data_length) != 0))
            abort();
        bytes_free(&raw);
    }
    struct bytes answer = {0};
    uint16_t sw;
    if (bytes_set(&answer, data, size) && apdu_take_status(&answer, &sw) && answer.length + 2 != size)
        abort();
    bytes_free(&answer);
    return 0;
}
