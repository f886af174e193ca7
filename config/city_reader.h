/*
 * The parts of the city loader: one file each for words and conditions, documents and classes, and
 * rules.
 *
 * Each part reads its sections of one ini file into the city, adds a fault for whatever is wrong
 * and goes on. Ids must be defined before they are named: documents, classes, offices, presenters
 * and facts are read first, then needs, then ways and rules.
 */
#ifndef CONFIG_CITY_READER_H
#define CONFIG_CITY_READER_H

#include "config/city.h"
#include "config/ini.h"

enum { CITY_WORDS = 128 };

/* Known words of one kind, for lookups and for "nearest known". */
struct city_vocabulary {
    const char *word[CITY_WORDS];
    size_t count;
};

struct city_reader {
    struct ini *ini;
    struct fault_list *faults;
    struct city *city;
    bool national; /* the file is national.ini */
    struct city_vocabulary documents, classes, slots, needs, offices, presenters, facts;
};

/* --- words and texts (city_words.c) ---------------------------------------------------------- */

/* A copy that lives as long as the city. */
const char *city_keep(struct city *city, const char *text);

void city_fault(struct city_reader *r, const char *section, const char *key, enum fault_code code,
                const char *word, const char *expected);

/* A fault that names the nearest known word. */
void city_unknown(struct city_reader *r, const char *section, const char *key, const char *word,
                  const char *const *known, size_t count);

/* The word's place in the vocabulary, or -1 with a fault. */
int city_word(struct city_reader *r, const char *section, const char *key, const char *word,
              const struct city_vocabulary *known);

/* A word to the vocabulary; a fault (too many) where it is full or `most` is reached: false. */
bool city_define(struct city_reader *r, const char *section, struct city_vocabulary *to,
                 const char *word, size_t most);

/* Both languages under KEY.ja and KEY.en, needed. */
struct text city_text(struct city_reader *r, const char *section, const char *key);

/* A list of words as bits; `all` where the key is absent. */
uint64_t city_bits(struct city_reader *r, const char *section, const char *key,
                   const struct city_vocabulary *known, uint64_t all);
uint64_t city_terms(struct city_reader *r, const char *section, const char *key,
                    const struct terms *terms, uint64_t all);
size_t city_choice(struct city_reader *r, const char *section, const char *key,
                   const char *const words[], size_t count, size_t absent);

/* text.*, source, source.PROCEDURE; the id is the section's name without its kind. */
void city_citation(struct city_reader *r, const char *section, struct citation *out);

/* The part of a section's name after the first dot. */
const char *city_id(const char *section);

/* --- conditions and slots (city_slots.c) ----------------------------------------------------- */

/* KEY.1, KEY.2, ... as alternatives. */
void city_conditions(struct city_reader *r, const char *section, const char *key,
                     struct conditions *out);
/* One list "slot test test slot ...". False where there is no such key. */
bool city_slots(struct city_reader *r, const char *section, const char *key, struct slots *out);
/* KEY.1, KEY.2, ...; the number of alternatives. */
uint8_t city_slot_alternatives(struct city_reader *r, const char *section, const char *key,
                               struct slots out[ALTERNATIVES]);
/* One list of tests alone. False where there is no such key. */
bool city_tests(struct city_reader *r, const char *section, const char *key, struct tests *out);

/* --- documents and classes (city_documents.c) ------------------------------------------------ */

void city_read_documents(struct city_reader *r);
void city_read_classes(struct city_reader *r);

/* --- needs, ways, rules (city_rules.c) ------------------------------------------------------- */

void city_read_needs(struct city_reader *r);
void city_read_ways(struct city_reader *r);
/* Into the profile, or into the national rules where the file is national.ini. */
void city_read_rules(struct city_reader *r);

#endif
