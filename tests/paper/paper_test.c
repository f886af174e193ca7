/* Pages as another program reads them, and the printing program as it was called. */
#include "forms/paper/paper.h"
#include "forms/paper/print.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define CREATED "2026-11-20T10:00:00+09:00"

static char folder[64], pdf[96], program[96], told[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/paper-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(pdf, sizeof pdf, "%s/slip.pdf", folder);
    snprintf(program, sizeof program, "%s/lp", folder);
    snprintf(told, sizeof told, "%s/told", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(pdf);
    unlink(program);
    unlink(told);
    return rmdir(folder);
}

/* What `command PDF rest` prints. */
static void ask(const char *command, const char *rest, char *answer, size_t room)
{
    char line[256];
    size_t length;
    FILE *out;

    snprintf(line, sizeof line, "%s %s %s", command, pdf, rest);
    out = popen(line, "re");
    assert_non_null(out);
    length = fread(answer, 1, room - 1, out);
    answer[length] = '\0';
    assert_int_equal(pclose(out), 0);
}

static struct paper *begin(enum paper_size size)
{
    struct paper *p;

    assert_int_equal(paper_new(&p, pdf, size, PAPER_FONT, "お知らせ", CREATED), PAPER_OK);
    return p;
}

static void test_a_slip_is_read_by_another_program(void **state)
{
    struct paper *p = begin(PAPER_A5);
    char answer[4096];
    struct stat file;
    double y;

    (void)state;
    y = paper_text(p, 15, 15, 118, 16, PAPER_CENTRE, "暗証番号の再設定が終わりました");
    assert_true(y > 20 && y < 25);
    y = paper_text(p, 15, y + 5, 118, 10, PAPER_LEFT, "見本 花子 様");
    paper_box(p, 12, 12, 124, 60, 0.3);
    paper_line(p, 15, y + 2, 133, y + 2, 0.2);
    assert_int_equal(paper_missing(p), 0);
    assert_int_equal(paper_finish(&p), PAPER_OK);
    assert_null(p);
    ask("pdftotext -layout", "-", answer, sizeof answer);
    assert_non_null(strstr(answer, "暗証番号の再設定が終わりました"));
    assert_non_null(strstr(answer, "見本 花子 様"));
    ask("pdfinfo", "", answer, sizeof answer);
    assert_non_null(strstr(answer, "419.5"));
    assert_non_null(strstr(answer, "お知らせ"));
    ask("pdffonts", "", answer, sizeof answer);
    assert_non_null(strstr(answer, "IPAGothic"));
    assert_int_equal(stat(pdf, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

static void test_long_text_is_broken_at_the_width(void **state)
{
    static const char text[] = "新しい暗証番号は、次に使うときから有効です。ほかの人に教えないでください。";
    struct paper *p = begin(PAPER_A4);
    double wide = paper_text(p, 10, 10, 190, 12, PAPER_LEFT, text);
    double narrow = paper_text(p, 10, 50, 40, 12, PAPER_LEFT, text) - 50;
    char answer[4096];

    (void)state;
    assert_true(narrow > 3 * (wide - 10));
    paper_page(p);
    paper_text(p, 10, 10, 100, 12, PAPER_RIGHT, "2");
    assert_int_equal(paper_finish(&p), PAPER_OK);
    ask("pdfinfo", "", answer, sizeof answer);
    assert_non_null(strstr(answer, "(A4)"));
    assert_non_null(strstr(answer, "Pages:           2"));
}

static void test_what_the_font_does_not_have_is_counted(void **state)
{
    struct paper *p = begin(PAPER_A5);

    (void)state;
    paper_text(p, 10, 10, 100, 12, PAPER_LEFT, "\xf4\x80\x80\x80"); /* U+100000, private use */
    assert_int_equal(paper_missing(p), 1);
    assert_int_equal(paper_finish(&p), PAPER_OK);
}

static void expect_fault(const char *path, const char *font, enum paper_fault expected)
{
    struct paper *p;

    assert_int_equal(paper_new(&p, path, PAPER_A5, font, "", CREATED), expected);
    assert_null(p);
}

static void test_faults_have_their_own_names(void **state)
{
    struct paper *p;

    (void)state;
    expect_fault("/nowhere/slip.pdf", PAPER_FONT, PAPER_NO_PLACE);
    expect_fault(pdf, "No Such Font", PAPER_NO_FONT);
    assert_int_equal(access(pdf, F_OK), -1);
    p = begin(PAPER_A5);
    paper_text(p, 100, 10, 100, 12, PAPER_LEFT, "外");
    assert_int_equal(paper_finish(&p), PAPER_OFF_THE_PAGE);
    assert_int_equal(access(pdf, F_OK), -1);
    assert_int_equal(paper_new(&p, "/dev/full", PAPER_A5, PAPER_FONT, "", CREATED), PAPER_OK);
    paper_text(p, 10, 10, 100, 12, PAPER_LEFT, "見本");
    assert_int_equal(paper_finish(&p), PAPER_FULL);
    assert_int_equal(access("/dev/full", F_OK), 0);
}

/* --- printing --- */

static void write_program(const char *text)
{
    FILE *file = fopen(program, "we");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(program, 0700), 0);
}

static void test_the_program_gets_printer_and_file(void **state)
{
    char script[200], line[200] = "";
    FILE *file;

    (void)state;
    snprintf(script, sizeof script, "echo \"$@ $TERM\" >%s", told);
    write_program(script);
    assert_int_equal(print_file(program, "counter", pdf, 20, NULL), PRINT_OK);
    file = fopen(told, "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    snprintf(script, sizeof script, "-d counter -- %s \n", pdf);
    assert_string_equal(line, script);
}

static void test_how_printing_can_end(void **state)
{
    int detail;

    (void)state;
    assert_int_equal(print_file(program, NULL, pdf, 20, &detail), PRINT_NO_PROGRAM);
    assert_int_equal(detail, ENOENT);
    write_program("[ \"$1\" = -- ] && exit 3");
    assert_int_equal(print_file(program, "", pdf, 20, &detail), PRINT_REFUSED);
    assert_int_equal(detail, 3);
    write_program("kill -9 $$");
    assert_int_equal(print_file(program, NULL, pdf, 20, &detail), PRINT_KILLED);
    assert_int_equal(detail, SIGKILL);
    write_program("exec sleep 600");
    assert_int_equal(print_file(program, NULL, pdf, 1, &detail), PRINT_TIMED_OUT);
}

/* fontconfig keeps its caches until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_slip_is_read_by_another_program),
        TEST(test_long_text_is_broken_at_the_width),
        TEST(test_what_the_font_does_not_have_is_counted),
        TEST(test_faults_have_their_own_names),
        TEST(test_the_program_gets_printer_and_file),
        TEST(test_how_printing_can_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
