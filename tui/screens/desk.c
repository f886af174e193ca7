#include "tui/screens/messages.h"
#include "tui/screens/parts.h"
#include "tui/term/cells.h"

#include <stdio.h>

enum { DATE_ROW = 2, HOURS_ROW = 3, LIST_ROW = 6, STATE_ROW = 13, MESSAGE_ROW = 16, LABEL = 3, VALUE = 18 };

static void draw_date(struct canvas *c, const struct screen_view *view)
{
    char date[PARTS_TEXT], era[PARTS_TEXT], time[PARTS_TEXT], text[WORDS_TEXT_MAX], office[WORDS_TEXT_MAX];
    WORDS(view->language, "desk.date", text, date_text(view, view->clock.date, date),
          wareki_text(view, view->clock.date, era), time_text(view->clock.minute, time));
    canvas_put(c, DATE_ROW, LABEL, -1, THEME_TEXT, text);
    snprintf(office, sizeof office, "%s %s", text_of(view, view->profile->name),
             office_name(view, view->situation.office));
    canvas_put(c, LIST_ROW - 1, c->columns - 1 - (int)cells_width(office), -1, THEME_QUIET, office);
}

static void draw_hours(struct canvas *c, const struct screen_view *view)
{
    static const struct {
        const char *id;
        enum theme_role role;
    } states[] = {
        [HOURS_NOT_JUDGED] = {"hours.silent", THEME_TEXT},   [HOURS_OPEN] = {"hours.open", THEME_GOOD},
        [HOURS_CLOSED] = {"hours.closed", THEME_WARNING},    [HOURS_UNKNOWN] = {"hours.unknown", THEME_WARNING},
        [HOURS_SILENT] = {"hours.silent", THEME_TEXT},       [HOURS_NOT_TAKEN] = {"hours.not-taken", THEME_WARNING},
    };
    const struct hours_answer *hours = &view->hours;
    char when[PARTS_TEXT], text[WORDS_TEXT_MAX];
    if (hours->state == HOURS_OPEN && hours->rule != NULL) {
        time_text(hours->rule->close, when);
    } else {
        moment_text(view, hours->opens, when);
    }
    bool known = hours->state != HOURS_CLOSED || date_valid(hours->opens.date);
    WORDS(view->language, known ? states[hours->state].id : "hours.closed-until-unknown", text, when);
    put_marked(c, HOURS_ROW, LABEL - 2, c->columns - 2, states[hours->state].role, text);
}

static void draw_procedures(struct canvas *c, const struct screen_view *view)
{
    canvas_put(c, LIST_ROW - 1, LABEL, -1, THEME_HEADING, say(view, "desk.procedures"));
    for (int i = 0; i < PROCEDURES; i++) {
        char line[PARTS_TEXT];
        bool can = (view->procedures & 1U << i) != 0;
        snprintf(line, sizeof line, "%d  %s%s%s", i + 1, procedure_name(view, (size_t)i), can ? "" : "  ",
                 can ? "" : say(view, "desk.no-module"));
        int column = widgets_marker(c, LIST_ROW + i, LABEL, view->ui.list[SCREEN_DESK].at == i);
        canvas_put(c, LIST_ROW + i, column, c->columns - column - 1, can ? THEME_TEXT : THEME_QUIET, line);
    }
}

static void draw_reader(struct canvas *c, const struct screen_view *view)
{
    static const char *const presences[] = {
        [CARD_READER_AWAY] = "presence.away", [CARD_READER_EMPTY] = "presence.empty",
        [CARD_IN_READER] = "presence.card", [CARD_SERVICE_AWAY] = "presence.service-away"};
    const struct desk_view *desk = view->desk;
    char text[WORDS_TEXT_MAX];
    const char *id = desk->doing == DESK_OPENING ? "presence.opening" : presences[desk->presence % 4];
    canvas_put(c, STATE_ROW, LABEL, -1, THEME_QUIET, say(view, "desk.reader"));
    canvas_put(c, STATE_ROW, VALUE, c->columns - VALUE - 1, THEME_TEXT,
               WORDS(view->language, id, text, view->reader));
    canvas_put(c, STATE_ROW + 1, LABEL, -1, THEME_QUIET, say(view, "desk.resident"));
    canvas_put(c, STATE_ROW + 1, VALUE, -1, THEME_TEXT,
               say(view, desk->resident & CARD_RESIDENT_CONNECTED ? "resident.connected" : "resident.none"));
}

static void draw_unsettled(struct canvas *c, const struct screen_view *view)
{
    char count[PARTS_TEXT], text[WORDS_TEXT_MAX];
    canvas_put(c, STATE_ROW + 2, LABEL, -1, THEME_QUIET, say(view, "desk.cases"));
    if (view->desk->unsettled == 0) {
        canvas_put(c, STATE_ROW + 2, VALUE, -1, THEME_TEXT, say(view, "desk.no-cases"));
        return;
    }
    WORDS(view->language, "desk.unsettled", text, number_text(view->desk->unsettled, count));
    put_marked(c, STATE_ROW + 2, VALUE - 2, c->columns - VALUE, THEME_WARNING, text);
}

void desk_draw(struct canvas *c, const struct screen_view *view)
{
    draw_date(c, view);
    draw_hours(c, view);
    draw_procedures(c, view);
    draw_reader(c, view);
    draw_unsettled(c, view);
    if (view->desk->link != CARD_OK) {
        struct flow flow = {.c = c, .top = MESSAGE_ROW, .room = c->rows - MESSAGE_ROW - 2};
        struct message message = message_of_link(view->desk->link);
        flow_message(&flow, view, &message, "");
    }
}

struct request desk_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[SCREEN_DESK];
    if (widgets_list_key(list, PROCEDURES, PROCEDURES, key)) {
        return (struct request){.act = ACT_NONE};
    }
    if (key->code == KEYS_TEXT && key->rune >= '1' && key->rune < '1' + PROCEDURES && !key->pasted) {
        list->at = (int)(key->rune - '1');
        act = ACT_GO;
    }
    return (struct request){.act = act, .number = list->at};
}
