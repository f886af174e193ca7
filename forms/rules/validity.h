/*
 * Date arithmetic of certificates and cards: renewal window, end of validity, age 15.
 * Each answer carries its arithmetic as typed steps, so that a screen can show it on request.
 *
 * Sources: renewal window, Ibaraki's page (seed 001, lines 7-8) and the counting that nine further
 * cities print ("the day after the same day three months earlier; the 1st of the next month where
 * that day does not exist"). End of validity: the earliest of the 5th birthday after the issue (the
 * 6th for a renewal inside the window), the card's end, and for a signature certificate the
 * authentication certificate's end. See reference section 5.
 */
#ifndef FORMS_RULES_VALIDITY_H
#define FORMS_RULES_VALIDITY_H

#include "forms/rules/date.h"

enum validity_step_kind {
    STEP_EXPIRY,           /* start: the end of validity */
    STEP_MONTHS_BACK,      /* date: same day `number` months earlier */
    STEP_NO_SUCH_DAY,      /* that month (date: its last day) has no day `number` */
    STEP_NEXT_DAY,         /* date: the day after */
    STEP_ISSUED,           /* start: the day of issue */
    STEP_RENEWED_IN_TIME,  /* issued inside the renewal window that began on date */
    STEP_BIRTHDAY,         /* date: the birthday number `number` after the issue day */
    STEP_LEAP_BIRTHDAY,    /* born on Feb 29: the birthday in a common year, taken as date */
    STEP_CARD_CAP,         /* cut to the card's end, date */
    STEP_AUTH_CAP,         /* cut to the authentication certificate's end, date */
    STEP_STAY_CAP,         /* cut to the end of the stay, date */
    STEP_APPLICATION,      /* card: received on date, when adults were `number` and over */
    STEP_OTHER_READING,    /* the other reading of an unsettled rule gives date */
    VALIDITY_STEP_KINDS
};

struct validity_step {
    enum validity_step_kind kind;
    struct date date;
    int number; /* where the kind names one, else 0 */
};

#define VALIDITY_STEPS 12

struct validity_steps {
    struct validity_step step[VALIDITY_STEPS];
    size_t count;
};

/* Renewal is possible from `first` to `last`, both included; `last` is the expiry day itself. */
struct validity_window {
    struct date first;
    struct date last;
    struct validity_steps steps;
};

struct validity_window validity_window(struct date expiry);

/* Points that no public rule settles; the answer says when its result hangs on one. Bits. */
enum validity_doubt {
    VALIDITY_SURE = 0,
    VALIDITY_ON_EXPIRY_DAY = 1, /* renewed on the expiry day itself: is that birthday counted? */
    VALIDITY_LEAP_BIRTHDAY = 2  /* born on Feb 29, ends in a common year: Feb 28 taken */
};

/* `end` is "no date" where the answer is not known (VALIDITY_ON_EXPIRY_DAY): then no forecast may
 * be shown. With VALIDITY_LEAP_BIRTHDAY `end` is the stricter reading. */
struct validity_end {
    struct date end;
    unsigned doubt;
    struct validity_steps steps;
};

struct validity_issue {
    struct date birth;
    struct date issue;       /* the day the new certificate is issued */
    struct date old_expiry;  /* of the certificate that it replaces while valid; none: new issue */
    struct date card_expiry; /* none: not capped */
    struct date auth_expiry; /* for sig: the authentication certificate's end; none: not capped */
};

struct validity_end validity_certificate(const struct validity_issue *issue);

/* A card's own end: 10th birthday after the issue for adults, 5th below; adult is 18 for an
 * application received on or after 2022-04-01, 20 before; never beyond the end of the stay. */
struct validity_card {
    struct date birth;
    struct date received;
    struct date issue;
    struct date stay_until; /* none: no limit */
};

struct validity_end validity_card_end(const struct validity_card *card);

/* True before the 15th birthday. Born on Feb 29: under 15 up to Feb 28 of a common year. */
bool validity_under15(struct date birth, struct date day);

/* Completed years of age on that day by the same counting; -1 before birth. */
int validity_age(struct date birth, struct date day);

#endif
