/* The signature password, which is typed on the resident's terminal (cut_pins.h). */
#include "tests/desk/cut_pins.h"

#define SIG CARD_PIN_SIG

static const struct cut_visit visits[] = {
    {"reset of a locked password", {"reset", {BY_TERMINAL(CASE_RESET, SIG)}, 1, NULL}, "sig = 0\n", false},
    {"change", {"change", {BY_TERMINAL(CASE_CHANGE, SIG)}, 1, NULL}, "", false},
    {"change, first wrong", {"change", {BY_TERMINAL(CASE_CHANGE, SIG)}, 1, NULL}, "", true},
    {"check", {"check", {BY_TERMINAL(CASE_VERIFY, SIG)}, 1, NULL}, "sig = 2\n", false},
    {"check, first wrong", {"check", {BY_TERMINAL(CASE_VERIFY, SIG)}, 1, NULL}, "", true},
};

int main(void)
{
    return cut_visits(visits, sizeof visits / sizeof *visits);
}
