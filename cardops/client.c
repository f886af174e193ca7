#include "cardops/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHILD_SOCKET = 3, EXEC_STARTED_MS = 5000, STOP_MS = 2000 };

struct card_client {
    int fd;
    pid_t pid;
    uint32_t sequence;
    bool reaped;
    bool death_told;
};

/* --- start
 * ----------------------------------------------------------------------------------------- */

/* In the child. The error channel closes by itself when exec succeeds. */
static void become(const char *program, const char *pcsc_socket, int fd, int error_fd)
{
    char variable[512], path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *environment[] = {path, NULL, NULL};
    char *arguments[] = {strdup(program), NULL};
    if (pcsc_socket != NULL) {
        int used = snprintf(variable, sizeof variable, "PCSCLITE_CSOCK_NAME=%s", pcsc_socket);
        if (used > 0 && (size_t)used < sizeof variable)
            environment[1] = variable;
    }
    /* Its own session: the terminal's signals are for the clerk's program, not for a step on the
     * card. */
    setsid();
    int error_copy = fcntl(error_fd, F_DUPFD_CLOEXEC, CHILD_SOCKET + 1);
    if (error_copy >= 0 &&
        (fd == CHILD_SOCKET ? fcntl(fd, F_SETFD, 0) : dup2(fd, CHILD_SOCKET)) >= 0)
        execve(program, arguments, environment);
    int error = errno;
    if (write(error_copy >= 0 ? error_copy : error_fd, &error, sizeof error) < 0)
        _exit(126);
    _exit(127);
}

static bool exec_succeeded(int fd)
{
    int error = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int ready;
    while ((ready = poll(&wait, 1, EXEC_STARTED_MS)) < 0 && errno == EINTR)
        continue;
    return ready > 0 && read(fd, &error, sizeof error) == 0;
}

static void reap(struct card_client *c)
{
    while (!c->reaped && waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    c->reaped = true;
}

static bool spawn(struct card_client *c, const char *program, const char *pcsc_socket, int pair[2],
                  int report[2])
{
    c->pid = fork();
    if (c->pid == 0)
        become(program, pcsc_socket, pair[1], report[1]);
    close(pair[1]);
    close(report[1]);
    c->fd = pair[0];
    bool started = c->pid > 0 && exec_succeeded(report[0]);
    close(report[0]);
    if (!started && c->pid > 0) {
        kill(c->pid, SIGKILL);
        reap(c);
    }
    return started;
}

enum card_code card_client_start(struct card_client **c, const char *program,
                                 const char *pcsc_socket)
{
    int pair[2], report[2];
    *c = NULL;
    struct card_client *made = calloc(1, sizeof *made);
    if (made == NULL)
        return CARD_NO_MEMORY;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        free(made);
        return CARD_NO_MEMORY;
    }
    if (pipe2(report, O_CLOEXEC) != 0) {
        close(pair[0]);
        close(pair[1]);
        free(made);
        return CARD_NO_MEMORY;
    }
    if (!spawn(made, program, pcsc_socket, pair, report)) {
        close(made->fd);
        free(made);
        return CARD_PROCESS_DIED;
    }
    *c = made;
    return CARD_OK;
}

int card_client_fd(const struct card_client *c)
{
    return c->fd;
}

pid_t card_client_pid(const struct card_client *c)
{
    return c->pid;
}

/* --- traffic
 * --------------------------------------------------------------------------------------- */

enum card_code card_client_send(struct card_client *c, struct card_request *request)
{
    request->version = CARD_WIRE_VERSION;
    request->sequence = ++c->sequence;
    ssize_t sent;
    while ((sent = send(c->fd, request, sizeof *request, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 &&
           errno == EINTR)
        continue;
    return sent == (ssize_t)sizeof *request ? CARD_OK : CARD_PROCESS_DIED;
}

static bool tell_death(struct card_client *c, struct card_reply *reply)
{
    if (c->death_told)
        return false;
    c->death_told = true;
    *reply = (struct card_reply){
        .version = CARD_WIRE_VERSION,
        .sequence = c->sequence,
        .code = CARD_PROCESS_DIED,
        .tries = -1,
    };
    return true;
}

bool card_client_receive(struct card_client *c, struct card_reply *reply)
{
    ssize_t got;
    while ((got = recv(c->fd, reply, sizeof *reply, MSG_DONTWAIT | MSG_TRUNC)) < 0 &&
           errno == EINTR)
        continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    if (got <= 0)
        return tell_death(c, reply);
    if (got == (ssize_t)sizeof *reply && reply->version == CARD_WIRE_VERSION)
        return true;
    *reply = (struct card_reply){
        .version = CARD_WIRE_VERSION,
        .sequence = c->sequence,
        .code = CARD_WRONG_VERSION,
        .tries = -1,
    };
    return true;
}

/* --- end
 * ------------------------------------------------------------------------------------------- */

void card_client_kill(struct card_client *c)
{
    if (!c->reaped)
        kill(c->pid, SIGKILL);
    reap(c);
}

static bool ended(struct card_client *c)
{
    if (!c->reaped && waitpid(c->pid, NULL, WNOHANG) == c->pid)
        c->reaped = true;
    return c->reaped;
}

void card_client_stop(struct card_client **c)
{
    if (*c == NULL)
        return;
    close((*c)->fd);
    /* It may be at the pad for a minute more; it ends by itself then, and nobody has to wait for
     * it. */
    const struct timespec step = {.tv_nsec = 10 * 1000000L};
    for (int waited = 0; waited < STOP_MS && !ended(*c); waited += 10)
        nanosleep(&step, NULL);
    free(*c);
    *c = NULL;
}
