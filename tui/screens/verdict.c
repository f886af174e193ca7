#include "tui/screens/parts.h"

#include <stdio.h>
#include <string.h>

enum theme_role verdict_role(enum verdict_kind kind)
{
    return kind <= VERDICT_SECOND_VISIT ? THEME_GOOD : kind == VERDICT_REFUSE ? THEME_BAD : THEME_WARNING;
}

const char *verdict_text(const struct screen_view *view, char out[PARTS_TEXT])
{
    const struct verdict *verdict = &view->verdict;
    const char *word = say_of(view, "verdict.", terms_word(&terms_verdicts, verdict->kind));
    if (view->desk->case_open && view->desk->file.decided) {
        snprintf(out, PARTS_TEXT, "%s (%s)", word, say(view, "verdict.decided"));
    } else if (verdict->kind == VERDICT_REROUTE && verdict->reroute == ON_OTHER_OFFICE) {
        snprintf(out, PARTS_TEXT, "%s", say(view, "verdict.reroute-office"));
    } else if (verdict->kind == VERDICT_REROUTE && verdict->reroute >= 0) {
        snprintf(out, PARTS_TEXT, "%s: %s", word,
                 say_of(view, "reroute.", terms_word(&terms_ways_on, (size_t)verdict->reroute)));
    } else {
        snprintf(out, PARTS_TEXT, "%s", word);
    }
    return out;
}

/* Where a choice of documents would do, the rule's own sentence says it better than a list. */
enum { NAMED_MOST = 1 };

static int count_of(uint64_t bits)
{
    int count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

static void append(char out[PARTS_TEXT], const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, PARTS_TEXT - used, "%s", text);
}

static void append_documents(const struct screen_view *view, uint64_t documents, char out[PARTS_TEXT])
{
    bool first = true;
    for (size_t i = 0; i < view->profile->document_count; i++) {
        if ((documents & UINT64_C(1) << i) != 0) {
            append(out, first ? "" : say(view, "list.comma"));
            append(out, document_name(view, i));
            first = false;
        }
    }
}

static void append_attributes(const struct screen_view *view, uint16_t attributes, char out[PARTS_TEXT])
{
    bool first = true;
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        if ((attributes & 1U << i) != 0) {
            append(out, first ? "" : say(view, "list.comma"));
            append(out, say_of(view, "attribute.", terms_word(&terms_attributes, i)));
            first = false;
        }
    }
}

static uint64_t shown_documents(const struct screen_view *view)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < view->situation.shown_count; i++) {
        bits |= UINT64_C(1) << view->situation.shown[i].document;
    }
    return bits;
}

/* Papers are nobody's. */
static bool are_papers(const struct screen_view *view, uint64_t documents)
{
    for (size_t i = 0; i < view->profile->document_count; i++) {
        if ((documents & UINT64_C(1) << i) != 0 && !view->profile->documents[i].paper) {
            return false;
        }
    }
    return true;
}

static const char *missing_text(const struct screen_view *view, const struct missing *missing, char out[PARTS_TEXT])
{
    char documents[PARTS_TEXT] = "", attributes[PARTS_TEXT] = "";
    if (missing->fact != FACT_NONE) {
        const char *args[] = {fact_name(view, missing->fact)};
        return words_format(view->language, "missing.fact", out, PARTS_TEXT, 1, args);
    }
    if (missing->attributes == 0 && count_of(missing->any_of) > NAMED_MOST && missing->citation != NULL) {
        const char *args[] = {text_of(view, missing->citation->text)};
        return words_format(view->language, "missing.rule", out, PARTS_TEXT, 1, args);
    }
    uint64_t shown = missing->attributes != 0 ? missing->any_of & shown_documents(view) : 0;
    append_documents(view, shown != 0 ? shown : missing->any_of, documents);
    append_attributes(view, missing->attributes, attributes);
    const char *holder = missing->holder < HOLDER_ANY ? say_of(view, "holder.", terms_word(&terms_holders, missing->holder))
                                                      : "";
    const char *args[] = {holder, documents, attributes};
    bool one = count_of(missing->any_of) == 1;
    bool paper = missing->holder >= HOLDER_ANY || are_papers(view, missing->any_of);
    const char *id = missing->attributes != 0 ? "missing.attributes"
                     : paper                  ? (one ? "missing.paper" : "missing.papers")
                     : one                    ? "missing.document"
                                              : "missing.documents";
    return words_format(view->language, id, out, PARTS_TEXT, 3, args);
}

void flow_missing(struct flow *flow, const struct screen_view *view)
{
    char text[PARTS_TEXT], before[PARTS_TEXT] = "";
    const struct verdict *verdict = &view->verdict;
    if (!verdict_accepts(verdict) && verdict->kind != VERDICT_MISSING && verdict->reason_count > 0) {
        flow_text(flow, THEME_TEXT, 2, text_of(view, verdict->reason[0]->text));
    }
    /* Where no paper would help, none is asked for. */
    bool helps = verdict->kind != VERDICT_REFUSE && verdict->kind != VERDICT_REROUTE;
    for (int i = 0; helps && i < verdict->missing_count; i++) {
        missing_text(view, &view->verdict.missing[i], text);
        /* Two documents that one rule still wants are one sentence. */
        if (strcmp(text, before) != 0) {
            flow_text(flow, THEME_TEXT, 2, text);
        }
        snprintf(before, sizeof before, "%s", text);
    }
}

/* --- the whole answer -------------------------------------------------------------------------- */

static void flow_heading(struct flow *flow, const struct screen_view *view, const char *id)
{
    flow_blank(flow);
    flow_text(flow, THEME_HEADING, 0, say(view, id));
}

static void flow_citation(struct flow *flow, const struct screen_view *view, const struct citation *citation,
                          enum theme_role role)
{
    char text[WORDS_TEXT_MAX], date[PARTS_TEXT];
    flow_text(flow, role, 2, text_of(view, citation->text));
    const char *source = citation->source[view->situation.procedure];
    /* National rules and the program's own reasons are on no page of the city. */
    if (source == NULL || strncmp(source, view->profile->file, strlen(view->profile->file)) != 0) {
        return;
    }
    WORDS(view->language, "verdict.source", text, text_of(view, view->profile->page),
          date_text(view, view->profile->date, date), citation->id);
    flow_text(flow, THEME_QUIET, 4, text);
}

static void flow_citations(struct flow *flow, const struct screen_view *view, const char *heading, uint8_t count,
                           const struct citation *const citations[], enum theme_role role)
{
    if (count > 0) {
        flow_heading(flow, view, heading);
    }
    for (uint8_t i = 0; i < count; i++) {
        flow_citation(flow, view, citations[i], role);
    }
}

static void flow_value(struct flow *flow, const struct screen_view *view, const char *id, const char *value)
{
    char text[WORDS_TEXT_MAX];
    flow_text(flow, THEME_TEXT, 2, WORDS(view->language, id, text, value));
}

static void flow_ways_on(struct flow *flow, const struct screen_view *view)
{
    const struct verdict *verdict = &view->verdict;
    char text[PARTS_TEXT];
    flow_heading(flow, view, "verdict.ways-on");
    if (verdict->reroute >= 0) {
        flow_value(flow, view, "verdict.reroute-to",
                   say_of(view, "reroute.", terms_word(&terms_ways_on, (size_t)verdict->reroute)));
    }
    for (size_t i = 0; i < WAYS_ON; i++) {
        if ((verdict->alternatives & 1U << i) != 0 && (int)i != verdict->reroute) {
            flow_value(flow, view, "verdict.alternative", say_of(view, "reroute.", terms_word(&terms_ways_on, i)));
        }
    }
    if (verdict->other_office >= 0) {
        flow_value(flow, view, "verdict.other-office", office_name(view, verdict->other_office));
    }
    if (date_valid(verdict->opens.date)) {
        flow_value(flow, view, "verdict.opens", moment_text(view, verdict->opens, text));
    }
    if (verdict->phone != NULL) {
        flow_value(flow, view, "verdict.phone", verdict->phone);
    }
    if (verdict->may_be_decided) {
        flow_text(flow, THEME_TEXT, 2, say(view, "verdict.may-be-decided"));
    }
    flow_text(flow, THEME_TEXT, 2, say(view, verdict_accepts(verdict) ? "verdict.go-back" : "verdict.park-or-end"));
}

static void flow_dates(struct flow *flow, const struct screen_view *view)
{
    static const struct {
        const char *id;
        size_t offset;
    } rows[] = {{"verdict.from", offsetof(struct verdict, from)},
                {"verdict.until", offsetof(struct verdict, until)},
                {"verdict.valid-until", offsetof(struct verdict, valid_until)}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date date;
        char text[PARTS_TEXT];
        memcpy(&date, (const char *)&view->verdict + rows[i].offset, sizeof date);
        if (date_valid(date)) {
            flow_value(flow, view, rows[i].id, date_text(view, date, text));
        }
    }
}

/* How the dates above were counted, one step a line. */
static void flow_steps(struct flow *flow, const struct screen_view *view, enum pin pin,
                       const struct validity_steps *steps)
{
    static const char *const ids[VALIDITY_STEP_KINDS] = {
        [STEP_EXPIRY] = "arithmetic.expiry",
        [STEP_MONTHS_BACK] = "arithmetic.months-back",
        [STEP_NO_SUCH_DAY] = "arithmetic.no-such-day",
        [STEP_NEXT_DAY] = "arithmetic.next-day",
        [STEP_ISSUED] = "arithmetic.issued",
        [STEP_RENEWED_IN_TIME] = "arithmetic.renewed-in-time",
        [STEP_BIRTHDAY] = "arithmetic.birthday",
        [STEP_LEAP_BIRTHDAY] = "arithmetic.leap-birthday",
        [STEP_CARD_CAP] = "arithmetic.card-cap",
        [STEP_AUTH_CAP] = "arithmetic.auth-cap",
        [STEP_STAY_CAP] = "arithmetic.stay-cap",
        [STEP_APPLICATION] = "arithmetic.application",
        [STEP_OTHER_READING] = "arithmetic.other-reading",
    };
    char text[WORDS_TEXT_MAX], date[PARTS_TEXT], number[PARTS_TEXT];
    if (steps->count > 0) {
        flow_text(flow, THEME_QUIET, 2, pin_name(view, pin));
    }
    for (size_t i = 0; i < steps->count; i++) {
        const struct validity_step *step = &steps->step[i];
        WORDS(view->language, ids[step->kind], text, date_text(view, step->date, date), number_text(step->number, number));
        flow_text(flow, THEME_TEXT, 4, text);
    }
}

static void flow_arithmetic(struct flow *flow, const struct screen_view *view)
{
    const struct verdict *verdict = &view->verdict;
    size_t steps = 0;
    for (enum pin pin = PIN_SIG; pin <= PIN_AUTH; pin++) {
        steps += verdict->window_steps[pin].count + verdict->end_steps[pin].count;
    }
    if (steps > 0) {
        flow_heading(flow, view, "verdict.arithmetic");
    }
    for (enum pin pin = PIN_SIG; pin <= PIN_AUTH; pin++) {
        flow_steps(flow, view, pin, &verdict->window_steps[pin]);
        flow_steps(flow, view, pin, &verdict->end_steps[pin]);
    }
}

static bool is_reason(const struct verdict *verdict, const struct citation *citation)
{
    for (int i = 0; i < verdict->reason_count; i++) {
        if (verdict->reason[i] == citation) {
            return true;
        }
    }
    return false;
}

void verdict_flow(struct flow *flow, const struct screen_view *view)
{
    const struct verdict *verdict = &view->verdict;
    char text[PARTS_TEXT];
    flow_text(flow, verdict_role(verdict->kind), 0, verdict_text(view, text));
    flow_missing(flow, view);
    flow_dates(flow, view);
    flow_ways_on(flow, view);
    flow_citations(flow, view, "verdict.rules", verdict->reason_count, verdict->reason, THEME_TEXT);
    for (int i = 0; i < verdict->missing_count; i++) {
        if (verdict->missing[i].citation != NULL && !is_reason(verdict, verdict->missing[i].citation)) {
            flow_citation(flow, view, verdict->missing[i].citation, THEME_TEXT);
        }
    }
    flow_arithmetic(flow, view);
    flow_citations(flow, view, "verdict.warnings", verdict->warning_count, verdict->warning, THEME_WARNING);
    flow_citations(flow, view, "verdict.guidance", verdict->guidance_count, verdict->guidance, THEME_TEXT);
}
