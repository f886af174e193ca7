/* Blocks from the driver: one octet of length, then that many. Every answer is a whole block. */
#include "cardops/practice/t1.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Answers with what it got, as often as the first octet says. */
static bool echo(void *context, const struct bytes *command, struct bytes *answer)
{
    (void)context;
    for (unsigned i = 0; command->length > 0 && i < (command->at[0] & 7u); i++)
        if (!bytes_append(answer, command->at, command->length))
            return false;
    return bytes_append(answer, "\x90\x00", 2);
}

static void check(const struct bytes *block)
{
    uint8_t sum = 0;

    if (block->length < 4 || block->length > T1_BLOCK || block->at[2] != block->length - 4)
        abort();
    for (size_t i = 0; i < block->length; i++)
        sum ^= block->at[i];
    if (sum != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct t1 t = {0};
    struct bytes out = {0};

    t1_reset(&t);
    while (size > 0) {
        size_t length = *data < size - 1 ? *data : size - 1;

        bytes_truncate(&out, 0);
        if (t1_block(&t, data + 1, length, echo, NULL, &out) == T1_ANSWER)
            check(&out);
        data += length + 1;
        size -= length + 1;
    }
    bytes_free(&out);
    t1_free(&t);
    return 0;
}
