#include "tui/term/term.h"
#include "tui/term/cells.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

enum { TYPED_MAX = 8192, RESTORE_MAX = 128 };

static struct {
    SCREEN *screen;
    struct canvas canvas;
    struct term_options options;
    int signals;
    bool colours, lost, pasting, closed_by_exit;
    sigset_t before;
    uint8_t *typed; /* TYPED_MAX bytes in pages of their own */
    size_t typed_count;
    bool partial;         /* what is typed begins with a key whose end has not come */
    int64_t escape_since; /* milliseconds; 0: no ESC is waiting */
} term = {.signals = -1};

/* For the handler of fatal signals, which may use nothing else. */
static char restore_bytes[RESTORE_MAX];
static size_t restore_length;
static struct termios restore_modes;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void write_whole(const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written <= 0) {
            return;
        }
        bytes += written;
        count -= (size_t)written;
    }
}

static void restore_and_die(int number)
{
    write_whole(restore_bytes, restore_length);
    tcsetattr(STDIN_FILENO, TCSANOW, &restore_modes);
    raise(number); /* SA_RESETHAND: with its default action now */
}

/* A capability of the terminal by its terminfo name, or the empty string. */
static const char *capability(const char *name)
{
    const char *value = tigetstr(name);
    return value == NULL || value == (const char *)-1 ? "" : value;
}

static void remember_restore(const char *const names[], size_t count)
{
    restore_length = 0;
    for (size_t i = 0; i < count; i++) {
        const char *bytes = capability(names[i]);
        size_t length = strlen(bytes);
        if (restore_length + length <= sizeof restore_bytes) {
            memcpy(restore_bytes + restore_length, bytes, length);
            restore_length += length;
        }
    }
}

static void catch_fatal(void)
{
    static const char *const names[] = {"BD", "sgr0", "cnorm", "rmcup"};
    remember_restore(names, sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct sigaction action = {.sa_handler = restore_and_die, .sa_flags = (int)SA_RESETHAND};
        sigaction(fatal[i], &action, NULL);
    }
}

static bool take_signals(void)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGWINCH);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(SIG_BLOCK, &ours, &term.before);
    term.signals = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
    return term.signals >= 0;
}

static bool take_typed(bool secret)
{
    void *at = mmap(NULL, TYPED_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        return false;
    }
    term.typed = at;
    return !secret || (mlock(at, TYPED_MAX) == 0 && madvise(at, TYPED_MAX, MADV_DONTDUMP) == 0);
}

static void free_typed(void)
{
    explicit_bzero(term.typed, TYPED_MAX);
    munmap(term.typed, TYPED_MAX);
    term.typed = NULL;
    term.typed_count = 0;
}

static void start_colours(void)
{
    static const short curses_colours[] = {
        [THEME_GREEN] = COLOR_GREEN, [THEME_YELLOW] = COLOR_YELLOW, [THEME_RED] = COLOR_RED};
    term.colours = !term.options.plain && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (short i = THEME_GREEN; term.colours && i <= THEME_RED; i++) {
        init_pair(i, curses_colours[i], -1);
    }
}

static bool size_of_terminal(int *rows, int *columns)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return false;
    }
    *rows = size.ws_row < CANVAS_SIDE_MAX ? size.ws_row : CANVAS_SIDE_MAX;
    *columns = size.ws_col < CANVAS_SIDE_MAX ? size.ws_col : CANVAS_SIDE_MAX;
    return true;
}

static void take_size(void)
{
    int rows = LINES, columns = COLS;
    if (size_of_terminal(&rows, &columns)) {
        resizeterm(rows, columns);
        /* What a terminal does to its content when its size changes is its own affair. */
        clearok(curscr, TRUE);
    }
    if (!canvas_resize(&term.canvas, rows, columns)) {
        term.lost = true;
    }
}

static void close_at_exit(void)
{
    term_close();
}

enum term_fault term_open(const struct term_options *options)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &restore_modes) != 0) {
        return TERM_NOT_A_TERMINAL;
    }
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        return TERM_NOT_UTF8;
    }
    if (!take_typed(options->secret) || !take_signals()) {
        return TERM_NO_MEMORY;
    }
    term.options = *options;
    term.screen = newterm(NULL, stdout, stdin);
    if (term.screen == NULL) {
        return TERM_UNKNOWN;
    }
    if (!term.closed_by_exit) {
        term.closed_by_exit = atexit(close_at_exit) == 0;
    }
    cells_set_ambiguous(options->wide ? CELLS_WIDE : CELLS_NARROW);
    raw();
    noecho();
    nonl();
    start_colours();
    catch_fatal();
    putp(capability("BE"));
    fflush(stdout);
    take_size();
    return term.lost ? TERM_NO_MEMORY : TERM_OK;
}

void term_close(void)
{
    if (term.screen == NULL) {
        return;
    }
    if (!term.lost) {
        putp(capability("BD"));
        endwin();
        fflush(stdout);
    }
    delscreen(term.screen);
    term.screen = NULL;
    canvas_free(&term.canvas);
    free_typed();
    close(term.signals);
    term.signals = -1;
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        signal(fatal[i], SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &term.before, NULL);
}

void term_child(void)
{
    sigprocmask(SIG_SETMASK, &term.before, NULL);
}

int term_fd(void)
{
    return STDIN_FILENO;
}

int term_signal_fd(void)
{
    return term.signals;
}

int term_wait(void)
{
    if (term.escape_since == 0) {
        return term.typed_count > 0 && !term.partial ? 0 : -1;
    }
    int64_t left = term.escape_since + term.options.escape_delay - milliseconds();
    return left > 0 ? (int)left : 0;
}

/* --- keys -------------------------------------------------------------------------------------- */

static enum term_event signal_event(void)
{
    struct signalfd_siginfo info;
    bool resized = false;
    while (read(term.signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            term.lost = true;
        } else if (info.ssi_signo != SIGWINCH) {
            return TERM_ENDED;
        }
        resized |= info.ssi_signo == SIGWINCH;
    }
    if (resized && !term.lost) {
        take_size();
    }
    return term.lost ? TERM_LOST : resized ? TERM_RESIZED : TERM_NOTHING;
}

static void read_typed(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (term.typed_count < TYPED_MAX && poll(&input, 1, 0) > 0) {
        ssize_t count = read(STDIN_FILENO, term.typed + term.typed_count, TYPED_MAX - term.typed_count);
        if (count <= 0) {
            term.lost = count == 0 || errno != EINTR;
            return;
        }
        term.typed_count += (size_t)count;
    }
}

static void drop_typed(size_t count)
{
    term.typed_count -= count;
    memmove(term.typed, term.typed + count, term.typed_count);
    /* What has become a key may be a character of a PIN. */
    explicit_bzero(term.typed + term.typed_count, count);
    term.escape_since = 0;
    term.partial = false;
}

/* Starts or ends the wait for the rest of an escape sequence. True: it has waited long enough. */
static bool escape_waited(void)
{
    if (!keys_is_escape(term.typed, term.typed_count)) {
        term.escape_since = 0;
        return false;
    }
    if (term.escape_since == 0) {
        term.escape_since = milliseconds();
    }
    return term_wait() == 0;
}

static bool next_key(struct key *key)
{
    while (term.typed_count > 0) {
        size_t used;
        enum keys_answer answer = keys_decode(term.typed, term.typed_count, false, key, &used);
        term.partial = answer == KEYS_PARTIAL;
        if (term.partial) {
            if (!escape_waited()) {
                return false;
            }
            answer = keys_decode(term.typed, term.typed_count, true, key, &used);
        }
        if (term.options.heard != NULL) {
            term.options.heard(term.typed, used, answer == KEYS_COMPLETE ? key : NULL);
        }
        drop_typed(used);
        if (answer != KEYS_COMPLETE) {
            continue;
        }
        if (key->code == KEYS_PASTE_BEGIN || key->code == KEYS_PASTE_END) {
            term.pasting = key->code == KEYS_PASTE_BEGIN;
            continue;
        }
        key->pasted = term.pasting;
        return true;
    }
    return false;
}

enum term_event term_event(struct key *key)
{
    enum term_event event = signal_event();
    if (event != TERM_NOTHING) {
        return event;
    }
    read_typed();
    if (next_key(key)) {
        return TERM_KEY;
    }
    return term.lost ? TERM_LOST : TERM_NOTHING;
}

void term_forget_typed(void)
{
    tcflush(STDIN_FILENO, TCIFLUSH);
    explicit_bzero(term.typed, term.typed_count);
    term.typed_count = 0;
    term.escape_since = 0;
    term.pasting = false;
}

/* --- screen ------------------------------------------------------------------------------------ */

struct canvas *term_canvas(void)
{
    return &term.canvas;
}

static void set_style(enum theme_role role)
{
    const struct theme_style *style = theme_style(role);
    attr_t attributes = A_NORMAL;
    attributes |= style->bold ? A_BOLD : 0;
    attributes |= style->underline ? A_UNDERLINE : 0;
    attributes |= style->reverse ? A_REVERSE : 0;
    attr_set(attributes, term.colours ? (short)style->colour : 0, NULL);
}

/* Curses counts cells by wcwidth; a character on which the two tables differ would shift the row. */
static bool curses_agrees(const struct canvas_cell *cell)
{
    wchar_t wide[CANVAS_CELL_BYTES];
    mbstate_t state = {0};
    const char *at = cell->text;
    size_t count = mbsrtowcs(wide, &at, CANVAS_CELL_BYTES, &state);
    return count != (size_t)-1 && wcswidth(wide, count) == cell->width;
}

static void show_row(int row)
{
    const struct canvas_cell *cells = &term.canvas.cells[(size_t)row * (size_t)term.canvas.columns];
    /* Writing the last cell of the last row would scroll some terminals. */
    int end = row == term.canvas.rows - 1 ? term.canvas.columns - 1 : term.canvas.columns;
    for (int i = 0; i < end; i++) {
        if (cells[i].width == 0 || i + cells[i].width > end) {
            continue;
        }
        set_style((enum theme_role)cells[i].role);
        mvaddstr(row, i, curses_agrees(&cells[i]) ? cells[i].text : cells[i].width == 2 ? "〓" : "?");
    }
}

void term_show(void)
{
    if (term.lost || term.screen == NULL) {
        return;
    }
    for (int row = 0; row < term.canvas.rows; row++) {
        show_row(row);
    }
    move(term.canvas.cursor_row, term.canvas.cursor_column);
    refresh();
}

void term_repaint(void)
{
    clearok(curscr, TRUE);
    term_show();
}
