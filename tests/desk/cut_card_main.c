/*
 * The card process's own loop over the emulated reader, which is cut once at a given command.
 *
 * The reader's "name" is the path of a script, one word a line:
 *   stand DIRECTORY   card FILE   cut NUMBER NTH
 * NUMBER is an enum emulated_fault or an enum cut (cut_scene.h). SCRIPT.fired is made when it strikes,
 * and while that is there nothing is cut. A card that was pulled comes back when SCRIPT.insert
 * appears. On the pad the resident types what SCRIPT.mind says (tests/lib/typist.h); SCRIPT.late is made
 * when it asks after the desk was killed.
 */
#include "cardops/practice/emulated_reader.h"
#include "cardops/server.h"
#include "tests/desk/cut_scene.h"
#include "tests/lib/typist.h"

#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

enum {
    PEER = 3,
    NOW = 1800000000,
    PAD_VERIFY = 0x42330006, /* what the emulated reader names its features (card.md 7.1) */
    PAD_MODIFY,
};

struct cut_reader {
    struct reader base;
    struct reader *emulated;
    struct practice_card *card;
    int epoll, notify;
    char fired[160], late[160], insert[160], mind[160];
    bool desk_killed;
    unsigned cut, nth;   /* nth 0: none */
};

static void leave_mark(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
}

/* Until nothing of it is open any more: then its child has another parent. */
static void kill_desk(struct cut_reader *c)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    pid_t desk = getppid();

    kill(desk, SIGKILL);
    while (getppid() == desk)
        nanosleep(&moment, NULL);
    c->desk_killed = true;
}

static void strike(struct cut_reader *c)
{
    leave_mark(c->fired);
    if (c->cut == CUT_KILL_CARD_BEFORE || c->cut == CUT_KILL_CARD_AFTER)
        raise(SIGKILL);
    if (c->cut == CUT_KILL_DESK_BEFORE || c->cut == CUT_KILL_DESK_AFTER)
        kill_desk(c);
    if (c->cut == CUT_HANG_UP_BEFORE || c->cut == CUT_HANG_UP_AFTER)
        kill(getppid(), SIGHUP);
}

static bool strikes_before(unsigned cut)
{
    return cut == CUT_KILL_CARD_BEFORE || cut == CUT_KILL_DESK_BEFORE || cut == CUT_HANG_UP_BEFORE;
}

static bool is_due(struct cut_reader *c, bool after)
{
    unsigned reached = emulated_reader_commands(c->emulated) + (after ? 0 : 1);

    return c->nth > 0 && reached >= c->nth && after != strikes_before(c->cut);
}

static void strike_if_due(struct cut_reader *c, bool after)
{
    if (!is_due(c, after))
        return;
    c->nth = 0;
    strike(c);
}

static enum reader_fault cut_transmit(struct reader *r, const struct bytes *command,
                                      struct bytes *answer)
{
    struct cut_reader *c = (struct cut_reader *)r;
    enum reader_fault fault;

    strike_if_due(c, false);
    fault = c->emulated->ops->transmit(c->emulated, command, answer);
    strike_if_due(c, true);
    return fault;
}

/* The resident types when the pad asks, never ahead of it. */
static bool type_entry(struct cut_reader *c, uint32_t code)
{
    struct typist_mind mind;
    char keys[2 * TYPIST_ENTRY + 2];

    if (c->desk_killed)
        leave_mark(c->late);
    if (!typist_mind_read(&mind, c->mind))
        return true;
    if (code == PAD_VERIFY)
        snprintf(keys, sizeof keys, "%sE", mind.in_use);
    else
        snprintf(keys, sizeof keys, "%sE%sE", mind.fresh, mind.fresh);
    return emulated_reader_keys(c->emulated, keys);
}

static enum reader_fault cut_control(struct reader *r, uint32_t code, const struct bytes *in,
                                     struct bytes *out)
{
    struct cut_reader *c = (struct cut_reader *)r;
    enum reader_fault fault;

    if ((code == PAD_VERIFY || code == PAD_MODIFY) && !type_entry(c, code))
        return READER_NO_MEMORY;
    strike_if_due(c, false);
    fault = c->emulated->ops->control(c->emulated, code, in, out);
    strike_if_due(c, true);
    return fault;
}

static enum reader_fault cut_open(struct reader *r)
{
    struct cut_reader *c = (struct cut_reader *)r;

    return c->emulated->ops->open(c->emulated);
}

static int cut_watch(struct reader *r)
{
    return ((struct cut_reader *)r)->epoll;
}

static enum reader_fault cut_presence(struct reader *r, enum reader_presence *now)
{
    struct cut_reader *c = (struct cut_reader *)r;
    char drained[4096];

    while (read(c->notify, drained, sizeof drained) > 0)
        continue;
    if (unlink(c->insert) == 0)
        emulated_reader_insert(c->emulated, c->card);
    return c->emulated->ops->presence(c->emulated, now);
}

static enum reader_fault cut_connect(struct reader *r)
{
    struct cut_reader *c = (struct cut_reader *)r;

    return c->emulated->ops->connect(c->emulated);
}

static void cut_power_off(struct reader *r)
{
    struct cut_reader *c = (struct cut_reader *)r;

    c->emulated->ops->power_off(c->emulated);
}

static void cut_close(struct reader **r)
{
    struct cut_reader *c = (struct cut_reader *)*r;

    if (!c)
        return;
    if (c->emulated)
        c->emulated->ops->close(&c->emulated);
    practice_card_close(&c->card);
    close(c->notify);
    close(c->epoll);
    free(c);
    *r = NULL;
}

static const struct reader_ops ops = {
    .open = cut_open,
    .watch_fd = cut_watch,
    .presence = cut_presence,
    .connect = cut_connect,
    .transmit = cut_transmit,
    .control = cut_control,
    .power_off = cut_power_off,
    .close = cut_close,
};

static bool watch(struct cut_reader *c, const char *script)
{
    struct epoll_event event = {.events = EPOLLIN};
    char folder[160];

    snprintf(folder, sizeof folder, "%s", script);
    c->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    return c->notify >= 0 && c->epoll >= 0 &&
           inotify_add_watch(c->notify, dirname(folder), IN_CREATE) >= 0 &&
           epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->notify, &event) == 0 &&
           epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->emulated->ops->watch_fd(c->emulated), &event) == 0;
}

static bool follow_script(struct cut_reader *c, const char *path)
{
    char line[400], stand[160] = "", card[160] = "";
    FILE *file = fopen(path, "re");
    bool ok = file != NULL;

    while (ok && fgets(line, sizeof line, file)) {
        if (sscanf(line, "stand %159s", stand) != 1 && sscanf(line, "card %159s", card) != 1)
            ok = sscanf(line, "cut %u %u", &c->cut, &c->nth) == 2;
    }
    if (file)
        fclose(file);
    if (access(c->fired, F_OK) == 0)
        c->nth = 0;
    if (c->nth > 0 && c->cut < CUT_KILL_CARD_BEFORE)
        emulated_reader_fault(c->emulated, (enum emulated_fault)c->cut, c->nth);
    return ok && practice_card_open(&c->card, stand, card, NOW, NULL) == PRACTICE_OK;
}

static struct reader *open_cut(const struct card_settings *settings)
{
    struct cut_reader *c = calloc(1, sizeof *c);
    struct reader *r = c ? &c->base : NULL;

    if (!c)
        return NULL;
    c->base.ops = &ops;
    c->notify = c->epoll = -1;
    c->emulated = emulated_reader_new(true);
    snprintf(c->fired, sizeof c->fired, "%s.fired", settings->reader);
    snprintf(c->late, sizeof c->late, "%s.late", settings->reader);
    snprintf(c->mind, sizeof c->mind, "%s.mind", settings->reader);
    snprintf(c->insert, sizeof c->insert, "%s.insert", settings->reader);
    if (c->emulated && watch(c, settings->reader) && follow_script(c, settings->reader)) {
        emulated_reader_insert(c->emulated, c->card);
        return r;
    }
    cut_close(&r);
    return NULL;
}

int main(void)
{
    return card_serve(PEER, open_cut, NULL);
}
