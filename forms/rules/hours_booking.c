#include "forms/rules/hours.h"

const struct hours_booking_rule *hours_booking_rule(const struct hours_table *table,
                                                    unsigned office)
{
    for (size_t i = 0; i < table->booking_count; i++) {
        hours_set offices = table->bookings[i].offices;

        if (offices == 0 || (offices >> office & 1) != 0)
            return &table->bookings[i];
    }
    return NULL;
}

struct hours_booking_window hours_booking_window(const struct hours_booking_rule *rule,
                                                 struct date booked_for)
{
    struct date month = {booked_for.year, booked_for.month, 1};
    struct hours_booking_window window = {
        .opens = {date_add_months(month, -rule->months_before), rule->opens},
        .closes = {date_add_days(booked_for, -rule->days_before), rule->closes},
    };

    window.opens.date = date_add_days(window.opens.date, rule->day_of_month - 1);
    return window;
}

enum hours_booking_state hours_booking_judge(const struct hours_booking_rule *rule,
                                             struct date booked_for, struct moment booked_at)
{
    struct hours_booking_window window = hours_booking_window(rule, booked_for);

    if (moment_compare(booked_at, window.opens) < 0)
        return BOOKING_TOO_EARLY;
    return moment_compare(booked_at, window.closes) <= 0 ? BOOKING_OK : BOOKING_TOO_LATE;
}

struct hours_kiosk_answer hours_kiosk_judge(const struct hours_kiosk *kiosk, struct moment app_done,
                                            struct moment at)
{
    struct hours_kiosk_answer answer = {
        .state = KIOSK_OK,
        .opens = {.minute = MOMENT_NO_TIME},
        .until = moment_add_minutes(app_done, kiosk->within),
    };

    if (moment_compare(at, app_done) < 0) {
        answer.state = KIOSK_NOT_PREPARED;
    } else if (moment_compare(at, answer.until) > 0) {
        answer.state = KIOSK_TOO_LATE;
    } else if (at.minute < kiosk->open || at.minute > kiosk->close) {
        answer.state = KIOSK_CLOSED;
        answer.opens.date = at.minute < kiosk->open ? at.date : date_add_days(at.date, 1);
        answer.opens.minute = kiosk->open;
        answer.late_by_then = moment_compare(answer.opens, answer.until) > 0;
    }
    return answer;
}
