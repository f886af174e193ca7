#include "tests/lib/cluster.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#define PROGRAMS "/usr/lib/postgresql/15/bin/"

/* The server refuses to run as root: an ordinary user of no rights does it. */
static bool become_ordinary(void)
{
    const struct passwd *nobody = getpwnam("nobody");

    if (geteuid() != 0)
        return true;
    return nobody && setgroups(0, NULL) == 0 && setgid(nobody->pw_gid) == 0 &&
           setuid(nobody->pw_uid) == 0;
}

static pid_t start(const struct cluster *c, const char *const *arguments)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    if (!become_ordinary() || prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 || chdir(c->folder) != 0 ||
        !freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
        _exit(126);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static int wait_for(pid_t child)
{
    int status;

    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool answers_in_time(const struct cluster *c)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

    for (int i = 0; i < 1500; i++) {
        if (PQping(c->conninfo) == PQPING_OK)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

bool cluster_start(struct cluster *c)
{
    const char *const arguments[] = {PROGRAMS "postgres",   "-D", c->data, "-k", c->folder, "-c", "listen_addresses=", "-c",
                                     "shared_buffers=8MB", "-c", "max_connections=12", NULL};

    c->server = start(c, arguments);
    return c->server > 0 && answers_in_time(c);
}

void cluster_stop(struct cluster *c)
{
    kill(c->server, SIGINT);
    wait_for(c->server);
    c->server = 0;
}

bool cluster_open(struct cluster *c)
{
    const char *const arguments[] = {PROGRAMS "initdb", "-D", c->data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
                                     "--locale=C.UTF-8", "--no-sync", "--no-instructions", NULL};

    *c = (struct cluster){.folder = "/tmp/cluster-XXXXXX"};
    if (!mkdtemp(c->folder) || chmod(c->folder, 0777) != 0)
        return false;
    snprintf(c->data, sizeof c->data, "%s/data", c->folder);
    snprintf(c->conninfo, sizeof c->conninfo, "host=%s user=postgres dbname=postgres", c->folder);
    return wait_for(start(c, arguments)) == 0 && cluster_start(c);
}

void cluster_close(struct cluster *c)
{
    const char *const arguments[] = {"/bin/rm", "-rf", c->data, NULL};

    if (c->server > 0)
        cluster_stop(c);
    wait_for(start(c, arguments));
    rmdir(c->folder);
}
