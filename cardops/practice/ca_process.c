#include "cardops/practice/ca_process.h"

#include "cardops/practice/ca_cards.h"
#include "cardops/practice/child.h"
#include "cardops/practice/store.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the office's filter ------------------------------------------------------------------------- */

static const char script[] =
    "#!/bin/sh\n"
    "# The practice office's way to its CA: madoguchi-enrol with all that it needs to know about both.\n"
    "# Written by the practice stand at every start.\n"
    "stand='%s'\n"
    "kind=sig before=\n"
    "for word in \"$@\"; do\n"
    "    [ \"$before\" != --kind ] || kind=$word\n"
    "    before=$word\n"
    "done\n"
    "port=$(cat \"$stand/ca/port\" 2>/dev/null || echo 1)\n"
    "exec '%s/madoguchi-enrol' \"$@\" --attime $(($(date +%%s) * %d + %lld)) \\\n"
    "    --server \"http://127.0.0.1:$port/.well-known/cmp/p/$kind\" \\\n"
    "    --roots \"$stand/ca/trust/$kind-roots.pem\" --trust \"$stand/ca/trust/cmp-root.pem\" \\\n"
    "    --credential \"$stand/ca/trust/office.key\" --certificate \"$stand/ca/trust/office.pem\"\n";

/* The folder of this program: madoguchi-enrol is beside it. */
static bool own_folder(char folder[STORE_PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", folder, STORE_PATH_MAX - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

static bool write_script(const char *stand, const struct clock *clock)
{
    char text[sizeof script + 2 * STORE_PATH_MAX + 32], folder[STORE_PATH_MAX], path[STORE_PATH_MAX];
    if (!own_folder(folder) || !store_path(path, stand, "enrol"))
        return false;
    int n = snprintf(text, sizeof text, script, stand, folder, !clock->stands, (long long)clock->base);
    return n > 0 && n < (int)sizeof text && store_write(stand, "enrol", text, (size_t)n) && chmod(path, 0700) == 0;
}

/* --- the process --------------------------------------------------------------------------------- */

enum { READY = 3, LIFE, OTHERS };

/* Nothing of the stand goes along: neither its signals nor its descriptors. */
static int child_run(const char *stand, int port, const struct clock *clock, int ready, int life)
{
    char folder[STORE_PATH_MAX], context[STORE_PATH_MAX];
    sigset_t none;
    sigemptyset(&none);
    int high_ready = fcntl(ready, F_DUPFD, OTHERS), high_life = fcntl(life, F_DUPFD, OTHERS);
    if (high_ready < 0 || high_life < 0 || dup2(high_ready, READY) < 0 || dup2(high_life, LIFE) < 0)
        return CA_STATE;
    prctl(PR_SET_NAME, "practice-ca");
    close_range(OTHERS, ~0u, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    snprintf(context, sizeof context, "%s", stand);
    struct ca_settings settings = {
        .directory = folder,
        .port = port,
        .clock = *clock,
        .ready_fd = READY,
        .life_fd = LIFE,
        .find = ca_cards_find,
        .context = context,
    };
    if (!store_path(folder, stand, CA_PROCESS_FOLDER))
        return CA_STATE;
    enum ca_fault fault = ca_create(folder);
    return fault == CA_OK ? ca_serve(&settings) : (int)fault;
}

bool ca_process_start(struct ca_process *p, const char *stand, const struct clock *clock)
{
    int ready[2], life[2];
    if (!write_script(stand, clock) || pipe2(ready, O_CLOEXEC) != 0)
        return false;
    if (pipe2(life, O_CLOEXEC) != 0) {
        close(ready[0]), close(ready[1]);
        return false;
    }
    p->listens = false;
    p->pid = fork();
    if (p->pid == 0)
        _exit(child_run(stand, p->port, clock, ready[1], life[0]));
    close(ready[1]);
    close(life[0]);
    p->ready = ready[0];
    p->life = life[1];
    if (p->pid > 0)
        return true;
    ca_process_gone(p);
    return false;
}

bool ca_process_readable(struct ca_process *p)
{
    char text[16] = "";
    ssize_t n = read(p->ready, text, sizeof text - 1);
    close(p->ready);
    p->ready = -1;
    if (n <= 0)
        return false;
    p->port = atoi(text);
    p->listens = p->port > 0;
    return p->listens;
}

void ca_process_gone(struct ca_process *p)
{
    if (p->ready >= 0)
        close(p->ready);
    if (p->life >= 0)
        close(p->life);
    p->ready = p->life = -1;
    p->pid = 0;
    p->listens = false;
}

void ca_process_stop(struct ca_process *p)
{
    if (p->pid > 0)
        child_stop(p->pid);
    ca_process_gone(p);
}
