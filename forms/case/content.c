#include "forms/case/content.h"

#include <string.h>
#include <unictype.h>
#include <unistr.h>

#define DIGITS "0123456789"
#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* --- shapes of words --- */

static bool ends_within(const char *text, size_t room)
{
    return memchr(text, '\0', room) != NULL;
}

/* Only these characters, and at least one small letter: no four digits, no capitals. */
static bool is_made_of(const char *text, size_t room, const char *characters)
{
    return ends_within(text, room) && text[strspn(text, characters)] == '\0' &&
           strpbrk(text, SMALL);
}

static bool is_word(const char *text, size_t room)
{
    return is_made_of(text, room, SMALL DIGITS "-");
}

static bool is_rule(const char *text, size_t room)
{
    return is_made_of(text, room, SMALL DIGITS "-._:/");
}

static bool matches(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++)
        if (*pattern == '9' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return *text == '\0';
}

static bool is_moment(const char *text)
{
    return matches(text, "9999-99-99T99:99");
}

static bool is_value(const char *text, size_t length)
{
    char value[CASE_ATTRIBUTES_MAX];

    if (length == 0 || length >= sizeof value)
        return false;
    memcpy(value, text, length);
    value[length] = '\0';
    return matches(value, "9999-99-99") || is_moment(value) ||
           is_made_of(value, sizeof value, SMALL DIGITS "-+");
}

/* name=value, up to a comma or the end; the length of it, 0 where it is none. */
static size_t pair_length(const char *text)
{
    size_t name = strspn(text, SMALL DIGITS "-");
    size_t value;

    if (name == 0 || text[name] != '=')
        return 0;
    value = strcspn(text + name + 1, ",");
    return is_value(text + name + 1, value) ? name + 1 + value : 0;
}

static bool is_fact(const char *text, size_t room)
{
    return ends_within(text, room) && *text && pair_length(text) == strlen(text);
}

static bool is_attributes(const char *text, size_t room)
{
    if (!ends_within(text, room))
        return false;
    while (*text) {
        size_t length = pair_length(text);

        if (length == 0)
            return false;
        text += length;
        if (*text == ',' && *++text == '\0')
            return false;
    }
    return true;
}

static bool is_document(const char *text, size_t room)
{
    const char *colon = ends_within(text, room) ? strchr(text, ':') : NULL;

    return colon && colon > text && is_word(colon + 1, room) && is_rule(text, room);
}

static bool is_serial(const char *text)
{
    return matches(text, "999999999999999");
}

/* Small letters, and long enough not to look like four digits. */
static bool is_certificate(const char *text)
{
    size_t length = strnlen(text, CASE_CERTIFICATE_MAX);

    return length == 0 || (length >= 8 && length < CASE_CERTIFICATE_MAX &&
                           strspn(text, DIGITS "abcdef") == length);
}

/* --- free text --- */

enum { PIN_DIGITS = 4, PASSWORD_SHORTEST = 6, PASSWORD_LONGEST = 16 }; /* card.md section 2.1 */

/* A run of characters between spaces, kanji and the like, as far as its shape matters. */
struct run {
    unsigned length, digits, capitals;
};

static bool run_is_pin(const struct run *run)
{
    bool number = run->length == PIN_DIGITS && run->digits == PIN_DIGITS;
    bool password = run->length >= PASSWORD_SHORTEST && run->length <= PASSWORD_LONGEST &&
                    run->digits > 0 && run->capitals > 0 &&
                    run->digits + run->capitals == run->length;

    return number || password;
}

/* Full-width letters and digits count as what they look like. */
static ucs4_t narrow(ucs4_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFF01 + 0x21 : c;
}

/* Joins dates, times and telephone numbers into one run, so that their parts are not taken for
 * PINs. */
static bool run_goes_on(ucs4_t c)
{
    return c > 0x20 && c < 0x7F && strchr(SMALL CAPITALS DIGITS "-/:.", (int)c);
}

static void run_add(struct run *run, ucs4_t c)
{
    run->length++;
    run->digits += c >= '0' && c <= '9';
    run->capitals += c >= 'A' && c <= 'Z';
}

static bool has_pin_shape(const char *text, size_t length)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + length;
    struct run run = {0};

    while (at < end) {
        ucs4_t c;

        at += u8_mbtouc(&c, at, (size_t)(end - at));
        c = narrow(c);
        if (run_goes_on(c)) {
            run_add(&run, c);
            continue;
        }
        if (run_is_pin(&run) && !(c == 0x5E74 && run.length == PIN_DIGITS)) /* 年: a year */
            return true;
        run = (struct run){0};
    }
    return run_is_pin(&run);
}

static bool is_printable(const char *text, size_t length)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + length;

    while (at < end) {
        ucs4_t c;

        at += u8_mbtouc(&c, at, (size_t)(end - at));
        if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_C | UC_CATEGORY_MASK_Zl |
                                                    UC_CATEGORY_MASK_Zp))
            return false;
    }
    return true;
}

static bool is_text(const char *text, size_t room)
{
    size_t length = strnlen(text, room);

    return length < room && !u8_check((const uint8_t *)text, length) && is_printable(text, length);
}

bool case_text_allowed(const char *text, size_t room)
{
    return is_text(text, room) && !has_pin_shape(text, strlen(text));
}

/* An extension of four digits is allowed where it is called one. */
static bool is_phone(const char *text)
{
    struct run run = {0};

    if (!is_text(text, CASE_PHONE_MAX))
        return false;
    for (const char *at = text; *at; at++)
        if (*at != ' ')
            run_add(&run, (unsigned char)*at);
    return !run_is_pin(&run);
}

/* --- contents of events --- */

static const struct procedure {
    const char *word;
    unsigned kinds; /* bit (1 << enum case_kind) */
} procedures[] = {
    {"change", 1u << CASE_VERIFY | 1u << CASE_CHANGE},
    {"reset", 1u << CASE_VERIFY | 1u << CASE_RESET},
    {"renew", (1u << CASE_KINDS) - 1},
    {"issue", (1u << CASE_KINDS) - 1},
    {"check", 1u << CASE_VERIFY},
};

static const struct procedure *procedure_named(const char *word)
{
    for (size_t i = 0; i < sizeof procedures / sizeof *procedures; i++)
        if (strncmp(word, procedures[i].word, CASE_WORD_MAX) == 0)
            return &procedures[i];
    return NULL;
}

bool content_procedure_has(const char *procedure, uint8_t kind)
{
    const struct procedure *p = procedure_named(procedure);

    return p && (p->kinds & 1u << kind) != 0;
}

static bool is_verdict(const char *word)
{
    static const char *const verdicts[] = {"reroute", "refuse", "ask-office", "closed", "missing",
                                           "accept", "first-visit", "second-visit"};

    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (strncmp(word, verdicts[i], CASE_WORD_MAX) == 0)
            return true;
    return false;
}

static bool opening_allowed(const struct case_change *change)
{
    const struct case_opening *o = &change->with.opening;

    return procedure_named(o->procedure) && is_word(o->presenter, sizeof o->presenter) &&
           o->visit > 0 && is_word(o->city, sizeof o->city) &&
           is_rule(o->office, sizeof o->office) && is_moment(o->reception) &&
           case_text_allowed(o->clerk, sizeof o->clerk);
}

static bool judgement_lists_allowed(const struct case_judgement *j)
{
    if (j->rule_count > CASE_RULES || j->document_count > CASE_DOCUMENTS ||
        j->fact_count > CASE_FACTS)
        return false;
    for (unsigned i = 0; i < j->rule_count; i++)
        if (!is_rule(j->rules[i], sizeof j->rules[i]))
            return false;
    for (unsigned i = 0; i < j->document_count; i++)
        if (!is_document(j->documents[i].id, sizeof j->documents[i].id) ||
            !is_attributes(j->documents[i].attributes, sizeof j->documents[i].attributes))
            return false;
    for (unsigned i = 0; i < j->fact_count; i++)
        if (!is_fact(j->facts[i], sizeof j->facts[i]))
            return false;
    return true;
}

static bool judgement_allowed(const struct case_change *change)
{
    const struct case_judgement *j = &change->with.judgement;

    return procedure_named(j->procedure) && is_verdict(j->verdict) && judgement_lists_allowed(j);
}

static bool decision_allowed(const struct case_change *change)
{
    const struct case_decision *d = &change->with.decision;

    return *d->who && *d->why && case_text_allowed(d->who, sizeof d->who) &&
           case_text_allowed(d->function, sizeof d->function) && is_phone(d->phone) &&
           case_text_allowed(d->why, sizeof d->why);
}

/* A certificate's steps name the PIN of a certificate. */
static bool has_certificate(const struct case_plan_step *step)
{
    return step->kind < CASE_KEEP || step->pin < CASE_CERTIFICATES;
}

static bool plan_well_formed(const struct case_change *change)
{
    const struct case_plan *p = &change->with.plan;

    if (!is_serial(p->serial) || !is_certificate(p->certificate) || p->step_count > CASE_STEPS)
        return false;
    for (unsigned i = 0; i < p->step_count; i++)
        if (p->steps[i].kind >= CASE_KINDS || !has_certificate(&p->steps[i]) || p->steps[i].pin >= CASE_PINS ||
            p->steps[i].way > CASE_BY_TERMINAL || p->steps[i].typist > CASE_TYPED_BY_STAFF)
            return false;
    return true;
}

/* Nothing, or exactly one DER sequence long enough to need two octets of length (X.690 8.1.3):
 * every request and certificate is. */
static bool is_paper(const struct case_paper *paper)
{
    enum { SEQUENCE = 0x30, TWO_OCTETS = 0x82, HEAD = 4 };

    if (paper->length == 0)
        return true;
    return paper->length <= CASE_PAPER_MAX && paper->length > HEAD && paper->at[0] == SEQUENCE &&
           paper->at[1] == TWO_OCTETS && (paper->at[2] << 8 | paper->at[3]) + HEAD == paper->length;
}

static bool is_transaction(const char *text)
{
    size_t length = strnlen(text, CASE_TRANSACTION_MAX);

    return length == 0 || (length == CASE_TRANSACTION_MAX - 1 &&
                           strspn(text, DIGITS "abcdef") == CASE_TRANSACTION_MAX - 1);
}

static bool outcome_allowed(const struct case_change *change)
{
    return change->step < CASE_STEPS && is_paper(&change->paper) &&
           is_transaction(change->transaction);
}

static bool reason_given(const struct case_change *change)
{
    return change->reason > CASE_REASON_NONE && change->reason < CASE_REASONS;
}

static bool reason_none(const struct case_change *change)
{
    return change->reason == CASE_REASON_NONE;
}

static const struct content {
    bool (*allowed)(const struct case_change *change);
    bool step;
} contents[CASE_EVENTS] = {
    [CASE_OPENED] = {opening_allowed, false},
    [CASE_JUDGEMENT] = {judgement_allowed, false},
    [CASE_DECISION] = {decision_allowed, false},
    [CASE_PLAN] = {plan_well_formed, false},
    [CASE_STEP_INTENDED] = {outcome_allowed, true},
    [CASE_PROOF_INTENDED] = {outcome_allowed, true},
    [CASE_STEP_DONE] = {outcome_allowed, true},
    [CASE_STEP_NOT_DONE] = {outcome_allowed, true},
    [CASE_STEP_UNKNOWN] = {outcome_allowed, true},
    [CASE_STEP_REFUSED] = {outcome_allowed, true},
    [CASE_SETTLED_DONE] = {outcome_allowed, true},
    [CASE_SETTLED_NOT_DONE] = {outcome_allowed, true},
    [CASE_PUT_ASIDE] = {reason_given, false},
    [CASE_RESUMED] = {reason_none, false},
    [CASE_FINISHED] = {reason_none, false},
    [CASE_GIVEN_UP] = {reason_given, false},
};

bool content_allowed(const struct case_change *change)
{
    return (unsigned)change->event < CASE_EVENTS && contents[change->event].allowed(change);
}

bool content_names_step(enum case_event event)
{
    return contents[event].step;
}
