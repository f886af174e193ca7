#include "cardops/server.h"

#include "cardops/runtime.h"
#include "cardops/service.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum need { NEEDS_NOTHING = 0, NEEDS_OPEN = 1, NEEDS_SERIAL = 2, NEEDS_PIN = 4 };

static const struct {
    service_step *step;
    unsigned needs;
} steps[] = {
    [CARD_ASK_OPEN] = {service_open, NEEDS_NOTHING},
    [CARD_ASK_READ] = {step_read, NEEDS_OPEN},
    [CARD_ASK_TRIES] = {step_tries, NEEDS_OPEN | NEEDS_SERIAL},
    [CARD_ASK_VERIFY] = {step_verify, NEEDS_OPEN | NEEDS_SERIAL | NEEDS_PIN},
    [CARD_ASK_CHANGE] = {step_change, NEEDS_OPEN | NEEDS_SERIAL | NEEDS_PIN},
    [CARD_ASK_RESET] = {step_reset, NEEDS_OPEN | NEEDS_SERIAL | NEEDS_PIN},
    [CARD_ASK_RELEASE] = {service_release, NEEDS_OPEN},
    [CARD_ASK_KEY] = {step_key, NEEDS_OPEN | NEEDS_SERIAL},
    [CARD_ASK_SIGN] = {step_sign, NEEDS_OPEN | NEEDS_SERIAL},
    [CARD_ASK_INSTALL] = {step_install, NEEDS_OPEN | NEEDS_SERIAL},
    [CARD_ASK_PROVE] = {step_prove, NEEDS_OPEN | NEEDS_SERIAL},
    [CARD_ASK_CERTIFICATE] = {step_certificate, NEEDS_OPEN | NEEDS_SERIAL},
};

enum card_code card_request_check(const void *at, size_t length)
{
    const struct card_request *q = at;
    if (length != sizeof *q)
        return length >= sizeof q->version && q->version != CARD_WIRE_VERSION ? CARD_WRONG_VERSION
                                                                              : CARD_BAD_REQUEST;
    if (q->version != CARD_WIRE_VERSION)
        return CARD_WRONG_VERSION;
    if (q->sequence == 0 || q->ask == 0 || q->ask >= sizeof steps / sizeof steps[0])
        return CARD_BAD_REQUEST;
    unsigned needs = steps[q->ask].needs;
    bool serial = memchr(q->serial, '\0', sizeof q->serial) != NULL && q->serial[0] != '\0';
    if ((needs & NEEDS_SERIAL) != 0 && !serial)
        return CARD_BAD_REQUEST;
    if (q->blob_length > CARD_BLOB_MAX || q->certificate > CARD_CERTIFICATE_AUTH ||
        q->way > CARD_WAY_RESIDENT)
        return CARD_BAD_REQUEST;
    return CARD_OK;
}

static enum card_code run_step(struct service *s, const struct card_request *q,
                               struct card_reply *r)
{
    unsigned needs = steps[q->ask].needs;
    if ((needs & NEEDS_OPEN) != 0 && !s->open)
        return CARD_WRONG_ORDER;
    if ((needs & NEEDS_PIN) != 0 && q->pin >= s->settings.profile.pin_count)
        return CARD_BAD_REQUEST;
    s->channel.commands = 0;
    s->channel.sw = 0;
    if (s->open)
        runtime_lock_note(s->lock, q->ask);
    enum card_code code = steps[q->ask].step(s, q, r);
    if (s->open)
        runtime_lock_note(s->lock, 0);
    log_line(&s->log, LOG_STEPS, "step %u: code %d, sw %04X, %u commands", (unsigned)q->ask,
             (int)code, (unsigned)r->sw, (unsigned)s->channel.commands);
    return code;
}

static void finish_reply(struct service *s, struct card_reply *r)
{
    r->commands = s->channel.commands;
    if (s->open)
        service_watch(s);
    service_tell_state(s, r);
}

/* One message; false: the peer is gone. */
static bool serve_request(struct service *s)
{
    static struct card_request q;
    static struct card_reply r;
    ssize_t got = recv(s->peer, &q, sizeof q, MSG_TRUNC);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    if (got == 0)
        return false;
    r = (struct card_reply){.version = CARD_WIRE_VERSION, .sequence = q.sequence, .tries = -1};
    r.code = card_request_check(&q, (size_t)got);
    if (r.code == CARD_OK)
        r.code = run_step(s, &q, &r);
    if (s->open)
        (void)service_stopped(s);
    finish_reply(s, &r);
    return !s->peer_gone && send(s->peer, &r, sizeof r, MSG_NOSIGNAL) == (ssize_t)sizeof r;
}

static bool serve_once(struct service *s)
{
    struct reader *reader = s->channel.reader;
    struct pollfd fds[] = {
        {.fd = s->peer, .events = POLLIN},
        {.fd = reader != NULL ? reader->ops->watch_fd(reader) : -1, .events = POLLIN},
        {.fd = s->resident_open ? s->resident.listener : -1, .events = POLLIN},
        {.fd = s->resident_open ? s->resident.peer : -1, .events = POLLIN},
    };
    if (poll(fds, sizeof fds / sizeof fds[0], -1) < 0)
        return errno == EINTR;
    if (fds[1].revents != 0)
        service_watch(s);
    if (fds[2].revents != 0 || fds[3].revents != 0)
        resident_pump(&s->resident);
    return fds[0].revents == 0 || serve_request(s);
}

int card_serve(int fd, struct reader *(*open_reader)(const struct card_settings *settings),
               void (*confine)(const int *more, size_t count))
{
    static struct service s;
    s = (struct service){.peer = fd, .lock = -1, .open_reader = open_reader, .confine = confine};
    s.log.fd = s.resident.listener = s.resident.peer = -1;
    while (!s.peer_gone && serve_once(&s))
        continue;
    service_end(&s);
    return 0;
}
