/*
 * A whole visit inside tmux on real pcscd and libccid: all four PINs are changed, by the pad's keys and on the
 * resident's terminal, and none of them, old or new, is anywhere but on the card and in the pad: not in the memory,
 * environment or command line of a program, not in a file of the session (record, logs at their loudest, pcscd's and
 * libccid's own log, what the terminals were sent), not in tmux's scroll-back or buffers. Then the same for an entry
 * that is cut. Every search first finds what is planted. The PINs have twelve characters (tests/lib/secret_forms.h).
 *
 * Needs the right to read processes that hide their memory: as another user the test starts itself anew in a user
 * namespace of its own.
 */
#include "tests/lib/memory_scan.h"
#include "tests/lib/session_tmux.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SERIAL "9900000000000"
#define DOWN "\033[B"

/* The card's own (cardops/practice/cards/leaktest.ini), and what is set. */
static const struct {
    const char *name, *old, *new;
} pins[] = {
    {"sig", "Q7ZX4W9KJ2VB", "R5VJ8HNC3YD6"},
    {"auth", "394857261048", "720493816557"},
    {"juki", "583160297412", "917402658361"},
    {"kenmen", "860215937462", "248613907755"},
};
enum { SIG, AUTH, JUKI, KENMEN, PINS };

static struct session session, *s = &session;
static struct terminal *pad;

static int open_all(void **state)
{
    (void)state;
    session_open(s, "none");
    s->tmux = true;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    terminal_end(&pad);
    session_rest(s);
    return 0;
}

/* --- the searches -------------------------------------------------------------------------------- */

static int in_proc_file(pid_t pid, const char *name, const struct secret_form *form)
{
    static char text[1 << 16];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t count = fread(text, 1, sizeof text, file);
    fclose(file);
    return memmem(text, count, form->at, form->length) != NULL;
}

static bool in_tmux(const struct secret_form *form)
{
    char *memory = session_tmux_memory(s);
    bool found = memmem(memory, strlen(memory), form->at, form->length) != NULL;
    free(memory);
    return found;
}

static bool on_terminal(const struct terminal *t, const struct secret_form *form)
{
    size_t count;
    const char *stream = terminal_stream(t, &count);
    return count > 0 && memmem(stream, count, form->at, form->length) != NULL;
}

static void not_in_programs(const char *pin, const struct secret_form *forms, size_t count)
{
    const pid_t pids[] = {terminal_pid(s->clerk), session_card_process(s), terminal_pid(s->resident), terminal_pid(pad)};
    static const char *const names[] = {"clerk's program", "card process", "resident's terminal", "pad's face"};
    for (size_t p = 0; p < sizeof pids / sizeof *pids; p++) {
        int found = memory_scan_forms(pids[p], forms, count);
        if (found != (int)count) {
            fail_msg("%s in the memory of the %s: %s", pin, names[p], found < 0 ? "unreadable" : forms[found].name);
        }
        for (size_t i = 0; i < count; i++) {
            assert_false(in_proc_file(pids[p], "environ", &forms[i]));
            assert_false(in_proc_file(pids[p], "cmdline", &forms[i]));
        }
    }
}

static void nowhere(const char *pin)
{
    const struct terminal *const terminals[] = {s->clerk, s->resident, pad};
    struct secret_form forms[SECRET_FORMS];
    size_t count = secret_forms(pin, forms);
    not_in_programs(pin, forms, count);
    for (size_t i = 0; i < count; i++) {
        if (session_files_with(s, forms[i].at, forms[i].length) > 0) {
            fail_msg("%s in a file, %s", pin, forms[i].name);
        }
        if (in_tmux(&forms[i])) {
            fail_msg("%s in tmux, %s", pin, forms[i].name);
        }
        for (size_t t = 0; t < sizeof terminals / sizeof *terminals; t++) {
            assert_false(on_terminal(terminals[t], &forms[i]));
        }
    }
}

/* The card's serial, which the clerk may see; the reader's name; libccid's lines; and the PINs on the card. */
static void the_searches_find_what_is_there(void)
{
    const struct secret_form serial = {.at = SERIAL, .length = sizeof SERIAL - 1};
    const struct secret_form slip = {.at = "受付番号", .length = sizeof "受付番号" - 1};
    assert_true(memory_scan(terminal_pid(s->clerk), serial.at, serial.length) > 0);
    assert_true(memory_scan(session_card_process(s), "madoguchi-pad 00 00", 19) > 0);
    assert_true(on_terminal(s->clerk, &serial));
    assert_true(in_tmux(&slip));
    assert_true(session_files_with(s, "VERIFY 00 20 00 80", 18) > 0); /* the card process's log */
    assert_true(session_files_with(s, "ccid_serial.c", 13) > 0);      /* pcscd's, with libccid's lines */
    assert_true(session_files_with(s, serial.at, serial.length) >= 2); /* record and recorded screens */
    for (int i = 0; i < PINS; i++) {
        assert_true(session_pin_is(s, "leaktest", pins[i].name, pins[i].new));
    }
}

/* --- planted ------------------------------------------------------------------------------------- */

static void each_form_is_found_in_a_file_and_in_tmux(void **state)
{
    (void)state;
    char words[512], text[SECRET_FORM_MAX + 1];
    struct secret_form forms[SECRET_FORMS];
    session_fresh(s, "none");
    session_clerk(s, NULL);
    session_expect(s, "カードなし");
    for (int pin = 0; pin <= AUTH; pin++) {
        size_t count = secret_forms(pins[pin].old, forms);
        for (size_t i = 0; i < count; i++) {
            FILE *file = fopen(session_path(s, "planted"), "we");
            fwrite(forms[i].at, 1, forms[i].length, file);
            fclose(file);
            assert_int_equal(session_files_with(s, forms[i].at, forms[i].length), 1);
            unlink(session_path(s, "planted"));
            assert_int_equal(session_files_with(s, forms[i].at, forms[i].length), 0);
            if (!forms[i].text) {
                continue;
            }
            snprintf(text, sizeof text, "%.*s", (int)forms[i].length, (const char *)forms[i].at);
            /* Scrolled out of sight, then in a buffer. */
            snprintf(words, sizeof words, "new-session -d -s planted \"echo '%s'; seq 200; exec sleep 600\"", text);
            free(session_tmux(s, words));
            snprintf(words, sizeof words, "run-shell 'until tmux -S #{socket_path} capture-pane -p -t planted: | grep -q ^200; do sleep 0.01; done'");
            free(session_tmux(s, words));
            assert_true(in_tmux(&forms[i]));
            free(session_tmux(s, "kill-session -t planted"));
            assert_false(in_tmux(&forms[i]));
            snprintf(words, sizeof words, "set-buffer -b planted '%s'", text);
            free(session_tmux(s, words));
            assert_true(in_tmux(&forms[i]));
            free(session_tmux(s, "delete-buffer -b planted"));
            assert_false(in_tmux(&forms[i]));
        }
    }
}

/* --- the visit ----------------------------------------------------------------------------------- */

/* What the program writes to its terminal, before tmux reads it. */
static void record(const char *name)
{
    char words[512];
    snprintf(words, sizeof words, "pipe-pane -t %s: 'exec cat >%s/%s.stream'", name, s->folder, name);
    free(session_tmux(s, words));
}

static void start(void)
{
    char more[512], command[1024], data[128];
    session_fresh(s, "leaktest");
    /* Where the card's own PINs have twelve digits, the profile of the card says so too; and a city that changes
     * all four. */
    snprintf(data, sizeof data, "%s/config", s->folder);
    snprintf(command, sizeof command,
             "rm -rf %s && cp -r config %s && sed -i '/^\\[pin.auth\\]/,$s/^\\(minimum\\|maximum\\) *=.*/\\1 = 12/' "
             "%s/cards/my-number.ini && sed -i 's/^covers.change =.*/covers.change = sig auth juki kenmen/' "
             "%s/cities/minoh.ini",
             data, data, data, data);
    assert_int_equal(system(command), 0);
    snprintf(more, sizeof more, "[pin]\nway.kenmen = resident\n[log]\nfile = %s\nlevel = debug\n",
             session_path(s, "loud.log"));
    session_clerk(s, &(struct session_setup){.more = more, .data = data});
    session_expect(s, "カードあり");
    session_resident(s);
    pad = session_pad(s);
    record("clerk");
    record("resident");
    record("pad");
    session_expect(s, "接続中");
}

/* Types and confirms once the terminal shows `text`. */
static void type_on(struct terminal *t, const char *text, const char *keys)
{
    if (!terminal_wait_for(t, text)) {
        fail_msg("no \"%s\" on this terminal:\n%s", text, terminal_screen(t));
    }
    assert_true(terminal_wait_idle(t));
    terminal_type(t, keys);
    terminal_type(t, "\r");
}

/* From the desk to the first step of a change of all four. */
static void to_the_first_step(void)
{
    session_type(s, "カードあり", "1");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "5回", " " DOWN " " DOWN " " DOWN " ");
    session_type(s, "> [x] 券面", "\r");
    /* The resident says that they know them. */
    session_type(s, "暗証番号（すべて）", " ");
    session_expect_gone(s, "未確認");
    terminal_type(s->clerk, "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
}

static void change_on_terminal(int pin)
{
    type_on(s->resident, "いまの暗証番号", pins[pin].old);
    type_on(s->resident, "新しい暗証番号", pins[pin].new);
    type_on(s->resident, "もう一度", pins[pin].new);
    session_type(s, "処理はカードで完了し", "\r");
}

static void a_whole_visit(void **state)
{
    (void)state;
    start();
    to_the_first_step();
    change_on_terminal(SIG);
    type_on(pad, "暗証番号を入力", pins[AUTH].old);
    type_on(pad, "新しい暗証番号", pins[AUTH].new);
    type_on(pad, "確認でもう一度", pins[AUTH].new);
    session_type(s, "処理はカードで完了し", "\r");
    change_on_terminal(JUKI);
    change_on_terminal(KENMEN);
    session_expect(s, "受付番号");
    the_searches_find_what_is_there();
    for (int i = 0; i < PINS; i++) {
        nowhere(pins[i].old);
        nowhere(pins[i].new);
    }
}

static void an_entry_that_is_cut(void **state)
{
    (void)state;
    start();
    to_the_first_step();
    type_on(s->resident, "いまの暗証番号", pins[SIG].old);
    type_on(s->resident, "新しい暗証番号", pins[SIG].new);
    if (!terminal_wait_for(s->resident, "もう一度")) {
        fail_msg("no second field:\n%s", terminal_screen(s->resident));
    }
    terminal_type(s->resident, pins[SIG].new);
    session_expect(s, "2回の入力が一致しています");
    /* Held where it is typed, and nowhere else. */
    assert_true(memory_scan(terminal_pid(s->resident), pins[SIG].new, strlen(pins[SIG].new)) > 0);
    session_stand(s, "remove");
    session_expect(s, "カードが抜かれました");
    assert_true(terminal_wait_gone(s->resident, "もう一度"));
    assert_true(terminal_wait_idle(s->resident));
    nowhere(pins[SIG].old);
    nowhere(pins[SIG].new);
}

int main(int argc, char *argv[])
{
    if (geteuid() != 0 && argc == 1) {
        execlp("unshare", "unshare", "--map-root-user", argv[0], "inside", (char *)NULL);
        perror("unshare");
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_form_is_found_in_a_file_and_in_tmux, rest),
        cmocka_unit_test_teardown(a_whole_visit, rest),
        cmocka_unit_test_teardown(an_entry_that_is_cut, rest),
    };
    return cmocka_run_group_tests_name("secrets in a visit", tests, open_all, close_all);
}
