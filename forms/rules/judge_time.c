#include "forms/rules/judgement.h"

#include "forms/rules/validity.h"

/* --- dates ----------------------------------------------------------------------------------- */

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
    if (j->situation->procedure != PROCEDURE_RENEW && j->out->reroute != PROCEDURE_RENEW)
        return;
    for (unsigned pin = PIN_SIG; pin <= PIN_AUTH; pin++) {
        if ((j->out->certificates & 1u << pin) == 0 || !expiry_of(j, pin)->known)
            continue;
        struct validity_window window = validity_window(expiry_of(j, pin)->when.date);
        j->out->window_steps[pin] = window.steps;
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
    bool renewing =
        j->situation->procedure == PROCEDURE_RENEW &&
        (facts_window(&j->scope.view, (j->out->certificates & 1) != 0 ? PIN_SIG : PIN_AUTH) &
         (1u << WINDOW_OPEN)) != 0;
    return page != 0 && page != (renewing ? 6 : 5);
}

/* Which birthday it is hangs on the birth and, for a renewal, on the present end. */
static bool end_is_known(const struct judgement *j)
{
    bool known = j->situation->fact[FACT_BIRTH].known;
    for (unsigned pin = PIN_SIG; pin <= PIN_AUTH; pin++)
        if (j->situation->procedure == PROCEDURE_RENEW && (j->out->certificates & 1u << pin) != 0)
            known = known && expiry_of(j, pin)->known;
    return known;
}

/* What is not stated and could bring the end forward. */
static void warn_of_caps(struct judgement *j)
{
    if (!j->situation->fact[FACT_CARD_EXPIRY].known)
        judgement_warning(j, judgement_say(j, SAY_CARD_END_UNKNOWN));
    if (j->out->certificates == 1u << PIN_SIG && !expiry_of(j, PIN_AUTH)->known)
        judgement_warning(j, judgement_say(j, SAY_AUTH_END_UNKNOWN));
}

static void judge_validity(struct judgement *j)
{
    struct verdict *out = j->out;
    struct date auth_end = j->situation->fact[FACT_AUTH_EXPIRY].when.date;
    unsigned doubt = VALIDITY_SURE;
    if (out->certificates == 0)
        return;
    if (page_differs(j))
        judgement_warning(j, &j->profile->validity);
    if (!end_is_known(j))
        return;
    if ((out->certificates & 1u << PIN_AUTH) != 0) {
        struct validity_end end = end_of(j, PIN_AUTH, auth_end);
        doubt |= end.doubt;
        auth_end = end.end;
        out->end_steps[PIN_AUTH] = end.steps;
        out->ends[PIN_AUTH] = end.end;
        out->valid_until = end.end;
    }
    if ((out->certificates & 1u << PIN_SIG) != 0) {
        struct validity_end end = end_of(j, PIN_SIG, auth_end);
        doubt |= end.doubt;
        out->end_steps[PIN_SIG] = end.steps;
        out->ends[PIN_SIG] = end.end;
        out->valid_until = earlier(out->valid_until, end.end);
    }
    if ((doubt & VALIDITY_ON_EXPIRY_DAY) != 0)
        out->valid_until = (struct date){0, 0, 0};
    if (doubt != VALIDITY_SURE)
        judgement_warning(j, judgement_say(j, SAY_VALIDITY_DOUBT));
    if (date_valid(out->valid_until))
        warn_of_caps(j);
}

void judgement_dates(struct judgement *j)
{
    judge_window(j);
    judge_validity(j);
}

/* --- hours ----------------------------------------------------------------------------------- */

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
            away = away ||
                   (scope.rule[i].truth == TRUTH_YES && scope.rule[i].rule->kind == RULE_REROUTE &&
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
    int open = others == 0
                   ? -1
                   : hours_other_office(&j->profile->hours, &j->national->holidays, query, others);
    j->out->other_office = open >= 0 || closed ? open : first_office(others);
    if (j->out->other_office >= 0)
        j->out->alternatives |= 1u << ON_OTHER_OFFICE;
}

/* Where only booked visitors are taken, the booking is missing until it is stated. */
static void want_booking(struct judgement *j)
{
    uint16_t yes = 1u << FACT_YES;
    if (j->out->hours.booking != HOURS_BOOKED_ONLY ||
        facts_possible(&j->scope.view, FACT_BOOKING) == yes)
        return;
    judgement_missing_fact(j, FACT_BOOKING);
    j->applies[VERDICT_MISSING] = true;
}

void judgement_hours(struct judgement *j)
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
    case HOURS_SILENT:
        judgement_warning(j, judgement_say(j, SAY_NO_HOURS));
        break;
    case HOURS_NOT_TAKEN:
        j->applies[VERDICT_REROUTE] = true;
        j->out->reroute = j->out->reroute < 0 ? ON_OTHER_OFFICE : j->out->reroute;
        break;
    case HOURS_OPEN:
        want_booking(j);
        break;
    case HOURS_NOT_JUDGED:
        break;
    }
    if (hours->may_close != NULL)
        judgement_warning(j, judgement_say(j, SAY_MAY_CLOSE));
    judge_other_office(j, &query);
}

/* --- booking and kiosk: `check` judges that alone -------------------------------------------- */

static void conclude(struct judgement *j, enum verdict_kind kind, enum national_say what)
{
    j->out->kind = kind;
    judgement_reason(j, judgement_say(j, what));
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

/* When it was booked; of a day alone the first minute at which that can be. */
static struct moment booked(struct judgement *j, const struct hours_booking_window *window)
{
    struct moment at = j->situation->fact[FACT_BOOKED_AT].when;
    if (at.minute != MOMENT_NO_TIME)
        return at;
    judgement_warning(j, judgement_say(j, SAY_TIME_UNSTATED));
    at.minute = date_compare(at.date, window->opens.date) == 0 ? window->opens.minute : 0;
    return at;
}

static void judge_booking(struct judgement *j)
{
    const struct hours_booking_rule *rule = booking_rule(j);
    const struct stated *booked_for = &j->situation->fact[FACT_BOOKED_FOR];
    const struct stated *booked_at = &j->situation->fact[FACT_BOOKED_AT];
    if (rule == NULL) {
        j->out->kind = VERDICT_ASK_OFFICE;
        judgement_reason(j, &j->profile->contact);
        return;
    }
    if (!booked_for->known || !booked_at->known) {
        judgement_missing_fact(j, booked_for->known ? FACT_BOOKED_AT : FACT_BOOKED_FOR);
        conclude(j, VERDICT_MISSING, SAY_FACT);
        return;
    }
    struct hours_booking_window window = hours_booking_window(rule, booked_for->when.date);
    switch (hours_booking_judge(rule, booked_for->when.date, booked(j, &window))) {
    case BOOKING_OK:
        conclude(j, VERDICT_ACCEPT, SAY_BOOKING_OK);
        break;
    case BOOKING_TOO_LATE:
        conclude(j, VERDICT_REFUSE, SAY_BOOKING_LATE);
        break;
    case BOOKING_TOO_EARLY:
        conclude(j, VERDICT_CLOSED, SAY_BOOKING_EARLY);
        j->out->opens = window.opens;
        break;
    }
}

/* Days alone: only what holds at any hour is said. */
static void judge_kiosk_day(struct judgement *j, const struct hours_kiosk *kiosk)
{
    struct date day = j->situation->at.date;
    struct moment last = j->situation->fact[FACT_APP_DONE_AT].when;
    bool not_ready = date_compare(day, last.date) < 0;
    last.minute = last.minute == MOMENT_NO_TIME ? MINUTES_A_DAY - 1 : last.minute;
    last = moment_add_minutes(last, kiosk->within);
    if (not_ready) {
        conclude(j, VERDICT_REFUSE, SAY_KIOSK_NOT_READY);
    } else if (date_compare(day, last.date) > 0) {
        conclude(j, VERDICT_REFUSE, SAY_KIOSK_LATE);
    } else {
        conclude(j, VERDICT_ACCEPT, SAY_KIOSK_OK);
        judgement_warning(j, judgement_say(j, SAY_TIME_UNSTATED));
    }
}

static void judge_kiosk(struct judgement *j)
{
    const struct hours_kiosk *kiosk =
        j->profile->hours.has_kiosk ? &j->profile->hours.kiosk : &j->national->kiosk;
    struct moment done = j->situation->fact[FACT_APP_DONE_AT].when;
    if (done.minute == MOMENT_NO_TIME || j->situation->at.minute == MOMENT_NO_TIME) {
        judge_kiosk_day(j, kiosk);
        return;
    }
    struct hours_kiosk_answer answer = hours_kiosk_judge(kiosk, done, j->situation->at);
    switch (answer.state) {
    case KIOSK_OK:
        conclude(j, VERDICT_ACCEPT, SAY_KIOSK_OK);
        break;
    case KIOSK_TOO_LATE:
        conclude(j, VERDICT_REFUSE, SAY_KIOSK_LATE);
        break;
    case KIOSK_NOT_PREPARED:
        conclude(j, VERDICT_REFUSE, SAY_KIOSK_NOT_READY);
        break;
    case KIOSK_CLOSED:
        if (!answer.late_by_then)
            j->out->opens = answer.opens;
        conclude(j, answer.late_by_then ? VERDICT_REFUSE : VERDICT_CLOSED,
                 answer.late_by_then ? SAY_KIOSK_LATE : SAY_KIOSK_CLOSED);
        break;
    }
}

bool judgement_appointment(struct judgement *j)
{
    const struct stated *fact = j->situation->fact;
    if (j->situation->procedure != PROCEDURE_CHECK)
        return false;
    if (fact[FACT_BOOKED_FOR].known || fact[FACT_BOOKED_AT].known)
        judge_booking(j);
    else if (fact[FACT_APP_DONE_AT].known)
        judge_kiosk(j);
    else
        return false;
    return true;
}
