/*
 * The card process's own loop over the PC/SC reader, with a note of every command that crosses: RUNTIME/apdus,
 * one a line, "T HEX" for a transmission, "C CODE HEX" for a control, "P" where the card is powered off; and after
 * each call of the reader's functions "U MICROSECONDS", what it took.
 * For measurements with practice cards only.
 */
#include "cardops/reader/pcsc.h"
#include "cardops/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PEER = 3 };

struct recorder {
    struct reader base;
    struct reader *inner;
};

static FILE *notes;

static struct reader *inner(struct reader *r)
{
    return ((struct recorder *)r)->inner;
}

static void note(const char *head, const struct bytes *bytes)
{
    fputs(head, notes);
    for (size_t i = 0; i < bytes->length; i++)
        fprintf(notes, "%02X", bytes->at[i]);
    fputc('\n', notes);
    fflush(notes);
}

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static enum reader_fault took(double from, enum reader_fault fault)
{
    fprintf(notes, "U %.1f\n", microseconds() - from);
    fflush(notes);
    return fault;
}

static enum reader_fault recorder_open(struct reader *r)
{
    return inner(r)->ops->open(inner(r));
}

static int recorder_watch_fd(struct reader *r)
{
    return inner(r)->ops->watch_fd(inner(r));
}

static enum reader_fault recorder_presence(struct reader *r, enum reader_presence *now)
{
    return inner(r)->ops->presence(inner(r), now);
}

static enum reader_fault recorder_connect(struct reader *r)
{
    double from = microseconds();
    return took(from, inner(r)->ops->connect(inner(r)));
}

static enum reader_fault recorder_transmit(struct reader *r, const struct bytes *command, struct bytes *answer)
{
    note("T ", command);
    double from = microseconds();
    return took(from, inner(r)->ops->transmit(inner(r), command, answer));
}

static enum reader_fault recorder_control(struct reader *r, uint32_t code, const struct bytes *in, struct bytes *out)
{
    char head[32];
    snprintf(head, sizeof head, "C %u ", (unsigned)code);
    note(head, in);
    double from = microseconds();
    return took(from, inner(r)->ops->control(inner(r), code, in, out));
}

static void recorder_power_off(struct reader *r)
{
    fputs("P\n", notes);
    fflush(notes);
    inner(r)->ops->power_off(inner(r));
}

static void recorder_close(struct reader **r)
{
    struct recorder *recorder = (struct recorder *)*r;
    if (recorder == NULL)
        return;
    recorder->inner->ops->close(&recorder->inner);
    free(recorder);
    *r = NULL;
}

static const struct reader_ops ops = {
    .open = recorder_open,         .watch_fd = recorder_watch_fd, .presence = recorder_presence,
    .connect = recorder_connect,   .transmit = recorder_transmit, .control = recorder_control,
    .power_off = recorder_power_off, .close = recorder_close,
};

static struct reader *open_recorder(const struct card_settings *settings)
{
    char path[sizeof settings->runtime + 8];
    struct recorder *r = calloc(1, sizeof *r);
    snprintf(path, sizeof path, "%s/apdus", settings->runtime);
    /* Appended to: who reads the notes may empty them in between. */
    remove(path);
    notes = fopen(path, "ae");
    if (r == NULL || notes == NULL || (r->inner = pcsc_reader_new(settings->reader)) == NULL)
        return NULL;
    r->base.ops = &ops;
    return &r->base;
}

int main(void)
{
    return card_serve(PEER, open_recorder, NULL);
}
