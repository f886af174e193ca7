/*
 * Nothing half done: a reset and a change by pad, cut at every command in every way, with the desk, the card
 * process's own loop, the emulated card and a real ledger. At every pause what the desk says is
 * compared with the card's own memory; the case must end as done, and only when the card holds the
 * new PIN.
 */
#include "cardops/practice/card_state.h"
#include "cardops/practice/emulated_reader.h"
#include "forms/desk/desk.h"
#include "tests/desk/cuts.h"
#include "tests/lib/card_rig.h"
#include "tests/lib/case_samples.h"

#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NEW_PIN "2580"
static const struct procedure {
    const char *word;
    enum case_kind kind;
    const char *card, *old_pin; /* of cardops/practice/cards */
    const char *entries;        /* what the resident types for it */
    unsigned attempts, settlings; /* at most, with one cut */
} procedures[] = {
    {"reset", CASE_RESET, "locked", "5678", NEW_PIN "E" NEW_PIN "E\n", 2, 1},
    {"change", CASE_CHANGE, "adult", "1234", "1234E\n" NEW_PIN "E" NEW_PIN "E\n", 3, 2},
};
static const struct procedure *procedure;

enum { REPLY_MS = 20000, TURNS_MAX = 3000, FULL_TRIES = 3 };

static char folder[64], stand[96], script[96], ledger_path[96], program[PATH_MAX];
static struct desk_settings settings;
static struct ledger *ledger;
static struct desk *desk;
static const struct desk_view *view;
static int64_t now = 1800000000;
static unsigned settled;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void beside_program(char *path, const char *name)
{
    char own[PATH_MAX] = "";

    assert_true(readlink("/proc/self/exe", own, sizeof own - 1) > 0);
    assert_true(snprintf(path, PATH_MAX, "%s/%s", dirname(own), name) < PATH_MAX);
}

static void lay_out(unsigned cut, unsigned nth)
{
    char module[PATH_MAX];
    uint8_t key[16];
    FILE *file;

    strcpy(folder, "/tmp/desk-cut-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(stand, sizeof stand, "%s/stand", folder);
    snprintf(script, sizeof script, "%s/script", folder);
    snprintf(ledger_path, sizeof ledger_path, "%s/ledger.db", folder);
    assert_int_equal(practice_office_key(stand, key), PRACTICE_OK);
    file = fopen(script, "we");
    assert_non_null(file);
    fprintf(file, "stand %s\ncard cardops/practice/cards/%s.ini\ncut %u %u\n", stand,
            procedure->card, cut, nth);
    assert_int_equal(fclose(file), 0);

    beside_program(program, "cut_card_main");
    beside_program(module, "../../practice-authority.so");
    settings = (struct desk_settings){
        .card_program = program, .origin = sample_origin("w1"), .second_key_below = 1};
    settings.card.use_pad = 1;
    settings.card.entry_seconds = 20;
    settings.card.resident_gid = UINT32_MAX;
    snprintf(settings.card.reader, sizeof settings.card.reader, "%s", script);
    assert_true(strlen(module) < sizeof settings.card.module);
    strcpy(settings.card.module, module);
    snprintf(settings.card.module_config, sizeof settings.card.module_config, "%s/office.key",
             stand);
    snprintf(settings.card.runtime, sizeof settings.card.runtime, "%s/run", folder);
    strcpy(settings.card.window, "1");
    rig_profile(&settings.card.profile);
}

static bool fired(void)
{
    char name[128];

    snprintf(name, sizeof name, "%s.fired", script);
    return access(name, F_OK) == 0;
}

static void insert_card(void)
{
    char name[128];
    int fd;

    snprintf(name, sizeof name, "%s.insert", script);
    fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

/* The resident knows what the screen asks for. */
static void type(const char *entries)
{
    char name[128], ready[128];
    FILE *file;

    snprintf(name, sizeof name, "%s.typed", script);
    snprintf(ready, sizeof ready, "%s.keys", script);
    file = fopen(name, "we");
    if (!file)
        return;
    fputs(entries, file);
    fclose(file);
    rename(name, ready);
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
    char cards[160];

    snprintf(cards, sizeof cards, "%s/cards/%s", stand, procedure->card);
    if (card_state_read(&state, cards) == PRACTICE_OK) {
        const struct card_secret *auth = &state.secrets[PRACTICE_PIN_AUTH];

        truth.set = strcmp(auth->value, NEW_PIN) == 0;
        truth.unset = strcmp(auth->value, procedure->old_pin) == 0;
        truth.tries = auth->tries;
    }
    explicit_bzero(&state, sizeof state);
    return truth;
}

/* What the desk says now is true on the card; what it does not know it says so. */
static const char *compare_with_card(void)
{
    const struct case_step *step = &view->file.steps[0];
    int8_t shown = view->card.pins[CARD_PIN_AUTH].tries[0]; /* -1: not told */
    struct truth truth = look_at_the_card();
    bool set = truth.set, unset = truth.unset;

    if (set == unset)
        return "the card is neither as before nor as asked";
    if (!view->case_open || !view->file.planned)
        return set ? "set without a plan" : NULL;
    if (view->card_known && shown >= 0 && shown != truth.tries)
        return "the tries shown are not the card's";
    switch (step->state) {
    case CASE_STEP_IS_DONE: return unset ? "said to be done, is not" : NULL;
    case CASE_STEP_IS_UNKNOWN:
        return view->cure == DESK_CURE_NONE ? "unknown, and nothing helps" : NULL;
    case CASE_STEP_IS_INTENDED: return "a step is under way, and the desk rests";
    default: return set ? "said not to be done, and is" : NULL;
    }
}

static const char *compare_with_ledger(void)
{
    struct case_file file;

    if (!view->case_open)
        return NULL;
    if (ledger_read_case(ledger, view->file.id, &file) != LEDGER_OK)
        return "the ledger does not have the case";
    return memcmp(&file, &view->file, sizeof file) == 0 ? NULL : "the ledger says something else";
}

/* --- the clerk --- */

static bool at_rest(void)
{
    return view->doing == DESK_IDLE && view->link == CARD_OK && view->presence == CARD_IN_READER;
}

/* One turn of the loop that a program has; the clock goes on by itself where only time is waited
 * for. */
static bool turn(void)
{
    const struct timespec moment = {.tv_nsec = 2 * 1000 * 1000};
    struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};
    bool waits = view->doing != DESK_IDLE;

    if (view->doing == DESK_IDLE && view->presence == CARD_READER_EMPTY) {
        insert_card();
        waits = true;
    }
    if (!waits && desk_wait(desk, now) > 0) {
        now += desk_wait(desk, now);
        nanosleep(&moment, NULL);
    } else if (poll(&fd, 1, waits ? REPLY_MS : 10) == 0 && waits) {
        return false;
    }
    desk_pump(desk, now);
    return true;
}

static const char *come_to_rest(void)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        desk_pump(desk, now);
        if (at_rest())
            return NULL;
        if (!turn())
            return "no reply";
    }
    return "never at rest";
}

static enum desk_fault act(void)
{
    bool as_reset = view->cure == DESK_CURE_RESET;
    bool judged_as_reset = strcmp(view->file.judgement.procedure, "reset") == 0;
    struct case_opening opening = sample_opening(procedure->word);
    struct case_judgement judgement =
        sample_judgement(as_reset ? "reset" : procedure->word, "accept");
    struct case_plan plan = sample_plan(as_reset ? CASE_RESET : procedure->kind, CARD_PIN_AUTH);

    if (!view->case_open)
        return desk_begin(desk, &opening, now);
    if (!view->card_known && view->file.state != CASE_UNSETTLED)
        return desk_read_card(desk, false, now);
    if (!view->file.judged || (as_reset && !judged_as_reset))
        return desk_judge(desk, &judgement, now);
    if (!view->file.planned || as_reset)
        return desk_plan(desk, &plan, now);
    if (view->cure == DESK_CURE_ASK) {
        settled++;
        return desk_settle(desk, now);
    }
    if (case_next_step(&view->file) < 0)
        return desk_finish(desk, now);
    if (view->cure == DESK_CURE_PROVE)
        type(NEW_PIN "E\n");
    else
        type(judged_as_reset ? NEW_PIN "E" NEW_PIN "E\n" : procedure->entries);
    return desk_step(desk, false, now);
}

/* Takes up what the ledger has, if anything; then works until the case is finished. */
static const char *conduct(void)
{
    struct ledger_entry entry;
    size_t count;
    const char *wrong = NULL;
    enum desk_fault fault;

    if (ledger_open_sqlite(&ledger, ledger_path, NULL) != LEDGER_OK)
        return "the ledger cannot be opened";
    settings.ledger = ledger;
    if (desk_open(&desk, &settings, now) != DESK_OK)
        return "the desk cannot be opened";
    view = desk_view(desk);
    if (ledger_list(ledger, ~0u, &entry, 1, &count) == LEDGER_OK && count > 0 &&
        desk_resume(desk, entry.id, now) != DESK_OK)
        return "the case cannot be taken up";
    for (bool had_case = false; !wrong && (!had_case || view->case_open);) {
        had_case = had_case || view->case_open;
        wrong = come_to_rest();
        if (!wrong)
            wrong = compare_with_card();
        if (!wrong)
            wrong = compare_with_ledger();
        if (wrong)
            break;
        fault = act();
        if (fault != DESK_OK && fault != DESK_BUSY && fault != DESK_CARD_PROCESS &&
            fault != DESK_NO_CARD)
            wrong = "an act is refused";
        desk_pump(desk, now);
        had_case = had_case || view->case_open;
    }
    return wrong;
}

static const char *look_at_the_end(void)
{
    struct truth truth = look_at_the_card();
    struct case_file file;
    struct ledger_end end;

    if (!truth.set || truth.tries != FULL_TRIES)
        return "the case is closed, and the card does not hold the new PIN";
    if (ledger_verify(ledger, &end) != LEDGER_OK ||
        ledger_read_case(ledger, "w1-000001", &file) != LEDGER_OK)
        return "the ledger is not sound";
    if (file.state != CASE_DONE || file.steps[0].state != CASE_STEP_IS_DONE)
        return "the ledger does not say done";
    return file.steps[0].attempts > procedure->attempts || settled > procedure->settlings
               ? "more steps than needed"
               : NULL;
}

static void close_all(void)
{
    desk_close(&desk, now);
    ledger_close(&ledger);
}

/* The desk dies in a child; NULL when it was killed or did what it could. */
static const char *conduct_in_child(void)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        const char *wrong = conduct();

        if (wrong)
            printf("# %s\n", wrong);
        fflush(stdout);
        close_all();
        _exit(wrong ? 1 : 0);
    }
    if (waitpid(child, &status, 0) != child)
        return "no child";
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL ? NULL : "the desk crashed";
    return WEXITSTATUS(status) == 0 ? NULL : "the first desk went wrong";
}

/* False: there is no nth command; the case went through without a cut. */
static bool cut_at(unsigned cut, unsigned nth)
{
    bool desk_dies = cut >= CUT_KILL_DESK_BEFORE;
    const char *wrong = NULL;
    bool struck;

    settled = 0;
    lay_out(cut, nth);
    if (desk_dies)
        wrong = conduct_in_child();
    struck = fired();
    if (!wrong && (!desk_dies || struck)) {
        wrong = conduct();
        if (!wrong)
            wrong = look_at_the_end();
        close_all();
        struck = fired();
    }
    if (wrong)
        fail_msg("%s, cut %u at command %u: %s", procedure->word, cut, nth, wrong);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return struck;
}

static void cut_everywhere(const struct procedure *which)
{
    static const unsigned cuts[] = {
        EMULATED_REMOVED_BEFORE, EMULATED_REMOVED_AFTER, EMULATED_LOST_BEFORE,
        EMULATED_LOST_AFTER,     EMULATED_AWAY,          EMULATED_NO_SERVICE,
        EMULATED_NO_SERVICE_AFTER, EMULATED_SHORT,       CUT_KILL_CARD_BEFORE,
        CUT_KILL_CARD_AFTER,     CUT_KILL_DESK_BEFORE,   CUT_KILL_DESK_AFTER};
    unsigned runs = 0;

    procedure = which;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        unsigned nth = 1;

        while (cut_at(cuts[i], nth))
            nth++;
        assert_true(nth > 15);
        runs += nth;
    }
    printf("# %s: %u cases, each cut once\n", which->word, runs);
}

static void test_a_reset_cut_at_every_command(void **state)
{
    (void)state;
    cut_everywhere(&procedures[0]);
}

static void test_a_change_cut_at_every_command(void **state)
{
    (void)state;
    cut_everywhere(&procedures[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reset_cut_at_every_command),
        cmocka_unit_test(test_a_change_cut_at_every_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
