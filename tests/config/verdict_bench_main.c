/*
 * Verdicts a second, for `make bench`: one line a city, "CITY MICROSECONDS-A-VERDICT SITUATIONS
 * CHECK-MS". The situation is the worst the pages have: an agent's second visit with every paper on
 * the desk.
 */
#include "config/city.h"
#include "forms/rules/enumerate.h"
#include "forms/rules/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VERDICTS_TIMED = 100000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show(const struct profile *profile, struct situation *s, const char *id, uint8_t holder)
{
    s->shown[s->shown_count++] = (struct shown){
        .document = (uint8_t)profile_document(profile, id),
        .holder = holder,
        .shows = SHOWS_NAME | SHOWS_BIRTH,
        .yes = 1 << ATTRIBUTE_SEALED | 1 << ATTRIBUTE_SIGNED | 1 << ATTRIBUTE_COMPLETE,
    };
}

static struct situation second_visit(const struct profile *profile)
{
    struct situation s;
    situation_clear(&s);
    s.procedure = PROCEDURE_RESET;
    s.presenter = PRESENTER_AGENT;
    s.visit = 2;
    s.at = (struct moment){.date = {2024, 9, 3}, .minute = 600};
    show(profile, &s, "my-number-card", HOLDER_RESIDENT);
    show(profile, &s, "health-insurance-card", HOLDER_RESIDENT);
    show(profile, &s, "drivers-licence", HOLDER_VISITOR);
    show(profile, &s, "bankbook", HOLDER_VISITOR);
    show(profile, &s, "difficulty-proof", HOLDER_VISITOR);
    show(profile, &s, "reply-sheet", HOLDER_VISITOR);
    show(profile, &s, "pin-sheet", HOLDER_VISITOR);
    return s;
}

static int time_city(const char *name, struct enumeration *enumeration)
{
    struct fault_list faults = {0};
    struct city *city = city_load("config", name, &faults);
    if (city == NULL)
        return 1;
    struct situation situation = second_visit(&city->profile);
    struct verdict verdict;
    double start = now();
    for (int i = 0; i < VERDICTS_TIMED; i++)
        rules_judge(&city->national, &city->profile, &situation, &verdict);
    double judged = now();
    rules_enumerate(&city->national, &city->profile, enumeration);
    double checked = now();
    printf("%s %.2f %llu %.0f\n", name, (judged - start) * 1e6 / VERDICTS_TIMED,
           (unsigned long long)enumeration->situations, (checked - judged) * 1e3);
    city_free(city);
    return 0;
}

int main(void)
{
    static const char *const cities[] = {"minoh", "ibaraki", "tajimi", "kakogawa", "omihachiman"};
    static struct enumeration enumeration;
    int failed = 0;
    for (size_t i = 0; i < sizeof cities / sizeof cities[0]; i++)
        failed += time_city(cities[i], &enumeration);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
