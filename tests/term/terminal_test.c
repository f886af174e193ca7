/* The terminal layer behind a real pty: keys over bad lines, sizes, signals, restoration. */
#include "tests/lib/terminal.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct terminal *start_in(const char *locale, const char *term, const char *escape_delay)
{
    char program[512], lang[64], type[64];
    snprintf(program, sizeof program, "%s/tests/term/keys_echo_main", getenv("BUILD"));
    snprintf(lang, sizeof lang, "LC_ALL=%s", locale);
    snprintf(type, sizeof type, "TERM=%s", term);
    const char *argv[] = {program, escape_delay, NULL};
    /* ncurses keeps what it has read of a terminal that it then refuses. */
    const char *environment[] = {lang, type, "ASAN_OPTIONS=detect_leaks=0", NULL};
    return terminal_start(argv, environment, 24, 80);
}

static struct terminal *start(const char *escape_delay)
{
    struct terminal *t = start_in("C.UTF-8", "xterm-256color", escape_delay);
    if (!terminal_wait_for(t, "size 80x24")) {
        fail_msg("no first screen:\n%s", terminal_screen(t));
    }
    return t;
}

static void expect(struct terminal *t, const char *text)
{
    if (!terminal_wait_for(t, text)) {
        fail_msg("no \"%s\" on the screen:\n%s", text, terminal_screen(t));
    }
}

static void end_in_order(struct terminal *t)
{
    int status;
    terminal_type(t, "q");
    assert_true(terminal_wait_end(t, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(terminal_alternate(t));
    assert_non_null(strstr(terminal_screen(t), "restored"));
    terminal_end(&t);
}

static void a_key_split_in_bytes_is_one_key(void **state)
{
    (void)state;
    struct terminal *t = start("2000");
    const char *keys = "氏\033OP\033[11~\033[B";
    for (const char *at = keys; *at != '\0'; at++) {
        terminal_type_bytes(t, at, 1);
        assert_true(terminal_wait_idle(t));
    }
    expect(t, "氏 F1 F1 key9");
    end_in_order(t);
}

static void a_lone_escape_comes_after_its_delay(void **state)
{
    (void)state;
    struct terminal *t = start("20");
    terminal_type(t, "\033");
    expect(t, "key7");
    end_in_order(t);
}

static void a_paste_is_told_from_typing(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    size_t count;
    const char *stream = terminal_stream(t, &count);
    assert_non_null(memmem(stream, count, "\033[?2004h", 8));
    terminal_type(t, "a\033[200~bf\033[201~c");
    expect(t, "a pasted:b pasted:f c");
    end_in_order(t);
}

static void typed_ahead_is_forgotten_on_order(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    int status;
    terminal_type(t, "f");
    assert_int_equal(waitpid(terminal_pid(t), &status, WUNTRACED), terminal_pid(t));
    assert_true(WIFSTOPPED(status));
    terminal_type(t, "abcde");
    kill(terminal_pid(t), SIGCONT);
    assert_true(terminal_wait_gone(t, "f"));
    terminal_type(t, "z");
    expect(t, "z");
    assert_null(strstr(terminal_screen(t), "a "));
    end_in_order(t);
}

/* What the program has left for another turn is not waited for: it was read with the key before. */
static void keys_left_for_the_next_turn_are_due_at_once(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    terminal_type(t, "1ab\343\201");
    expect(t, "1 a b");
    terminal_type(t, "\202");
    expect(t, "1 a b \343\201\202");
    end_in_order(t);
}

static void every_size_is_survived(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    static const int sizes[][2] = {{1, 1}, {2, 80}, {200, 3}, {60, 200}, {24, 80}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        terminal_resize(t, sizes[i][0], sizes[i][1]);
    }
    expect(t, "size 80x24");
    terminal_resize(t, 50, 132);
    expect(t, "size 132x50");
    end_in_order(t);
}

static void a_fatal_signal_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    int status;
    assert_true(terminal_alternate(t));
    terminal_type(t, "x");
    assert_true(terminal_wait_end(t, &status));
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV : WEXITSTATUS(status) != 0);
    assert_false(terminal_alternate(t));
    terminal_end(&t);
}

static void a_lost_line_is_an_event(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    int status;
    terminal_hang_up(t);
    assert_true(terminal_wait_end(t, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    terminal_end(&t);
}

static void asked_to_end_it_ends_in_order(void **state)
{
    (void)state;
    struct terminal *t = start("150");
    int status;
    kill(terminal_pid(t), SIGTERM);
    assert_true(terminal_wait_end(t, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(terminal_alternate(t));
    terminal_end(&t);
}

static void other_encodings_and_unknown_terminals_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *term, *answer;
    } rows[] = {{"C", "xterm", "fault 2"}, {"C.UTF-8", "no-such-terminal", "fault 3"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct terminal *t = start_in(rows[i].locale, rows[i].term, "150");
        int status;
        assert_true(terminal_wait_end(t, &status));
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
        assert_non_null(strstr(terminal_screen(t), rows[i].answer));
        assert_false(terminal_alternate(t));
        terminal_end(&t);
    }
}

static void terminals_of_other_kinds_work(void **state)
{
    (void)state;
    static const char *const terms[] = {"linux", "vt100", "screen", "tmux-256color"};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        struct terminal *t = start_in("C.UTF-8", terms[i], "150");
        expect(t, "size 80x24");
        terminal_type(t, "q");
        int status;
        assert_true(terminal_wait_end(t, &status));
        assert_int_equal(status, 0);
        terminal_end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_split_in_bytes_is_one_key),
        cmocka_unit_test(a_lone_escape_comes_after_its_delay),
        cmocka_unit_test(a_paste_is_told_from_typing),
        cmocka_unit_test(typed_ahead_is_forgotten_on_order),
        cmocka_unit_test(keys_left_for_the_next_turn_are_due_at_once),
        cmocka_unit_test(every_size_is_survived),
        cmocka_unit_test(a_fatal_signal_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_lost_line_is_an_event),
        cmocka_unit_test(asked_to_end_it_ends_in_order),
        cmocka_unit_test(other_encodings_and_unknown_terminals_are_refused),
        cmocka_unit_test(terminals_of_other_kinds_work),
    };
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
