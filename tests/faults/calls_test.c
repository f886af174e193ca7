/*
 * Every call of our own code that can fail (calls.def) fails once, in turn, through a whole
 * procedure by pad: desk, card process with the PC/SC filler, emulated card, SQLite ledger. At every
 * pause what the desk and the ledger say is compared with the card's own memory; no try is used that
 * the resident did not make; the case ends as done with the same programs.
 *
 * SOAK=1 fails every call. Without it, a reset has all but the hash updates of the ledger's seal
 * (hundreds, of two lines of code), a change those of the card process. FAULTS_ONLY=call: that alone.
 */
#include "cardops/practice/card_state.h"
#include "tests/faults/faults.h"
#include "tests/lib/card_rig.h"
#include "tests/lib/case_samples.h"
#include "tests/lib/conduct.h"
#include "tests/lib/place.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    WORKERS = 4,
    RUN_SECONDS = 60,
    PROCESS_MS = 8000,
    ROOM = 160,
    FULL_TRIES = 3,
    COMPLAINTS = 40,
};

static struct procedure {
    const char *word;
    enum case_kind kind;
    const char *card, *old_pin, *new_pin;
    const char *entries[2]; /* what the resident types for it */
    const char *proof;      /* and to prove that it was done */
} procedures[] = {
    {"reset", CASE_RESET, "locked", "5678", "2580", {"2580E2580E"}, "2580E"},
    {"change", CASE_CHANGE, "adult", "1234", "2580", {"1234E", "2580E2580E"}, "2580E"},
    {"check", CASE_VERIFY, "adult", "1234", "1234", {"1234E"}, "1234E"},
};

/* One call to fail, in one run. */
struct order {
    const struct procedure *procedure;
    size_t kind;
    unsigned mode, nth;
    enum faults_process process;
};

/* What all workers find. */
static struct found {
    atomic_uint next, runs, restarts, complaint_count;
    atomic_uint failed[128][FAULTS_PROCESSES];
    char complaints[COMPLAINTS][ROOM];
} *found;

static const struct procedure *procedure;
static char folder[PLACE_ROOM], ledger_path[96];
static struct faults_page *page;
static struct conduct clerk;
static bool restarted;
static int tries_before, wrong_entries;

/* --- the scene --- */

/* Everything that a run writes; in memory, so that the disk's own speed is no matter. */
static bool lay_out(void)
{
    static char program[PATH_MAX], shared[96];
    struct desk_settings *settings = &clerk.settings;
    struct card_settings *card = &settings->card;
    uint8_t key[16];

    if (!place_new(folder, "faults"))
        return false;
    snprintf(shared, sizeof shared, "%s/page", folder);
    snprintf(ledger_path, sizeof ledger_path, "%s/ledger.db", folder);
    page = faults_share(shared);
    if (!page)
        return false;
    snprintf(page->stand, sizeof page->stand, "%s/s", folder);
    snprintf(page->card, sizeof page->card, "cardops/practice/cards/%s.ini", procedure->card);
    *settings = (struct desk_settings){.card_program = program,
                                       .pcsc_socket = shared,
                                       .origin = sample_origin("w1"),
                                       .second_key_below = 1};
    card->use_pad = 1;
    card->entry_seconds = 20;
    card->resident_gid = UINT32_MAX;
    card->log_level = 2;
    strcpy(card->reader, "reader");
    strcpy(card->window, "1");
    snprintf(card->log, sizeof card->log, "%s/log", folder);
    snprintf(card->module_config, sizeof card->module_config, "%s/office.key", page->stand);
    snprintf(card->runtime, sizeof card->runtime, "%s/run", folder);
    rig_profile(&card->profile);
    return place_beside_program(program, sizeof program, "card_main") &&
           place_beside_program(card->module, sizeof card->module,
                                "../../practice-authority.so") &&
           practice_office_key(page->stand, key) == PRACTICE_OK;
}

static void type(const char *first, const char *second)
{
    page->entry_next = 0;
    strcpy(page->entries[0], first);
    strcpy(page->entries[1], second ? second : "");
    page->entry_count = second ? 2 : 1;
}

/* --- the truth --- */

struct truth {
    bool set, unset; /* the new PIN, the old one */
    int tries;
};

static struct truth look_at_the_card(void)
{
    struct truth truth = {.tries = -1};
    struct card_state state;
    char cards[ROOM];

    snprintf(cards, sizeof cards, "%s/cards/%s", page->stand, procedure->card);
    if (card_state_read(&state, cards) == PRACTICE_OK) {
        const struct card_secret *auth = &state.secrets[PRACTICE_PIN_AUTH];

        truth.set = strcmp(auth->value, procedure->new_pin) == 0;
        truth.unset = strcmp(auth->value, procedure->old_pin) == 0;
        truth.tries = auth->tries;
    }
    return truth;
}

static const char *compare_with_card(const struct desk_view *view)
{
    const struct case_step *step = &view->file.steps[0];
    int8_t shown = view->card.pins[CARD_PIN_AUTH].tries[0];
    struct truth truth = look_at_the_card();
    bool set = truth.set, unset = truth.unset, writes = procedure->kind != CASE_VERIFY;

    if (writes && set == unset)
        return "the card is neither as before nor as asked";
    if (truth.tries < tries_before - wrong_entries)
        return "a try was used that nobody made";
    if (!view->case_open || !view->file.planned)
        return writes && set ? "set without a plan" : NULL;
    if (view->card_known && shown >= 0 && shown != truth.tries)
        return "the tries shown are not the card's";
    switch (step->state) {
    case CASE_STEP_IS_DONE: return set ? NULL : "said to be done, is not";
    case CASE_STEP_IS_UNKNOWN:
        return view->cure == DESK_CURE_NONE ? "unknown, and nothing helps" : NULL;
    case CASE_STEP_IS_INTENDED:
        return view->ledger == LEDGER_OK ? "a step is under way, and the desk rests" : NULL;
    default: return writes && set ? "said not to be done, and is" : NULL;
    }
}

static const char *compare(struct conduct *c)
{
    const char *wrong = compare_with_card(c->view);

    return wrong ? wrong : conduct_compare_ledger(c);
}

/* --- the clerk --- */

/* Started anew, by a clerk whom the program has told what is wrong. */
static bool start_again(struct conduct *c)
{
    restarted = true;
    found->restarts++;
    conduct_close(c);
    return conduct_open(c) == NULL;
}

/* It says what is wrong and waits for a person. */
static bool is_stuck(const struct conduct *c)
{
    bool stuck = c->view->link != CARD_OK ? desk_wait(c->desk, c->now) < 0 : !c->view->pad;

    return stuck && page->fired && !restarted && c->view->doing == DESK_IDLE;
}

static const char *turn(struct conduct *c)
{
    return is_stuck(c) && !start_again(c) ? "the programs do not start again" : NULL;
}

/* The resident types the new PIN to prove it; where the card does not have it, that is a try. */
static void prove(void)
{
    type(procedure->proof, NULL);
    wrong_entries += !look_at_the_card().set;
}

static void prepare(const struct case_step *step, bool proof)
{
    if (proof)
        prove();
    else if (step->plan.kind == CASE_RESET)
        type(procedures[0].entries[0], NULL);
    else
        type(procedure->entries[0], procedure->entries[1]);
}

static enum desk_fault act(struct conduct *c)
{
    const struct conduct_visit visit = {
        .procedure = procedure->word,
        .steps = {{.kind = (uint8_t)procedure->kind, .pin = CARD_PIN_AUTH, .way = CASE_BY_PAD}},
        .step_count = 1,
        .prepare = prepare};

    return conduct_visit_act(c, &visit);
}

static const char *conduct(void)
{
    const char *wrong = conduct_open(&clerk);

    if (wrong && page->fired && start_again(&clerk))
        wrong = NULL;
    return wrong ? wrong : conduct_case(&clerk);
}

static const char *look_at_the_end(void)
{
    static struct case_file file;
    struct truth truth = look_at_the_card();

    if (!truth.set || truth.tries != FULL_TRIES)
        return "the case is closed, and the card is not as it says";
    return conduct_look_at_the_end(&clerk, &file);
}

/* Every card process that was started has come to an end by itself; but one whose start the desk
 * could not follow was killed by it. */
static const char *look_at_the_processes(const struct order *order)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    unsigned killed = order->process == FAULTS_DESK;

    for (int i = 0; i < PROCESS_MS && page->started > page->ended + killed; i++)
        nanosleep(&moment, NULL);
    if (page->started > page->ended + killed)
        return "a card process crashed, or does not end";
    return page->leaks ? "memory is lost" : NULL;
}

/* --- runs --- */

static void complain(const struct order *order, const char *what)
{
    unsigned at = found->complaint_count++;

    if (at < COMPLAINTS)
        snprintf(found->complaints[at], ROOM, "%s: %s, way %u, in the %s, call %u: %s",
                 order->procedure->word, faults_name(order->kind), order->mode,
                 order->process == FAULTS_DESK ? "desk" : "card process", order->nth, what);
}

enum { RAN_THROUGH, FIRED, WENT_WRONG };

/* In a child. */
static int run(const struct order *order)
{
    const char *wrong = "the scene cannot be laid out";

    alarm(RUN_SECONDS);
    procedure = order->procedure;
    tries_before = strcmp(procedure->card, "locked") == 0 ? 0 : FULL_TRIES;
    clerk = (struct conduct){.ledger_path = ledger_path,
                             .now = 1800000000,
                             .act = act,
                             .compare = compare,
                             .turn = turn,
                             .into = faults_resume,
                             .out_of = faults_pause};
    if (lay_out()) {
        faults_order(order->kind, order->mode, order->process, order->nth);
        wrong = conduct();
        if (!wrong)
            wrong = look_at_the_end();
        conduct_close(&clerk);
        if (!wrong)
            wrong = look_at_the_processes(order);
        faults_look_for_leaks();
        if (!wrong && page->leaks)
            wrong = "memory is lost";
    }
    if (wrong)
        complain(order, wrong);
    place_remove(folder);
    return wrong ? WENT_WRONG : page->fired ? FIRED : RAN_THROUGH;
}

static int run_in_child(const struct order *order)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        /* cmocka's handlers would go on with its tests here. */
        for (int sent = SIGILL; sent <= SIGSEGV; sent++)
            signal(sent, SIG_DFL);
        _exit(run(order));
    }
    found->runs++;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) > WENT_WRONG) {
        complain(order, child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM
                            ? "it hangs"
                            : "the desk crashed");
        return WENT_WRONG;
    }
    return WEXITSTATUS(status);
}

static void fail_each(struct order order)
{
    int outcome = FIRED;

    for (order.nth = 1; outcome != RAN_THROUGH && order.nth < 2000; order.nth++) {
        outcome = run_in_child(&order);
        if (outcome != RAN_THROUGH)
            found->failed[order.kind][order.process]++;
    }
}

static bool is_soak(void)
{
    return getenv("SOAK") != NULL;
}

static bool wanted(const struct order *order)
{
    const char *only = getenv("FAULTS_ONLY"), *name = faults_name(order->kind);

    if (only)
        return strcmp(only, name) == 0;
    return is_soak() || (strcmp(name, "EVP_DigestUpdate") != 0 &&
                         (order->procedure->kind == CASE_RESET || order->process == FAULTS_CARD));
}

/* Takes one kind, way and process after the other, until none is left. */
static void labour(const struct procedure *which)
{
    for (unsigned job; (job = found->next++) < faults_kinds * FAULTS_MODES * FAULTS_PROCESSES;) {
        struct order order = {.procedure = which,
                              .process = job % FAULTS_PROCESSES,
                              .mode = job / FAULTS_PROCESSES % FAULTS_MODES,
                              .kind = job / FAULTS_PROCESSES / FAULTS_MODES};

        if (order.mode < faults_modes(order.kind) && wanted(&order))
            fail_each(order);
    }
    _exit(0);
}

static void report(const char *word)
{
    unsigned all = 0;

    for (size_t kind = 0; kind < faults_kinds; kind++) {
        unsigned desk_calls = found->failed[kind][FAULTS_DESK];
        unsigned card_calls = found->failed[kind][FAULTS_CARD];

        all += desk_calls + card_calls;
        if (desk_calls + card_calls > 0)
            printf("# %-6s %-24s failed %4u times in the desk, %4u in the card process\n", word,
                   faults_name(kind), desk_calls, card_calls);
    }
    printf("# %s: %u calls failed once each, in %u runs; after %u the program was started again\n",
           word, all, (unsigned)found->runs, (unsigned)found->restarts);
    for (unsigned i = 0; i < found->complaint_count && i < COMPLAINTS; i++)
        printf("# %s\n", found->complaints[i]);
}

static void fail_everything(const struct procedure *which)
{
    pid_t workers[WORKERS];

    found = mmap(NULL, sizeof *found, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(found != MAP_FAILED && faults_kinds <= 128);
    fflush(stdout);
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        assert_true(workers[i] >= 0);
        if (workers[i] == 0)
            labour(which);
    }
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(waitpid(workers[i], NULL, 0), workers[i]);
    report(which->word);
    assert_true(found->runs > 0 && found->complaint_count == 0);
    munmap(found, sizeof *found);
}

static void test_a_procedure(void **state)
{
    fail_everything(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"a reset", test_a_procedure, NULL, NULL, &procedures[0]},
        {"a change", test_a_procedure, NULL, NULL, &procedures[1]},
        {"a check", test_a_procedure, NULL, NULL, &procedures[2]},
    };
    size_t count = is_soak() ? 3 : 2;

    faults_pause();
    return _cmocka_run_group_tests("calls that fail", tests, count, NULL, NULL);
}
