#include "tui/screens/steps.h"

static bool is_typed(const struct case_plan *plan)
{
    bool typed = false;
    for (size_t i = 0; i < plan->step_count; i++) {
        typed |= step_is_typed(&plan->steps[i]);
    }
    return typed;
}

static bool has_step(const struct case_plan *plan, enum case_kind kind, uint8_t pin)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        if (plan->steps[i].kind == kind && plan->steps[i].pin == pin) {
            return true;
        }
    }
    return false;
}

/* Until when by our reckoning; the authority decides. */
static void flow_ends(struct flow *flow, const struct screen_view *view)
{
    struct date card = card_date(view->desk->card.expiry);
    char line[PARTS_TEXT], date[PARTS_TEXT];
    bool unknown = false;
    for (uint8_t pin = CASE_CERTIFICATES; pin-- > 0;) {
        bool planned = has_step(&view->plan, CASE_KEY, pin);
        if (planned && date_valid(view->verdict.ends[pin])) {
            const char *args[] = {pin_name(view, pin), date_text(view, view->verdict.ends[pin], date)};
            flow_text(flow, THEME_TEXT, 0, words_format(view->language, "plan.ends", line, sizeof line, 2, args));
        } else {
            unknown |= planned;
        }
    }
    if (unknown && date_valid(card)) {
        const char *args[] = {date_text(view, card, date)};
        flow_text(flow, THEME_TEXT, 0, words_format(view->language, "plan.ends-unknown", line, sizeof line, 1, args));
    }
}

/* Some certificate of the card ends with the making of its new key. */
static bool old_key_goes(const struct screen_view *view)
{
    bool goes = false;
    for (uint8_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        goes |= has_step(&view->plan, CASE_KEY, pin) && view->desk->card.certificates[pin] != CARD_NO;
    }
    return goes && view->desk->keeps_old_key == CARD_NO;
}

/* A certificate's PIN that is set anew is asked for again: setting it opens nothing on the card. */
static bool typed_again(const struct case_plan *plan)
{
    bool again = false;
    for (uint8_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        again |= has_step(plan, CASE_RESET, pin) && has_step(plan, CASE_KEY, pin);
    }
    return again;
}

/* What must be heeded stands before the steps, which may be many. */
void plan_flow(struct flow *flow, const struct screen_view *view)
{
    const struct case_plan *plan = &view->plan;
    char text[PARTS_TEXT];
    if (plan->step_count == 0) {
        bool first = view->verdict.kind == VERDICT_FIRST_VISIT;
        flow_text(flow, THEME_TEXT, 0, say(view, first ? "plan.first-visit" : "plan.nothing"));
        return;
    }
    flow_text(flow, THEME_HEADING, 0, say(view, "plan.explain"));
    flow_text(flow, THEME_TEXT, 0, say(view, is_typed(plan) ? "plan.turn-pad" : "plan.leave-card"));
    flow_ends(flow, view);
    if (old_key_goes(view)) {
        flow_text(flow, THEME_WARNING, 0, say(view, "plan.old-key-goes"));
    }
    if (typed_again(plan)) {
        flow_text(flow, THEME_TEXT, 0, say(view, "plan.typed-again"));
    }
    flow_reader(flow, view);
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct case_plan_step *step = &plan->steps[i];
        /* Who types what stands apart; what the card and the authority do by themselves is one list. */
        if (i == 0 || step_is_typed(step) || step_is_typed(&plan->steps[i - 1])) {
            flow_blank(flow);
        }
        flow_step(flow, view, i, step, THEME_TEXT, "");
        if (step_is_typed(step)) {
            flow_text(flow, THEME_TEXT, 4, step_typing(view, step, text));
        }
    }
}

static bool insists_on_name(const struct screen_view *view)
{
    const struct case_plan_step *step = view->step >= 0 ? &view->desk->file.steps[view->step].plan : NULL;
    return step != NULL && step->kind == CASE_INSTALL && view->certificates[step->pin].name_differs;
}

void insist_flow(struct flow *flow, const struct screen_view *view)
{
    if (view->step >= 0 && view->step < view->plan.step_count) {
        flow_step(flow, view, (size_t)view->step, &view->plan.steps[view->step], THEME_HEADING, "");
        flow_blank(flow);
    }
    if (insists_on_name(view)) {
        char text[WORDS_TEXT_MAX];
        const struct desk_certificate *sig = &view->certificates[CARD_CERTIFICATE_SIG];
        flow_text(flow, THEME_BAD, 0, WORDS(view->language, "certificate.name", text, sig->name));
        flow_text(flow, THEME_BAD, 0, WORDS(view->language, "certificate.name-differs", text, sig->old_name));
        flow_text(flow, THEME_TEXT, 0, say(view, "insist.name-right"));
        flow_text(flow, THEME_TEXT, 0, say(view, "insist.name-wrong"));
        return;
    }
    flow_text(flow, THEME_BAD, 0, say(view, "insist.one-left"));
    flow_text(flow, THEME_TEXT, 0, say(view, "insist.sure"));
    flow_text(flow, THEME_TEXT, 0, say(view, "insist.reset"));
}
