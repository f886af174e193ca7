#include "tui/counter_state.h"
#include "forms/rules/spoken_date.h"
#include "tui/screens/parts.h"

#include <stdio.h>
#include <string.h>

/* --- facts ------------------------------------------------------------------------------------- */

static const char *const date_faults[DATE_FAULTS] = {
    [DATE_EMPTY] = "date.empty",
    [DATE_NOT_A_DATE] = "date.not-a-date",
    [DATE_ERA_MISSING] = "date.era-missing",
    [DATE_ERA_UNKNOWN] = "date.era-unknown",
    [DATE_BEFORE_ERA] = "date.before-era",
    [DATE_AFTER_ERA] = "date.after-era",
    [DATE_NO_SUCH_MONTH] = "date.no-such-month",
    [DATE_NO_SUCH_DAY] = "date.no-such-day",
    [DATE_OUT_OF_RANGE] = "date.out-of-range",
    [DATE_NO_SUCH_TIME] = "date.no-such-time",
};

/* "2026-11-22 9:05": a moment is a spoken date, a blank and a spoken time. */
static enum date_fault parse_typed(const char *text, enum question_kind kind, struct moment *out)
{
    char date[WIDGETS_FIELD_MAX];
    const char *blank = kind == QUESTION_MOMENT ? strrchr(text, ' ') : NULL;
    out->minute = MOMENT_NO_TIME;
    snprintf(date, sizeof date, "%.*s", blank != NULL ? (int)(blank - text) : (int)strlen(text), text);
    enum date_fault fault = spoken_date_parse(date, &out->date);
    return fault == DATE_OK && blank != NULL ? spoken_time_parse(blank + 1, &out->minute) : fault;
}

/* Reads the open field. An empty one takes the answer back. False: nonsense, told in place. */
static bool take_typed(struct counter *c, const struct question *question, struct moment *out)
{
    struct screen_ui *ui = &c->view.ui;
    *out = (struct moment){.minute = MOMENT_NO_TIME};
    enum date_fault fault = ui->field.length == 0 ? DATE_OK : parse_typed(ui->field.text, question->kind, out);
    if (fault != DATE_OK) {
        counter_notice(c, date_faults[fault], "");
        return false;
    }
    ui->typing = false;
    return true;
}

static bool is_typed(const struct question *question)
{
    return question->kind == QUESTION_DATE || question->kind == QUESTION_MOMENT;
}

static void state_fact(struct counter *c, int row)
{
    struct screen_view *view = &c->view;
    struct questions questions;
    facts_questions(view, &questions);
    const struct question *question = &questions.at[row];
    struct stated *stated = &view->situation.fact[question->subject];
    struct moment when;
    if (is_typed(question)) {
        if (take_typed(c, question, &when)) {
            *stated = (struct stated){.known = date_valid(when.date), .when = when};
        }
    } else {
        *stated = (struct stated){.known = view->ui.value != QUESTION_UNSTATED, .value = view->ui.value};
    }
    case_judge(c);
}

bool answers_contradict(struct counter *c)
{
    struct contradiction contradiction = situation_contradiction(&c->view.situation);
    if (contradiction.fact == FACT_NONE) {
        return false;
    }
    counter_notice(c, "facts.contradiction", fact_name(&c->view, contradiction.fact));
    return true;
}

void answers_show_documents(struct counter *c)
{
    case_show_card(c);
    documents_open(&c->view);
    counter_push(c, SCREEN_DOCUMENTS);
}

void answers_facts(struct counter *c, struct request request)
{
    struct screen_ui *ui = &c->view.ui;
    int row = ui->list[SCREEN_FACTS].at;
    if (request.act == ACT_STATE) {
        bool was_typing = ui->typing;
        state_fact(c, request.number);
        struct questions questions;
        facts_questions(&c->view, &questions);
        bool moved = was_typing && !ui->typing && row + 1 < questions.count;
        ui->list[SCREEN_FACTS].at += moved;
    } else if (request.act == ACT_GO && !answers_contradict(c)) {
        counter_back(c);
        if (counter_screen(c) == SCREEN_CARD) {
            answers_show_documents(c);
        }
    }
}

/* --- documents --------------------------------------------------------------------------------- */

static bool open_attributes(struct counter *c, int row)
{
    if (row < 0 || c->view.asks.document[row].attributes == 0) {
        return false;
    }
    c->view.attributes_of = row;
    c->view.ui.list[SCREEN_ATTRIBUTES] = (struct widgets_list){0};
    c->view.ui.typing = false;
    counter_push(c, SCREEN_ATTRIBUTES);
    return true;
}

/* The verdict waits for something about this document. */
static bool needs_attributes(const struct counter *c, uint8_t document)
{
    const struct verdict *verdict = &c->view.verdict;
    for (int i = 0; i < verdict->missing_count; i++) {
        if (verdict->missing[i].attributes != 0 && (verdict->missing[i].any_of & UINT64_C(1) << document) != 0) {
            return true;
        }
    }
    return false;
}

static int row_of_document(const struct counter *c, struct ask_document wanted)
{
    for (int i = 0; i < c->view.asks.document_count; i++) {
        const struct ask_document *ask = &c->view.asks.document[i];
        if (ask->document == wanted.document && ask->holder == wanted.holder) {
            return i;
        }
    }
    return -1;
}

static void tick_document(struct counter *c, int row)
{
    if (row < 0 || row >= c->view.asks.document_count) {
        return;
    }
    struct ask_document ask = c->view.asks.document[row];
    if (case_toggle_document(c, row) && needs_attributes(c, ask.document)) {
        open_attributes(c, row_of_document(c, ask));
    }
}

bool answers_record(struct counter *c)
{
    struct case_judgement judgement;
    if (!c->unrecorded) {
        return true;
    }
    case_judgement(c, &judgement);
    if (!counter_did(c, desk_judge(c->desk, &judgement, counter_now(c)))) {
        return false;
    }
    c->unrecorded = false;
    return true;
}

void answers_open_plan(struct counter *c)
{
    case_plan(c, &c->view.plan);
    c->view.step = -1;
    counter_push(c, SCREEN_PLAN);
}

static void leave_documents(struct counter *c)
{
    if (answers_contradict(c) || !answers_record(c)) {
        return;
    }
    if (case_enough(&c->view.desk->file)) {
        answers_open_plan(c);
    } else {
        counter_push(c, SCREEN_VERDICT);
    }
}

void answers_documents(struct counter *c, struct request request)
{
    switch (request.act) {
    case ACT_TICK:
        tick_document(c, request.number);
        break;
    case ACT_ATTRIBUTES:
        if (request.number < 0 || case_shown(c, request.number) == NULL) {
            counter_notice(c, "attributes.not-shown", "");
        } else if (!open_attributes(c, request.number)) {
            counter_notice(c, "attributes.nothing", "");
        }
        break;
    case ACT_VERDICT:
        counter_push(c, SCREEN_VERDICT);
        break;
    case ACT_FACTS:
        c->view.ui.typing = false;
        counter_push(c, SCREEN_FACTS);
        break;
    case ACT_GO:
        leave_documents(c);
        break;
    default:
        break;
    }
}

static void set_bit(uint16_t *bits, unsigned bit, bool on)
{
    *bits = (uint16_t)(on ? *bits | 1U << bit : *bits & ~(1U << bit));
}

static void set_attribute(struct shown *shown, const struct question *question, uint8_t value, struct date date)
{
    switch (question->subject) {
    case ATTRIBUTE_ISSUED:
        shown->issued = date;
        break;
    case ATTRIBUTE_EXPIRES:
        shown->expires = date;
        break;
    case ATTRIBUTE_SHOWS:
        shown->shows = (uint8_t)(value ? shown->shows | 1U << question->detail : shown->shows & ~(1U << question->detail));
        break;
    case ATTRIBUTE_FAULT:
        set_bit(&shown->faults, question->detail, value != 0);
        break;
    case ATTRIBUTE_FROM:
        shown->from = value == QUESTION_UNSTATED ? FROM_UNSTATED : value;
        break;
    default:
        set_bit(&shown->yes, question->subject, value == FACT_YES);
        set_bit(&shown->no, question->subject, value == FACT_NO);
        break;
    }
}

void answers_attributes(struct counter *c, struct request request)
{
    struct questions questions;
    struct moment when = {.minute = MOMENT_NO_TIME};
    attributes_questions(&c->view, &questions);
    if (request.act == ACT_GO) {
        counter_back(c);
    }
    if (request.act != ACT_STATE || request.number >= questions.count) {
        return;
    }
    const struct question *question = &questions.at[request.number];
    struct ask_document ask = c->view.asks.document[c->view.attributes_of];
    struct shown *shown = case_shown(c, c->view.attributes_of);
    if (shown == NULL || (is_typed(question) && !take_typed(c, question, &when))) {
        return;
    }
    set_attribute(shown, question, c->view.ui.value, when.date);
    case_judge(c);
    c->view.attributes_of = row_of_document(c, ask);
}
