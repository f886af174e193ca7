#include "config/ini_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

struct scan {
    const char *file;
    struct fault_list *faults;
    struct ini_places *places;
    char section[INI_NAME_SIZE];
    bool in_section;
    char line[INI_LINE_BYTES + 1]; /* the joined line */
    size_t length;                 /* of the joined line, also where it is longer than the buffer */
    int first_line;                /* of the joined line */
};

static void add(struct scan *scan, int line, enum fault_code code, const char *key,
                const char *word, const char *expected)
{
    struct fault fault = {.code = code, .line = line};

    fault_text(fault.file, sizeof fault.file, scan->file);
    fault_text(fault.section, sizeof fault.section, scan->section);
    fault_text(fault.key, sizeof fault.key, key);
    fault_text(fault.word, sizeof fault.word, word);
    fault_text(fault.expected, sizeof fault.expected, expected);
    fault_add(scan->faults, &fault);
}

void ini_places_free(struct ini_places *places)
{
    free(places->place);
    *places = (struct ini_places){0};
}

/* --- bytes ----------------------------------------------------------------------------------- */

static int line_of(const unsigned char *bytes, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++)
        line += bytes[i] == '\n' ? 1 : 0;
    return line;
}

static void add_byte(struct scan *scan, const unsigned char *bytes, size_t at, enum fault_code code)
{
    char word[8];

    snprintf(word, sizeof word, "%02X", (unsigned)bytes[at]);
    add(scan, line_of(bytes, at), code, "", word, "");
}

/* False where a fault makes reading lines pointless. */
static bool scan_bytes(struct scan *scan, const unsigned char *bytes, size_t size)
{
    const unsigned char *nul = memchr(bytes, 0, size);
    const unsigned char *odd = u8_check(bytes, size);

    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        add(scan, 1, FAULT_BOM, "", "", "");
    if (nul != NULL)
        add_byte(scan, bytes, (size_t)(nul - bytes), FAULT_NUL);
    if (odd != NULL)
        add_byte(scan, bytes, (size_t)(odd - bytes), FAULT_NOT_UTF8);
    for (size_t i = 0; i < size && nul == NULL; i++) {
        bool return_key = bytes[i] == '\r' && i + 1 < size && bytes[i + 1] == '\n';

        if ((bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\t' && !return_key) ||
            bytes[i] == 0x7F) {
            add_byte(scan, bytes, i, FAULT_CONTROL);
            break;
        }
    }
    return nul == NULL && odd == NULL;
}

/* --- lines ----------------------------------------------------------------------------------- */

static char *trim(char *text)
{
    size_t length;

    text += strspn(text, " \t\r");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
    return text;
}

static void fold(char *name)
{
    for (; *name != '\0'; name++) {
        if (*name >= 'A' && *name <= 'Z')
            *name = (char)(*name - 'A' + 'a');
    }
}

/* Names are ASCII words: letters, digits and - _ . inside. */
static bool good_name(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length < INI_NAME_SIZE &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
               length;
}

static const struct ini_place *find(const struct ini_places *places, const char *section,
                                    const char *key)
{
    for (size_t i = 0; i < places->count; i++) {
        if (ini_same_name(places->place[i].key, key) &&
            ini_same_name(places->place[i].section, section))
            return &places->place[i];
    }
    return NULL;
}

static void note(struct scan *scan, const char *key, enum fault_code when_there)
{
    struct ini_places *places = scan->places;
    const struct ini_place *there = find(places, scan->section, key);
    struct ini_place place = {.line = scan->first_line};

    if (there != NULL) {
        char line[16];

        snprintf(line, sizeof line, "%d", there->line);
        add(scan, scan->first_line, when_there, key, key[0] != '\0' ? key : scan->section, line);
        return;
    }
    if (places->count == places->room) {
        size_t room = places->room == 0 ? 64 : places->room * 2;
        struct ini_place *grown = realloc(places->place, room * sizeof *grown);

        if (grown == NULL) {
            add(scan, scan->first_line, FAULT_NO_MEMORY, key, "", "");
            return;
        }
        places->place = grown;
        places->room = room;
    }
    fault_text(place.section, sizeof place.section, scan->section);
    fault_text(place.key, sizeof place.key, key);
    places->place[places->count++] = place;
}

/* A section with a bad name still is one, so that its keys are not faults too. */
static void scan_section(struct scan *scan, char *line)
{
    char *end = strchr(line, ']');
    char *name = line;

    scan->in_section = true;
    if (end == NULL || end[1] != '\0') {
        add(scan, scan->first_line, FAULT_NOT_A_LINE, "", line, "[section]");
    } else {
        *end = '\0';
        name = trim(line + 1);
        if (!good_name(name))
            add(scan, scan->first_line, FAULT_BAD_NAME, "", name, "");
    }
    fold(name);
    fault_text(scan->section, sizeof scan->section, name);
    note(scan, "", FAULT_DUPLICATE_SECTION);
}

/* A quoted value ends at the next quote of its kind; after it only a comment may stand. */
static void scan_quoted(struct scan *scan, const char *key, const char *value)
{
    const char mark[] = {value[0], '\0'};
    const char *end = strchr(value + 1, value[0]);
    const char *rest = end == NULL ? "" : end + 1 + strspn(end + 1, " \t");

    if (end == NULL)
        add(scan, scan->first_line, FAULT_QUOTE_OPEN, key, mark, mark);
    else if (value[0] == '"' && end[-1] == '\\' && end != value + 1)
        add(scan, scan->first_line, FAULT_QUOTE_ESCAPE, key, "\\\"", "'");
    else if (rest[0] != '\0' && rest[0] != ';' && rest[0] != '#')
        add(scan, scan->first_line, FAULT_AFTER_QUOTE, key, rest, "");
}

static void scan_value(struct scan *scan, const char *key, const char *value)
{
    size_t plain = strcspn(value, ";#");

    if (value[0] == '"' || value[0] == '\'') {
        scan_quoted(scan, key, value);
    } else if (value[plain] != '\0') {
        const char cut[] = {value[plain], '\0'};

        add(scan, scan->first_line, FAULT_CUT, key, cut, "\"...\"");
    }
}

static void scan_setting(struct scan *scan, char *line)
{
    char *equals = strchr(line, '=');
    char *key;

    if (equals == NULL) {
        add(scan, scan->first_line, FAULT_NOT_A_LINE, "", line, "key = value");
        return;
    }
    *equals = '\0';
    key = trim(line);
    if (!good_name(key)) {
        add(scan, scan->first_line, FAULT_BAD_NAME, "", key, "");
        return;
    }
    fold(key);
    if (!scan->in_section) {
        add(scan, scan->first_line, FAULT_OUTSIDE_SECTION, key, key, "[section]");
        return;
    }
    note(scan, key, FAULT_DUPLICATE_KEY);
    scan_value(scan, key, trim(equals + 1));
}

static void scan_joined(struct scan *scan, bool joined)
{
    char *line = trim(scan->line);

    if (scan->length > INI_LINE_BYTES) {
        char bytes[24];
        char most[16];

        snprintf(bytes, sizeof bytes, "%zu", scan->length);
        snprintf(most, sizeof most, "%u", INI_LINE_BYTES);
        add(scan, scan->first_line, FAULT_LINE_TOO_LONG, "", bytes, most);
    } else if (line[0] == '#' || line[0] == ';') {
        if (joined)
            add(scan, scan->first_line, FAULT_COMMENT_CONTINUES, "", "\\", "");
    } else if (line[0] == '[') {
        scan_section(scan, line);
    } else if (line[0] != '\0') {
        scan_setting(scan, line);
    }
}

/* Adds a line to the joined one and takes the blanks and the backslash off its end, the way
 * iniparser does: on the joined line, so that a backslash left over at its end joins once more. It
 * counts the blanks of a line too. True where the next line belongs to it. */
static bool append(struct scan *scan, const unsigned char *bytes, size_t size)
{
    if (scan->length + size > INI_LINE_BYTES) {
        scan->length += size;
        return size > 1 && bytes[size - 2] == '\\';
    }
    memcpy(scan->line + scan->length, bytes, size);
    scan->length += size;
    while (scan->length > 0 && strchr(" \t\r\n", scan->line[scan->length - 1]) != NULL)
        scan->length--;
    scan->line[scan->length] = '\0';
    if (scan->length == 0 || scan->line[scan->length - 1] != '\\')
        return false;
    scan->line[--scan->length] = '\0';
    return true;
}

static void scan_lines(struct scan *scan, const unsigned char *bytes, size_t size)
{
    int line = 1;
    bool more = false;

    for (size_t at = 0; at < size; line++) {
        const unsigned char *newline = memchr(bytes + at, '\n', size - at);
        size_t next = newline == NULL ? size : (size_t)(newline - bytes) + 1;
        bool joined = more;

        if (!joined) {
            scan->length = 0;
            scan->line[0] = '\0';
            scan->first_line = line;
        }
        more = append(scan, bytes + at, next - at);
        if (!more)
            scan_joined(scan, joined);
        at = next;
    }
    if (more)
        add(scan, line - 1, FAULT_CONTINUES_AT_END, "", "\\", "");
}

bool ini_scan(const char *file, const unsigned char *bytes, size_t size, struct ini_places *places,
              struct fault_list *faults)
{
    struct scan scan = {.file = file, .faults = faults, .places = places};
    size_t before = faults->count + faults->lost;

    if (scan_bytes(&scan, bytes, size)) {
        size_t mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

        scan_lines(&scan, bytes + mark, size - mark);
    }
    return faults->count + faults->lost == before;
}
