/* For terminal_test: the terminal layer with nothing behind it. Shows the last keys by name; 'q' ends,
 * 'f' forgets what is typed after it has stopped and been let go on, 'x' dies of SIGSEGV; from '1' on it takes
 * one key a turn. */
#include "tui/term/term.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

static char log_text[4096];
static bool one_a_turn;

static void draw(void)
{
    struct canvas *canvas = term_canvas();
    canvas_clear(canvas);
    char size[64];
    snprintf(size, sizeof size, "size %dx%d", canvas->columns, canvas->rows);
    canvas_put(canvas, 0, 0, -1, THEME_GOOD, size);
    canvas_paragraph(canvas, 1, 0, canvas->columns, canvas->rows - 1, THEME_TEXT, log_text);
    canvas_cursor(canvas, 0, 3);
    term_show();
}

static void note(const struct key *key)
{
    char text[64];
    if (key->code == KEYS_TEXT) {
        snprintf(text, sizeof text, "%s%lc ", key->pasted ? "pasted:" : "", (wint_t)key->rune);
    } else if (key->code >= KEYS_F1) {
        snprintf(text, sizeof text, "F%d ", key->code - KEYS_F1 + 1);
    } else {
        snprintf(text, sizeof text, "key%d ", key->code);
    }
    strncat(log_text, text, sizeof log_text - strlen(log_text) - 1);
}

static void forget_on_order(void)
{
    draw();
    kill(getpid(), SIGSTOP);
    term_forget_typed();
    log_text[0] = '\0';
}

static bool obey(const struct key *key)
{
    note(key);
    if (key->code == KEYS_TEXT && !key->pasted && key->rune == 'f') {
        forget_on_order();
    }
    one_a_turn |= key->code == KEYS_TEXT && key->rune == '1';
    if (key->code == KEYS_TEXT && key->rune == 'x') {
        raise(SIGSEGV);
    }
    return key->code == KEYS_TEXT && key->rune == 'q';
}

static bool step(void)
{
    struct key key;
    for (;;) {
        switch (term_event(&key)) {
        case TERM_KEY:
            if (obey(&key)) {
                return false;
            }
            if (one_a_turn) {
                return true;
            }
            break;
        case TERM_LOST:
            exit(7);
        case TERM_ENDED:
            return false;
        case TERM_RESIZED:
            break;
        case TERM_NOTHING:
            return true;
        }
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    struct term_options options = {.escape_delay = argc > 1 ? atoi(argv[1]) : 150};
    enum term_fault fault = term_open(&options);
    if (fault != TERM_OK) {
        printf("fault %d\n", fault);
        return 2;
    }
    do {
        draw();
        struct pollfd fds[] = {{.fd = term_fd(), .events = POLLIN}, {.fd = term_signal_fd(), .events = POLLIN}};
        poll(fds, 2, term_wait());
    } while (step());
    term_close();
    puts("restored");
    return 0;
}
