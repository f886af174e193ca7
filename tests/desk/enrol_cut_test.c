/*
 * Nothing half done: a renewal and a new issue cut at every command to the card and at every message to the
 * authority, with the desk, the card process's own loop, the emulated card, the real filter, the
 * practice CA and a real ledger. At every pause what the desk says is compared with the card's own
 * memory and the authority's files; the case must end as done, with exactly one certificate issued
 * and, in a renewal, the old one revoked.
 *
 * Every command of a renewal is cut, the ways to cut taken in turn; with SOAK set every command of both
 * in every way.
 */
#include "cardops/practice/personal.h"
#include "cardops/practice/store.h"
#include "tests/desk/authority.h"
#include "tests/desk/cut_scene.h"
#include "tests/lib/case_samples.h"
#include "tests/lib/conduct.h"

#define PIN_IN_USE "1234"
#define CARD "adult"
#define CARD_FILE "cardops/practice/cards/" CARD ".ini"
enum { PIN = CARD_PIN_AUTH, CERTIFICATE = CARD_CERTIFICATE_AUTH };

static struct procedure {
    const char *word;
    unsigned step_count;
    enum case_kind steps[7];
    unsigned commands_at_least;
} renewal = {"renew",
             7,
             {CASE_VERIFY, CASE_KEEP, CASE_KEY, CASE_CERTIFICATE, CASE_INSTALL, CASE_PROVE,
              CASE_REVOKE},
             40},
  issue = {"issue", 5, {CASE_KEEP, CASE_KEY, CASE_CERTIFICATE, CASE_INSTALL, CASE_PROVE}, 35};

static struct scene scene;
static struct conduct clerk;
static const struct procedure *procedure = &renewal;

/* What stood before the case. */
static struct {
    int issued, revoked, key;
} before;
/* How the authority's way is cut, until it was. */
static const char *trouble;
static bool die_at_centre;

/* --- once for all cases --- */

/* What the card was handed out with is made when it is first asked for. */
static void hand_out_card(void)
{
    char path[160], bad[PRACTICE_KEY_NAME];
    struct practice_card *card;
    struct card_data data;

    snprintf(path, sizeof path, "%s/cards/" CARD, stand);
    assert_int_equal(practice_card_open(&card, stand, CARD_FILE, NOW, NULL), PRACTICE_OK);
    practice_card_close(&card);
    assert_int_equal(card_data_read(&data, CARD_FILE, NOW, bad), PRACTICE_OK);
    for (int key = 0; key < CARD_KEYS; key++)
        assert_int_equal(personal_first(stand, path, key, &data), PRACTICE_OK);
}

static int set_up(void **state)
{
    (void)state;
    scene_new(&scene);
    snprintf(stand, sizeof stand, "%s", scene.stand);
    snprintf(authority, sizeof authority, "%s/ca", stand);
    snprintf(filter, sizeof filter, "%s/enrol", scene.folder);
    snprintf(password, sizeof password, "%s/password", scene.folder);
    write_file(password, "practice\n");
    assert_int_equal(ca_create(authority), CA_OK);
    hand_out_card();
    assert_true(
        place_beside_program(enrol_program, sizeof enrol_program, "../../madoguchi-enrol"));
    start_ca();
    scene.settings.enrol_program = filter;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_ca();
    scene_end(&scene);
    return 0;
}

/* --- the truth --- */

static bool certificate_is_on_card(const struct card_state *memory)
{
    const struct case_paper *paper = &clerk.view->file.papers[CERTIFICATE].certificate;
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

static const char *compare(struct conduct *c)
{
    const struct desk_certificate *claim = &c->view->certificates[CERTIFICATE];
    int issued = count_files("issued") - before.issued;
    int revoked = count_files("revoked") - before.revoked;
    struct card_state memory;
    const struct card_key_numbers *key = &memory.keys[CARD_KEY_AUTH];
    const char *wrong = conduct_compare_ledger(c);

    if (wrong || !c->view->case_open || !claim->planned)
        return wrong;
    scene_look(&scene, CARD, &memory);
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

/* The authority comes back once it was missed. */
static void end_trouble(const struct conduct *c)
{
    bool missed = false;

    for (unsigned i = 0; i < c->view->file.plan.step_count; i++)
        missed = missed || c->view->file.steps[i].outcome.code >= DESK_CENTRE;
    if (trouble && missed) {
        tell_ca("down no");
        tell_ca("slow 0");
        tell_ca("poll 0");
        trouble = NULL;
    }
}

static const char *turn(struct conduct *c)
{
    if (c->view->doing == DESK_AT_CENTRE && die_at_centre)
        raise(SIGKILL);
    return scene_turn(&scene, c);
}

static struct case_plan plan_of(const struct procedure *p)
{
    struct case_plan plan = {.step_count = (uint8_t)p->step_count};

    for (unsigned i = 0; i < plan.step_count; i++)
        plan.steps[i] = (struct case_plan_step){
            .kind = (uint8_t)p->steps[i], .pin = PIN, .way = CASE_BY_PAD};
    return plan;
}

/* Tries that no answer has told any more are asked for, before one is used. */
static enum desk_fault step(struct conduct *c)
{
    enum desk_fault fault = desk_step(c->desk, false, c->now);

    return fault == DESK_SECOND_KEY ? desk_read_card(c->desk, false, c->now) : fault;
}

static enum desk_fault act(struct conduct *c)
{
    const struct case_file *file = &c->view->file;
    struct case_opening opening = sample_opening(procedure->word);
    struct case_judgement judgement = sample_judgement(procedure->word, "accept");
    struct case_plan plan = plan_of(procedure);

    end_trouble(c);
    if (!c->view->case_open)
        return desk_begin(c->desk, &opening, c->now);
    if (!c->view->card_known)
        return file->state == CASE_UNSETTLED ? desk_settle(c->desk, c->now)
                                             : desk_read_card(c->desk, false, c->now);
    if (!file->judged)
        return desk_judge(c->desk, &judgement, c->now);
    if (!file->planned)
        return desk_plan(c->desk, &plan, c->now);
    if (c->view->cure == DESK_CURE_ASK)
        return desk_settle(c->desk, c->now);
    return case_next_step(file) < 0 ? desk_finish(c->desk, c->now) : step(c);
}

static void lay_out(unsigned cut, unsigned nth)
{
    struct card_state memory;

    scene_cut(&scene, CARD_FILE, cut, nth);
    scene_resident_knows(&scene, PIN_IN_USE, "-");
    scene_look(&scene, CARD, &memory);
    before.key = memory.keys[CARD_KEY_AUTH].current;
    before.issued = count_files("issued");
    before.revoked = count_files("revoked");
    explicit_bzero(&memory, sizeof memory);
    clerk = (struct conduct){.settings = scene.settings,
                             .ledger_path = scene.ledger,
                             .now = NOW,
                             .act = act,
                             .compare = compare,
                             .turn = turn};
}

static const char *look_at_the_end(void)
{
    static struct case_file file;
    struct card_state memory;
    bool new_pair;

    scene_look(&scene, CARD, &memory);
    new_pair = memory.keys[CARD_KEY_AUTH].pending == 0 &&
               memory.keys[CARD_KEY_AUTH].current != before.key;
    explicit_bzero(&memory, sizeof memory);
    if (!new_pair)
        return "the case is closed, and the card does not hold the new pair";
    if (count_files("issued") != before.issued + 1)
        return "not exactly one certificate was issued";
    if (count_files("revoked") != before.revoked + (procedure == &renewal))
        return "what was revoked is not what was asked for";
    return conduct_look_at_the_end(&clerk, &file);
}

static const char *conduct_to_the_end(void)
{
    const char *wrong = conduct_open(&clerk);

    if (!wrong)
        wrong = conduct_case(&clerk);
    if (!wrong)
        wrong = look_at_the_end();
    if (wrong && clerk.view && clerk.view->case_open)
        printf("# at step %d, code %u %s\n", case_next_step(&clerk.view->file),
               clerk.view->last.code, clerk.view->centre_said);
    conduct_close(&clerk);
    return wrong;
}

/* --- the card's way --- */

/* False: there is no nth command; the case went through without a cut. */
static bool cut_at(unsigned cut, unsigned nth)
{
    const char *wrong = NULL;

    lay_out(cut, nth);
    if (cut_ends_desk(cut))
        wrong = conduct_in_child(&clerk);
    if (!wrong && (!cut_ends_desk(cut) || scene_fired(&scene)))
        wrong = conduct_to_the_end();
    if (wrong)
        fail_msg("%s, cut %u at command %u: %s", procedure->word, cut, nth, wrong);
    return scene_fired(&scene);
}

static bool is_soak(void)
{
    return getenv("SOAK") != NULL;
}

static void cut_everywhere(void **state)
{
    bool every_way = is_soak();
    unsigned runs = 0;

    procedure = *state;
    for (size_t way = 0; way < (every_way ? CUTS : 1); way++) {
        unsigned nth = 1;

        while (cut_at(cuts[every_way ? way : runs % CUTS], nth)) {
            nth++;
            runs++;
        }
        assert_true(nth > procedure->commands_at_least);
    }
    printf("# %s: %u cases, each cut once\n", procedure->word, runs);
}

/* --- the authority's way --- */

static void test_a_renewal_with_every_message_lost(void **state)
{
    /* Before the trouble: how often the authority wants to be asked again. */
    static const struct {
        const char *polls, *trouble;
    } troubles[] = {
        {"poll 0", "lose p10cr request"},    {"poll 0", "lose p10cr answer"},
        {"poll 2", "lose pollReq request"},  {"poll 2", "lose pollReq answer"},
        {"poll 0", "lose certConf request"}, {"poll 0", "lose certConf answer"},
        {"poll 0", "lose rr request"},       {"poll 0", "lose rr answer"},
        {"poll 0", "down yes"},              {"poll 0", "wrong other-key"},
        {"poll 0", "slow 2"},                {"poll 0", "poll 5"}};
    const char *wrong;

    (void)state;
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        lay_out(0, 0);
        trouble = troubles[i].trouble;
        tell_ca(troubles[i].polls);
        tell_ca(trouble);
        wrong = conduct_to_the_end();
        if (!wrong && trouble)
            wrong = "it was not noticed";
        if (wrong)
            fail_msg("%s: %s", troubles[i].trouble, wrong);
    }
}

static void test_a_desk_that_dies_while_the_authority_works(void **state)
{
    const char *wrong;

    (void)state;
    lay_out(0, 0);
    die_at_centre = true;
    wrong = conduct_in_child(&clerk);
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
    assert_null(conduct_open(&clerk));
    for (int acts = 0; clerk.view->last.code < DESK_CENTRE && acts < 60; acts++) {
        assert_null(conduct_rest(&clerk));
        assert_null(compare(&clerk));
        enum desk_fault fault = act(&clerk);

        assert_true(fault == DESK_OK || fault == DESK_BUSY);
    }
    assert_null(conduct_rest(&clerk));
    assert_int_equal(clerk.view->certificates[CERTIFICATE].key_pending, CARD_YES);
    assert_int_equal(clerk.view->certificates[CERTIFICATE].old_usable, CARD_YES);
    assert_int_equal(desk_park(clerk.desk, CASE_REASON_CENTRE, clerk.now), DESK_OK);
    conduct_close(&clerk);
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
        {"a renewal cut at every command", cut_everywhere, NULL, NULL, &renewal},
        {"a new issue cut at every command", cut_everywhere, NULL, NULL, &issue},
    };

    size_t count = sizeof tests / sizeof *tests - (is_soak() ? 0 : 1);

    return _cmocka_run_group_tests("renewals that are cut", tests, count, set_up, tear_down);
}
