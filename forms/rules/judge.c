#include "forms/rules/judge.h"

#include "forms/rules/match.h"
#include "forms/rules/scope.h"
#include "forms/rules/validity.h"

#include <string.h>

struct judgement {
    const struct national *national;
    const struct profile *profile;
    const struct situation *situation;
    struct scope scope;
    struct match_need need[MATCH_NEEDS];
    size_t needs;
    struct fact_set open;   /* facts that the verdict hangs on */
    bool applies[VERDICTS]; /* found so far */
    struct verdict *out;
};

/* --- lists without repetition ------------------------------------------------------------------ */

static uint8_t add_citation(const struct citation **list, uint8_t count, uint8_t most, const struct citation *citation)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == citation)
            return count;
    if (count < most)
        list[count++] = citation;
    return count;
}

static void reason(struct judgement *j, const struct citation *citation)
{
    j->out->reason_count = add_citation(j->out->reason, j->out->reason_count, VERDICT_REASONS, citation);
}

static void warning(struct judgement *j, const struct citation *citation)
{
    j->out->warning_count = add_citation(j->out->warning, j->out->warning_count, VERDICT_WARNINGS, citation);
}

static const struct citation *say(const struct judgement *j, enum national_say what)
{
    return &j->national->say[what];
}

/* --- rules --------------------------------------------------------------------------------------- */

static const enum verdict_kind rule_verdicts[RULE_KINDS] = {
    [RULE_REROUTE] = VERDICT_REROUTE,
    [RULE_REFUSE] = VERDICT_REFUSE,
    [RULE_ASK_OFFICE] = VERDICT_ASK_OFFICE,
};

/* Another card comes before another procedure, and that before another office. */
static int reroute_rank(int to)
{
    return to == ON_CARD_REISSUE ? 2 : to < PROCEDURES ? 1 : 0;
}

static void apply_decision(struct judgement *j, const struct rule *rule)
{
    struct verdict *out = j->out;
    j->applies[rule_verdicts[rule->kind]] = true;
    if (rule->kind == RULE_REROUTE && (out->reroute < 0 || reroute_rank(rule->to) > reroute_rank(out->reroute)))
        out->reroute = rule->to;
    if (rule->phone != NULL && out->phone == NULL)
        out->phone = rule->phone;
    out->may_be_decided = out->may_be_decided || rule->settle;
}

static void apply_rule(struct judgement *j, const struct rule *rule)
{
    struct verdict *out = j->out;
    switch ((enum rule_kind)rule->kind) {
    case RULE_WARN: warning(j, &rule->citation); break;
    case RULE_ALTERNATIVE:
        out->alternatives |= (uint16_t)(1u << rule->to);
        /* fallthrough */
    case RULE_GUIDE:
        out->guidance_count = add_citation(out->guidance, out->guidance_count, VERDICT_GUIDANCE, &rule->citation);
        break;
    case RULE_REROUTE:
    case RULE_REFUSE:
    case RULE_ASK_OFFICE: apply_decision(j, rule); break;
    case RULE_KINDS: break;
    }
}

static bool decides(const struct rule *rule)
{
    return rule->kind == RULE_REROUTE || rule->kind == RULE_REFUSE || rule->kind == RULE_ASK_OFFICE;
}

static void apply_rules(struct judgement *j)
{
    const struct scope *scope = &j->scope;
    for (size_t i = 0; i < scope->rules; i++) {
        if (scope->rule[i].truth == TRUTH_YES)
            apply_rule(j, scope->rule[i].rule);
        else if (decides(scope->rule[i].rule) && scope->way != NULL)
            facts_open(&scope->view, &scope->rule[i].rule->when, &j->open);
    }
}

/* The citations of the rules that led to the verdict. */
static void cite_rules(struct judgement *j, enum verdict_kind kind)
{
    const struct scope *scope = &j->scope;
    for (size_t i = 0; i < scope->rules; i++) {
        const struct rule *rule = scope->rule[i].rule;
        bool leads = kind != VERDICT_REROUTE || reroute_rank(rule->to) == reroute_rank(j->out->reroute);
        if (scope->rule[i].truth == TRUTH_YES && decides(rule) && rule_verdicts[rule->kind] == kind && leads)
            reason(j, &rule->citation);
    }
}

/* --- needs --------------------------------------------------------------------------------------- */

/* A need is in play unless its facts say that it does not exist or is waived. */
static void gather_needs(struct judgement *j)
{
    const struct way *way = j->scope.way;
    for (size_t i = 0; way != NULL && i < way->need_count; i++) {
        const struct need *need = &j->profile->needs[way->needs[i]];
        bool waived = need->unless.count > 0 && facts_hold(&j->scope.view, &need->unless) == TRUTH_YES;
        if (facts_hold(&j->scope.view, &need->when) != TRUTH_NO && !waived)
            j->need[j->needs++] = (struct match_need){.need = need};
    }
    match_needs(j->profile, j->situation, j->need, j->needs);
}

static const char *need_word(const struct judgement *j, const struct match_need *m, size_t place)
{
    uint64_t any = m->place[place].any_of;
    if (any != 0 && (any & (any - 1)) == 0)
        for (size_t d = 0; d < j->profile->document_count; d++)
            if (any == UINT64_C(1) << d)
                return j->profile->documents[d].id;
    return m->need->citation.id;
}

static void add_missing(struct judgement *j, const struct missing *missing)
{
    if (j->out->missing_count < VERDICT_MISSING_MAX)
        j->out->missing[j->out->missing_count++] = *missing;
}

/* Whose the missing document is to be: papers are asked of the person standing there. */
static uint8_t missing_holder(const struct judgement *j, const struct need *need)
{
    if (need->holder != HOLDER_ANY)
        return need->holder;
    return j->situation->presenter == PRESENTER_RESIDENT ? HOLDER_RESIDENT : HOLDER_VISITOR;
}

static void report_unmet(struct judgement *j, const struct match_need *m)
{
    const struct need *need = m->need;
    if (need->otherwise == OTHERWISE_WARN) {
        warning(j, &need->citation);
        return;
    }
    for (size_t place = 0; place < m->missing; place++)
        add_missing(j, &(struct missing){
                           .holder = missing_holder(j, need),
                           .fact = FACT_NONE,
                           .need = need_word(j, m, place),
                           .any_of = m->place[place].any_of,
                           .attributes = m->place[place].attributes,
                           .citation = &need->citation,
                       });
    j->applies[need->otherwise == OTHERWISE_REFUSE ? VERDICT_REFUSE : VERDICT_MISSING] = true;
    facts_open(&j->scope.view, &need->when, &j->open);
    facts_open(&j->scope.view, &need->unless, &j->open);
}

static void report_needs(struct judgement *j)
{
    for (size_t i = 0; i < j->needs; i++)
        if (!j->need[i].met)
            report_unmet(j, &j->need[i]);
}

/* The needs that were met, or those that were not and lead to this. */
static void cite_needs(struct judgement *j, bool met, enum otherwise otherwise)
{
    for (size_t i = 0; i < j->needs; i++)
        if (j->need[i].met == met && (met || j->need[i].need->otherwise == otherwise))
            reason(j, &j->need[i].need->citation);
}

static void report_facts(struct judgement *j)
{
    const struct way *way = j->scope.way;
    for (size_t i = 0; way != NULL && i < way->ask_count; i++)
        facts_need(&j->scope.view, way->asks[i], &j->open);
    if (way == NULL || way->ask_office)
        return;
    fact_set_settle(&j->open);
    for (size_t i = 0; i < j->open.count; i++) {
        add_missing(j, &(struct missing){
                           .holder = HOLDER_RESIDENT,
                           .fact = j->open.fact[i],
                           .need = profile_fact_id(j->profile, j->open.fact[i]),
                           .citation = say(j, SAY_FACT),
                       });
        j->applies[VERDICT_MISSING] = true;
    }
}

/* --- what is worth a warning ----------------------------------------------------------------------- */

static uint64_t way_documents(const struct judgement *j, bool *open_list)
{
    uint64_t out = 0;
    for (size_t i = 0; i < j->needs; i++)
        for (size_t a = 0; a < j->need[i].need->count; a++)
            for (size_t k = 0; k < j->need[i].need->any[a].count; k++) {
                const struct slot *slot = &j->need[i].need->any[a].slot[k];
                out |= match_slot_documents(j->profile, slot, j->situation->at.date);
                *open_list = *open_list || (slot->class != NOTHING && j->profile->classes[slot->class].open);
            }
    return out;
}

static void warn_of_documents(struct judgement *j)
{
    bool open_list = false;
    uint64_t known = way_documents(j, &open_list);
    for (size_t i = 0; i < j->situation->shown_count; i++) {
        const struct document *d = &j->profile->documents[j->situation->shown[i].document];
        struct date day = j->situation->at.date;
        bool listed = (known >> j->situation->shown[i].document & 1) != 0;
        if ((date_valid(d->until) && date_compare(day, d->until) > 0) ||
            (date_valid(d->from) && date_compare(day, d->from) < 0))
            warning(j, say(j, SAY_DOCUMENT_ENDED));
        else if (listed && d->stands_for != NOTHING)
            warning(j, say(j, SAY_STANDS_FOR));
        else if (!listed && open_list && !d->paper)
            warning(j, say(j, SAY_UNLISTED));
    }
}

static void warn_of_age(struct judgement *j)
{
    if (date_compare(j->situation->at.date,
                     date_add_months(j->profile->date, j->national->page_old_months)) > 0)
        warning(j, say(j, SAY_PAGE_OLD));
}

/* --- dates ------------------------------------------------------------------------------------------ */

static const struct stated *expiry_of(const struct judgement *j, unsigned pin)
{
    return &j->situation->fact[pin == PIN_SIG ? FACT_SIG_EXPIRY : FACT_AUTH_EXPIRY];
}

static struct date later(struct date a, struct date b)
{
    return !date_valid(a) || date_compare(b, a) > 0 ? b : a;
}

static struct date earlier(struct date a, struct date b)
{
    return !date_valid(a) || (date_valid(b) && date_compare(b, a) < 0) ? b : a;
}

static void judge_window(struct judgement *j)
{
    for (unsigned pin = PIN_SIG; pin <= PIN_AUTH; pin++) {
        if ((j->out->certificates & 1u << pin) == 0 || !expiry_of(j, pin)->known)
            continue;
        struct validity_window window = validity_window(expiry_of(j, pin)->when.date);
        j->out->from = later(j->out->from, window.first);
        j->out->until = earlier(j->out->until, window.last);
    }
}

static struct validity_end end_of(const struct judgement *j, unsigned pin, struct date auth_end)
{
    const struct situation *s = j->situation;
    bool renewing = s->procedure == PROCEDURE_RENEW && expiry_of(j, pin)->known;
    struct validity_issue issue = {
        .birth = s->fact[FACT_BIRTH].when.date,
        .issue = s->at.date,
        .old_expiry = renewing ? expiry_of(j, pin)->when.date : (struct date){0, 0, 0},
        .card_expiry = s->fact[FACT_CARD_EXPIRY].when.date,
        .auth_expiry = pin == PIN_SIG ? auth_end : (struct date){0, 0, 0},
    };
    return validity_certificate(&issue);
}

/* Whether the page counts another number of birthdays than the national rule does. */
static bool page_differs(const struct judgement *j)
{
    uint8_t page = j->profile->birthdays[j->situation->procedure];
    bool renewing = j->situation->procedure == PROCEDURE_RENEW &&
                    (facts_window(&j->scope.view, (j->out->certificates & 1) != 0 ? PIN_SIG : PIN_AUTH) &
                     (1u << WINDOW_OPEN)) != 0;
    return page != 0 && page != (renewing ? 6 : 5);
}

static void judge_validity(struct judgement *j)
{
    struct verdict *out = j->out;
    struct date auth_end = j->situation->fact[FACT_AUTH_EXPIRY].when.date;
    unsigned doubt = VALIDITY_SURE;
    if (out->certificates == 0)
        return;
    if (page_differs(j))
        warning(j, &j->profile->validity);
    if (!j->situation->fact[FACT_BIRTH].known)
        return;
    if ((out->certificates & 1u << PIN_AUTH) != 0) {
        struct validity_end end = end_of(j, PIN_AUTH, auth_end);
        doubt |= end.doubt;
        auth_end = end.end;
        out->valid_until = end.end;
    }
    if ((out->certificates & 1u << PIN_SIG) != 0) {
        struct validity_end end = end_of(j, PIN_SIG, auth_end);
        doubt |= end.doubt;
        out->valid_until = earlier(out->valid_until, end.end);
    }
    if ((doubt & VALIDITY_ON_EXPIRY_DAY) != 0)
        out->valid_until = (struct date){0, 0, 0};
    if (doubt != VALIDITY_SURE)
        warning(j, say(j, SAY_VALIDITY_DOUBT));
}

/* --- hours ------------------------------------------------------------------------------------------ */

static hours_set offices_that_take(const struct judgement *j)
{
    hours_set out = 0;
    struct situation at = *j->situation;
    for (uint8_t office = 0; office < j->profile->office_count; office++) {
        struct scope scope;
        bool away = false;
        at.office = (int8_t)office;
        scope_make(j->national, j->profile, &at, &scope);
        for (size_t i = 0; i < scope.rules; i++)
            away = away || (scope.rule[i].truth == TRUTH_YES && scope.rule[i].rule->kind == RULE_REROUTE &&
                            scope.rule[i].rule->to == ON_OTHER_OFFICE);
        if (!away && office != j->out->office)
            out |= UINT64_C(1) << office;
    }
    return out;
}

static int first_office(hours_set set)
{
    for (int i = 0; i < PROFILE_OFFICES; i++)
        if ((set >> i & 1) != 0)
            return i;
    return -1;
}

/* Another office is worth naming where this one does not take the case or is closed. */
static void judge_other_office(struct judgement *j, const struct hours_query *query)
{
    bool away = j->out->reroute == ON_OTHER_OFFICE;
    bool closed = j->out->hours.state == HOURS_CLOSED || j->out->hours.state == HOURS_UNKNOWN;
    if (!away && !closed)
        return;
    hours_set others = offices_that_take(j);
    int open = others == 0 ? -1 : hours_other_office(&j->profile->hours, &j->national->holidays, query, others);
    j->out->other_office = open >= 0 || closed ? open : first_office(others);
    if (j->out->other_office >= 0)
        j->out->alternatives |= 1u << ON_OTHER_OFFICE;
}

static void judge_hours(struct judgement *j)
{
    const struct hours_query query = {
        .office = j->out->office,
        .procedure = (unsigned)j->situation->procedure,
        .presenter = j->situation->presenter,
        .at = j->situation->at,
    };
    struct hours_answer *hours = &j->out->hours;
    *hours = hours_judge(&j->profile->hours, &j->national->holidays, &query);
    switch (hours->state) {
    case HOURS_CLOSED:
        j->applies[VERDICT_CLOSED] = true;
        j->out->opens = hours->opens;
        break;
    case HOURS_UNKNOWN:
        j->applies[VERDICT_ASK_OFFICE] = true;
        j->out->opens = hours->opens;
        break;
    case HOURS_SILENT: warning(j, say(j, SAY_NO_HOURS)); break;
    case HOURS_NOT_TAKEN:
        j->applies[VERDICT_REROUTE] = true;
        j->out->reroute = j->out->reroute < 0 ? ON_OTHER_OFFICE : j->out->reroute;
        break;
    case HOURS_OPEN:
    case HOURS_NOT_JUDGED: break;
    }
    if (hours->may_close != NULL)
        warning(j, say(j, SAY_HOURS_UNKNOWN));
    judge_other_office(j, &query);
}

/* --- the verdict ------------------------------------------------------------------------------------ */

static enum verdict_kind accepted(const struct way *way)
{
    if (way->visit < way->visits)
        return VERDICT_FIRST_VISIT;
    return way->visit > 1 ? VERDICT_SECOND_VISIT : VERDICT_ACCEPT;
}

/* Later in enum verdict_kind decides. A need of the page that is not met comes before what the page
 * leaves open. */
static enum verdict_kind decide(const struct judgement *j)
{
    const struct way *way = j->scope.way;
    bool leaves_open = way == NULL || way->ask_office || j->scope.uncovered;
    if (j->applies[VERDICT_REROUTE])
        return VERDICT_REROUTE;
    if (j->applies[VERDICT_REFUSE])
        return VERDICT_REFUSE;
    if (j->applies[VERDICT_ASK_OFFICE] || (leaves_open && (way == NULL || j->scope.uncovered || !j->applies[VERDICT_MISSING])))
        return VERDICT_ASK_OFFICE;
    if (j->applies[VERDICT_CLOSED])
        return VERDICT_CLOSED;
    return j->applies[VERDICT_MISSING] ? VERDICT_MISSING : accepted(way);
}

static void cite(struct judgement *j)
{
    const struct way *way = j->scope.way;
    enum verdict_kind kind = j->out->kind;
    cite_rules(j, kind);
    if (kind == VERDICT_CLOSED)
        reason(j, say(j, SAY_CLOSED));
    if (kind == VERDICT_REFUSE || kind == VERDICT_MISSING)
        cite_needs(j, false, kind == VERDICT_REFUSE ? OTHERWISE_REFUSE : OTHERWISE_MISSING);
    if (kind == VERDICT_ASK_OFFICE && j->out->hours.state == HOURS_UNKNOWN)
        reason(j, say(j, SAY_HOURS_UNKNOWN));
    if (kind == VERDICT_ASK_OFFICE && (way == NULL || j->scope.uncovered) && j->out->reason_count == 0)
        reason(j, &j->profile->contact);
    if (verdict_accepts(j->out))
        cite_needs(j, true, OTHERWISE_MISSING);
    if (way != NULL && (verdict_accepts(j->out) || kind == VERDICT_ASK_OFFICE || j->out->reason_count == 0))
        reason(j, &way->citation);
    if (j->out->reason_count == 0)
        reason(j, kind == VERDICT_MISSING ? say(j, SAY_FACT) : &j->profile->contact);
}

static void fill_from_way(struct judgement *j)
{
    const struct way *way = j->scope.way;
    struct verdict *out = j->out;
    out->way = way;
    out->pins = j->scope.view.pins;
    out->office = j->scope.office;
    if (j->situation->procedure == PROCEDURE_RENEW || j->situation->procedure == PROCEDURE_ISSUE)
        out->certificates = out->pins & PINS_CERTIFICATES;
    if (way != NULL) {
        out->visits = way->visits;
        out->pin_by = way->pin_by;
    }
}

static void judge_counter(struct judgement *j)
{
    scope_make(j->national, j->profile, j->situation, &j->scope);
    fill_from_way(j);
    apply_rules(j);
    gather_needs(j);
    report_needs(j);
    report_facts(j);
    judge_window(j);
    judge_validity(j);
    judge_hours(j);
    warn_of_documents(j);
    if (j->scope.narrowed)
        warning(j, say(j, SAY_CHOSEN_IN_WINDOW));
    j->out->kind = decide(j);
    if (j->out->kind >= VERDICT_REFUSE)
        j->out->valid_until = (struct date){0, 0, 0};
    cite(j);
}

/* --- booking and kiosk: `check` judges that alone ----------------------------------------------------- */

static void conclude(struct judgement *j, enum verdict_kind kind, enum national_say what)
{
    j->out->kind = kind;
    reason(j, say(j, what));
}

static void need_fact(struct judgement *j, enum fact fact)
{
    add_missing(j, &(struct missing){
                       .holder = HOLDER_RESIDENT,
                       .fact = (uint8_t)fact,
                       .need = profile_fact_id(j->profile, (uint8_t)fact),
                       .citation = say(j, SAY_FACT),
                   });
    conclude(j, VERDICT_MISSING, SAY_FACT);
}

static const struct hours_booking_rule *booking_rule(struct judgement *j)
{
    if (j->situation->office != OFFICE_UNSTATED)
        return hours_booking_rule(&j->profile->hours, j->out->office);
    for (uint8_t office = 0; office < j->profile->office_count; office++)
        if (hours_booking_rule(&j->profile->hours, office) != NULL) {
            j->out->office = office;
            return hours_booking_rule(&j->profile->hours, office);
        }
    return NULL;
}

static void judge_booking(struct judgement *j)
{
    const struct hours_booking_rule *rule = booking_rule(j);
    const struct stated *booked_for = &j->situation->fact[FACT_BOOKED_FOR];
    const struct stated *booked_at = &j->situation->fact[FACT_BOOKED_AT];
    if (rule == NULL) {
        j->out->kind = VERDICT_ASK_OFFICE;
        reason(j, &j->profile->contact);
        return;
    }
    if (!booked_for->known || !booked_at->known) {
        need_fact(j, booked_for->known ? FACT_BOOKED_AT : FACT_BOOKED_FOR);
        return;
    }
    struct hours_booking_window window = hours_booking_window(rule, booked_for->when.date);
    switch (hours_booking_judge(rule, booked_for->when.date, booked_at->when)) {
    case BOOKING_OK: conclude(j, VERDICT_ACCEPT, SAY_BOOKING_OK); break;
    case BOOKING_TOO_LATE: conclude(j, VERDICT_REFUSE, SAY_BOOKING_LATE); break;
    case BOOKING_TOO_EARLY:
        conclude(j, VERDICT_CLOSED, SAY_BOOKING_EARLY);
        j->out->opens = window.opens;
        break;
    }
}

static void judge_kiosk(struct judgement *j)
{
    const struct hours_kiosk *kiosk = j->profile->hours.has_kiosk ? &j->profile->hours.kiosk : &j->national->kiosk;
    struct hours_kiosk_answer answer =
        hours_kiosk_judge(kiosk, j->situation->fact[FACT_APP_DONE_AT].when, j->situation->at);
    switch (answer.state) {
    case KIOSK_OK: conclude(j, VERDICT_ACCEPT, SAY_KIOSK_OK); break;
    case KIOSK_TOO_LATE: conclude(j, VERDICT_REFUSE, SAY_KIOSK_LATE); break;
    case KIOSK_NOT_PREPARED: conclude(j, VERDICT_REFUSE, SAY_KIOSK_NOT_READY); break;
    case KIOSK_CLOSED:
        j->out->opens = answer.opens;
        conclude(j, answer.late_by_then ? VERDICT_REFUSE : VERDICT_CLOSED,
                 answer.late_by_then ? SAY_KIOSK_LATE : SAY_KIOSK_CLOSED);
        break;
    }
}

void rules_judge(const struct national *national, const struct profile *profile, const struct situation *situation,
                 struct verdict *out)
{
    struct judgement j = {.national = national, .profile = profile, .situation = situation, .out = out};
    memset(out, 0, sizeof *out);
    out->reroute = -1;
    out->other_office = -1;
    out->office = situation->office == OFFICE_UNSTATED ? 0 : (uint8_t)situation->office;
    const struct stated *fact = situation->fact;
    if (situation->procedure == PROCEDURE_CHECK && (fact[FACT_BOOKED_FOR].known || fact[FACT_BOOKED_AT].known))
        judge_booking(&j);
    else if (situation->procedure == PROCEDURE_CHECK && fact[FACT_APP_DONE_AT].known)
        judge_kiosk(&j);
    else
        judge_counter(&j);
    warn_of_age(&j);
    if (!verdict_accepts(out) && out->phone == NULL)
        out->phone = profile->phone;
    if (verdict_accepts(out))
        out->phone = NULL;
    out->may_be_decided = out->kind == VERDICT_ASK_OFFICE || (out->kind == VERDICT_REFUSE && out->may_be_decided);
}
