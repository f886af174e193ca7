/* Events of an invented case, for tests of the ledger and the desk. */
#ifndef TESTS_LIB_CASE_SAMPLES_H
#define TESTS_LIB_CASE_SAMPLES_H

#include "forms/ledger/ledger.h"

#define SAMPLE_SERIAL "230000000000001"

struct ledger_origin sample_origin(const char *window);
struct case_opening sample_opening(const char *procedure);
/* Every list of it is filled; PINs auth and kenmen are asked for. */
struct case_judgement sample_judgement(const char *procedure, const char *verdict);
struct case_decision sample_decision(void);
/* One step on `pin` by pad. */
struct case_plan sample_plan(enum case_kind kind, uint8_t pin);

struct case_change sample_opened(int64_t at, const char *procedure);
struct case_change sample_judged(int64_t at, const char *procedure, const char *verdict);
struct case_change sample_decided(int64_t at);
struct case_change sample_planned(int64_t at, enum case_kind kind, uint8_t pin);
/* An event about step 0. */
struct case_change sample_step(int64_t at, enum case_event event);
struct case_change sample_reason(int64_t at, enum case_event event, enum case_reason reason);

#endif
