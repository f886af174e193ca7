#include "tui/screens/parts.h"

enum { LINE_MAX = 2048 };

static void content(struct flow *flow, const struct screen_view *view)
{
    char line[LINE_MAX];
    flow_text(flow, THEME_TEXT, 0, say(view, "faults.explain"));
    for (size_t i = 0; view->faults != NULL && i < view->faults->count; i++) {
        flow_blank(flow);
        flow_text(flow, THEME_BAD, 0, view->fault_line(view->language, &view->faults->fault[i], line));
    }
}

void faults_draw(struct canvas *c, const struct screen_view *view)
{
    struct flow flow = flow_of(c, view, SCREEN_FAULTS);
    content(&flow, view);
}

struct request faults_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    return (struct request){.act = flow_key(view, SCREEN_FAULTS, key, content) ? ACT_NONE : act};
}
