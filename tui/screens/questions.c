#include "tui/screens/parts.h"

#include <stdio.h>

enum { LABEL = 3, NAME = 34, FIELD = 28 };

static const char *value_text(const struct screen_view *view, const struct question *question, char out[PARTS_TEXT])
{
    switch (question->kind) {
    case QUESTION_DATE:
    case QUESTION_MOMENT:
        return date_valid(question->when.date) ? moment_text(view, question->when, out) : "";
    case QUESTION_TICK:
        return question->value ? "[x]" : "[ ]";
    case QUESTION_CHOICE:
        break;
    }
    if (question->value == QUESTION_UNSTATED) {
        return say(view, "answer.unknown");
    }
    return say_of(view, question->prefix, terms_word(question->choices, question->value));
}

static bool is_typed(const struct question *question)
{
    return question->kind == QUESTION_DATE || question->kind == QUESTION_MOMENT;
}

static int room_of(int rows)
{
    return rows - QUESTIONS_TOP - 2;
}

void questions_draw(struct canvas *c, const struct screen_view *view, enum screen_id id,
                    const struct questions *questions)
{
    struct widgets_list list = view->ui.list[id];
    int room = room_of(c->rows);
    widgets_list_scroll(&list, questions->count, room);
    for (int i = list.first; i < questions->count && i < list.first + room; i++) {
        const struct question *question = &questions->at[i];
        char value[PARTS_TEXT];
        int row = QUESTIONS_TOP + i - list.first;
        bool here = i == list.at;
        int column = widgets_marker(c, row, LABEL, here);
        column = canvas_put(c, row, column, NAME, THEME_TEXT, question->label);
        if (here && is_typed(question) && view->ui.typing) {
            widgets_field_draw(c, row, column, FIELD, &view->ui.field, true);
        } else {
            const char *text = value_text(view, question, value);
            canvas_put(c, row, column, FIELD, is_typed(question) && *text == '\0' ? THEME_FIELD : THEME_TEXT, text);
        }
    }
    put_position(c, view, c->rows - 2, list.first, room, questions->count);
}

static struct request stated(struct screen_view *view, int row, uint8_t value)
{
    view->ui.value = value;
    return (struct request){.act = ACT_STATE, .number = row};
}

/* Unstated, then each choice in turn. */
static uint8_t next_choice(const struct question *question, int step)
{
    int count = (int)question->choices->count;
    int at = question->value == QUESTION_UNSTATED ? count : question->value;
    do {
        at = (at + step + count + 1) % (count + 1);
    } while (at < count && question->choices->word[at][0] == '\0');
    return at == count ? QUESTION_UNSTATED : (uint8_t)at;
}

struct request questions_key(struct screen_view *view, enum screen_id id, const struct questions *questions,
                             const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[id];
    int room = room_of(view_rows(view));
    bool moves = key->code == KEYS_UP || key->code == KEYS_DOWN || key->code == KEYS_TAB;
    if (questions->count == 0) {
        return (struct request){.act = act};
    }
    const struct question *question = &questions->at[list->at];
    if (view->ui.typing && (moves || act == ACT_GO)) {
        return (struct request){.act = ACT_STATE, .number = list->at};
    }
    if (is_typed(question) && key->code == KEYS_TEXT && act == ACT_NONE && !view->ui.typing) {
        view->ui.typing = true;
        widgets_field_set(&view->ui.field, "");
    }
    if (view->ui.typing && widgets_field_key(&view->ui.field, key)) {
        return (struct request){.act = ACT_NONE};
    }
    if (widgets_list_key(list, questions->count, room, key)) {
        return (struct request){.act = ACT_NONE};
    }
    bool turns = act == ACT_TICK || key->code == KEYS_RIGHT || key->code == KEYS_LEFT;
    if (turns && question->kind == QUESTION_TICK) {
        return stated(view, list->at, !question->value);
    }
    if (turns && question->kind == QUESTION_CHOICE) {
        return stated(view, list->at, next_choice(question, key->code == KEYS_LEFT ? -1 : 1));
    }
    return (struct request){.act = turns ? ACT_NONE : act, .number = list->at};
}
