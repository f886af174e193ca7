#include "tui/answer.h"

#include <string.h>

/* --- words ----------------------------------------------------------------------------------- */

static const char *in_language(const struct answer *a, const struct text *text)
{
    return a->language == WORDS_EN ? text->en : text->ja;
}

static const char *word_name(const struct answer *answer, const char *kind, const char *word)
{
    char id[64];
    snprintf(id, sizeof id, "%s.%s", kind, word);
    return words_say(answer->language, id);
}

static const char *comma(const struct answer *a)
{
    return words_say(a->language, "list.comma");
}

static void line(const struct answer *a, FILE *to, const char *id, const char *value)
{
    char text[WORDS_TEXT_MAX];
    fprintf(to, "%s\n", WORDS(a->language, id, text, value));
}

static const char *date_words(const struct answer *a, struct date date, char out[WORDS_TEXT_MAX])
{
    char day[16], month[16], year[16], id[32];
    snprintf(day, sizeof day, "%d", date.day);
    snprintf(month, sizeof month, "month.%d", date.month);
    snprintf(year, sizeof year, "%d", date.year);
    snprintf(id, sizeof id, "weekday.%u", date_weekday(date));
    const char *args[] = {year, words_say(a->language, month), day, words_say(a->language, id)};
    return words_format(a->language, "date", out, WORDS_TEXT_MAX, 4, args);
}

static void date_line(const struct answer *a, FILE *to, const char *id, struct date date)
{
    char text[WORDS_TEXT_MAX];
    if (date_valid(date))
        line(a, to, id, date_words(a, date, text));
}

static void moment_line(const struct answer *a, FILE *to, const char *id, struct moment moment)
{
    char date[WORDS_TEXT_MAX], text[WORDS_TEXT_MAX + 16];
    if (!date_valid(moment.date))
        return;
    snprintf(text, sizeof text, "%s %d:%02d", date_words(a, moment.date, date), moment.minute / 60,
             moment.minute % 60);
    line(a, to, id, text);
}

/* --- parts ----------------------------------------------------------------------------------- */

static void citations(const struct answer *a, FILE *to, const char *heading,
                      const struct citation *const *list, size_t count)
{
    char source[256];
    if (count == 0)
        return;
    fprintf(to, "%s\n", words_say(a->language, heading));
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
            separator = comma(a);
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

/* What keeps a document that was shown from counting. */
static void unmet_conditions(const struct answer *answer, FILE *to, uint16_t attributes)
{
    const uint16_t mark = 1u << ATTRIBUTE_STAMPED | 1u << ATTRIBUTE_SIGNED;
    const char *separator = "    ";
    bool either = (attributes & mark) == mark;
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        if ((attributes >> i & 1) == 0 || (either && i == ATTRIBUTE_SIGNED))
            continue;
        fprintf(to, "%s%s", separator,
                either && i == ATTRIBUTE_STAMPED
                    ? words_say(answer->language, "unmet.stamped-or-signed")
                    : word_name(answer, "unmet", terms_word(&terms_attributes, i)));
        separator = comma(answer);
    }
    if (attributes != 0)
        fprintf(to, "\n");
}

static bool only_papers(const struct answer *a, uint64_t documents)
{
    for (size_t i = 0; i < a->profile->document_count; i++)
        if ((documents >> i & 1) != 0 && !a->profile->documents[i].paper)
            return false;
    return true;
}

/* Which of several places of one need the missing one at `at` is, from 1; 0: the only one. */
static size_t place_of(const struct verdict *v, size_t at)
{
    size_t before = 0, all = 0;
    for (size_t i = 0; i < v->missing_count; i++)
        if (v->missing[i].fact == FACT_NONE && v->missing[i].citation == v->missing[at].citation) {
            all++;
            before += i < at;
        }
    return all > 1 ? before + 1 : 0;
}

static void missing_text(const struct answer *a, FILE *to, size_t at)
{
    const struct missing *missing = &a->verdict->missing[at];
    char number[24], nth[WORDS_TEXT_MAX] = "";
    if (missing->fact != FACT_NONE) {
        fprintf(to, "  - %s\n", fact_name(a, missing->fact));
        return;
    }
    snprintf(number, sizeof number, "%zu", place_of(a->verdict, at));
    if (place_of(a->verdict, at) > 0)
        WORDS(a->language, "explain.nth", nth, number);
    bool paper = only_papers(a, missing->any_of);
    fprintf(to, "  - %s%s%s%s\n",
            paper ? "" : word_name(a, "holder", terms_word(&terms_holders, missing->holder)),
            paper ? "" : ": ", answer_sentence(a, missing->citation), nth);
    unmet_conditions(a, to, missing->attributes);
    document_names(a, to, missing->any_of);
}

/* One line with the names of the words whose bits are set; none without a bit. */
static void names_line(const struct answer *a, FILE *to, const char *id, const char *kind,
                       const struct terms *terms, unsigned bits)
{
    char names[WORDS_TEXT_MAX] = "";
    for (size_t i = 0; i < terms->count; i++)
        if ((bits >> i & 1) != 0) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? comma(a) : "",
                     word_name(a, kind, terms_word(terms, i)));
        }
    if (names[0] != '\0')
        line(a, to, id, names);
}

static void verdict_lines(const struct answer *answer, FILE *to)
{
    const struct verdict *v = answer->verdict;
    bool office = v->kind == VERDICT_REROUTE && v->reroute == ON_OTHER_OFFICE;
    line(answer, to, "explain.verdict",
         office ? words_say(answer->language, "verdict.reroute-office")
                : word_name(answer, "verdict", terms_word(&terms_verdicts, v->kind)));
    if (v->kind == VERDICT_REROUTE && !office)
        line(answer, to, "verdict.reroute-to",
             word_name(answer, "reroute", terms_word(&terms_ways_on, (size_t)v->reroute)));
    if (v->other_office >= 0)
        line(answer, to, "verdict.other-office",
             in_language(answer, &answer->profile->offices[v->other_office].name));
}

static void visit_lines(const struct answer *answer, FILE *to)
{
    const struct verdict *v = answer->verdict;
    char number[16];
    snprintf(number, sizeof number, "%u", v->visits);
    if (v->visits > 0)
        line(answer, to, "explain.visits", number);
    if (v->pin_by != PIN_BY_NOBODY)
        line(answer, to, "explain.pin-by",
             word_name(answer, "pin-by", terms_word(&terms_pin_by, v->pin_by)));
}

static void page_line(const struct answer *a, FILE *to)
{
    char day[WORDS_TEXT_MAX], text[WORDS_TEXT_MAX];
    fprintf(to, "%s\n",
            WORDS(a->language, "explain.page", text, in_language(a, &a->profile->page),
                  date_words(a, a->profile->date, day)));
}

void answer_text(const struct answer *answer, FILE *to)
{
    const struct verdict *v = answer->verdict;
    verdict_lines(answer, to);
    if (v->missing_count > 0)
        fprintf(to, "%s\n", words_say(answer->language, "explain.missing"));
    for (size_t i = 0; i < v->missing_count; i++)
        missing_text(answer, to, i);
    citations(answer, to, "verdict.rules", v->reason, v->reason_count);
    names_line(answer, to, "explain.certificates", "certificate", &terms_pins, v->certificates);
    date_line(answer, to, "verdict.from", v->from);
    date_line(answer, to, "verdict.until", v->until);
    date_line(answer, to, "verdict.valid-until", v->valid_until);
    moment_line(answer, to, "verdict.opens", v->opens);
    visit_lines(answer, to);
    names_line(answer, to, "verdict.alternative", "reroute", &terms_ways_on,
               v->alternatives & ~(v->reroute >= 0 ? 1u << v->reroute : 0));
    if (v->phone != NULL)
        line(answer, to, "verdict.phone", v->phone);
    citations(answer, to, "verdict.warnings", v->warning, v->warning_count);
    citations(answer, to, "verdict.guidance", v->guidance, v->guidance_count);
    page_line(answer, to);
}
