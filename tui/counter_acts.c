#include "tui/counter_state.h"
#include "tui/screens/messages.h"
#include "tui/screens/parts.h"

#include <stdio.h>
#include <string.h>

/* --- shared ------------------------------------------------------------------------------------ */

static void close_with(struct counter *c, enum desk_fault (*close)(struct desk *d, enum case_reason reason, int64_t now),
                       enum case_reason reason)
{
    char id[CASE_ID_MAX];
    snprintf(id, sizeof id, "%s", c->view.desk->file.id);
    if (counter_did(c, close(c->desk, reason, counter_now(c)))) {
        counter_show_slip(c, id);
    }
}

static enum desk_fault finish(struct desk *d, enum case_reason reason, int64_t now)
{
    (void)reason;
    return desk_finish(d, now);
}

static void park(struct counter *c, enum case_reason reason)
{
    close_with(c, desk_park, reason);
}

static enum desk_fault give_up(struct desk *d, enum case_reason reason, int64_t now)
{
    return desk_give_up(d, desk_view(d)->file.id, reason, now);
}

static void end_case(struct counter *c)
{
    const struct case_file *file = &c->view.desk->file;
    if (file->state == CASE_UNSETTLED || (case_card_touched(file) && case_next_step(file) >= 0)) {
        counter_push(c, SCREEN_GIVE_UP);
    } else {
        close_with(c, finish, CASE_REASON_NONE);
    }
}

static bool read_card(struct counter *c)
{
    return desk_read_card(c->desk, true, counter_now(c)) == DESK_OK;
}

/* Starts the next step; one try left asks for the second key first. */
static void step(struct counter *c, bool insist)
{
    c->view.step = case_next_step(&c->view.desk->file);
    enum desk_fault fault = desk_step(c->desk, insist, counter_now(c));
    c->view.refused = DESK_OK;
    if (fault == DESK_SECOND_KEY) {
        counter_push(c, SCREEN_INSIST);
    } else if (counter_did(c, fault)) {
        counter_replace(c, SCREEN_OPERATION);
    }
}

/* --- card -------------------------------------------------------------------------------------- */

static void toggle_pin(struct counter *c, int pin)
{
    static const char *const bars[] = {[PIN_NOT_COVERED] = "pin-bar.not-covered.notice",
                                       [PIN_NOT_THERE] = "pin-bar.not-there.notice",
                                       [PIN_NO_TERMINAL] = "pin-bar.no-terminal.notice",
                                       [PIN_TYPED_TOO] = "pin-bar.typed-too.notice"};
    struct screen_view *view = &c->view;
    if (view->pin_bar[pin] != PIN_MAY) {
        counter_notice(c, bars[view->pin_bar[pin]], pin_name(view, (size_t)pin));
        return;
    }
    view->situation.pins ^= (uint8_t)(1U << pin);
    c->ticked = true;
    memcpy(c->ticked_for, view->desk->card.serial, sizeof c->ticked_for);
    case_judge(c);
}

static bool reads_card(const struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    bool reads = desk->doing == DESK_READING || desk->doing == DESK_OPENING || desk->card_coming || c->read_wanted;
    return reads && desk->link == CARD_OK;
}

static void leave_card(struct counter *c)
{
    struct screen_view *view = &c->view;
    bool some = view->situation.procedure == PROCEDURE_CHECK || view->situation.pins != 0;
    if (reads_card(c)) {
        c->go_when_read = true;
    } else if (!some) {
        counter_notice(c, "card.none-chosen", "");
    } else if (view->asks.fact_count > 0) {
        view->ui.list[SCREEN_FACTS] = (struct widgets_list){0};
        view->ui.typing = false;
        counter_push(c, SCREEN_FACTS);
    } else {
        answers_show_documents(c);
    }
}

static void card_act(struct counter *c, struct request request)
{
    switch (request.act) {
    case ACT_TICK:
        toggle_pin(c, request.number);
        break;
    case ACT_READ:
        counter_did(c, desk_read_card(c->desk, true, counter_now(c)));
        break;
    case ACT_GO:
        leave_card(c);
        break;
    default:
        break;
    }
}

/* --- verdict and decision ---------------------------------------------------------------------- */

static void open_decision(struct counter *c)
{
    const struct verdict *verdict = &c->view.verdict;
    if (!verdict->may_be_decided && verdict->kind != VERDICT_ASK_OFFICE) {
        counter_notice(c, "decision.not-allowed", "");
    } else if (!answers_contradict(c) && answers_record(c)) {
        c->view.ui.list[SCREEN_DECISION] = (struct widgets_list){0};
        counter_push(c, SCREEN_DECISION);
    }
}

static void verdict_act(struct counter *c, struct request request)
{
    switch (request.act) {
    case ACT_DECISION:
        open_decision(c);
        break;
    case ACT_PARK:
        if (answers_record(c)) {
            park(c, c->view.verdict.kind == VERDICT_MISSING ? CASE_REASON_DOCUMENTS : CASE_REASON_CLERK);
        }
        break;
    case ACT_END:
        if (answers_record(c)) {
            end_case(c);
        }
        break;
    default:
        break;
    }
}

static void decision_act(struct counter *c, struct request request)
{
    const struct widgets_field *fields = c->view.ui.decision;
    struct case_decision decision = {.who = ""};
    if (request.act != ACT_GO) {
        return;
    }
    if (fields[0].length == 0 || fields[3].length == 0) {
        counter_notice(c, "decision.needed", "");
        return;
    }
    if (!case_text_allowed(fields[0].text, sizeof decision.who) ||
        !case_text_allowed(fields[1].text, sizeof decision.function) ||
        fields[2].length >= sizeof decision.phone || !case_text_allowed(fields[3].text, sizeof decision.why)) {
        counter_notice(c, "decision.text", "");
        return;
    }
    memcpy(decision.who, fields[0].text, fields[0].length);
    memcpy(decision.function, fields[1].text, fields[1].length);
    memcpy(decision.phone, fields[2].text, fields[2].length);
    memcpy(decision.why, fields[3].text, fields[3].length);
    if (counter_did(c, desk_decide(c->desk, &decision, counter_now(c)))) {
        counter_back_to(c, SCREEN_DOCUMENTS);
        answers_open_plan(c);
    }
}

/* --- plan, operation, result ------------------------------------------------------------------- */

static void start_plan(struct counter *c)
{
    struct screen_view *view = &c->view;
    if (view->plan.step_count == 0) {
        if (view->verdict.kind == VERDICT_FIRST_VISIT) {
            park(c, CASE_REASON_SECOND_VISIT);
        } else if (counter_did(c, desk_plan(c->desk, &view->plan, counter_now(c)))) {
            close_with(c, finish, CASE_REASON_NONE);
        }
        return;
    }
    if (counter_did(c, desk_plan(c->desk, &view->plan, counter_now(c)))) {
        step(c, false);
    }
}

static void plan_act(struct counter *c, struct request request)
{
    if (request.act == ACT_GO) {
        start_plan(c);
    } else if (request.act == ACT_PARK) {
        park(c, CASE_REASON_CLERK);
    }
}

static void insist_act(struct counter *c, struct request request)
{
    if (request.act == ACT_GO) {
        counter_back(c);
        step(c, true);
    }
}

static void give_up_act(struct counter *c, struct request request)
{
    if (request.act == ACT_GO) {
        close_with(c, give_up, CASE_REASON_CLERK);
    }
}

/* A change that nobody can prove any more is judged again as a reset. */
static void go_on_as_reset(struct counter *c)
{
    c->view.situation.procedure = PROCEDURE_RESET;
    case_judge(c);
    counter_back_to(c, SCREEN_DOCUMENTS);
}

/* A PIN that the pad does not take is typed on the resident's terminal, as the message says. False: not planned so. */
static bool leave_pad(struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    int next = case_next_step(&desk->file);
    const struct case_step *refused = &desk->file.steps[next];
    enum card_code code = (enum card_code)refused->outcome.code;
    if (refused->state != CASE_STEP_IS_NOT_DONE || refused->plan.way != CASE_BY_PAD ||
        (code != CARD_NO_PAD && code != CARD_PAD_BLOCKED && code != CARD_PAD_STRUCTURE)) {
        return true;
    }
    struct case_plan *plan = &c->view.plan;
    *plan = desk->file.plan;
    for (size_t i = (size_t)next; i < plan->step_count; i++) {
        plan->steps[i].way = plan->steps[i].pin == refused->plan.pin ? CASE_BY_TERMINAL : plan->steps[i].way;
    }
    return counter_did(c, desk_plan(c->desk, plan, counter_now(c)));
}

static bool goes_on_with_card(const struct desk_view *desk)
{
    int next = case_next_step(&desk->file);
    return desk->cure != DESK_CURE_RESET && next >= 0 &&
           !case_at_authority((enum case_kind)desk->file.steps[next].plan.kind);
}

static void go_on(struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    c->view.refused = DESK_OK;
    if (reads_card(c) && goes_on_with_card(desk)) {
        c->go_when_read = true;
        c->go_with = desk->cure;
        return;
    }
    switch (desk->cure) {
    case DESK_CURE_ASK:
        if (counter_did(c, desk_settle(c->desk, counter_now(c)))) {
            counter_replace(c, SCREEN_OPERATION);
        }
        return;
    case DESK_CURE_RESET:
        go_on_as_reset(c);
        return;
    case DESK_CURE_NONE:
        if (case_next_step(&desk->file) < 0) {
            close_with(c, finish, CASE_REASON_NONE);
            return;
        }
        if (!leave_pad(c)) {
            return;
        }
        break;
    case DESK_CURE_REPEAT:
    case DESK_CURE_PROVE:
        break;
    }
    step(c, false);
}

static void result_act(struct counter *c, struct request request)
{
    if (request.act == ACT_GO) {
        go_on(c);
    } else if (request.act == ACT_PARK) {
        park(c, case_parking_reason(c->view.desk));
    } else if (request.act == ACT_END) {
        end_case(c);
    }
}

static void slip_act(struct counter *c, struct request request)
{
    if (request.act == ACT_GO) {
        counter_home(c);
    } else if (request.act == ACT_PRINT) {
        counter_print(c);
    }
}

static void cases_act(struct counter *c, struct request request)
{
    struct screen_view *view = &c->view;
    if (request.act != ACT_GO || request.number >= view->case_count) {
        return;
    }
    if (!counter_did(c, desk_resume(c->desk, view->cases[request.number].id, counter_now(c)))) {
        return;
    }
    case_restore(c, &view->desk->file);
    c->unrecorded = !view->desk->file.judged;
    view->step = case_next_step(&view->desk->file);
    view->refused = DESK_OK;
    c->depth = 1;
    counter_push(c, SCREEN_CARD);
    if (view->desk->file.planned) {
        counter_push(c, SCREEN_DOCUMENTS);
        counter_push(c, SCREEN_RESULT);
    }
}

/* --- every screen ------------------------------------------------------------------------------ */

static void (*const acts[SCREENS])(struct counter *c, struct request request) = {
    [SCREEN_DESK] = reception_desk,     [SCREEN_PRESENTER] = reception_presenter, [SCREEN_RECEPTION] = reception_time,
    [SCREEN_CARD] = card_act,           [SCREEN_FACTS] = answers_facts,         [SCREEN_DOCUMENTS] = answers_documents,
    [SCREEN_ATTRIBUTES] = answers_attributes, [SCREEN_VERDICT] = verdict_act,   [SCREEN_DECISION] = decision_act,
    [SCREEN_PLAN] = plan_act,           [SCREEN_INSIST] = insist_act,       [SCREEN_RESULT] = result_act,
    [SCREEN_GIVE_UP] = give_up_act,
    [SCREEN_SLIP] = slip_act,           [SCREEN_CASES] = cases_act,
};

static void go_back(struct counter *c)
{
    enum screen_id id = counter_screen(c);
    if (id == SCREEN_OPERATION) {
        counter_notice(c, operation_no_back(&c->view), "");
        return;
    }
    /* Nothing has been done for this person yet: the case is given up. */
    if (id == SCREEN_PRESENTER && c->view.desk->case_open && !counter_did(c, desk_finish(c->desk, counter_now(c)))) {
        return;
    }
    c->view.ui.typing = false;
    counter_back(c);
}

void acts_do(struct counter *c, struct request request)
{
    enum screen_id id = counter_screen(c);
    switch (request.act) {
    case ACT_NONE:
        return;
    case ACT_BACK:
        go_back(c);
        return;
    case ACT_HELP:
        c->view.ui.help_for = id;
        counter_push(c, SCREEN_HELP);
        return;
    default:
        break;
    }
    if (id == SCREEN_FAULTS && request.act == ACT_QUIT) {
        c->ended = true;
    } else if (acts[id] != NULL) {
        acts[id](c, request);
    }
}

/* Put in while its case is open: read with its certificate too, as a card that lay there before is. */
static void follow_card(struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    bool there = desk->presence == CARD_IN_READER;
    c->read_wanted |= there && !c->had_card && desk->case_open && !desk->file.planned;
    c->had_card = there;
}

static void follow_reading(struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    bool idle = desk->doing == DESK_IDLE;
    bool whole = desk->card_known &&
                 (desk->card.certificates[CARD_CERTIFICATE_AUTH] != CARD_YES || desk->card.auth_until != 0);
    if (c->read_wanted && idle && (whole || desk->presence != CARD_IN_READER || read_card(c))) {
        c->read_wanted = false;
    }
    if (c->was_doing == DESK_READING && idle && desk->case_open && desk->card_known && !desk->file.planned) {
        case_take_card(c);
    }
    if (c->go_when_read && !c->read_wanted && desk->doing == DESK_IDLE) {
        c->go_when_read = false;
        if (counter_screen(c) == SCREEN_CARD && desk->card_known) {
            leave_card(c);
        } else if (counter_screen(c) == SCREEN_RESULT && desk->cure == c->go_with) {
            /* The card as read may call for another act than the one that the clerk has seen. */
            go_on(c);
        }
    }
}

/* The resident's terminal or the pad has come or gone: which PINs can be typed is another question now. */
static void follow_ways(struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    bool terminal = (desk->resident & CARD_RESIDENT_CONNECTED) != 0;
    if ((terminal != c->had_terminal || desk->pad != c->had_pad) && desk->case_open && !desk->file.planned) {
        case_judge(c);
    }
    c->had_terminal = terminal;
    c->had_pad = desk->pad;
}

/* A certificate's steps follow one another while nobody has to type, to look or to confirm. */
static bool goes_on_by_itself(const struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    int next = desk->case_open ? case_next_step(&desk->file) : -1;
    bool done = c->view.step >= 0 && desk->file.steps[c->view.step].state == CASE_STEP_IS_DONE;
    if (next < 0 || !done || desk->cure != DESK_CURE_NONE || desk->pin_first) {
        return false;
    }
    const struct case_plan_step *plan = &desk->file.steps[next].plan;
    bool confirms = plan->kind == CASE_INSTALL && plan->pin == CARD_CERTIFICATE_SIG;
    return plan->kind >= CASE_KEEP && !confirms;
}

void acts_follow(struct counter *c)
{
    const struct desk_view *desk = c->view.desk;
    if (c->desk == NULL) {
        return;
    }
    follow_ways(c);
    follow_card(c);
    follow_reading(c);
    bool running = desk->doing > DESK_READING;
    if (desk->case_open) {
        memcpy(c->view.certificates, desk->certificates, sizeof c->view.certificates);
    }
    bool goes_on = goes_on_by_itself(c);
    if (counter_screen(c) == SCREEN_OPERATION && !running && !(goes_on && (desk->card_coming || desk->doing != DESK_IDLE))) {
        counter_replace(c, SCREEN_RESULT);
        if (goes_on) {
            step(c, false);
        }
    }
    c->was_doing = desk->doing;
}
