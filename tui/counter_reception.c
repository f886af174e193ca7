#include "tui/counter_state.h"
#include "forms/rules/spoken_date.h"
#include "tui/screens/messages.h"
#include "tui/screens/parts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void begin_procedure(struct counter *c, int procedure)
{
    struct screen_view *view = &c->view;
    int8_t office = view->situation.office;
    if ((view->procedures & 1U << procedure) == 0) {
        counter_notice(c, "desk.module-needed", "");
        return;
    }
    situation_clear(&view->situation);
    view->situation.procedure = (enum procedure)procedure;
    view->situation.office = office;
    view->situation.visit = 1;
    view->situation.at = view->clock;
    view->set_back = false;
    case_list_presenters(c);
    view->ui.list[SCREEN_PRESENTER] = (struct widgets_list){0};
    counter_push(c, SCREEN_PRESENTER);
}

/* As many as there are: where the list has grown since they were counted, once more. */
static enum ledger_fault list_cases(struct screen_view *view, struct ledger *ledger)
{
    unsigned states = 1U << CASE_PARKED | 1U << CASE_UNSETTLED;
    size_t room = 0, count = 0;
    enum ledger_fault fault;
    while ((fault = ledger_list(ledger, states, view->cases, room, &count)) == LEDGER_OK && count > room) {
        struct ledger_entry *more = count <= INT_MAX ? reallocarray(view->cases, count, sizeof *more) : NULL;
        if (more == NULL) {
            return LEDGER_NO_MEMORY;
        }
        view->cases = more;
        room = count;
    }
    view->case_count = fault == LEDGER_OK ? (int)count : 0;
    for (int i = 0, last = view->case_count - 1; i < last; i++, last--) {
        struct ledger_entry oldest = view->cases[i];
        view->cases[i] = view->cases[last];
        view->cases[last] = oldest;
    }
    return fault;
}

static void open_cases(struct counter *c)
{
    enum ledger_fault fault = list_cases(&c->view, c->ledger);
    if (fault != LEDGER_OK) {
        counter_notice(c, message_of_ledger(fault)->happened, "");
        return;
    }
    c->view.ui.list[SCREEN_CASES] = (struct widgets_list){0};
    counter_push(c, SCREEN_CASES);
}

void reception_desk(struct counter *c, struct request request)
{
    switch (request.act) {
    case ACT_GO:
        begin_procedure(c, request.number);
        break;
    case ACT_CASES:
        open_cases(c);
        break;
    case ACT_READ:
        counter_did(c, desk_read_card(c->desk, true, counter_now(c)));
        break;
    case ACT_QUIT:
        c->ended = true;
        break;
    default:
        break;
    }
}

/* The case is on record from here on. One begun for somebody else by mistake is given up first. */
static void receive(struct counter *c, int row)
{
    struct screen_view *view = &c->view;
    struct case_opening opening;
    if (view->desk->case_open && !counter_did(c, desk_finish(c->desk, counter_now(c)))) {
        return;
    }
    view->situation.presenter = view->presenters[row].presenter;
    view->situation.visit = view->presenters[row].visit;
    view->situation.pins = 0;
    c->ticked = false;
    view->situation.shown_count = 0;
    memset(view->situation.fact, 0, sizeof view->situation.fact);
    view->asked = 0;
    view->plan = (struct case_plan){.step_count = 0};
    view->step = -1;
    view->refused = DESK_OK;
    memset(view->ui.decision, 0, sizeof view->ui.decision);
    case_opening(c, &opening);
    if (!counter_did(c, desk_begin(c->desk, &opening, counter_now(c)))) {
        return;
    }
    c->read_wanted = view->desk->presence == CARD_IN_READER;
    view->ui.list[SCREEN_CARD] = (struct widgets_list){0};
    view->ui.list[SCREEN_DOCUMENTS] = (struct widgets_list){0};
    case_judge(c);
    counter_push(c, SCREEN_CARD);
}

void reception_presenter(struct counter *c, struct request request)
{
    if (request.act == ACT_GO && request.number < c->view.presenter_count) {
        receive(c, request.number);
    } else if (request.act == ACT_RECEPTION) {
        widgets_field_set(&c->view.ui.field, "");
        counter_push(c, SCREEN_RECEPTION);
    }
}

void reception_time(struct counter *c, struct request request)
{
    struct screen_view *view = &c->view;
    int minute = view->clock.minute;
    if (request.act != ACT_GO) {
        return;
    }
    if (view->ui.field.length > 0 && spoken_time_parse(view->ui.field.text, &minute) != DATE_OK) {
        counter_notice(c, "reception.bad", "");
    } else if (minute > view->clock.minute) {
        counter_notice(c, "reception.later", "");
    } else {
        view->set_back = minute != view->clock.minute;
        view->situation.at = (struct moment){view->clock.date, minute};
        counter_back(c);
    }
}
