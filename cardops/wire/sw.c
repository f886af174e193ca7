#include "cardops/wire/sw.h"

#include <stddef.h>

struct sw_row {
    uint16_t value, mask;
    enum sw_class class;
};

/* First match decides. */
static const struct sw_row rows[] = {
    {SW_OK, 0xFFFF, SW_CLASS_OK},
    {SW_TRIES, 0xFFFF, SW_CLASS_LOCKED},
    {SW_TRIES, 0xFFF0, SW_CLASS_TRIES},
    {SW_VERIFY_FAILED, 0xFFFF, SW_CLASS_TRIES},
    {SW_BLOCKED, 0xFFFF, SW_CLASS_LOCKED},
    {SW_KEY_LOCKED, 0xFFFF, SW_CLASS_LOCKED},
    {0x6281, 0xFFFF, SW_CLASS_WARNING}, /* part of the answer may be damaged */
    {0x6283, 0xFFFF, SW_CLASS_WARNING}, /* the application selected is locked */
    {0x6381, 0xFFFF, SW_CLASS_WARNING}, /* the file is full now */
    {SW_PAD_TIMEOUT, 0xFFFF, SW_CLASS_PAD},
    {SW_PAD_CANCELLED, 0xFFFF, SW_CLASS_PAD},
    {SW_PAD_MISMATCH, 0xFFFF, SW_CLASS_PAD},
    {SW_PAD_LENGTH, 0xFFFF, SW_CLASS_PAD},
    {SW_PAD_BLOCKED, 0xFFFF, SW_CLASS_PAD},
    {SW_PAD_STRUCTURE, 0xFFFF, SW_CLASS_PAD},
    {0x6581, 0xFFFF, SW_CLASS_BROKEN}, /* memory failure */
    {SW_NO_DIAGNOSIS, 0xFFFF, SW_CLASS_BROKEN},
    {SW_WRONG_LENGTH, 0xFFFF, SW_CLASS_MALFORMED},
    {0x6881, 0xFFFF, SW_CLASS_MALFORMED},
    {0x6882, 0xFFFF, SW_CLASS_MALFORMED},
    {0x6981, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_NOT_VERIFIED, 0xFFFF, SW_CLASS_REFUSED},
    {SW_CONDITIONS, 0xFFFF, SW_CLASS_REFUSED},
    {SW_NO_CURRENT_EF, 0xFFFF, SW_CLASS_REFUSED},
    {0x6987, 0xFFFF, SW_CLASS_MALFORMED},
    {0x6988, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_WRONG_DATA, 0xFFFF, SW_CLASS_MALFORMED},
    {0x6A81, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_FILE_NOT_FOUND, 0xFFFF, SW_CLASS_NOT_FOUND},
    {0x6A83, 0xFFFF, SW_CLASS_NOT_FOUND},
    {0x6A84, 0xFFFF, SW_CLASS_BROKEN}, /* no room in the file */
    {0x6A85, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_WRONG_P1P2, 0xFFFF, SW_CLASS_MALFORMED},
    {0x6A87, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_REFERENCE_NOT_FOUND, 0xFFFF, SW_CLASS_NOT_FOUND},
    {SW_WRONG_OFFSET, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_INS_UNKNOWN, 0xFFFF, SW_CLASS_MALFORMED},
    {SW_CLA_UNKNOWN, 0xFFFF, SW_CLASS_MALFORMED},
};

enum sw_class sw_class(uint16_t sw)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((sw & rows[i].mask) == rows[i].value)
            return rows[i].class;
    return SW_CLASS_OTHER;
}

int sw_tries(uint16_t sw)
{
    if (sw_class(sw) == SW_CLASS_LOCKED)
        return 0;
    return (sw & 0xFFF0) == SW_TRIES ? sw & 0x000F : -1;
}
