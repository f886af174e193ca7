/*
 * A card process over an emulated card that is cut once (cut_card_main), the resident in front of it,
 * and a folder for both: for tests that cut a case at every command.
 *
 * Order of calls: scene_new; for each case scene_cut, what the resident knows, a desk with
 * scene->settings; scene_end. What cannot be laid out fails the running cmocka test.
 */
#ifndef TESTS_DESK_CUT_SCENE_H
#define TESTS_DESK_CUT_SCENE_H

#include "cardops/practice/card_state.h"
#include "cardops/practice/emulated_reader.h"
#include "tests/lib/conduct.h"
#include "tests/lib/place.h"

/* Ways to cut a step that the emulated reader does not have: beyond enum emulated_fault, the
 * processes on either side die, or the clerk's line is cut. Before and after the card had the command. */
enum cut {
    CUT_KILL_CARD_BEFORE = 100,
    CUT_KILL_CARD_AFTER,
    CUT_KILL_DESK_BEFORE,
    CUT_KILL_DESK_AFTER,
    CUT_HANG_UP_BEFORE,
    CUT_HANG_UP_AFTER,
};

/* All that a case is cut with. */
enum { CUTS = 14 };
extern const unsigned cuts[CUTS];
/* The first desk does not go on: it is to run in a child process. */
bool cut_ends_desk(unsigned cut);

struct scene {
    char folder[PLACE_ROOM], stand[80], script[80], ledger[80];
    char program[256], module[256], runtime[80];
    struct desk_settings settings;
    pid_t resident; /* at the second terminal; 0: nobody */
};

void scene_new(struct scene *s);
void scene_end(struct scene *s);

/* The card of this file is in the reader, and `cut` strikes at the nth command to it; 0: never. The
 * case before has left nothing, but for the card's own memory. */
void scene_cut(struct scene *s, const char *card_file, unsigned cut, unsigned nth);
bool scene_fired(const struct scene *s);
/* A pad was asked for a PIN after the clerk's program had died. */
bool scene_asked_too_late(const struct scene *s);
/* For struct conduct: a card that was pulled is put in again; where the clerk's line was cut (SIGHUP to
 * this process) the desk hangs up, and the case is over when it has. */
const char *scene_turn(const struct scene *s, struct conduct *c);

/* What the resident types on pad and terminal from now on, when asked for the PIN in use and for the
 * new one. */
void scene_resident_knows(const struct scene *s, const char *in_use, const char *fresh);
/* A process of the resident's terminal, which answers at once. */
void scene_start_resident(struct scene *s);

/* The card's own memory. All zero where it is not there. */
void scene_look(const struct scene *s, const char *card, struct card_state *state);

#endif
