#include "tests/lib/resident_peer.h"
#include "cardops/profile.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000 };

static void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void wait_readable(int fd, const char *what)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    if (poll(&input, 1, DEADLINE_MS) != 1) {
        give_up(what);
    }
}

void peer_open(struct peer *p)
{
    *p = (struct peer){.listener = -1, .fd = -1};
    const char *folder = getenv("TMPDIR");
    snprintf(p->directory, sizeof p->directory, "%s/resident.XXXXXX", folder != NULL ? folder : "/tmp");
    if (mkdtemp(p->directory) == NULL) {
        give_up("mkdtemp");
    }
    snprintf(p->path, sizeof p->path, "%s/" RESIDENT_SOCKET_FORMAT, p->directory, "1");
}

void peer_listen(struct peer *p)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", p->path);
    p->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (p->listener < 0 || bind(p->listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(p->listener, 1) != 0) {
        give_up("the peer's socket");
    }
}

void peer_accept(struct peer *p)
{
    wait_readable(p->listener, "no connection of the resident's terminal");
    p->fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
    if (p->fd < 0) {
        give_up("accept");
    }
    peer_send(p, RESIDENT_IDLE, (struct resident_ask){.practice = 1, .tries = -1});
}

void peer_drop(struct peer *p, bool gone)
{
    if (p->fd >= 0) {
        close(p->fd);
    }
    p->fd = -1;
    if (gone && p->listener >= 0) {
        close(p->listener);
        unlink(p->path);
        p->listener = -1;
    }
}

void peer_close(struct peer *p)
{
    peer_drop(p, true);
    rmdir(p->directory);
}

void peer_send(struct peer *p, enum resident_kind kind, struct resident_ask message)
{
    message.version = RESIDENT_WIRE_VERSION;
    message.kind = (uint32_t)kind;
    if (send(p->fd, &message, sizeof message, MSG_NOSIGNAL) != (ssize_t)sizeof message) {
        give_up("send to the resident's terminal");
    }
}

static struct resident_answer receive(struct peer *p)
{
    struct resident_answer answer;
    wait_readable(p->fd, "no answer of the resident's terminal");
    if (recv(p->fd, &answer, sizeof answer, MSG_TRUNC) != (ssize_t)sizeof answer ||
        answer.version != RESIDENT_WIRE_VERSION) {
        give_up("answer of the resident's terminal");
    }
    return answer;
}

struct resident_answer peer_receive(struct peer *p, enum resident_kind kind)
{
    struct resident_answer answer;
    do {
        answer = receive(p);
    } while (answer.kind != (uint32_t)kind);
    return answer;
}

void peer_receive_state(struct peer *p, int field, int flags)
{
    struct resident_answer answer;
    do {
        answer = peer_receive(p, RESIDENT_STATE);
    } while (answer.flags != flags || answer.field != field);
}

struct resident_ask peer_question(uint32_t number)
{
    return (struct resident_ask){
        .number = number, .pin = "sig", .purpose = RESIDENT_NEW, .alphabet = CARD_CAPITALS_AND_DIGITS, .minimum = 6,
        .maximum = 16, .practice = 1, .tries = -1, .seconds = 600,
    };
}
