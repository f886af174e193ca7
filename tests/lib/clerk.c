#include "tests/lib/clerk.h"

#include <limits.h>
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

enum { PATH_SIZE = 512, GOLDEN_MAX = 32 * 1024 };

static const char clock_time[] = "2026-11-20T10:42";

struct clerk {
    struct terminal *terminal;
    struct clerk_setup setup;
    char folder[PATH_SIZE];
};

static void write_file(const struct clerk *c, const char *name, const char *text)
{
    char path[PATH_SIZE + 64];
    snprintf(path, sizeof path, "%s/%s", c->folder, name);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        fail_msg("%s cannot be written", path);
    }
}

static void write_reader(const struct clerk *c)
{
    char root[PATH_MAX], text[3 * PATH_MAX], card[2 * PATH_MAX] = "";
    if (getcwd(root, sizeof root) == NULL) {
        fail_msg("no working directory");
    }
    if (c->setup.card != NULL) {
        snprintf(card, sizeof card, "card %s/cardops/practice/cards/%s.ini\n", root, c->setup.card);
    }
    snprintf(text, sizeof text, "stand %s/stand\n%s%s%s", c->folder, card, c->setup.no_pad ? "" : "pad\n",
             c->setup.reader != NULL ? c->setup.reader : "");
    write_file(c, "pad", text);
}

static void write_ini(const struct clerk *c)
{
    char root[PATH_MAX], authority[2 * PATH_MAX] = "", text[8 * PATH_MAX];
    const char *build = getenv("BUILD"), *program = c->setup.card_program, *ledger = c->setup.ledger;
    if (c->setup.ini != NULL) {
        write_file(c, "madoguchi.ini", c->setup.ini);
        return;
    }
    if (getcwd(root, sizeof root) == NULL || build == NULL) {
        fail_msg("no working directory, or no $BUILD");
    }
    if (!c->setup.no_authority) {
        snprintf(authority, sizeof authority, "authority = %s/practice-authority.so\nauthority-config = %s/stand/office.key\n",
                 build, c->folder);
    }
    snprintf(text, sizeof text,
             "[office]\ncity = minoh\nwindow = 1\ndata = %s/config\n"
             "[card]\nprogram = %s%s\nreader = pad\nruntime = %s/runtime\n%s[ledger]\npath = %s%s\n",
             root, program != NULL ? program : build, program != NULL ? "" : "/tests/card/emulated_card_main",
             c->folder, authority, ledger != NULL ? ledger : c->folder, ledger != NULL ? "" : "/ledger.db");
    write_file(c, "madoguchi.ini", text);
}

static void run(struct clerk *c)
{
    char program[PATH_SIZE], ini[PATH_SIZE + 64];
    const struct clerk_setup *setup = &c->setup;
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    snprintf(ini, sizeof ini, "%s/madoguchi.ini", c->folder);
    /* The reader's name is the path of its script: "pad" in the session's folder. */
    const char *argv[] = {"/usr/bin/env", "-C",          c->folder,     program,      "--config", ini,
                          "--clock",      clock_time,    setup->option, setup->value, NULL};
    char locale[64];
    snprintf(locale, sizeof locale, "LC_ALL=%s", setup->locale != NULL ? setup->locale : "C.UTF-8");
    const char *environment[] = {locale, "TERM=xterm-256color", "HOME=/nonexistent", setup->environment, NULL};
    c->terminal = terminal_start(argv, environment, setup->rows > 0 ? setup->rows : 24,
                                 setup->columns > 0 ? setup->columns : 80);
}

struct clerk *clerk_start(const struct clerk_setup *setup)
{
    struct clerk *c = calloc(1, sizeof *c);
    const char *place = getenv("TMPDIR");
    char path[PATH_SIZE + 64];
    assert_non_null(c);
    c->setup = *setup;
    snprintf(c->folder, sizeof c->folder, "%s/clerk.XXXXXX", place != NULL ? place : "/tmp");
    assert_non_null(mkdtemp(c->folder));
    static const char *const folders[] = {"stand", "runtime"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", c->folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    write_reader(c);
    write_ini(c);
    run(c);
    return c;
}

void clerk_restart(struct clerk *c)
{
    terminal_end(&c->terminal);
    write_reader(c);
    run(c);
}

void clerk_end(struct clerk **c)
{
    char command[PATH_SIZE + 128];
    if (*c == NULL) {
        return;
    }
    terminal_end(&(*c)->terminal);
    /* The card process ends its step first and may still write the card. */
    snprintf(command, sizeof command, "for i in $(seq 500); do rm -rf '%s' 2>/dev/null && exit; sleep 0.01; done; exit 1",
             (*c)->folder);
    if (system(command) != 0) {
        print_error("%s is left behind\n", (*c)->folder);
    }
    free(*c);
    *c = NULL;
}

struct terminal *clerk_resident(const struct clerk *c)
{
    char program[PATH_SIZE], runtime[PATH_SIZE + 64];
    snprintf(program, sizeof program, "%s/madoguchi-resident", getenv("BUILD"));
    snprintf(runtime, sizeof runtime, "%s/runtime", c->folder);
    const char *argv[] = {program, "--runtime", runtime, "--window", "1", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", NULL};
    return terminal_start(argv, environment, 24, 80);
}

struct terminal *clerk_terminal(struct clerk *c)
{
    return c->terminal;
}

const char *clerk_folder(const struct clerk *c)
{
    return c->folder;
}

void clerk_expect(struct clerk *c, const char *text)
{
    if (!terminal_wait_for(c->terminal, text)) {
        fail_msg("no \"%s\" on this screen:\n%s", text, terminal_screen(c->terminal));
    }
}

void clerk_type(struct clerk *c, const char *text, const char *keys)
{
    clerk_expect(c, text);
    terminal_type(c->terminal, keys);
}

static bool is_golden(struct terminal *t, const void *golden)
{
    return strcmp(terminal_screen(t), golden) == 0;
}

void clerk_expect_screen(struct clerk *c, const char *text, const char *name)
{
    char path[PATH_SIZE], golden[GOLDEN_MAX] = "";
    snprintf(path, sizeof path, "tests/screens/golden/%s.screen", name);
    clerk_expect(c, text);
    if (strstr(terminal_screen(c->terminal), "\u27e6") != NULL) {
        fail_msg("a sentence is missing:\n%s", terminal_screen(c->terminal));
    }
    const char *generate = getenv("GENERATE");
    if (generate != NULL && *generate != '\0') {
        assert_true(terminal_wait_idle(c->terminal));
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(terminal_screen(c->terminal), file);
        fclose(file);
        return;
    }
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    golden[fread(golden, 1, sizeof golden - 1, file)] = '\0';
    fclose(file);
    if (!terminal_wait_until(c->terminal, is_golden, golden)) {
        fail_msg("%s: expected\n%s\nbut the screen is\n%s", path, golden, terminal_screen(c->terminal));
    }
}

void clerk_quit(struct clerk *c)
{
    int status;
    clerk_type(c, "F10/Q", "Q");
    assert_true(terminal_wait_end(c->terminal, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(terminal_alternate(c->terminal));
}
