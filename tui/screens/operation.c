#include "tui/screens/messages.h"
#include "tui/screens/steps.h"

#include <stdio.h>

enum { PAD_SECONDS = 90 };

static void flow_pad(struct flow *flow, const struct screen_view *view)
{
    char since[PARTS_TEXT], seconds[PARTS_TEXT], most[PARTS_TEXT], text[WORDS_TEXT_MAX];
    int64_t waited = view->now - view->desk->at_pad_since;
    WORDS(view->language, "operation.at-pad", text,
          time_text(moment_of(view->desk->at_pad_since).minute, since), number_text(waited > 0 ? waited : 0, seconds),
          number_text(PAD_SECONDS, most));
    flow_text(flow, THEME_WARNING, 0, text);
    flow_text(flow, THEME_TEXT, 0, say(view, "operation.cancel-on-pad"));
    if (view->practice && view->pad_key != NULL) {
        flow_text(flow, THEME_QUIET, 0, WORDS(view->language, "operation.practice-pad", text, view->pad_key));
    }
}

/* Which field is typed and what its rule says of it: never a character. */
static void flow_resident(struct flow *flow, const struct screen_view *view)
{
    static const struct {
        uint8_t flag;
        const char *yes, *no;
        uint8_t fields; /* at least */
    } rows[] = {
        {CARD_RESIDENT_TYPING, "operation.typing", "operation.not-typing", 0},
        {CARD_RESIDENT_LENGTH_OK, "operation.length-ok", "operation.length-no", 1},
        {CARD_RESIDENT_RULE_MET, "operation.rule-met", "operation.rule-no", 1},
        {CARD_RESIDENT_MATCH, "operation.match", "operation.match-no", 2},
    };
    const struct desk_view *desk = view->desk;
    char field[PARTS_TEXT], fields[PARTS_TEXT], text[WORDS_TEXT_MAX];
    flow_text(flow, THEME_WARNING, 0, say(view, "operation.at-terminal"));
    if (desk->fields > 0) {
        flow_text(flow, THEME_TEXT, 2,
                  WORDS(view->language, "operation.field", text, number_text(desk->field, field),
                        number_text(desk->fields, fields)));
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows && desk->fields >= rows[i].fields; i++) {
        bool yes = (desk->resident & rows[i].flag) != 0;
        flow_text(flow, yes ? THEME_GOOD : THEME_TEXT, 2, say(view, yes ? rows[i].yes : rows[i].no));
    }
    if (view->practice && view->pad_key != NULL) {
        flow_text(flow, THEME_QUIET, 0, WORDS(view->language, "operation.practice-terminal", text, view->pad_key));
    }
}

/* A card that makes a key and an authority that thinks are slow: the seconds say that it goes on. */
static void flow_elapsed(struct flow *flow, const struct screen_view *view)
{
    char seconds[PARTS_TEXT], text[WORDS_TEXT_MAX];
    int64_t elapsed = view->now - view->desk->step_since;
    if (view->desk->step_since != 0 && elapsed > 0) {
        flow_text(flow, THEME_QUIET, 0, WORDS(view->language, "operation.elapsed", text, number_text(elapsed, seconds)));
    }
}

/* What is under way, then the steps, which may be many. */
void operation_flow(struct flow *flow, const struct screen_view *view)
{
    const struct desk_view *desk = view->desk;
    const struct case_step *step = view->step >= 0 && view->step < CASE_STEPS ? &desk->file.steps[view->step] : NULL;
    if (desk->doing == DESK_AT_CENTRE) {
        flow_text(flow, THEME_TEXT, 0, say(view, "operation.at-centre"));
    } else if (desk->doing == DESK_SETTLING) {
        flow_text(flow, THEME_TEXT, 0, say(view, "operation.settling"));
    } else if (desk->at_pad_since != 0) {
        flow_pad(flow, view);
    } else if (step != NULL && (desk->typing || step_is_typed(&step->plan)) && step->plan.way == CASE_BY_TERMINAL) {
        flow_resident(flow, view);
    } else {
        flow_text(flow, THEME_TEXT, 0, say(view, desk->doing == DESK_AT_CENTRE ? "operation.at-centre" : "operation.card"));
        flow_elapsed(flow, view);
    }
    flow_text(flow, THEME_TEXT, 0, say(view, "plan.leave-card"));
    flow_blank(flow);
    flow_steps(flow, view, &desk->file);
}

const char *operation_no_back(const struct screen_view *view)
{
    const struct desk_view *desk = view->desk;
    const struct case_plan_step *step = view->step >= 0 ? &desk->file.steps[view->step].plan : NULL;
    if (desk->at_pad_since != 0) {
        return "operation.no-back";
    }
    bool typed = step != NULL && (desk->typing || step_is_typed(step)) && step->way == CASE_BY_TERMINAL;
    return typed && desk->doing == DESK_STEPPING ? "operation.no-back.terminal" : "operation.no-back.wait";
}
