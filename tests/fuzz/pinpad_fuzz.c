/* What a reader says of itself: names, features, properties; and what it is then asked. */
#include "cardops/reader/names.h"
#include "cardops/reader/pinpad.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_firmware(const struct pinpad_properties *p)
{
    size_t length = strnlen(p->firmware, sizeof p->firmware);

    if (length == sizeof p->firmware)
        abort();
    for (size_t i = 0; i < length; i++)
        if (p->firmware[i] < ' ' || p->firmware[i] > '~')
            abort();
}

static void ask(const uint8_t *data, size_t size, const struct pinpad_manners *manners)
{
    struct pinpad_entry entry = {.header = {0x00, 0x20, 0x00, 0x80}};
    struct bytes block = {0};

    if (size < 3)
        return;
    entry.minimum = data[0];
    entry.maximum = data[1];
    entry.seconds = data[2];
    if (pinpad_verify_block(&block, &entry, manners) && (entry.minimum == 0 || block.length < 19))
        abort();
    bytes_truncate(&block, 0);
    if (pinpad_modify_block(&block, &entry, manners) && (entry.minimum == 0 || block.length < 24))
        abort();
    bytes_free(&block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pinpad_features features;
    struct pinpad_properties properties = {0};
    struct pinpad_manners manners;
    char name[64] = "";

    memcpy(name, data, size < sizeof name - 1 ? size : sizeof name - 1);
    (void)reader_names_contain((const char *)data, size, "Practice");
    if (!pinpad_features_parse(data, size, &features) &&
        (features.verify || features.modify || features.tlv))
        abort();
    (void)!pinpad_properties_parse(data, size, &properties);
    check_firmware(&properties);
    manners = pinpad_manners_of(name, &properties);
    for (unsigned digits = 0; digits < 20; digits++)
        (void)pinpad_can_take(&properties, &manners, (uint8_t)digits);
    ask(data, size, &manners);
    return 0;
}
