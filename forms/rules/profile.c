#include "forms/rules/profile.h"

#include <string.h>

int profile_document(const struct profile *profile, const char *id)
{
    for (int i = 0; i < profile->document_count; i++)
        if (strcmp(profile->documents[i].id, id) == 0)
            return i;
    return -1;
}

static bool office_is(const struct office *office, const char *name)
{
    if (strcmp(office->id, name) == 0 || strcmp(office->name.ja, name) == 0 ||
        strcmp(office->name.en, name) == 0)
        return true;
    for (size_t i = 0; i < office->aliases; i++)
        if (strcmp(office->alias[i], name) == 0)
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
