/*
 * Nothing half done: a renewal cut at every command to the card and at every message to the
 * authority, with the desk, the card process's own loop, the emulated card, the real filter, the
 * practice CA and a real ledger. At every pause what the desk says is compared with the card's own
 * memory and the authority's files; the case must end as done, with exactly one certificate issued
 * and the old one revoked.
 *
 * Every third command is cut, the ways to cut taken in turn; with SOAK set every one of
 * them in every way.
 */
#include "cardops/practice/card_state.h"
#include "cardops/practice/emulated_reader.h"
#include "cardops/practice/personal.h"
#include "cardops/practice/store.h"
#include "forms/desk/desk.h"
#include "tests/desk/authority.h"
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

#define OLD_PIN "1234"
#define CARD "adult"
#define CARD_FILE "cardops/practice/cards/" CARD ".ini"
enum { REPLY_MS = 30000, TURNS_MAX = 3000, PIN = CARD_PIN_AUTH, CERTIFICATE = CARD_CERTIFICATE_AUTH };

static char folder[64], script[96], ledger_path[96], card_program[PATH_MAX];
static struct desk_settings settings;
static struct ledger *ledger;
static struct desk *desk;
static const struct desk_view *view;
static int64_t now = 1800000000;

/* What stood before the case. */
static struct {
    int issued, revoked, key;
} before;
/* How the authority's way is cut, until it was. */
static const char *trouble;
static bool die_at_centre;

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

/* --- once for all cases --- */

/* What the card was handed out with is made when it is first asked for. */
static void hand_out_card(void)
{
    char path[160], bad[PRACTICE_KEY_NAME];
    struct practice_card *card;
    struct card_data data;

    snprintf(path, sizeof path, "%s/cards/" CARD, stand);
    assert_int_equal(practice_card_open(&card, stand, CARD_FILE, now, NULL), PRACTICE_OK);
    practice_card_close(&card);
    assert_int_equal(card_data_read(&data, CARD_FILE, now, bad), PRACTICE_OK);
    for (int key = 0; key < CARD_KEYS; key++)
        assert_int_equal(personal_first(stand, path, key, &data), PRACTICE_OK);
}

static int set_up(void **state)
{
    char module[PATH_MAX];
    uint8_t key[16];

    (void)state;
    strcpy(folder, "/tmp/enrol-cut-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(stand, sizeof stand, "%s/stand", folder);
    snprintf(authority, sizeof authority, "%s/ca", stand);
    snprintf(script, sizeof script, "%s/script", folder);
    snprintf(ledger_path, sizeof ledger_path, "%s/ledger.db", folder);
    snprintf(filter, sizeof filter, "%s/enrol", folder);
    snprintf(password, sizeof password, "%s/password", folder);
    write_file(password, "practice\n");
    assert_int_equal(practice_office_key(stand, key), PRACTICE_OK);
    assert_int_equal(ca_create(authority), CA_OK);
    hand_out_card();
    beside_program(card_program, "cut_card_main");
    beside_program(enrol_program, "../../madoguchi-enrol");
    start_ca();
    beside_program(module, "../../practice-authority.so");
    settings = (struct desk_settings){.card_program = card_program,
                                      .origin = sample_origin("w1"),
                                      .second_key_below = 1,
                                      .enrol_program = filter};
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
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_ca();
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- one case --- */

static void name_beside_script(char name[128], const char *ending)
{
    snprintf(name, 128, "%s.%s", script, ending);
}

static bool fired(void)
{
    char name[128];

    name_beside_script(name, "fired");
    return access(name, F_OK) == 0;
}

static void insert_card(void)
{
    char name[128];
    int fd;

    name_beside_script(name, "insert");
    fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static void type(const char *entries)
{
    char name[128], ready[128];
    FILE *file;

    name_beside_script(name, "typed");
    name_beside_script(ready, "keys");
    file = fopen(name, "we");
    if (!file)
        return;
    fputs(entries, file);
    fclose(file);
    rename(name, ready);
}

static void read_card_memory(struct card_state *state)
{
    char path[160];

    memset(state, 0, sizeof *state);
    snprintf(path, sizeof path, "%s/cards/" CARD, stand);
    if (card_state_read(state, path) != PRACTICE_OK)
        memset(state, 0, sizeof *state);
}

static void lay_out(unsigned cut, unsigned nth)
{
    static const char *const left[] = {"fired", "insert", "keys", "typed"};
    struct card_state memory;
    char text[320], name[128];

    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        name_beside_script(name, left[i]);
        unlink(name);
    }
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", ledger_path, (const char *[]){"", "-wal", "-shm"}[i]);
        unlink(name);
    }
    snprintf(text, sizeof text, "stand %s\ncard " CARD_FILE "\ncut %u %u\n",
             stand, cut, nth);
    write_file(script, text);
    read_card_memory(&memory);
    before.key = memory.keys[CARD_KEY_AUTH].current;
    before.issued = count_files("issued");
    before.revoked = count_files("revoked");
}

/* --- the truth --- */

static bool certificate_is_on_card(const struct card_state *memory)
{
    const struct case_paper *paper = &view->file.papers[CERTIFICATE].certificate;
    char path[160], name[PERSONAL_NAME];
    struct bytes stored = {0};
    bool same;

    snprintf(path, sizeof path, "%s/cards/" CARD, stand);
    personal_name(name, CARD_KEY_AUTH, memory->keys[CARD_KEY_AUTH].current, PERSONAL_CERTIFICATE);
    same = store_read(path, name, &stored) && stored.length == paper->length &&
           memcmp(stored.at, paper->at, stored.length) == 0;
    bytes_free(&stored);
    return same;
}

/* What is claimed is so; what is not known is not claimed. */
static bool fits(uint8_t claim, bool is_so)
{
    return claim == CARD_UNKNOWN || (claim == CARD_YES) == is_so;
}

static const char *compare(void)
{
    const struct desk_certificate *claim = &view->certificates[CERTIFICATE];
    int issued = count_files("issued") - before.issued;
    int revoked = count_files("revoked") - before.revoked;
    struct card_state memory;
    const struct card_key_numbers *key = &memory.keys[CARD_KEY_AUTH];
    struct case_file file;

    if (!view->case_open || !claim->planned)
        return NULL;
    if (ledger_read_case(ledger, view->file.id, &file) != LEDGER_OK ||
        memcmp(&file, &view->file, sizeof file) != 0)
        return "the ledger says something else";
    read_card_memory(&memory);
    if (before.key == 0)
        before.key = key->current;
    if (issued < 0 || issued > 1 || revoked < 0 || revoked > 1)
        return "issued or revoked twice";
    if (!fits(claim->key_pending, key->pending != 0))
        return "the pending key";
    if (!fits(claim->issued, issued == 1))
        return "what was issued";
    if (!fits(claim->installed, certificate_is_on_card(&memory)))
        return "what is installed";
    if (!fits(claim->old_usable, key->current == before.key))
        return "the old certificate";
    if (!fits(claim->old_revoked, revoked == 1))
        return "what is revoked";
    if (claim->proven == CARD_YES && !certificate_is_on_card(&memory))
        return "proven, and not there";
    explicit_bzero(&memory, sizeof memory);
    return NULL;
}

/* --- the clerk --- */

static bool at_rest(void)
{
    return view->doing == DESK_IDLE && view->link == CARD_OK && view->presence == CARD_IN_READER;
}

static bool turn(void)
{
    const struct timespec moment = {.tv_nsec = 2 * 1000 * 1000};
    struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};
    bool waits = view->doing != DESK_IDLE;

    if (view->doing == DESK_IDLE && view->presence == CARD_READER_EMPTY) {
        insert_card();
        waits = true;
    }
    if (view->doing == DESK_AT_CENTRE && die_at_centre)
        raise(SIGKILL);
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

static struct case_plan renewal(void)
{
    static const enum case_kind kinds[] = {CASE_VERIFY,  CASE_KEEP,  CASE_KEY,   CASE_CERTIFICATE,
                                           CASE_INSTALL, CASE_PROVE, CASE_REVOKE};
    struct case_plan plan = {.step_count = sizeof kinds / sizeof *kinds};

    for (unsigned i = 0; i < plan.step_count; i++)
        plan.steps[i] =
            (struct case_plan_step){.kind = (uint8_t)kinds[i], .pin = PIN, .way = CASE_BY_PAD};
    return plan;
}

/* Tries that no answer has told any more are asked for, before one is used. */
static enum desk_fault step(void)
{
    enum desk_fault fault = desk_step(desk, false, now);

    return fault == DESK_SECOND_KEY ? desk_read_card(desk, false, now) : fault;
}

static enum desk_fault act(void)
{
    struct case_opening opening = sample_opening("renew");
    struct case_judgement judgement = sample_judgement("renew", "accept");
    struct case_plan plan = renewal();

    if (!view->case_open)
        return desk_begin(desk, &opening, now);
    if (!view->card_known)
        return view->file.state == CASE_UNSETTLED ? desk_settle(desk, now)
                                                  : desk_read_card(desk, false, now);
    if (!view->file.judged)
        return desk_judge(desk, &judgement, now);
    if (!view->file.planned)
        return desk_plan(desk, &plan, now);
    if (view->cure == DESK_CURE_ASK)
        return desk_settle(desk, now);
    if (case_next_step(&view->file) < 0)
        return desk_finish(desk, now);
    if (view->pin_first || view->file.steps[case_next_step(&view->file)].plan.kind == CASE_VERIFY)
        type(OLD_PIN "E\n");
    return step();
}

static bool refused_for_good(enum desk_fault fault)
{
    return fault != DESK_OK && fault != DESK_BUSY && fault != DESK_CARD_PROCESS &&
           fault != DESK_NO_CARD;
}

/* The authority comes back once it was missed. */
static void end_trouble(void)
{
    bool missed = false;

    for (unsigned i = 0; i < view->file.plan.step_count; i++)
        missed = missed || view->file.steps[i].outcome.code >= DESK_CENTRE;
    if (trouble && missed) {
        tell_ca("down no");
        tell_ca("slow 0");
        trouble = NULL;
    }
}

static const char *open_desk(void)
{
    struct ledger_entry entry;
    size_t count;

    if (ledger_open_sqlite(&ledger, ledger_path, NULL) != LEDGER_OK)
        return "the ledger cannot be opened";
    settings.ledger = ledger;
    if (desk_open(&desk, &settings, now) != DESK_OK)
        return "the desk cannot be opened";
    view = desk_view(desk);
    if (ledger_list(ledger, ~0u, &entry, 1, &count) == LEDGER_OK && count > 0 &&
        desk_resume(desk, entry.id, now) != DESK_OK)
        return "the case cannot be taken up";
    return NULL;
}

static const char *conduct(void)
{
    const char *wrong = open_desk();
    int acts = 0;

    for (bool had_case = false; !wrong && (!had_case || view->case_open);) {
        had_case = had_case || view->case_open;
        wrong = come_to_rest();
        if (!wrong)
            wrong = compare();
        if (wrong)
            break;
        end_trouble();
        if (refused_for_good(act()))
            wrong = "an act is refused";
        else if (++acts > 60)
            wrong = "it does not come to an end";
        desk_pump(desk, now);
        had_case = had_case || view->case_open;
    }
    return wrong;
}

static const char *look_at_the_end(void)
{
    struct card_state memory;
    struct case_file file;
    struct ledger_end end;

    read_card_memory(&memory);
    if (memory.keys[CARD_KEY_AUTH].pending != 0 || memory.keys[CARD_KEY_AUTH].current == before.key)
        return "the case is closed, and the card does not hold the new pair";
    if (count_files("issued") != before.issued + 1)
        return "not exactly one certificate was issued";
    if (count_files("revoked") != before.revoked + 1)
        return "the old certificate is not revoked";
    explicit_bzero(&memory, sizeof memory);
    if (ledger_verify(ledger, &end) != LEDGER_OK ||
        ledger_read_case(ledger, "w1-000001", &file) != LEDGER_OK || file.state != CASE_DONE)
        return "the ledger does not say done";
    return NULL;
}

static void close_all(void)
{
    desk_close(&desk, now);
    ledger_close(&ledger);
}

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

static const char *conduct_to_the_end(void)
{
    const char *wrong = conduct();

    if (!wrong)
        wrong = look_at_the_end();
    if (wrong && view && view->case_open)
        printf("# at step %d, code %u %s\n", case_next_step(&view->file), view->last.code,
               view->centre_said);
    close_all();
    return wrong;
}

/* --- the card's way --- */

/* False: there is no nth command; the case went through without a cut. */
static bool cut_at(unsigned cut, unsigned nth)
{
    bool desk_dies = cut >= CUT_KILL_DESK_BEFORE;
    const char *wrong = NULL;

    lay_out(cut, nth);
    if (desk_dies)
        wrong = conduct_in_child();
    if (!wrong && (!desk_dies || fired()))
        wrong = conduct_to_the_end();
    if (wrong)
        fail_msg("cut %u at command %u: %s", cut, nth, wrong);
    return fired();
}

static const unsigned cuts[] = {
    EMULATED_REMOVED_BEFORE, EMULATED_REMOVED_AFTER, EMULATED_LOST_BEFORE,
    EMULATED_LOST_AFTER,     EMULATED_AWAY,          EMULATED_NO_SERVICE,
    EMULATED_NO_SERVICE_AFTER, EMULATED_SHORT,       CUT_KILL_CARD_BEFORE,
    CUT_KILL_CARD_AFTER,     CUT_KILL_DESK_BEFORE,   CUT_KILL_DESK_AFTER};
enum { CUTS = sizeof cuts / sizeof *cuts, COMMANDS_AT_LEAST = 40 };

static void test_a_renewal_cut_at_every_command(void **state)
{
    bool every_way = getenv("SOAK") != NULL;
    unsigned runs = 0;

    (void)state;
    for (size_t way = 0; way < (every_way ? CUTS : 1); way++) {
        unsigned nth = 1;

        for (; cut_at(cuts[every_way ? way : runs % CUTS], nth); runs++)
            nth += every_way ? 1 : 3;
        assert_true(nth > COMMANDS_AT_LEAST);
    }
    printf("# %u renewals, each cut once\n", runs);
}

/* --- the authority's way --- */

static void test_a_renewal_with_every_message_lost(void **state)
{
    static const char *const troubles[] = {
        "lose p10cr request",    "lose p10cr answer",    "lose certConf request",
        "lose certConf answer",  "lose rr request",      "lose rr answer",
        "down yes",              "wrong other-key",      "slow 2"};
    const char *wrong;

    (void)state;
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        lay_out(0, 0);
        trouble = troubles[i];
        tell_ca(trouble);
        wrong = conduct_to_the_end();
        if (!wrong && trouble)
            wrong = "it was not noticed";
        if (wrong)
            fail_msg("%s: %s", troubles[i], wrong);
    }
}

static void test_a_desk_that_dies_while_the_authority_works(void **state)
{
    const char *wrong;

    (void)state;
    lay_out(0, 0);
    die_at_centre = true;
    wrong = conduct_in_child();
    die_at_centre = false;
    if (!wrong)
        wrong = conduct_to_the_end();
    if (wrong)
        fail_msg("%s", wrong);
}

static void test_an_authority_that_dies(void **state)
{
    const char *wrong;

    (void)state;
    lay_out(0, 0);
    kill(ca, SIGKILL);
    stop_ca();
    assert_null(open_desk());
    for (int acts = 0; view->last.code < DESK_CENTRE && acts < 60; acts++) {
        assert_null(come_to_rest());
        assert_null(compare());
        assert_false(refused_for_good(act()));
        desk_pump(desk, now);
    }
    assert_null(come_to_rest());
    assert_int_equal(view->certificates[CERTIFICATE].key_pending, CARD_YES);
    assert_int_equal(view->certificates[CERTIFICATE].old_usable, CARD_YES);
    assert_int_equal(desk_park(desk, CASE_REASON_CENTRE, now), DESK_OK);
    close_all();
    start_ca();
    wrong = conduct_to_the_end();
    if (wrong)
        fail_msg("%s", wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_renewal_with_every_message_lost),
        cmocka_unit_test(test_a_desk_that_dies_while_the_authority_works),
        cmocka_unit_test(test_an_authority_that_dies),
        cmocka_unit_test(test_a_renewal_cut_at_every_command),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
