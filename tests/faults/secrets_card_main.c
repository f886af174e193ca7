/*
 * The card process's own loop with the PC/SC filler; card and pad are in the process that listens at
 * the socket of PCSCLITE_CSOCK_NAME. What passes between clerk and card process is recorded beside
 * it, in the files with .asked and .told at their ends.
 */
#include "cardops/reader/pcsc.h"
#include "cardops/server.h"
#include "tests/faults/remote.h"
#include "tests/faults/winscard.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PEER = 3 };

static int pair[2], asked, told;
static struct faults_page no_entries;

static struct reader *open_pcsc(const struct card_settings *settings)
{
    return pcsc_reader_new(settings->reader);
}

static int record_open(const char *path, const char *name)
{
    char record[128];

    snprintf(record, sizeof record, "%s.%s", path, name);
    return open(record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static bool pass_on(int from, int to, int record)
{
    static uint8_t message[sizeof(struct card_reply) + sizeof(struct card_request)];
    ssize_t got = recv(from, message, sizeof message, 0);

    return got > 0 && write(record, message, (size_t)got) == got &&
           send(to, message, (size_t)got, MSG_NOSIGNAL) == got;
}

static void *relay(void *nothing)
{
    struct pollfd fds[] = {{.fd = PEER, .events = POLLIN}, {.fd = pair[0], .events = POLLIN}};
    bool both = true;

    while (both && poll(fds, 2, -1) > 0) {
        if (fds[0].revents)
            both = pass_on(PEER, pair[0], asked);
        if (both && fds[1].revents)
            both = pass_on(pair[0], PEER, told);
    }
    shutdown(pair[0], SHUT_RDWR);
    return nothing;
}

int main(void)
{
    const char *path = getenv("PCSCLITE_CSOCK_NAME");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct reader *remote = remote_reader_new(fd);
    pthread_t thread;

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path ? path : "");
    asked = record_open(address.sun_path, "asked");
    told = record_open(address.sun_path, "told");
    if (!remote || asked < 0 || told < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
        pthread_create(&thread, NULL, relay, NULL) != 0)
        return 2;
    winscard_serve("reader", remote, &no_entries);
    return card_serve(pair[1], open_pcsc, NULL);
}
