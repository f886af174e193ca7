/* What a resident's terminal may send, and what the pad of the practice stand is told to do. */
#include "cardops/practice/pin_block.h"
#include "cardops/resident.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(const uint8_t *data, size_t size)
{
    static const struct card_pin_profile sig = {
        .alphabet = CARD_CAPITALS_AND_DIGITS, .minimum = 6, .maximum = 16};
    struct resident_answer answer;

    if (!resident_answer_valid(data, size))
        return;
    if (size != sizeof answer)
        abort();
    memcpy(&answer, data, size);
    if (answer.length > RESIDENT_ENTRY_MAX)
        abort();
    if (resident_entry_fits(&sig, RESIDENT_NEW, answer.entry, answer.length) &&
        (answer.length < 6 || answer.length > 16))
        abort();
}

static void check_block(const uint8_t *data, size_t size)
{
    static const char digits[] = "1234567890123456";
    struct pin_block block = {0};
    struct bytes command = {0};

    if (pin_block_parse(&block, data, size) == PIN_OK)
        (void)!pin_block_fill(&block, digits + sizeof digits - 1 - block.shortest,
                              digits + sizeof digits - 1 - block.shortest, &command);
    bytes_free(&command);
    pin_block_free(&block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_answer(data, size);
    check_block(data, size);
    return 0;
}
