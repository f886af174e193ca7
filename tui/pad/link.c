#include "tui/pad/link.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool link_open(struct link *l, const char *directory)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/run/control", directory);
    l->length = 0;
    l->fd = n > 0 && (size_t)n < sizeof address.sun_path
                ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)
                : -1;
    if (l->fd < 0)
        return false;
    if (connect(l->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        link_close(l);
        return false;
    }
    link_send(l, "watch", "");
    return true;
}

void link_close(struct link *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

void link_send(struct link *l, const char *command, const char *argument)
{
    char line[128];
    int n = snprintf(line, sizeof line, "%s%s%s\n", command, *argument ? "\t" : "", argument);
    if (n > 0 && (size_t)n < sizeof line &&
        send(l->fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return; /* the stand is gone: link_read tells */
}

/* Text from outside: control characters would be commands to the terminal. */
static void clean_copy(char to[LINK_TEXT], const char *from)
{
    snprintf(to, LINK_TEXT, "%s", from);
    for (char *c = to; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = ' ';
}

bool link_parse(const char *line, struct pad_view *view)
{
    const char *first, *second, *outcome;
    json_t *root = json_loads(line, 0, NULL), *card;
    struct pad_view now = {0};
    bool ok = json_unpack(root, "{s:{s:{s:[ss], s:s, s:i, s:i}, s:{s:o}}}", "state", "display",
                          "lines", &first, &second, "outcome", &outcome, "entry", &now.entry,
                          "entries", &now.entries, "pad", "card", &card) == 0;
    if (ok) {
        json_t *name = json_object_get(card, "name");
        clean_copy(now.lines[0], first);
        clean_copy(now.lines[1], second);
        clean_copy(now.card, json_is_string(name) ? json_string_value(name) : "");
        now.asking = strcmp(outcome, "asking") == 0;
        *view = now;
    }
    json_decref(root);
    return ok;
}

bool link_read(struct link *l, struct pad_view *view, bool *changed)
{
    ssize_t n = recv(l->fd, l->in + l->length, sizeof l->in - 1 - l->length, MSG_DONTWAIT);
    *changed = false;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    l->length += (size_t)n;
    l->in[l->length] = '\0';
    for (char *end; (end = strchr(l->in, '\n'));) {
        *end = '\0';
        *changed = link_parse(l->in, view) || *changed;
        l->length -= (size_t)(end - l->in) + 1;
        memmove(l->in, end + 1, l->length + 1);
    }
    return l->length < sizeof l->in - 1;
}
