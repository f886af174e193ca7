/* madoguchi-pad: the practice pinpad's display and keys, for a person in front of a terminal. */
#include "tui/pad/face.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

struct face {
    struct link link;
    struct pad_view view;
    enum face_language language;
    struct termios before;
    int signals;
    bool ended;
};

static void text_write(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, text, length);
        if (n <= 0)
            return;
        text += n;
        length -= (size_t)n;
    }
}

static void redraw(const struct face *f)
{
    char out[FACE_ROOM];
    struct winsize size = {.ws_row = 24};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    text_write(out, face_draw(out, &f->view, size.ws_row, f->language));
}

static bool terminal_take(struct face *f)
{
    static const char enter[] = "\033[?1049h";
    if (tcgetattr(STDIN_FILENO, &f->before) != 0)
        return false;
    struct termios raw = f->before;
    cfmakeraw(&raw);
    raw.c_oflag = f->before.c_oflag;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
        return false;
    text_write(enter, sizeof enter - 1);
    return true;
}

static void terminal_give(const struct face *f)
{
    static const char leave[] = "\033[?1049l";
    text_write(leave, sizeof leave - 1);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &f->before);
}

static bool signals_open(struct face *f)
{
    static const int wanted[] = {SIGTERM, SIGHUP, SIGINT, SIGWINCH};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        sigaddset(&set, wanted[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return f->signals >= 0;
}

static void signals_take(struct face *f)
{
    struct signalfd_siginfo info;
    while (read(f->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGWINCH)
            f->ended = true;
    redraw(f);
}

static void keys_take(struct face *f)
{
    char bytes[64], key[2];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n <= 0)
        f->ended = true;
    for (size_t at = 0; n > 0 && at < (size_t)n;)
        switch (face_key(bytes, (size_t)n, &at, key)) {
        case FACE_PRESS: link_send(&f->link, "press", key); break;
        case FACE_CARD: link_send(&f->link, f->view.card[0] ? "remove" : "insert", ""); break;
        case FACE_QUIT: f->ended = true; break;
        case FACE_NOTHING: break;
        }
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(key, sizeof key);
}

/* Until the person or the stand ends it. */
static void face_run(struct face *f)
{
    redraw(f);
    while (!f->ended) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = f->link.fd, .events = POLLIN},
                               {.fd = f->signals, .events = POLLIN}};
        if (poll(fds, 3, -1) < 0)
            continue;
        bool changed;
        if (fds[2].revents)
            signals_take(f);
        if (fds[0].revents)
            keys_take(f);
        if (fds[1].revents && !link_read(&f->link, &f->view, &changed))
            return;
        if (fds[1].revents && changed)
            redraw(f);
    }
}

static const char *locale_name(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return NULL;
}

static int usage(FILE *to)
{
    fprintf(to, "usage: madoguchi-pad --dir DIR\n");
    return to == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

int main(int argc, char **argv)
{
    static const struct option rows[] = {
        {"dir", required_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    const char *directory = NULL;
    for (int c; (c = getopt_long(argc, argv, "", rows, NULL)) != -1;)
        if (c == 'd')
            directory = optarg;
        else if (c == 'h')
            return usage(stdout);
    if (!directory || optind != argc)
        return usage(stderr);
    struct face f = {.language = face_language_of(locale_name())};
    if (!link_open(&f.link, directory)) {
        fprintf(stderr, "madoguchi-pad: no practice stand runs in %s\n", directory);
        return EXIT_FAILURE;
    }
    if (!signals_open(&f) || !terminal_take(&f)) {
        fprintf(stderr, "madoguchi-pad: this is not a terminal\n");
        return EXIT_FAILURE;
    }
    face_run(&f);
    terminal_give(&f);
    link_close(&f.link);
    close(f.signals);
    return EXIT_SUCCESS;
}
