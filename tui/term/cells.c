#include "tui/term/cells.h"

#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

/* libunistring counts ambiguous characters as two cells for a CJK legacy encoding (uniwidth.h). */
static const char narrow_encoding[] = "UTF-8";
static const char wide_encoding[] = "EUC-JP";
static const char geta[] = "〓";

enum { LINE_MAX_BYTES = 4096, ESC = 0x1b, CSI_8BIT = 0x9b, GETA = 0x3013, CRUMB = 8 };

static enum cells_ambiguous ambiguity = CELLS_NARROW;

void cells_set_ambiguous(enum cells_ambiguous ambiguous)
{
    ambiguity = ambiguous;
}

static ucs4_t rune_at(const char *text, size_t *bytes)
{
    ucs4_t rune = 0;
    int length = u8_mbtouc(&rune, (const uint8_t *)text, strnlen(text, 4));
    *bytes = length > 0 ? (size_t)length : 0;
    return *bytes == 0 || text[0] == '\0' ? 0 : rune;
}

/* Where the escape sequence at `text` ends (ECMA-48: CSI, and string sequences up to BEL or ST). */
static const char *after_escape(const char *text)
{
    const char *at = text + 1;
    if (*at == '[') {
        at++;
        while ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x40) {
            at++;
        }
    } else if (*at != '\0' && strchr("]PX^_", *at) != NULL) {
        while (*at != '\0' && *at != '\a' && !(at[0] == ESC && at[1] == '\\')) {
            at++;
        }
        at += *at == ESC;
    }
    return *at != '\0' ? at + 1 : at;
}

static bool is_dropped(ucs4_t rune)
{
    return uc_is_general_category(rune, UC_CATEGORY_Cf) || rune == 0x115F || rune == 0x1160 || rune == 0x3164;
}

static bool is_unknown(ucs4_t rune)
{
    return uc_is_general_category(rune, UC_CATEGORY_Co) || uc_is_general_category(rune, UC_CATEGORY_Cn) ||
           uc_is_general_category(rune, UC_CATEGORY_Cs);
}

static bool is_ambiguous(ucs4_t rune)
{
    return uc_width(rune, narrow_encoding) == 1 && uc_width(rune, wide_encoding) == 2;
}

/* Appends the plain form of a character that the terminal would draw wider than curses counts. */
static size_t append_plain(ucs4_t rune, char *out, size_t room)
{
    uint8_t single[4], plain[32];
    size_t length = sizeof plain;
    int bytes = u8_uctomb(single, rune, sizeof single);
    const uint8_t *form = u8_normalize(UNINORM_NFKC, single, bytes > 0 ? (size_t)bytes : 0, plain, &length);
    ucs4_t first = 0;
    if (form != plain || length == 0 || u8_mbtoucr(&first, plain, length) < 0 || is_ambiguous(first)) {
        memcpy(plain, geta, sizeof geta - 1);
        length = sizeof geta - 1;
    }
    if (length > room) {
        return 0;
    }
    memcpy(out, plain, length);
    return length;
}

/* Appends one character in the form it may be shown in; 0 where it is dropped or does not fit. */
static size_t append_clean(ucs4_t rune, const char *text, size_t bytes, char *out, size_t room)
{
    if (is_dropped(rune)) {
        return 0;
    }
    if (ambiguity == CELLS_WIDE && is_ambiguous(rune)) {
        return append_plain(rune, out, room);
    }
    bool separator = rune == 0x2028 || rune == 0x2029 || uc_is_cntrl(rune);
    bool unknown = rune == 0xFFFD || is_unknown(rune);
    const char *shown = separator ? " " : unknown ? geta : text;
    size_t length = separator ? 1 : unknown ? sizeof geta - 1 : bytes;
    if (length > room) {
        return 0;
    }
    memcpy(out, shown, length);
    return length;
}

const char *cells_clean(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (const char *at = text; *at != '\0' && size > used + 4;) {
        size_t bytes;
        ucs4_t rune = rune_at(at, &bytes);
        if (rune == ESC) {
            at = after_escape(at);
            continue;
        }
        used += append_clean(rune, at, bytes, out + used, size - 1 - used);
        at += bytes;
    }
    if (size > 0) {
        out[used] = '\0';
    }
    return out;
}

void cells_print(FILE *to, const char *text)
{
    char clean[LINE_MAX_BYTES];
    fprintf(to, "%s\n", cells_clean(text, clean, sizeof clean));
}

static int rune_width(ucs4_t rune)
{
    int width = uc_width(rune, ambiguity == CELLS_WIDE ? wide_encoding : narrow_encoding);
    return width < 0 ? 0 : width;
}

size_t cells_next(const char *text, size_t *width)
{
    size_t bytes, more;
    ucs4_t rune = rune_at(text, &bytes);
    *width = rune == 0 ? 0 : (size_t)rune_width(rune);
    if (rune == 0) {
        return 0;
    }
    for (;;) {
        rune = rune_at(text + bytes, &more);
        if (rune == 0 || rune < 0x20 || rune_width(rune) != 0) {
            return bytes;
        }
        bytes += more;
    }
}

size_t cells_width(const char *text)
{
    size_t sum = 0, width, bytes;
    while ((bytes = cells_next(text, &width)) > 0) {
        sum += width;
        text += bytes;
    }
    return sum;
}

size_t cells_fit(const char *text, size_t cells)
{
    size_t used = 0, width, bytes;
    while ((bytes = cells_next(text + used, &width)) > 0 && width <= cells) {
        used += bytes;
        cells -= width;
    }
    return used;
}

static bool may_not_begin(ucs4_t rune)
{
    return rune != 0 && u8_strchr((const uint8_t *)"、。，．・：；？！）」』】〕］｝〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%", rune) != NULL;
}

static bool may_not_end(ucs4_t rune)
{
    return rune != 0 && u8_strchr((const uint8_t *)"（「『【〔［｛〈《([{", rune) != NULL;
}

static bool is_pause(ucs4_t rune)
{
    return rune != 0 && u8_strchr((const uint8_t *)"、。：）」", rune) != NULL;
}

static bool may_break(ucs4_t before, ucs4_t after)
{
    if (after == ' ' || after == 0 || after == '\n') {
        return true;
    }
    if (may_not_begin(after) || may_not_end(before)) {
        return false;
    }
    return before == ' ' || rune_width(before) == 2 || rune_width(after) == 2;
}

/* The rest of the paragraph is too short to stand alone on a line: the end of a word, mostly. */
static bool leaves_crumb(const char *rest)
{
    size_t cells = 0, width, bytes;
    while (cells <= CRUMB && (bytes = cells_next(rest, &width)) > 0 && *rest != '\n') {
        cells += width;
        rest += bytes;
    }
    return cells <= CRUMB;
}

size_t cells_line(const char *text, size_t cells, const char **next)
{
    size_t used = 0, column = 0, good = 0, pause = 0, width, bytes, skip;
    while ((bytes = cells_next(text + used, &width)) > 0 && text[used] != '\n' && column + width <= cells) {
        size_t length;
        ucs4_t before = rune_at(text + used, &length);
        used += bytes;
        column += width;
        ucs4_t after = rune_at(text + used, &length);
        if (may_break(before, after)) {
            good = used;
            pause = is_pause(before) && 2 * column > cells + CRUMB ? used : pause;
        }
    }
    bool ended = text[used] == '\0' || text[used] == '\n';
    if (!ended && pause > 0 && leaves_crumb(text + good)) {
        good = pause;
    }
    size_t line = ended || good == 0 ? used : good;
    skip = line;
    if (line == 0 && !ended) {
        /* Not even one character fits: take it all the same, so that the caller makes progress. */
        skip = cells_next(text, &width);
    }
    while (!ended && text[skip] == ' ') {
        skip++;
    }
    skip += text[skip] == '\n';
    *next = text + skip;
    while (line > 0 && text[line - 1] == ' ') {
        line--;
    }
    return line;
}
