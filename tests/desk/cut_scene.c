#include "tests/desk/cut_scene.h"

#include "tests/lib/card_rig.h"
#include "tests/lib/case_samples.h"
#include "tests/lib/typist.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

const unsigned cuts[CUTS] = {
    EMULATED_REMOVED_BEFORE,   EMULATED_REMOVED_AFTER, EMULATED_LOST_BEFORE, EMULATED_LOST_AFTER,
    EMULATED_AWAY,             EMULATED_NO_SERVICE,    EMULATED_NO_SERVICE_AFTER,
    EMULATED_SHORT,            CUT_KILL_CARD_BEFORE,   CUT_KILL_CARD_AFTER,
    CUT_KILL_DESK_BEFORE,      CUT_KILL_DESK_AFTER,    CUT_HANG_UP_BEFORE,   CUT_HANG_UP_AFTER,
};

bool cut_ends_desk(unsigned cut)
{
    return cut >= CUT_KILL_DESK_BEFORE;
}

/* --- files beside the script --- */

static void name_beside_script(const struct scene *s, char name[128], const char *ending)
{
    snprintf(name, 128, "%s.%s", s->script, ending);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    if (file) {
        fputs(text, file);
        fclose(file);
    }
}

/* --- the clerk's line --- */

static volatile sig_atomic_t line_cut;

static void cut_line(int signal)
{
    (void)signal;
    line_cut = 1;
}

static void put_card_in(const struct scene *s)
{
    char name[128];

    name_beside_script(s, name, "insert");
    write_text(name, "");
}

const char *scene_turn(const struct scene *s, struct conduct *c)
{
    if (line_cut && !c->view->hung_up)
        desk_hang_up(c->desk, c->now);
    c->over = c->view->hung_up;
    if (!c->over && c->view->doing == DESK_IDLE && c->view->presence == CARD_READER_EMPTY) {
        put_card_in(s);
        c->expecting = true;
    }
    return NULL;
}

/* --- once --- */

static void fill_settings(struct scene *s)
{
    struct card_settings *card = &s->settings.card;

    s->settings = (struct desk_settings){
        .card_program = s->program, .origin = sample_origin("w1"), .second_key_below = 1};
    card->use_pad = 1;
    card->entry_seconds = 20;
    card->resident_gid = UINT32_MAX;
    snprintf(card->reader, sizeof card->reader, "%s", s->script);
    snprintf(card->module, sizeof card->module, "%s", s->module);
    snprintf(card->module_config, sizeof card->module_config, "%s/office.key", s->stand);
    snprintf(card->runtime, sizeof card->runtime, "%s", s->runtime);
    strcpy(card->window, "1");
    rig_profile(&card->profile);
}

void scene_new(struct scene *s)
{
    const struct sigaction hang_up = {.sa_handler = cut_line};
    uint8_t key[16];

    *s = (struct scene){.resident = 0};
    sigaction(SIGHUP, &hang_up, NULL);
    assert_true(place_new(s->folder, "cut"));
    snprintf(s->stand, sizeof s->stand, "%s/stand", s->folder);
    snprintf(s->script, sizeof s->script, "%s/script", s->folder);
    snprintf(s->ledger, sizeof s->ledger, "%s/ledger.db", s->folder);
    snprintf(s->runtime, sizeof s->runtime, "%s/run", s->folder);
    assert_true(place_beside_program(s->program, sizeof s->program, "cut_card_main"));
    assert_true(
        place_beside_program(s->module, sizeof s->module, "../../practice-authority.so"));
    assert_int_equal(practice_office_key(s->stand, key), PRACTICE_OK);
    fill_settings(s);
}

void scene_end(struct scene *s)
{
    if (s->resident > 0) {
        kill(s->resident, SIGKILL);
        waitpid(s->resident, NULL, 0);
    }
    place_remove(s->folder);
}

/* --- one case --- */

void scene_cut(struct scene *s, const char *card_file, unsigned cut, unsigned nth)
{
    static const char *const left[] = {"fired", "late", "insert", "mind"};
    static const char *const parts[] = {"", "-wal", "-shm"};
    char name[128], text[512];

    line_cut = 0;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        name_beside_script(s, name, left[i]);
        unlink(name);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(name, sizeof name, "%s%s", s->ledger, parts[i]);
        unlink(name);
    }
    snprintf(text, sizeof text, "stand %s\ncard %s\ncut %u %u\n", s->stand, card_file, cut, nth);
    write_text(s->script, text);
}

static bool is_there(const struct scene *s, const char *ending)
{
    char name[128];

    name_beside_script(s, name, ending);
    return access(name, F_OK) == 0;
}

bool scene_fired(const struct scene *s)
{
    return is_there(s, "fired");
}

bool scene_asked_too_late(const struct scene *s)
{
    return is_there(s, "late");
}

void scene_look(const struct scene *s, const char *card, struct card_state *state)
{
    char path[160];

    memset(state, 0, sizeof *state);
    snprintf(path, sizeof path, "%s/cards/%s", s->stand, card);
    if (card_state_read(state, path) != PRACTICE_OK)
        memset(state, 0, sizeof *state);
}

/* --- the resident --- */

void scene_resident_knows(const struct scene *s, const char *in_use, const char *fresh)
{
    char name[128], ready[128], text[80];

    name_beside_script(s, name, "said");
    name_beside_script(s, ready, "mind");
    snprintf(text, sizeof text, "%s %s\n", in_use, fresh);
    write_text(name, text);
    rename(name, ready);
}

void scene_start_resident(struct scene *s)
{
    char mind[128];

    name_beside_script(s, mind, "mind");
    s->resident = typist_start(s->runtime, mind);
    assert_true(s->resident > 0);
}
