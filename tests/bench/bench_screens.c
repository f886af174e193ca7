#include "tests/bench/bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STARTS = 15 };

static size_t idle_bytes(struct session *s)
{
    assert_true(terminal_wait_idle(s->clerk));
    return terminal_bytes(s->clerk);
}

static bool cursor_moved(struct terminal *t, const void *context)
{
    int at, column;
    terminal_cursor(t, &at, &column);
    return at != *(const int *)context;
}

static size_t bytes_of_a_move(struct session *s)
{
    int at, column;
    size_t before = idle_bytes(s);
    terminal_cursor(s->clerk, &at, &column);
    terminal_type(s->clerk, "\033[B");
    assert_true(terminal_wait_until(s->clerk, cursor_moved, &at));
    size_t move = idle_bytes(s) - before;
    terminal_type(s->clerk, "\033[A");
    assert_true(terminal_wait_until(s->clerk, cursor_moved, &(int){at + 1}));
    return move;
}

static void measure_bytes(struct session *s)
{
    /* Desk, person, PINs, document, verdict, plan. */
    static const char keys[] = "21\r \r\r";
    session_fresh(s, "locked");
    session_clerk(s, NULL);
    session_expect(s, "F10");
    size_t first = idle_bytes(s);
    session_type(s, "カードあり", "21\r");
    session_expect(s, "不足があります");
    size_t move = bytes_of_a_move(s), before = idle_bytes(s);
    terminal_type(s->clerk, " ");
    session_expect(s, "受付できます");
    size_t tick = idle_bytes(s) - before;
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    session_stand(s, "wait-prompt\t20");
    bench_row("keys from the desk to the pad's prompt", sizeof keys - 1, "", "at most 8", "2 1 Enter Space Enter Enter");
    bench_row("first paint, 80x24", (double)first, "B", "at most 3500", "bytes on the pty");
    bench_row("a cursor move", (double)move, "B", "at most 64", "one arrow key among the documents");
    bench_row("a tick that changes the verdict", (double)tick, "B", "at most 400", "one document");
    session_stand(s, "cancel");
    session_expect(s, "取り消されました");
}

static double start_of(const char *const argv[], const char *const environment[], const char *text)
{
    double from = bench_now();
    struct terminal *t = terminal_start(argv, environment, 24, 80);
    assert_true(terminal_wait_for(t, text));
    double took = bench_now() - from;
    terminal_end(&t);
    return took;
}

static void measure_start(struct session *s)
{
    struct bench_pairs screen = {0}, alone = {0};
    char program[BENCH_PATH], ini[BENCH_PATH], service[BENCH_PATH];
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    snprintf(ini, sizeof ini, "%s", session_path(s, "madoguchi.ini"));
    snprintf(service, sizeof service, "PCSCLITE_CSOCK_NAME=%s", session_path(s, "stand/run/pcscd.comm"));
    const char *clerk[] = {program, "--config", ini, "--clock", SESSION_CLOCK, NULL};
    const char *version[] = {program, "--version", NULL};
    const char *dialog[] = {"/usr/bin/dialog", "--checklist", "documents", "20", "70", "8", "1", "one", "off", "2", "two",
                            "off", "3", "three", "off", "4", "four", "off", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "HOME=/nonexistent", service, NULL};
    session_fresh(s, "locked");
    session_ini(s, &(struct session_setup){.city = NULL});
    for (int i = 0; i < STARTS; i++) {
        double theirs = start_of(dialog, environment, "three");
        bench_add(&screen, start_of(clerk, environment, "F10/Q"), theirs);
        bench_add(&alone, start_of(version, environment, "madoguchi"), theirs);
    }
    bench_pair("start to first screen", &screen, "ms", "dialog --checklist", "15 starts in turn, on a pty");
    bench_pair("  of it, until the program itself begins", &alone, "ms", "dialog --checklist",
               "madoguchi --version: its libraries are mapped");
}

static double proportional(pid_t pid)
{
    char path[64], line[256];
    double kilobytes = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "Pss: %lf", &kilobytes);
    }
    if (file != NULL) {
        fclose(file);
    }
    return kilobytes;
}

static void measure_memory(struct session *s)
{
    session_fresh(s, "locked");
    session_to_plan(s, NULL);
    bench_row("memory of the clerk's program", proportional(terminal_pid(s->clerk)), "KiB", "", "PSS at the plan");
    bench_row("memory of the card process", proportional(session_card_process(s)), "KiB", "", "PSS at the plan");
    session_rest(s);
}

static void measure_recovery(struct session *s)
{
    double took[BENCH_FEW];
    session_fresh(s, "locked");
    session_to_plan(s, NULL);
    for (int i = 0; i < BENCH_FEW; i++) {
        session_stand(s, "remove");
        session_expect(s, "マイナンバーカードをリーダーに入れてください");
        double from = bench_now();
        session_insert(s, "locked");
        session_card_is_back(s);
        took[i] = bench_now() - from;
    }
    bench_row("a pulled card put back, until it is read again", bench_median(took, BENCH_FEW), "ms",
              "pcscd looks every 400 ms", "at the plan, 5 times");
    session_rest(s);
}

void bench_screens(struct session *s)
{
    measure_bytes(s);
    measure_start(s);
    measure_memory(s);
    measure_recovery(s);
}
