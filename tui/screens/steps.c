#include "tui/screens/steps.h"
#include "tui/screens/messages.h"

#include <stdio.h>

static const char *const kinds[CASE_KINDS] = {
    [CASE_VERIFY] = "step.verify",   [CASE_CHANGE] = "step.change",           [CASE_RESET] = "step.reset",
    [CASE_KEEP] = "step.keep",       [CASE_KEY] = "step.key",                 [CASE_CERTIFICATE] = "step.certificate",
    [CASE_INSTALL] = "step.install", [CASE_PROVE] = "step.prove",             [CASE_REVOKE] = "step.revoke",
};

bool step_is_typed(const struct case_plan_step *step)
{
    return step->kind == CASE_VERIFY || step->kind == CASE_CHANGE || step->kind == CASE_RESET;
}

const char *step_text(const struct screen_view *view, const struct case_plan_step *step, char out[PARTS_TEXT])
{
    const char *args[] = {pin_name(view, step->pin)};
    return words_format(view->language, kinds[step->kind % CASE_KINDS], out, PARTS_TEXT, 1, args);
}

const char *step_typing(const struct screen_view *view, const struct case_plan_step *step, char out[PARTS_TEXT])
{
    static const char *const where[2][2] = {{"typing.pad.resident", "typing.pad.staff"},
                                            {"typing.terminal.resident", "typing.terminal.staff"}};
    static const char *const what[CASE_KINDS] = {
        [CASE_VERIFY] = "typing.verify", [CASE_CHANGE] = "typing.change", [CASE_RESET] = "typing.reset"};
    bool terminal = step->way == CASE_BY_TERMINAL;
    const char *stop = view->language == WORDS_JA ? "" : " ";
    bool apart = step->pin == PIN_JUKI && !terminal;
    snprintf(out, PARTS_TEXT, "%.160s%s%.160s%s%.160s", say(view, where[terminal][step->typist == CASE_TYPED_BY_STAFF]),
             stop, say(view, what[step->kind]), apart ? stop : "", apart ? say(view, "typing.juki-by-pad") : "");
    return out;
}

void flow_step(struct flow *flow, const struct screen_view *view, size_t number, const struct case_plan_step *step,
               enum theme_role role, const char *state)
{
    char text[PARTS_TEXT], line[2 * PARTS_TEXT];
    snprintf(line, sizeof line, "%2zu  %s%s%s", number + 1, step_text(view, step, text), *state != '\0' ? "  " : "", state);
    flow_text(flow, role, 0, line);
}

static const struct {
    const char *id;
    enum theme_role role;
} states[CASE_STEP_STATES] = {
    [CASE_STEP_IS_OPEN] = {"step-state.open", THEME_TEXT},
    [CASE_STEP_IS_INTENDED] = {"step-state.running", THEME_TEXT},
    [CASE_STEP_IS_DONE] = {"step-state.done", THEME_GOOD},
    [CASE_STEP_IS_NOT_DONE] = {"step-state.not-done", THEME_WARNING},
    [CASE_STEP_IS_UNKNOWN] = {"step-state.unknown", THEME_BAD},
    [CASE_STEP_IS_REFUSED] = {"step-state.refused", THEME_WARNING},
};

const char *step_state(const struct screen_view *view, const struct case_step *step)
{
    return say(view, states[step->state % CASE_STEP_STATES].id);
}

enum theme_role step_role(const struct case_step *step)
{
    return states[step->state % CASE_STEP_STATES].role;
}

void flow_steps(struct flow *flow, const struct screen_view *view, const struct case_file *file)
{
    for (size_t i = 0; i < file->plan.step_count && i < CASE_STEPS; i++) {
        const struct case_step *step = &file->steps[i];
        flow_step(flow, view, i, &step->plan, step_role(step), step_state(view, step));
    }
}

/* The first row that holds. */
static const char *certificate_id(const struct desk_certificate *c)
{
    if (c->proven == CARD_YES) {
        return "certificate.valid";
    }
    if (c->installed != CARD_NO) {
        return c->installed == CARD_YES ? "certificate.unproven" : "certificate.not-known";
    }
    if (c->key_pending == CARD_NO) {
        return "certificate.as-before";
    }
    if (c->key_pending == CARD_UNKNOWN) {
        return "certificate.key-not-known";
    }
    return c->issued == CARD_YES ? "certificate.issued" : c->issued == CARD_NO ? "certificate.key" : "certificate.asked";
}

const char *certificate_text(const struct screen_view *view, size_t pin, char out[PARTS_TEXT])
{
    const struct desk_certificate *c = &view->certificates[pin];
    char until[PARTS_TEXT];
    const char *args[] = {pin_name(view, pin), date_text(view, card_date(c->valid_until), until)};
    return words_format(view->language, certificate_id(c), out, PARTS_TEXT, 2, args);
}

/* What a certificate cannot outlive, as far as card and authority have told; none: nothing. */
static struct date cap_of(const struct screen_view *view, size_t pin)
{
    const struct desk_certificate *auth = &view->certificates[PIN_AUTH];
    const struct card_facts *card = &view->desk->card;
    struct date cap = card_date(card->expiry);
    struct date auth_end = card_date(auth->valid_until != 0 ? auth->valid_until : card->auth_until);
    bool capped = pin == PIN_SIG && date_valid(auth_end);
    return capped && (!date_valid(cap) || date_compare(auth_end, cap) < 0) ? auth_end : cap;
}

const char *certificate_difference(const struct screen_view *view, size_t pin, char out[PARTS_TEXT])
{
    const struct desk_certificate *c = &view->certificates[pin];
    struct date until = card_date(c->valid_until), forecast = view->verdict.ends[pin], cap = cap_of(view, pin);
    char date[PARTS_TEXT];
    if (!c->planned || !date_valid(until)) {
        return NULL;
    }
    bool known = date_valid(forecast);
    bool beyond = !known && date_valid(cap) && date_compare(until, cap) > 0;
    if (!beyond && (!known || date_compare(until, forecast) == 0)) {
        return NULL;
    }
    return words_format(view->language, known ? "certificate.differs" : "certificate.beyond", out, PARTS_TEXT, 1,
                        (const char *[]){date_text(view, known ? forecast : cap, date)});
}

void flow_reader(struct flow *flow, const struct screen_view *view)
{
    const struct desk_view *desk = view->desk;
    if (desk->link != CARD_OK) {
        struct message message = message_of_link(desk->link);
        flow_text(flow, message.role, 0, say(view, message.happened));
        flow_text(flow, THEME_TEXT, 0, say(view, message.act));
    } else if (desk->presence != CARD_IN_READER) {
        flow_text(flow, THEME_WARNING, 0, say(view, "card.insert"));
    } else if (desk->doing == DESK_READING || desk->doing == DESK_OPENING || desk->card_coming) {
        flow_text(flow, THEME_TEXT, 0, say(view, "card.reading"));
    } else if (desk->card_known && desk->file.planned && !desk->card_is_the_cases) {
        flow_text(flow, THEME_BAD, 0, say(view, "card.other.happened"));
    }
}
