#include "forms/paper/print.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int spawn(pid_t *child, const char *const *arguments, const char *const *environment)
{
    posix_spawn_file_actions_t files;
    int error = posix_spawn_file_actions_init(&files);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    if (error == 0) /* the lists are not written to: posix_spawn(3p) */
        error = posix_spawnp(child, arguments[0], &files, NULL, (char *const *)(uintptr_t)arguments,
                             (char *const *)(uintptr_t)environment);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* False: it did not end in time and was killed. */
static bool wait_in_time(pid_t child, unsigned seconds, int *status)
{
    struct pollfd end = {.fd = pidfd_open(child, 0), .events = POLLIN};
    int ready = -1;

    if (end.fd >= 0)
        do
            ready = poll(&end, 1, (int)seconds * 1000);
        while (ready < 0 && errno == EINTR);
    if (end.fd >= 0)
        close(end.fd);
    if (ready == 0)
        kill(child, SIGKILL);
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        continue;
    return ready != 0;
}

static enum print_fault outcome(int status, int *detail)
{
    if (WIFSIGNALED(status)) {
        *detail = WTERMSIG(status);
        return PRINT_KILLED;
    }
    *detail = WEXITSTATUS(status);
    return *detail == 0 ? PRINT_OK : PRINT_REFUSED;
}

enum print_fault print_file(const char *program, const char *printer, const char *path,
                            unsigned seconds, int *detail)
{
    const char *const with_printer[] = {program, "-d", printer, "--", path, NULL};
    const char *const without[] = {program, "--", path, NULL};
    const char *server = getenv("CUPS_SERVER");
    char variable[300];
    const char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL, NULL};
    int unused, status, error;
    pid_t child;

    if (!detail)
        detail = &unused;
    *detail = 0;
    if (server &&
        snprintf(variable, sizeof variable, "CUPS_SERVER=%s", server) < (int)sizeof variable)
        environment[1] = variable;
    error = spawn(&child, printer && *printer ? with_printer : without, environment);
    if (error != 0) {
        *detail = error;
        return error == ENOMEM || error == EAGAIN ? PRINT_NO_MEMORY : PRINT_NO_PROGRAM;
    }
    if (!wait_in_time(child, seconds, &status))
        return PRINT_TIMED_OUT;
    return outcome(status, detail);
}
