#include "tui/counter_state.h"
#include "forms/rules/judge.h"
#include "tui/statement.h"

#include <stdio.h>
#include <string.h>

/* --- who may come, which PINs ------------------------------------------------------------------ */

/* Visits that some way of the profile has for this procedure and presenter. */
static uint8_t visits_of(const struct profile *profile, enum procedure procedure, uint8_t presenter)
{
    uint8_t visits = 1;
    for (size_t i = 0; i < profile->way_count; i++) {
        const struct way *way = &profile->ways[i];
        bool ours = (way->procedures & 1U << procedure) != 0 && (way->presenters & 1U << presenter) != 0;
        visits = ours && way->visits > visits ? way->visits : visits;
    }
    return visits;
}

void case_list_presenters(struct counter *c)
{
    const struct profile *profile = &c->city->profile;
    struct screen_view *view = &c->view;
    view->presenter_count = 0;
    for (uint8_t presenter = 0; presenter < profile->presenter_count; presenter++) {
        uint8_t visits = visits_of(profile, view->situation.procedure, presenter);
        for (uint8_t visit = 1; visit <= visits && view->presenter_count < SCREEN_PRESENTERS_MAX; visit++) {
            view->presenters[view->presenter_count++] = (struct screen_presenter){presenter, visit, visits};
        }
    }
}

static bool by_pad(const struct counter *c, size_t pin)
{
    return c->settings.pin.way[pin] == WAY_PAD && c->view.desk->pad;
}

static bool of_certificates(enum procedure procedure)
{
    return procedure == PROCEDURE_RENEW || procedure == PROCEDURE_ISSUE;
}

/* PINs that this office has typed besides those that were chosen, as far as the card has them. */
static uint8_t typed_too(const struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    uint8_t absent = 0;
    for (size_t pin = 0; pin < PINS; pin++) {
        absent |= (uint8_t)((desk->card_known && desk->card.pins[pin].present == CARD_NO) << pin);
    }
    return c->city->profile.typed[c->view.situation.procedure] & (uint8_t)~absent;
}

static enum screen_pin_bar pin_bar(const struct counter *c, size_t pin)
{
    const struct desk_view *desk = c->view.desk;
    enum procedure procedure = c->view.situation.procedure;
    uint8_t covers = c->city->profile.covers[procedure];
    bool typed = procedure != PROCEDURE_CHECK;
    if ((typed_too(c) & 1U << pin) != 0) {
        return PIN_TYPED_TOO;
    }
    if ((covers != 0 && (covers & 1U << pin) == 0) || (of_certificates(procedure) && pin > PIN_AUTH)) {
        return PIN_NOT_COVERED;
    }
    if (!of_certificates(procedure) && desk->card_known && desk->card.pins[pin].present == CARD_NO) {
        return PIN_NOT_THERE;
    }
    return typed && !by_pad(c, pin) && (desk->resident & CARD_RESIDENT_CONNECTED) == 0 ? PIN_NO_TERMINAL : PIN_MAY;
}

void case_judge(struct counter *c)
{
    struct screen_view *view = &c->view;
    for (size_t pin = 0; pin < PINS; pin++) {
        view->pin_bar[pin] = pin_bar(c, pin);
    }
    rules_ask(&c->city->national, &c->city->profile, &view->situation, &view->asks);
    for (size_t fact = 0; fact < FACTS_MAX; fact++) {
        view->asked &= ~((uint64_t)!view->situation.fact[fact].known << fact);
    }
    for (size_t i = 0; i < view->asks.fact_count; i++) {
        view->asked |= UINT64_C(1) << view->asks.fact[i];
    }
    rules_judge(&c->city->national, &c->city->profile, &view->situation, &view->verdict);
    c->unrecorded = true;
}

/* --- what the card tells ----------------------------------------------------------------------- */

/* What the card tells is not asked, and nobody can answer it otherwise. */
static void card_tells(struct counter *c, enum fact fact, struct stated stated)
{
    c->view.situation.fact[fact] = stated;
    c->view.asked &= ~(UINT64_C(1) << fact);
}

static void tell_date(struct counter *c, enum fact fact, uint32_t number)
{
    struct date date = {(int)(number / 10000), (int)(number / 100 % 100), (int)(number % 100)};
    if (date_valid(date)) {
        card_tells(c, fact, (struct stated){.known = true, .when = {date, MOMENT_NO_TIME}});
    }
}

static bool is_locked(const struct card_pin_facts *pin)
{
    bool locked = false;
    for (int i = 0; i < pin->place_count && i < CARD_PLACES_MAX; i++) {
        locked |= pin->tries[i] == 0;
    }
    return locked && pin->present != CARD_NO;
}

static void tell_certificates(struct counter *c, const struct card_facts *card)
{
    static const enum fact facts[] = {[CARD_CERTIFICATE_SIG] = FACT_SIG, [CARD_CERTIFICATE_AUTH] = FACT_AUTH};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (card->certificates[i] == CARD_NO) {
            card_tells(c, facts[i], (struct stated){.known = true, .value = STATE_NONE});
        }
    }
}

/* A PIN that nobody asked for is never preselected, unless it is locked and this is a reset. */
static uint8_t preselected(const struct counter *c)
{
    uint8_t may = 0, locked = 0;
    for (size_t pin = 0; pin < PINS; pin++) {
        bool can = c->view.pin_bar[pin] == PIN_MAY;
        may |= (uint8_t)(can << pin);
        locked |= (uint8_t)((can && is_locked(&c->view.desk->card.pins[pin])) << pin);
    }
    switch (c->view.situation.procedure) {
    case PROCEDURE_RESET:
        return locked;
    case PROCEDURE_RENEW:
    case PROCEDURE_ISSUE:
        return may;
    default:
        return 0;
    }
}

void case_take_card(struct counter *c)
{
    const struct card_facts *card = &c->view.desk->card;
    tell_date(c, FACT_CARD_EXPIRY, card->expiry);
    tell_date(c, FACT_AUTH_EXPIRY, card->auth_until);
    tell_certificates(c, card);
    for (size_t pin = 0; pin < PINS; pin++) {
        if (is_locked(&card->pins[pin])) {
            card_tells(c, FACT_PIN_SIG + (enum fact)pin, (struct stated){.known = true, .value = PIN_IS_LOCKED});
        }
    }
    case_judge(c);
    bool other = c->ticked_for[0] != '\0' && strcmp(c->ticked_for, card->serial) != 0;
    if (!c->ticked || other) {
        c->view.situation.pins = preselected(c);
    }
    case_judge(c);
    if (of_certificates(c->view.situation.procedure)) {
        c->view.situation.pins &= c->view.verdict.certificates;
        case_judge(c);
    }
}

/* --- documents --------------------------------------------------------------------------------- */

static struct shown *find_shown(struct situation *situation, uint8_t document, uint8_t holder)
{
    for (size_t i = 0; i < situation->shown_count; i++) {
        if (situation->shown[i].document == document && situation->shown[i].holder == holder) {
            return &situation->shown[i];
        }
    }
    return NULL;
}

struct shown *case_shown(struct counter *c, int row)
{
    const struct ask_document *ask = &c->view.asks.document[row];
    return find_shown(&c->view.situation, ask->document, ask->holder);
}

static void show(struct situation *situation, uint8_t document, uint8_t holder, struct date expires)
{
    if (situation->shown_count < SHOWN_MAX && find_shown(situation, document, holder) == NULL) {
        situation->shown[situation->shown_count++] =
            (struct shown){.document = document, .holder = holder, .expires = expires};
    }
}

/* True: it is shown now. */
bool case_toggle_document(struct counter *c, int row)
{
    struct situation *situation = &c->view.situation;
    const struct ask_document ask = c->view.asks.document[row];
    struct shown *shown = case_shown(c, row);
    if (shown == NULL) {
        show(situation, ask.document, ask.holder, (struct date){0});
    } else {
        *shown = situation->shown[--situation->shown_count];
    }
    case_judge(c);
    return shown == NULL;
}

/* The card in the reader is on the desk: that the person is its holder is for the clerk's eye. */
void case_show_card(struct counter *c)
{
    int document = profile_document(&c->city->profile, "my-number-card");
    const struct card_facts *card = &c->view.desk->card;
    for (int i = 0; c->view.desk->card_known && i < c->view.asks.document_count; i++) {
        const struct ask_document *ask = &c->view.asks.document[i];
        if (ask->document == document && ask->holder == HOLDER_RESIDENT) {
            struct date expires = {(int)(card->expiry / 10000), (int)(card->expiry / 100 % 100), (int)(card->expiry % 100)};
            show(&c->view.situation, ask->document, ask->holder, expires);
        }
    }
    case_judge(c);
}

/* --- what the desk records --------------------------------------------------------------------- */

static void word(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

void case_opening(const struct counter *c, struct case_opening *out)
{
    const struct situation *situation = &c->view.situation;
    const struct profile *profile = &c->city->profile;
    char reception[MOMENT_TEXT_SIZE];
    *out = (struct case_opening){.visit = situation->visit, .set_back = c->view.set_back};
    word(out->procedure, sizeof out->procedure, terms_word(&terms_procedures, situation->procedure));
    word(out->presenter, sizeof out->presenter, profile->presenters[situation->presenter].id);
    word(out->city, sizeof out->city, profile->id);
    word(out->office, sizeof out->office, profile->offices[situation->office > 0 ? situation->office : 0].id);
    word(out->reception, sizeof out->reception, moment_format(situation->at, reception));
    word(out->clerk, sizeof out->clerk, c->view.clerk);
}

static void append_attribute(char *out, size_t size, const char *name, const char *value)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s=%s", used > 0 ? "," : "", name, value);
}

static void attributes_of(const struct shown *shown, char *out, size_t size)
{
    char date[DATE_TEXT_SIZE], words[64] = "";
    if (date_valid(shown->issued)) {
        append_attribute(out, size, "issued", date_format(shown->issued, date));
    }
    if (date_valid(shown->expires)) {
        append_attribute(out, size, "expires", date_format(shown->expires, date));
    }
    for (size_t i = 0; i < terms_shows.count; i++) {
        if ((shown->shows & 1U << i) != 0) {
            size_t used = strlen(words);
            snprintf(words + used, sizeof words - used, "%s%s", used > 0 ? "+" : "", terms_shows.word[i]);
        }
    }
    if (words[0] != '\0') {
        append_attribute(out, size, "shows", words);
    }
    for (size_t i = ATTRIBUTE_SEALED; i <= ATTRIBUTE_COMPLETE; i++) {
        if (((shown->yes | shown->no) & 1U << i) != 0) {
            append_attribute(out, size, terms_attributes.word[i], (shown->yes & 1U << i) != 0 ? "yes" : "no");
        }
    }
    if (shown->from != FROM_UNSTATED) {
        append_attribute(out, size, "from", terms_word(&terms_from, shown->from));
    }
    for (size_t i = 0; i < SHEET_FAULTS; i++) {
        if ((shown->faults & 1U << i) != 0) {
            append_attribute(out, size, "fault", terms_word(&terms_faults, i));
        }
    }
}

static void add_documents(const struct counter *c, struct case_judgement *out)
{
    for (size_t i = 0; i < c->view.situation.shown_count && out->document_count < CASE_DOCUMENTS; i++) {
        const struct shown *shown = &c->view.situation.shown[i];
        struct case_document *document = &out->documents[out->document_count++];
        snprintf(document->id, sizeof document->id, "%s:%s",
                 terms_word(&terms_holders, shown->holder == HOLDER_VISITOR ? HOLDER_VISITOR : HOLDER_RESIDENT),
                 c->city->profile.documents[shown->document].id);
        attributes_of(shown, document->attributes, sizeof document->attributes);
    }
}

static void add_facts(const struct counter *c, struct case_judgement *out)
{
    const struct profile *profile = &c->city->profile;
    for (uint8_t i = 0; i < FACTS_MAX && out->fact_count < CASE_FACTS; i++) {
        const struct stated *stated = &c->view.situation.fact[i];
        char moment[MOMENT_TEXT_SIZE];
        if (!stated->known) {
            continue;
        }
        enum fact_kind kind = profile_fact_kind(profile, i);
        const char *value = kind == FACT_IS_DATE || kind == FACT_IS_MOMENT
                                ? moment_format(stated->when, moment)
                                : terms_word(terms_fact_values(kind), stated->value);
        snprintf(out->facts[out->fact_count++], CASE_FACT_MAX, "%s=%s", profile_fact_id(profile, i), value);
    }
}

void case_judgement(const struct counter *c, struct case_judgement *out)
{
    const struct verdict *verdict = &c->view.verdict;
    *out = (struct case_judgement){.may_be_decided = verdict->may_be_decided};
    out->pins = c->view.situation.pins | typed_too(c);
    word(out->procedure, sizeof out->procedure, terms_word(&terms_procedures, c->view.situation.procedure));
    word(out->verdict, sizeof out->verdict, terms_word(&terms_verdicts, verdict->kind));
    for (size_t i = 0; i < verdict->reason_count && out->rule_count < CASE_RULES; i++) {
        word(out->rules[out->rule_count++], CASE_RULE_MAX, verdict->reason[i]->id);
    }
    for (size_t i = 0; i < verdict->missing_count && out->rule_count < CASE_RULES; i++) {
        if (verdict->missing[i].citation != NULL) {
            word(out->rules[out->rule_count++], CASE_RULE_MAX, verdict->missing[i].citation->id);
        }
    }
    add_documents(c, out);
    add_facts(c, out);
}

static void add_step(const struct counter *c, struct case_plan *out, enum case_kind kind, size_t pin)
{
    if (out->step_count < CASE_STEPS) {
        out->steps[out->step_count++] = (struct case_plan_step){
            .kind = (uint8_t)kind,
            .pin = (uint8_t)pin,
            .way = by_pad(c, pin) ? CASE_BY_PAD : CASE_BY_TERMINAL,
            .typist = c->view.verdict.pin_by == PIN_BY_STAFF ? CASE_TYPED_BY_STAFF : CASE_TYPED_BY_RESIDENT,
        };
    }
}

/* Locked, forgotten, or never set: a certificate's PIN is then set anew. */
static bool is_lost(const struct counter *c, size_t pin)
{
    const struct stated *stated = &c->view.situation.fact[FACT_PIN_SIG + pin];
    const struct stated *all = &c->view.situation.fact[FACT_PINS];
    const struct stated *said = stated->known ? stated : all;
    const struct card_pin_facts *there = &c->view.desk->card.pins[pin];
    return is_locked(there) || there->present == CARD_NO ||
           (said->known && (said->value == PIN_IS_LOCKED || said->value == PIN_IS_FORGOTTEN));
}

/* What a certificate needs after its PIN. Authentication first: the signature certificate ends with it at the latest.
 * An old one is revoked when all new ones are proven. */
static void add_certificates(const struct counter *c, struct case_plan *out)
{
    static const enum case_kind kinds[] = {CASE_KEEP, CASE_KEY, CASE_CERTIFICATE, CASE_INSTALL, CASE_PROVE};
    const struct situation *situation = &c->view.situation;
    for (size_t pin = CASE_CERTIFICATES; pin-- > 0;) {
        for (size_t i = 0; (situation->pins & 1U << pin) != 0 && i < sizeof kinds / sizeof *kinds; i++) {
            add_step(c, out, kinds[i], pin);
        }
    }
    for (size_t pin = CASE_CERTIFICATES; pin-- > 0 && situation->procedure == PROCEDURE_RENEW;) {
        if ((situation->pins & 1U << pin) != 0) {
            add_step(c, out, CASE_REVOKE, pin);
        }
    }
}

void case_plan(const struct counter *c, struct case_plan *out)
{
    static const enum case_kind kinds[PROCEDURES] = {
        [PROCEDURE_CHANGE] = CASE_CHANGE, [PROCEDURE_RESET] = CASE_RESET,  [PROCEDURE_RENEW] = CASE_VERIFY,
        [PROCEDURE_ISSUE] = CASE_VERIFY,  [PROCEDURE_CHECK] = CASE_VERIFY,
    };
    const struct situation *situation = &c->view.situation;
    const struct desk_view *desk = c->view.desk;
    bool certificates = of_certificates(situation->procedure);
    *out = (struct case_plan){.step_count = 0};
    if (desk->card_known) {
        word(out->serial, sizeof out->serial, desk->card.serial);
        word(out->certificate, sizeof out->certificate, desk->card.auth_serial);
    }
    if (c->view.verdict.kind == VERDICT_FIRST_VISIT) {
        return;
    }
    uint8_t pins = situation->pins | typed_too(c);
    for (size_t pin = 0; pin < PINS; pin++) {
        if ((pins & 1U << pin) != 0) {
            add_step(c, out, certificates && is_lost(c, pin) ? CASE_RESET : kinds[situation->procedure], pin);
        }
    }
    if (certificates) {
        add_certificates(c, out);
    }
}

/* --- an earlier case --------------------------------------------------------------------------- */

/* The record keeps facts and documents in the words of `explain`. One that this profile no longer knows is left
 * out: the judgement then asks for it again. */
static void restore_stated(struct counter *c, const struct case_judgement *judged)
{
    struct statement statement;
    statement_begin(&statement, &c->city->profile, c->view.clock.date);
    bool known = true;
    for (size_t i = 0; i < judged->fact_count; i++) {
        known &= statement_say(&statement, "fact", judged->facts[i]);
    }
    for (size_t i = 0; i < judged->document_count; i++) {
        const struct case_document *document = &judged->documents[i];
        char text[CASE_DOCUMENT_MAX + CASE_ATTRIBUTES_MAX];
        snprintf(text, sizeof text, "%s%s%s", document->id, document->attributes[0] != '\0' ? "," : "",
                 document->attributes);
        known &= statement_say(&statement, "doc", text);
    }
    if (!known) {
        counter_notice(c, "cases.not-all", "");
    }
    struct situation *situation = &c->view.situation;
    memcpy(situation->fact, statement.situation.fact, sizeof situation->fact);
    memcpy(situation->shown, statement.situation.shown, sizeof situation->shown);
    situation->shown_count = statement.situation.shown_count;
}

void case_restore(struct counter *c, const struct case_file *file)
{
    struct situation *situation = &c->view.situation;
    int8_t office = situation->office;
    int procedure = terms_find(&terms_procedures, file->judged ? file->judgement.procedure : file->opening.procedure);
    int presenter = profile_presenter(&c->city->profile, file->opening.presenter);
    situation_clear(situation);
    situation->procedure = procedure >= 0 ? (enum procedure)procedure : PROCEDURE_CHECK;
    situation->presenter = presenter >= 0 ? (uint8_t)presenter : PRESENTER_RESIDENT;
    situation->visit = file->opening.visit;
    situation->office = office;
    situation->pins = file->judgement.pins & (uint8_t)~c->city->profile.typed[situation->procedure];
    if (moment_parse(file->opening.reception, &situation->at) != DATE_OK) {
        situation->at = c->view.clock;
    }
    restore_stated(c, &file->judgement);
    case_list_presenters(c);
    c->view.asked = 0;
    c->view.plan = file->plan;
    case_judge(c);
}

enum case_reason case_parking_reason(const struct desk_view *desk)
{
    int next = case_next_step(&desk->file);
    if (desk->cure == DESK_CURE_RESET) {
        return CASE_REASON_NEEDS_RESET;
    }
    return next >= 0 && case_at_authority((enum case_kind)desk->file.steps[next].plan.kind) ? CASE_REASON_CENTRE
                                                                                             : CASE_REASON_CLERK;
}
