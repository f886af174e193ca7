/*
 * A city's profile and the national rules as plain data, filled by the loader (config/city.h) and
 * only read here. What each thing means is in madoguchi-city(5); this is its shape in memory.
 *
 * Ids, names and texts belong to the loader and live as long as the profile. Numbers below are
 * indexes: documents into `documents`, classes into `classes`, and so on; sets are bits of such
 * indexes.
 */
#ifndef FORMS_RULES_PROFILE_H
#define FORMS_RULES_PROFILE_H

#include "forms/rules/date.h"
#include "forms/rules/hours.h"
#include "forms/rules/terms.h"

enum {
    PROFILE_DOCUMENTS = 64,
    PROFILE_CLASSES = 24,
    PROFILE_NEEDS = 64,
    PROFILE_WAYS = 64,
    PROFILE_RULES = 96,
    PROFILE_OFFICES = 16,
    PROFILE_PRESENTERS = 12,
    NATIONAL_RULES = 48,
    WAY_NEEDS = 12,
    ALTERNATIVES = 6,
    SLOTS = 4,
    SLOT_TESTS = 4,
    CONJUNCTION = 6,
    CLASS_EXTRAS = 8,
    CLASS_ALONE = 8,
    NEED_WAIVERS = 4,
    NOTHING = 255
};

struct text {
    const char *ja, *en;
};

/* A rule as shown: its id, its sentence, and where it was read ("FILE:LINE"), by procedure. A rule
 * of the whole country has a home too, its place in national.ini; cite it by profile_source(). */
struct citation {
    const char *id;
    struct text text;
    const char *source[PROCEDURES];
    const char *home; /* NULL: a city's own */
};

struct document {
    const char *id;
    struct text name;
    bool paper;         /* belongs to nobody */
    struct date from;   /* not before that day; none: always */
    struct date until;  /* not after that day; none: still */
    uint8_t stands_for; /* counts where that document is listed; NOTHING */
    const char *source; /* of the dates */
};

/* One condition on a shown document. Holds only where the attribute was stated. */
enum test_kind {
    TEST_YES,
    TEST_NO,
    TEST_SHOWS,
    TEST_FROM,
    TEST_FAULT,
    TEST_ISSUED_FROM,
    TEST_ISSUED_WITHIN,
    TEST_EXPIRES_STATED
};
struct test {
    uint8_t kind;      /* enum test_kind */
    uint8_t attribute; /* enum attribute */
    uint16_t bits;     /* shows: all of them; faults: any of them; from: the value */
    uint16_t months;
    struct date date;
};
struct tests {
    struct test test[SLOT_TESTS];
    uint8_t count;
};

struct document_class {
    const char *id;
    struct text name;
    uint64_t documents;
    bool open;               /* the page's list is of examples */
    struct date from, until; /* in force; none: always */
    struct {
        struct date day;
        uint64_t added, removed;
    } extra[CLASS_EXTRAS]; /* the list changes on that day */
    uint8_t extras;
    struct tests where[ALTERNATIVES]; /* alternatives, for every document */
    uint8_t wheres;
    struct {
        uint8_t document;
        struct tests tests;
    } alone[CLASS_ALONE]; /* for one document besides */
    uint8_t alones;
};

/* One place for a document: of a class, or a document by name, with conditions of its own. */
struct slot {
    uint8_t class; /* NOTHING: by name */
    uint8_t document;
    struct tests tests;
};

struct slots {
    struct slot slot[SLOTS];
    uint8_t count;
};

/* FACT:VALUE,VALUE; dates compare with the reception day. */
enum condition_kind { CONDITION_VALUES, CONDITION_WITHIN_DAYS, CONDITION_OLDER_DAYS };
struct condition {
    uint8_t fact;    /* enum fact, or FACTS_COMMON + own */
    uint8_t kind;    /* enum condition_kind */
    uint16_t values; /* bits */
    uint16_t days;
};

/* Alternatives, each a conjunction; none: holds. */
struct conditions {
    struct {
        struct condition condition[CONJUNCTION];
        uint8_t count;
    } any[ALTERNATIVES];
    uint8_t count;
};

enum otherwise { OTHERWISE_MISSING, OTHERWISE_REFUSE, OTHERWISE_WARN };

struct need {
    struct citation citation;
    uint8_t holder;    /* enum holder */
    uint8_t otherwise; /* enum otherwise */
    struct slots any[ALTERNATIVES];
    uint8_t count;
    struct conditions when;          /* exists only then */
    struct conditions unless;        /* waived then; count 0: never */
    uint8_t waived_by[NEED_WAIVERS]; /* needs */
    uint8_t waivers;
    uint64_t not_documents;
    uint64_t shared; /* documents that may serve another need too */
};

struct way {
    struct citation citation;
    uint8_t procedures;  /* bits */
    uint16_t presenters; /* bits */
    uint8_t visit, visits;
    uint8_t pin_by;           /* enum pin_by */
    uint8_t needs[WAY_NEEDS]; /* a need that waives another comes before it */
    uint8_t need_count;
    struct slots started_by; /* count 0: by nothing */
    struct conditions when;
    uint8_t asks[CONJUNCTION]; /* facts that must be stated */
    uint8_t ask_count;
    bool ask_office;
};

enum rule_kind {
    RULE_REROUTE,
    RULE_REFUSE,
    RULE_ASK_OFFICE,
    RULE_WARN,
    RULE_GUIDE,
    RULE_ALTERNATIVE,
    RULE_KINDS
};

struct rule {
    struct citation citation;
    uint8_t kind;       /* enum rule_kind */
    uint8_t to;         /* a procedure or enum way_on; NOTHING */
    uint8_t procedures; /* bits; all where the profile says none */
    uint16_t presenters;
    uint8_t visits; /* bits 1..7 */
    uint16_t offices;
    uint8_t pins;      /* one of the chosen is in it */
    uint8_t only_pins; /* no other is chosen */
    struct conditions when;
    struct slots shown[ALTERNATIVES]; /* alternatives */
    uint8_t showns;
    struct date from, until;
    const char *phone; /* NULL: the city's */
    bool pass;         /* an unstated fact means that the rule does not hold */
    bool settle;       /* the office may decide otherwise */
    bool silent;       /* national: also where the page is silent */
};

struct office {
    const char *id;
    struct text name;
    const char *alias[6]; /* other names on the page */
    uint8_t aliases;
    const char *source;
};

struct named {
    const char *id;
    struct text name;
};

struct profile {
    const char *id;
    struct text name, page;
    struct date date;
    const char *file; /* of the page */
    uint32_t code;    /* of the municipality, as a card's chip tells it; 0: not stated */
    const char *phone;
    bool english;                  /* the office's language */
    uint8_t covers[PROCEDURES];    /* PINs */
    uint8_t typed[PROCEDURES];     /* PINs that are typed besides: of the certificates' procedures */
    uint8_t birthdays[PROCEDURES]; /* validity as the page says it; 0: silent */
    struct citation validity;      /* where birthdays is not 0 */
    struct citation contact;       /* source: the line of the phone number */
    struct citation old;           /* that the page is old; source: the line of its date */
    struct document documents[PROFILE_DOCUMENTS];
    uint8_t document_count;
    struct document_class classes[PROFILE_CLASSES];
    uint8_t class_count;
    struct need needs[PROFILE_NEEDS];
    uint8_t need_count;
    struct way ways[PROFILE_WAYS];
    uint8_t way_count;
    struct rule rules[PROFILE_RULES];
    uint8_t rule_count;
    struct office offices[PROFILE_OFFICES]; /* main office first */
    uint8_t office_count;
    struct named presenters[PROFILE_PRESENTERS]; /* the common ones first */
    uint8_t presenter_count;
    struct {
        struct named name;
        uint8_t kind; /* enum fact_kind: yes/no or date */
    } facts[FACTS_OWN];
    uint8_t fact_count;
    struct hours_table hours;
};

/* Sentences that are not one city's: why the program says what no page says. */
enum national_say {
    SAY_SILENT,
    SAY_PAGE_OLD,
    SAY_NO_HOURS,
    SAY_HOURS_UNKNOWN,
    SAY_CLOSED,
    SAY_VALIDITY_DIFFERS,
    SAY_VALIDITY_DOUBT,
    SAY_UNLISTED,
    SAY_FACT,
    SAY_TIME_UNSTATED,
    SAY_MAY_CLOSE,
    SAY_CARD_END_UNKNOWN,
    SAY_AUTH_END_UNKNOWN,
    SAY_CHOSEN_IN_WINDOW,
    SAY_BOOKING_OK,
    SAY_BOOKING_EARLY,
    SAY_BOOKING_LATE,
    SAY_KIOSK_OK,
    SAY_KIOSK_CLOSED,
    SAY_KIOSK_LATE,
    SAY_KIOSK_NOT_READY,
    SAY_DOCUMENT_ENDED,
    SAY_STANDS_FOR,
    NATIONAL_SAYS
};

struct national {
    struct rule rules[NATIONAL_RULES];
    uint8_t rule_count;
    struct citation say[NATIONAL_SAYS];
    uint8_t assumed[PROFILE_PRESENTERS]
                   [2]; /* by presenter: ward, under15: 1 + enum fact_yes, 0: nothing */
    uint16_t page_old_months;
    struct hours_kiosk kiosk;
    struct holiday_table holidays;
};

/* Lookups; -1 where there is none. An office is found by id, name or alias, blanks and
 * page brackets aside. */
int profile_document(const struct profile *profile, const char *id);
int profile_office(const struct profile *profile, const char *name);
int profile_presenter(const struct profile *profile, const char *id);
int profile_fact(const struct profile *profile, const char *id);

/* What is cited for a procedure: the page's line, or for a national rule that was read on another
 * city's page its place in national.ini. */
const char *profile_source(const struct profile *profile, const struct citation *citation,
                           enum procedure procedure);

const char *profile_fact_id(const struct profile *profile, uint8_t fact);
enum fact_kind profile_fact_kind(const struct profile *profile, uint8_t fact);

#endif
