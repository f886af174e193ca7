/*
 * A clerk's side without a screen: desk and ledger, one step of one case, then it waits to be looked
 * at.
 *
 *   secrets_clerk_main FOLDER reset|change|check sig|auth|juki|kenmen pad|terminal resident|staff CARD-PROGRAM MODULE
 *
 * Prints `at-rest CODE` when the step has come to its end; ends with standard input.
 */
#include "forms/desk/desk.h"
#include "tests/lib/card_rig.h"
#include "tests/lib/case_samples.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOLDER = 1, PROCEDURE, PIN, WAY, TYPIST, CARD_PROGRAM, MODULE, WORDS };
enum { LONG_PIN = 12, TICK_MS = 50, TICKS_MAX = 600 };

static struct desk *desk;
static const struct desk_view *view;

static void settle_down(void)
{
    for (int i = 0; i < TICKS_MAX; i++) {
        struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

        desk_pump(desk, time(NULL));
        if (view->doing == DESK_IDLE && view->link == CARD_OK &&
            view->presence == CARD_IN_READER)
            return;
        poll(&fd, 1, TICK_MS);
    }
}

static void fill_settings(struct desk_settings *s, char **words, char *socket_path)
{
    struct card_settings *c = &s->card;

    *s = (struct desk_settings){.card_program = words[CARD_PROGRAM],
                                .pcsc_socket = socket_path,
                                .origin = sample_origin("w1"),
                                .second_key_below = 1};
    c->use_pad = 1;
    c->entry_seconds = 20;
    c->resident_gid = UINT32_MAX;
    c->log_level = 2;
    strcpy(c->reader, "reader");
    strcpy(c->window, "1");
    snprintf(c->module, sizeof c->module, "%s", words[MODULE]);
    snprintf(c->module_config, sizeof c->module_config, "%s/s/office.key", words[FOLDER]);
    snprintf(c->runtime, sizeof c->runtime, "%s/run", words[FOLDER]);
    snprintf(c->log, sizeof c->log, "%s/log", words[FOLDER]);
    rig_profile(&c->profile);
    for (int pin = CARD_PIN_AUTH; pin <= CARD_PIN_KENMEN; pin++)
        c->profile.pins[pin].minimum = c->profile.pins[pin].maximum = LONG_PIN;
}

/* False: it got no further; view->last tells. */
static bool conduct(const char *word, const struct case_plan_step *step)
{
    bool by_pad = step->way == CASE_BY_PAD;
    enum case_kind kind = strcmp(word, "reset") == 0    ? CASE_RESET
                          : strcmp(word, "change") == 0 ? CASE_CHANGE
                                                        : CASE_VERIFY;
    struct case_opening opening = sample_opening(word);
    struct case_judgement judgement = sample_judgement(word, "accept");
    struct case_plan plan = sample_plan(kind, step->pin);

    judgement.pins = (uint8_t)(judgement.pins | 1u << step->pin);
    plan.steps[0].way = step->way;
    plan.steps[0].typist = step->typist;
    settle_down();
    if (desk_begin(desk, &opening, time(NULL)) != DESK_OK)
        return false;
    settle_down();
    if (desk_read_card(desk, false, time(NULL)) != DESK_OK)
        return false;
    settle_down();
    if (desk_judge(desk, &judgement, time(NULL)) != DESK_OK ||
        desk_plan(desk, &plan, time(NULL)) != DESK_OK)
        return false;
    for (int i = 0; !by_pad && (view->resident & CARD_RESIDENT_CONNECTED) == 0 && i < TICKS_MAX; i++) {
        struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

        poll(&fd, 1, TICK_MS);
        desk_pump(desk, time(NULL));
    }
    if (desk_step(desk, false, time(NULL)) != DESK_OK)
        return false;
    while (view->doing == DESK_STEPPING) {
        struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

        poll(&fd, 1, TICK_MS);
        desk_pump(desk, time(NULL));
    }
    return true;
}

static void step_of(struct case_plan_step *step, char **words)
{
    static const char *const pins[] = {"sig", "auth", "juki", "kenmen"};

    *step = (struct case_plan_step){
        .way = strcmp(words[WAY], "pad") == 0 ? CASE_BY_PAD : CASE_BY_TERMINAL,
        .typist = strcmp(words[TYPIST], "staff") == 0 ? CASE_TYPED_BY_STAFF : CASE_TYPED_BY_RESIDENT};
    while (step->pin < CARD_PIN_KENMEN && strcmp(pins[step->pin], words[PIN]) != 0)
        step->pin++;
}

int main(int argc, char **argv)
{
    static struct desk_settings settings;
    struct case_plan_step step;
    char path[128], socket_path[128], word[8];

    if (argc != WORDS)
        return 2;
    step_of(&step, argv);
    snprintf(path, sizeof path, "%s/ledger.db", argv[FOLDER]);
    snprintf(socket_path, sizeof socket_path, "%s/card", argv[FOLDER]);
    fill_settings(&settings, argv, socket_path);
    if (ledger_open_sqlite(&settings.ledger, path, NULL) != LEDGER_OK ||
        desk_open(&desk, &settings, time(NULL)) != DESK_OK)
        return 3;
    view = desk_view(desk);
    if (conduct(argv[PROCEDURE], &step))
        printf("at-rest %u\n", view->last.code);
    else
        printf("stuck\n");
    fflush(stdout);
    (void)!read(STDIN_FILENO, word, sizeof word);
    desk_close(&desk, time(NULL));
    ledger_close(&settings.ledger);
    return 0;
}
