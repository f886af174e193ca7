#include "tests/lib/conduct.h"

#include "tests/lib/case_samples.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_MS = 30000, TURNS_MAX = 3000, ACTS_MAX = 100 };

static void into(const struct conduct *c)
{
    if (c->into)
        c->into();
}

static void out_of(const struct conduct *c)
{
    if (c->out_of)
        c->out_of();
}

/* Calls the product and keeps its answer. */
#define OURS(c, result, call) (into(c), (result) = (call), out_of(c))

/* --- beginning and end --- */

static const char *take_up(struct conduct *c)
{
    const unsigned waiting = 1u << CASE_PARKED | 1u << CASE_UNSETTLED;
    struct ledger_entry entry;
    size_t count;
    enum desk_fault fault = DESK_OK;

    if (ledger_list(c->ledger, waiting, &entry, 1, &count) != LEDGER_OK)
        return "the ledger cannot be read";
    if (count > 0)
        OURS(c, fault, desk_resume(c->desk, entry.id, c->now));
    return fault == DESK_OK ? NULL : "the case cannot be taken up";
}

const char *conduct_open(struct conduct *c)
{
    enum ledger_fault opened;
    enum desk_fault fault;

    OURS(c, opened, ledger_open_sqlite(&c->ledger, c->ledger_path, NULL));
    if (opened != LEDGER_OK)
        return "the ledger cannot be opened";
    c->settings.ledger = c->ledger;
    OURS(c, fault, desk_open(&c->desk, &c->settings, c->now));
    if (fault != DESK_OK)
        return "the desk cannot be opened";
    c->view = desk_view(c->desk);
    return take_up(c);
}

void conduct_close(struct conduct *c)
{
    into(c);
    desk_close(&c->desk, c->now);
    if (c->ledger)
        ledger_close(&c->ledger);
    out_of(c);
}

/* --- the loop of a program --- */

static void pump(struct conduct *c)
{
    into(c);
    desk_pump(c->desk, c->now);
    out_of(c);
}

static bool at_rest(const struct conduct *c)
{
    return c->view->doing == DESK_IDLE && c->view->link == CARD_OK &&
           c->view->presence == CARD_IN_READER &&
           (!c->resident || (c->view->resident & CARD_RESIDENT_CONNECTED) != 0);
}

/* False: what must come does not. */
static bool take_turn(struct conduct *c)
{
    const struct timespec moment = {.tv_nsec = 2 * 1000 * 1000};
    struct pollfd fd = {.fd = desk_fd(c->desk), .events = POLLIN};
    bool waits = c->view->doing != DESK_IDLE || c->expecting;

    if (!waits && desk_wait(c->desk, c->now) > 0) {
        c->now += desk_wait(c->desk, c->now);
        nanosleep(&moment, NULL);
    } else if (poll(&fd, 1, waits ? REPLY_MS : 10) == 0 && waits) {
        return false;
    }
    pump(c);
    return true;
}

const char *conduct_rest(struct conduct *c)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        const char *wrong = NULL;

        pump(c);
        c->expecting = false;
        if (c->turn)
            wrong = c->turn(c);
        if (wrong || c->over || at_rest(c))
            return wrong;
        if (!take_turn(c))
            return "no reply";
    }
    return "never at rest";
}

static bool may_be_tried_again(const struct conduct *c, enum desk_fault fault)
{
    return fault == DESK_OK || fault == DESK_BUSY || fault == DESK_CARD_PROCESS ||
           fault == DESK_NO_CARD || (fault == DESK_LEDGER && c->into);
}

const char *conduct_case(struct conduct *c)
{
    bool had_case = c->view->case_open;

    for (int i = 0; i < ACTS_MAX; i++) {
        const char *wrong = conduct_rest(c);
        enum desk_fault fault;

        if (!wrong && !c->over)
            wrong = c->compare(c);
        if (wrong || c->over)
            return wrong;
        memcpy(c->case_id, c->view->file.id, sizeof c->case_id);
        fault = c->act(c);
        if (!may_be_tried_again(c, fault))
            return "an act is refused";
        if (fault == DESK_BUSY && !take_turn(c))
            return "no reply";
        pump(c);
        had_case = had_case || c->view->case_open;
        if (had_case && !c->view->case_open)
            return NULL;
    }
    return "it does not come to an end";
}

const char *conduct_in_child(struct conduct *c)
{
    int status;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        const char *wrong = conduct_open(c);

        if (!wrong)
            wrong = conduct_case(c);
        if (wrong)
            printf("# %s\n", wrong);
        fflush(stdout);
        conduct_close(c);
        _exit(wrong ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return "no child";
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL ? NULL : "the desk crashed";
    return WEXITSTATUS(status) == 0 ? NULL : "the first desk went wrong";
}

/* --- what is said --- */

const char *conduct_compare_ledger(struct conduct *c)
{
    static struct case_file file;

    if (!c->view->case_open)
        return NULL;
    if (ledger_read_case(c->ledger, c->view->file.id, &file) != LEDGER_OK)
        return "the ledger does not have the case";
    return memcmp(&file, &c->view->file, sizeof file) == 0 ? NULL
                                                           : "the ledger says something else";
}

const char *conduct_look_at_the_end(struct conduct *c, struct case_file *file)
{
    struct ledger_end end;

    if (ledger_verify(c->ledger, &end) != LEDGER_OK ||
        ledger_read_case(c->ledger, c->case_id, file) != LEDGER_OK)
        return "the ledger is not sound";
    for (unsigned i = 0; i < file->plan.step_count; i++)
        if (file->steps[i].state != CASE_STEP_IS_DONE)
            return "the ledger says of a step that it is not done";
    return file->state == CASE_DONE ? NULL : "the ledger does not say done";
}

/* --- a visit about PINs --- */

static bool judged_as_reset(const struct conduct *c)
{
    return strcmp(c->view->file.judgement.procedure, "reset") == 0;
}

static enum desk_fault judge(struct conduct *c, const struct conduct_visit *visit, bool as_reset)
{
    struct case_judgement judgement =
        sample_judgement(as_reset ? "reset" : visit->procedure, "accept");
    enum desk_fault fault;

    judgement.pins = 0;
    for (unsigned i = 0; i < visit->step_count; i++)
        judgement.pins |= (uint8_t)(1u << visit->steps[i].pin);
    OURS(c, fault, desk_judge(c->desk, &judgement, c->now));
    return fault;
}

/* What is done stays as it was done; the rest is as judged. */
static enum desk_fault plan(struct conduct *c, const struct conduct_visit *visit)
{
    const struct case_file *file = &c->view->file;
    struct case_plan plan = {.step_count = (uint8_t)visit->step_count};
    enum desk_fault fault;

    for (unsigned i = 0; i < visit->step_count; i++) {
        bool done = file->planned && file->steps[i].state == CASE_STEP_IS_DONE;

        plan.steps[i] = visit->steps[i];
        if (judged_as_reset(c) && !done)
            plan.steps[i].kind = CASE_RESET;
    }
    OURS(c, fault, desk_plan(c->desk, &plan, c->now));
    return fault;
}

static bool tries_told(const struct conduct *c, const struct case_plan_step *step)
{
    const struct card_pin_facts *facts = &c->view->card.pins[step->pin];

    for (unsigned i = 0; i < facts->place_count; i++)
        if (facts->tries[i] < 0)
            return false;
    return facts->place_count > 0;
}

static enum desk_fault read_card(struct conduct *c)
{
    enum desk_fault fault;

    OURS(c, fault, desk_read_card(c->desk, false, c->now));
    return fault;
}

static enum desk_fault step(struct conduct *c, const struct conduct_visit *visit)
{
    const struct case_step *next = &c->view->file.steps[case_next_step(&c->view->file)];
    bool told = tries_told(c, &next->plan);
    enum desk_fault fault;

    if (visit->prepare)
        visit->prepare(next, c->view->cure == DESK_CURE_PROVE);
    OURS(c, fault, desk_step(c->desk, false, c->now));
    if (fault != DESK_SECOND_KEY)
        return fault;
    if (!told)
        return read_card(c);
    OURS(c, fault, desk_step(c->desk, true, c->now));
    return fault;
}

static enum desk_fault begin(struct conduct *c, const struct conduct_visit *visit)
{
    struct case_opening opening = sample_opening(visit->procedure);
    enum desk_fault fault;

    OURS(c, fault, desk_begin(c->desk, &opening, c->now));
    return fault;
}

static enum desk_fault settle_or_finish(struct conduct *c)
{
    enum desk_fault fault;

    if (c->view->cure == DESK_CURE_ASK) {
        c->settled++;
        OURS(c, fault, desk_settle(c->desk, c->now));
    } else {
        OURS(c, fault, desk_finish(c->desk, c->now));
    }
    return fault;
}

enum desk_fault conduct_visit_act(struct conduct *c, const struct conduct_visit *visit)
{
    const struct case_file *file = &c->view->file;
    bool as_reset = c->view->cure == DESK_CURE_RESET;

    if (!c->view->case_open)
        return begin(c, visit);
    if (!c->view->card_known && file->state != CASE_UNSETTLED)
        return read_card(c);
    if (!file->judged || (as_reset && !judged_as_reset(c)))
        return judge(c, visit, as_reset);
    if (!file->planned || as_reset)
        return plan(c, visit);
    if (c->view->cure == DESK_CURE_ASK || case_next_step(file) < 0)
        return settle_or_finish(c);
    return step(c, visit);
}
