#include "tui/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_KNOWN = 160, VALUE_SIZE = 256 };

struct known {
    const char *word[WORDS_KNOWN];
    size_t count;
};

static bool fail(struct statement *s, enum statement_code code, const char *word, const char *other)
{
    s->fault.code = code;
    fault_text(s->fault.word, sizeof s->fault.word, word);
    fault_text(s->fault.nearest, sizeof s->fault.nearest, other != NULL ? other : "");
    return false;
}

static bool unknown(struct statement *s, const char *word, const struct known *known)
{
    size_t used = 0;
    s->fault.known[0] = '\0';
    for (size_t i = 0;
         i < known->count && used + strlen(known->word[i]) + 2 < sizeof s->fault.known; i++)
        used += (size_t)snprintf(s->fault.known + used, sizeof s->fault.known - used, "%s%s",
                                 i > 0 ? " " : "", known->word[i]);
    return fail(s, STATEMENT_UNKNOWN_WORD, word, fault_nearest(word, known->word, known->count));
}

static void know(struct known *known, const char *word)
{
    if (known->count < WORDS_KNOWN && word[0] != '\0')
        known->word[known->count++] = word;
}

static void know_terms(struct known *known, const struct terms *terms)
{
    for (size_t i = 0; i < terms->count; i++)
        know(known, terms->word[i]);
}

/* The word's number among terms, or a fault. */
static bool term(struct statement *s, const struct terms *terms, const char *word, int *out)
{
    struct known known = {.count = 0};
    *out = terms_find(terms, word);
    if (*out >= 0)
        return true;
    know_terms(&known, terms);
    return unknown(s, word, &known);
}

static bool say_procedure(struct statement *s, const char *value)
{
    int found;
    if (!term(s, &terms_procedures, value, &found))
        return false;
    s->situation.procedure = (enum procedure)found;
    s->procedure = true;
    return true;
}

static bool say_presenter(struct statement *s, const char *value)
{
    struct known known = {.count = 0};
    int found = profile_presenter(s->profile, value);
    if (found < 0) {
        for (size_t i = 0; i < s->profile->presenter_count; i++)
            know(&known, s->profile->presenters[i].id);
        return unknown(s, value, &known);
    }
    s->situation.presenter = (uint8_t)found;
    s->presenter = true;
    return true;
}

static bool say_visit(struct statement *s, const char *value)
{
    if (value[0] < '1' || value[0] > '7' || value[1] != '\0')
        return fail(s, STATEMENT_NOT_A_NUMBER, value, "1");
    s->situation.visit = (uint8_t)(value[0] - '0');
    return true;
}

static bool say_office(struct statement *s, const char *value)
{
    struct known known = {.count = 0};
    int found = profile_office(s->profile, value);
    if (found < 0) {
        for (size_t i = 0; i < s->profile->office_count; i++) {
            know(&known, s->profile->offices[i].id);
            know(&known, s->profile->offices[i].name.ja);
        }
        return unknown(s, value, &known);
    }
    s->situation.office = (int8_t)found;
    return true;
}

static bool say_pin(struct statement *s, const char *value)
{
    char copy[VALUE_SIZE], *rest = copy, *word;
    snprintf(copy, sizeof copy, "%s", value);
    if (value[0] == '\0')
        return fail(s, STATEMENT_NO_VALUE, value, NULL);
    while ((word = strsep(&rest, ",")) != NULL) {
        int found;
        if (!term(s, &terms_pins, word, &found))
            return false;
        s->situation.pins |= (uint8_t)(1u << found);
    }
    return true;
}

static bool read_date(struct statement *s, const char *word, struct date *out)
{
    return date_parse(word, out) == DATE_OK || fail(s, STATEMENT_NOT_A_DATE, word, "YYYY-MM-DD");
}

static bool read_moment(struct statement *s, const char *word, struct moment *out)
{
    return moment_parse(word, out) == DATE_OK ||
           fail(s, STATEMENT_NOT_A_DATE, word, "YYYY-MM-DDTHH:MM");
}

/* NAME=VALUE in two, in place. */
static bool split(struct statement *s, char *text, char separator, char **value)
{
    *value = strchr(text, separator);
    if (*value == NULL || (*value)[1] == '\0')
        return fail(s, STATEMENT_NO_VALUE, text, NULL);
    *(*value)++ = '\0';
    return true;
}

/* --- facts ----------------------------------------------------------------------------------- */

static bool known_fact(struct statement *s, const char *name, uint8_t *out)
{
    struct known known = {.count = 0};
    int found = profile_fact(s->profile, name);
    if (found >= 0 && (found < FACTS_STATED || found >= FACTS_COMMON)) {
        *out = (uint8_t)found;
        return true;
    }
    for (size_t i = 0; i < FACTS_STATED; i++)
        know(&known, terms_facts.word[i]);
    for (size_t i = 0; i < s->profile->fact_count; i++)
        know(&known, s->profile->facts[i].name.id);
    return unknown(s, name, &known);
}

static bool fact_value(struct statement *s, uint8_t fact, const char *value, struct stated *out)
{
    enum fact_kind kind = profile_fact_kind(s->profile, fact);
    int found;
    *out = (struct stated){.known = true, .when.minute = MOMENT_NO_TIME};
    if (kind == FACT_IS_DATE)
        return read_date(s, value, &out->when.date);
    if (kind == FACT_IS_MOMENT)
        return read_moment(s, value, &out->when);
    if (!term(s, terms_fact_values(kind), value, &found))
        return false;
    out->value = (uint8_t)found;
    return true;
}

static bool state_fact(struct statement *s, uint8_t fact, const struct stated *value,
                       const char *word)
{
    struct stated *place = &s->situation.fact[fact];
    if (place->known &&
        (place->value != value->value || moment_compare(place->when, value->when) != 0))
        return fail(s, STATEMENT_CONTRADICTION, profile_fact_id(s->profile, fact), word);
    *place = *value;
    return true;
}

static bool say_fact(struct statement *s, const char *text)
{
    char copy[VALUE_SIZE], *value;
    uint8_t fact = FACT_NONE;
    struct stated stated;
    snprintf(copy, sizeof copy, "%s", text);
    return split(s, copy, '=', &value) && known_fact(s, copy, &fact) &&
           fact_value(s, fact, value, &stated) && state_fact(s, fact, &stated, value);
}

/* --- documents ------------------------------------------------------------------------------- */

static bool say_shows(struct statement *s, char *value, struct shown *out)
{
    char *word;
    while ((word = strsep(&value, "+")) != NULL) {
        int found;
        if (!term(s, &terms_shows, word, &found))
            return false;
        out->shows |= (uint8_t)(1u << found);
    }
    return true;
}

static bool say_yes_no(struct statement *s, int attribute, const char *value, struct shown *out)
{
    int found;
    uint16_t bit = (uint16_t)(1u << attribute);
    if (!term(s, &terms_yes_no, value, &found))
        return false;
    if (((found == FACT_YES ? out->no : out->yes) & bit) != 0)
        return fail(s, STATEMENT_CONTRADICTION, terms_attributes.word[attribute], value);
    *(found == FACT_YES ? &out->yes : &out->no) |= bit;
    return true;
}

static bool say_attribute(struct statement *s, char *text, struct shown *out)
{
    char *value;
    int attribute, found;
    if (!split(s, text, '=', &value) || !term(s, &terms_attributes, text, &attribute))
        return false;
    switch ((enum attribute)attribute) {
    case ATTRIBUTE_ISSUED:
        return read_date(s, value, &out->issued);
    case ATTRIBUTE_EXPIRES:
        return read_date(s, value, &out->expires);
    case ATTRIBUTE_SHOWS:
        return say_shows(s, value, out);
    case ATTRIBUTE_FROM:
        if (!term(s, &terms_from, value, &found))
            return false;
        out->from = (uint8_t)found;
        return true;
    case ATTRIBUTE_FAULT:
        if (!term(s, &terms_faults, value, &found))
            return false;
        out->faults |= (uint16_t)(1u << found);
        return true;
    case ATTRIBUTE_SEALED:
    case ATTRIBUTE_STAMPED:
    case ATTRIBUTE_SIGNED:
    case ATTRIBUTE_COMPLETE:
    case ATTRIBUTES:
        break;
    }
    return say_yes_no(s, attribute, value, out);
}

static bool known_document(struct statement *s, const char *id, struct shown *out)
{
    struct known known = {.count = 0};
    int found = profile_document(s->profile, id);
    if (found < 0) {
        for (size_t i = 0; i < s->profile->document_count; i++)
            know(&known, s->profile->documents[i].id);
        return unknown(s, id, &known);
    }
    out->document = (uint8_t)found;
    return true;
}

/* HOLDER:DOCUMENT; a paper may go without a holder. */
static bool say_what(struct statement *s, char *text, struct shown *out)
{
    int holder;
    char *document = strchr(text, ':');
    if (document == NULL) {
        out->holder = HOLDER_ANY;
        return known_document(s, text, out) &&
               (s->profile->documents[out->document].paper ||
                fail(s, STATEMENT_NO_VALUE, text, "HOLDER:DOCUMENT"));
    }
    *document++ = '\0';
    if (!term(s, &terms_holders, text, &holder) || !known_document(s, document, out))
        return false;
    out->holder = (uint8_t)holder;
    return true;
}

static bool say_doc(struct statement *s, const char *text)
{
    char copy[VALUE_SIZE], *rest = copy, *part;
    struct shown shown = {.document = 0};
    if (s->situation.shown_count == SHOWN_MAX || strlen(text) >= sizeof copy)
        return fail(s, STATEMENT_TOO_MANY, text, NULL);
    snprintf(copy, sizeof copy, "%s", text);
    if (!say_what(s, strsep(&rest, ","), &shown))
        return false;
    while ((part = strsep(&rest, ",")) != NULL)
        if (!say_attribute(s, part, &shown))
            return false;
    s->situation.shown[s->situation.shown_count++] = shown;
    return true;
}

static bool say_at(struct statement *s, const char *value)
{
    return read_moment(s, value, &s->situation.at);
}

/* --- the whole ------------------------------------------------------------------------------- */

static const struct {
    const char *option;
    bool (*say)(struct statement *s, const char *value);
} options[] = {
    {"procedure", say_procedure},
    {"presenter", say_presenter},
    {"visit", say_visit},
    {"office", say_office},
    {"pin", say_pin},
    {"at", say_at},
    {"fact", say_fact},
    {"doc", say_doc},
};

void statement_begin(struct statement *statement, const struct profile *profile, struct date today)
{
    memset(statement, 0, sizeof *statement);
    statement->profile = profile;
    situation_clear(&statement->situation);
    statement->situation.at.date = today;
}

bool statement_say(struct statement *statement, const char *option, const char *value)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strcmp(options[i].option, option) == 0) {
            snprintf(statement->fault.option, sizeof statement->fault.option, "--%s", option);
            return options[i].say(statement, value);
        }
    return fail(statement, STATEMENT_UNKNOWN_WORD, option, NULL);
}

/* The expiry on the resident's own card is the card's expiry. */
static bool take_card_expiry(struct statement *s)
{
    int card = profile_document(s->profile, "my-number-card");
    for (size_t i = 0; i < s->situation.shown_count; i++) {
        const struct shown *shown = &s->situation.shown[i];
        struct stated expiry = {.known = true,
                                .when = {.date = shown->expires, .minute = MOMENT_NO_TIME}};
        if (shown->document == card && shown->holder == HOLDER_RESIDENT &&
            date_valid(shown->expires) &&
            !state_fact(s, FACT_CARD_EXPIRY, &expiry, "my-number-card expires"))
            return false;
    }
    return true;
}

bool statement_end(struct statement *statement)
{
    statement->fault.option[0] = '\0';
    if (!statement->procedure)
        return fail(statement, STATEMENT_MISSING, "--procedure", NULL);
    if (!statement->presenter)
        return fail(statement, STATEMENT_MISSING, "--presenter", NULL);
    if (!take_card_expiry(statement))
        return false;
    struct contradiction c = situation_contradiction(&statement->situation);
    if (c.fact != FACT_NONE)
        return fail(statement, STATEMENT_CONTRADICTION, profile_fact_id(statement->profile, c.fact),
                    profile_fact_id(statement->profile, c.other));
    return true;
}
