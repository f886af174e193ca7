#include "forms/desk/desk_parts.h"

#include "cardops/issue/certificate.h"
#include "cardops/issue/enrol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kinds[CASE_CERTIFICATES] = {"sig", "auth"};

/* --- the transaction --- */

static void write_hexadecimal(char *text, const uint8_t *at, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        *text++ = digits[at[i] >> 4];
        *text++ = digits[at[i] & 0x0f];
    }
    *text = '\0';
}

/* Cut off before its end, or the authority wants to be asked later. */
static bool is_unanswered(const struct case_step *step)
{
    uint32_t code = step->outcome.code;

    return *step->transaction && step->state == CASE_STEP_IS_UNKNOWN &&
           code != (uint32_t)DESK_CENTRE + ENROL_NOT_ACCEPTED &&
           code != (uint32_t)DESK_CENTRE + ENROL_PROTOCOL;
}

void centre_name(const struct case_step *step, char transaction[CASE_TRANSACTION_MAX])
{
    uint8_t octets[CASE_TRANSACTION_MAX / 2];

    memset(transaction, 0, CASE_TRANSACTION_MAX);
    if (is_unanswered(step))
        memcpy(transaction, step->transaction, CASE_TRANSACTION_MAX);
    else if (getrandom(octets, sizeof octets, 0) == (ssize_t)sizeof octets)
        write_hexadecimal(transaction, octets, sizeof octets);
}

/* What the filter says it was, should it have chosen itself. */
static void take_transaction(const char *said, char transaction[CASE_TRANSACTION_MAX])
{
    char told[CASE_TRANSACTION_MAX + 1] = "";
    size_t length;

    memset(transaction, 0, CASE_TRANSACTION_MAX);
    if (!enrol_field(said, "transaction", told, sizeof told))
        return;
    length = strspn(told, "0123456789abcdef");
    if (length == CASE_TRANSACTION_MAX - 1 && told[length] == '\0')
        memcpy(transaction, told, CASE_TRANSACTION_MAX);
}

/* --- starting --- */

/* posix_spawn takes them as not constant, and changes none. */
union arguments {
    const char *list[7];
    char *given[7];
};

static union arguments arguments_of(const struct desk *d, const struct case_step *step)
{
    return (union arguments){.list = {d->settings.enrol_program,
                                      step->plan.kind == CASE_REVOKE ? "revoke" : "issue", "--kind",
                                      kinds[step->plan.pin],
                                      *step->transaction ? "--transaction" : NULL,
                                      step->transaction, NULL}};
}

/* A process group of its own: what the terminal sends to the clerk's program does not reach it. */
static bool spawn_filter(struct centre *c, union arguments *arguments, int in, int out, int err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    bool made;

    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return false;
    }
    sigemptyset(&none);
    sigfillset(&defaults);
    made = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO) == 0 &&
           posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO) == 0 &&
           posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO) == 0 &&
           posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(&attributes, &defaults) == 0 &&
           posix_spawnattr_setpgroup(&attributes, 0) == 0 &&
           posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                     POSIX_SPAWN_SETPGROUP) == 0 &&
           posix_spawn(&c->pid, arguments->list[0], &files, &attributes, arguments->given,
                       environ) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return made;
}

static bool watch(const struct desk *d, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};

    return epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Without a descriptor that tells of its end, the process is looked at every second. */
static int watch_end(const struct desk *d)
{
    int fd = pidfd_open(d->centre.pid, 0);

    if (fd < 0 || watch(d, fd))
        return fd;
    close(fd);
    return -1;
}

static bool start(struct desk *d, union arguments *arguments, int in)
{
    struct centre *c = &d->centre;
    int out[2] = {-1, -1}, err[2] = {-1, -1};
    bool made = pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0 && watch(d, out[0]) &&
                watch(d, err[0]) && spawn_filter(c, arguments, in, out[1], err[1]);

    if (out[1] >= 0)
        close(out[1]);
    if (err[1] >= 0)
        close(err[1]);
    if (!made) {
        if (out[0] >= 0)
            close(out[0]);
        if (err[0] >= 0)
            close(err[0]);
        c->pid = 0;
        return false;
    }
    c->answer = out[0];
    c->errors = err[0];
    c->ended = watch_end(d);
    fcntl(c->answer, F_SETFL, O_NONBLOCK);
    fcntl(c->errors, F_SETFL, O_NONBLOCK);
    return true;
}

/* A new pipe takes the whole paper (CASE_PAPER_MAX is PIPE_BUF) without waiting for a reader. */
static int paper_pipe(const struct case_paper *paper)
{
    int pipe[2];
    ssize_t written;

    if (pipe2(pipe, O_CLOEXEC) != 0)
        return -1;
    written = write(pipe[1], paper->at, paper->length);
    close(pipe[1]);
    if (written == (ssize_t)paper->length)
        return pipe[0];
    close(pipe[0]);
    return -1;
}

bool centre_ask(struct desk *d, const struct case_step *step, int64_t now)
{
    const struct case_papers *papers = &d->view.file.papers[step->plan.pin];
    const struct case_paper *paper =
        step->plan.kind == CASE_REVOKE ? &papers->old : &papers->request;
    union arguments arguments = arguments_of(d, step);
    unsigned limit = d->settings.enrol_seconds;
    bool started;
    int in;

    if (!d->settings.enrol_program || !*d->settings.enrol_program || paper->length == 0)
        return false;
    in = paper_pipe(paper);
    if (in < 0)
        return false;
    d->centre = (struct centre){.limit_at = now + (limit ? limit : DESK_ENROL_SECONDS)};
    memset(d->view.centre_said, 0, sizeof d->view.centre_said);
    started = start(d, &arguments, in);
    close(in);
    d->view.centre_since = started ? now : 0;
    return started;
}

/* --- its answer --- */

/* At its end a pipe is readable for ever: the process may still need a moment to end itself. */
static void forget(const struct desk *d, int fd)
{
    (void)epoll_ctl(d->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* The end of what it says, as far as there is room. */
static void take_said(struct desk *d)
{
    char *said = d->view.centre_said, more[256];
    const size_t room = sizeof d->view.centre_said - 1;
    ssize_t got;

    while ((got = read(d->centre.errors, more, sizeof more)) > 0) {
        size_t have = strlen(said), take = (size_t)got;

        for (size_t i = 0; i < take; i++)
            more[i] = more[i] == '\0' ? ' ' : more[i];
        if (have + take > room) {
            size_t drop = have + take - room;

            memmove(said, said + drop, have - drop);
            have -= drop;
        }
        memcpy(said + have, more, take);
        said[have + take] = '\0';
    }
    if (got == 0)
        forget(d, d->centre.errors);
}

static void take_paper(struct desk *d)
{
    struct centre *c = &d->centre;
    uint8_t more[1024];
    ssize_t got;

    while ((got = read(c->answer, more, sizeof more)) > 0) {
        size_t room = sizeof c->paper - c->length;
        size_t take = (size_t)got < room ? (size_t)got : room;

        memcpy(c->paper + c->length, more, take);
        c->length += take;
    }
    if (got == 0)
        forget(d, c->answer);
}

static void cut_to_last_line(char *said)
{
    size_t length = strlen(said);
    char *line;

    while (length > 0 && said[length - 1] == '\n')
        said[--length] = '\0';
    line = strrchr(said, '\n');
    if (line)
        memmove(said, line + 1, strlen(line));
}

/* One for the key on the card: another would be refused there, and never asked for again. */
static bool is_certificate(const struct centre *c, const struct case_paper *request)
{
    struct bytes der = {0};
    struct certificate_facts facts;
    bool read = c->length <= CASE_PAPER_MAX && bytes_set(&der, c->paper, c->length) &&
                certificate_facts_read(&der, &facts) && certificate_answers(&der, request->at, request->length);

    bytes_free(&der);
    return read;
}

static uint32_t code_of(const struct desk *d, int status)
{
    enum enrol_outcome outcome;

    if (d->centre.silent)
        return DESK_CENTRE_SILENT;
    if (!WIFEXITED(status) || !enrol_outcome_of(WEXITSTATUS(status), &outcome))
        return DESK_CENTRE_DIED;
    return outcome == ENROL_DONE ? CARD_OK : (uint32_t)DESK_CENTRE + outcome;
}

/* A certificate that was not accepted was issued all the same. */
static enum case_event event_of(uint32_t code)
{
    switch (code) {
    case CARD_OK: return CASE_STEP_DONE;
    case DESK_CENTRE_FINAL: return CASE_STEP_REFUSED;
    case (uint32_t)DESK_CENTRE + ENROL_REFUSED:
    case (uint32_t)DESK_CENTRE + ENROL_CREDENTIAL:
    case (uint32_t)DESK_CENTRE + ENROL_USAGE: return CASE_STEP_NOT_DONE;
    default: return CASE_STEP_UNKNOWN;
    }
}

static void release(struct desk *d)
{
    struct centre *c = &d->centre;

    close(c->answer);
    close(c->errors);
    if (c->ended >= 0)
        close(c->ended);
    c->pid = 0;
    d->view.centre_since = 0;
}

/* What has become of the question. */
static uint32_t judge(const struct desk *d, enum case_kind kind, int status)
{
    uint32_t code = code_of(d, status);
    uint8_t pin = d->view.file.steps[case_next_step(&d->view.file)].plan.pin;

    if (kind == CASE_CERTIFICATE && code == CARD_OK && !is_certificate(&d->centre, &d->view.file.papers[pin].request))
        return (uint32_t)DESK_CENTRE + ENROL_PROTOCOL;
    if (kind == CASE_REVOKE && code == (uint32_t)DESK_CENTRE + ENROL_REFUSED &&
        enrol_refused_for_good(d->view.centre_said))
        return DESK_CENTRE_FINAL;
    return code;
}

static void ended(struct desk *d, int status, int64_t now)
{
    const struct centre *c = &d->centre;
    uint8_t index = (uint8_t)case_next_step(&d->view.file);
    enum case_kind kind = (enum case_kind)d->view.file.steps[index].plan.kind;
    struct case_change change = {.at = now, .step = index};
    uint32_t code;

    cut_to_last_line(d->view.centre_said);
    code = judge(d, kind, status);
    change.event = event_of(code);
    if (change.event == CASE_STEP_DONE && kind == CASE_CERTIFICATE) {
        change.paper.length = (uint16_t)c->length;
        memcpy(change.paper.at, c->paper, c->length);
    }
    take_transaction(d->view.centre_said, change.transaction);
    change.with.outcome = (struct case_outcome){.code = code, .tries = {-1, -1}};
    release(d);
    d->view.last = (struct card_reply){.code = code, .tries = -1};
    record_outcome(d, &change, now);
}

void centre_pump(struct desk *d, int64_t now)
{
    struct centre *c = &d->centre;
    int status;

    if (c->pid == 0)
        return;
    if (now >= c->limit_at && !c->silent) {
        c->silent = true;
        kill(-c->pid, SIGKILL);
    }
    take_paper(d);
    take_said(d);
    if (waitpid(c->pid, &status, WNOHANG) != c->pid)
        return;
    take_paper(d);
    take_said(d);
    ended(d, status, now);
}

void centre_stop(struct desk *d)
{
    if (d->centre.pid == 0)
        return;
    kill(-d->centre.pid, SIGKILL);
    while (waitpid(d->centre.pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    release(d);
}
