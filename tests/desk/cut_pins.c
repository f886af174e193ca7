#include "tests/desk/cut_pins.h"

#include "tests/desk/cut_scene.h"
#include "tests/lib/card_places.h"
#include "tests/lib/case_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define CARD "visit"
enum { VISITS_MAX = 8, READING = 13, COMMANDS_AT_LEAST = 15, ATTEMPTS = 3, SETTLINGS = 2 };

/* Sanitized programs take ten times as long to start: there the ways to cut are taken in turn. */
#if defined __SANITIZE_ADDRESS__
enum { IN_TURN = 1 };
#else
enum { IN_TURN = 0 };
#endif

/* By enum card_pin. */
static const struct {
    const char *old, *fresh, *wrong;
} pins[] = {
    [CARD_PIN_SIG] = {"ABC123", "NEW456", "WRONG9"},
    [CARD_PIN_AUTH] = {"1234", "2580", "9999"},
    [CARD_PIN_JUKI] = {"1234", "3691", "9999"},
    [CARD_PIN_KENMEN] = {"1234", "4702", "9999"},
};
enum { PINS = sizeof pins / sizeof *pins };

static const char card_text[] =
    "[card]\nkind = my-number\nserial = 990000000000001\nmunicipality = 27220\nexpires = +4y\n"
    "[resident]\nname = 見本　花子\nbirth = 1985-04-12\nsex = 2\n"
    "address = 大阪府箕面市見本町一丁目1番1号\nprefecture = Osaka-fu\ncity = Minoh-shi\n"
    "[pins]\nsig = ABC123\nauth = 1234\njuki = 1234\nkenmen = 1234\n"
    "[certificates]\nsig = +2y\nauth = +2y\n[tries]\n";

static struct scene scene;
static struct conduct clerk;
static const struct cut_visit *visit, *first_visit;
static struct conduct_visit of;
static char card_file[96];

/* What was on the card at first, and how many entries that it must refuse were made since, by any
 * process of the case. */
static struct account {
    int tries[PINS][CASE_PLACES], refused[PINS][CASE_PLACES];
    bool wrong_made[PINS];
} *account;

/* --- the truth --- */

struct truth {
    unsigned set, unset; /* places with the new PIN, with the old one */
    unsigned full;       /* places with a full counter */
    int tries[CASE_PLACES];
    bool is_new[CASE_PLACES];
};

static const struct card_pin_profile *profile_of(unsigned pin)
{
    return &scene.settings.card.profile.pins[pin];
}

static struct truth look_at(const struct card_state *state, unsigned pin)
{
    struct truth truth = {0};

    for (unsigned i = 0; i < profile_of(pin)->place_count; i++) {
        const struct card_secret *secret = &state->secrets[card_places[pin][i]];

        truth.is_new[i] = strcmp(secret->value, pins[pin].fresh) == 0;
        truth.set += truth.is_new[i];
        truth.unset += strcmp(secret->value, pins[pin].old) == 0;
        truth.full += secret->tries == profile_of(pin)->tries;
        truth.tries[i] = secret->tries;
    }
    return truth;
}

static struct truth look_at_card(unsigned pin)
{
    struct card_state state;
    struct truth truth;

    scene_look(&scene, CARD, &state);
    truth = look_at(&state, pin);
    explicit_bzero(&state, sizeof state);
    return truth;
}

/* Before the first command the card has no memory of its own yet. */
static bool card_was_opened(void)
{
    struct card_state state;
    bool opened;

    scene_look(&scene, CARD, &state);
    opened = state.first_opened != 0;
    explicit_bzero(&state, sizeof state);
    return opened;
}

static void take_account(void)
{
    memset(account, 0, sizeof *account);
    for (unsigned pin = 0; pin < PINS; pin++)
        for (unsigned i = 0; i < profile_of(pin)->place_count; i++)
            account->tries[pin][i] = look_at_card(pin).tries[i];
}

/* --- what is said --- */

static const char *compare_tries(unsigned pin, const struct truth *truth)
{
    const struct card_pin_facts *shown = &clerk.view->card.pins[pin];

    for (unsigned i = 0; i < profile_of(pin)->place_count; i++) {
        if (truth->tries[i] < account->tries[pin][i] - account->refused[pin][i])
            return "a try was used that nobody made";
        if (clerk.view->card_known && shown->tries[i] >= 0 && shown->tries[i] != truth->tries[i])
            return "the tries shown are not the card's";
    }
    return NULL;
}

static const char *compare_done(const struct case_step *step, const struct truth *truth)
{
    unsigned places = profile_of(step->plan.pin)->place_count;

    if (truth->full != places)
        return "said to be done, and a counter is not full";
    return step->plan.kind == CASE_VERIFY || truth->set == places ? NULL : "said to be done, is not";
}

static const char *compare_not_done(const struct case_step *step, const struct truth *truth)
{
    unsigned places = profile_of(step->plan.pin)->place_count;

    if (step->plan.kind == CASE_VERIFY)
        return account->tries[step->plan.pin][0] < profile_of(step->plan.pin)->tries &&
                       truth->full == places
                   ? "said not to be done, and is"
                   : NULL;
    return truth->set == step->outcome.places_done ? NULL : "said not to be done, and some is";
}

static const char *compare_step(unsigned index, const struct truth *truth)
{
    const struct case_step *step = &clerk.view->file.steps[index];
    bool next = case_next_step(&clerk.view->file) == (int)index;

    switch (step->state) {
    case CASE_STEP_IS_DONE: return compare_done(step, truth);
    case CASE_STEP_IS_NOT_DONE: return compare_not_done(step, truth);
    case CASE_STEP_IS_UNKNOWN:
        if (truth->set < step->outcome.places_done)
            return "places are said to be done, and are not";
        return next && clerk.view->cure == DESK_CURE_NONE ? "unknown, and nothing helps" : NULL;
    case CASE_STEP_IS_INTENDED: return "a step is under way, and the desk rests";
    default: return truth->set > 0 ? "not tried, and done" : NULL;
    }
}

static const char *compare(struct conduct *c)
{
    const char *wrong = conduct_compare_ledger(c);

    for (unsigned i = 0; !wrong && i < visit->of.step_count; i++) {
        unsigned pin = visit->of.steps[i].pin;
        struct truth truth = look_at_card(pin);

        if (truth.set + truth.unset != profile_of(pin)->place_count)
            return "a PIN is neither as before nor as asked";
        wrong = compare_tries(pin, &truth);
        if (!wrong && (!c->view->case_open || !c->view->file.planned))
            wrong = truth.set > 0 ? "set without a plan" : NULL;
        else if (!wrong)
            wrong = compare_step(i, &truth);
    }
    return wrong;
}

/* --- the clerk and the resident --- */

static const char *turn(struct conduct *c)
{
    return scene_turn(&scene, c);
}

/* Entries that the card must refuse, one at most in each place; the resident cannot know it. */
static void account_for(unsigned pin, const char *in_use)
{
    struct truth truth = look_at_card(pin);

    for (unsigned i = 0; i < profile_of(pin)->place_count; i++)
        account->refused[pin][i] +=
            strcmp(in_use, truth.is_new[i] ? pins[pin].fresh : pins[pin].old) != 0;
}

static void prepare(const struct case_step *step, bool proof)
{
    unsigned pin = step->plan.pin;
    const char *in_use = proof ? pins[pin].fresh : pins[pin].old;

    if (visit->wrong_first && !proof && !account->wrong_made[pin]) {
        account->wrong_made[pin] = true;
        in_use = pins[pin].wrong;
    }
    if (proof || step->plan.kind != CASE_RESET)
        account_for(pin, in_use);
    scene_resident_knows(&scene, in_use, pins[pin].fresh);
}

static enum desk_fault act(struct conduct *c)
{
    return conduct_visit_act(c, &of);
}

/* --- one case --- */

static void write_card(void)
{
    FILE *file;

    snprintf(card_file, sizeof card_file, "%s/" CARD ".ini", scene.folder);
    file = fopen(card_file, "we");
    assert_non_null(file);
    fprintf(file, "%s%s", card_text, visit->tries);
    assert_int_equal(fclose(file), 0);
}

/* The card as new. */
static void lay_out(unsigned cut, unsigned nth)
{
    char cards[96];
    struct practice_card *card;

    snprintf(cards, sizeof cards, "%s/cards", scene.stand);
    place_remove(cards);
    assert_int_equal(practice_card_open(&card, scene.stand, card_file, 1800000000, NULL),
                     PRACTICE_OK);
    practice_card_close(&card);
    assert_true(card_was_opened());
    scene_cut(&scene, card_file, cut, nth);
    take_account();
    clerk = (struct conduct){.settings = scene.settings,
                             .ledger_path = scene.ledger,
                             .now = 1800000000,
                             .act = act,
                             .compare = compare,
                             .turn = turn,
                             .resident = scene.resident > 0};
}

static const char *look_at_the_end(void)
{
    static struct case_file file;
    const char *wrong = conduct_look_at_the_end(&clerk, &file);
    unsigned more = visit->wrong_first ? 1 : 0;

    for (unsigned i = 0; !wrong && i < file.plan.step_count; i++) {
        struct truth truth = look_at_card(file.steps[i].plan.pin);

        wrong = compare_done(&file.steps[i], &truth);
        if (!wrong && file.steps[i].attempts > ATTEMPTS + more)
            wrong = "more attempts than needed";
    }
    return wrong || clerk.settled <= SETTLINGS + more ? wrong : "more settling than needed";
}

static const char *conduct(void)
{
    const char *wrong = conduct_open(&clerk);

    if (!wrong)
        wrong = conduct_case(&clerk);
    if (!wrong)
        wrong = look_at_the_end();
    conduct_close(&clerk);
    return wrong;
}

/* False: there is no nth command; the case went through without a cut. */
static bool cut_at(unsigned cut, unsigned nth)
{
    const char *wrong = NULL;
    bool struck;

    lay_out(cut, nth);
    if (cut_ends_desk(cut))
        wrong = conduct_in_child(&clerk);
    struck = scene_fired(&scene);
    if (!wrong && (!cut_ends_desk(cut) || struck)) {
        wrong = conduct();
        struck = scene_fired(&scene);
    }
    if (!wrong && scene_asked_too_late(&scene))
        wrong = "the pad began to ask after the clerk's program had died";
    if (wrong)
        fail_msg("%s, cut %u at command %u: %s", visit->name, cut, nth, wrong);
    return struck;
}

static void cut_everywhere(void **state)
{
    unsigned runs = 0, from;

    visit = *state;
    from = visit == first_visit || getenv("SOAK") ? 1 : READING + 1;
    of = visit->of;
    of.prepare = prepare;
    write_card();
    for (size_t i = 0; i < (IN_TURN ? 1 : CUTS); i++) {
        unsigned nth = from;

        while (cut_at(cuts[IN_TURN ? nth % CUTS : i], nth))
            nth++;
        assert_true(nth > COMMANDS_AT_LEAST);
        runs += nth - from;
    }
    printf("# %s: %u cases, each cut once\n", visit->name, runs);
}

/* --- the program --- */

static bool by_terminal(const struct cut_visit *v)
{
    bool found = false;

    for (unsigned i = 0; i < v->of.step_count; i++)
        found |= v->of.steps[i].way == CASE_BY_TERMINAL;
    return found;
}

static int begin(void **state)
{
    scene_new(&scene);
    if (by_terminal(*state))
        scene_start_resident(&scene);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scene_end(&scene);
    return 0;
}

int cut_visits(const struct cut_visit *visits, size_t count)
{
    struct CMUnitTest tests[VISITS_MAX];

    account = mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (count > VISITS_MAX || account == MAP_FAILED)
        return 1;
    first_visit = visits;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){visits[i].name, cut_everywhere, begin, end,
                                       (void *)(uintptr_t)&visits[i]};
    return _cmocka_run_group_tests("cuts", tests, count, NULL, NULL);
}
