#include "tui/screens/parts.h"

#include <stdio.h>

enum { TOP = 4, LABEL = 3, ID = 16, STATE = 26, WHEN = 28 };

static int rows_of(const struct screen_view *view)
{
    return (int)(view->case_count < SCREEN_CASES_MAX ? view->case_count : SCREEN_CASES_MAX);
}

void cases_draw(struct canvas *c, const struct screen_view *view)
{
    const struct widgets_list *list = &view->ui.list[SCREEN_CASES];
    canvas_put(c, 2, LABEL, c->columns - 2 * LABEL, THEME_TEXT,
               say(view, view->case_count > 0 ? "cases.explain" : "cases.none"));
    for (int i = list->first; i < rows_of(view) && TOP + i - list->first < c->rows - 2; i++) {
        const struct ledger_entry *entry = &view->cases[i];
        char when[PARTS_TEXT];
        int row = TOP + i - list->first;
        int column = widgets_marker(c, row, LABEL, list->at == i);
        column = canvas_put(c, row, column, ID, THEME_TEXT, entry->id);
        column = canvas_put(c, row, column, STATE, THEME_TEXT, say_of(view, "case-state.", case_state_word(entry->state)));
        column = canvas_put(c, row, column, WHEN, THEME_TEXT, moment_text(view, moment_of(entry->at), when));
        canvas_put(c, row, column, c->columns - column - 1, THEME_QUIET, entry->window);
    }
}

struct request cases_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[SCREEN_CASES];
    if (widgets_list_key(list, rows_of(view), SCREEN_ROWS_LEAST - TOP - 2, key)) {
        return (struct request){.act = ACT_NONE};
    }
    return (struct request){.act = key->code == KEYS_LEFT ? ACT_BACK : act, .number = list->at};
}
