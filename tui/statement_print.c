#include "tui/statement.h"

/* The words whose bits are set, each after `before`. */
static void print_bits(const struct terms *terms, uint64_t bits, const char *before,
                       const char *between, FILE *to)
{
    const char *separator = before;
    for (size_t i = 0; i < terms->count; i++)
        if ((bits >> i & 1) != 0) {
            fprintf(to, "%s%s", separator, terms->word[i]);
            separator = between;
        }
}

static void print_date(const char *name, struct date date, FILE *to)
{
    char text[DATE_TEXT_SIZE];
    if (date_valid(date))
        fprintf(to, ",%s=%s", name, date_format(date, text));
}

static void print_document(const struct profile *profile, const struct shown *shown, FILE *to)
{
    fprintf(to, " --doc %s:%s", shown->holder == HOLDER_RESIDENT ? "resident" : "visitor",
            profile->documents[shown->document].id);
    for (size_t i = 0; i < ATTRIBUTES; i++)
        if (((shown->yes | shown->no) >> i & 1) != 0)
            fprintf(to, ",%s=%s", terms_word(&terms_attributes, i),
                    (shown->yes >> i & 1) != 0 ? "yes" : "no");
    print_date("issued", shown->issued, to);
    print_date("expires", shown->expires, to);
    print_bits(&terms_shows, shown->shows, ",shows=", "+", to);
    if (shown->from != FROM_UNSTATED)
        fprintf(to, ",from=%s", terms_word(&terms_from, shown->from));
    print_bits(&terms_faults, shown->faults, ",fault=", ",fault=", to);
}

static void print_fact(const struct profile *profile, uint8_t fact, const struct stated *stated,
                       FILE *to)
{
    char text[MOMENT_TEXT_SIZE];
    enum fact_kind kind = profile_fact_kind(profile, fact);
    bool when = kind == FACT_IS_DATE || kind == FACT_IS_MOMENT;
    fprintf(to, " --fact %s=%s", profile_fact_id(profile, fact),
            when ? moment_format(stated->when, text)
                 : terms_word(terms_fact_values(kind), stated->value));
}

void statement_print(const struct profile *profile, const struct situation *situation, FILE *to)
{
    char at[MOMENT_TEXT_SIZE];
    fprintf(to, "--procedure %s --presenter %s --visit %u --at %s",
            terms_word(&terms_procedures, (size_t)situation->procedure),
            profile->presenters[situation->presenter].id, situation->visit,
            moment_format(situation->at, at));
    if (situation->office != OFFICE_UNSTATED)
        fprintf(to, " --office %s", profile->offices[situation->office].id);
    print_bits(&terms_pins, situation->pins, " --pin ", ",", to);
    for (uint8_t fact = 0; fact < FACTS_COMMON + profile->fact_count; fact++)
        if (situation->fact[fact].known)
            print_fact(profile, fact, &situation->fact[fact], to);
    for (size_t i = 0; i < situation->shown_count; i++)
        print_document(profile, &situation->shown[i], to);
    fprintf(to, "\n");
}
