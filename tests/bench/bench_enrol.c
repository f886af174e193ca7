/*
 * The renewal of both certificates through desk, card process, filter and practice authority; beside it the same
 * enrolments by `openssl cmp` at the same authority for a key in software, and twenty windows at once.
 */
#include "tests/bench/bench_card.h"
#include "tests/bench/bench_desk.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PROOFS = 2, KINDS = 2, REAL = 3, SUBJECT_MAX = 80, AUTHORITY_MS = 30000 };

static struct session *s;

#define PAD(what, which) {.kind = what, .pin = which, .way = CASE_BY_PAD}

/* As the counter plans it: authentication before signature, nothing revoked before both are proven. */
static const struct case_plan renewal = {
    .step_count = 14,
    .steps = {{.kind = CASE_VERIFY, .pin = CARD_PIN_SIG, .way = CASE_BY_TERMINAL},
              PAD(CASE_VERIFY, CARD_PIN_AUTH),
              PAD(CASE_KEEP, CARD_PIN_AUTH), PAD(CASE_KEY, CARD_PIN_AUTH), PAD(CASE_CERTIFICATE, CARD_PIN_AUTH),
              PAD(CASE_INSTALL, CARD_PIN_AUTH), PAD(CASE_PROVE, CARD_PIN_AUTH),
              PAD(CASE_KEEP, CARD_PIN_SIG), PAD(CASE_KEY, CARD_PIN_SIG), PAD(CASE_CERTIFICATE, CARD_PIN_SIG),
              PAD(CASE_INSTALL, CARD_PIN_SIG), PAD(CASE_PROVE, CARD_PIN_SIG),
              PAD(CASE_REVOKE, CARD_PIN_AUTH), PAD(CASE_REVOKE, CARD_PIN_SIG)},
};

/* --- ours ---------------------------------------------------------------------------------------- */

/* A person at the resident's terminal and at the pad; their time is not counted. */
static void prove_pins(unsigned *commands)
{
    struct bench_split unused = {0};
    bench_case_start_step();
    assert_true(terminal_wait_for(s->resident, "いまの暗証番号を入力"));
    terminal_type(s->resident, "ABC123\r");
    bench_case_wait();
    bench_case_steps(1, "1234E", &unused);
    *commands = unused.commands;
}

static void renew(struct bench_split *split, unsigned *pins, char subject[SUBJECT_MAX])
{
    bench_case_begin("renew", &renewal);
    snprintf(subject, SUBJECT_MAX, "/C=JP/L=%s/serialNumber=%s", bench_case_card()->municipality, bench_case_card()->serial);
    prove_pins(pins);
    bench_case_steps(renewal.step_count - PROOFS, NULL, split);
    bench_case_end();
}

/* --- openssl cmp --------------------------------------------------------------------------------- */

static const char *const kinds[KINDS] = {"auth", "sig"};

/* `command` finds $kind, $subject and the beginning of `openssl cmp`, $cmp. */
static double run_timed(const char *command, const char *kind, const char *subject)
{
    double from = bench_now();
    if (bench_shell("cd '%s' && trust=stand/ca/trust kind=%s subject=%s && "
                    "cmp='openssl cmp -config \"\" -server http://127.0.0.1:'$(cat stand/ca/port)"
                    "'/.well-known/cmp/p/'$kind' -trusted '$trust/cmp-root.pem' -cert '$trust/office.pem' -key "
                    "'$trust/office.key && { %s; } >openssl.log 2>&1", s->folder, kind, subject, command) != 0) {
        bench_shell("cat '%s' >&2", session_path(s, "openssl.log"));
        fail_msg("openssl for %s", kind);
    }
    return bench_now() - from;
}

/* `asking`: of it, what its clients of the authority took. */
static double enrol_in_software(const char *subject, double *asking)
{
    double keys = 0;
    *asking = 0;
    for (size_t i = 0; i < KINDS; i++) {
        keys += run_timed("openssl genrsa -out soft-$kind.key 2048 && "
                          "openssl req -new -key soft-$kind.key -subj $subject -out soft-$kind.req", kinds[i], subject);
        *asking += run_timed("eval $cmp -cmd p10cr -csr soft-$kind.req -certout soft-$kind.pem", kinds[i], subject);
    }
    for (size_t i = 0; i < KINDS; i++) {
        *asking += run_timed("eval $cmp -cmd rr -oldcert soft-$kind.pem -revreason 4", kinds[i], subject);
    }
    return keys + *asking;
}

/* A new stand makes its authority's keys beside everything else. */
static void wait_for_authority(void)
{
    double until = bench_now() + AUTHORITY_MS;
    bool listens = false;
    while (!listens && bench_now() < until) {
        json_t *state = session_state(s);
        listens = json_is_true(json_object_get(json_object_get(state, "ca"), "listens"));
        json_decref(state);
        poll(NULL, 0, listens ? 0 : 20);
    }
    assert_true(listens);
}

/* Beside a real card's time our own is small. */
static void measure_real_card(void)
{
    struct bench_pairs own = {0};
    session_stand(s, "slow\t20");
    for (size_t i = 0; i < REAL; i++) {
        struct bench_split split = {0};
        char subject[SUBJECT_MAX];
        unsigned pins;
        renew(&split, &pins, subject);
        bench_add(&own, bench_own(&split) / 1e3, split.total / 1e3);
    }
    session_stand(s, "slow\t0");
    bench_pair("  our own, each command as slow as a real card's", &own, "s", "the whole",
               "madoguchi-practice slow 20, 3 times");
}

void bench_enrol(struct session *session)
{
    struct bench_split splits[BENCH_FEW] = {{0}};
    struct bench_pairs whole = {0}, asking = {0};
    unsigned pins = 0;
    s = session;
    session_fresh(s, "adult");
    wait_for_authority();
    bench_desk_open(s);
    session_resident(s);
    bench_case_wait_resident();
    for (size_t i = 0; i < BENCH_FEW; i++) {
        char subject[SUBJECT_MAX];
        double theirs_asking;
        renew(&splits[i], &pins, subject);
        double theirs = enrol_in_software(subject, &theirs_asking);
        bench_add(&whole, splits[i].total / 1e3, theirs / 1e3);
        bench_add(&asking, splits[i].filter, theirs_asking);
    }
    bench_row("renewal of both certificates", splits[0].commands, "APDU", "", "12 steps, from the proven PINs on");
    bench_row("  and for the PIN by pad before it", pins, "APDU", "", "one step");
    bench_pair("  its time, keys made on the card", &whole, "s", "openssl cmp, keys in software",
               "2 keys, 2 p10cr with certConf, 2 rr; 5 in turn");
    bench_split_rows(splits, BENCH_FEW, "within the reader's functions, key generation too");
    measure_real_card();
    bench_pair("  asking the authority alone", &asking, "ms", "openssl cmp", "4 questions, each a process of its own");
    terminal_end(&s->resident);
    bench_desk_close();
}

/* --- twenty windows ------------------------------------------------------------------------------ */

struct round {
    char who[16];
    double seconds, processor;
    unsigned asked, served, issued, confirmed;
};

static bool read_round(FILE *figures, struct round *r)
{
    char line[128];
    if (fgets(line, sizeof line, figures) == NULL) {
        return false;
    }
    assert_int_equal(sscanf(line, "%15s %lf %u %u %u %u %lf", r->who, &r->seconds, &r->asked, &r->served, &r->issued,
                            &r->confirmed, &r->processor), 7);
    return true;
}

void bench_windows(struct session *session)
{
    struct bench_pairs rates = {0};
    struct round ours, theirs;
    double processor[BENCH_PAIRS], lost = 0, unconfirmed = 0;
    (void)session;
    FILE *figures = popen("tests/bench/windows.bash", "re");
    assert_non_null(figures);
    while (read_round(figures, &ours)) {
        assert_true(read_round(figures, &theirs));
        processor[rates.count] = ours.processor / ours.issued;
        bench_add(&rates, ours.served / ours.seconds, theirs.served / theirs.seconds);
        lost += ours.asked - (double)(ours.served < ours.issued ? ours.served : ours.issued);
        unconfirmed += ours.asked - (double)ours.confirmed;
    }
    assert_int_equal(pclose(figures), 0);
    bench_pair("enrolments a second, twenty windows at once", &rates, "/s", "openssl cmp, twenty at once",
               "tests/bench/windows.bash, the programs' start counted; 3 in turn");
    bench_row("  of each, the authority's own processor time", bench_median(processor, rates.count), "ms", "",
              "the rest are the windows' programs, on the same processors");
    bench_row("  lost", lost, "", "none", "asked, less served and issued");
    bench_row("  not confirmed to the authority", unconfirmed, "", "none", "its own counter");
}
