#include "tests/lib/session_tmux.h"
#include "tests/lib/deadline.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST_WORDS = 7, WORDS_MAX = 32, ATTEMPTS_A_SECOND = 20 };

static const char configuration[] = "set -g status off\nset -g escape-time 20\nset -g history-limit 50000\n"
                                    "set -g default-terminal tmux-256color\n";

static char *output_of(const char *command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size), *from = popen(command, "re");
    assert_true(out != NULL && from != NULL);
    for (int c; (c = fgetc(from)) != EOF;) {
        fputc(c, out);
    }
    pclose(from);
    fclose(out);
    return text;
}

char *session_tmux(const struct session *s, const char *words)
{
    char command[2 * PATH_MAX];
    snprintf(command, sizeof command, "env -u TMUX tmux -S %s/tmux %s 2>/dev/null", s->folder, words);
    return output_of(command);
}

char *session_tmux_memory(const struct session *s)
{
    char command[2 * PATH_MAX];
    snprintf(command, sizeof command,
             "t() { env -u TMUX tmux -S %s/tmux \"$@\"; }; "
             "for p in $(t list-panes -a -F '#{pane_id}'); do t capture-pane -p -e -J -S - -t $p; "
             "t capture-pane -p -e -J -a -q -S - -t $p; done; "
             "for b in $(t list-buffers -F '#{buffer_name}'); do t show-buffer -b $b; done",
             s->folder);
    return output_of(command);
}

void session_tmux_end(const struct session *s)
{
    if (s->tmux) {
        free(session_tmux(s, "kill-server"));
    }
}

/* The program in the window, once it is there. */
static void follow(const struct session *s, struct terminal *t, const char *name)
{
    struct terminal_behind behind = {.program = 0};
    char words[128];
    snprintf(words, sizeof words, "display-message -p -t %s: '#{pid} #{pane_pid} #{pane_tty}'", name);
    for (int i = 0; behind.program == 0 && i < ATTEMPTS_A_SECOND * DEADLINE_SECONDS; i++) {
        char *text = session_tmux(s, words);
        if (sscanf(text, "%d %d %63s", &behind.server, &behind.program, behind.tty) != 3) {
            behind.program = 0;
            poll(NULL, 0, 1000 / ATTEMPTS_A_SECOND);
        }
        free(text);
    }
    if (behind.program == 0) {
        fail_msg("no %s in tmux", name);
    }
    terminal_follow(t, &behind);
}

struct terminal *session_program(const struct session *s, const char *name, const char *const argv[],
                                 const char *const environment[], int rows, int columns)
{
    char place[PATH_MAX], settings[PATH_MAX];
    const char *words[WORDS_MAX] = {"/usr/bin/tmux", "-S", place, "-f", settings, "new-session", "-s"};
    size_t used = FIRST_WORDS;
    if (!s->tmux) {
        return terminal_start(argv, environment, rows, columns);
    }
    snprintf(place, sizeof place, "%s", session_path(s, "tmux"));
    snprintf(settings, sizeof settings, "%s", session_path(s, "tmux.conf"));
    session_write(s, "tmux.conf", configuration);
    words[used++] = name;
    for (size_t i = 0; argv[i] != NULL && used < WORDS_MAX - 1; i++) {
        words[used++] = argv[i];
    }
    struct terminal *t = terminal_start(words, environment, rows, columns);
    follow(s, t, name);
    return t;
}

struct terminal *session_pad(const struct session *s)
{
    char program[PATH_MAX];
    snprintf(program, sizeof program, "%s/madoguchi-pad", getenv("BUILD"));
    const char *argv[] = {program, "--dir", session_path(s, "stand"), NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", NULL};
    return session_program(s, "pad", argv, environment, 24, 80);
}
