/*
 * A PIN of twelve characters is nowhere once a step has ended, however it ended: not in the memory of
 * card process and clerk's side, not in ledger, log or any other file, not on the wire between the
 * two, not in environment or command line; in ASCII, in hexadecimal and packed in halves of octets.
 * Card, pad and resident are in this process, which the search must find them in; a PIN that passes
 * through the card process must be found there while it is held.
 */
#include "cardops/practice/emulated_reader.h"
#include "cardops/resident_wire.h"
#include "tests/faults/faults.h"
#include "tests/faults/remote.h"
#include "tests/lib/memory_scan.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The card's own (cardops/practice/cards/leaktest.ini), and new ones. */
#define OLD_AUTH "394857261048"
#define NEW_AUTH "720493816557"
#define OLD_SIG "Q7ZX4W9KJ2VB"
#define NEW_SIG "R5VJ8HNC3YD6"

enum { PIN = 12, NEEDLE_MAX = 2 * PIN, FORMS = 3, NO_FAULT = -1, WAIT_MS = 10000 };
enum { PAD_VERIFY = 0x42330006, PAD_MODIFY };

static const struct passage {
    const char *procedure, *pin;
    const char *entries[2]; /* as the resident types them */
    const char *pins[2];
} passages[] = {
    {"check", "auth", {OLD_AUTH "E"}, {OLD_AUTH}},
    {"change", "auth", {OLD_AUTH "E", NEW_AUTH "E" NEW_AUTH "E"}, {OLD_AUTH, NEW_AUTH}},
    {"reset", "auth", {NEW_AUTH "E" NEW_AUTH "E"}, {NEW_AUTH}},
    {"check", "sig", {OLD_SIG}, {OLD_SIG}},
    {"change", "sig", {OLD_SIG, NEW_SIG}, {OLD_SIG, NEW_SIG}},
    {"reset", "sig", {NEW_SIG}, {NEW_SIG}},
};

/* Card and pad, in a thread. */
static struct stand {
    const struct passage *passage;
    int fault; /* enum emulated_fault when the PIN passes; NO_FAULT */
    int listener;
    struct reader *reader;
    struct practice_card *card;
    pid_t card_process;
    int held;  /* copies found in the card process while the PIN was on its way; -1: not looked */
    bool passed;
} stand;

static char folder[64];

static bool by_pad(const struct passage *passage)
{
    return strcmp(passage->pin, "auth") == 0;
}

/* --- the search --- */

struct needle {
    uint8_t at[NEEDLE_MAX];
    size_t length;
};

/* ASCII, hexadecimal capitals of it, two digits an octet; false: there is no such form. */
static bool needle_make(struct needle *n, const char *pin, int form)
{
    *n = (struct needle){.length = form == 1 ? 2 * PIN : form == 2 ? PIN / 2 : PIN};
    for (size_t i = 0; i < PIN; i++) {
        char digits[3];

        if (form == 2 && !isdigit((unsigned char)pin[i]))
            return false;
        snprintf(digits, sizeof digits, "%02X", (unsigned)pin[i]);
        if (form == 0)
            n->at[i] = (uint8_t)pin[i];
        else if (form == 1)
            memcpy(n->at + 2 * i, digits, 2);
        else
            n->at[i / 2] = (uint8_t)(n->at[i / 2] << 4 | (pin[i] - '0'));
    }
    return true;
}

static const struct needle *sought;
static int files_found, files_read;

static int search_file(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    static uint8_t content[1 << 21];
    int fd = kind == FTW_F && S_ISREG(st->st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = fd >= 0 ? read(fd, content, sizeof content) : 0;

    (void)walk;
    if (fd >= 0)
        close(fd);
    files_read += got > 0;
    files_found += got > 0 && memmem(content, (size_t)got, sought->at, sought->length);
    return 0;
}

/* Files of the run, but the card's own. */
static int in_files(const struct needle *needle)
{
    sought = needle;
    files_found = files_read = 0;
    nftw(folder, search_file, 8, FTW_PHYS);
    return files_found;
}

static int in_proc(pid_t pid, const char *name, const struct needle *needle)
{
    struct stat st = {.st_mode = S_IFREG};
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    sought = needle;
    files_found = files_read = 0;
    search_file(path, &st, FTW_F, NULL);
    assert_int_equal(files_read, 1);
    return files_found;
}

static void expect_nowhere(pid_t clerk, pid_t card, const char *pin)
{
    static const char *const places[] = {"environ", "cmdline"};
    const pid_t pids[] = {clerk, card};

    for (int form = 0; form < FORMS; form++) {
        struct needle needle;

        if (!needle_make(&needle, pin, form))
            continue;
        assert_int_equal(in_files(&needle), 0);
        assert_true(files_read >= 3); /* ledger, log, wire */
        for (size_t i = 0; i < sizeof pids / sizeof *pids; i++) {
            if (memory_scan(pids[i], needle.at, needle.length) != 0)
                fail_msg("%s, form %d, in the memory of the %s, fault %d", stand.passage->procedure,
                         form, pids[i] == clerk ? "clerk's side" : "card process", stand.fault);
            for (size_t k = 0; k < sizeof places / sizeof *places; k++)
                assert_int_equal(in_proc(pids[i], places[k], &needle), 0);
        }
    }
}

/* The searches find what is there: the card's serial in both processes and on the wire. */
static void expect_the_serial(pid_t clerk, pid_t card)
{
    const struct needle serial = {.at = "990000000000009", .length = 15};
    const struct needle path = {.at = "PATH=", .length = 5};

    assert_true(memory_scan(clerk, serial.at, serial.length) > 0);
    assert_true(memory_scan(card, serial.at, serial.length) > 0);
    assert_true(in_files(&serial) >= 2); /* ledger and wire */
    assert_int_equal(in_proc(card, "environ", &path), 1);
}

/* --- card and pad --- */

static void before_call(void *context, const struct remote_message *m, size_t length)
{
    struct stand *s = context;
    bool entry = m->call == REMOTE_CONTROL && (m->code == PAD_VERIFY || m->code == PAD_MODIFY);
    bool carries = false;

    for (size_t i = 0; m->call == REMOTE_TRANSMIT && i < 2 && s->passage->pins[i]; i++)
        carries |= memmem(m->data, length, s->passage->pins[i], PIN) != NULL;
    if (carries)
        s->held = memory_scan(s->card_process, s->passage->pins[s->passed && s->passage->pins[1]],
                              PIN);
    if ((entry || carries) && s->fault != NO_FAULT)
        emulated_reader_fault(s->reader, (enum emulated_fault)s->fault, 1);
    s->passed |= entry || carries;
}

static void *serve_card(void *argument)
{
    struct stand *s = argument;
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    struct ucred who = {0};
    socklen_t size = sizeof who;

    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0) {
        s->card_process = who.pid;
        remote_serve(fd, s->reader, before_call, s);
        close(fd);
    }
    return NULL;
}

static int listen_for_card_process(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/card", folder);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* The practice card's state lies elsewhere than what is searched. */
static void stand_up(const struct passage *passage, int fault, const char *state)
{
    uint8_t key[16];

    stand = (struct stand){.passage = passage, .fault = fault, .held = -1};
    stand.listener = listen_for_card_process();
    assert_int_equal(practice_office_key(state, key), PRACTICE_OK);
    assert_int_equal(practice_card_open(&stand.card, state, "cardops/practice/cards/leaktest.ini",
                                        1800000000, NULL),
                     PRACTICE_OK);
    stand.reader = emulated_reader_new(true);
    assert_non_null(stand.reader);
    emulated_reader_insert(stand.reader, stand.card);
    for (size_t i = 0; by_pad(passage) && i < 2 && passage->entries[i]; i++)
        assert_true(emulated_reader_keys(stand.reader, passage->entries[i]));
}

/* --- the clerk's side --- */

struct clerk {
    pid_t pid;
    int in, out;
};

static void path_beside(char *path, const char *name)
{
    char own[PATH_MAX] = "";

    assert_true(readlink("/proc/self/exe", own, sizeof own - 1) > 0);
    assert_true(snprintf(path, PATH_MAX, "%s/%s", dirname(own), name) < PATH_MAX);
}

static struct clerk clerk_start(const struct passage *passage)
{
    char program[PATH_MAX], card[PATH_MAX], module[PATH_MAX];
    int in[2], out[2];
    struct clerk clerk;

    path_beside(program, "secrets_clerk_main");
    path_beside(card, "secrets_card_main");
    path_beside(module, "../../practice-authority.so");
    assert_true(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    clerk = (struct clerk){.pid = fork(), .in = in[1], .out = out[0]};
    if (clerk.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execl(program, program, folder, passage->procedure, passage->pin, card, module,
              (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    assert_true(clerk.pid > 0);
    return clerk;
}

static unsigned clerk_wait(const struct clerk *clerk)
{
    struct pollfd fd = {.fd = clerk->out, .events = POLLIN};
    char line[64] = "";
    unsigned code;

    assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
    assert_true(read(clerk->out, line, sizeof line - 1) > 0);
    if (sscanf(line, "at-rest %u", &code) != 1)
        fail_msg("the clerk's side: %s", line);
    return code;
}

static void clerk_end(struct clerk *clerk)
{
    int status;

    close(clerk->in);
    close(clerk->out);
    assert_int_equal(waitpid(clerk->pid, &status, 0), clerk->pid);
    assert_int_equal(status, 0);
}

/* --- the resident at the second terminal --- */

static int dial(void)
{
    const struct timespec moment = {.tv_nsec = 5 * 1000 * 1000};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/run/window-1.resident", folder);
    for (int i = 0; i < WAIT_MS / 5; i++) {
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        nanosleep(&moment, NULL);
    }
    fail_msg("no resident's socket");
    return -1;
}

static void answer(int fd, const char *entry)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    struct resident_ask ask = {0};
    struct resident_answer said = {
        .version = RESIDENT_WIRE_VERSION, .kind = RESIDENT_ENTRY, .length = PIN};

    while (ask.kind != RESIDENT_ASK) {
        if (poll(&wait, 1, WAIT_MS) != 1 || recv(fd, &ask, sizeof ask, 0) != sizeof ask)
            fail_msg("the resident is not asked");
    }
    said.number = ask.number;
    memcpy(said.entry, entry, PIN);
    assert_int_equal(send(fd, &said, sizeof said, MSG_NOSIGNAL), sizeof said);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* One step, with a fault as the PIN passes; returns the code that the clerk's side was told. */
static unsigned run(const struct passage *passage, int fault)
{
    char state[64] = "/tmp/secrets-card-XXXXXX", office[128], link[128];
    struct clerk clerk;
    pthread_t thread;
    unsigned code;
    int resident = -1;

    strcpy(folder, "/tmp/secrets-XXXXXX");
    assert_true(mkdtemp(folder) && mkdtemp(state));
    snprintf(link, sizeof link, "%s/s", folder);
    snprintf(office, sizeof office, "%s/stand", state);
    stand_up(passage, fault, office);
    assert_int_equal(symlink(office, link), 0);
    assert_int_equal(pthread_create(&thread, NULL, serve_card, &stand), 0);
    clerk = clerk_start(passage);
    if (!by_pad(passage)) {
        resident = dial();
        for (size_t i = 0; i < 2 && passage->entries[i]; i++)
            answer(resident, passage->entries[i]);
    }
    code = clerk_wait(&clerk);
    assert_true(stand.passed);
    for (size_t i = 0; i < 2 && passage->pins[i]; i++) {
        assert_true(memory_scan(getpid(), passage->pins[i], PIN) > 0);
        expect_nowhere(clerk.pid, stand.card_process, passage->pins[i]);
    }
    expect_the_serial(clerk.pid, stand.card_process);
    if (!by_pad(passage))
        assert_true(stand.held > 0);
    clerk_end(&clerk);
    pthread_join(thread, NULL);
    if (resident >= 0)
        close(resident);
    close(stand.listener);
    stand.reader->ops->close(&stand.reader);
    practice_card_close(&stand.card);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    nftw(state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return code;
}

static void test_steps_that_succeed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof passages / sizeof *passages; i++)
        assert_int_equal(run(&passages[i], NO_FAULT), 0);
}

static void test_steps_that_are_cut(void **state)
{
    (void)state;
    static const enum emulated_fault faults[] = {
        EMULATED_REMOVED_BEFORE, EMULATED_REMOVED_AFTER, EMULATED_LOST_BEFORE, EMULATED_LOST_AFTER,
        EMULATED_NO_SERVICE,     EMULATED_GARBAGE,       EMULATED_SHORT};
    /* A change passes through all that check and reset do. */
    static const size_t cut[] = {1, 4};

    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
        for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
            struct passage one = passages[cut[i]];

            if (!by_pad(&one))
                one.entries[1] = one.pins[1] = NULL; /* cut at the first: the second is not asked */
            assert_int_not_equal(run(&one, (int)faults[k]), 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_that_succeed),
        cmocka_unit_test(test_steps_that_are_cut),
    };

    faults_pause();
    return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
