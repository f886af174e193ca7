#include "cardops/practice/child.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_MS = 3000 };

/* Waits for the process with a limit, on a descriptor of its own. */
static bool ended_within(pid_t pid, int milliseconds)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    bool ended = fd < 0 || poll(&wait, 1, milliseconds) == 1;
    if (fd >= 0)
        close(fd);
    return ended;
}

void child_stop(pid_t pid)
{
    kill(pid, SIGTERM);
    if (!ended_within(pid, STOP_MS))
        kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
