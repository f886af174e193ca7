#include "tests/bench/bench.h"

#include "config/city.h"
#include "forms/rules/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { JUDGED = 100000 };

static void measure_verdicts(void)
{
    struct fault_list faults = {0};
    static struct verdict verdict;
    struct situation situation;
    struct city *city = city_load("config", "minoh", &faults);
    assert_non_null(city);
    situation_clear(&situation);
    situation.procedure = PROCEDURE_RESET;
    situation.visit = 1;
    situation.pins = 2;
    situation.at = (struct moment){{2026, 11, 24}, 600};
    situation.shown_count = 2;
    situation.shown[0] = (struct shown){.document = (uint8_t)profile_document(&city->profile, "my-number-card")};
    situation.shown[1] = (struct shown){.document = (uint8_t)profile_document(&city->profile, "drivers-licence")};
    double from = bench_now();
    for (int i = 0; i < JUDGED; i++) {
        rules_judge(&city->national, &city->profile, &situation, &verdict);
    }
    double took = bench_now() - from;
    bench_row("one verdict", took * 1e3 / JUDGED, "us", "at most 20", "a reset at Minoh, 100000 times");
    bench_row("verdicts a second", JUDGED / took * 1e3, "/s", "", "the same");
    city_free(city);
}

static void measure_enumerations(void)
{
    static const char *const cities[] = {"minoh", "ibaraki", "tajimi", "kakogawa", "omihachiman"};
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++) {
        double took[BENCH_FEW];
        char figure[64], how[96];
        for (int n = 0; n < BENCH_FEW; n++) {
            double from = bench_now();
            assert_int_equal(bench_shell("MADOGUCHI_DATA=config '%s/madoguchi' check config/cities/%s.ini >/dev/null",
                                         getenv("BUILD"), cities[i]), 0);
            took[n] = bench_now() - from;
        }
        snprintf(figure, sizeof figure, "proof of a profile, %s", cities[i]);
        snprintf(how, sizeof how, "madoguchi check config/cities/%s.ini, 5 times", cities[i]);
        bench_row(figure, bench_median(took, BENCH_FEW), "ms", "at most 2000", how);
    }
}

void bench_rules(struct session *s)
{
    (void)s;
    measure_verdicts();
    measure_enumerations();
}
