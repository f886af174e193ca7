#include "forms/rules/date.h"
#include "tui/screens/messages.h"
#include "tui/screens/parts.h"
#include "tui/term/cells.h"

#include <stdio.h>
#include <stdlib.h>

enum { LABEL = 3, VALUE = 27, FACTS_ROW = 2, LIST_ROW = 9, SENTENCE_ROW = 15, PIN_NAME = 26, TRIES = 16 };

static const char *yes_no(const struct screen_view *view, uint8_t value)
{
    static const char *const ids[] = {[CARD_UNKNOWN] = "answer.unknown", [CARD_NO] = "answer.none",
                                      [CARD_YES] = "card.there"};
    return say(view, ids[value % 3]);
}

static void draw_line(struct canvas *c, const struct screen_view *view, int row, const char *label, const char *value)
{
    canvas_put(c, row, LABEL, VALUE - LABEL, THEME_QUIET, say(view, label));
    canvas_put(c, row, VALUE, c->columns - VALUE - 1, THEME_TEXT, value);
}

static void draw_facts(struct canvas *c, const struct screen_view *view)
{
    const struct card_facts *card = &view->desk->card;
    char text[WORDS_TEXT_MAX], date[PARTS_TEXT];
    WORDS(view->language, "card.serial", text, card->serial, card->municipality);
    draw_line(c, view, FACTS_ROW, "card.number", text);
    draw_line(c, view, FACTS_ROW + 1, "card.expiry", date_text(view, card_date(card->expiry), date));
    draw_line(c, view, FACTS_ROW + 2, "certificate.sig", yes_no(view, card->certificates[CARD_CERTIFICATE_SIG]));
    snprintf(text, sizeof text, "%s", yes_no(view, card->certificates[CARD_CERTIFICATE_AUTH]));
    if (card->auth_until != 0) {
        WORDS(view->language, "card.auth-until", text, date_text(view, card_date(card->auth_until), date));
    }
    draw_line(c, view, FACTS_ROW + 3, "certificate.auth", text);
}

/* Tries left; where a PIN has two places, the smaller number. */
static const char *tries_text(const struct screen_view *view, const struct card_pin_facts *pin, enum theme_role *role,
                              char out[WORDS_TEXT_MAX])
{
    int tries = pin->place_count > 0 ? pin->tries[0] : -1;
    char number[PARTS_TEXT];
    for (int i = 1; i < pin->place_count && i < CARD_PLACES_MAX; i++) {
        tries = pin->tries[i] < tries ? pin->tries[i] : tries;
    }
    *role = THEME_TEXT;
    if (pin->present == CARD_NO) {
        return say(view, "card.no-pin");
    }
    if (tries < 0) {
        return say(view, "answer.unknown");
    }
    *role = tries == 0 ? THEME_BAD : tries == 1 ? THEME_WARNING : THEME_TEXT;
    return words_format(view->language, tries == 0 ? "card.locked" : "card.tries", out, WORDS_TEXT_MAX, 1,
                        (const char *[]){number_text(tries, number)});
}

static void draw_pin(struct canvas *c, const struct screen_view *view, int pin)
{
    static const char *const bars[] = {[PIN_MAY] = NULL, [PIN_NOT_COVERED] = "pin-bar.not-covered",
                                       [PIN_NOT_THERE] = "pin-bar.not-there", [PIN_NO_TERMINAL] = "pin-bar.no-terminal",
                                       [PIN_TYPED_TOO] = "pin-bar.typed-too"};
    enum theme_role role = THEME_TEXT;
    char text[WORDS_TEXT_MAX] = "";
    int row = LIST_ROW + pin;
    bool chosen = (view->situation.pins & 1U << pin) != 0 || view->pin_bar[pin] == PIN_TYPED_TOO;
    int column = widgets_marker(c, row, LABEL, view->ui.list[SCREEN_CARD].at == pin);
    column = widgets_tick(c, row, column, 4 + PIN_NAME, chosen, pin_name(view, (size_t)pin));
    if (view->desk->card_known) {
        const char *tries = tries_text(view, &view->desk->card.pins[pin], &role, text);
        put_marked(c, row, column, TRIES, role, tries);
    }
    const char *bar = bars[view->pin_bar[pin]];
    canvas_put(c, row, column + TRIES, c->columns - column - TRIES - 1, THEME_QUIET, bar != NULL ? say(view, bar) : "");
}

/* Issued by another municipality than the profile's. Neither is known for certain: then it is not said. */
static bool other_city(const struct screen_view *view)
{
    unsigned long code = strtoul(view->desk->card.municipality, NULL, 10);
    return view->profile->code != 0 && code != 0 && code != view->profile->code;
}

static const char *card_sentence(const struct screen_view *view)
{
    const struct card_facts *card = &view->desk->card;
    struct date expiry = card_date(card->expiry);
    if (card->face_only == CARD_YES) {
        return "card.face-only";
    }
    if (date_valid(expiry) && date_compare(expiry, view->situation.at.date) < 0) {
        return "card.expired";
    }
    if (view->desk->case_open && view->desk->file.planned && !view->desk->card_is_the_cases) {
        return "card.other.happened";
    }
    return other_city(view) ? "card.other-city" : NULL;
}

static void draw_sentence(struct canvas *c, const struct screen_view *view)
{
    const struct desk_view *desk = view->desk;
    struct flow flow = {.c = c, .top = SENTENCE_ROW, .room = c->rows - SENTENCE_ROW - 2};
    bool reading = desk->doing == DESK_READING || (desk->presence == CARD_IN_READER && desk->last.code == CARD_OK);
    if (!desk->card_known && desk->link == CARD_OK && reading) {
        flow_text(&flow, THEME_TEXT, 0, say(view, "card.reading"));
    } else if (desk->card_known) {
        bool check = view->situation.procedure == PROCEDURE_CHECK;
        const char *id = card_sentence(view), *choose = check ? "card.choose-or-not" : "card.choose";
        flow_text(&flow, id != NULL ? THEME_WARNING : THEME_TEXT, 0, say(view, id != NULL ? id : choose));
    } else if (desk->link != CARD_OK) {
        struct message message = message_of_link(desk->link);
        flow_message(&flow, view, &message, "");
    } else if (desk->presence != CARD_IN_READER) {
        flow_text(&flow, THEME_WARNING, 0, say(view, "card.insert"));
    } else {
        flow_message(&flow, view, message_of_card((enum card_code)desk->last.code), "");
    }
}

void card_draw(struct canvas *c, const struct screen_view *view)
{
    if (view->desk->card_known) {
        draw_facts(c, view);
    } else {
        canvas_put(c, FACTS_ROW, LABEL, -1, THEME_TEXT, say(view, "card.not-read"));
    }
    int column = canvas_put(c, LIST_ROW - 1, LABEL + 2, PIN_NAME + 4, THEME_HEADING, say(view, "card.pins"));
    canvas_put(c, LIST_ROW - 1, column, TRIES, THEME_HEADING, view->desk->card_known ? say(view, "card.tries-left") : "");
    for (int i = 0; i < PINS; i++) {
        draw_pin(c, view, i);
    }
    draw_sentence(c, view);
}

struct request card_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct widgets_list *list = &view->ui.list[SCREEN_CARD];
    if (widgets_list_key(list, PINS, PINS, key)) {
        return (struct request){.act = ACT_NONE};
    }
    if (key->code == KEYS_LEFT) {
        return (struct request){.act = ACT_BACK};
    }
    return (struct request){.act = act, .number = list->at};
}
