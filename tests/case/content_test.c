/* What a case's fields take and what they refuse; a PIN fits in none of them. */
#include "forms/case/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text;
    bool allowed;
} texts[] = {
    {"見本 花子", true},
    {"", true},
    {"市民課長の判断", true},
    {"2026年11月20日に電話で確認", true},
    {"2026-11-20 10:42 072-724-6723", true},
    {"髙󠄁", true},
    {"1234", false},
    {"暗証番号は1234です", false},
    {"１２３４", false},
    {"ABC123", false},
    {"pass ABCDEF123456 ok", false},
    {"ABC123DEF456GHI7", false},
    {"ABC123DEF456GHI7X", true},
    {"ABCDEF", true},
    {"12345", true},
    {"123456789012", true},
    {"line\nbreak", false},
    {"\033[2J", false},
    {"left\xe2\x80\xaeright", false},
    {"\xc2\x9b", false},
    {"\xe6\xbc", false},
    {"\xff", false},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (case_text_allowed(texts[i].text, CASE_WHY_MAX) != texts[i].allowed)
            fail_msg("row %zu: %s", i, texts[i].text);
}

static void test_text_that_does_not_fit_is_refused(void **state)
{
    char long_text[CASE_NAME_MAX];

    (void)state;
    memset(long_text, 'a', sizeof long_text);
    assert_false(case_text_allowed(long_text, sizeof long_text));
    long_text[sizeof long_text - 1] = '\0';
    assert_true(case_text_allowed(long_text, sizeof long_text));
}

static struct case_file judged_case(void)
{
    struct case_file file = {0};
    struct case_change change = {.event = CASE_OPENED, .at = 1};

    change.with.opening = (struct case_opening){.procedure = "reset",
                                                .presenter = "resident",
                                                .visit = 1,
                                                .city = "minoh",
                                                .office = "main",
                                                .reception = "2026-11-20T10:00",
                                                .clerk = "見本"};
    assert_true(case_apply(&file, &change));
    change = (struct case_change){.event = CASE_JUDGEMENT, .at = 2};
    change.with.judgement =
        (struct case_judgement){.procedure = "reset", .verdict = "ask-office", .pins = 2};
    assert_true(case_apply(&file, &change));
    return file;
}

static const struct {
    const char *fact;
    bool allowed;
} facts[] = {
    {"birth=1990-05-01", true}, {"pin-auth=locked", true},   {"booked-for=2026-11-20T10:30", true},
    {"pin-auth=1234", false},   {"pin-sig=ABC123", false},   {"birth", false},
    {"=x", false},              {"birth=", false},           {"", false},
    {"birth=1990-05-01,x=y", false},
};

static void test_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct case_file file = judged_case();
        struct case_change change = {.event = CASE_JUDGEMENT, .at = 3};

        change.with.judgement = file.judgement;
        change.with.judgement.fact_count = 1;
        strcpy(change.with.judgement.facts[0], facts[i].fact);
        if (case_apply(&file, &change) != facts[i].allowed)
            fail_msg("%s", facts[i].fact);
    }
}

static const struct {
    const char *id, *attributes;
    bool allowed;
} documents[] = {
    {"resident:drivers-licence", "", true},
    {"visitor:passport", "expires=2027-05-01,shows=name+birth", true},
    {"pin-sheet", "", false},
    {":passport", "", false},
    {"resident:", "", false},
    {"resident:passport", "expires=2027-05-01,", false},
    {"resident:passport", "number=1234", false},
    {"resident:passport", "TK123456=yes", false},
};

static void test_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct case_file file = judged_case();
        struct case_change change = {.event = CASE_JUDGEMENT, .at = 3};

        change.with.judgement = file.judgement;
        change.with.judgement.document_count = 1;
        strcpy(change.with.judgement.documents[0].id, documents[i].id);
        strcpy(change.with.judgement.documents[0].attributes, documents[i].attributes);
        if (case_apply(&file, &change) != documents[i].allowed)
            fail_msg("%s %s", documents[i].id, documents[i].attributes);
    }
}

static const struct {
    const char *who, *phone, *why;
    bool allowed;
} decisions[] = {
    {"市民課長", "072-724-6723", "面識のある職員が確認", true},
    {"市民課長", "内線2145", "面識あり", true},
    {"市民課長", "", "面識あり", true},
    {"", "", "面識あり", false},
    {"市民課長", "", "", false},
    {"市民課長", "2145", "面識あり", false},
    {"市民課長", " 21 45 ", "面識あり", false},
    {"市民課長", "", "PIN 1234", false},
    {"A1B2C3", "", "面識あり", false},
};

static void test_decisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        struct case_file file = judged_case();
        struct case_change change = {.event = CASE_DECISION, .at = 3};

        strcpy(change.with.decision.who, decisions[i].who);
        strcpy(change.with.decision.phone, decisions[i].phone);
        strcpy(change.with.decision.why, decisions[i].why);
        if (case_apply(&file, &change) != decisions[i].allowed)
            fail_msg("row %zu", i);
    }
}

static const struct {
    const char *serial, *certificate;
    uint8_t kind, pin;
    bool allowed;
} plans[] = {
    {"123456789012345", "", CASE_RESET, 1, true},
    {"123456789012345", "00a1b2c3", CASE_VERIFY, 1, true},
    {"12345678901234", "", CASE_RESET, 1, false},
    {"", "", CASE_RESET, 1, false},
    {"123456789012345", "A1B2C3D4", CASE_RESET, 1, false},
    {"123456789012345", "1234", CASE_RESET, 1, false},
    {"123456789012345", "", CASE_RESET, 0, false},
    {"123456789012345", "", CASE_CHANGE, 1, false},
    {"123456789012345", "", CASE_KEY, 1, false},
    {"123456789012345", "", CASE_KINDS, 1, false},
    {"123456789012345", "", CASE_RESET, CASE_PINS, false},
};

static void test_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        struct case_file file = judged_case();
        struct case_change decision = {.event = CASE_DECISION, .at = 3};
        struct case_change change = {.event = CASE_PLAN, .at = 4};

        decision.with.decision = (struct case_decision){.who = "課長", .why = "面識あり"};
        assert_true(case_apply(&file, &decision));
        strcpy(change.with.plan.serial, plans[i].serial);
        strcpy(change.with.plan.certificate, plans[i].certificate);
        change.with.plan.step_count = 1;
        change.with.plan.steps[0] =
            (struct case_plan_step){.kind = plans[i].kind, .pin = plans[i].pin};
        if (case_apply(&file, &change) != plans[i].allowed)
            fail_msg("row %zu", i);
    }
}

static void test_a_newer_judgement_takes_back_the_decision(void **state)
{
    struct case_file file = judged_case();
    struct case_change decision = {.event = CASE_DECISION, .at = 3};
    struct case_change judgement = {.event = CASE_JUDGEMENT, .at = 4};

    (void)state;
    decision.with.decision = (struct case_decision){.who = "課長", .why = "面識あり"};
    judgement.with.judgement = file.judgement;
    assert_true(case_apply(&file, &decision));
    assert_true(case_enough(&file));
    assert_true(case_apply(&file, &judgement));
    assert_false(case_enough(&file));
}

static void apply(struct case_file *file, struct case_change change)
{
    assert_true(case_apply(file, &change));
}

static void test_a_change_that_becomes_a_reset_forgets_the_tries_before(void **state)
{
    struct case_change judgement = {.event = CASE_JUDGEMENT, .at = 3},
                       plan = {.event = CASE_PLAN, .at = 4};
    struct case_file file = judged_case();

    (void)state;
    judgement.with.judgement =
        (struct case_judgement){.procedure = "change", .verdict = "accept", .pins = 2};
    plan.with.plan = (struct case_plan){.serial = "123456789012345", .step_count = 1};
    plan.with.plan.steps[0] = (struct case_plan_step){.kind = CASE_CHANGE, .pin = 1};
    apply(&file, judgement);
    apply(&file, plan);
    apply(&file, (struct case_change){.event = CASE_STEP_INTENDED, .with.outcome.tries = {2, -1}});
    apply(&file, (struct case_change){.event = CASE_STEP_UNKNOWN});
    assert_int_equal(file.steps[0].tries_before[0], 2);
    strcpy(judgement.with.judgement.procedure, "reset");
    plan.with.plan.steps[0].kind = CASE_RESET;
    apply(&file, judgement);
    apply(&file, plan);
    assert_int_equal(file.state, CASE_UNSETTLED);
    assert_int_equal(file.steps[0].tries_before[0], -1);
}

static void test_every_value_has_its_own_word(void **state)
{
    (void)state;
    for (int i = 0; i < CASE_EVENTS; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(case_event_word((enum case_event)i),
                                    case_event_word((enum case_event)k));
    for (int i = 0; i < CASE_STATES; i++)
        assert_true(*case_state_word((enum case_state)i));
    for (int i = 0; i < CASE_REASONS; i++)
        assert_true(*case_reason_word((enum case_reason)i));
    for (int i = 0; i < CASE_KINDS; i++)
        assert_true(*case_kind_word((enum case_kind)i));
    assert_string_equal(case_state_word(CASE_STATES), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_text_that_does_not_fit_is_refused),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_plans),
        cmocka_unit_test(test_a_newer_judgement_takes_back_the_decision),
        cmocka_unit_test(test_a_change_that_becomes_a_reset_forgets_the_tries_before),
        cmocka_unit_test(test_every_value_has_its_own_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
