#include "forms/rules/terms.h"

#include <string.h>

#define TERMS(...)                                                                                 \
    {                                                                                              \
        .word = (const char *const[]){__VA_ARGS__},                                                \
        .count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)                       \
    }

const struct terms terms_procedures = TERMS("change", "reset", "renew", "issue", "check");
const struct terms terms_presenters = TERMS("resident", "parent", "guardian", "agent");
const struct terms terms_pins = TERMS("sig", "auth", "juki", "kenmen");
const struct terms terms_holders = TERMS("resident", "visitor");
const struct terms terms_attributes =
    TERMS("issued", "expires", "shows", "sealed", "stamped", "signed", "complete", "from", "fault");
const struct terms terms_faults = TERMS("illegible", "too-short", "too-long", "lower-case",
                                        "symbol", "no-mix", "old-pin-missing", "old-pin-wrong");
const struct terms terms_from = TERMS("", "notice", "office");
const struct terms terms_verdicts = TERMS("accept", "first-visit", "second-visit", "missing",
                                          "closed", "ask-office", "refuse", "reroute");
const struct terms terms_ways_on = TERMS("change", "reset", "renew", "issue", "check",
                                         "card-reissue", "other-office", "kiosk", "home");
const struct terms terms_pin_by = TERMS("", "resident", "staff");
const struct terms terms_shows = TERMS("name", "birth", "address");
const struct terms terms_yes_no = TERMS("yes", "no");

static const struct terms no_words = {.word = NULL, .count = 0};
static const struct terms pin_words = TERMS("known", "unsure", "forgotten", "locked");
static const struct terms state_words = TERMS("valid", "expired", "lapsed", "none");
static const struct terms window_words = TERMS("before", "open", "after");
static const struct terms card_words = TERMS("valid", "expired");

/* By enum fact. */
const struct terms terms_facts = TERMS(
    "birth", "card-expiry", "sig-expiry", "auth-expiry", "sig", "auth", "pins", "pin-sig",
    "pin-auth", "pin-juki", "pin-kenmen", "ward", "domicile-here", "same-household",
    "authority-confirmed", "booking", "contacted-before", "booked-for", "booked-at", "app-done-at",
    "under15", "window", "card", "together", "every-pin", "every-chosen-pin", "some-pin",
    "some-chosen-pin", "chosen-certificate", "every-chosen-certificate", "sig-chosen");

static const uint8_t fact_kinds[FACTS_COMMON] = {
    [FACT_BIRTH] = FACT_IS_DATE,
    [FACT_CARD_EXPIRY] = FACT_IS_DATE,
    [FACT_SIG_EXPIRY] = FACT_IS_DATE,
    [FACT_AUTH_EXPIRY] = FACT_IS_DATE,
    [FACT_SIG] = FACT_IS_STATE,
    [FACT_AUTH] = FACT_IS_STATE,
    [FACT_PINS] = FACT_IS_PIN,
    [FACT_PIN_SIG] = FACT_IS_PIN,
    [FACT_PIN_AUTH] = FACT_IS_PIN,
    [FACT_PIN_JUKI] = FACT_IS_PIN,
    [FACT_PIN_KENMEN] = FACT_IS_PIN,
    [FACT_WARD] = FACT_IS_YES_NO,
    [FACT_DOMICILE_HERE] = FACT_IS_YES_NO,
    [FACT_SAME_HOUSEHOLD] = FACT_IS_YES_NO,
    [FACT_AUTHORITY_CONFIRMED] = FACT_IS_YES_NO,
    [FACT_BOOKING] = FACT_IS_YES_NO,
    [FACT_CONTACTED_BEFORE] = FACT_IS_YES_NO,
    [FACT_BOOKED_FOR] = FACT_IS_MOMENT,
    [FACT_BOOKED_AT] = FACT_IS_MOMENT,
    [FACT_APP_DONE_AT] = FACT_IS_MOMENT,
    [FACT_UNDER15] = FACT_IS_YES_NO,
    [FACT_WINDOW] = FACT_IS_WINDOW,
    [FACT_CARD] = FACT_IS_CARD,
    [FACT_TOGETHER] = FACT_IS_YES_NO,
    [FACT_EVERY_PIN] = FACT_IS_PIN,
    [FACT_EVERY_CHOSEN_PIN] = FACT_IS_PIN,
    [FACT_SOME_PIN] = FACT_IS_PIN,
    [FACT_SOME_CHOSEN_PIN] = FACT_IS_PIN,
    [FACT_CHOSEN_CERTIFICATE] = FACT_IS_STATE,
    [FACT_EVERY_CERTIFICATE] = FACT_IS_STATE,
    [FACT_SIG_CHOSEN] = FACT_IS_YES_NO,
};

int terms_find(const struct terms *terms, const char *word)
{
    for (size_t i = 0; i < terms->count; i++)
        if (terms->word[i][0] != '\0' && strcmp(terms->word[i], word) == 0)
            return (int)i;
    return -1;
}

const char *terms_word(const struct terms *terms, size_t number)
{
    return number < terms->count ? terms->word[number] : "";
}

enum fact_kind terms_fact_kind(enum fact fact)
{
    return (enum fact_kind)fact_kinds[fact];
}

const struct terms *terms_fact_values(enum fact_kind kind)
{
    switch (kind) {
    case FACT_IS_YES_NO:
        return &terms_yes_no;
    case FACT_IS_PIN:
        return &pin_words;
    case FACT_IS_STATE:
        return &state_words;
    case FACT_IS_WINDOW:
        return &window_words;
    case FACT_IS_CARD:
        return &card_words;
    case FACT_IS_DATE:
    case FACT_IS_MOMENT:
        break;
    }
    return &no_words;
}
