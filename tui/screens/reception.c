#include "tui/screens/parts.h"

enum { LABEL = 3, FIELD_ROW = 7 };

void reception_draw(struct canvas *c, const struct screen_view *view)
{
    char text[WORDS_TEXT_MAX], when[PARTS_TEXT];
    canvas_paragraph(c, 2, LABEL, c->columns - 2 * LABEL, 3, THEME_TEXT, say(view, "reception.explain"));
    canvas_put(c, 5, LABEL, -1, THEME_TEXT,
               WORDS(view->language, "reception.now", text, moment_text(view, view->clock, when)));
    int column = canvas_put(c, FIELD_ROW, LABEL, -1, THEME_HEADING, say(view, "reception.time"));
    widgets_field_draw(c, FIELD_ROW, column + 2, 12, &view->ui.field, true);
}

struct request reception_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    if (act == ACT_NONE) {
        widgets_field_key(&view->ui.field, key);
    }
    return (struct request){.act = act};
}
