#include "tests/lib/secret_forms.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { PIN_BLOCK = 8 };

static bool has_letters(const char *secret)
{
    return strspn(secret, "0123456789") < strlen(secret);
}

static size_t as_typed(const char *secret, uint8_t *out)
{
    memcpy(out, secret, strlen(secret));
    return strlen(secret);
}

static size_t small_letters(const char *secret, uint8_t *out)
{
    size_t length = strlen(secret);
    for (size_t i = 0; i < length; i++) {
        out[i] = (uint8_t)tolower((unsigned char)secret[i]);
    }
    return has_letters(secret) ? length : 0;
}

/* As the fields on the resident's terminal stand. */
static size_t with_blanks(const char *secret, uint8_t *out)
{
    size_t length = strlen(secret);
    memset(out, ' ', 2 * length);
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = (uint8_t)secret[i];
    }
    return 2 * length - 1;
}

/* As the program's keys and cells hold them: a character is a number of four octets. */
static size_t wide(const char *secret, uint8_t *out)
{
    size_t length = strlen(secret);
    memset(out, 0, 4 * length);
    for (size_t i = 0; i < length; i++) {
        uint32_t rune = (unsigned char)secret[i];
        memcpy(out + 4 * i, &rune, sizeof rune);
    }
    return 4 * length;
}

/* Two digits an octet, F behind an odd one; 0: it has letters. */
static size_t packed(const char *secret, uint8_t *out)
{
    size_t length = strlen(secret);
    memset(out, 0xFF, (length + 1) / 2);
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(secret[i] - '0'), other = out[i / 2];
        out[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 | (other & 0x0F) : (other & 0xF0) | digit);
    }
    return has_letters(secret) ? 0 : (length + 1) / 2;
}

/* ISO 9564-1 format 2: 2, the length, the digits, filled with F. */
static size_t pin_block(const char *secret, uint8_t *out)
{
    memset(out, 0xFF, PIN_BLOCK);
    out[0] = (uint8_t)(0x20 | strlen(secret));
    return packed(secret, out + 1) > 0 && strlen(secret) < PIN_BLOCK * 2 - 2 ? PIN_BLOCK : 0;
}

static size_t hexadecimal(const uint8_t *bytes, size_t length, const char *digits, bool spaced, uint8_t *out)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (spaced && i > 0) {
            out[used++] = ' ';
        }
        out[used++] = (uint8_t)digits[bytes[i] >> 4];
        out[used++] = (uint8_t)digits[bytes[i] & 0x0F];
    }
    return used;
}

static size_t capitals(const char *secret, uint8_t *out)
{
    return hexadecimal((const uint8_t *)secret, strlen(secret), "0123456789ABCDEF", false, out);
}

/* Where no letter of the form differs from the capitals' it is the same search once more. */
static size_t small(const char *secret, uint8_t *out)
{
    return hexadecimal((const uint8_t *)secret, strlen(secret), "0123456789abcdef", false, out);
}

static size_t spaced(const char *secret, uint8_t *out)
{
    return hexadecimal((const uint8_t *)secret, strlen(secret), "0123456789ABCDEF", true, out);
}

static size_t packed_spaced(const char *secret, uint8_t *out)
{
    uint8_t octets[SECRET_LENGTH_MAX];
    return hexadecimal(octets, packed(secret, octets), "0123456789ABCDEF", true, out);
}

size_t secret_forms(const char *secret, struct secret_form forms[SECRET_FORMS])
{
    static const struct {
        const char *name;
        bool text;
        size_t (*make)(const char *secret, uint8_t *out);
    } rows[SECRET_FORMS] = {
        {"ASCII", true, as_typed},
        {"small letters", true, small_letters},
        {"with blanks", true, with_blanks},
        {"wide characters", false, wide},
        {"BCD", false, packed},
        {"PIN block", false, pin_block},
        {"hexadecimal", true, capitals},
        {"small hexadecimal", true, small},
        {"spaced hexadecimal", true, spaced},
        {"spaced hexadecimal of BCD", true, packed_spaced},
    };
    size_t count = 0;
    for (size_t i = 0; i < SECRET_FORMS && strlen(secret) <= SECRET_LENGTH_MAX; i++) {
        struct secret_form *form = &forms[count];
        *form = (struct secret_form){.name = rows[i].name, .text = rows[i].text};
        form->length = rows[i].make(secret, form->at);
        count += form->length > 0;
    }
    return count;
}
