#include "tui/screens/steps.h"

static void draw_first_visit(struct flow *flow, const struct screen_view *view)
{
    flow_text(flow, THEME_TEXT, 0, say(view, "plan.first-visit"));
}

void plan_draw(struct canvas *c, const struct screen_view *view)
{
    struct flow flow = flow_of(c, view, SCREEN_PLAN);
    bool typed = false;
    if (view->plan.step_count == 0) {
        if (view->verdict.kind == VERDICT_FIRST_VISIT) {
            draw_first_visit(&flow, view);
        } else {
            flow_text(&flow, THEME_TEXT, 0, say(view, "plan.nothing"));
        }
        return;
    }
    flow_text(&flow, THEME_HEADING, 0, say(view, "plan.explain"));
    for (size_t i = 0; i < view->plan.step_count; i++) {
        const struct case_plan_step *step = &view->plan.steps[i];
        flow_blank(&flow);
        flow_step(&flow, view, i, step, THEME_TEXT, "");
        if (step_is_typed(step)) {
            flow_text(&flow, THEME_TEXT, 4, step_typing(view, step));
        }
        typed |= step_is_typed(step);
    }
    flow_blank(&flow);
    flow_text(&flow, THEME_TEXT, 0, say(view, typed ? "plan.turn-pad" : "plan.leave-card"));
    flow_reader(&flow, view);
}

static bool insists_on_name(const struct screen_view *view)
{
    bool install = view->step >= 0 && view->desk->file.steps[view->step].plan.kind == CASE_INSTALL;
    return install && view->certificates[CARD_CERTIFICATE_SIG].name_differs;
}

void insist_draw(struct canvas *c, const struct screen_view *view)
{
    struct flow flow = flow_of(c, view, SCREEN_INSIST);
    if (view->step >= 0 && view->step < view->plan.step_count) {
        flow_step(&flow, view, (size_t)view->step, &view->plan.steps[view->step], THEME_HEADING, "");
        flow_blank(&flow);
    }
    if (insists_on_name(view)) {
        char text[WORDS_TEXT_MAX];
        const struct desk_certificate *sig = &view->certificates[CARD_CERTIFICATE_SIG];
        flow_text(&flow, THEME_BAD, 0, WORDS(view->language, "certificate.name", text, sig->name));
        flow_text(&flow, THEME_BAD, 0, WORDS(view->language, "certificate.name-differs", text, sig->old_name));
        return;
    }
    flow_text(&flow, THEME_BAD, 0, say(view, "insist.one-left"));
    flow_text(&flow, THEME_TEXT, 0, say(view, "insist.sure"));
    flow_text(&flow, THEME_TEXT, 0, say(view, "insist.reset"));
}
