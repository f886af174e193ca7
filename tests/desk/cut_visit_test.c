/* Several PINs in one visit, and PINs that staff type from an agent's sealed sheet (cut_pins.h). */
#include "tests/desk/cut_pins.h"

static const struct cut_visit visits[] = {
    {"reset of all four PINs",
     {"reset",
      {BY_TERMINAL(CASE_RESET, CARD_PIN_SIG), BY_PAD(CASE_RESET, CARD_PIN_AUTH),
       BY_TERMINAL(CASE_RESET, CARD_PIN_JUKI), BY_PAD(CASE_RESET, CARD_PIN_KENMEN)},
      4, NULL},
     "sig = 0\nauth = 0\njuki = 0\nkenmen = 0\n", false},
    {"change typed by staff",
     {"change",
      {SHEET_TERMINAL(CASE_CHANGE, CARD_PIN_SIG), SHEET_PAD(CASE_CHANGE, CARD_PIN_AUTH)}, 2, NULL},
     "", false},
};

int main(void)
{
    return cut_visits(visits, sizeof visits / sizeof *visits);
}
