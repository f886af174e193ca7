#include "forms/rules/profile.h"

#include <string.h>

int profile_document(const struct profile *profile, const char *id)
{
    for (int i = 0; i < profile->document_count; i++)
        if (strcmp(profile->documents[i].id, id) == 0)
            return i;
    return -1;
}

/* Past blanks and the brackets that pages put around names: " ", U+3000, U+3010, U+3011. */
static const char *past_ornament(const char *text)
{
    static const char *const ornaments[] = {" ", "\xe3\x80\x80", "\xe3\x80\x90", "\xe3\x80\x91"};
    for (size_t i = 0; i < sizeof ornaments / sizeof ornaments[0]; i++) {
        size_t length = strlen(ornaments[i]);
        if (strncmp(text, ornaments[i], length) == 0)
            return past_ornament(text + length);
    }
    return text;
}

static bool same_name(const char *a, const char *b)
{
    for (a = past_ornament(a), b = past_ornament(b); *a != '\0' && *a == *b;
         a = past_ornament(a + 1), b = past_ornament(b + 1))
        ;
    return *a == *b;
}

static bool office_is(const struct office *office, const char *name)
{
    if (same_name(office->id, name) || same_name(office->name.ja, name) ||
        same_name(office->name.en, name))
        return true;
    for (size_t i = 0; i < office->aliases; i++)
        if (same_name(office->alias[i], name))
            return true;
    return false;
}

int profile_office(const struct profile *profile, const char *name)
{
    for (int i = 0; i < profile->office_count; i++)
        if (office_is(&profile->offices[i], name))
            return i;
    return -1;
}

int profile_presenter(const struct profile *profile, const char *id)
{
    for (int i = 0; i < profile->presenter_count; i++)
        if (strcmp(profile->presenters[i].id, id) == 0)
            return i;
    return -1;
}

int profile_fact(const struct profile *profile, const char *id)
{
    int fact = terms_find(&terms_facts, id);
    for (int i = 0; fact < 0 && i < profile->fact_count; i++)
        if (strcmp(profile->facts[i].name.id, id) == 0)
            fact = FACTS_COMMON + i;
    return fact;
}

const char *profile_source(const struct profile *profile, const struct citation *citation,
                           enum procedure procedure)
{
    const char *source = citation->source[procedure];
    bool elsewhere =
        citation->home != NULL && strncmp(source, profile->file, strlen(profile->file)) != 0;
    return elsewhere ? citation->home : source;
}

const char *profile_fact_id(const struct profile *profile, uint8_t fact)
{
    return fact < FACTS_COMMON ? terms_word(&terms_facts, fact)
                               : profile->facts[fact - FACTS_COMMON].name.id;
}

enum fact_kind profile_fact_kind(const struct profile *profile, uint8_t fact)
{
    return fact < FACTS_COMMON ? terms_fact_kind((enum fact)fact)
                               : (enum fact_kind)profile->facts[fact - FACTS_COMMON].kind;
}
