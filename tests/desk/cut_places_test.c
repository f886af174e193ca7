/* The PIN that lives in two places, typed once on the resident's terminal (cut_pins.h). */
#include "tests/desk/cut_pins.h"

#define JUKI CARD_PIN_JUKI

static const struct cut_visit visits[] = {
    {"reset of a locked PIN", {"reset", {BY_TERMINAL(CASE_RESET, JUKI)}, 1, NULL}, "juki = 0\n", false},
    {"change", {"change", {BY_TERMINAL(CASE_CHANGE, JUKI)}, 1, NULL}, "", false},
    {"check", {"check", {BY_TERMINAL(CASE_VERIFY, JUKI)}, 1, NULL}, "juki = 2\n", false},
};

int main(void)
{
    return cut_visits(visits, sizeof visits / sizeof *visits);
}
