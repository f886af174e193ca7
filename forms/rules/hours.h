/*
 * Opening hours: is this office open for this procedure and presenter at this moment, and when does
 * it open next? The rules are data (config/city_hours.h describes their ini form); this file only
 * applies them.
 *
 * "From 8:45 to 17:15" (まで) holds both minutes: received at 17:15 is open, at 17:16 closed. The same
 * holds for bookings, for the kiosk's hours and its "within 24 hours". A closure's hours end where
 * opening resumes: they hold their first minute and not their last. 24:00 is the end of the day, not
 * a minute of the next one.
 *
 * Which rule decides, first match first:
 *   1. a closure that names dates (dates or intervals)
 *   2. an opening that takes this procedure and presenter
 *   3. any other closure
 *   4. an hours rule
 * On a public holiday, hours and openings chosen by weekday count only if they name `holiday` (with
 * or without the weekday); with `nth` stated, `holiday` only lets that weekday count when it is a
 * holiday. Closures chosen by weekday do not care whether the day is a holiday.
 *
 * Offices, procedures and presenters are numbers here (below HOURS_WORDS), given by the profile.
 */
#ifndef FORMS_RULES_HOURS_H
#define FORMS_RULES_HOURS_H

#include "forms/rules/date.h"
#include "forms/rules/holiday.h"

#include <stdint.h>

#define HOURS_WORDS 64
#define HOURS_ID_SIZE 48
#define HOURS_SOURCE_SIZE 64
#define HOURS_DATES 24
#define HOURS_INTERVALS 6
#define HOURS_RULES 96
#define HOURS_BOOKINGS 8
#define HOURS_SEARCH_DAYS 400

/* A set of numbers below HOURS_WORDS; 0 stands for all of them. */
typedef uint64_t hours_set;

enum { HOURS_HOLIDAY_BIT = WEEKDAYS }; /* days: bit 0..6 Monday..Sunday, bit 7 public holiday */

struct hours_interval {
    struct date first;
    struct date last; /* included */
};

/* Which days a rule speaks of. All that is stated must hold. */
struct hours_days {
    unsigned weekdays;  /* bits; 0: every day, holidays too */
    unsigned nth;       /* bits 1..5: the nth such weekday of the month; bit 0: the last; 0: each */
    int shift;          /* the rule means the day so many days after the one chosen above */
    int yearly_first;   /* month * 100 + day; 0: not stated; may run over the year's end */
    int yearly_last;    /* included */
    struct date dates[HOURS_DATES];
    size_t date_count;
    struct hours_interval intervals[HOURS_INTERVALS];
    size_t interval_count;
    struct hours_interval excepts[HOURS_INTERVALS]; /* the rule does not hold in these */
    size_t except_count;
    struct date from;  /* none: always has been */
    struct date until; /* none: still; included */
    bool unknown;      /* the page says that there are such days and not which */
};

enum hours_kind { HOURS_WEEKLY, HOURS_OPENING, HOURS_CLOSURE };
enum hours_booking { HOURS_WALK_IN, HOURS_BOOKED_FIRST, HOURS_BOOKED_ONLY };

struct hours_rule {
    enum hours_kind kind;
    char id[HOURS_ID_SIZE];         /* the section: hours.main */
    char source[HOURS_SOURCE_SIZE]; /* as written in the profile: MIN 57-61 */
    hours_set offices;
    hours_set procedures;
    hours_set presenters;
    struct hours_days days;
    int open;  /* minute of the day; a closure covers the whole day by default */
    int close; /* included, but for a closure; up to 1440 */
    enum hours_booking booking;
};

/* Bookings for a day are taken from [months_before months earlier, day_of_month, opens] to
 * [days_before days earlier, closes], both included. */
struct hours_booking_rule {
    char id[HOURS_ID_SIZE];
    char source[HOURS_SOURCE_SIZE];
    hours_set offices;
    int months_before;
    int day_of_month;
    int opens;
    int days_before;
    int closes;
};

struct hours_kiosk {
    char source[HOURS_SOURCE_SIZE];
    int within; /* minutes from the end of the preparation in the app */
    int open;
    int close;
};

struct hours_table {
    struct hours_rule rules[HOURS_RULES];
    size_t count;
    struct hours_booking_rule bookings[HOURS_BOOKINGS];
    size_t booking_count;
    struct hours_kiosk kiosk;
    bool has_kiosk;
};

struct hours_query {
    unsigned office;
    unsigned procedure;
    unsigned presenter;
    struct moment at;
};

enum hours_state {
    HOURS_NOT_JUDGED, /* no time stated */
    HOURS_OPEN,
    HOURS_CLOSED,
    HOURS_UNKNOWN,  /* cannot be told from the page (`reason`): ask the office */
    HOURS_SILENT,   /* the page gives no hours for this office: not judged, a warning is due */
    HOURS_NOT_TAKEN /* the office has hours, but none for this procedure and presenter */
};

enum hours_reason {
    HOURS_NO_REASON,
    HOURS_BEFORE_OPENING,  /* opens later this day */
    HOURS_AFTER_CLOSING,
    HOURS_BETWEEN,         /* a break between two spans of the day */
    HOURS_DAY_OFF,         /* no hours on this weekday */
    HOURS_PUBLIC_HOLIDAY,  /* would be open on this weekday, but it is a public holiday */
    HOURS_CLOSURE_RULE,    /* `rule` closes it */
    HOURS_DATES_NOT_GIVEN, /* `rule` may open it: the page does not give the days */
    HOURS_HOLIDAYS_UNKNOWN, /* the day is outside the years of the holiday table, and it matters */
    HOURS_REASONS
};

struct hours_answer {
    enum hours_state state;
    enum hours_reason reason;
    const struct hours_rule *rule;      /* the rule that decided, in the table; NULL: none */
    const struct hours_rule *outside;   /* closed or unknown without a rule: hours of that day, else
                                           the first of the office; NULL: none */
    const struct hours_rule *may_close; /* a closure whose days are not given; NULL: none */
    enum hours_booking booking;         /* when open: who is taken */
    struct holiday holiday;             /* what the day is */
    struct moment opens; /* closed or unknown: the next certain opening within HOURS_SEARCH_DAYS
                            after `at`; "no date" where there is none */
};

struct hours_answer hours_judge(const struct hours_table *table,
                                const struct holiday_table *holidays,
                                const struct hours_query *query);

/* The first office in `offices` that is open then for the same procedure and presenter, or -1; the
 * query's own office is not looked at. */
int hours_other_office(const struct hours_table *table, const struct holiday_table *holidays,
                       const struct hours_query *query, hours_set offices);

struct hours_booking_window {
    struct moment opens;
    struct moment closes; /* included */
};

/* The rule for that office, or NULL. */
const struct hours_booking_rule *hours_booking_rule(const struct hours_table *table,
                                                    unsigned office);
struct hours_booking_window hours_booking_window(const struct hours_booking_rule *rule,
                                                 struct date booked_for);

/* booked_at, and both moments of the kiosk below, must have a time. */
enum hours_booking_state { BOOKING_OK, BOOKING_TOO_EARLY, BOOKING_TOO_LATE };
enum hours_booking_state hours_booking_judge(const struct hours_booking_rule *rule,
                                             struct date booked_for, struct moment booked_at);

enum hours_kiosk_state {
    KIOSK_OK,
    KIOSK_CLOSED,     /* outside its hours; `opens` says when it opens */
    KIOSK_TOO_LATE,   /* the time after the preparation has run out */
    KIOSK_NOT_PREPARED /* the preparation lies in the future */
};

struct hours_kiosk_answer {
    enum hours_kiosk_state state;
    struct moment opens;    /* KIOSK_CLOSED */
    bool late_by_then;      /* KIOSK_CLOSED: the preparation will have run out when it opens */
    struct moment until;    /* last minute of the preparation */
};

struct hours_kiosk_answer hours_kiosk_judge(const struct hours_kiosk *kiosk, struct moment app_done,
                                            struct moment at);

#endif
