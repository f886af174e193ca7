/*
 * Every step, cut at every command in every way: what the reply claims is what is true on the card,
 * and no try is used that nobody made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/practice/emulated_reader.h"
#include "tests/lib/card_places.h"
#include "tests/lib/card_rig.h"
#include "tests/lib/typist.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

static struct rig rig;
static pid_t terminal;

static const char old_pin[] = "1234", new_pin[] = "5678";

enum { TRIES_FULL = 3 };

struct scene {
    const char *name;
    enum card_ask ask;
    enum card_pin pin;
    enum card_code usual; /* without a cut */
    const char *keys;
    bool wrong; /* the resident's PIN is wrong */
    enum card_way way;
};

static const struct scene scenes[] = {
    {"read", CARD_ASK_READ, CARD_PIN_AUTH, CARD_OK, "", false, CARD_WAY_PAD},
    {"verify", CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_OK, "keys 1234E\n", false, CARD_WAY_PAD},
    {"verify, wrong", CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_PIN_WRONG, "keys 9999E\n", true,
     CARD_WAY_PAD},
    {"verify twice", CARD_ASK_VERIFY, CARD_PIN_JUKI, CARD_OK, "keys 1234E\nkeys 1234E\n", false,
     CARD_WAY_PAD},
    {"change", CARD_ASK_CHANGE, CARD_PIN_AUTH, CARD_OK, "keys 1234E\nkeys 5678E5678E\n", false,
     CARD_WAY_PAD},
    {"change, class 80, twice", CARD_ASK_CHANGE, CARD_PIN_JUKI, CARD_OK,
     "keys 1234E\nkeys 5678E5678E\nkeys 1234E\nkeys 5678E5678E\n", false, CARD_WAY_PAD},
    {"reset", CARD_ASK_RESET, CARD_PIN_KENMEN, CARD_OK, "keys 5678E5678E\n", false, CARD_WAY_PAD},
    {"reset twice", CARD_ASK_RESET, CARD_PIN_JUKI, CARD_OK, "keys 5678E5678E\nkeys 5678E5678E\n",
     false, CARD_WAY_PAD},
    {"verify on the terminal", CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_OK, "", false,
     CARD_WAY_RESIDENT},
    {"change on the terminal", CARD_ASK_CHANGE, CARD_PIN_AUTH, CARD_OK, "", false,
     CARD_WAY_RESIDENT},
    {"change in two places on the terminal", CARD_ASK_CHANGE, CARD_PIN_JUKI, CARD_OK, "", false,
     CARD_WAY_RESIDENT},
    {"reset in two places on the terminal", CARD_ASK_RESET, CARD_PIN_JUKI, CARD_OK, "", false,
     CARD_WAY_RESIDENT},
};

static enum card_code play(const struct scene *scene, unsigned fault, unsigned nth)
{
    char script[256];
    rig_fresh(&rig);
    snprintf(script, sizeof script,
             "pad\nother cardops/practice/cards/other-city.ini\n%s%s %u %u\n", scene->keys,
             nth > 0 ? "fault" : "#", fault, nth);
    rig_script(&rig, script);
    assert_int_equal(rig_open(&rig), CARD_OK);
    if (scene->way == CARD_WAY_RESIDENT)
        rig_wait_resident(&rig);
    return rig_pin(&rig, scene->ask, scene->pin, scene->way);
}

static bool unknown(enum card_code code)
{
    return code == CARD_UNCERTAIN || code == CARD_REMOVED;
}

static void check_tries(const struct scene *scene, enum card_code code, int8_t claimed,
                        size_t place)
{
    int truth = rig_tries(&rig, card_places[scene->pin][place]);
    if (claimed >= 0 && !unknown(code))
        assert_int_equal(truth, claimed);
    if (!scene->wrong || (code != CARD_PIN_WRONG && !unknown(code)))
        assert_int_equal(truth, TRIES_FULL);
    else if (code == CARD_PIN_WRONG)
        assert_int_equal(truth, TRIES_FULL - 1);
    else
        assert_in_range(truth, TRIES_FULL - 1, TRIES_FULL);
}

static void check_place(const struct scene *scene, enum card_code code, uint8_t done, size_t place)
{
    enum practice_pin pin = card_places[scene->pin][place];
    if (place < done)
        assert_true(rig_pin_is(&rig, pin, new_pin));
    else if (place > done || !unknown(code))
        assert_true(rig_pin_is(&rig, pin, old_pin));
    else
        assert_true(rig_pin_is(&rig, pin, old_pin) || rig_pin_is(&rig, pin, new_pin));
}

/* A fresh look at the same card tells what is true; that is how a lost answer is settled. */
static void check_settling(const struct scene *scene, size_t place_count)
{
    rig_script(&rig, "pad\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig_pin(&rig, CARD_ASK_TRIES, scene->pin, CARD_WAY_PAD), CARD_OK);
    for (size_t i = 0; i < place_count; i++)
        assert_int_equal(rig.reply.facts.pins[scene->pin].tries[i],
                         rig_tries(&rig, card_places[scene->pin][i]));
}

static void check(const struct scene *scene, enum card_code code)
{
    size_t place_count = rig.settings.profile.pins[scene->pin].place_count;
    struct card_reply claim = rig.reply;
    assert_int_equal(rig.at_pad, rig.left_pad);
    if (code == CARD_OK && (scene->ask == CARD_ASK_CHANGE || scene->ask == CARD_ASK_RESET))
        assert_int_equal(claim.places_done, place_count);
    if (code == CARD_PIN_HALF)
        assert_in_range(claim.places_done, 1, place_count - 1);
    for (size_t i = 0; i < place_count; i++)
        check_tries(scene, code,
                    claim.facts.pin_count > 0 ? claim.facts.pins[scene->pin].tries[i] : -1, i);
    check_settling(scene, place_count);
    for (size_t i = 0; i < place_count; i++)
        check_place(scene, code, claim.places_done, i);
}

static void cut_everywhere(const struct scene *scene)
{
    assert_int_equal(play(scene, 0, 0), scene->usual);
    unsigned commands = rig.reply.commands, cuts = 0, told = 0;
    check(scene, scene->usual);
    for (unsigned fault = EMULATED_REMOVED_BEFORE; fault <= EMULATED_OTHER_CARD; fault++)
        for (unsigned nth = 1; nth <= commands; nth++) {
            enum card_code code = play(scene, fault, nth);
            check(scene, code);
            cuts++;
            told += code != scene->usual;
        }
    print_message("# %s: %u commands, %u cuts, %u of them told\n", scene->name, commands, cuts,
                  told);
    assert_true(told >= cuts / 2);
}

static void every_step_cut_everywhere(void **state)
{
    cut_everywhere(*state);
}

static int up(void **state)
{
    char mind[96], runtime[96];
    (void)state;
    rig_up(&rig, RIG_ADULT);
    snprintf(mind, sizeof mind, "%s/mind", rig.directory);
    snprintf(runtime, sizeof runtime, "%s/run", rig.directory);
    FILE *file = fopen(mind, "we");
    assert_non_null(file);
    fprintf(file, "%s %s\n", old_pin, new_pin);
    assert_int_equal(fclose(file), 0);
    terminal = typist_start(runtime, mind);
    return terminal < 0;
}

static int down(void **state)
{
    (void)state;
    kill(terminal, SIGKILL);
    waitpid(terminal, NULL, 0);
    rig_down(&rig);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[sizeof scenes / sizeof scenes[0]];
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        struct scene *scene = (struct scene *)(uintptr_t)&scenes[i];
        tests[i] = (struct CMUnitTest){scenes[i].name, every_step_cut_everywhere, up, down, scene};
    }
    return cmocka_run_group_tests_name("cuts", tests, NULL, NULL);
}
