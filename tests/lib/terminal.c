#include "tests/lib/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

struct terminal {
    pid_t pid;
    int pty, status;
    char slave[64]; /* the name of the program's end */
    struct terminal_behind behind; /* program 0: there is none */
    bool reaped, alternate;
    bool typed;     /* and what became of it has not been waited for */
    VTerm *vterm;
    VTermScreen *screen;
    char *stream;
    size_t stream_count, stream_room;
    char text[TERMINAL_SCREEN_MAX];
};

enum { TURN_MS = 100 };

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct terminal *t = user;
    if (property == VTERM_PROP_ALTSCREEN) {
        t->alternate = value->boolean;
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void run(const char *const argv[], const char *const environment[])
{
    execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)environment);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

struct terminal *terminal_start(const char *const argv[], const char *const environment[], int rows, int columns)
{
    struct terminal *t = calloc(1, sizeof *t);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (t == NULL) {
        abort();
    }
    t->pid = forkpty(&t->pty, t->slave, NULL, &size);
    if (t->pid < 0) {
        abort();
    }
    if (t->pid == 0) {
        run(argv, environment);
    }
    fcntl(t->pty, F_SETFD, FD_CLOEXEC);
    t->vterm = vterm_new(rows, columns);
    vterm_set_utf8(t->vterm, 1);
    t->screen = vterm_obtain_screen(t->vterm);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    return t;
}

void terminal_end(struct terminal **t)
{
    if (*t == NULL) {
        return;
    }
    if (!(*t)->reaped) {
        kill((*t)->pid, SIGKILL);
        waitpid((*t)->pid, NULL, 0);
    }
    terminal_hang_up(*t);
    vterm_free((*t)->vterm);
    free((*t)->stream);
    free(*t);
    *t = NULL;
}

pid_t terminal_pid(const struct terminal *t)
{
    return t->behind.program != 0 ? t->behind.program : t->pid;
}

void terminal_follow(struct terminal *t, const struct terminal_behind *behind)
{
    t->behind = *behind;
}

void terminal_type_bytes(struct terminal *t, const char *bytes, size_t count)
{
    t->typed = true;
    while (count > 0) {
        ssize_t written = write(t->pty, bytes, count);
        if (written <= 0) {
            return;
        }
        bytes += written;
        count -= (size_t)written;
    }
}

void terminal_type(struct terminal *t, const char *keys)
{
    terminal_type_bytes(t, keys, strlen(keys));
}

void terminal_resize(struct terminal *t, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    vterm_set_size(t->vterm, rows, columns);
    ioctl(t->pty, TIOCSWINSZ, &size);
}

void terminal_hang_up(struct terminal *t)
{
    if (t->pty >= 0) {
        close(t->pty);
        t->pty = -1;
    }
}

static void keep(struct terminal *t, const char *bytes, size_t count)
{
    if (t->stream_count + count > t->stream_room) {
        t->stream_room = (t->stream_count + count) * 2;
        t->stream = realloc(t->stream, t->stream_room);
        if (t->stream == NULL) {
            abort();
        }
    }
    memcpy(t->stream + t->stream_count, bytes, count);
    t->stream_count += count;
}

/* Reads what there is within `wait` milliseconds. False: nothing came, or the line is closed. */
static bool pump(struct terminal *t, int wait)
{
    char bytes[4096];
    struct pollfd input = {.fd = t->pty, .events = POLLIN};
    if (t->pty < 0 || poll(&input, 1, wait) <= 0) {
        return false;
    }
    ssize_t count = read(t->pty, bytes, sizeof bytes);
    if (count <= 0) {
        terminal_hang_up(t);
        return false;
    }
    keep(t, bytes, (size_t)count);
    vterm_input_write(t->vterm, bytes, (size_t)count);
    return true;
}

static bool wait_until(struct terminal *t, bool (*ready)(struct terminal *t, const void *context), const void *context,
                       int64_t deadline)
{
    for (;;) {
        while (pump(t, 0)) {
        }
        if (ready(t, context)) {
            return true;
        }
        int64_t left = deadline - milliseconds();
        if (left <= 0 || t->pty < 0) {
            return false;
        }
        pump(t, left < TURN_MS ? (int)left : TURN_MS);
    }
}

/* The state letter behind the name in brackets of /proc/PID/stat; 0: no such process. */
static char process_state(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    const char *bracket = strrchr(line, ')');
    return read && bracket != NULL && bracket[1] == ' ' ? bracket[2] : 0;
}

/* poll() also brings in what the kernel has taken from the other end and not handed on yet; FIONREAD does not. */
static bool has_input(int fd)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    return poll(&input, 1, 0) > 0 && (input.revents & POLLIN) != 0;
}

static bool keys_are_taken(const char *tty)
{
    int fd = open(tty, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    bool waiting = fd >= 0 && has_input(fd);
    if (fd >= 0) {
        close(fd);
    }
    return !waiting;
}

/* The keys' way there and the screen's way back. */
static bool behind_is_idle(const struct terminal_behind *b)
{
    return process_state(b->server) == 'S' && keys_are_taken(b->tty) && process_state(b->program) == 'S' &&
           process_state(b->server) == 'S';
}

/* In this order: what it wrote on taking a key is there once it sleeps again. */
static bool is_idle(struct terminal *t, const void *context)
{
    (void)context;
    bool passed_on = keys_are_taken(t->slave) && process_state(t->pid) == 'S' &&
                     (t->behind.program == 0 || (behind_is_idle(&t->behind) && process_state(t->pid) == 'S'));
    return passed_on && !has_input(t->pty);
}

/* One that is stopped or has ended takes no key. */
static bool has_acted(struct terminal *t, const void *context)
{
    char state = process_state(t->pid);
    return (state != 'S' && state != 'R' && state != 'D') || is_idle(t, context);
}

bool terminal_wait_until(struct terminal *t, bool (*ready)(struct terminal *t, const void *context), const void *context)
{
    int64_t deadline = milliseconds() + TERMINAL_DEADLINE_MS;
    if (t->typed) {
        wait_until(t, has_acted, NULL, deadline);
        t->typed = false;
    }
    return wait_until(t, ready, context, deadline);
}

static bool shows(struct terminal *t, const void *text)
{
    return strstr(terminal_screen(t), text) != NULL;
}

static bool shows_not(struct terminal *t, const void *text)
{
    return !shows(t, text);
}

bool terminal_wait_for(struct terminal *t, const char *text)
{
    return terminal_wait_until(t, shows, text);
}

bool terminal_wait_gone(struct terminal *t, const char *text)
{
    return terminal_wait_until(t, shows_not, text);
}

bool terminal_wait_idle(struct terminal *t)
{
    return terminal_wait_until(t, is_idle, NULL);
}

bool terminal_wait_end(struct terminal *t, int *status)
{
    int64_t deadline = milliseconds() + TERMINAL_DEADLINE_MS;
    while (!t->reaped && milliseconds() < deadline) {
        pump(t, 20);
        t->reaped = waitpid(t->pid, &t->status, WNOHANG) == t->pid;
        if (!t->reaped && t->pty < 0) {
            poll(NULL, 0, 10);
        }
    }
    while (pump(t, 0)) {
    }
    *status = t->status;
    return t->reaped;
}

static size_t add_cell(const VTermScreenCell *cell, char *out)
{
    size_t used = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++) {
        uint32_t rune = cell->chars[i];
        if (rune < 0x80) {
            out[used++] = (char)rune;
        } else if (rune < 0x800) {
            out[used++] = (char)(0xC0 | rune >> 6);
            out[used++] = (char)(0x80 | (rune & 0x3F));
        } else if (rune < 0x10000) {
            out[used++] = (char)(0xE0 | rune >> 12);
            out[used++] = (char)(0x80 | (rune >> 6 & 0x3F));
            out[used++] = (char)(0x80 | (rune & 0x3F));
        } else {
            out[used++] = (char)(0xF0 | rune >> 18);
            out[used++] = (char)(0x80 | (rune >> 12 & 0x3F));
            out[used++] = (char)(0x80 | (rune >> 6 & 0x3F));
            out[used++] = (char)(0x80 | (rune & 0x3F));
        }
    }
    if (cell->chars[0] == 0) {
        out[used++] = ' ';
    }
    return used;
}

const char *terminal_screen(struct terminal *t)
{
    int rows, columns;
    size_t used = 0;
    vterm_get_size(t->vterm, &rows, &columns);
    for (int row = 0; row < rows; row++) {
        size_t start = used;
        for (VTermPos at = {.row = row}; at.col < columns && used + 64 < sizeof t->text;) {
            VTermScreenCell cell;
            vterm_screen_get_cell(t->screen, at, &cell);
            used += add_cell(&cell, t->text + used);
            at.col += cell.width > 0 ? cell.width : 1;
        }
        while (used > start && t->text[used - 1] == ' ') {
            used--;
        }
        t->text[used++] = '\n';
    }
    t->text[used] = '\0';
    return t->text;
}

void terminal_cursor(struct terminal *t, int *row, int *column)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(t->vterm), &at);
    *row = at.row;
    *column = at.col;
}

bool terminal_has_colour(struct terminal *t)
{
    int rows, columns;
    vterm_get_size(t->vterm, &rows, &columns);
    for (VTermPos at = {.row = 0}; at.row < rows; at.row++) {
        for (at.col = 0; at.col < columns; at.col++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(t->screen, at, &cell);
            if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg)) {
                return true;
            }
        }
    }
    return false;
}

bool terminal_alternate(const struct terminal *t)
{
    return t->alternate;
}

size_t terminal_bytes(const struct terminal *t)
{
    return t->stream_count;
}

const char *terminal_stream(const struct terminal *t, size_t *count)
{
    *count = t->stream_count;
    return t->stream;
}
