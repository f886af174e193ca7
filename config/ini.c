#include "config/ini.h"

#include "config/ini_scan.h"

#include <errno.h>
#include <iniparser/iniparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A key that somebody asked for in some section of a kind. */
struct asked {
    char kind[INI_NAME_SIZE];
    char key[INI_NAME_SIZE];
};

struct ini {
    char *file;
    dictionary *values;
    struct ini_places places;
    bool *read; /* one for each place */
    struct asked *asked;
    size_t asked_count;
    size_t asked_room;
    size_t last_section; /* where the section of the last question begins */
};

/* --- loading --------------------------------------------------------------------------------- */

static int silent(const char *format, ...)
{
    (void)format;
    return 0;
}

static void file_fault(const char *path, enum fault_code code, const char *word,
                       const char *expected, struct fault_list *faults)
{
    struct fault fault = {.code = code};

    fault_text(fault.file, sizeof fault.file, path);
    fault_text(fault.word, sizeof fault.word, word);
    fault_text(fault.expected, sizeof fault.expected, expected);
    fault_add(faults, &fault);
}

static unsigned char *read_file(const char *path, size_t *size, struct fault_list *faults)
{
    FILE *file = fopen(path, "rbe");
    unsigned char *bytes = NULL;

    if (file == NULL) {
        file_fault(path, FAULT_NO_FILE, strerror(errno), "", faults);
        return NULL;
    }
    bytes = malloc(INI_FILE_BYTES + 1);
    if (bytes == NULL) {
        file_fault(path, FAULT_NO_MEMORY, "", "", faults);
    } else {
        *size = fread(bytes, 1, INI_FILE_BYTES + 1, file);
        if (ferror(file) || *size > INI_FILE_BYTES) {
            file_fault(path, ferror(file) ? FAULT_NO_FILE : FAULT_FILE_TOO_BIG,
                       ferror(file) ? strerror(errno) : "", "1048576", faults);
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

static bool fill(struct ini *ini, const char *path, struct fault_list *faults)
{
    size_t size;
    unsigned char *bytes = read_file(path, &size, faults);
    bool clean = bytes != NULL && ini_scan(path, bytes, size, &ini->places, faults);

    free(bytes);
    if (!clean)
        return false;
    iniparser_set_error_callback(silent);
    ini->values = iniparser_load(path);
    ini->read = calloc(ini->places.count + 1, sizeof *ini->read);
    ini->file = strdup(path);
    if (ini->values == NULL || ini->read == NULL || ini->file == NULL) {
        file_fault(path, ini->values == NULL ? FAULT_NOT_A_LINE : FAULT_NO_MEMORY, "", "", faults);
        return false;
    }
    return true;
}

struct ini *ini_load(const char *path, struct fault_list *faults)
{
    struct ini *ini = calloc(1, sizeof *ini);

    if (ini == NULL) {
        file_fault(path, FAULT_NO_MEMORY, "", "", faults);
        return NULL;
    }
    if (!fill(ini, path, faults)) {
        ini_free(ini);
        return NULL;
    }
    return ini;
}

void ini_free(struct ini *ini)
{
    if (ini == NULL)
        return;
    if (ini->values != NULL)
        iniparser_freedict(ini->values);
    ini_places_free(&ini->places);
    free(ini->read);
    free(ini->asked);
    free(ini->file);
    free(ini);
}

const char *ini_file(const struct ini *ini)
{
    return ini->file;
}

/* --- places ---------------------------------------------------------------------------------- */

static bool is_section(const struct ini *ini, size_t at, const char *section)
{
    return at < ini->places.count && ini->places.place[at].key[0] == '\0' &&
           strcmp(ini->places.place[at].section, section) == 0;
}

/* Where a section begins; the number of places where there is none. Its keys follow it. */
static size_t find_section(const struct ini *ini, const char *section)
{
    size_t at = 0;

    if (is_section(ini, ini->last_section, section))
        return ini->last_section;
    while (at < ini->places.count && !is_section(ini, at, section))
        at++;
    return at;
}

static size_t find_key(const struct ini *ini, const char *section, const char *key)
{
    size_t at = find_section(ini, section);

    if (key == NULL || at == ini->places.count)
        return at;
    for (at++; at < ini->places.count && ini->places.place[at].key[0] != '\0'; at++) {
        if (ini_same_name(ini->places.place[at].key, key))
            return at;
    }
    return ini->places.count;
}

const char *ini_section(const struct ini *ini, const char *prefix, size_t i)
{
    size_t length = prefix == NULL ? 0 : strlen(prefix);

    for (size_t at = 0; at < ini->places.count; at++) {
        const struct ini_place *place = &ini->places.place[at];

        if (place->key[0] == '\0' && strncmp(place->section, prefix == NULL ? "" : prefix,
                                             length) == 0 && i-- == 0)
            return place->section;
    }
    return NULL;
}

const char *ini_key(const struct ini *ini, const char *section, size_t i)
{
    size_t at = find_section(ini, section) + 1 + i;

    if (at >= ini->places.count || strcmp(ini->places.place[at].section, section) != 0)
        return NULL;
    return ini->places.place[at].key;
}

int ini_line(const struct ini *ini, const char *section, const char *key)
{
    size_t at = find_key(ini, section, key);

    return at == ini->places.count ? 0 : ini->places.place[at].line;
}

/* --- what is known --------------------------------------------------------------------------- */

static void kind_of(const char *section, char kind[INI_NAME_SIZE])
{
    const char *dot = strchr(section, '.');
    size_t length = dot == NULL ? strlen(section) : (size_t)(dot - section) + 1;

    if (length >= INI_NAME_SIZE)
        length = INI_NAME_SIZE - 1;
    memcpy(kind, section, length);
    kind[length] = '\0';
}

static void remember(struct ini *ini, const char *section, const char *key)
{
    struct asked asked = {.kind = ""};

    kind_of(section, asked.kind);
    fault_text(asked.key, sizeof asked.key, key);
    for (size_t i = 0; i < ini->asked_count; i++) {
        if (ini_same_name(ini->asked[i].key, asked.key) &&
            ini_same_name(ini->asked[i].kind, asked.kind))
            return;
    }
    if (ini->asked_count == ini->asked_room) {
        size_t room = ini->asked_room == 0 ? 64 : ini->asked_room * 2;
        struct asked *grown = realloc(ini->asked, room * sizeof *grown);

        if (grown == NULL)
            return; /* costs a hint, nothing else */
        ini->asked = grown;
        ini->asked_room = room;
    }
    ini->asked[ini->asked_count++] = asked;
}

bool ini_has_section(struct ini *ini, const char *section)
{
    size_t at = find_section(ini, section);

    remember(ini, section, "");
    if (at == ini->places.count)
        return false;
    ini->last_section = at;
    ini->read[at] = true;
    return true;
}

void ini_know_section(struct ini *ini, const char *section)
{
    (void)ini_has_section(ini, section);
}

const char *ini_value(struct ini *ini, const char *section, const char *key)
{
    char name[2 * INI_NAME_SIZE + 1];
    size_t at;

    remember(ini, section, key);
    if (!ini_has_section(ini, section))
        return NULL;
    at = find_key(ini, section, key);
    if (at == ini->places.count)
        return NULL;
    ini->read[at] = true;
    snprintf(name, sizeof name, "%s:%s", section, key);
    return iniparser_getstring(ini->values, name, NULL);
}

const char *ini_numbered(struct ini *ini, const char *section, const char *key, size_t n)
{
    char name[INI_NAME_SIZE];

    snprintf(name, sizeof name, "%s.%zu", key, n);
    return ini_value(ini, section, name);
}

void ini_fault(const struct ini *ini, struct fault_list *faults, const char *section,
               const char *key, enum fault_code code, const char *word, const char *nearest,
               const char *expected)
{
    struct fault fault = {.code = code, .line = ini_line(ini, section, key)};

    if (fault.line == 0)
        fault.line = ini_line(ini, section, NULL);
    fault_text(fault.file, sizeof fault.file, ini->file);
    fault_text(fault.section, sizeof fault.section, section);
    fault_text(fault.key, sizeof fault.key, key == NULL ? "" : key);
    fault_text(fault.word, sizeof fault.word, word == NULL ? "" : word);
    fault_text(fault.nearest, sizeof fault.nearest, nearest == NULL ? "" : nearest);
    fault_text(fault.expected, sizeof fault.expected, expected == NULL ? "" : expected);
    fault_add(faults, &fault);
}

/* The nearest of what was asked for: a key in sections of that kind, or (key empty) a section. */
static const char *nearest_asked(const struct ini *ini, const char *section, const char *key)
{
    const char **candidates = calloc(ini->asked_count + 1, sizeof *candidates);
    char kind[INI_NAME_SIZE];
    const char *nearest;
    size_t count = 0;

    if (candidates == NULL)
        return NULL;
    kind_of(section, kind);
    for (size_t i = 0; i < ini->asked_count; i++) {
        const struct asked *asked = &ini->asked[i];

        if (key[0] == '\0' && asked->key[0] == '\0')
            candidates[count++] = asked->kind;
        else if (key[0] != '\0' && asked->key[0] != '\0' && strcmp(asked->kind, kind) == 0)
            candidates[count++] = asked->key;
    }
    nearest = fault_nearest(key[0] == '\0' ? kind : key, candidates, count);
    free(candidates);
    return nearest;
}

void ini_unread(struct ini *ini, struct fault_list *faults)
{
    bool known = true;

    for (size_t at = 0; at < ini->places.count; at++) {
        const struct ini_place *place = &ini->places.place[at];
        bool section = place->key[0] == '\0';
        const char *nearest;

        /* The keys of an unknown section are not worth a fault each. */
        known = section ? ini->read[at] : known;
        if (ini->read[at] || (!section && !known))
            continue;
        nearest = nearest_asked(ini, place->section, place->key);
        ini_fault(ini, faults, place->section, section ? NULL : place->key,
                  section ? FAULT_UNKNOWN_SECTION : FAULT_UNKNOWN_KEY,
                  section ? place->section : place->key, nearest, NULL);
    }
}
