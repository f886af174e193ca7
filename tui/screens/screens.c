#include "tui/screens/screen.h"
#include "tui/screens/parts.h"
#include "tui/term/cells.h"

#include <stdio.h>
#include <string.h>

#define GO(name, sentence) {.code = KEYS_ENTER, .act = ACT_GO, .label = name, .help = sentence}
#define BACK {.code = KEYS_F1 + 2, .twin = 'q', .act = ACT_BACK, .label = "key.back", .help = "key.back.help"}
#define BACK_TEXT {.code = KEYS_F1 + 2, .twin = 7, .act = ACT_BACK, .label = "key.back", .help = "key.back.help"}
#define HELP {.code = KEYS_F1, .twin = '?', .act = ACT_HELP, .label = "key.help", .help = "key.help.help"}
#define HELP_TEXT {.code = KEYS_F1, .twin = 15, .act = ACT_HELP, .label = "key.help", .help = "key.help.help"}
#define FKEY(number, plain, what, name) \
    {.code = KEYS_F1 + (number) - 1, .twin = (plain), .act = (what), .label = name, .help = name ".help"}
#define SPACE(name) {.code = KEYS_TEXT, .rune = ' ', .act = ACT_TICK, .label = name, .help = name ".help"}

const struct screen screens[SCREENS] = {
    [SCREEN_DESK] = {
        .name = "desk", .title = "desk.title", .draw = desk_draw, .key = desk_key,
        .keys = {HELP, GO("key.choose", "desk.go.help"), FKEY(6, 'c', ACT_CASES, "key.cases"),
                 FKEY(5, 'r', ACT_READ, "key.read"), FKEY(10, 'Q', ACT_QUIT, "key.quit")},
    },
    [SCREEN_PRESENTER] = {
        .name = "presenter", .title = "presenter.title", .draw = presenter_draw, .key = presenter_key,
        .keys = {HELP, BACK, GO("key.choose", "presenter.go.help"), FKEY(4, 't', ACT_RECEPTION, "key.reception")},
    },
    [SCREEN_RECEPTION] = {
        .name = "reception", .title = "reception.title", .draw = reception_draw, .key = reception_key,
        .keys = {HELP, BACK, GO("key.accept", "reception.go.help")},
    },
    [SCREEN_CARD] = {
        .name = "card", .title = "card.title", .draw = card_draw, .key = card_key,
        .keys = {HELP, BACK, SPACE("key.pin"), GO("key.next", "card.go.help"), FKEY(5, 'r', ACT_READ, "key.read")},
    },
    [SCREEN_FACTS] = {
        .name = "facts", .title = "facts.title", .draw = facts_draw, .key = facts_key,
        .keys = {HELP, BACK, SPACE("key.answer"), GO("key.next", "facts.go.help")},
    },
    [SCREEN_DOCUMENTS] = {
        .name = "documents", .title = "documents.title", .draw = documents_draw, .key = documents_key,
        .keys = {HELP, BACK, SPACE("key.shown"), GO("key.next", "documents.go.help"),
                 FKEY(4, 'a', ACT_ATTRIBUTES, "key.attributes"), FKEY(5, 'r', ACT_VERDICT, "key.rules"),
                 {.code = KEYS_F1 + 6, .twin = 'f', .act = ACT_FACTS, .label = "key.facts", .help = "key.facts.help",
                  .unlisted = true}},
    },
    [SCREEN_ATTRIBUTES] = {
        .name = "attributes", .title = "attributes.title", .draw = attributes_draw, .key = attributes_key,
        .keys = {HELP, BACK, SPACE("key.answer"), GO("key.accept", "attributes.go.help")},
    },
    [SCREEN_VERDICT] = {
        .name = "verdict", .title = "verdict.title", .flow = verdict_flow,
        .keys = {HELP, BACK, FKEY(7, 'd', ACT_DECISION, "key.decision"), FKEY(6, 'p', ACT_PARK, "key.park"),
                 FKEY(8, 'e', ACT_END, "key.end")},
    },
    [SCREEN_DECISION] = {
        .name = "decision", .title = "decision.title", .draw = decision_draw, .key = decision_key, .text = true,
        .keys = {HELP_TEXT, BACK_TEXT, GO("key.accept", "decision.go.help")},
    },
    [SCREEN_PLAN] = {
        .name = "plan", .title = "plan.title", .flow = plan_flow, .fresh = true,
        .keys = {HELP, BACK, GO("key.start", "plan.go.help"), FKEY(6, 'p', ACT_PARK, "key.park")},
    },
    [SCREEN_INSIST] = {
        .name = "last-try", .title = "insist.title", .flow = insist_flow, .fresh = true,
        .keys = {HELP, BACK, FKEY(9, 'Y', ACT_GO, "key.insist")},
    },
    [SCREEN_OPERATION] = {
        .name = "operation", .title = "operation.title", .flow = operation_flow, .fresh = true,
        .keys = {HELP, BACK},
    },
    [SCREEN_RESULT] = {
        .name = "result", .title = "result.title", .flow = result_flow, .fresh = true,
        .keys = {HELP, BACK, GO("key.next", "result.go.help"), FKEY(6, 'p', ACT_PARK, "key.park"),
                 FKEY(8, 'e', ACT_END, "key.end")},
    },
    [SCREEN_GIVE_UP] = {
        .name = "give-up", .title = "give-up.title", .flow = give_up_flow, .fresh = true,
        .keys = {HELP, BACK, FKEY(9, 'Y', ACT_GO, "key.give-up")},
    },
    [SCREEN_SLIP] = {
        .name = "slip", .title = "slip.title", .flow = slip_flow,
        .keys = {HELP, GO("key.finish", "slip.go.help"), FKEY(9, 'p', ACT_PRINT, "key.print")},
    },
    [SCREEN_CASES] = {
        .name = "cases", .title = "cases.title", .draw = cases_draw, .key = cases_key,
        .keys = {HELP, BACK, GO("key.resume", "cases.go.help")},
    },
    [SCREEN_FAULTS] = {
        .name = "faults", .title = "faults.title", .flow = faults_flow,
        .keys = {HELP, FKEY(10, 'q', ACT_QUIT, "key.quit")},
    },
    [SCREEN_HELP] = {
        .name = "help", .title = "help.title", .flow = help_flow,
        .keys = {BACK},
    },
};

size_t screen_key_count(const struct screen *screen)
{
    size_t count = 0;
    while (count < SCREEN_KEYS && screen->keys[count].act != ACT_NONE) {
        count++;
    }
    return count;
}

static void plain_name(uint32_t rune, char *out, size_t size)
{
    if (rune == ' ') {
        snprintf(out, size, "Space");
    } else if (rune < ' ') {
        snprintf(out, size, "^%c", (char)(rune + '@'));
    } else {
        snprintf(out, size, "%c", (char)rune);
    }
}

const char *screen_key_name(const struct screen_key *key, char *out, size_t size)
{
    char twin[8] = "";
    if (key->twin != 0) {
        plain_name(key->twin, twin, sizeof twin);
    }
    if (key->code == KEYS_TEXT) {
        plain_name(key->rune, out, size);
    } else if (key->code == KEYS_ENTER) {
        snprintf(out, size, "Enter");
    } else {
        snprintf(out, size, "F%d/%s", key->code - KEYS_F1 + 1, twin);
    }
    return out;
}

/* --- drawing ----------------------------------------------------------------------------------- */

static void draw_title(const struct screen *screen, struct canvas *c, const struct screen_view *view)
{
    char where[256];
    const char *right = view->practice ? say(view, "frame.practice") : "", *title = say(view, screen->title);
    int edge = c->columns - 1 - (int)cells_width(right), column = 1;
    where_text(view, screen, where, sizeof where);
    if (where[0] != '\0') {
        /* The screen's own name is never cut. */
        int room = edge - 3 - (int)cells_width(title), width = (int)cells_width(where);
        column = canvas_put(c, 0, column, width < room ? width : room, THEME_TITLE, where);
    }
    canvas_put(c, 0, column, -1, THEME_TITLE, title);
    if (view->practice) {
        canvas_put(c, 0, edge, -1, THEME_PRACTICE, right);
    }
    canvas_rule(c, 1);
}

static void draw_keys(const struct screen *screen, struct canvas *c, const struct screen_view *view)
{
    int column = 1, row = c->rows - 1;
    for (size_t i = 0; i < screen_key_count(screen); i++) {
        char name[16];
        const char *label = say(view, screen->keys[i].label);
        if (screen->keys[i].unlisted) {
            continue;
        }
        column = canvas_put(c, row, column, -1, THEME_KEY, screen_key_name(&screen->keys[i], name, sizeof name));
        column = canvas_put(c, row, column + 1, -1, THEME_TEXT, label) + 2;
    }
}

/* In place of the rule; a long one takes a row of the screen as well. */
static void draw_notice(struct canvas *c, const struct screen_view *view)
{
    char text[WORDS_TEXT_MAX];
    if (view->notice.id == NULL) {
        return;
    }
    WORDS(view->language, view->notice.id, text, view->notice.first);
    int width = c->columns - 4, rows = canvas_height(text, width) > 1 ? 2 : 1, row = c->rows - 1 - rows;
    for (int i = 0; i < rows; i++) {
        canvas_put(c, row + i, 0, c->columns, THEME_TEXT, "");
    }
    put_marked(c, row, 1, c->columns - 2, THEME_WARNING, "");
    canvas_paragraph(c, row, 3, width, rows, THEME_WARNING, text);
}

static void draw_too_small(struct canvas *c, const struct screen_view *view)
{
    char have[32], text[WORDS_TEXT_MAX];
    snprintf(have, sizeof have, "%dx%d", c->columns, c->rows);
    canvas_paragraph(c, 0, 0, c->columns, c->rows, THEME_TEXT, WORDS(view->language, "frame.too-small", text, have));
}

static bool is_too_small(int rows, int columns)
{
    return rows < SCREEN_ROWS_LEAST || columns < SCREEN_COLUMNS_LEAST;
}

void screen_draw(enum screen_id id, struct canvas *c, const struct screen_view *view)
{
    const struct screen *screen = &screens[id];
    canvas_clear(c);
    if (is_too_small(c->rows, c->columns)) {
        draw_too_small(c, view);
        return;
    }
    canvas_cursor(c, c->rows - 1, 0);
    draw_title(screen, c, view);
    draw_keys(screen, c, view);
    canvas_rule(c, c->rows - 2);
    if (screen->flow != NULL) {
        flow_show(c, view, id);
    } else {
        screen->draw(c, view);
    }
    draw_notice(c, view);
}

/* --- keys -------------------------------------------------------------------------------------- */

static bool is_plain(const struct key *key, uint32_t plain)
{
    if (plain == 0 || key->pasted) {
        return false;
    }
    if (plain < ' ') {
        return key->code == KEYS_CONTROL && key->rune == plain + '@';
    }
    return key->code == KEYS_TEXT && key->rune == plain;
}

static bool names(const struct screen_key *row, const struct key *key)
{
    if (is_plain(key, row->twin)) {
        return true;
    }
    if (row->code == KEYS_TEXT) {
        return is_plain(key, row->rune);
    }
    return key->code == row->code;
}

/* Escape and Ctrl-G are back wherever there is a back; Left too where it has no other use. */
static enum screen_act act_of(const struct screen *screen, const struct key *key)
{
    if (key->pasted) {
        return ACT_NONE;
    }
    bool leaves = key->code == KEYS_ESCAPE || is_plain(key, 7) || (screen->flow != NULL && key->code == KEYS_LEFT);
    for (size_t i = 0; i < screen_key_count(screen); i++) {
        if (names(&screen->keys[i], key) || (leaves && screen->keys[i].act == ACT_BACK)) {
            return screen->keys[i].act;
        }
    }
    return ACT_NONE;
}

struct request screen_key(enum screen_id id, struct screen_view *view, const struct key *key)
{
    const struct screen *screen = &screens[id];
    enum screen_act act = act_of(screen, key);
    /* Nobody sees what a key would do. */
    if (view->rows > 0 && is_too_small(view->rows, view->columns)) {
        return (struct request){.act = ACT_NONE};
    }
    view->notice.id = NULL;
    if (screen->flow != NULL && flow_key(view, id, key)) {
        return (struct request){.act = ACT_NONE};
    }
    if (act == ACT_HELP || act == ACT_BACK || screen->key == NULL) {
        return (struct request){.act = act};
    }
    return screen->key(view, key, act);
}
