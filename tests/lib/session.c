#include "tests/lib/session.h"
#include "tests/lib/session_tmux.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATHS = 4, GOLDEN_MAX = 32 * 1024, NOTICE_ROW = 22, TURN_MS = 20, TURNS_A_SECOND = 1000 / TURN_MS };

/* --- files ------------------------------------------------------------------------------------- */

const char *session_path(const struct session *s, const char *name)
{
    static char paths[PATHS][PATH_MAX];
    static int next;
    next = (next + 1) % PATHS;
    snprintf(paths[next], sizeof paths[next], "%s/%s", s->folder, name);
    return paths[next];
}

void session_write(const struct session *s, const char *name, const char *text)
{
    FILE *file = fopen(session_path(s, name), "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        fail_msg("%s cannot be written", name);
    }
}

/* --- the programs ------------------------------------------------------------------------------ */

void session_ini(const struct session *s, const struct session_setup *setup)
{
    char root[PATH_MAX], authority[2 * PATH_MAX] = "", record[2 * PATH_MAX], text[8 * PATH_MAX];
    const char *build = getenv("BUILD");
    assert_non_null(getcwd(root, sizeof root));
    if (!setup->no_authority) {
        snprintf(authority, sizeof authority,
                 "authority = %s%s\nauthority-config = %s/stand/office.key\n", setup->authority != NULL ? "" : build,
                 setup->authority != NULL ? setup->authority : "/practice-authority.so", s->folder);
    }
    snprintf(record, sizeof record, s->conninfo != NULL ? "kind = postgresql\nconninfo = %s\n" : "path = %s\n",
             s->conninfo != NULL ? s->conninfo
                                 : setup->ledger != NULL ? setup->ledger : session_path(s, "ledger.db"));
    snprintf(text, sizeof text,
             "[office]\ncity = %s\nwindow = 1\ndata = %s%s\n"
             "[card]\nprogram = %s/madoguchi-card\nreader = %s\nruntime = %s/runtime\n%s"
             "[ledger]\n%s%s",
             setup->city != NULL ? setup->city : "minoh", setup->data != NULL ? "" : root,
             setup->data != NULL ? setup->data : "/config", build,
             setup->reader != NULL ? setup->reader : "madoguchi-pad 00 00", s->folder, authority, record,
             setup->more != NULL ? setup->more : "");
    session_write(s, "madoguchi.ini", text);
}

/* A program that gives `program` a mount namespace in which FOLDER/disk is a file system of that size. */
static void write_small_disk(const struct session *s, const char *size, char *program, size_t room)
{
    char script[2 * PATH_MAX];
    snprintf(script, sizeof script,
             "#!/bin/sh\nmkdir -p %s/disk\nexec unshare %s sh -c 'mount -t tmpfs -o size=%s,mode=700 none %s/disk && "
             "exec \"$0\" \"$@\"' %s \"$@\"\n",
             s->folder, geteuid() == 0 ? "-m" : "-rm", size, s->folder, program);
    session_write(s, "small-disk", script);
    assert_int_equal(chmod(session_path(s, "small-disk"), 0700), 0);
    snprintf(program, room, "%s", session_path(s, "small-disk"));
}

static void start(struct session *s, const struct session_setup *setup)
{
    char program[PATH_MAX], socket_name[PATH_MAX], locale[64], ini[PATH_MAX];
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    snprintf(socket_name, sizeof socket_name, "PCSCLITE_CSOCK_NAME=%s/stand/run/pcscd.comm", s->folder);
    snprintf(locale, sizeof locale, "LC_ALL=%s", setup->locale != NULL ? setup->locale : "C.UTF-8");
    snprintf(ini, sizeof ini, "%s/madoguchi.ini", s->folder);
    const char *argv[16] = {program, "--config", ini};
    const char *environment[] = {locale, "TERM=xterm-256color", "HOME=/nonexistent", "PATH=/usr/bin:/bin", socket_name,
                                 NULL};
    size_t used = 3;
    if (setup->disk != NULL) {
        write_small_disk(s, setup->disk, program, sizeof program);
    }
    if (setup->clock == NULL || setup->clock[0] != '\0') {
        argv[used++] = "--clock";
        argv[used++] = setup->clock != NULL ? setup->clock : SESSION_CLOCK;
    }
    if (setup->language != NULL) {
        argv[used++] = "--language";
        argv[used++] = setup->language;
    }
    s->clerk = session_program(s, "clerk", argv, environment, setup->rows > 0 ? setup->rows : 24,
                               setup->columns > 0 ? setup->columns : 80);
}

void session_clerk(struct session *s, const struct session_setup *setup)
{
    static const struct session_setup usual;
    terminal_end(&s->clerk);
    session_ini(s, setup != NULL ? setup : &usual);
    start(s, setup != NULL ? setup : &usual);
}

void session_resident(struct session *s)
{
    char program[PATH_MAX];
    snprintf(program, sizeof program, "%s/madoguchi-resident", getenv("BUILD"));
    const char *argv[] = {program, "--runtime", session_path(s, "runtime"), "--window", "1", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", NULL};
    s->resident = session_program(s, "resident", argv, environment, 24, 80);
}

pid_t session_card_process(const struct session *s)
{
    char path[96];
    long pid = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)terminal_pid(s->clerk), (long)terminal_pid(s->clerk));
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%ld", &pid) != 1) {
            pid = 0;
        }
        fclose(file);
    }
    return (pid_t)pid;
}

void session_kill_clerk(struct session *s)
{
    terminal_end(&s->clerk);
}

static bool card_lock_free(const struct session *s)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "for l in '%s'/runtime/*.lock; do [ ! -e \"$l\" ] || flock -n \"$l\" true || exit 1; done",
             s->folder);
    return system(command) == 0;
}

void session_rest(struct session *s)
{
    terminal_end(&s->resident);
    terminal_end(&s->clerk);
    session_tmux_end(s);
    json_decref(session_control(s, "unmute"));
    /* A card process finishes its step before it ends; nobody types any more, also where the pad asks only now. */
    for (int i = 0; i < TURNS_A_SECOND * DEADLINE_SECONDS && !card_lock_free(s); i++) {
        json_decref(session_control(s, "cancel"));
        poll(NULL, 0, TURN_MS);
    }
}

/* Sentences are broken into rows wherever they end: compared without blanks. */
static void squeeze(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (; *text != '\0' && used + 1 < size; text++) {
        if (*text != ' ' && *text != '\n') {
            out[used++] = *text;
        }
    }
    out[used] = '\0';
}

static bool says(struct terminal *t, const void *text)
{
    static char wanted[TERMINAL_SCREEN_MAX], screen[TERMINAL_SCREEN_MAX];
    squeeze(text, wanted, sizeof wanted);
    squeeze(terminal_screen(t), screen, sizeof screen);
    return strstr(screen, wanted) != NULL;
}

static bool says_not(struct terminal *t, const void *text)
{
    return !says(t, text);
}

/* Not by cmocka's own messages, which are too short for a screen. */
void session_report(const struct session *s)
{
    struct terminal *terminals[] = {s->clerk, s->resident};
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        if (terminals[i] != NULL) {
            terminal_wait_idle(terminals[i]);
            fprintf(stderr, "%s sees\n%s", i == 0 ? "the clerk" : "the resident", terminal_screen(terminals[i]));
        }
    }
    json_t *answer = session_control(s, "state");
    char *state = json_dumps(answer, JSON_COMPACT);
    fprintf(stderr, "the stand: %s\n", state != NULL ? state : "no answer");
    free(state);
    json_decref(answer);
}

void session_expect(struct session *s, const char *text)
{
    if (!terminal_wait_until(s->clerk, says, text)) {
        session_report(s);
        fail_msg("no \"%s\" on this screen", text);
    }
}

void session_expect_gone(struct session *s, const char *text)
{
    if (!terminal_wait_until(s->clerk, says_not, text)) {
        session_report(s);
        fail_msg("still \"%s\" on this screen", text);
    }
}

void session_type(struct session *s, const char *text, const char *keys)
{
    session_expect(s, text);
    /* A screen that throws away what was typed ahead has done so before it waits. */
    assert_true(terminal_wait_idle(s->clerk));
    terminal_type(s->clerk, keys);
}

static bool is_golden(struct terminal *t, const void *golden)
{
    return strcmp(terminal_screen(t), golden) == 0;
}

void session_screen(struct session *s, const char *text, const char *name)
{
    char path[PATH_MAX], golden[GOLDEN_MAX] = "";
    const char *generate = getenv("GENERATE");
    session_expect(s, text);
    snprintf(path, sizeof path, "tests/%s/%s.screen", s->golden, name);
    FILE *file = fopen(path, generate != NULL ? "we" : "re");
    assert_non_null(file);
    if (generate != NULL) {
        assert_true(terminal_wait_idle(s->clerk));
        fputs(terminal_screen(s->clerk), file);
        fclose(file);
        return;
    }
    golden[fread(golden, 1, sizeof golden - 1, file)] = '\0';
    fclose(file);
    if (!terminal_wait_until(s->clerk, is_golden, golden)) {
        fprintf(stderr, "expected\n%s\nbut the screen is\n%s", golden, terminal_screen(s->clerk));
        fail_msg("the screen is not %s", path);
    }
}

void session_says(struct session *s, const char *happened, const char *truth, const char *act)
{
    session_expect(s, happened);
    session_expect(s, truth);
    session_expect(s, act);
}

void session_card_is_back(struct session *s)
{
    session_expect_gone(s, "マイナンバーカードをリーダーに入れてください");
    session_expect_gone(s, "読み取っています");
}

/* A notice stands on the row above the keys. */
static bool is_answered(struct terminal *t, const void *answer)
{
    const char *screen = terminal_screen(t), *row = screen;
    for (int i = 0; i < NOTICE_ROW && row != NULL; i++) {
        const char *end = strchr(row, '\n');
        row = end != NULL ? end + 1 : NULL;
    }
    return strstr(screen, answer) != NULL || (row != NULL && strncmp(row, " ! ", 3) == 0);
}

void session_ask_card(struct session *s, const char *answer)
{
    for (int i = 0; i < TURNS_A_SECOND * DEADLINE_SECONDS; i++) {
        session_type(s, "まだ分かりません", "\r");
        if (!terminal_wait_until(s->clerk, is_answered, answer) || strstr(terminal_screen(s->clerk), answer) != NULL) {
            break;
        }
        poll(NULL, 0, TURN_MS);
    }
    session_expect(s, answer);
}

void session_to_plan(struct session *s, const struct session_setup *setup)
{
    session_clerk(s, setup);
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "ロック（0回）", "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "次のことを行います");
}

void session_to_pad(struct session *s, const struct session_setup *setup)
{
    session_to_plan(s, setup);
    session_type(s, "次のことを行います", "\r");
    session_expect(s, "ピンパッドで入力中です");
    session_wait_prompt(s);
}

int session_ended(struct session *s)
{
    int status = 0;
    if (!terminal_wait_end(s->clerk, &status)) {
        session_report(s);
        fail_msg("the program does not end");
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}
