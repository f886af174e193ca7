#include "cardops/practice/ca_control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_MAX_OCTETS = 256, PATIENCE_SECONDS = 10 };

static const char *const wrongs[CA_WRONGS] = {
    [CA_RIGHT] = "no",
    [CA_OTHER_KEY] = "other-key",
    [CA_WRONG_USAGE] = "wrong-usage",
    [CA_WRONG_POLICY] = "wrong-policy",
    [CA_NOT_YET_VALID] = "not-yet-valid",
    [CA_EXPIRED] = "expired",
    [CA_UNKNOWN_ISSUER] = "unknown-issuer",
    [CA_BROKEN_SIGNATURE] = "broken-signature",
    [CA_TOO_LARGE] = "too-large",
    [CA_NOT_DER] = "not-der",
};

/* --- commands: false for an impossible value -------------------------------------------------------- */

static bool set_slow(struct ca_knobs *knobs, const char *first, const char *second)
{
    char *rest;
    double seconds = strtod(first, &rest);
    knobs->slow_milliseconds = (int)(seconds * 1000);
    return *rest == '\0' && *second == '\0' && seconds >= 0 && seconds <= 3600;
}

static bool set_down(struct ca_knobs *knobs, const char *first, const char *second)
{
    knobs->down = strcmp(first, "yes") == 0;
    return *second == '\0' && (knobs->down || strcmp(first, "no") == 0);
}

static bool set_poll(struct ca_knobs *knobs, const char *first, const char *second)
{
    char *rest;
    long number = strtol(first, &rest, 10);
    knobs->poll = (int)number;
    return *rest == '\0' && *second == '\0' && number >= 0 && number <= 1000;
}

static bool set_loss(struct ca_knobs *knobs, const char *first, const char *second)
{
    knobs->loss_type = ca_cmp_type(first);
    knobs->loss = strcmp(second, "request") == 0  ? CA_LOSE_REQUEST
                  : strcmp(second, "answer") == 0 ? CA_LOSE_ANSWER
                                                  : CA_LOSE_NOTHING;
    return knobs->loss_type >= 0 && knobs->loss != CA_LOSE_NOTHING;
}

static bool set_wrong(struct ca_knobs *knobs, const char *first, const char *second)
{
    for (int i = 0; i < CA_WRONGS; i++)
        if (strcmp(wrongs[i], first) == 0) {
            knobs->wrong = (enum ca_wrong)i;
            return *second == '\0';
        }
    return false;
}

static const struct {
    const char *name;
    bool (*set)(struct ca_knobs *knobs, const char *first, const char *second);
} commands[] = {
    { "slow", set_slow }, { "down", set_down }, { "poll", set_poll }, { "lose", set_loss }, { "wrong", set_wrong },
};

static void carry_out(struct ca_cmp *cmp, const char *line, char *answer, size_t room)
{
    char name[32] = "", first[64] = "", second[64] = "";
    struct ca_knobs knobs;
    sscanf(line, "%31s %63s %63s", name, first, second);
    if (strcmp(name, "status") == 0) {
        struct ca_counters c;
        ca_cmp_count(cmp, &c);
        snprintf(answer, room, "messages=%u issued=%u repeated=%u confirmed=%u rejected=%u revoked=%u refused=%u",
                 c.messages, c.issued, c.repeated, c.confirmed, c.rejected, c.revoked, c.refused);
        return;
    }
    snprintf(answer, room, "unknown");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0) {
            ca_cmp_knobs(cmp, &knobs);
            if (!commands[i].set(&knobs, first, second))
                return;
            ca_cmp_turn(cmp, &knobs);
            snprintf(answer, room, "ok");
        }
}

/* --- the socket ------------------------------------------------------------------------------------ */

/* The name by way of the open directory: a socket's name holds 108 octets, a path may be longer. */
static bool name_socket(struct sockaddr_un *address, int folder)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    return snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/control", folder) > 0;
}

static int open_socket(const char *directory, struct sockaddr_un *address, int *folder)
{
    *folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0)
        return -1;
    int fd = name_socket(address, *folder) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        close(*folder);
    return fd;
}

static void set_patience(int fd)
{
    struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

int ca_control_listen(const char *directory)
{
    struct sockaddr_un address;
    int folder, fd = open_socket(directory, &address, &folder);
    if (fd < 0)
        return -1;
    unlinkat(folder, "control", 0);
    bool ok = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 16) == 0;
    close(folder);
    if (ok)
        return fd;
    close(fd);
    return -1;
}

/* Up to the newline, which is cut off, or the end. */
static bool read_line(int fd, char *line, size_t room)
{
    size_t length = 0;
    ssize_t n;
    while (length < room - 1 && memchr(line, '\n', length) == NULL &&
           ((n = read(fd, line + length, room - 1 - length)) > 0 || (n < 0 && errno == EINTR)))
        length += n > 0 ? (size_t)n : 0;
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return length > 0;
}

static bool write_line(int fd, const char *text)
{
    char line[LINE_MAX_OCTETS + 1];
    int length = snprintf(line, sizeof line, "%s\n", text);
    return length < (int)sizeof line && send(fd, line, (size_t)length, MSG_NOSIGNAL) == length;
}

void ca_control_serve(int listening, struct ca_cmp *cmp)
{
    char line[LINE_MAX_OCTETS] = "", answer[LINE_MAX_OCTETS];
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    set_patience(fd);
    if (read_line(fd, line, sizeof line)) {
        carry_out(cmp, line, answer, sizeof answer);
        /* A peer that left before its answer has nobody to tell. */
        (void)write_line(fd, answer);
    }
    close(fd);
}

enum ca_fault ca_ask(const char *directory, const char *command, char *answer, size_t room)
{
    struct sockaddr_un address;
    int folder, fd = open_socket(directory, &address, &folder);
    if (fd < 0)
        return CA_ANSWER;
    set_patience(fd);
    memset(answer, 0, room);
    bool ok = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && write_line(fd, command) &&
              read_line(fd, answer, room) && strcmp(answer, "unknown") != 0;
    close(folder);
    close(fd);
    return ok ? CA_OK : CA_ANSWER;
}
