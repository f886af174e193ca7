/* What the clerk is asked: only what matters for this procedure, visitor and visit, column by
 * column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/city.h"
#include "forms/rules/asks.h"

#include <string.h>

static struct city *load(const char *name)
{
    struct fault_list faults = {0};
    struct city *city = city_load("config", name, &faults);
    assert_non_null(city);
    return city;
}

static struct situation case_of(enum procedure procedure, uint8_t presenter, uint8_t visit)
{
    struct situation situation;
    situation_clear(&situation);
    situation.procedure = procedure;
    situation.presenter = presenter;
    situation.visit = visit;
    situation.at.date = (struct date){2024, 5, 21};
    return situation;
}

static const struct ask_document *find(const struct city *city, const struct asks *asks,
                                       uint8_t holder, const char *id)
{
    int document = profile_document(&city->profile, id);
    for (size_t i = 0; i < asks->document_count; i++)
        if (asks->document[i].document == document && asks->document[i].holder == holder)
            return &asks->document[i];
    return NULL;
}

static bool asks_fact(const struct asks *asks, uint8_t fact)
{
    for (size_t i = 0; i < asks->fact_count; i++)
        if (asks->fact[i] == fact)
            return true;
    return false;
}

static void two_columns_of_letters(void **state)
{
    (void)state;
    struct asks asks;
    struct city *city = load("minoh");
    struct situation situation = case_of(PROCEDURE_RESET, PRESENTER_RESIDENT, 1);
    rules_ask(&city->national, &city->profile, &situation, &asks);
    assert_int_equal(asks.column_count, 3);
    assert_string_equal(asks.column[0].name->ja, "A");
    assert_string_equal(asks.column[1].name->ja, "B");
    assert_int_equal(asks.column[2].kind, COLUMN_BY_NAME);
    const struct ask_document *licence = find(city, &asks, HOLDER_RESIDENT, "drivers-licence");
    const struct ask_document *record = find(city, &asks, HOLDER_RESIDENT, "driving-record");
    const struct ask_document *insurance =
        find(city, &asks, HOLDER_RESIDENT, "health-insurance-card");
    assert_int_equal(licence->column, 0);
    assert_int_equal(licence->attributes, 1 << ATTRIBUTE_EXPIRES);
    assert_int_equal(record->attributes, 1 << ATTRIBUTE_EXPIRES | 1 << ATTRIBUTE_ISSUED);
    assert_int_equal(insurance->column, 1);
    assert_int_equal(insurance->attributes, 1 << ATTRIBUTE_EXPIRES | 1 << ATTRIBUTE_SHOWS);
    assert_null(find(city, &asks, HOLDER_VISITOR, "drivers-licence"));
    assert_null(find(city, &asks, HOLDER_ANY, "reply-sheet"));
    assert_int_equal(asks.fact_count, 0);
    city_free(city);
}

static void the_city_s_own_names(void **state)
{
    (void)state;
    struct asks asks;
    struct city *city = load("ibaraki");
    struct situation situation = case_of(PROCEDURE_RESET, PRESENTER_AGENT, 2);
    rules_ask(&city->national, &city->profile, &situation, &asks);
    assert_string_equal(asks.column[0].name->ja, "顔写真付き");
    assert_string_equal(asks.column[1].name->ja, "もう1点");
    assert_non_null(find(city, &asks, HOLDER_VISITOR, "drivers-licence"));
    assert_non_null(find(city, &asks, HOLDER_RESIDENT, "passport"));
    const struct ask_document *sheet = find(city, &asks, HOLDER_ANY, "pin-sheet");
    assert_int_equal(asks.column[sheet->column].kind, COLUMN_PAPERS);
    assert_int_equal(sheet->attributes, 1 << ATTRIBUTE_SEALED | 1 << ATTRIBUTE_FAULT);
    city_free(city);
}

static void facts_that_could_change_the_verdict(void **state)
{
    (void)state;
    struct asks asks;
    struct city *city = load("ibaraki");
    struct situation situation = case_of(PROCEDURE_RENEW, PRESENTER_PARENT, 1);
    rules_ask(&city->national, &city->profile, &situation, &asks);
    assert_true(asks_fact(&asks, FACT_BIRTH));
    assert_true(asks_fact(&asks, FACT_DOMICILE_HERE));
    assert_true(asks_fact(&asks, FACT_AUTH_EXPIRY));
    assert_false(asks_fact(&asks, FACT_SIG_EXPIRY));
    assert_false(asks_fact(&asks, FACT_PINS));
    situation.fact[FACT_DOMICILE_HERE] = (struct stated){.known = true, .value = FACT_YES};
    rules_ask(&city->national, &city->profile, &situation, &asks);
    assert_false(asks_fact(&asks, FACT_SAME_HOUSEHOLD));
    assert_null(find(city, &asks, HOLDER_ANY, "family-register"));
    city_free(city);
}

static void a_silent_page_asks_nothing(void **state)
{
    (void)state;
    struct asks asks;
    struct city *city = load("tajimi");
    struct situation situation = case_of(PROCEDURE_RENEW, PRESENTER_RESIDENT, 1);
    rules_ask(&city->national, &city->profile, &situation, &asks);
    assert_int_equal(asks.document_count, 0);
    assert_int_equal(asks.fact_count, 0);
    city_free(city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_columns_of_letters),
        cmocka_unit_test(the_city_s_own_names),
        cmocka_unit_test(facts_that_could_change_the_verdict),
        cmocka_unit_test(a_silent_page_asks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
