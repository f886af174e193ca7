#include "tui/screens/steps.h"

#include <stdio.h>

enum { LABEL = 3, VALUE = 22 };

static int draw_line(struct canvas *c, const struct screen_view *view, int row, const char *label, const char *value)
{
    canvas_put(c, row, LABEL, VALUE - LABEL, THEME_QUIET, say(view, label));
    canvas_put(c, row, VALUE, c->columns - VALUE - 1, THEME_TEXT, value);
    return row + 1;
}

static const char *outcome_id(const struct case_file *file)
{
    static const char *const ids[CASE_STATES] = {
        [CASE_DONE] = "slip.done", [CASE_ABANDONED] = "slip.given-up", [CASE_PARKED] = "slip.parked"};
    return ids[file->state] != NULL ? ids[file->state] : "slip.open";
}

void slip_draw(struct canvas *c, const struct screen_view *view)
{
    const struct case_file *file = &view->slip;
    char text[2 * PARTS_TEXT], when[PARTS_TEXT];
    int procedure = terms_find(&terms_procedures, file->opening.procedure);
    int presenter = profile_presenter(view->profile, file->opening.presenter);
    int row = draw_line(c, view, 2, "slip.case", file->id);
    snprintf(text, sizeof text, "%s %s", text_of(view, view->profile->name), office_name(view, view->situation.office));
    row = draw_line(c, view, row, "slip.office", text);
    row = draw_line(c, view, row, "slip.received", moment_text(view, moment_of(file->opened_at), when));
    row = draw_line(c, view, row, "slip.ended", moment_text(view, moment_of(file->changed_at), when));
    row = draw_line(c, view, row, "slip.procedure", procedure >= 0 ? procedure_name(view, (size_t)procedure) : "");
    row = draw_line(c, view, row, "slip.presenter", presenter >= 0 ? presenter_name(view, (size_t)presenter) : "");
    row = draw_line(c, view, row, "slip.outcome", say(view, outcome_id(file)));
    if (file->decided) {
        snprintf(text, sizeof text, "%s (%s): %s", file->decision.who, file->decision.function, file->decision.why);
        row = draw_line(c, view, row, "slip.decided", text);
    }
    struct flow flow = {.c = c, .top = row + 1, .room = c->rows - row - 4};
    flow_steps(&flow, view, file);
    if (view->desk->presence == CARD_IN_READER) {
        flow_blank(&flow);
        flow_text(&flow, THEME_WARNING, 0, say(view, "slip.give-back"));
    }
}
