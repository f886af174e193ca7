#include "tests/faults/remote.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD = offsetof(struct remote_message, data) };

struct remote {
    struct reader base;
    int fd;
};

/* Sends, waits for the answer, and leaves nothing of either behind. */
static enum reader_fault call(struct reader *r, enum remote_call what, uint32_t code,
                              const struct bytes *out, struct bytes *in)
{
    static struct remote_message m;
    int fd = ((struct remote *)r)->fd;
    size_t length = out ? out->length : 0;
    enum reader_fault fault = READER_NO_SERVICE;
    ssize_t got;

    m.call = what;
    m.code = code;
    if (length > REMOTE_DATA)
        return READER_UNSUPPORTED;
    if (length > 0)
        memcpy(m.data, out->at, length);
    if (send(fd, &m, HEAD + length, MSG_NOSIGNAL) < 0)
        return READER_NO_SERVICE;
    explicit_bzero(&m, sizeof m);
    got = recv(fd, &m, sizeof m, 0);
    if (got >= HEAD)
        fault = (enum reader_fault)m.call;
    if (fault == READER_OK && in && !bytes_set(in, m.data, (size_t)got - HEAD))
        fault = READER_NO_MEMORY;
    explicit_bzero(&m, sizeof m);
    return fault;
}

static enum reader_fault remote_connect(struct reader *r)
{
    return call(r, REMOTE_CONNECT, 0, NULL, NULL);
}

static enum reader_fault remote_transmit(struct reader *r, const struct bytes *command,
                                         struct bytes *answer)
{
    return call(r, REMOTE_TRANSMIT, 0, command, answer);
}

static enum reader_fault remote_control(struct reader *r, uint32_t code, const struct bytes *in,
                                        struct bytes *out)
{
    return call(r, REMOTE_CONTROL, code, in, out);
}

static void remote_power_off(struct reader *r)
{
    (void)call(r, REMOTE_POWER_OFF, 0, NULL, NULL);
}

static void remote_close(struct reader **r)
{
    close(((struct remote *)*r)->fd);
    free(*r);
    *r = NULL;
}

static const struct reader_ops ops = {
    .connect = remote_connect,
    .transmit = remote_transmit,
    .control = remote_control,
    .power_off = remote_power_off,
    .close = remote_close,
};

struct reader *remote_reader_new(int fd)
{
    struct remote *remote = calloc(1, sizeof *remote);

    if (!remote)
        return NULL;
    *remote = (struct remote){.base.ops = &ops, .fd = fd};
    return &remote->base;
}

static enum reader_fault carry_out(struct reader *reader, const struct remote_message *m,
                                   const struct bytes *command, struct bytes *answer)
{
    switch (m->call) {
    case REMOTE_CONNECT: return reader->ops->connect(reader);
    case REMOTE_TRANSMIT: return reader->ops->transmit(reader, command, answer);
    case REMOTE_CONTROL: return reader->ops->control(reader, m->code, command, answer);
    default: reader->ops->power_off(reader); return READER_OK;
    }
}

void remote_serve(int fd, struct reader *reader,
                  void (*before)(void *context, const struct remote_message *message, size_t length),
                  void *context)
{
    static struct remote_message m;
    ssize_t got;

    while ((got = recv(fd, &m, sizeof m, 0)) >= HEAD) {
        struct bytes command = {.at = m.data, .length = (size_t)got - HEAD, .room = REMOTE_DATA};
        struct bytes answer = {0};

        before(context, &m, command.length);
        m.call = carry_out(reader, &m, &command, &answer);
        if (answer.length > 0)
            memcpy(m.data, answer.at, answer.length);
        bool heard = send(fd, &m, HEAD + answer.length, MSG_NOSIGNAL) >= 0;
        bytes_free(&answer);
        if (!heard)
            break;
    }
}
