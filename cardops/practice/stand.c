#include "cardops/practice/stand.h"

#include "cardops/practice/control.h"
#include "cardops/practice/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t stand_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- files of the running stand ---------------------------------------------------------------- */

static void folder_clear(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            store_remove(folder, e->d_name);
    closedir(d);
}

/* All of run/ but the lock. */
static void run_clear(const struct stand *s)
{
    char conf[STORE_PATH_MAX];
    if (store_path(conf, s->run, "reader.conf.d")) {
        folder_clear(conf);
        rmdir(conf);
    }
    store_remove(s->run, "pcscd.comm");
    store_remove(s->run, "pcscd.log");
    store_remove(s->run, "control");
    clock_forget(s->run);
}

static bool run_lock(struct stand *s, const char *directory, char why[STAND_LINE])
{
    char lock[STORE_PATH_MAX];
    if (!store_folder(directory) || !store_absolute(s->directory, directory) ||
        !store_path(s->run, s->directory, "run") || !store_folder(s->run) ||
        !store_path(lock, s->run, "lock")) {
        snprintf(why, STAND_LINE, "%.400s: %s", directory, strerror(errno));
        return false;
    }
    s->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock >= 0 && flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    snprintf(why, STAND_LINE, "a stand runs in %.400s already", s->directory);
    return false;
}

/* --- cards ---------------------------------------------------------------------------------------- */

enum practice_fault stand_insert(struct stand *s, int reader, const char *file,
                                 char bad[PRACTICE_KEY_NAME])
{
    ccid_insert(&s->readers[reader], NULL);
    practice_card_close(&s->cards[reader]);
    if (!file)
        return PRACTICE_OK;
    struct practice_card *card;
    enum practice_fault fault =
        practice_card_open(&card, s->directory, file, clock_at(&s->clock, (int64_t)time(NULL)), bad);
    if (fault)
        return fault;
    int other = STAND_READERS - 1 - reader;
    if (s->cards[other] &&
        strcmp(practice_card_name(card), practice_card_name(s->cards[other])) == 0) {
        practice_card_close(&card);
        ccid_insert(&s->readers[other], NULL);
        card = s->cards[other];
        s->cards[other] = NULL;
    }
    s->cards[reader] = card;
    if (file != s->last_card)
        snprintf(s->last_card, sizeof s->last_card, "%s", file);
    ccid_insert(&s->readers[reader], card);
    return PRACTICE_OK;
}

static bool first_card(struct stand *s, const char *file, char why[STAND_LINE])
{
    char bad[PRACTICE_KEY_NAME] = "";
    if (!file)
        return true;
    enum practice_fault fault = stand_insert(s, STAND_PAD, file, bad);
    if (!fault)
        fault = practice_card_personalise(s->cards[STAND_PAD]);
    if (fault)
        snprintf(why, STAND_LINE, "%.400s: %s %s", file, control_fault_text(fault), bad);
    return !fault;
}

/* --- pcscd ------------------------------------------------------------------------------------------ */

enum service_fault stand_service_start(struct stand *s)
{
    return service_start(&s->service, s->run, s->readers[STAND_PAD].device,
                         s->readers[STAND_PLAIN].device);
}

void stand_service_stop(struct stand *s)
{
    service_stop(&s->service);
    for (int r = 0; r < STAND_READERS; r++)
        ccid_forget(&s->readers[r]);
}

static bool readers_opened(const struct stand *s)
{
    return s->readers[STAND_PAD].opened && s->readers[STAND_PLAIN].opened;
}

static void ca_take(struct stand *s)
{
    if (ca_process_readable(&s->ca))
        return;
    ca_process_stop(&s->ca);
    s->failed = true;
}

/* --- the loop --------------------------------------------------------------------------------------- */

static bool has_ended(pid_t pid)
{
    return pid > 0 && waitpid(pid, NULL, WNOHANG) == pid;
}

static void children_look(struct stand *s)
{
    if (has_ended(s->service.pid)) {
        s->service.pid = 0;
        s->failed = true;
        stand_service_stop(s);
    }
    if (has_ended(s->ca.pid)) {
        ca_process_gone(&s->ca);
        s->failed = true;
    }
}

static void signals_take(struct stand *s)
{
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGCHLD)
            s->stopping = true;
        else
            children_look(s);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    if (a == CCID_NEVER)
        return b;
    return b == CCID_NEVER || a < b ? a : b;
}

static int poll_time(const struct stand *s, int64_t now)
{
    int64_t next = control_deadline(s);
    for (int r = 0; r < STAND_READERS; r++)
        next = earlier(next, ccid_deadline(&s->readers[r]));
    if (next == CCID_NEVER)
        return -1;
    return next <= now ? 0 : (int)(next - now);
}

enum { CA_READY = 2 + STAND_READERS, FIXED };

/* What to wait for; `clients` receives whom each descriptor behind the fixed ones belongs to. */
static nfds_t poll_set(struct stand *s, struct pollfd fds[FIXED + STAND_CLIENTS],
                       struct stand_client *clients[STAND_CLIENTS])
{
    nfds_t n = 0;
    fds[n++] = (struct pollfd){.fd = s->signals, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = s->listener, .events = POLLIN};
    for (int r = 0; r < STAND_READERS; r++)
        fds[n++] = (struct pollfd){.fd = s->readers[r].master, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = s->ca.ready, .events = POLLIN};
    for (int c = 0; c < STAND_CLIENTS; c++)
        if (s->clients[c].fd >= 0) {
            clients[n - FIXED] = &s->clients[c];
            fds[n++] = (struct pollfd){.fd = s->clients[c].fd, .events = POLLIN};
        }
    return n;
}

static void turn(struct stand *s, int limit)
{
    struct pollfd fds[FIXED + STAND_CLIENTS];
    struct stand_client *clients[STAND_CLIENTS];
    nfds_t n = poll_set(s, fds, clients);
    int wait = poll_time(s, stand_now());
    if (poll(fds, n, wait < 0 || wait > limit ? limit : wait) < 0)
        return;
    int64_t now = stand_now();
    for (int r = 0; r < STAND_READERS; r++) {
        if (fds[2 + r].revents)
            ccid_readable(&s->readers[r], now);
        ccid_tick(&s->readers[r], now);
    }
    if (fds[CA_READY].revents)
        ca_take(s);
    if (fds[0].revents)
        signals_take(s);
    for (nfds_t c = 0; c + FIXED < n; c++)
        if (clients[c]->fd >= 0 && fds[FIXED + c].revents)
            control_readable(s, clients[c]);
    if (fds[1].revents)
        control_accept(s);
    control_tick(s, now);
}

bool stand_run(struct stand *s, void (*ready)(void *context), void *context, char why[STAND_LINE])
{
    int64_t limit = stand_now() + STAND_READY_SECONDS * 1000;
    while (!(readers_opened(s) && s->ca.listens) && !s->stopping) {
        /* A CA that makes its keys on a busy machine takes its time; one that cannot serve ends. */
        if (s->failed || (!readers_opened(s) && stand_now() > limit)) {
            snprintf(why, STAND_LINE, "%s",
                     readers_opened(s) ? "the practice CA cannot serve"
                                       : "pcscd did not accept the practice readers");
            return false;
        }
        turn(s, 1000);
    }
    if (!s->stopping)
        ready(context);
    while (!s->stopping)
        turn(s, 60000);
    return true;
}

/* --- beginning and end ------------------------------------------------------------------------------ */

static bool signals_open(struct stand *s)
{
    sigset_t set;
    sigemptyset(&set);
    static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        sigaddset(&set, wanted[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signals >= 0;
}

static bool parts_open(struct stand *s, int entry_seconds, char why[STAND_LINE])
{
    bool ok = signals_open(s) && ccid_open(&s->readers[STAND_PAD], true, entry_seconds) &&
              ccid_open(&s->readers[STAND_PLAIN], false, entry_seconds) && clock_keep(&s->clock, s->run) &&
              control_open(s) && ca_process_start(&s->ca, s->directory, &s->clock);
    if (!ok)
        snprintf(why, STAND_LINE, "%.400s: %s", s->run, strerror(errno));
    return ok;
}

bool stand_begin(struct stand *s, const struct stand_settings *settings, char why[STAND_LINE])
{
    *s = (struct stand){.clock = settings->clock, .lock = -1, .listener = -1, .signals = -1,
                        .ca = {.ready = -1, .life = -1}};
    for (int r = 0; r < STAND_READERS; r++)
        s->readers[r].master = s->readers[r].slave = -1;
    for (int c = 0; c < STAND_CLIENTS; c++)
        s->clients[c].fd = -1;
    if (!run_lock(s, settings->directory, why)) {
        if (s->lock >= 0)
            close(s->lock);
        return false;
    }
    run_clear(s);
    bool ok = parts_open(s, settings->entry_seconds, why) && first_card(s, settings->card, why);
    if (ok) {
        enum service_fault fault = stand_service_start(s);
        ok = fault == SERVICE_OK;
        if (!ok)
            snprintf(why, STAND_LINE, "%s", service_fault_text(fault));
    }
    if (!ok)
        stand_end(s);
    return ok;
}

void stand_end(struct stand *s)
{
    service_stop(&s->service);
    ca_process_stop(&s->ca);
    for (int r = 0; r < STAND_READERS; r++) {
        ccid_insert(&s->readers[r], NULL);
        ccid_close(&s->readers[r]);
        practice_card_close(&s->cards[r]);
    }
    control_close(s);
    if (s->signals >= 0)
        close(s->signals);
    run_clear(s);
    store_remove(s->run, "lock");
    rmdir(s->run);
    close(s->lock);
}
