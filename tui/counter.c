#include "tui/counter.h"
#include "tui/counter_start.h"
#include "tui/counter_state.h"
#include "tui/screens/messages.h"
#include "tui/screens/parts.h"
#include "tui/term/term.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t counter_now(const struct counter *c)
{
    return c->options.clock_stands ? c->options.clock_at : (int64_t)time(NULL) + c->clock_ahead;
}

/* --- the stack of screens ---------------------------------------------------------------------- */

enum screen_id counter_screen(const struct counter *c)
{
    return c->stack[c->depth - 1];
}

static void come_up(struct counter *c)
{
    c->fresh = screens[counter_screen(c)].fresh;
}

/* A screen that comes up shows its text from the start. */
static void put_on_top(struct counter *c, enum screen_id id)
{
    c->stack[c->depth - 1] = id;
    if (screens[id].flow != NULL) {
        c->view.ui.list[id] = (struct widgets_list){0};
    }
    come_up(c);
}

void counter_push(struct counter *c, enum screen_id id)
{
    if (c->depth < COUNTER_DEPTH) {
        c->depth++;
    }
    put_on_top(c, id);
}

void counter_replace(struct counter *c, enum screen_id id)
{
    put_on_top(c, id);
}

void counter_back(struct counter *c)
{
    c->depth -= c->depth > 1;
    come_up(c);
}

void counter_back_to(struct counter *c, enum screen_id id)
{
    while (c->depth > 1 && counter_screen(c) != id) {
        c->depth--;
    }
    if (counter_screen(c) != id) {
        c->stack[c->depth++] = id;
    }
    come_up(c);
}

void counter_home(struct counter *c)
{
    struct screen_view *view = &c->view;
    int8_t office = view->situation.office;
    situation_clear(&view->situation);
    view->situation.office = office;
    view->situation.at = view->clock;
    view->slip = (struct case_file){.state = CASE_NONE};
    view->presenter_count = 0;
    c->depth = 1;
    come_up(c);
}

void counter_notice(struct counter *c, const char *id, const char *first)
{
    c->view.notice.id = id;
    snprintf(c->view.notice.first, sizeof c->view.notice.first, "%s", first);
}

bool counter_did(struct counter *c, enum desk_fault fault)
{
    const struct desk_view *desk = c->view.desk;
    if (fault == DESK_OK) {
        return true;
    }
    const struct message *message = fault == DESK_LEDGER         ? message_of_ledger(desk->ledger)
                                    : fault == DESK_CARD_PROCESS ? message_of_card(desk->link)
                                                                 : message_of_desk(fault);
    counter_notice(c, message->happened, "");
    return false;
}

/* --- one turn of the loop ---------------------------------------------------------------------- */

static void look_at_clock(struct counter *c)
{
    struct screen_view *view = &c->view;
    view->now = counter_now(c);
    struct moment clock = moment_of(view->now);
    bool changed = moment_compare(clock, view->clock) != 0;
    view->clock = clock;
    if (c->city == NULL || counter_screen(c) != SCREEN_DESK) {
        return;
    }
    if (changed) {
        view->situation.at = clock;
    }
    struct hours_query query = {.office = view->situation.office > 0 ? (unsigned)view->situation.office : 0,
                                .procedure = (unsigned)view->ui.list[SCREEN_DESK].at,
                                .presenter = PRESENTER_RESIDENT,
                                .at = clock};
    view->hours = hours_judge(&c->city->profile.hours, &c->city->national.holidays, &query);
}

static void show(struct counter *c)
{
    if (c->fresh) {
        /* Only keys typed by somebody who can see this screen count on it. */
        term_forget_typed();
        c->fresh = false;
    }
    c->view.rows = term_canvas()->rows;
    c->view.columns = term_canvas()->columns;
    screen_draw(counter_screen(c), term_canvas(), &c->view);
    term_show();
}

/* Milliseconds until something is due: a key's delay, the desk, the second at the pad, the next minute. */
static int wait_limit(const struct counter *c)
{
    enum { SECOND = 1000, MINUTE = 60 };
    int limit = (int)(MINUTE - c->view.now % MINUTE) * SECOND;
    int desk = c->desk != NULL ? desk_wait(c->desk, counter_now(c)) : -1;
    int key = c->lost || c->go_when_read ? -1 : term_wait();
    if (desk >= 0 && desk * SECOND < limit) {
        limit = desk * SECOND;
    }
    if (c->view.desk->at_pad_since != 0 && limit > SECOND) {
        limit = SECOND;
    }
    return key >= 0 && key < limit ? key : limit;
}

/* True: the terminal has something that must not wait. */
static bool wait(const struct counter *c)
{
    bool held = c->lost || c->go_when_read;
    struct pollfd fds[] = {{.fd = held ? -1 : term_fd(), .events = POLLIN},
                           {.fd = c->lost ? -1 : term_signal_fd(), .events = POLLIN},
                           {.fd = c->desk != NULL ? desk_fd(c->desk) : -1, .events = POLLIN}};
    poll(fds, sizeof fds / sizeof *fds, wait_limit(c));
    return !held || fds[1].revents != 0;
}

static void take_key(struct counter *c, const struct key *key)
{
    if (key->code == KEYS_CONTROL && key->rune == 'L') {
        term_repaint();
        return;
    }
    enum screen_id before = counter_screen(c);
    acts_do(c, screen_key(before, &c->view, key));
    acts_follow(c);
}

static void take_events(struct counter *c)
{
    struct key key;
    /* Keys typed ahead of a card that is being read stay where they are until it is. */
    do {
        switch (term_event(&key)) {
        case TERM_KEY:
            view_desk(c);
            take_key(c, &key);
            break;
        case TERM_RESIZED:
            return;
        case TERM_LOST:
        case TERM_ENDED:
            c->lost = true;
            return;
        case TERM_NOTHING:
            return;
        }
    } while (!c->ended && !c->lost && !c->fresh && !c->go_when_read);
}

static void pump(struct counter *c)
{
    if (c->desk != NULL) {
        desk_pump(c->desk, counter_now(c));
    }
    view_desk(c);
    acts_follow(c);
}

/* A moment for the card process to come up, so that the first screen already says whether this is practice. */
static void await_desk(struct counter *c)
{
    enum { TURNS = 10, TURN_MS = 100 };
    for (int i = 0; i < TURNS && c->desk != NULL && c->view.desk->doing == DESK_OPENING; i++) {
        struct pollfd fd = {.fd = desk_fd(c->desk), .events = POLLIN};
        poll(&fd, 1, TURN_MS);
        pump(c);
    }
}

static void run(struct counter *c)
{
    pump(c);
    await_desk(c);
    while (!c->ended && !c->lost) {
        look_at_clock(c);
        pump(c);
        show(c);
        bool heard = wait(c);
        pump(c);
        /* A screen that has come up on the desk's news is shown before a key counts on it. */
        if (!c->fresh && (heard || !c->go_when_read)) {
            take_events(c);
        }
    }
}

/* Nobody sees the screen any more: what is under way is brought to its end. */
static void run_down(struct counter *c)
{
    if (c->desk == NULL || !c->lost) {
        return;
    }
    desk_hang_up(c->desk, counter_now(c));
    while (!desk_view(c->desk)->hung_up) {
        wait(c);
        desk_pump(c->desk, counter_now(c));
    }
}

int counter_main(int argc, char *argv[])
{
    static struct counter c;
    setlocale(LC_ALL, "");
    /* A file at its limit is a full disk: told, not died of. */
    signal(SIGXFSZ, SIG_IGN);
    int code = counter_start(&c, argc, argv);
    if (code < 0) {
        run(&c);
        term_close();
        run_down(&c);
        code = counter_screen(&c) == SCREEN_FAULTS ? 2 : c.lost ? 1 : 0;
    }
    counter_end(&c);
    return code;
}
