#include "cardops/resident.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void set_state(struct resident *r, uint8_t flags, uint8_t field, uint8_t fields)
{
    if (r->flags == flags && r->field == field && r->fields == fields)
        return;
    r->flags = flags;
    r->field = field;
    r->fields = fields;
    if (r->changed != NULL)
        r->changed(r->context);
}

static void send_to_peer(struct resident *r, const struct resident_ask *message)
{
    if (r->peer >= 0 && send(r->peer, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
        errno != EAGAIN)
        shutdown(r->peer, SHUT_RDWR);
}

static void drop_peer(struct resident *r)
{
    if (r->peer >= 0)
        close(r->peer);
    r->peer = -1;
    set_state(r, 0, 0, 0);
}

/* --- socket
 * ---------------------------------------------------------------------------------------- */

static int listen_at(const char *path, uint32_t gid)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    unlink(path);
    mode_t mode = gid == UINT32_MAX ? 0600 : 0660;
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        chmod(path, mode) == 0 && (gid == UINT32_MAX || chown(path, (uid_t)-1, (gid_t)gid) == 0) &&
        listen(fd, 1) == 0)
        return fd;
    close(fd);
    return -1;
}

enum card_code resident_open(struct resident *r, const char *runtime, const char *window,
                             uint32_t gid)
{
    r->listener = r->peer = -1;
    r->gid = gid;
    r->flags = r->field = r->fields = 0;
    int used = snprintf(r->path, sizeof r->path, "%s/" RESIDENT_SOCKET_FORMAT, runtime, window);
    if (used < 0 || (size_t)used >= sizeof r->path || strchr(window, '/') != NULL)
        return CARD_NO_RUNTIME;
    if (!bytes_locked(&r->incoming, sizeof(struct resident_answer)))
        return CARD_NO_MEMORY;
    r->listener = listen_at(r->path, gid);
    return r->listener >= 0 ? CARD_OK : CARD_NO_RUNTIME;
}

void resident_close(struct resident *r)
{
    drop_peer(r);
    if (r->listener >= 0) {
        close(r->listener);
        unlink(r->path);
    }
    r->listener = -1;
    bytes_free(&r->incoming);
}

static bool peer_allowed(const struct resident *r, int fd)
{
    struct ucred who;
    socklen_t size = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || size != sizeof who)
        return false;
    return who.uid == geteuid() || (r->gid != UINT32_MAX && who.gid == (gid_t)r->gid);
}

static void accept_peer(struct resident *r)
{
    int fd = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (r->peer >= 0 || !peer_allowed(r, fd)) {
        close(fd);
        return;
    }
    r->peer = fd;
    resident_idle(r);
    set_state(r, CARD_RESIDENT_CONNECTED, 0, 0);
}

/* --- messages
 * -------------------------------------------------------------------------------------- */

bool resident_answer_valid(const uint8_t *at, size_t length)
{
    struct resident_answer head;
    if (length != sizeof head)
        return false;
    memcpy(&head, at, offsetof(struct resident_answer, entry));
    bool kind =
        head.kind == RESIDENT_STATE || head.kind == RESIDENT_ENTRY || head.kind == RESIDENT_CANCEL;
    bool field = head.kind != RESIDENT_STATE ||
                 (head.field >= 1 && head.field <= head.fields && head.fields <= RESIDENT_FIELDS_MAX);
    return kind && field && head.version == RESIDENT_WIRE_VERSION &&
           head.length <= RESIDENT_ENTRY_MAX;
}

bool resident_entry_fits(const struct card_pin_profile *pin, enum resident_purpose purpose,
                         const char *at, size_t length)
{
    bool letter = false, digit = false;
    if (length == 0 || length < pin->minimum || length > pin->maximum)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool is_digit = at[i] >= '0' && at[i] <= '9';
        bool is_letter = at[i] >= 'A' && at[i] <= 'Z' && pin->alphabet == CARD_CAPITALS_AND_DIGITS;
        if (!is_digit && !is_letter)
            return false;
        letter |= is_letter;
        digit |= is_digit;
    }
    return purpose == RESIDENT_CURRENT || pin->alphabet == CARD_DIGITS || (letter && digit);
}

/* One message into the locked buffer; NULL: none, or the peer is gone or sends nonsense. */
static const struct resident_answer *receive(struct resident *r)
{
    uint8_t *at = r->incoming.at;
    ssize_t got = recv(r->peer, at, r->incoming.room, MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    if (got > 0 && resident_answer_valid(at, (size_t)got))
        return (const struct resident_answer *)(const void *)at;
    explicit_bzero(at, r->incoming.room);
    drop_peer(r);
    return NULL;
}

static void forget(struct resident *r)
{
    explicit_bzero(r->incoming.at, r->incoming.room);
}

void resident_pump(struct resident *r)
{
    if (r->listener >= 0)
        accept_peer(r);
    while (r->peer >= 0 && receive(r) != NULL)
        forget(r);
}

/* --- a question
 * ------------------------------------------------------------------------------------ */

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put_question(struct resident *r, const struct resident_question *q)
{
    struct resident_ask ask = {
        .version = RESIDENT_WIRE_VERSION,
        .kind = RESIDENT_ASK,
        .number = ++r->number,
        .purpose = (uint8_t)q->purpose,
        .alphabet = q->pin->alphabet,
        .minimum = q->pin->minimum,
        .maximum = q->pin->maximum,
        .staff = q->staff,
        .practice = r->practice,
        .tries = q->tries,
        .seconds = q->seconds,
    };
    memcpy(ask.pin, q->pin->id, sizeof ask.pin);
    send_to_peer(r, &ask);
}

/* CARD_BUSY: the question is still open. */
static enum card_code take_answer(struct resident *r, const struct resident_question *q,
                                  struct bytes *typed)
{
    enum card_code code = CARD_BUSY;
    const struct resident_answer *a = receive(r);
    if (a == NULL)
        return r->peer < 0 ? CARD_RESIDENT_LOST : CARD_BUSY;
    if (a->number != r->number) {
        forget(r);
        return CARD_BUSY;
    }
    switch (a->kind) {
    case RESIDENT_STATE:
        set_state(r,
                  (uint8_t)((a->flags & (CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK |
                                         CARD_RESIDENT_RULE_MET | CARD_RESIDENT_MATCH)) |
                            CARD_RESIDENT_CONNECTED),
                  a->field, a->fields);
        break;
    case RESIDENT_CANCEL:
        code = CARD_RESIDENT_CANCELLED;
        break;
    default:
        code = CARD_RESIDENT_LOST;
        if (resident_entry_fits(q->pin, q->purpose, a->entry, a->length))
            code = bytes_set(typed, a->entry, a->length) ? CARD_OK : CARD_NO_MEMORY;
        break;
    }
    forget(r);
    return code;
}

enum card_code resident_ask(struct resident *r, const struct resident_question *q,
                            struct bytes *typed)
{
    resident_pump(r);
    if (r->peer < 0)
        return CARD_NO_RESIDENT;
    put_question(r, q);
    int64_t until = milliseconds() + (int64_t)q->seconds * 1000;
    enum card_code code = CARD_BUSY;
    while (code == CARD_BUSY) {
        struct pollfd wait[3] = {{.fd = r->peer, .events = POLLIN}, q->also[0], q->also[1]};
        int64_t left = until - milliseconds();
        if (left <= 0)
            return CARD_RESIDENT_TIMEOUT;
        if (poll(wait, 3, (int)left) < 0 && errno != EINTR)
            return CARD_NO_MEMORY;
        if (wait[1].revents != 0 || wait[2].revents != 0) {
            enum card_code stopped = q->stopped(q->context);
            code = stopped == CARD_OK ? CARD_BUSY : stopped;
        }
        if (code == CARD_BUSY && wait[0].revents != 0)
            code = take_answer(r, q, typed);
    }
    return code;
}

void resident_result(struct resident *r, enum resident_outcome outcome, int8_t tries)
{
    const struct resident_ask result = {
        .version = RESIDENT_WIRE_VERSION,
        .kind = RESIDENT_RESULT,
        .number = r->number,
        .practice = r->practice,
        .outcome = (uint8_t)outcome,
        .tries = tries,
    };
    send_to_peer(r, &result);
    set_state(r, r->peer >= 0 ? CARD_RESIDENT_CONNECTED : 0, 0, 0);
}

void resident_idle(struct resident *r)
{
    const struct resident_ask idle = {
        .version = RESIDENT_WIRE_VERSION,
        .kind = RESIDENT_IDLE,
        .number = r->number,
        .practice = r->practice,
        .tries = -1,
    };
    send_to_peer(r, &idle);
}
