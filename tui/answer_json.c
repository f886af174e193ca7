#include "tui/answer.h"

#include <jansson.h>

static json_t *citation_json(const struct answer *a, const struct citation *citation)
{
    char source[256];
    return json_pack("{ss ss ss}", "rule", answer_rule(a, citation), "text",
                     answer_sentence(a, citation), "source", answer_source(a, citation, source));
}

static json_t *citations_json(const struct answer *a, const struct citation *const *list,
                              size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, citation_json(a, list[i]));
    return out;
}

/* The words whose bits are set. */
static json_t *words_json(const struct terms *terms, uint64_t bits)
{
    json_t *out = json_array();
    for (size_t i = 0; i < terms->count; i++)
        if ((bits >> i & 1) != 0)
            json_array_append_new(out, json_string(terms->word[i]));
    return out;
}

static json_t *documents_json(const struct profile *profile, uint64_t documents)
{
    json_t *out = json_array();
    for (size_t i = 0; i < profile->document_count; i++)
        if ((documents >> i & 1) != 0)
            json_array_append_new(out, json_string(profile->documents[i].id));
    return out;
}

static json_t *missing_json(const struct answer *a)
{
    json_t *out = json_array();
    for (size_t i = 0; i < a->verdict->missing_count; i++) {
        const struct missing *m = &a->verdict->missing[i];
        json_array_append_new(
            out, json_pack("{ss ss so}", "holder", terms_word(&terms_holders, m->holder), "need",
                           m->need, "any_of", documents_json(a->profile, m->any_of)));
    }
    return out;
}

static void set_date(json_t *object, const char *key, struct date date)
{
    char text[DATE_TEXT_SIZE];
    if (date_valid(date))
        json_object_set_new(object, key, json_string(date_format(date, text)));
}

static void set_list(json_t *object, const char *key, json_t *list)
{
    if (json_array_size(list) > 0)
        json_object_set_new(object, key, list);
    else
        json_decref(list);
}

static void set_what_applies(const struct answer *a, json_t *out)
{
    const struct verdict *v = a->verdict;
    char moment[MOMENT_TEXT_SIZE];
    if (v->kind == VERDICT_REROUTE)
        json_object_set_new(out, "reroute",
                            json_string(terms_word(&terms_ways_on, (size_t)v->reroute)));
    if (v->visits > 0)
        json_object_set_new(out, "visits", json_integer(v->visits));
    if (v->pin_by != PIN_BY_NOBODY)
        json_object_set_new(out, "pin_by", json_string(terms_word(&terms_pin_by, v->pin_by)));
    set_list(out, "certificates", words_json(&terms_pins, v->certificates));
    set_date(out, "from", v->from);
    set_date(out, "until", v->until);
    set_date(out, "valid_until", v->valid_until);
    if (date_valid(v->opens.date))
        json_object_set_new(out, "opens", json_string(moment_format(v->opens, moment)));
    set_list(out, "alternatives", words_json(&terms_ways_on, v->alternatives));
    if (v->phone != NULL)
        json_object_set_new(out, "phone", json_string(v->phone));
    set_list(out, "warnings", citations_json(a, v->warning, v->warning_count));
}

static bool print(json_t *value, FILE *to)
{
    bool good = value != NULL && json_dumpf(value, to, JSON_INDENT(2)) == 0;
    if (good)
        fputc('\n', to);
    json_decref(value);
    return good;
}

bool answer_json(const struct answer *answer, FILE *to)
{
    const struct verdict *v = answer->verdict;
    json_t *out = json_pack("{ss so so}", "verdict", terms_word(&terms_verdicts, v->kind),
                            "missing", missing_json(answer), "reasons",
                            citations_json(answer, v->reason, v->reason_count));
    if (out == NULL)
        return false;
    set_what_applies(answer, out);
    return print(out, to);
}

bool answer_offices_json(const struct profile *profile, enum words_language language, FILE *to)
{
    json_t *out = json_array();
    for (size_t i = 0; i < profile->office_count; i++) {
        const struct text *name = &profile->offices[i].name;
        json_array_append_new(out, json_pack("{ss ss}", "id", profile->offices[i].id, "name",
                                             language == WORDS_EN ? name->en : name->ja));
    }
    return print(out, to);
}
