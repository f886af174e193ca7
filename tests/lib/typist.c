#include "tests/lib/typist.h"

#include "cardops/resident_wire.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

bool typist_mind_read(struct typist_mind *mind, const char *path)
{
    FILE *file = fopen(path, "re");
    bool read = file && fscanf(file, "%31s %31s", mind->in_use, mind->fresh) == 2;

    if (file)
        fclose(file);
    return read;
}

static void answer(int fd, const struct resident_ask *ask, const char *path)
{
    struct resident_answer a = {
        .version = RESIDENT_WIRE_VERSION, .kind = RESIDENT_ENTRY, .number = ask->number};
    struct typist_mind mind;
    const char *typed = ask->purpose == RESIDENT_CURRENT ? mind.in_use : mind.fresh;

    if (!typist_mind_read(&mind, path)) {
        a.kind = RESIDENT_CANCEL;
    } else {
        a.length = (uint8_t)strlen(typed);
        memcpy(a.entry, typed, a.length);
    }
    /* A card process that died meanwhile is found by the next read. */
    (void)send(fd, &a, sizeof a, MSG_NOSIGNAL);
}

static void sit_there(const struct sockaddr_un *address, const char *mind)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};

    for (;;) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        struct resident_ask ask;

        if (fd < 0)
            _exit(1);
        if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
            while (recv(fd, &ask, sizeof ask, 0) == (ssize_t)sizeof ask)
                if (ask.kind == RESIDENT_ASK)
                    answer(fd, &ask, mind);
        close(fd);
        nanosleep(&pause, NULL);
    }
}

pid_t typist_start(const char *runtime, const char *mind)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const pid_t parent = getpid();
    pid_t child;

    snprintf(address.sun_path, sizeof address.sun_path, "%s/" RESIDENT_SOCKET_FORMAT, runtime, "1");
    child = fork();
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
            sit_there(&address, mind);
        _exit(1);
    }
    return child;
}
