#include "tui/words/words.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The .mo table: GNU gettext manual, "The Format of GNU MO Files". The object's bytes have no alignment. */
enum { MO_COUNT = 8, MO_IDS = 12, MO_TEXTS = 16, MO_ENTRY = 8 };

extern const char _binary_ja_mo_start[];
extern const char _binary_en_mo_start[];

static const struct {
    const char *name;
    const char *catalogue;
} languages[WORDS_LANGUAGES] = {
    [WORDS_JA] = {"ja", _binary_ja_mo_start},
    [WORDS_EN] = {"en", _binary_en_mo_start},
};

static uint32_t number_at(const char *at)
{
    uint32_t number;
    memcpy(&number, at, sizeof number);
    return number;
}

static const char *entry(const char *catalogue, size_t column, size_t index)
{
    return catalogue + number_at(catalogue + number_at(catalogue + column) + index * MO_ENTRY + 4);
}

const char *words_language_name(enum words_language language)
{
    return languages[language].name;
}

bool words_language_parse(const char *name, enum words_language *out)
{
    for (size_t i = 0; i < WORDS_LANGUAGES; i++) {
        if (strcmp(name, languages[i].name) == 0) {
            *out = (enum words_language)i;
            return true;
        }
    }
    return false;
}

const char *words_catalogue_find(const char *catalogue, const char *id)
{
    /* Entry 0 is the catalogue's header, with the empty id. */
    size_t low = 1, high = number_at(catalogue + MO_COUNT);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(id, entry(catalogue, MO_IDS, middle));
        if (order == 0) {
            return entry(catalogue, MO_TEXTS, middle);
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const char *words_find(enum words_language language, const char *id)
{
    return words_catalogue_find(languages[language].catalogue, id);
}

const char *words_catalogue_say(const char *catalogue, const char *id)
{
    static char mark[96];
    const char *text = words_catalogue_find(catalogue, id);
    if (text != NULL) {
        return text;
    }
    snprintf(mark, sizeof mark, "\u27e6%.80s\u27e7", id);
    return mark;
}

const char *words_say(enum words_language language, const char *id)
{
    return words_catalogue_say(languages[language].catalogue, id);
}

/* Bytes of `text` that fit into `room` without cutting a character. */
static size_t whole_characters(const char *text, size_t room)
{
    size_t length = strlen(text);
    if (length <= room) {
        return length;
    }
    while (room > 0 && ((unsigned char)text[room] & 0xC0) == 0x80) {
        room--;
    }
    return room;
}

/* One character of the argument for another: nothing of it acts on the sentence behind it. */
static void copy_argument(char *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7F;
        out[i] = control ? ' ' : text[i];
    }
}

const char *words_catalogue_format(const char *catalogue, const char *id, char *out, size_t size, size_t count,
                                   const char *const args[])
{
    size_t used = 0;
    if (size == 0) {
        return out;
    }
    for (const char *at = words_catalogue_say(catalogue, id); *at != '\0';) {
        size_t number = (size_t)(at[1] - '0');
        bool placeholder = at[0] == '{' && number < count && at[2] == '}';
        const char *piece = placeholder ? args[number] : at;
        size_t length = placeholder ? strlen(piece) : strcspn(at + 1, "{") + 1;
        size_t fits = length <= size - 1 - used ? length : whole_characters(piece, size - 1 - used);
        if (placeholder) {
            copy_argument(out + used, piece, fits);
        } else {
            memcpy(out + used, piece, fits);
        }
        used += fits;
        if (fits < length) {
            break;
        }
        at += placeholder ? 3 : length;
    }
    out[used] = '\0';
    return out;
}

const char *words_format(enum words_language language, const char *id, char *out, size_t size, size_t count,
                         const char *const args[])
{
    return words_catalogue_format(languages[language].catalogue, id, out, size, count, args);
}

const char *words_catalogue_id(const char *catalogue, size_t index)
{
    return index + 1 < number_at(catalogue + MO_COUNT) ? entry(catalogue, MO_IDS, index + 1) : NULL;
}

const char *words_id(enum words_language language, size_t index)
{
    return words_catalogue_id(languages[language].catalogue, index);
}
