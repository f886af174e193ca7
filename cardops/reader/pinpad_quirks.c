#include "cardops/reader/pinpad.h"

#include <string.h>

/*
 * Row by row card.md 7.8; USB numbers and names from libccid's Info.plist. A row matches by its
 * numbers, where the reader tells its own, or by a part of the reader's name: a family has many
 * numbers. First match decides.
 */
struct quirk {
    uint16_t vendor, product;
    const char *name;
    struct pinpad_manners manners;
};

#define ASKS(verify, modify)                                                                       \
    .verifies = true, .modifies = true, .verify_messages = (verify), .modify_messages = (modify)
#define USUAL ASKS(1, 2)
#define UNUSABLE .verifies = false, .modifies = false

/* clang-format off */
static const struct quirk quirks[] = {
    /* The practice pad has the driver's numbers of a GemPC PinPad, and takes what it reports. */
    {0, 0, "madoguchi-pad", {USUAL}},
    {0x08E6, 0x3478, "GemPCPinPad", {USUAL, .minimum = 4, .maximum = 8}},
    {0, 0, "GemPC PinPad", {USUAL, .minimum = 4, .maximum = 8}},
    {0x0982, 0x0008, "VEGA-ALPHA", {USUAL, .minimum = 4, .maximum = 8}},
    {0x04E6, 0xE003, "SPR 532", {ASKS(0, 0)}},
    {0x046A, 0x003E, "SmartTerminal ST-2", {ASKS(0, 0), .maximum = 25}},
    {0x046A, 0x0010, "SmartBoard XX44", {ASKS(3, 3)}},
    {0x046A, 0x00A1, "KC 1000 SC", {USUAL}},
    {0x413C, 0x2101, "Dell Smart Card Reader Keyboard", {ASKS(0, 0), .swapped_limits = true}},
    {0x413C, 0x2100, "Dell keyboard", {ASKS(0, 0), .swapped_limits = true}},
    /* The PIN of these reaches the host. */
    {0x03F0, 0x1024, "HP USB Smart", {UNUSABLE}},
    {0x03F0, 0x0036, "HP USB CCID Smartcard Keyboard", {UNUSABLE}},
    {0x0BF8, 0x1017, "SmartCase KB SCR", {UNUSABLE}},
    {0x0BF8, 0x1021, "Fujitsu Keyboard", {UNUSABLE}},
    {0x04F2, 0x1469, "Chicony", {UNUSABLE}},
    /* These claim a pinpad and have none. */
    {0x076B, 0x3031, "OMNIKEY 3x21", {UNUSABLE}},
    {0x076B, 0x6632, "OMNIKEY 6121", {UNUSABLE}},
    {0x046A, 0x00A7, "Cherry SmartTerminal XX44", {UNUSABLE}},
    {0x0BF8, 0x1024, "Smartcard Reader D323", {UNUSABLE}},
    {0, 0, "Bit4id", {UNUSABLE}},
    {0x076B, 0x3821, "CardMan 3821", {USUAL, .minimum = 1, .maximum = 31}},
    {0, 0, "cyberJack", {USUAL, .maximum = 15}},
    {0, 0, "Identiv", {.verifies = true, .modifies = false, .verify_messages = 1}},
    {0, 0, "ACR83", {USUAL, .maximum = 16}},
};
/* clang-format on */

static const struct pinpad_manners usual = {USUAL};

static bool matches(const struct quirk *q, const char *name, const struct pinpad_properties *p)
{
    bool by_numbers = q->vendor != 0 && q->vendor == p->vendor && q->product == p->product;
    return by_numbers || strcasestr(name, q->name) != NULL;
}

struct pinpad_manners pinpad_manners_of(const char *reader_name, const struct pinpad_properties *p)
{
    for (size_t i = 0; i < sizeof quirks / sizeof quirks[0]; i++)
        if (matches(&quirks[i], reader_name, p))
            return quirks[i].manners;
    return usual;
}
