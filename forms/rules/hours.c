#include "forms/rules/hours.h"

/* The rules that speak of the query's office, procedure and presenter. */
struct scene {
    const struct hours_rule *rule[HOURS_RULES];
    size_t count;
    bool has_hours;    /* one of them opens */
    bool office_hours; /* the office has hours for somebody */
};

/* Those of them that hold on one day. */
struct day {
    const struct hours_rule *rule[HOURS_RULES];
    size_t count;
};

struct finding {
    enum hours_state state;
    enum hours_reason reason;
    const struct hours_rule *rule;
    const struct hours_rule *may_close;
};

static bool has(hours_set set, unsigned n)
{
    return set == 0 || (set >> n & 1) != 0;
}

static struct scene set_scene(const struct hours_table *table, const struct hours_query *query)
{
    struct scene scene = {.count = 0};

    for (size_t i = 0; i < table->count; i++) {
        const struct hours_rule *rule = &table->rules[i];
        bool opens = rule->kind != HOURS_CLOSURE;

        if (!has(rule->offices, query->office))
            continue;
        scene.office_hours = scene.office_hours || opens;
        if (!has(rule->procedures, query->procedure) || !has(rule->presenters, query->presenter))
            continue;
        scene.has_hours = scene.has_hours || opens;
        scene.rule[scene.count++] = rule;
    }
    return scene;
}

/* --- days ------------------------------------------------------------------------------------ */

static bool nth_fits(unsigned nth, struct date date)
{
    bool last = date.day + WEEKDAYS > date_days_in_month(date.year, date.month);
    bool nth_one = (nth >> ((date.day - 1) / WEEKDAYS + 1) & 1) != 0;

    return nth == 0 || nth_one || (last && (nth & 1) != 0);
}

static bool weekday_fits(const struct hours_rule *rule, struct date date, bool holiday)
{
    const struct hours_days *days = &rule->days;
    struct date base = date_add_days(date, -days->shift);
    bool weekday = days->weekdays == 0 || (days->weekdays >> date_weekday(base) & 1) != 0;
    bool on_holidays = days->weekdays == 0 || (days->weekdays >> HOURS_HOLIDAY_BIT & 1) != 0;

    if (rule->kind != HOURS_CLOSURE && holiday && !on_holidays)
        return false;
    return (weekday && nth_fits(days->nth, base)) || (holiday && on_holidays && days->nth == 0);
}

static bool yearly_fits(const struct hours_days *days, struct date date)
{
    int day = date.month * 100 + date.day;

    if (days->yearly_first == 0)
        return true;
    if (days->yearly_first <= days->yearly_last)
        return day >= days->yearly_first && day <= days->yearly_last;
    return day >= days->yearly_first || day <= days->yearly_last;
}

static bool inside(const struct hours_interval intervals[], size_t count, struct date date)
{
    for (size_t i = 0; i < count; i++) {
        if (date_compare(date, intervals[i].first) >= 0 &&
            date_compare(date, intervals[i].last) <= 0)
            return true;
    }
    return false;
}

static bool dated(const struct hours_days *days)
{
    return days->date_count + days->interval_count > 0;
}

static bool dates_fit(const struct hours_days *days, struct date date)
{
    if (!dated(days))
        return true;
    for (size_t i = 0; i < days->date_count; i++) {
        if (date_compare(date, days->dates[i]) == 0)
            return true;
    }
    return inside(days->intervals, days->interval_count, date);
}

static bool in_force(const struct hours_days *days, struct date date)
{
    return (days->from.year == 0 || date_compare(date, days->from) >= 0) &&
           (days->until.year == 0 || date_compare(date, days->until) <= 0) &&
           !inside(days->excepts, days->except_count, date);
}

/* All but the weekday. */
static bool date_fits(const struct hours_rule *rule, struct date date)
{
    return in_force(&rule->days, date) && dates_fit(&rule->days, date) &&
           yearly_fits(&rule->days, date);
}

static struct day set_day(const struct scene *scene, struct date date, bool holiday)
{
    struct day day = {.count = 0};

    for (size_t i = 0; i < scene->count; i++) {
        const struct hours_rule *rule = scene->rule[i];

        if (date_fits(rule, date) && weekday_fits(rule, date, holiday))
            day.rule[day.count++] = rule;
    }
    return day;
}

/* --- minutes --------------------------------------------------------------------------------- */

/* The order in which rules decide; rules whose days are not given come last. */
enum rank { RANK_DATED_CLOSURE, RANK_OPENING, RANK_CLOSURE, RANK_HOURS, RANK_NOT_GIVEN, RANKS };

static enum rank rank(const struct hours_rule *rule)
{
    if (rule->days.unknown)
        return RANK_NOT_GIVEN;
    if (rule->kind == HOURS_CLOSURE)
        return dated(&rule->days) ? RANK_DATED_CLOSURE : RANK_CLOSURE;
    return rule->kind == HOURS_OPENING ? RANK_OPENING : RANK_HOURS;
}

/* Open up to and with the last minute; a closure has ended at its last. */
static bool covers(const struct hours_rule *rule, int minute)
{
    return minute >= rule->open && minute < rule->close + (rule->kind != HOURS_CLOSURE);
}

static const struct hours_rule *covering(const struct day *day, enum rank wanted, bool closure,
                                         int minute)
{
    for (size_t i = 0; i < day->count; i++) {
        const struct hours_rule *rule = day->rule[i];

        if (rank(rule) == wanted && (rule->kind == HOURS_CLOSURE) == closure &&
            covers(rule, minute))
            return rule;
    }
    return NULL;
}

static enum hours_reason outside(const struct day *day, int minute)
{
    bool earlier = false;
    bool later = false;

    for (size_t i = 0; i < day->count; i++) {
        if (day->rule[i]->kind == HOURS_CLOSURE || day->rule[i]->days.unknown)
            continue;
        earlier = earlier || day->rule[i]->close < minute;
        later = later || day->rule[i]->open > minute;
    }
    if (earlier && later)
        return HOURS_BETWEEN;
    if (later)
        return HOURS_BEFORE_OPENING;
    return earlier ? HOURS_AFTER_CLOSING : HOURS_DAY_OFF;
}

static struct finding judge_minute(const struct day *day, int minute)
{
    const struct hours_rule *not_given = covering(day, RANK_NOT_GIVEN, false, minute);
    struct finding finding = {.state = HOURS_CLOSED, .reason = HOURS_CLOSURE_RULE};

    for (int by = RANK_DATED_CLOSURE; by <= RANK_HOURS && finding.rule == NULL; by++) {
        bool closure = by == RANK_DATED_CLOSURE || by == RANK_CLOSURE;

        finding.rule = covering(day, (enum rank)by, closure, minute);
        if (finding.rule != NULL && !closure) {
            finding.state = HOURS_OPEN;
            finding.reason = HOURS_NO_REASON;
            finding.may_close = covering(day, RANK_NOT_GIVEN, true, minute);
        }
    }
    if (finding.rule == NULL)
        finding.reason = outside(day, minute);
    if (not_given != NULL && finding.state == HOURS_CLOSED &&
        !(finding.rule != NULL && rank(finding.rule) == RANK_DATED_CLOSURE)) {
        finding.state = HOURS_UNKNOWN;
        finding.reason = HOURS_DATES_NOT_GIVEN;
        finding.rule = not_given;
    }
    return finding;
}

static bool is_holiday(struct holiday holiday)
{
    return holiday.kind != HOLIDAY_NONE && holiday.kind != HOLIDAY_UNKNOWN;
}

/* Judges the day as what it is; a day of which that is not known as both. */
static struct finding judge_moment(const struct scene *scene, struct holiday holiday,
                                   struct moment at)
{
    struct day day = set_day(scene, at.date, is_holiday(holiday));
    struct finding finding = judge_minute(&day, at.minute);

    if (holiday.kind == HOLIDAY_UNKNOWN) {
        struct day other_day = set_day(scene, at.date, true);
        struct finding other = judge_minute(&other_day, at.minute);

        if (other.state != finding.state)
            finding = (struct finding){HOURS_UNKNOWN, HOURS_HOLIDAYS_UNKNOWN, NULL, NULL};
    }
    if (finding.reason == HOURS_DAY_OFF && is_holiday(holiday)) {
        struct day other_day = set_day(scene, at.date, false);

        if (outside(&other_day, at.minute) != HOURS_DAY_OFF ||
            judge_minute(&other_day, at.minute).state == HOURS_OPEN)
            finding.reason = HOURS_PUBLIC_HOLIDAY;
    }
    return finding;
}

/* --- the next opening ------------------------------------------------------------------------ */

/* The first open minute of the day from `from` on, or -1. It can only be `from` itself or a minute
 * at which some rule begins to open or ceases to close. */
static int first_open(const struct day *day, int from)
{
    int first = judge_minute(day, from).state == HOURS_OPEN ? from : -1;

    for (size_t i = 0; i < day->count && first != from; i++) {
        const struct hours_rule *rule = day->rule[i];
        int minute = rule->kind == HOURS_CLOSURE ? rule->close : rule->open;

        if (minute > from && minute < MINUTES_A_DAY && (first < 0 || minute < first) &&
            judge_minute(day, minute).state == HOURS_OPEN)
            first = minute;
    }
    return first;
}

static bool may_open(const struct scene *scene, struct date date)
{
    for (size_t i = 0; i < scene->count; i++) {
        if (scene->rule[i]->kind != HOURS_CLOSURE && date_fits(scene->rule[i], date))
            return true;
    }
    return false;
}

static const struct hours_rule *first_hours(const struct hours_rule *const rules[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i]->kind != HOURS_CLOSURE && !rules[i]->days.unknown)
            return rules[i];
    return NULL;
}

static const struct hours_rule *hours_of_day(const struct scene *scene, struct holiday holiday,
                                             struct date date)
{
    struct day day = set_day(scene, date, is_holiday(holiday));
    const struct hours_rule *hours = first_hours(day.rule, day.count);

    return hours != NULL ? hours : first_hours(scene->rule, scene->count);
}

static struct moment next_opening(const struct scene *scene, const struct holiday_table *holidays,
                                  struct moment at)
{
    const struct moment none = {.minute = MOMENT_NO_TIME};

    for (int ahead = 0; ahead <= HOURS_SEARCH_DAYS; ahead++) {
        struct date date = date_add_days(at.date, ahead);

        if (!may_open(scene, date))
            continue;
        struct holiday holiday = holiday_on(holidays, date);
        struct day day = set_day(scene, date, is_holiday(holiday));
        struct moment found = {date, first_open(&day, ahead == 0 ? at.minute : 0)};

        if (found.minute >= 0 && judge_moment(scene, holiday, found).state == HOURS_OPEN)
            return found;
    }
    return none;
}

struct hours_answer hours_judge(const struct hours_table *table,
                                const struct holiday_table *holidays,
                                const struct hours_query *query)
{
    struct scene scene = set_scene(table, query);
    struct hours_answer answer = {
        .holiday = holiday_on(holidays, query->at.date),
        .opens = {.minute = MOMENT_NO_TIME},
    };
    struct finding finding;

    if (scene.office_hours && !scene.has_hours) {
        answer.state = HOURS_NOT_TAKEN;
        return answer;
    }
    if (query->at.minute == MOMENT_NO_TIME)
        return answer;
    finding = judge_moment(&scene, answer.holiday, query->at);
    answer.state = finding.state;
    answer.reason = finding.reason;
    answer.rule = finding.rule;
    answer.may_close = finding.may_close;
    if (!scene.office_hours && finding.rule == NULL) {
        answer.state = HOURS_SILENT;
        answer.reason = HOURS_NO_REASON;
    } else if (finding.state == HOURS_OPEN) {
        answer.booking = finding.rule->booking;
    } else {
        answer.opens = next_opening(&scene, holidays, query->at);
        answer.outside = hours_of_day(&scene, answer.holiday, query->at.date);
    }
    return answer;
}

int hours_other_office(const struct hours_table *table, const struct holiday_table *holidays,
                       const struct hours_query *query, hours_set offices)
{
    const struct holiday holiday = holiday_on(holidays, query->at.date);

    if (query->at.minute == MOMENT_NO_TIME)
        return -1;
    for (unsigned office = 0; office < HOURS_WORDS; office++) {
        struct hours_query other = *query;
        struct scene scene;

        other.office = office;
        if (office == query->office || (offices >> office & 1) == 0)
            continue;
        scene = set_scene(table, &other);
        if (judge_moment(&scene, holiday, query->at).state == HOURS_OPEN)
            return (int)office;
    }
    return -1;
}
