#include "config/city_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a word stands, for faults. */
struct place {
    struct city_reader *r;
    const char *section, *key;
};

static void bad_word(const struct place *p, const char *word, const char *expected)
{
    city_fault(p->r, p->section, p->key, FAULT_UNKNOWN_WORD, word, expected);
}

/* NAME:VALUE in two. False, with a fault, where it is not. */
static bool split(const struct place *p, const char *word, char name[FAULT_WORD_SIZE],
                  const char **value)
{
    const char *colon = strchr(word, ':');
    size_t length = colon != NULL ? (size_t)(colon - word) : 0;
    if (length == 0 || length >= FAULT_WORD_SIZE || colon[1] == '\0') {
        bad_word(p, word, "NAME:VALUE");
        return false;
    }
    memcpy(name, word, length);
    name[length] = '\0';
    *value = colon + 1;
    return true;
}

/* Words with a separator between them as bits of their places in `known`. */
static uint16_t words_bits(const struct place *p, const char *words, char separator,
                           const struct terms *known)
{
    uint16_t bits = 0;
    while (*words != '\0') {
        char one[FAULT_WORD_SIZE];
        size_t length = strcspn(words, (char[]){separator, '\0'});
        snprintf(one, sizeof one, "%.*s", (int)length, words);
        int found = terms_find(known, one);
        if (found < 0)
            city_unknown(p->r, p->section, p->key, one, known->word, known->count);
        else
            bits |= (uint16_t)(1u << found);
        words += length + (words[length] != '\0' ? 1 : 0);
    }
    return bits;
}

/* The number in PREFIX-N-UNIT, or -1. */
static long counted(const char *text, const char *prefix, const char *unit)
{
    size_t length = strlen(prefix);
    char *end;
    if (strncmp(text, prefix, length) != 0)
        return -1;
    long n = strtol(text + length, &end, 10);
    return end != text + length && strcmp(end, unit) == 0 && n >= 0 && n < 10000 ? n : -1;
}

/* --- tests on documents ---------------------------------------------------------------------- */

static bool issued_test(const struct place *p, const char *value, struct test *out)
{
    long months = counted(value, "within-", "-months");
    if (months > 0) {
        out->kind = TEST_ISSUED_WITHIN;
        out->months = (uint16_t)months;
        return true;
    }
    out->kind = TEST_ISSUED_FROM;
    if (strncmp(value, "from-", 5) == 0) {
        if (date_parse(value + 5, &out->date) == DATE_OK)
            return true;
        city_fault(p->r, p->section, p->key, FAULT_NOT_A_DATE, value + 5, "YYYY-MM-DD");
        return false;
    }
    bad_word(p, value, "from-YYYY-MM-DD within-N-months");
    return false;
}

static bool parse_test(const struct place *p, const char *word, struct test *out)
{
    char name[FAULT_WORD_SIZE];
    const char *value;
    *out = (struct test){.kind = TEST_YES};
    if (!split(p, word, name, &value))
        return false;
    int attribute = terms_find(&terms_attributes, name);
    if (attribute < 0) {
        city_unknown(p->r, p->section, p->key, name, terms_attributes.word, terms_attributes.count);
        return false;
    }
    out->attribute = (uint8_t)attribute;
    switch ((enum attribute)attribute) {
    case ATTRIBUTE_ISSUED:
        return issued_test(p, value, out);
    case ATTRIBUTE_EXPIRES:
        out->kind = TEST_EXPIRES_STATED;
        if (strcmp(value, "stated") != 0)
            bad_word(p, value, "stated");
        return true;
    case ATTRIBUTE_SHOWS:
        out->kind = TEST_SHOWS;
        out->bits = words_bits(p, value, '+', &terms_shows);
        return out->bits != 0;
    case ATTRIBUTE_FAULT:
        out->kind = TEST_FAULT;
        out->bits = words_bits(p, value, ',', &terms_faults);
        return out->bits != 0;
    case ATTRIBUTE_FROM:
        out->kind = TEST_FROM;
        out->bits =
            (uint16_t)(terms_find(&terms_from, value) > 0 ? terms_find(&terms_from, value) : 0);
        if (out->bits == 0)
            city_unknown(p->r, p->section, p->key, value, terms_from.word + 1,
                         terms_from.count - 1);
        return out->bits != 0;
    case ATTRIBUTE_SEALED:
    case ATTRIBUTE_STAMPED:
    case ATTRIBUTE_SIGNED:
    case ATTRIBUTE_COMPLETE:
    case ATTRIBUTES:
        break;
    }
    int yes = terms_find(&terms_yes_no, value);
    out->kind = yes == FACT_NO ? TEST_NO : TEST_YES;
    if (yes < 0)
        city_unknown(p->r, p->section, p->key, value, terms_yes_no.word, terms_yes_no.count);
    return yes >= 0;
}

static void too_many(const struct place *p, const char *word, int most)
{
    char text[16];
    snprintf(text, sizeof text, "%d", most);
    city_fault(p->r, p->section, p->key, FAULT_TOO_MANY, word, text);
}

static void add_test(const struct place *p, const char *word, struct tests *tests)
{
    struct test test;
    if (!parse_test(p, word, &test))
        return;
    if (tests->count == SLOT_TESTS)
        too_many(p, word, SLOT_TESTS);
    else
        tests->test[tests->count++] = test;
}

bool city_tests(struct city_reader *r, const char *section, const char *key, struct tests *out)
{
    const struct place p = {r, section, key};
    struct ini_list list;
    out->count = 0;
    if (!ini_list(r->ini, section, key, &list, r->faults) || list.count == 0)
        return false;
    for (size_t i = 0; i < list.count; i++)
        add_test(&p, list.item[i], out);
    return true;
}

/* --- slots ----------------------------------------------------------------------------------- */

static void add_slot(const struct place *p, const char *word, struct slots *slots)
{
    int found = city_word(p->r, p->section, p->key, word, &p->r->slots);
    if (found < 0)
        return;
    if (slots->count == SLOTS) {
        too_many(p, word, SLOTS);
        return;
    }
    size_t classes = p->r->classes.count;
    bool class = (size_t)found < classes;
    slots->slot[slots->count++] = (struct slot){
        .class = class ? (uint8_t)found : NOTHING,
        .document = class ? 0 : (uint8_t)((size_t)found - classes),
    };
}

bool city_slots(struct city_reader *r, const char *section, const char *key, struct slots *out)
{
    const struct place p = {r, section, key};
    struct ini_list list;
    out->count = 0;
    if (!ini_list(r->ini, section, key, &list, r->faults) || list.count == 0)
        return false;
    for (size_t i = 0; i < list.count; i++) {
        bool test = strchr(list.item[i], ':') != NULL;
        if (!test)
            add_slot(&p, list.item[i], out);
        else if (out->count == 0)
            bad_word(&p, list.item[i], "a document or a class first");
        else
            add_test(&p, list.item[i], &out->slot[out->count - 1].tests);
    }
    return true;
}

uint8_t city_slot_alternatives(struct city_reader *r, const char *section, const char *key,
                               struct slots out[ALTERNATIVES])
{
    uint8_t count = 0;
    char name[64];
    for (; count < ALTERNATIVES; count++) {
        snprintf(name, sizeof name, "%s.%d", key, count + 1);
        if (!city_slots(r, section, name, &out[count]))
            break;
    }
    return count;
}

/* --- conditions on facts --------------------------------------------------------------------- */

static bool date_condition(const struct place *p, const char *value, struct condition *out)
{
    long within = counted(value, "within-", "-days"), older = counted(value, "older-", "-days");
    if (within < 0 && older < 0) {
        bad_word(p, value, "within-N-days older-N-days");
        return false;
    }
    out->kind = within >= 0 ? CONDITION_WITHIN_DAYS : CONDITION_OLDER_DAYS;
    out->days = (uint16_t)(within >= 0 ? within : older);
    return true;
}

static bool parse_condition(const struct place *p, const char *word, struct condition *out)
{
    char name[FAULT_WORD_SIZE];
    const char *value;
    if (!split(p, word, name, &value))
        return false;
    int fact = city_word(p->r, p->section, p->key, name, &p->r->facts);
    if (fact < 0)
        return false;
    *out = (struct condition){.fact = (uint8_t)fact, .kind = CONDITION_VALUES};
    enum fact_kind kind = profile_fact_kind(&p->r->city->profile, (uint8_t)fact);
    if (kind == FACT_IS_DATE || kind == FACT_IS_MOMENT)
        return date_condition(p, value, out);
    out->values = words_bits(p, value, ',', terms_fact_values(kind));
    return out->values != 0;
}

static bool read_conjunction(struct city_reader *r, const char *section, const char *key,
                             struct conditions *out)
{
    const struct place p = {r, section, key};
    struct ini_list list;
    if (!ini_list(r->ini, section, key, &list, r->faults) || list.count == 0)
        return false;
    size_t n = out->count;
    for (size_t i = 0; i < list.count; i++) {
        struct condition condition;
        if (!parse_condition(&p, list.item[i], &condition))
            continue;
        if (out->any[n].count == CONJUNCTION)
            too_many(&p, list.item[i], CONJUNCTION);
        else
            out->any[n].condition[out->any[n].count++] = condition;
    }
    return true;
}

void city_conditions(struct city_reader *r, const char *section, const char *key,
                     struct conditions *out)
{
    char name[64];
    for (out->count = 0; out->count < ALTERNATIVES; out->count++) {
        snprintf(name, sizeof name, "%s.%d", key, out->count + 1);
        if (!read_conjunction(r, section, name, out))
            break;
    }
}
