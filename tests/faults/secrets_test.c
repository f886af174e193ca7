/*
 * A PIN is nowhere once a step has ended, however it ended: not in the memory of card process and
 * clerk's side, not in ledger, log or any other file, not on the wire between the two, not in
 * environment or command line; every PIN, by every way and whoever types it, in every form of
 * tests/lib/secret_forms.h (secrets_search_test.c plants them). The PINs have twelve characters,
 * which do not occur by chance. Card, pad and resident are in this process, which the
 * search must find them in; a PIN that passes through the card process must be found there while it
 * is held.
 */
#include "cardops/client.h"
#include "cardops/practice/emulated_reader.h"
#include "cardops/resident_wire.h"
#include "tests/faults/faults.h"
#include "tests/faults/remote.h"
#include "tests/faults/secrets_search.h"
#include "tests/lib/memory_scan.h"

#include <fcntl.h>
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
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Ledger, log, and both ways of the wire. */
enum { FILES_LEAST = 4 };
enum { WAIT_MS = 10000, RECORD_MAX = 1 << 21, ENTRY_ROOM = 64 };
enum { PAD_VERIFY = 0x42330006, PAD_MODIFY };
/* Beside enum emulated_fault, as the PIN passes. */
enum { NO_FAULT = -1, CARD_PROCESS_KILLED = 100, CLERK_KILLED };
/* What the clerk's side tells when its card process has died. */
enum { LOST_CLERK = -1 };

/* What is on the card (cardops/practice/cards/leaktest.ini), and what is set. */
static const struct pin {
    const char *name, *old, *new;
    int places;
} pins[] = {
    {"sig", "Q7ZX4W9KJ2VB", "R5VJ8HNC3YD6", 1},
    {"auth", "394857261048", "720493816557", 1},
    {"juki", "583160297412", "917402658361", 2},
    {"kenmen", "860215937462", "248613907755", 1},
};
enum { SIG, AUTH, JUKI, KENMEN };

static const struct procedure {
    const char *name;
    bool old, new; /* asked for */
} procedures[] = {{"check", true, false}, {"change", true, true}, {"reset", false, true}};
enum { CHECK, CHANGE, RESET, PROCEDURES };

struct way {
    const char *name, *typist;
};
static const struct way by_pad = {"pad", "resident"}, by_terminal = {"terminal", "resident"},
                        staff_pad = {"pad", "staff"}, staff_terminal = {"terminal", "staff"};

struct passage {
    const struct procedure *procedure;
    const struct pin *pin;
    const struct way *way;
    const char *typed[2]; /* instead of the card's own and the new one; NULL: those */
};

/* Card and pad, in a thread. */
static struct stand {
    const struct passage *passage;
    int fault;   /* as the PIN passes for the nth time; NO_FAULT */
    int nth;
    int listener;
    struct reader *reader;
    struct practice_card *card;
    pid_t card_process, clerk;
    int held;    /* forms found in the card process while the PIN was on its way; 0: not looked */
    int passed;
} stand;

static char folder[SEARCH_FOLDER];

static bool is_by_pad(const struct passage *passage)
{
    return strcmp(passage->way->name, "pad") == 0;
}

/* The PINs of a passage, in the order of their asking; answers how many. */
static size_t pins_of(const struct passage *p, const char *out[2])
{
    size_t count = 0;

    if (p->procedure->old)
        out[count++] = p->typed[0] ? p->typed[0] : p->pin->old;
    if (p->procedure->new)
        out[count++] = p->typed[1] ? p->typed[1] : p->pin->new;
    return count;
}

/* --- the search --- */

/* `pid` 0: it has died. */
static void expect_not_in_process(pid_t pid, const char *who, const struct secret_form *forms,
                                  size_t count)
{
    int found = pid > 0 ? memory_scan_forms(pid, forms, count) : (int)count;

    if (found != (int)count)
        fail_msg("%s of %s by %s, %s, in the memory of the %s, fault %d at %d",
                 stand.passage->procedure->name, stand.passage->pin->name,
                 stand.passage->way->name, found < 0 ? "?" : forms[found].name, who, stand.fault,
                 stand.nth);
    for (size_t i = 0; pid > 0 && i < count; i++) {
        assert_int_equal(search_proc(pid, "environ", &forms[i]), 0);
        assert_int_equal(search_proc(pid, "cmdline", &forms[i]), 0);
    }
}

static void expect_nowhere(pid_t clerk, pid_t card, const char *pin)
{
    struct secret_form forms[SECRET_FORMS];
    size_t count = secret_forms(pin, forms);

    for (size_t i = 0; i < count; i++) {
        if (search_files(folder, &forms[i], FILES_LEAST) != 0)
            fail_msg("%s of %s, %s, in a file", stand.passage->procedure->name,
                     stand.passage->pin->name, forms[i].name);
    }
    expect_not_in_process(clerk, "clerk's side", forms, count);
    expect_not_in_process(card, "card process", forms, count);
}

/* The searches find what is there: the card's serial in both processes and on the wire. */
static void expect_the_serial(pid_t clerk, pid_t card)
{
    const struct secret_form serial = {.at = "990000000000009", .length = 15};
    const struct secret_form path = {.at = "PATH=", .length = 5};

    assert_int_equal(memory_scan_forms(clerk, &serial, 1), 0);
    assert_int_equal(memory_scan_forms(card, &serial, 1), 0);
    assert_true(search_files(folder, &serial, FILES_LEAST) >= 2); /* ledger and wire */
    assert_int_equal(search_proc(card, "environ", &path), 1);
}

/* --- card and pad --- */

/* The PIN that a command carries; NULL: none. */
static const char *carried(const struct stand *s, const struct remote_message *m, size_t length)
{
    const char *secrets[2];
    size_t count = m->call == REMOTE_TRANSMIT ? pins_of(s->passage, secrets) : 0;

    for (size_t i = 0; i < count; i++)
        if (memmem(m->data, length, secrets[i], strlen(secrets[i])) != NULL)
            return secrets[i];
    return NULL;
}

static void strike(struct stand *s)
{
    if (s->fault == CARD_PROCESS_KILLED)
        kill(s->card_process, SIGKILL);
    else if (s->fault == CLERK_KILLED)
        kill(s->clerk, SIGKILL);
    else
        emulated_reader_fault(s->reader, (enum emulated_fault)s->fault, 1);
}

static void before_call(void *context, const struct remote_message *m, size_t length)
{
    struct stand *s = context;
    const char *secret = carried(s, m, length);

    if (secret != NULL)
        s->held += memory_scan(s->card_process, secret, strlen(secret)) > 0;
    else if (m->call != REMOTE_CONTROL || (m->code != PAD_VERIFY && m->code != PAD_MODIFY))
        return;
    if (++s->passed == s->nth && s->fault != NO_FAULT)
        strike(s);
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

/* As the pad asks: the old PIN, the new one twice, and all again for another place. */
static void give_keys(struct reader *reader, const struct passage *p)
{
    char keys[ENTRY_ROOM];

    for (int place = 0; place < p->pin->places; place++) {
        snprintf(keys, sizeof keys, "%sE", p->pin->old);
        assert_true(!p->procedure->old || emulated_reader_keys(reader, keys));
        snprintf(keys, sizeof keys, "%sE%sE", p->pin->new, p->pin->new);
        assert_true(!p->procedure->new || emulated_reader_keys(reader, keys));
    }
}

/* The practice card's state lies elsewhere than what is searched. */
static void stand_up(const struct passage *passage, int fault, int nth, const char *state)
{
    uint8_t key[16];

    stand = (struct stand){.passage = passage, .fault = fault, .nth = nth};
    stand.listener = listen_for_card_process();
    assert_int_equal(practice_office_key(state, key), PRACTICE_OK);
    assert_int_equal(practice_card_open(&stand.card, state, "cardops/practice/cards/leaktest.ini",
                                        1800000000, NULL),
                     PRACTICE_OK);
    stand.reader = emulated_reader_new(true);
    assert_non_null(stand.reader);
    emulated_reader_insert(stand.reader, stand.card);
    if (is_by_pad(passage))
        give_keys(stand.reader, passage);
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
        execl(program, program, folder, passage->procedure->name, passage->pin->name,
              passage->way->name, passage->way->typist, card, module, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    assert_true(clerk.pid > 0);
    return clerk;
}

/* The code that it was told, or LOST_CLERK. */
static int clerk_wait(const struct clerk *clerk)
{
    struct pollfd fd = {.fd = clerk->out, .events = POLLIN};
    char line[64] = "";
    int code;

    assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
    if (read(clerk->out, line, sizeof line - 1) <= 0)
        return LOST_CLERK;
    if (sscanf(line, "at-rest %d", &code) != 1)
        fail_msg("the clerk's side: %s", line);
    return code;
}

static void clerk_end(struct clerk *clerk)
{
    int status;

    close(clerk->in);
    close(clerk->out);
    assert_int_equal(waitpid(clerk->pid, &status, 0), clerk->pid);
    assert_int_equal(status, stand.fault == CLERK_KILLED ? SIGKILL : 0);
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

static struct resident_answer answer_to(const struct resident_ask *ask, enum resident_kind kind)
{
    return (struct resident_answer){.version = RESIDENT_WIRE_VERSION,
                                    .kind = kind,
                                    .number = ask->number,
                                    .field = 1,
                                    .fields = ask->purpose == RESIDENT_NEW ? 2 : 1};
}

/* Types what is asked for: a state for each key, as a terminal might, then the entry. */
static void answer(int fd, const char *entry, const char *typist)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    struct resident_ask ask = {0};
    struct resident_answer said;

    while (ask.kind != RESIDENT_ASK) {
        if (poll(&wait, 1, WAIT_MS) != 1 || recv(fd, &ask, sizeof ask, 0) != sizeof ask)
            fail_msg("the resident is not asked");
    }
    assert_int_equal(ask.staff, strcmp(typist, "staff") == 0);
    said = answer_to(&ask, RESIDENT_STATE);
    for (size_t i = 0; i < strlen(entry); i++) {
        said.flags = CARD_RESIDENT_TYPING;
        said.flags |= i + 1 >= ask.minimum ? CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET : 0;
        assert_int_equal(send(fd, &said, sizeof said, MSG_NOSIGNAL), sizeof said);
    }
    said = answer_to(&ask, RESIDENT_ENTRY);
    said.length = (uint8_t)strlen(entry);
    memcpy(said.entry, entry, said.length);
    assert_int_equal(send(fd, &said, sizeof said, MSG_NOSIGNAL), sizeof said);
}

struct run {
    char state[SEARCH_FOLDER];
    struct clerk clerk;
    pthread_t thread;
    int resident;
};

static void run_begin(struct run *r, const struct passage *passage, int fault, int nth)
{
    char office[128], link[128];

    *r = (struct run){.resident = -1};
    search_folder_make(folder);
    search_folder_make(r->state);
    snprintf(link, sizeof link, "%s/s", folder);
    snprintf(office, sizeof office, "%s/stand", r->state);
    stand_up(passage, fault, nth, office);
    assert_int_equal(symlink(office, link), 0);
    assert_int_equal(pthread_create(&r->thread, NULL, serve_card, &stand), 0);
    r->clerk = clerk_start(passage);
    stand.clerk = r->clerk.pid;
    if (!is_by_pad(passage))
        r->resident = dial();
}

static void run_end(struct run *r)
{
    clerk_end(&r->clerk);
    pthread_join(r->thread, NULL);
    if (r->resident >= 0)
        close(r->resident);
    close(stand.listener);
    stand.reader->ops->close(&stand.reader);
    practice_card_close(&stand.card);
    search_folder_remove(folder);
    search_folder_remove(r->state);
}

/* One step, with a fault as the PIN passes for the nth time; the code that the clerk's side was told. */
static int run(const struct passage *passage, int fault, int nth)
{
    const char *secrets[2];
    size_t count = pins_of(passage, secrets);
    struct run r;

    run_begin(&r, passage, fault, nth);
    /* Cut while the old PIN passes: the new one is not asked for. */
    bool first_only = fault != NO_FAULT && passage->procedure->old && nth <= passage->pin->places;
    for (size_t i = 0; !is_by_pad(passage) && i < (first_only ? 1 : count); i++)
        answer(r.resident, secrets[i], passage->way->typist);
    int code = clerk_wait(&r.clerk);
    pid_t clerk = fault == CLERK_KILLED ? 0 : r.clerk.pid;
    pid_t card = fault == CARD_PROCESS_KILLED || fault == CLERK_KILLED ? 0 : stand.card_process;
    assert_true(stand.passed >= nth);
    assert_int_equal(stand.held, is_by_pad(passage) ? 0 : stand.passed);
    int on_card = 0;
    for (size_t i = 0; i < count; i++) {
        on_card += memory_scan(getpid(), secrets[i], strlen(secrets[i]));
        expect_nowhere(clerk, card, secrets[i]);
    }
    assert_true(on_card > 0);
    if (clerk != 0 && card != 0)
        expect_the_serial(clerk, card);
    run_end(&r);
    return code;
}

/* --- every PIN, every way --- */

static void test_steps_that_succeed(void **state)
{
    static const struct passage rows[] = {
        {NULL, &pins[SIG], &by_terminal, {0}},    {NULL, &pins[AUTH], &by_pad, {0}},
        {NULL, &pins[AUTH], &by_terminal, {0}},   {NULL, &pins[JUKI], &by_pad, {0}},
        {NULL, &pins[JUKI], &by_terminal, {0}},   {NULL, &pins[KENMEN], &by_pad, {0}},
        {NULL, &pins[KENMEN], &by_terminal, {0}}, {NULL, &pins[SIG], &staff_terminal, {0}},
        {NULL, &pins[AUTH], &staff_pad, {0}}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int procedure = 0; procedure < PROCEDURES; procedure++) {
            struct passage one = rows[i];

            one.procedure = &procedures[procedure];
            assert_int_equal(run(&one, NO_FAULT, 1), CARD_OK);
        }
}

/* A change passes through all that check and reset do. After a lost answer the reader waits for the
 * service to tell of a removal: those faults hit one passage of each way, and with SOAK=1 all. */
static void test_steps_that_are_cut(void **state)
{
    static const int faults[] = {
        EMULATED_GARBAGE,        EMULATED_SHORT,         CARD_PROCESS_KILLED,
        CLERK_KILLED,            EMULATED_REMOVED_BEFORE, EMULATED_REMOVED_AFTER,
        EMULATED_LOST_BEFORE,    EMULATED_LOST_AFTER,    EMULATED_NO_SERVICE};
    enum { ALL = sizeof faults / sizeof *faults, AT_ONCE = 4 };
    /* Cut with the old PIN on its way, and with the new one. */
    static const struct {
        struct passage passage;
        int nth;
        size_t faults;
    } cuts[] = {{{&procedures[CHANGE], &pins[AUTH], &by_pad, {0}}, 1, AT_ONCE},
                {{&procedures[CHANGE], &pins[AUTH], &by_pad, {0}}, 2, ALL},
                {{&procedures[CHANGE], &pins[SIG], &by_terminal, {0}}, 1, AT_ONCE},
                {{&procedures[CHANGE], &pins[SIG], &by_terminal, {0}}, 2, ALL},
                {{&procedures[CHANGE], &pins[JUKI], &by_terminal, {0}}, 4, AT_ONCE}};

    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        for (size_t k = 0; k < (getenv("SOAK") ? ALL : cuts[i].faults); k++) {
            int code = run(&cuts[i].passage, faults[k], cuts[i].nth);

            assert_int_not_equal(code, CARD_OK);
            assert_int_equal(code == LOST_CLERK, faults[k] == CLERK_KILLED);
            assert_int_equal(code == CARD_PROCESS_DIED, faults[k] == CARD_PROCESS_KILLED);
        }
}

/* --- what is told of a PIN --- */

static FILE *file_of_the_run(const char *name)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "re");
    assert_non_null(file);
    return file;
}

/* What the clerk's side was told of the entry, and of the step: the last reply. What it was told before does
 * not wait for the resident's terminal, and may come in another order. */
static size_t told_of_the_step(uint8_t *out)
{
    struct card_reply reply, last = {.sequence = 0};
    size_t used = 0;
    FILE *file = file_of_the_run("card.told");

    while (fread(&reply, sizeof reply, 1, file) == 1) {
        if (reply.sequence != 0)
            last = reply;
        else if (reply.event == CARD_EVENT_RESIDENT && reply.entries > 0) {
            memcpy(out + used, &reply, sizeof reply);
            used += sizeof reply;
        }
    }
    assert_true(feof(file) && used > sizeof reply && last.code == CARD_PIN_WRONG);
    memcpy(out + used, &last, sizeof last);
    fclose(file);
    return used + sizeof last;
}

/* The log without what differs between any two runs: time and process. */
static size_t log_of_the_run(uint8_t *out)
{
    char line[512];
    size_t used = 0;
    FILE *file = file_of_the_run("log");

    while (fgets(line, sizeof line, file)) {
        int skip = 0;

        assert_true(sscanf(line, "%*s %*s %n", &skip) == 0 && skip > 0);
        memcpy(out + used, line + skip, strlen(line + skip));
        used += strlen(line + skip);
    }
    fclose(file);
    assert_true(used > 0 && used < RECORD_MAX);
    return used;
}

/* Wrong in both runs, six characters in one and sixteen in the other. */
static void test_what_is_told_does_not_vary_with_the_pin(void **state)
{
    static const char *const wrong[] = {"W8RN5X", "W8RN5XK3TQ6ZB2VD"};
    static uint8_t told[2][RECORD_MAX], logs[2][RECORD_MAX];
    size_t told_size[2], log_size[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct passage passage = {
            &procedures[CHECK], &pins[SIG], &by_terminal, {wrong[i], NULL}};
        struct run r;

        run_begin(&r, &passage, NO_FAULT, 1);
        answer(r.resident, wrong[i], "resident");
        assert_int_equal(clerk_wait(&r.clerk), CARD_PIN_WRONG);
        told_size[i] = told_of_the_step(told[i]);
        log_size[i] = log_of_the_run(logs[i]);
        run_end(&r);
    }
    assert_int_equal(told_size[0], told_size[1]);
    assert_memory_equal(told[0], told[1], told_size[0]);
    assert_int_equal(log_size[0], log_size[1]);
    assert_memory_equal(logs[0], logs[1], log_size[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_that_succeed),
        cmocka_unit_test(test_steps_that_are_cut),
        cmocka_unit_test(test_what_is_told_does_not_vary_with_the_pin),
    };

    faults_pause();
    return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
