/* The last line of a filter that asks the CA: fields come out whole, terminated, or not at all. */
#include "cardops/issue/enrol.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"transaction", "serial", "from", "reason", "text", "", "a=b"};
    char *line = malloc(size + 1);

    if (!line)
        abort();
    memcpy(line, data, size);
    line[size] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char value[24];

        if (enrol_field(line, names[i], value, sizeof value) &&
            strnlen(value, sizeof value) == sizeof value)
            abort();
    }
    (void)enrol_reason_of(line);
    free(line);
    return 0;
}
