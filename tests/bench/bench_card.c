/*
 * The card's steps as the card process carries them out, beside a bare replay of the same commands straight to the
 * service: from the request, the card powered off, to the answer; from SCardConnect to the last command's answer.
 * The card process is one that has done the step before, as at a counter; what the first one costs more has a row.
 */
#include "tests/bench/bench_card.h"

#include "cardops/client.h"
#include "config/card_profile.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { APDUS_MAX = 96, ASKS_MAX = 4, REPLY_MS = 60000, REAL_CARD_MS = 20 };
enum { INS_EXTERNAL_AUTHENTICATE = 0x82, APDU_HEADER = 5, STATUS = 2, PROOF = 16 };

static struct session *s;
static struct card_client *client;
static struct card_request request;
static struct card_reply reply;
static char serial[CARD_SERIAL_MAX];

/* --- the card process ---------------------------------------------------------------------------- */

void bench_card_settings(const struct session *session, struct card_settings *settings)
{
    char root[BENCH_PATH], path[BENCH_PATH + 64];
    struct fault_list faults = {0};
    assert_non_null(getcwd(root, sizeof root));
    *settings = (struct card_settings){.use_pad = 1, .entry_seconds = 30, .resident_gid = UINT32_MAX, .window = "1"};
    snprintf(settings->reader, sizeof settings->reader, "madoguchi-pad 00 00");
    snprintf(settings->module, sizeof settings->module, "%.200s/practice-authority.so", getenv("BUILD"));
    snprintf(settings->module_config, sizeof settings->module_config, "%.200s", session_path(session, "stand/office.key"));
    snprintf(settings->runtime, sizeof settings->runtime, "%.150s", session_path(session, "runtime"));
    snprintf(path, sizeof path, "%s/config/cards/my-number.ini", root);
    assert_true(card_profile_load(&settings->profile, path, &faults));
}

pid_t bench_presser(const struct session *session, const char *entries)
{
    char keys[64], *rest = keys, *entry;
    pid_t pid = entries != NULL ? fork() : 0;
    if (entries == NULL || pid != 0) {
        return pid;
    }
    snprintf(keys, sizeof keys, "%s", entries);
    while ((entry = strsep(&rest, " ")) != NULL) {
        session_press(session, entry);
    }
    _exit(0);
}

void bench_leave_pad(pid_t pid)
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
        assert_true(poll(&input, 1, REPLY_MS) > 0);
        reply.sequence = 0;
        card_client_receive(client, &reply);
    } while (reply.sequence == 0);
    if (reply.code != CARD_OK) {
        fail_msg("the card process answers %u to %d", reply.code, (int)what);
    }
}

static void read_card(bool with_certificates)
{
    request.with_certificates = with_certificates;
    serial[0] = '\0';
    ask(CARD_ASK_READ, 0);
    memcpy(serial, reply.facts.serial, sizeof serial);
}

/* A card process that knows the card, which is powered off. */
static void open_card(const char *name)
{
    char program[BENCH_PATH];
    snprintf(program, sizeof program, "%s/%s", getenv("BUILD"), name);
    request = (struct card_request){.ask = CARD_ASK_OPEN};
    bench_card_settings(s, &request.body.settings);
    assert_int_equal(card_client_start(&client, program, session_path(s, "stand/run/pcscd.comm")), CARD_OK);
    ask(CARD_ASK_OPEN, 0);
    read_card(false);
    ask(CARD_ASK_RELEASE, 0);
}

/* --- the bare replay ------------------------------------------------------------------------------ */

struct apdu {
    char kind;              /* T or C */
    DWORD code;
    uint8_t bytes[300];
    size_t count;
};
static struct apdu apdus[APDUS_MAX];
static size_t apdu_count;

static bool take_note(const char *line, struct apdu *a)
{
    unsigned code = 0;
    int at = 2;
    *a = (struct apdu){.kind = line[0]};
    if (line[0] != 'T' && line[0] != 'C') {
        return false;
    }
    if (line[0] == 'C') {
        sscanf(line, "C %u %n", &code, &at);
    }
    a->code = code;
    for (unsigned byte; sscanf(line + at, "%2X", &byte) == 1; at += 2) {
        a->bytes[a->count++] = (uint8_t)byte;
    }
    return true;
}

static void take_notes(void)
{
    char line[1024];
    FILE *file = fopen(session_path(s, "runtime/apdus"), "re");
    assert_non_null(file);
    apdu_count = 0;
    while (apdu_count < APDUS_MAX && fgets(line, sizeof line, file) != NULL) {
        apdu_count += take_note(line, &apdus[apdu_count]);
    }
    assert_in_range(apdu_count, 1, APDUS_MAX - 1);
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

/* Done, or the count of tries left: nothing is refused in the replay. */
static bool carried_out(const struct apdu *a, const uint8_t *answer, DWORD length)
{
    uint8_t first = answer[length - STATUS];
    return a->kind == 'C' || first == 0x90 || (first == 0x63 && answer[length - 1] >= 0xC0);
}

static void replay_commands(SCARDHANDLE card, DWORD protocol)
{
    const SCARD_IO_REQUEST *pci = protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
    uint8_t answer[1024];
    DWORD length = 0;
    for (size_t i = 0; i < apdu_count; i++) {
        struct apdu *a = &apdus[i];
        if (a->kind == 'T' && a->bytes[1] == INS_EXTERNAL_AUTHENTICATE) {
            prove(answer, length - STATUS, a->bytes + APDU_HEADER);
        }
        length = sizeof answer;
        LONG rv = a->kind == 'T' ? SCardTransmit(card, pci, a->bytes, a->count, NULL, answer, &length)
                                 : SCardControl(card, a->code, a->bytes, a->count, answer, sizeof answer, &length);
        assert_int_equal(rv, SCARD_S_SUCCESS);
        assert_true(carried_out(a, answer, length));
    }
}

static double replay(const char *keys)
{
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    pid_t pid = bench_presser(s, keys);
    assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), SCARD_S_SUCCESS);
    double from = bench_now();
    assert_int_equal(SCardConnect(context, "madoguchi-pad 00 00", SCARD_SHARE_EXCLUSIVE,
                                  SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol),
                     SCARD_S_SUCCESS);
    replay_commands(card, protocol);
    double took = bench_now() - from;
    SCardDisconnect(card, SCARD_UNPOWER_CARD);
    SCardReleaseContext(context);
    bench_leave_pad(pid);
    return took;
}

/* --- procedures ---------------------------------------------------------------------------------- */

#define OLD "1234E"
#define NEW "1234E1234E"

static const struct procedure {
    const char *name, *wish;
    const char *keys;       /* each entry once the pad asks for it */
    bool certificates, first_differs;
    struct { enum card_ask what; enum card_pin pin; } asks[ASKS_MAX];
} procedures[] = {
    {"reading the whole card", "at most 13", NULL, false, false, {{CARD_ASK_READ, 0}}},
    {"reading it with the auth certificate", "", NULL, true, true, {{CARD_ASK_READ, 0}}},
    {"tries of all PINs (after a cut)", "", NULL, false, false, {{CARD_ASK_TRIES, 0}}},
    {"reset by pad", "at most 8 more", NEW, false, true, {{CARD_ASK_RESET, CARD_PIN_AUTH}}},
    {"reset of two PINs by pad", "", NEW " " NEW, false, false,
     {{CARD_ASK_RESET, CARD_PIN_AUTH}, {CARD_ASK_RESET, CARD_PIN_KENMEN}}},
    {"change by pad", "", OLD " " NEW, false, false, {{CARD_ASK_CHANGE, CARD_PIN_AUTH}}},
    {"check of one PIN by pad", "", OLD, false, false, {{CARD_ASK_VERIFY, CARD_PIN_AUTH}}},
    {"check of three PINs by pad (juki in both places)", "", OLD " " OLD " " OLD " " OLD, false, false,
     {{CARD_ASK_VERIFY, CARD_PIN_AUTH}, {CARD_ASK_VERIFY, CARD_PIN_JUKI}, {CARD_ASK_VERIFY, CARD_PIN_KENMEN}}},
};

static double run_procedure(const struct procedure *p, unsigned *commands)
{
    request.with_certificates = p->certificates;
    *commands = 0;
    pid_t pid = bench_presser(s, p->keys);
    double from = bench_now();
    for (size_t i = 0; i < ASKS_MAX && p->asks[i].what != 0; i++) {
        ask(p->asks[i].what, (uint8_t)p->asks[i].pin);
        *commands += reply.commands;
    }
    double took = bench_now() - from;
    bench_leave_pad(pid);
    ask(CARD_ASK_RELEASE, 0);
    return took;
}

static void record(const struct procedure *p)
{
    unsigned commands;
    open_card("tests/bench/recording_card_main");
    /* Notes of this procedure alone. */
    assert_int_equal(truncate(session_path(s, "runtime/apdus"), 0), 0);
    run_procedure(p, &commands);
    card_client_stop(&client);
    take_notes();
    assert_int_equal(apdu_count, commands);
}

static void measure_pairs(const struct procedure *p, size_t count, struct bench_pairs *pairs)
{
    unsigned commands;
    for (size_t i = 0; i < count; i++) {
        double ours = run_procedure(p, &commands);
        bench_add(pairs, ours, replay(p->keys));
    }
}

static void measure_first(const struct procedure *p)
{
    double more[BENCH_FEW];
    unsigned commands;
    for (int i = 0; i < BENCH_FEW; i++) {
        open_card("madoguchi-card");
        double first = run_procedure(p, &commands);
        more[i] = first - run_procedure(p, &commands);
        card_client_stop(&client);
    }
    bench_row("  the first of a new card process, more by", bench_median(more, BENCH_FEW), "ms", "", "OpenSSL's first use; 5 processes");
}

static void measure_procedure(const struct procedure *p)
{
    struct bench_pairs fast = {0}, real = {0};
    unsigned commands;
    char slow[32];
    record(p);
    open_card("madoguchi-card");
    run_procedure(p, &commands);
    measure_pairs(p, BENCH_PAIRS, &fast);
    snprintf(slow, sizeof slow, "slow\t%d", REAL_CARD_MS);
    session_stand(s, slow);
    measure_pairs(p, BENCH_FEW, &real);
    session_stand(s, "slow\t0");
    card_client_stop(&client);
    bench_row(p->name, commands, "APDU", p->wish, "commands of the card process");
    bench_pair("  from request to answer", &fast, "ms", "bare replay", "aim 1.05; 31 in turn, the same keys at once");
    bench_pair("  the same, each command as slow as a real card's", &real, "ms", "bare replay",
               "aim 1.05; madoguchi-practice slow 20, 5 in turn");
    if (p->first_differs) {
        measure_first(p);
    }
}

static void measure_beside_opensc(void)
{
    struct bench_pairs times = {0}, commands = {0};
    for (int i = 0; i < BENCH_FEW; i++) {
        int before = session_commands(s);
        double from = bench_now();
        open_card("madoguchi-card");
        double ours = bench_now() - from;
        card_client_stop(&client);
        int between = session_commands(s);
        from = bench_now();
        assert_int_equal(bench_shell("PCSCLITE_CSOCK_NAME='%s' pkcs15-tool --reader 0 --list-pins >/dev/null 2>&1",
                                     session_path(s, "stand/run/pcscd.comm")), 0);
        bench_add(&times, ours, bench_now() - from);
        bench_add(&commands, between - before, session_commands(s) - between);
    }
    bench_pair("card status and tries of all four PINs", &commands, "APDU", "pkcs15-tool --list-pins, two",
               "counted by the stand");
    bench_pair("  from the program's start", &times, "ms", "pkcs15-tool --list-pins", "5 in turn");
}

void bench_card(struct session *session)
{
    s = session;
    session_fresh(s, "adult");
    for (size_t i = 0; i < sizeof procedures / sizeof *procedures; i++) {
        measure_procedure(&procedures[i]);
    }
    measure_beside_opensc();
}
