/* `madoguchi terminal`: widths as the terminal answers them, keys with the bytes that arrived. The test is the
 * terminal's voice: libvterm shows, and here its answers are made up. */
#include "tests/lib/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

/* In the page's order; the last four are the ambiguous ones. */
enum { SAMPLES = 11, AMBIGUOUS = 4 };
static const int usual[SAMPLES] = {2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 1};

static struct terminal *t;

static int end(void **state)
{
    (void)state;
    terminal_end(&t);
    return 0;
}

static void start(const char *option, const char *value)
{
    char program[512];
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    const char *argv[] = {program, "terminal", option, value, NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", NULL};
    t = terminal_start(argv, environment, 24, 80);
}

static bool has_asked(struct terminal *terminal, const void *times)
{
    static const char question[] = "\033[6n";
    int seen = 0, wanted = *(const int *)times;
    size_t count;
    const char *stream = terminal_stream(terminal, &count);
    if (stream == NULL) {
        return false;
    }
    const char *end_of_stream = stream + count;
    while ((stream = memmem(stream, (size_t)(end_of_stream - stream), question, sizeof question - 1)) != NULL) {
        seen++;
        stream++;
    }
    return seen >= wanted;
}

/* Each answer when its question has come. */
static void answer(const int cells[SAMPLES])
{
    for (int i = 0; i < SAMPLES; i++) {
        char text[32];
        int asked = i + 1;
        assert_true(terminal_wait_until(t, has_asked, &asked));
        snprintf(text, sizeof text, "\033[1;%dR", cells[i] + 1);
        terminal_type(t, text);
    }
}

static void expect(const char *text)
{
    if (!terminal_wait_for(t, text)) {
        fail_msg("no \"%s\" on this screen:\n%s", text, terminal_screen(t));
    }
}

static void ends_with(int code)
{
    int status;
    terminal_type(t, "qq");
    assert_true(terminal_wait_end(t, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    assert_false(terminal_alternate(t));
}

static void a_terminal_that_agrees(void **state)
{
    (void)state;
    start("--language", "ja");
    answer(usual);
    expect("端末の答えは計算と合っています（ambiguous-width = narrow）。");
    assert_null(strstr(terminal_screen(t), "#"));
    assert_non_null(strstr(terminal_screen(t), "   漢漢漢漢漢|   漢字                             2       2       +"));
    ends_with(0);
    expect("丸印  計算 1, 端末 1");
    expect("escape-delay=150");
}

static void a_terminal_with_wide_circles(void **state)
{
    (void)state;
    int cells[SAMPLES];
    memcpy(cells, usual, sizeof cells);
    for (int i = SAMPLES - AMBIGUOUS; i < SAMPLES; i++) {
        cells[i] = 2;
    }
    start("--language", "ja");
    answer(cells);
    expect("ambiguous-width = wide と書いて");
    ends_with(1);
    terminal_end(&t);
    start("--ambiguous-width", "wide");
    answer(cells);
    expect("合っています（ambiguous-width = wide）");
    ends_with(0);
    terminal_end(&t);
    /* Some so and some otherwise: in plain forms none can be wrong. */
    cells[SAMPLES - 1] = 1;
    start("--ambiguous-width", "wide");
    answer(cells);
    expect("合っています（ambiguous-width = wide）");
    ends_with(0);
}

static void a_terminal_that_counts_bytes(void **state)
{
    (void)state;
    int cells[SAMPLES];
    memcpy(cells, usual, sizeof cells);
    cells[0] = 3;
    start("--language", "en");
    answer(cells);
    expect("marked # have another width");
    expect("kanji                            2       3       #");
    ends_with(1);
}

static void a_silent_terminal_is_left_to_the_eye(void **state)
{
    (void)state;
    start("--language", "ja");
    expect("端末が問い合わせに答えません");
    expect("   漢漢漢漢漢|   漢字                             2       -");
    ends_with(0);
}

static void keys_are_shown_with_their_bytes(void **state)
{
    (void)state;
    start("--language", "ja");
    answer(usual);
    expect("q を2回続けて押すと終わります");
    terminal_type(t, "\033[15~");
    expect("1B 5B 31 35 7E                                   F5");
    terminal_type(t, "氏");
    expect("E6 B0 8F                                         氏");
    terminal_type(t, "\003");
    expect("03                                               Ctrl-C");
    terminal_type(t, "\033[M !!");
    expect("（知らないキー）");
    terminal_type(t, "\033");
    expect("1B                                               Esc");
    /* Once it is a key like any other. */
    terminal_type(t, "q");
    expect("71                                               q");
    terminal_type(t, " ");
    expect("20                                               Space");
    terminal_resize(t, 10, 40);
    terminal_resize(t, 30, 100);
    expect("100x30");
    ends_with(0);
}

static void words_that_are_not_understood(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"--ambiguous-width", "broad"}, {"--escape-delay", "5"}, {"--language", "fr"}, {"--nonsense", "1"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status;
        start(rows[i][0], rows[i][1]);
        assert_true(terminal_wait_end(t, &status));
        assert_int_equal(WEXITSTATUS(status), 2);
        expect(rows[i][0]);
        terminal_end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_terminal_that_agrees, end),
        cmocka_unit_test_teardown(a_terminal_with_wide_circles, end),
        cmocka_unit_test_teardown(a_terminal_that_counts_bytes, end),
        cmocka_unit_test_teardown(a_silent_terminal_is_left_to_the_eye, end),
        cmocka_unit_test_teardown(keys_are_shown_with_their_bytes, end),
        cmocka_unit_test_teardown(words_that_are_not_understood, end),
    };
    return cmocka_run_group_tests_name("terminal page", tests, NULL, NULL);
}
