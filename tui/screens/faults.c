#include "tui/screens/parts.h"

enum { LINE_MAX = 2048 };

void faults_flow(struct flow *flow, const struct screen_view *view)
{
    char line[LINE_MAX];
    flow_text(flow, THEME_TEXT, 0, say(view, "faults.explain"));
    for (size_t i = 0; view->faults != NULL && i < view->faults->count; i++) {
        flow_blank(flow);
        flow_text(flow, THEME_BAD, 0, view->fault_line(view->language, &view->faults->fault[i], line));
    }
}
