#include "tui/answer.h"

#include <string.h>

static const char *in_language(const struct answer *a, const struct text *text)
{
    return a->language == WORDS_EN ? text->en : text->ja;
}

const char *answer_sentence(const struct answer *answer, const struct citation *citation)
{
    return in_language(answer, &citation->text);
}

/* The rule of the hours that closed the office, where this is what is cited. */
static const struct hours_rule *closing_rule(const struct answer *a,
                                             const struct citation *citation)
{
    const struct hours_answer *hours = &a->verdict->hours;
    if (strcmp(citation->id, "may-close") == 0)
        return hours->may_close;
    if (strcmp(citation->id, "closed") != 0 && strcmp(citation->id, "hours-unknown") != 0)
        return NULL;
    return hours->rule != NULL ? hours->rule : hours->outside;
}

const char *answer_rule(const struct answer *answer, const struct citation *citation)
{
    const struct hours_rule *rule = closing_rule(answer, citation);
    return rule != NULL ? rule->id : citation->id;
}

const char *answer_source(const struct answer *answer, const struct citation *citation,
                          char out[256])
{
    const struct hours_rule *rule = closing_rule(answer, citation);
    if (rule == NULL)
        return profile_source(answer->profile, citation, answer->procedure);
    snprintf(out, 256, "%s:%.*s", answer->profile->file, (int)strspn(rule->source, "0123456789"),
             rule->source);
    return out;
}

static void line(const struct answer *a, FILE *to, const char *id, const char *value)
{
    char text[WORDS_TEXT_MAX];
    fprintf(to, "%s\n", WORDS(a->language, id, text, value));
}

static const char *word_name(const struct answer *a, const char *kind, const char *word)
{
    char id[64];
    snprintf(id, sizeof id, "%s.%s", kind, word);
    return words_say(a->language, id);
}

static void citations(const struct answer *a, FILE *to, const char *heading,
                      const struct citation *const *list, size_t count)
{
    char source[256];
    if (count == 0)
        return;
    line(a, to, heading, "");
    for (size_t i = 0; i < count; i++)
        fprintf(to, "  - %s [%s, %s]\n", answer_sentence(a, list[i]), answer_rule(a, list[i]),
                answer_source(a, list[i], source));
}

static void document_names(const struct answer *a, FILE *to, uint64_t documents)
{
    const char *separator = "    ";
    for (size_t i = 0; i < a->profile->document_count; i++)
        if ((documents >> i & 1) != 0) {
            fprintf(to, "%s%s", separator, in_language(a, &a->profile->documents[i].name));
            separator = a->language == WORDS_EN ? ", " : "、";
        }
    if (documents != 0)
        fprintf(to, "\n");
}

static const char *fact_name(const struct answer *a, uint8_t fact)
{
    if (fact >= FACTS_COMMON)
        return in_language(a, &a->profile->facts[fact - FACTS_COMMON].name.name);
    return word_name(a, "fact", terms_word(&terms_facts, fact));
}

static void missing_text(const struct answer *a, FILE *to, const struct missing *missing)
{
    if (missing->fact != FACT_NONE) {
        fprintf(to, "  - %s\n", fact_name(a, missing->fact));
        return;
    }
    const char *holder = word_name(a, "holder", terms_word(&terms_holders, missing->holder));
    fprintf(to, "  - %s: %s", holder, answer_sentence(a, missing->citation));
    for (size_t i = 0; i < ATTRIBUTES; i++)
        if ((missing->attributes >> i & 1) != 0)
            fprintf(to, " (%s)", word_name(a, "attribute", terms_word(&terms_attributes, i)));
    fprintf(to, "\n");
    document_names(a, to, missing->any_of);
}

static void ways_text(const struct answer *a, FILE *to)
{
    const char *separator = "  ";
    if (a->verdict->alternatives == 0)
        return;
    line(a, to, "explain.alternatives", "");
    for (size_t i = 0; i < WAYS_ON; i++)
        if ((a->verdict->alternatives >> i & 1) != 0) {
            fprintf(to, "%s%s", separator, word_name(a, "reroute", terms_word(&terms_ways_on, i)));
            separator = a->language == WORDS_EN ? ", " : "、";
        }
    fprintf(to, "\n");
}

static void dates_text(const struct answer *a, FILE *to)
{
    char date[DATE_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];
    const struct verdict *v = a->verdict;
    if (date_valid(v->from))
        line(a, to, "explain.from", date_format(v->from, date));
    if (date_valid(v->until))
        line(a, to, "explain.until", date_format(v->until, date));
    if (date_valid(v->valid_until))
        line(a, to, "explain.valid-until", date_format(v->valid_until, date));
    if (date_valid(v->opens.date))
        line(a, to, "explain.opens", moment_format(v->opens, moment));
}

void answer_text(const struct answer *answer, FILE *to)
{
    const struct verdict *v = answer->verdict;
    char number[16], page[256], day[DATE_TEXT_SIZE];
    line(answer, to, "explain.verdict",
         word_name(answer, "verdict", terms_word(&terms_verdicts, v->kind)));
    if (v->kind == VERDICT_REROUTE)
        line(answer, to, "explain.reroute",
             word_name(answer, "reroute", terms_word(&terms_ways_on, (size_t)v->reroute)));
    if (v->missing_count > 0)
        line(answer, to, "explain.missing", "");
    for (size_t i = 0; i < v->missing_count; i++)
        missing_text(answer, to, &v->missing[i]);
    citations(answer, to, "explain.reasons", v->reason, v->reason_count);
    dates_text(answer, to);
    snprintf(number, sizeof number, "%u", v->visits);
    if (v->visits > 0)
        line(answer, to, "explain.visits", number);
    if (v->pin_by != PIN_BY_NOBODY)
        line(answer, to, "explain.pin-by",
             word_name(answer, "pin-by", terms_word(&terms_pin_by, v->pin_by)));
    if (v->other_office >= 0)
        line(answer, to, "explain.other-office",
             in_language(answer, &answer->profile->offices[v->other_office].name));
    ways_text(answer, to);
    if (v->phone != NULL)
        line(answer, to, "explain.phone", v->phone);
    citations(answer, to, "explain.warnings", v->warning, v->warning_count);
    citations(answer, to, "explain.guidance", v->guidance, v->guidance_count);
    snprintf(page, sizeof page, "%s (%s)", in_language(answer, &answer->profile->page),
             date_format(answer->profile->date, day));
    line(answer, to, "explain.page", page);
}
