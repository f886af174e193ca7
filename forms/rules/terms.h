/*
 * The words of the counter and their numbers: procedures, presenters, PINs, facts and their values,
 * attributes of documents, verdicts, ways on. The words are those that `madoguchi explain` fixes;
 * the profiles, the screens and the records use the same.
 *
 * Documents, offices, further presenters and further facts are data (profile.h) and have no number
 * here.
 */
#ifndef FORMS_RULES_TERMS_H
#define FORMS_RULES_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum procedure {
    PROCEDURE_CHANGE,
    PROCEDURE_RESET,
    PROCEDURE_RENEW,
    PROCEDURE_ISSUE,
    PROCEDURE_CHECK,
    PROCEDURES
};

/* A profile's own presenters follow. */
enum presenter {
    PRESENTER_RESIDENT,
    PRESENTER_PARENT,
    PRESENTER_GUARDIAN,
    PRESENTER_AGENT,
    PRESENTERS_COMMON
};

enum pin { PIN_SIG, PIN_AUTH, PIN_JUKI, PIN_KENMEN, PINS };
enum { PINS_ALL = (1 << PINS) - 1, PINS_CERTIFICATES = 1 << PIN_SIG | 1 << PIN_AUTH };

/* Whose document it is; papers are HOLDER_ANY: nobody's. */
enum holder { HOLDER_RESIDENT, HOLDER_VISITOR, HOLDER_ANY, HOLDERS };

/* First what the clerk states, then what is worked out from it, then a profile's own. */
enum fact {
    FACT_BIRTH,
    FACT_CARD_EXPIRY,
    FACT_SIG_EXPIRY,
    FACT_AUTH_EXPIRY,
    FACT_SIG,
    FACT_AUTH,
    FACT_PINS,
    FACT_PIN_SIG,
    FACT_PIN_AUTH,
    FACT_PIN_JUKI,
    FACT_PIN_KENMEN,
    FACT_WARD,
    FACT_DOMICILE_HERE,
    FACT_SAME_HOUSEHOLD,
    FACT_AUTHORITY_CONFIRMED,
    FACT_BOOKING,
    FACT_CONTACTED_BEFORE,
    FACT_BOOKED_FOR,
    FACT_BOOKED_AT,
    FACT_APP_DONE_AT,
    FACTS_STATED,
    FACT_UNDER15 = FACTS_STATED,
    FACT_WINDOW,   /* a chosen certificate's renewal window */
    FACT_CARD,     /* valid expired */
    FACT_TOGETHER, /* the card does not outlive a chosen certificate */
    FACT_EVERY_PIN,
    FACT_EVERY_CHOSEN_PIN,
    FACT_SOME_PIN,
    FACT_SOME_CHOSEN_PIN,
    FACT_CHOSEN_CERTIFICATE, /* at least one chosen certificate is in this state */
    FACT_EVERY_CERTIFICATE,  /* every chosen one is */
    FACT_SIG_CHOSEN,
    FACTS_COMMON
};
enum { FACTS_OWN = 16, FACTS_MAX = FACTS_COMMON + FACTS_OWN, FACT_NONE = 255 };

/* What a fact's value is. */
enum fact_kind {
    FACT_IS_DATE,
    FACT_IS_MOMENT,
    FACT_IS_YES_NO,
    FACT_IS_PIN,
    FACT_IS_STATE,
    FACT_IS_WINDOW,
    FACT_IS_CARD
};

enum fact_yes { FACT_YES, FACT_NO };
enum fact_pin { PIN_IS_KNOWN, PIN_IS_UNSURE, PIN_IS_FORGOTTEN, PIN_IS_LOCKED };
enum fact_state { STATE_VALID, STATE_EXPIRED, STATE_LAPSED, STATE_NONE };
enum fact_window { WINDOW_BEFORE, WINDOW_OPEN, WINDOW_AFTER };
enum fact_card { CARD_IS_VALID, CARD_IS_EXPIRED };

enum attribute {
    ATTRIBUTE_ISSUED,
    ATTRIBUTE_EXPIRES,
    ATTRIBUTE_SHOWS,
    ATTRIBUTE_SEALED,
    ATTRIBUTE_STAMPED,
    ATTRIBUTE_SIGNED,
    ATTRIBUTE_COMPLETE,
    ATTRIBUTE_FROM,
    ATTRIBUTE_FAULT,
    ATTRIBUTES
};

enum shows { SHOWS_NAME = 1, SHOWS_BIRTH = 2, SHOWS_ADDRESS = 4 };
enum sheet_from { FROM_UNSTATED, FROM_NOTICE, FROM_OFFICE };
enum sheet_fault {
    SHEET_ILLEGIBLE,
    SHEET_TOO_SHORT,
    SHEET_TOO_LONG,
    SHEET_LOWER_CASE,
    SHEET_SYMBOL,
    SHEET_NO_MIX,
    SHEET_OLD_PIN_MISSING,
    SHEET_OLD_PIN_WRONG,
    SHEET_FAULTS
};

/* In the order of acceptance to "elsewhere"; of what applies, the later one decides. */
enum verdict_kind {
    VERDICT_ACCEPT,
    VERDICT_FIRST_VISIT,
    VERDICT_SECOND_VISIT,
    VERDICT_MISSING,
    VERDICT_CLOSED,
    VERDICT_ASK_OFFICE,
    VERDICT_REFUSE,
    VERDICT_REROUTE,
    VERDICTS
};

/* Where else it can be done: a procedure, or one of these. */
enum way_on { ON_CARD_REISSUE = PROCEDURES, ON_OTHER_OFFICE, ON_KIOSK, ON_HOME, WAYS_ON };

enum pin_by { PIN_BY_NOBODY, PIN_BY_RESIDENT, PIN_BY_STAFF };

/* A table of words; a word's place is its number. */
struct terms {
    const char *const *word;
    size_t count;
};

extern const struct terms terms_procedures, terms_presenters, terms_pins, terms_holders,
    terms_facts, terms_attributes, terms_faults, terms_from, terms_verdicts, terms_ways_on,
    terms_pin_by, terms_shows, terms_yes_no;

/* The word's number, or -1. */
int terms_find(const struct terms *terms, const char *word);

/* The word, or "" for a number outside the table. */
const char *terms_word(const struct terms *terms, size_t number);

/* Kind of a common fact, and the words of a kind (none for dates and moments). */
enum fact_kind terms_fact_kind(enum fact fact);
const struct terms *terms_fact_values(enum fact_kind kind);

#endif
