#include "tui/screens/parts.h"

#include <stdio.h>

enum { LIST_ROW = 6, LABEL = 3 };

void presenter_draw(struct canvas *c, const struct screen_view *view)
{
    char text[WORDS_TEXT_MAX], when[PARTS_TEXT];
    canvas_put(c, 2, LABEL, -1, THEME_HEADING, procedure_name(view, view->situation.procedure));
    WORDS(view->language, view->set_back ? "presenter.received-set" : "presenter.received", text,
          moment_text(view, view->situation.at, when));
    canvas_put(c, 3, LABEL, c->columns - LABEL - 1, THEME_TEXT, text);
    canvas_put(c, LIST_ROW - 1, LABEL, -1, THEME_HEADING, say(view, "presenter.who"));
    for (int i = 0; i < view->presenter_count; i++) {
        const struct screen_presenter *row = &view->presenters[i];
        char line[PARTS_TEXT], number[PARTS_TEXT], visit[WORDS_TEXT_MAX] = "";
        if (row->visits > 1) {
            WORDS(view->language, "presenter.visit", visit, number_text(row->visit, number));
        }
        snprintf(line, sizeof line, "%d  %.200s%s%.200s", i + 1, presenter_name(view, row->presenter),
                 *visit != '\0' ? "  " : "", visit);
        int column = widgets_marker(c, LIST_ROW + i, LABEL, view->ui.list[SCREEN_PRESENTER].at == i);
        canvas_put(c, LIST_ROW + i, column, c->columns - column - 1, THEME_TEXT, line);
    }
}

struct request presenter_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[SCREEN_PRESENTER];
    if (widgets_list_key(list, view->presenter_count, view->presenter_count, key)) {
        return (struct request){.act = ACT_NONE};
    }
    if (key->code == KEYS_LEFT) {
        return (struct request){.act = ACT_BACK};
    }
    int digit = key->code == KEYS_TEXT && !key->pasted ? (int)key->rune - '1' : -1;
    if (digit >= 0 && digit < 9 && digit < view->presenter_count) {
        list->at = digit;
        act = ACT_GO;
    }
    return (struct request){.act = act, .number = list->at};
}
