#include "tests/bench/bench_desk.h"

#include "forms/desk/desk.h"
#include "tests/bench/bench_card.h"
#include "tests/lib/case_samples.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { REPLY_MS = 60000, RESETS = 15, NOTE = 1024 };

/* Its clock stands still: nothing here may run into a limit. */
static const int64_t now = 1800000000;

static struct session *s;
static struct ledger *ledger;
static struct desk *desk;
static const struct desk_view *view;
static char program[BENCH_PATH], filter[BENCH_PATH], service[BENCH_PATH];

/* --- conducting ---------------------------------------------------------------------------------- */

static void turn(void)
{
    struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, REPLY_MS), 1);
    desk_pump(desk, now);
}

void bench_case_wait(void)
{
    while (view->doing != DESK_IDLE || view->presence != CARD_IN_READER || (view->case_open && !view->card_known)) {
        turn();
    }
    assert_int_equal(view->link, CARD_OK);
}

void bench_case_wait_resident(void)
{
    while ((view->resident & CARD_RESIDENT_CONNECTED) == 0) {
        turn();
    }
}

void bench_desk_open(struct session *session)
{
    struct desk_settings settings = {.card_program = program, .pcsc_socket = service, .origin = sample_origin("1"),
                                     .second_key_below = 1, .enrol_program = filter};
    s = session;
    snprintf(program, sizeof program, "%s/tests/bench/recording_card_main", getenv("BUILD"));
    snprintf(filter, sizeof filter, "%s", session_path(s, "stand/enrol"));
    snprintf(service, sizeof service, "%s", session_path(s, "stand/run/pcscd.comm"));
    bench_card_settings(s, &settings.card);
    assert_int_equal(ledger_open_sqlite(&ledger, session_path(s, "ledger.db"), NULL), LEDGER_OK);
    settings.ledger = ledger;
    assert_int_equal(desk_open(&desk, &settings, now), DESK_OK);
    view = desk_view(desk);
    while (view->doing != DESK_IDLE || view->presence != CARD_IN_READER) {
        turn();
    }
}

void bench_desk_close(void)
{
    desk_close(&desk, now);
    ledger_close(&ledger);
}

void bench_case_begin(const char *procedure, const struct case_plan *plan)
{
    struct case_opening opening = sample_opening(procedure);
    struct case_judgement judgement = sample_judgement(procedure, "accept");
    judgement.pins = 0xF;
    assert_int_equal(desk_begin(desk, &opening, now), DESK_OK);
    /* The card of the case before is still being powered off. */
    enum desk_fault fault;
    while ((fault = desk_read_card(desk, true, now)) == DESK_BUSY) {
        turn();
    }
    assert_int_equal(fault, DESK_OK);
    bench_case_wait();
    assert_int_equal(desk_judge(desk, &judgement, now), DESK_OK);
    assert_int_equal(desk_plan(desk, plan, now), DESK_OK);
}

const struct card_facts *bench_case_card(void)
{
    return &view->card;
}

void bench_case_start_step(void)
{
    assert_int_equal(desk_step(desk, true, now), DESK_OK);
}

void bench_case_end(void)
{
    assert_int_equal(case_next_step(&view->file), -1);
    assert_int_equal(desk_finish(desk, now), DESK_OK);
    desk_pump(desk, now);
    while (view->doing != DESK_IDLE || view->case_open) {
        turn();
    }
}

/* --- where the time goes ------------------------------------------------------------------------- */

/* What the recording card process has noted since they were emptied. */
static void take_notes(struct bench_split *split)
{
    char line[NOTE];
    double microseconds;
    FILE *file = fopen(session_path(s, "runtime/apdus"), "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        split->commands += line[0] == 'T' || line[0] == 'C';
        split->card += sscanf(line, "U %lf", &microseconds) == 1 ? microseconds / 1e3 : 0;
    }
    fclose(file);
}

static double processor_of_children(void)
{
    struct rusage used;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void run_step(struct bench_split *split)
{
    int index = case_next_step(&view->file);
    double from = bench_now(), used = processor_of_children();
    bench_case_start_step();
    bool asks = view->doing == DESK_AT_CENTRE;
    bench_case_wait();
    if (asks) {
        double took = bench_now() - from, own = processor_of_children() - used;
        split->filter += took;
        split->centre += took > own ? took - own : 0;
    }
    if (view->file.steps[index].state != CASE_STEP_IS_DONE) {
        fail_msg("step %d ends with %u, status word %04X: %s", index, view->last.code, view->last.sw, view->centre_said);
    }
}

void bench_case_steps(unsigned count, const char *keys, struct bench_split *split)
{
    assert_int_equal(truncate(session_path(s, "runtime/apdus"), 0), 0);
    pid_t pid = bench_presser(s, keys);
    double from = bench_now(), disk = bench_disk();
    for (unsigned i = 0; i < count; i++) {
        run_step(split);
    }
    split->total += bench_now() - from;
    split->disk += bench_disk() - disk;
    bench_leave_pad(pid);
    take_notes(split);
}

double bench_own(const struct bench_split *split)
{
    return split->total - split->card - split->disk - split->centre;
}

void bench_split_rows(const struct bench_split *splits, size_t count, const char *how)
{
    struct bench_pairs card = {0}, disk = {0}, centre = {0}, own = {0};
    for (size_t i = 0; i < count; i++) {
        const struct bench_split *at = &splits[i];
        bench_add(&card, at->card, at->total);
        bench_add(&disk, at->disk, at->total);
        bench_add(&centre, at->centre, at->total);
        bench_add(&own, bench_own(at), at->total);
    }
    bench_pair("  of it card, driver and keys", &card, "ms", "the whole", how);
    if (splits[0].filter > 0) {
        bench_pair("  of it the authority", &centre, "ms", "the whole", "the filter's time less its own processor time");
    }
    bench_pair("  of it the disk", &disk, "ms", "the whole", "fsync of the record: intent before, outcome after");
    bench_pair("  of it our own", &own, "ms", "the whole", "what is left: desk, card process, filter, record");
}

void bench_desk(struct session *session)
{
    struct bench_split splits[RESETS] = {{0}};
    double totals[RESETS];
    const struct case_plan plan = {.step_count = 1,
                                   .steps = {{.kind = CASE_RESET, .pin = CARD_PIN_AUTH, .way = CASE_BY_PAD}}};
    session_fresh(session, "adult");
    bench_desk_open(session);
    for (size_t i = 0; i < RESETS; i++) {
        bench_case_begin("reset", &plan);
        bench_case_steps(1, "1234E1234E", &splits[i]);
        bench_case_end();
        totals[i] = splits[i].total;
    }
    bench_desk_close();
    bench_row("a reset as the desk runs it, recorded before and after", bench_median(totals, RESETS), "ms", "",
              "desk_step to outcome on disk, 15 times");
    bench_split_rows(splits, RESETS, "within the reader's functions");
}
