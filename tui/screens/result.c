#include "tui/screens/messages.h"
#include "tui/screens/steps.h"

static const struct message *why(const struct screen_view *view)
{
    if (view->refused != DESK_OK) {
        return message_of_desk(view->refused);
    }
    if (view->step < 0 || view->step >= view->desk->file.plan.step_count) {
        return message_of_card((enum card_code)view->desk->last.code);
    }
    const struct case_step *step = &view->desk->file.steps[view->step];
    bool settled = step->state == CASE_STEP_IS_DONE;
    return message_of_card(settled ? CARD_OK : (enum card_code)step->outcome.code);
}

void result_draw(struct canvas *c, const struct screen_view *view)
{
    const struct case_file *file = &view->desk->file;
    struct flow flow = flow_of(c, view, SCREEN_RESULT);
    char number[PARTS_TEXT];
    flow_steps(&flow, view, file);
    flow_blank(&flow);
    const struct case_step *step = view->step >= 0 && view->step < file->plan.step_count ? &file->steps[view->step] : NULL;
    int tries = step != NULL ? step->outcome.tries[0] : view->desk->last.tries;
    bool half = step != NULL && step->outcome.code == CARD_PIN_HALF;
    flow_message(&flow, view, why(view), number_text(half ? step->outcome.places_done : tries, number));
    if (step != NULL && step->state == CASE_STEP_IS_DONE && step->plan.way == CASE_BY_PAD && step->plan.pin == PIN_JUKI) {
        flow_text(&flow, THEME_WARNING, 0, say(view, "result.juki-by-pad"));
    }
}
