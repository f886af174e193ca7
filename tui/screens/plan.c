#include "tui/screens/steps.h"

static bool is_typed(const struct case_plan *plan)
{
    bool typed = false;
    for (size_t i = 0; i < plan->step_count; i++) {
        typed |= step_is_typed(&plan->steps[i]);
    }
    return typed;
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
