/* The PIN of the authentication certificate, by pad (cut_pins.h). */
#include "tests/desk/cut_pins.h"

static const struct cut_visit visits[] = {
    {"reset of a locked PIN", {"reset", {BY_PAD(CASE_RESET, CARD_PIN_AUTH)}, 1, NULL}, "auth = 0\n", false},
    {"reset of a forgotten PIN", {"reset", {BY_PAD(CASE_RESET, CARD_PIN_AUTH)}, 1, NULL}, "", false},
    {"change", {"change", {BY_PAD(CASE_CHANGE, CARD_PIN_AUTH)}, 1, NULL}, "", false},
    {"change, first wrong", {"change", {BY_PAD(CASE_CHANGE, CARD_PIN_AUTH)}, 1, NULL}, "", true},
    {"check", {"check", {BY_PAD(CASE_VERIFY, CARD_PIN_AUTH)}, 1, NULL}, "auth = 2\n", false},
    {"check, first wrong", {"check", {BY_PAD(CASE_VERIFY, CARD_PIN_AUTH)}, 1, NULL}, "", true},
};

int main(void)
{
    return cut_visits(visits, sizeof visits / sizeof *visits);
}
