/*
 * The figures of this program, measured in one run on a practice stand of its own, as one table: figure,
 * measured, wanted, how to reproduce. Medians; nothing here fails for being slow.
 *
 * Needs $BUILD, the repository's root as working directory, and dialog and OpenSC to measure beside.
 */
#include "cardops/client.h"
#include "config/card_profile.h"
#include "config/city.h"
#include "forms/rules/judge.h"
#include "tests/lib/session.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { RUNS = 31, STARTS = 15, FEW = 5, APDUS_MAX = 64, PATH_SIZE = 512, JUDGED = 200000 };
enum { INS_EXTERNAL_AUTHENTICATE = 0x82, APDU_HEADER = 5, STATUS = 2, PROOF = 16 };

static struct session session, *s = &session;

/* --- numbers and rows ---------------------------------------------------------------------------- */

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

static void row(const char *figure, const char *wanted, const char *how, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void row(const char *figure, const char *wanted, const char *how, const char *format, ...)
{
    char measured[96];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(measured, sizeof measured, format, arguments);
    va_end(arguments);
    printf("%-46s %-30s %-16s %s\n", figure, measured, wanted, how);
    fflush(stdout);
}

/* --- the screens --------------------------------------------------------------------------------- */

static size_t idle_bytes(void)
{
    assert_true(terminal_wait_idle(s->clerk));
    return terminal_bytes(s->clerk);
}

static bool cursor_moved(struct terminal *t, const void *context)
{
    int at, column;
    terminal_cursor(t, &at, &column);
    return at != *(const int *)context;
}

static void measure_screens(void)
{
    /* Desk, person, PINs, document, verdict, plan. */
    static const char keys[] = "21\r \r\r";
    int at, column;
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_expect(s, "F10");
    size_t first = idle_bytes();
    session_type(s, "カードあり", "21\r");
    session_expect(s, "不足があります");
    size_t before = idle_bytes();
    terminal_cursor(s->clerk, &at, &column);
    terminal_type(s->clerk, "\033[B");
    assert_true(terminal_wait_until(s->clerk, cursor_moved, &at));
    size_t move = idle_bytes() - before;
    terminal_type(s->clerk, "\033[A");
    assert_true(terminal_wait_until(s->clerk, cursor_moved, &(int){at + 1}));
    before = idle_bytes();
    terminal_type(s->clerk, " ");
    session_expect(s, "受付できます");
    size_t tick = idle_bytes() - before;
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_stand(s, "wait-prompt\t20");
    row("keys from the desk to the pad's prompt", "at most 8", "2 1 Enter Space Enter Enter", "%zu", sizeof keys - 1);
    row("bytes of the first paint, 80x24", "at most 3500", "bytes on the pty", "%zu", first);
    row("bytes of a cursor move", "at most 64", "one arrow key among the documents", "%zu", move);
    row("bytes of a tick that changes the verdict", "at most 400", "one document", "%zu", tick);
    session_stand(s, "cancel");
    session_expect(s, "取り消されました");
}

static double start_of(const char *const argv[], const char *const environment[], const char *text)
{
    double from = now_ms();
    struct terminal *t = terminal_start(argv, environment, 24, 80);
    assert_true(terminal_wait_for(t, text));
    double took = now_ms() - from;
    terminal_end(&t);
    return took;
}

static void measure_start(void)
{
    double ours[STARTS], theirs[STARTS];
    char program[PATH_SIZE], ini[PATH_SIZE], service[PATH_SIZE];
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    snprintf(ini, sizeof ini, "%s", session_path(s, "madoguchi.ini"));
    snprintf(service, sizeof service, "PCSCLITE_CSOCK_NAME=%s", session_path(s, "stand/run/pcscd.comm"));
    const char *clerk[] = {program, "--config", ini, "--clock", SESSION_CLOCK, NULL};
    const char *dialog[] = {"/usr/bin/dialog", "--checklist", "documents", "20", "70", "8", "1", "one", "off", "2", "two",
                            "off", "3", "three", "off", "4", "four", "off", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "HOME=/nonexistent", service, NULL};
    session_fresh(s, "locked");
    session_ini(s, &(struct session_setup){.city = NULL});
    for (int i = 0; i < STARTS; i++) {
        ours[i] = start_of(clerk, environment, "F10/Q");
        theirs[i] = start_of(dialog, environment, "three");
    }
    double a = median(ours, STARTS), b = median(theirs, STARTS);
    row("start to first screen / dialog --checklist", "beside it", "15 runs in turn", "%.1f ms / %.1f ms = %.2f", a, b,
        a / b);
}

static long proportional(pid_t pid)
{
    char path[64], line[256];
    long kilobytes = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "Pss: %ld", &kilobytes);
    }
    if (file != NULL) {
        fclose(file);
    }
    return kilobytes;
}

static void measure_memory(void)
{
    session_fresh(s, "locked");
    session_to_plan(s, NULL);
    long clerk = proportional(terminal_pid(s->clerk)), card = proportional(session_card_process(s));
    row("memory (PSS), clerk's program", "told", "smaps_rollup at the plan", "%ld KiB", clerk);
    row("memory (PSS), card process", "told", "smaps_rollup at the plan", "%ld KiB", card);
    session_rest(s);
}

static void measure_recovery(void)
{
    double took[FEW];
    session_fresh(s, "locked");
    session_to_plan(s, NULL);
    for (int i = 0; i < FEW; i++) {
        session_stand(s, "remove");
        session_expect(s, "マイナンバーカードをリーダーに入れてください");
        double from = now_ms();
        session_insert(s, "locked");
        session_card_is_back(s);
        took[i] = now_ms() - from;
    }
    row("a pulled card put back, until it is read", "told", "at the plan, 5 times", "%.0f ms", median(took, FEW));
    session_rest(s);
}

/* --- the card ------------------------------------------------------------------------------------ */

static struct card_client *client;
static struct card_request request;
static struct card_reply reply;
static char serial[CARD_SERIAL_MAX];

/* Presses each entry when the pad asks for it, in a process of its own so that nobody waits for the other. */
static pid_t presser(const char *entries)
{
    char keys[64], *rest = keys, *entry;
    pid_t pid = entries != NULL ? fork() : 0;
    if (entries == NULL || pid != 0) {
        return pid;
    }
    snprintf(keys, sizeof keys, "%s", entries);
    while ((entry = strsep(&rest, " ")) != NULL) {
        session_press(s, entry);
    }
    _exit(0);
}

static void leave_pad(pid_t pid)
{
    if (pid > 0) {
        waitpid(pid, NULL, 0);
    }
}

static void ask(enum card_ask what, uint8_t pin)
{
    request.ask = what;
    request.pin = pin;
    request.way = CARD_WAY_PAD;
    memcpy(request.serial, serial, sizeof serial);
    assert_int_equal(card_client_send(client, &request), CARD_OK);
    do {
        struct pollfd input = {.fd = card_client_fd(client), .events = POLLIN};
        assert_true(poll(&input, 1, 60000) > 0);
        reply.sequence = 0;
        card_client_receive(client, &reply);
    } while (reply.sequence == 0);
    if (reply.code != CARD_OK) {
        fail_msg("the card process answers %u to %d", reply.code, (int)what);
    }
}

static void open_card(const char *name)
{
    char program[PATH_SIZE], root[PATH_SIZE], path[PATH_SIZE + 64];
    struct fault_list faults = {0};
    struct card_settings *settings = &request.body.settings;
    snprintf(program, sizeof program, "%s/%s", getenv("BUILD"), name);
    assert_non_null(getcwd(root, sizeof root));
    request = (struct card_request){.ask = CARD_ASK_OPEN};
    *settings = (struct card_settings){.use_pad = 1, .entry_seconds = 30, .resident_gid = UINT32_MAX, .window = "9"};
    snprintf(settings->reader, sizeof settings->reader, "madoguchi-pad 00 00");
    snprintf(settings->module, sizeof settings->module, "%.200s/practice-authority.so", getenv("BUILD"));
    snprintf(settings->module_config, sizeof settings->module_config, "%.200s", session_path(s, "stand/office.key"));
    snprintf(settings->runtime, sizeof settings->runtime, "%.150s", session_path(s, "runtime"));
    snprintf(path, sizeof path, "%s/config/cards/my-number.ini", root);
    assert_true(card_profile_load(&settings->profile, path, &faults));
    assert_int_equal(card_client_start(&client, program, session_path(s, "stand/run/pcscd.comm")), CARD_OK);
    ask(CARD_ASK_OPEN, 0);
}

static void read_card(bool with_certificates)
{
    request.with_certificates = with_certificates;
    serial[0] = '\0';
    ask(CARD_ASK_READ, 0);
    memcpy(serial, reply.facts.serial, sizeof serial);
}

/* --- the bare replay: the same commands straight to the service ------------------------------------ */

struct apdu {
    char kind;              /* T or C */
    DWORD code;
    uint8_t bytes[300];
    size_t count;
};
static struct apdu apdus[APDUS_MAX];
static size_t apdu_count;

static void take_notes(void)
{
    char line[1024];
    FILE *file = fopen(session_path(s, "runtime/apdus"), "re");
    assert_non_null(file);
    apdu_count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        struct apdu *a = &apdus[apdu_count];
        unsigned code = 0;
        int at = 2;
        *a = (struct apdu){.kind = line[0]};
        if (line[0] == 'C') {
            sscanf(line, "C %u %n", &code, &at);
        }
        a->code = code;
        for (unsigned byte; line[0] != 'P' && sscanf(line + at, "%2X", &byte) == 1; at += 2) {
            a->bytes[a->count++] = (uint8_t)byte;
        }
        apdu_count += line[0] != 'P' && apdu_count + 1 < APDUS_MAX;
    }
    fclose(file);
}

/* The proof of the office's authority for this challenge, as the practice module makes it. */
static void prove(const uint8_t *challenge, size_t length, uint8_t *proof)
{
    uint8_t key[16];
    char cipher[] = "AES-128-CBC";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                                     OSSL_PARAM_construct_end()};
    size_t written;
    FILE *file = fopen(session_path(s, "stand/office.key"), "re");
    assert_non_null(file);
    for (size_t i = 0; i < sizeof key; i++) {
        assert_int_equal(fscanf(file, "%2hhx", &key[i]), 1);
    }
    fclose(file);
    assert_non_null(EVP_Q_mac(NULL, "CMAC", NULL, NULL, parameters, key, sizeof key, challenge, length, proof, PROOF,
                              &written));
}

static double replay(const char *keys)
{
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    uint8_t answer[1024];
    DWORD length = 0;
    pid_t pid = presser(keys);
    assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), SCARD_S_SUCCESS);
    double from = now_ms();
    assert_int_equal(SCardConnect(context, "madoguchi-pad 00 00", SCARD_SHARE_EXCLUSIVE,
                                  SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol),
                     SCARD_S_SUCCESS);
    for (size_t i = 0; i < apdu_count; i++) {
        if (apdus[i].kind == 'T' && apdus[i].bytes[1] == INS_EXTERNAL_AUTHENTICATE) {
            prove(answer, length - STATUS, apdus[i].bytes + APDU_HEADER);
        }
        length = sizeof answer;
        LONG rv = apdus[i].kind == 'T'
                      ? SCardTransmit(card, protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0, apdus[i].bytes,
                                      apdus[i].count, NULL, answer, &length)
                      : SCardControl(card, apdus[i].code, apdus[i].bytes, apdus[i].count, answer, sizeof answer, &length);
        assert_int_equal(rv, SCARD_S_SUCCESS);
        /* Done, or the count of tries left: nothing is refused in the replay. */
        uint8_t first = answer[length - STATUS];
        assert_true(apdus[i].kind == 'C' || first == 0x90 || (first == 0x63 && answer[length - 1] >= 0xC0));
    }
    double took = now_ms() - from;
    SCardDisconnect(card, SCARD_UNPOWER_CARD);
    SCardReleaseContext(context);
    leave_pad(pid);
    return took;
}

/* --- procedures beside their replay ---------------------------------------------------------------- */

static const struct procedure_row {
    const char *name, *wanted, *keys;
    enum card_ask what;
    bool certificates;
} procedures[] = {
    {"reading the whole card, no certificate", "13, aim 1.05", NULL, CARD_ASK_READ, false},
    {"reading with the auth certificate", "aim 1.05", NULL, CARD_ASK_READ, true},
    {"tries of all PINs (after a cut)", "aim 1.05", NULL, CARD_ASK_TRIES, false},
    {"reset by pad", "8 more, aim 1.05", "1234E1234E", CARD_ASK_RESET, false},
    {"change by pad", "aim 1.05", "1234E 1234E1234E", CARD_ASK_CHANGE, false},
    {"check of one PIN by pad", "aim 1.05", "1234E", CARD_ASK_VERIFY, false},
};

/* From powered off to the answer, as the replay is. */
static double run_procedure(const struct procedure_row *p)
{
    request.with_certificates = p->certificates;
    pid_t pid = presser(p->keys);
    double from = now_ms();
    ask(p->what, CARD_PIN_AUTH);
    double took = now_ms() - from;
    leave_pad(pid);
    unsigned commands = reply.commands;
    ask(CARD_ASK_RELEASE, 0);
    reply.commands = (uint16_t)commands;
    return took;
}

static void record_notes(const struct procedure_row *p)
{
    open_card("tests/bench/recording_card_main");
    read_card(false);
    ask(CARD_ASK_RELEASE, 0);
    /* A note of this procedure alone. */
    assert_int_equal(truncate(session_path(s, "runtime/apdus"), 0), 0);
    run_procedure(p);
    card_client_stop(&client);
    take_notes();
}

#define WITHOUT_KEYS "request to answer, card off before / connect and the same commands; medians of 31 in turn"
#define WITH_KEYS WITHOUT_KEYS ", same keys, proof made anew"

static void measure_procedure(const struct procedure_row *p)
{
    double ours[RUNS], bare[RUNS];
    unsigned commands = 0;
    record_notes(p);
    for (int i = 0; i < RUNS; i++) {
        open_card("madoguchi-card");
        read_card(false);
        ask(CARD_ASK_RELEASE, 0);
        ours[i] = run_procedure(p);
        commands = reply.commands;
        card_client_stop(&client);
        bare[i] = replay(p->keys);
    }
    double a = median(ours, RUNS), b = median(bare, RUNS);
    row(p->name, p->wanted, p->keys != NULL ? WITH_KEYS : WITHOUT_KEYS, "%u APDUs, %.1f / %.1f ms = %.2f", commands, a, b, a / b);
}

static int command_runs(const char *line)
{
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void measure_beside_opensc(void)
{
    double ours[FEW], theirs[FEW];
    char line[PATH_SIZE];
    int our_apdus = 0, their_apdus = 0;
    snprintf(line, sizeof line, "PCSCLITE_CSOCK_NAME=%s pkcs15-tool --reader 0 --list-pins >/dev/null 2>&1",
             session_path(s, "stand/run/pcscd.comm"));
    for (int i = 0; i < FEW; i++) {
        int before = session_commands(s);
        double from = now_ms();
        open_card("madoguchi-card");
        read_card(false);
        ours[i] = now_ms() - from;
        card_client_stop(&client);
        our_apdus = session_commands(s) - before;
        before = session_commands(s);
        from = now_ms();
        assert_int_equal(command_runs(line), 0);
        theirs[i] = now_ms() - from;
        their_apdus = session_commands(s) - before;
    }
    double a = median(ours, FEW), b = median(theirs, FEW);
    row("card status, tries of 4 PINs / pkcs15-tool's 2", "beside it", "pkcs15-tool --list-pins, programs' start counted",
        "%d / %d APDUs, %.0f / %.0f ms = %.2f", our_apdus, their_apdus, a, b, a / b);
}

/* --- the rules ------------------------------------------------------------------------------------- */

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
    double from = now_ms();
    for (int i = 0; i < JUDGED; i++) {
        rules_judge(&city->national, &city->profile, &situation, &verdict);
    }
    double took = now_ms() - from;
    row("one verdict", "20 us", "200000 of Minoh's reset", "%.1f us, %.0f a second", took * 1e3 / JUDGED,
        JUDGED / took * 1e3);
    city_free(city);
}

static void measure_enumerations(void)
{
    static const char *const cities[] = {"minoh", "ibaraki", "tajimi", "kakogawa", "omihachiman"};
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++) {
        double took[FEW];
        char line[PATH_SIZE], figure[64], how[96];
        snprintf(line, sizeof line, "MADOGUCHI_DATA=config '%s/madoguchi' check config/cities/%s.ini >/dev/null",
                 getenv("BUILD"), cities[i]);
        int result = 0;
        for (int n = 0; n < FEW; n++) {
            double from = now_ms();
            result = command_runs(line);
            took[n] = now_ms() - from;
        }
        snprintf(figure, sizeof figure, "proof of a profile, %s", cities[i]);
        snprintf(how, sizeof how, "madoguchi check config/cities/%s.ini", cities[i]);
        row(figure, "at most 2 s", how, "%.0f ms, exit %d", median(took, FEW), result);
    }
}

static void all_figures(void **state)
{
    (void)state;
    printf("%-46s %-30s %-16s %s\n", "figure", "measured", "wanted", "how");
    measure_screens();
    measure_start();
    measure_memory();
    measure_recovery();
    session_fresh(s, "adult");
    setenv("PCSCLITE_CSOCK_NAME", session_path(s, "stand/run/pcscd.comm"), 1);
    for (size_t i = 0; i < sizeof procedures / sizeof *procedures; i++) {
        measure_procedure(&procedures[i]);
    }
    measure_beside_opensc();
    measure_verdicts();
    measure_enumerations();
}

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

int main(void)
{
    const struct CMUnitTest figures[] = {cmocka_unit_test(all_figures)};
    return cmocka_run_group_tests_name("bench", figures, open_all, close_all);
}
