/*
 * The whole loop of cuts on real pcscd and libccid: a procedure cut at every command to the card in every way
 * (cutting.h).
 *
 *   soak_main PROCEDURE [WAY]    1: card pulled before ... 7: line cut; left out, all of them
 */
#include "tests/session/cutting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { COMMANDS_MIN = 5, COMMANDS_MAX = 120 };

static enum cutting_way first, last = CUTTING_WAYS - 1;

static void every_command(void **state)
{
    const char *procedure = *state;
    time_t begun = time(NULL);
    int cuts = 0;
    assert_true(cutting_open(procedure));
    for (enum cutting_way way = first; way <= last; way++) {
        int command = 1;
        while (command < COMMANDS_MAX && cutting_cut(way, command)) {
            command++;
        }
        assert_in_range(command, COMMANDS_MIN, COMMANDS_MAX - 1);
        cuts += command - 1;
        print_message("%s, %s: %d commands\n", procedure, cutting_way_name(way), command - 1);
    }
    print_message("%s: %d cuts in %d minutes, every claim is true\n", procedure, cuts,
                  (int)(time(NULL) - begun + 59) / 60);
    cutting_close();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {{argv[1], every_command, NULL, NULL, argv[1]}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && atoi(argv[2]) >= 1 && atoi(argv[2]) <= CUTTING_WAYS) {
        first = last = (enum cutting_way)(atoi(argv[2]) - 1);
    }
    return argc >= 2 ? cmocka_run_group_tests_name("every cut on pcscd and libccid", tests, NULL, NULL) : 2;
}
