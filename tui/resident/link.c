#include "tui/resident/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WINDOW_MAX = 15 };

bool link_path(const char *directory, const char *window, char out[LINK_PATH_MAX])
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strlen(window);
    if (length == 0 || length > WINDOW_MAX || strspn(window, allowed) != length) {
        return false;
    }
    int written = snprintf(out, LINK_PATH_MAX, "%s/" RESIDENT_SOCKET_FORMAT, directory, window);
    return written > 0 && written < LINK_PATH_MAX;
}

static bool trusted(int fd, const char *directory)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct stat folder;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && stat(directory, &folder) == 0 &&
           S_ISDIR(folder.st_mode) && peer.uid == folder.st_uid;
}

int link_connect(const char *directory, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 || !trusted(fd, directory)) {
        close(fd);
        return -1;
    }
    return fd;
}

enum link_heard link_receive(int fd, struct resident_ask *out)
{
    ssize_t count = recv(fd, out, sizeof *out, MSG_TRUNC | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return LINK_NOTHING;
    }
    if (count <= 0) {
        return LINK_GONE;
    }
    if (count != (ssize_t)sizeof *out) {
        *out = (struct resident_ask){.version = 0};
    }
    return LINK_MESSAGE;
}

bool link_send(int fd, const struct bytes *answer)
{
    return send(fd, answer->at, answer->length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)answer->length;
}
