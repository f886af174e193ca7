#include "config/city_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct city_text {
    struct city_text *next;
    char text[];
};

const char *city_keep(struct city *city, const char *text)
{
    size_t size = strlen(text) + 1;
    struct city_text *kept = malloc(sizeof *kept + size);
    if (kept == NULL)
        abort();
    memcpy(kept->text, text, size);
    kept->next = city->texts;
    city->texts = kept;
    return kept->text;
}

void city_free(struct city *city)
{
    if (city == NULL)
        return;
    while (city->texts != NULL) {
        struct city_text *next = city->texts->next;
        free(city->texts);
        city->texts = next;
    }
    free(city);
}

const char *city_id(const char *section)
{
    const char *dot = strchr(section, '.');
    return dot != NULL ? dot + 1 : section;
}

void city_fault(struct city_reader *r, const char *section, const char *key, enum fault_code code,
                const char *word, const char *expected)
{
    ini_fault(r->ini, r->faults, section, key, code, word, NULL, expected);
}

/* The known words in one line, as far as they fit. */
static void list_words(const char *const *known, size_t count, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used + strlen(known[i]) + 2 < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", known[i]);
}

void city_unknown(struct city_reader *r, const char *section, const char *key, const char *word,
                  const char *const *known, size_t count)
{
    char expected[FAULT_EXPECTED_SIZE];
    list_words(known, count, expected, sizeof expected);
    ini_fault(r->ini, r->faults, section, key, FAULT_UNKNOWN_WORD, word,
              fault_nearest(word, known, count), expected);
}

static int find(const struct city_vocabulary *known, const char *word)
{
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->word[i], word) == 0)
            return (int)i;
    return -1;
}

int city_word(struct city_reader *r, const char *section, const char *key, const char *word,
              const struct city_vocabulary *known)
{
    int found = find(known, word);
    if (found < 0)
        city_unknown(r, section, key, word, known->word, known->count);
    return found;
}

bool city_define(struct city_reader *r, const char *section, struct city_vocabulary *to,
                 const char *word, size_t most)
{
    if (to->count >= most || to->count >= CITY_WORDS) {
        char text[16];
        snprintf(text, sizeof text, "%zu", most);
        city_fault(r, section, NULL, FAULT_TOO_MANY, word, text);
        return false;
    }
    if (find(to, word) >= 0) {
        city_fault(r, section, NULL, FAULT_DUPLICATE_SECTION, word, NULL);
        return false;
    }
    to->word[to->count++] = city_keep(r->city, word);
    return true;
}

static const char *needed_text(struct city_reader *r, const char *section, const char *key,
                               const char *language)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", key, language);
    const char *value = ini_need(r->ini, section, name, r->faults);
    return city_keep(r->city, value != NULL ? value : "");
}

struct text city_text(struct city_reader *r, const char *section, const char *key)
{
    return (struct text){.ja = needed_text(r, section, key, "ja"),
                         .en = needed_text(r, section, key, "en")};
}

uint64_t city_bits(struct city_reader *r, const char *section, const char *key,
                   const struct city_vocabulary *known, uint64_t all)
{
    uint64_t out = all;
    ini_set(r->ini, section, key, (struct ini_words){known->word, known->count}, &out, r->faults);
    return out;
}

uint64_t city_terms(struct city_reader *r, const char *section, const char *key,
                    const struct terms *terms, uint64_t all)
{
    uint64_t out = all;
    ini_set(r->ini, section, key, (struct ini_words){terms->word, terms->count}, &out, r->faults);
    return out;
}

size_t city_choice(struct city_reader *r, const char *section, const char *key,
                   const char *const words[], size_t count, size_t absent)
{
    size_t out = absent;
    ini_word(r->ini, section, key, (struct ini_words){words, count}, &out, r->faults);
    return out;
}

/* "61-63 70" is lines of the city's page and the first is cited; anything with a colon stands as it
 * is. */
static const char *cited(struct city_reader *r, const char *section, const char *key,
                         const char *value)
{
    char out[256];
    if (strchr(value, ':') != NULL)
        return city_keep(r->city, value);
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || value[strspn(value, "0123456789- ")] != '\0') {
        city_fault(r, section, key, FAULT_NOT_A_NUMBER, value, "34, 61-63, FILE:LINE");
        return city_keep(r->city, value);
    }
    snprintf(out, sizeof out, "%s:%.*s", r->city->profile.file, (int)digits, value);
    return city_keep(r->city, out);
}

void city_citation(struct city_reader *r, const char *section, struct citation *out)
{
    char place[FAULT_FILE_SIZE + 16];
    const char *file = strrchr(ini_file(r->ini), '/');
    snprintf(place, sizeof place, "%s:%d", file != NULL ? file + 1 : ini_file(r->ini),
             ini_line(r->ini, section, NULL));
    out->id = city_keep(r->city, city_id(section));
    out->text = city_text(r, section, "text");
    out->home = r->national ? city_keep(r->city, place) : NULL;
    const char *value = r->national ? ini_value(r->ini, section, "source")
                                    : ini_need(r->ini, section, "source", r->faults);
    const char *source =
        value != NULL ? cited(r, section, "source", value) : city_keep(r->city, place);
    for (size_t i = 0; i < PROCEDURES; i++) {
        char key[32];
        snprintf(key, sizeof key, "source.%s", terms_word(&terms_procedures, i));
        const char *own = ini_value(r->ini, section, key);
        out->source[i] = own != NULL ? cited(r, section, key, own) : source;
    }
}
