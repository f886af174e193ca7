#include "tui/screens/parts.h"

#include <stdio.h>

enum { TOP = 5, LABEL = 3, ID = 16, STATE = 26, WHEN = 28 };

static int room_of(int rows)
{
    return rows - TOP - 2;
}

static void draw_case(struct canvas *c, const struct screen_view *view, int row, int column, const struct ledger_entry *entry)
{
    char when[PARTS_TEXT];
    column = canvas_put(c, row, column, ID, THEME_TEXT, entry->id);
    column = canvas_put(c, row, column, STATE, THEME_TEXT, say_of(view, "case-state.", case_state_word(entry->state)));
    column = canvas_put(c, row, column, WHEN, THEME_TEXT, moment_text(view, moment_of(entry->at), when));
    canvas_put(c, row, column, c->columns - column - 1, THEME_QUIET, entry->window);
}

void cases_draw(struct canvas *c, const struct screen_view *view)
{
    struct widgets_list list = view->ui.list[SCREEN_CASES];
    int room = room_of(c->rows);
    widgets_list_scroll(&list, view->case_count, room);
    canvas_paragraph(c, 2, LABEL, c->columns - 2 * LABEL, 2, THEME_TEXT,
                     say(view, view->case_count > 0 ? "cases.explain" : "cases.none"));
    for (int i = list.first; i < view->case_count && i < list.first + room; i++) {
        int row = TOP + i - list.first;
        draw_case(c, view, row, widgets_marker(c, row, LABEL, list.at == i), &view->cases[i]);
    }
    put_position(c, view, c->rows - 2, list.first, room, view->case_count);
}

struct request cases_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[SCREEN_CASES];
    if (widgets_list_key(list, view->case_count, room_of(view_rows(view)), key)) {
        return (struct request){.act = ACT_NONE};
    }
    return (struct request){.act = key->code == KEYS_LEFT ? ACT_BACK : act, .number = list->at};
}
