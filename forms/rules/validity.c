#include "forms/rules/validity.h"

enum { WINDOW_MONTHS = 3, BIRTHDAYS_NEW = 5, BIRTHDAYS_RENEWED = 6 };
enum { CARD_YEARS_ADULT = 10, CARD_YEARS_CHILD = 5, ADULT_NOW = 18, ADULT_BEFORE = 20 };

static const struct date adult_at_18_from = {2022, 4, 1};

static void step(struct validity_steps *steps, enum validity_step_kind kind, struct date date,
                 int number)
{
    if (steps->count < VALIDITY_STEPS)
        steps->step[steps->count++] = (struct validity_step){kind, date, number};
}

static bool none(struct date date)
{
    return date.year == 0;
}

static bool leap_born(struct date birth)
{
    return birth.month == 2 && birth.day == 29;
}

/* How a rule is read where it can be read in two ways. */
struct reading {
    bool issue_day_counts;
    bool leap_in_march; /* Feb 29 falls on Mar 1 of a common year, not on Feb 28 */
};

static struct date birthday(struct date birth, int year, struct reading reading)
{
    if (leap_born(birth) && !date_leap_year(year))
        return reading.leap_in_march ? (struct date){year, 3, 1} : (struct date){year, 2, 28};
    return (struct date){year, birth.month, birth.day};
}

static struct date nth_birthday(struct date birth, struct date issue, int n, struct reading reading)
{
    int ahead = date_compare(birthday(birth, issue.year, reading), issue);
    bool counts = ahead > 0 || (ahead == 0 && reading.issue_day_counts);

    return birthday(birth, issue.year + n - (counts ? 1 : 0), reading);
}

struct validity_window validity_window(struct date expiry)
{
    struct validity_window window = {.last = expiry};
    struct date back = date_add_months(expiry, -WINDOW_MONTHS);

    step(&window.steps, STEP_EXPIRY, expiry, 0);
    if (back.day == expiry.day)
        step(&window.steps, STEP_MONTHS_BACK, back, WINDOW_MONTHS);
    else
        step(&window.steps, STEP_NO_SUCH_DAY, back, expiry.day);
    window.first = date_add_days(back, 1);
    step(&window.steps, STEP_NEXT_DAY, window.first, 0);
    return window;
}

struct cap {
    enum validity_step_kind kind;
    struct date date;
};

static struct date cut(struct date end, const struct cap caps[], size_t count,
                       struct validity_steps *steps)
{
    for (size_t i = 0; i < count; i++) {
        if (none(caps[i].date) || date_compare(end, caps[i].date) <= 0)
            continue;
        end = caps[i].date;
        if (steps != NULL)
            step(steps, caps[i].kind, end, 0);
    }
    return end;
}

/* The end that the plain reading gives, the doubts about it, and the caps, which may settle it. */
static struct validity_end judge(struct date birth, struct date issue, int n, bool on_expiry_day,
                                 const struct cap caps[], size_t cap_count,
                                 struct validity_steps steps)
{
    const struct reading plain = {false, false};
    const struct reading march = {false, true};
    const struct reading counted = {true, false};
    struct date first = nth_birthday(birth, issue, n, plain);
    struct date second = nth_birthday(birth, issue, n, march);
    struct date stricter = date_compare(second, first) < 0 ? second : first;
    struct date looser = date_compare(second, first) < 0 ? first : second;
    struct date other;
    struct validity_end answer = {.steps = steps};

    step(&answer.steps, STEP_BIRTHDAY, stricter, n);
    if (leap_born(birth) && !date_leap_year(stricter.year))
        step(&answer.steps, STEP_LEAP_BIRTHDAY, stricter, 0);
    answer.end = cut(stricter, caps, cap_count, &answer.steps);

    other = cut(looser, caps, cap_count, NULL);
    if (date_compare(other, answer.end) != 0) {
        answer.doubt |= VALIDITY_LEAP_BIRTHDAY;
        step(&answer.steps, STEP_OTHER_READING, other, 0);
    }
    other = cut(nth_birthday(birth, issue, n, counted), caps, cap_count, NULL);
    if (on_expiry_day && date_compare(other, answer.end) != 0) {
        answer.doubt |= VALIDITY_ON_EXPIRY_DAY;
        step(&answer.steps, STEP_OTHER_READING, other, 0);
        answer.end = (struct date){0};
    }
    return answer;
}

struct validity_end validity_certificate(const struct validity_issue *issue)
{
    const struct cap caps[] = {{STEP_CARD_CAP, issue->card_expiry},
                               {STEP_AUTH_CAP, issue->auth_expiry}};
    struct validity_steps steps = {0};
    bool in_time = false;

    step(&steps, STEP_ISSUED, issue->issue, 0);
    if (!none(issue->old_expiry)) {
        struct validity_window window = validity_window(issue->old_expiry);

        in_time = date_compare(issue->issue, window.first) >= 0 &&
                  date_compare(issue->issue, window.last) <= 0;
        if (in_time)
            step(&steps, STEP_RENEWED_IN_TIME, window.first, 0);
    }
    return judge(issue->birth, issue->issue, in_time ? BIRTHDAYS_RENEWED : BIRTHDAYS_NEW,
                 in_time && date_compare(issue->issue, issue->old_expiry) == 0, caps,
                 sizeof caps / sizeof caps[0], steps);
}

struct validity_end validity_card_end(const struct validity_card *card)
{
    const struct cap caps[] = {{STEP_STAY_CAP, card->stay_until}};
    struct validity_steps steps = {0};
    int adult = date_compare(card->received, adult_at_18_from) >= 0 ? ADULT_NOW : ADULT_BEFORE;
    bool grown = validity_age(card->birth, card->received) >= adult;

    step(&steps, STEP_APPLICATION, card->received, adult);
    step(&steps, STEP_ISSUED, card->issue, 0);
    return judge(card->birth, card->issue, grown ? CARD_YEARS_ADULT : CARD_YEARS_CHILD, false, caps,
                 sizeof caps / sizeof caps[0], steps);
}

int validity_age(struct date birth, struct date day)
{
    const struct reading march = {false, true};
    int years = day.year - birth.year;

    if (date_compare(day, birth) < 0)
        return -1;
    return years - (date_compare(day, birthday(birth, day.year, march)) < 0 ? 1 : 0);
}

bool validity_under15(struct date birth, struct date day)
{
    return validity_age(birth, day) < 15;
}
