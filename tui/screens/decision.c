#include "tui/screens/parts.h"

enum { FIELDS = 4, TOP = 6, LABEL = 3, NAME = 24, LAST = FIELDS - 1 };

void decision_draw(struct canvas *c, const struct screen_view *view)
{
    static const char *const labels[FIELDS] = {"decision.who", "decision.function", "decision.phone", "decision.why"};
    canvas_paragraph(c, 2, LABEL, c->columns - 2 * LABEL, 3, THEME_TEXT, say(view, "decision.explain"));
    for (int i = 0; i < FIELDS; i++) {
        int row = TOP + 2 * i;
        bool here = view->ui.list[SCREEN_DECISION].at == i;
        int column = widgets_marker(c, row, LABEL, here);
        column = canvas_put(c, row, column, NAME, THEME_TEXT, say(view, labels[i]));
        widgets_field_draw(c, row, column, c->columns - column - 2, &view->ui.decision[i], here);
    }
}

/* Enter goes down to the next field; from the last one it accepts. */
struct request decision_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[SCREEN_DECISION];
    static const struct key down = {.code = KEYS_DOWN};
    bool next = key->code == KEYS_TAB || (act == ACT_GO && list->at < LAST);
    if (widgets_list_key(list, FIELDS, FIELDS, next ? &down : key) ||
        widgets_field_key(&view->ui.decision[list->at], key)) {
        return (struct request){.act = ACT_NONE};
    }
    return (struct request){.act = act};
}
