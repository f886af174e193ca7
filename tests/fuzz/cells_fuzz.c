/* Text from a card or certificate: after cleaning it holds no control, and every cut keeps characters whole. */
#include "tui/term/cells.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char raw[512], text[600];
    if (size >= sizeof raw)
        return 0;
    memcpy(raw, data, size);
    raw[size] = '\0';
    cells_clean(raw, text, sizeof text);
    size_t length = strlen(text);
    if (u8_check((const uint8_t *)text, length) != NULL)
        abort();
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            abort();
    for (size_t cells = 0; cells < 12; cells++) {
        size_t fit = cells_fit(text, cells);
        if (fit > length || u8_check((const uint8_t *)text, fit) != NULL)
            abort();
    }
    const char *at = text;
    for (size_t lines = 0; *at != '\0'; lines++) {
        const char *next;
        size_t taken = cells_line(at, 10, &next);
        if (next <= at || taken > (size_t)(next - at) || lines > length)
            abort();
        at = next;
    }
    return 0;
}
