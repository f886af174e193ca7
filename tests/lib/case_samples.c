#include "tests/lib/case_samples.h"

#include <stdio.h>
#include <string.h>

struct ledger_origin sample_origin(const char *window)
{
    struct ledger_origin origin = {.unix_user = "mihon", .version = "test"};

    snprintf(origin.window, sizeof origin.window, "%s", window);
    memset(origin.profile_digest, 'a', sizeof origin.profile_digest - 1);
    memset(origin.documents_digest, 'b', sizeof origin.documents_digest - 1);
    return origin;
}

struct case_opening sample_opening(const char *procedure)
{
    struct case_opening opening = {.presenter = "resident",
                                   .visit = 1,
                                   .city = "minoh",
                                   .office = "main",
                                   .reception = "2026-11-20T10:00",
                                   .set_back = true,
                                   .clerk = "見本 職員"};

    snprintf(opening.procedure, sizeof opening.procedure, "%s", procedure);
    return opening;
}

struct case_judgement sample_judgement(const char *procedure, const char *verdict)
{
    struct case_judgement j = {
        .pins = 1u << 1 | 1u << 3, .rule_count = 2, .document_count = 2, .fact_count = 1};

    snprintf(j.procedure, sizeof j.procedure, "%s", procedure);
    snprintf(j.verdict, sizeof j.verdict, "%s", verdict);
    strcpy(j.rules[0], "reset.resident.a");
    strcpy(j.rules[1], "reset.resident.card");
    strcpy(j.documents[0].id, "resident:my-number-card");
    strcpy(j.documents[1].id, "resident:drivers-licence");
    strcpy(j.documents[1].attributes, "expires=2028-05-01");
    strcpy(j.facts[0], "pin-auth=forgotten");
    return j;
}

struct case_decision sample_decision(void)
{
    return (struct case_decision){.who = "見本 課長", .function = "市民課長", .phone = "内線2145",
                                  .why = "面識のある職員が確認"};
}

struct case_plan sample_plan(enum case_kind kind, uint8_t pin)
{
    struct case_plan plan = {.serial = SAMPLE_SERIAL, .certificate = "00a1b2c3d4", .step_count = 1};

    plan.steps[0] = (struct case_plan_step){.kind = (uint8_t)kind, .pin = pin, .way = CASE_BY_PAD};
    return plan;
}

struct case_change sample_opened(int64_t at, const char *procedure)
{
    return (struct case_change){
        .event = CASE_OPENED, .at = at, .with.opening = sample_opening(procedure)};
}

struct case_change sample_judged(int64_t at, const char *procedure, const char *verdict)
{
    return (struct case_change){
        .event = CASE_JUDGEMENT, .at = at, .with.judgement = sample_judgement(procedure, verdict)};
}

struct case_change sample_decided(int64_t at)
{
    return (struct case_change){
        .event = CASE_DECISION, .at = at, .with.decision = sample_decision()};
}

struct case_change sample_planned(int64_t at, enum case_kind kind, uint8_t pin)
{
    return (struct case_change){.event = CASE_PLAN, .at = at, .with.plan = sample_plan(kind, pin)};
}

struct case_change sample_step(int64_t at, enum case_event event)
{
    struct case_change change = {.event = event, .at = at};

    change.with.outcome = (struct case_outcome){.tries = {0, -1}};
    if (event == CASE_STEP_INTENDED)
        strcpy(change.transaction, "00112233445566778899aabbccddeeff");
    if (event != CASE_STEP_INTENDED && event != CASE_PROOF_INTENDED)
        change.with.outcome =
            (struct case_outcome){.code = 305, .sw = 0x63c2, .tries = {2, -1}, .places_done = 1};
    return change;
}

struct case_change sample_reason(int64_t at, enum case_event event, enum case_reason reason)
{
    return (struct case_change){.event = event, .at = at, .reason = reason};
}
