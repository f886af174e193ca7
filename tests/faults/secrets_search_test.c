/*
 * The searches of the tests of secrets can fail: each form of a PIN is planted in a file, in the memory of
 * another process, in its arguments and in its environment, and found there.
 */
#include "tests/faults/faults.h"
#include "tests/faults/secrets_search.h"
#include "tests/lib/memory_scan.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[SEARCH_FOLDER];

static void plant_in_file(const struct secret_form *form)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/planted", folder);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite("before", 1, 6, file), 6);
    assert_int_equal(fwrite(form->at, 1, form->length, file), form->length);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(search_files(folder, form, 1), 1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(search_files(folder, form, 0), 0);
}

/* The child lays the form across the edge of what is read at once, when it is told to. */
static void plant_in_memory(const struct secret_form *form)
{
    enum { EDGE = 1 << 16 };
    int line[2], before;
    char byte;
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), 0);
    pid = fork();
    if (pid == 0) {
        uint8_t *pages = mmap(NULL, 2 * EDGE, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        close(line[0]);
        if (read(line[1], &byte, 1) == 1)
            memcpy(pages + EDGE - form->length / 2, form->at, form->length);
        if (write(line[1], "r", 1) == 1)
            (void)!read(line[1], &byte, 1);
        _exit(0);
    }
    close(line[1]);
    before = memory_scan(pid, form->at, form->length);
    assert_int_equal(write(line[0], "g", 1), 1);
    assert_int_equal(read(line[0], &byte, 1), 1);
    assert_int_equal(memory_scan(pid, form->at, form->length), before + 1);
    assert_int_equal(memory_scan_forms(pid, form, 1), 0);
    close(line[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The child becomes another program, with the form as an argument and in its environment. */
static void plant_in_arguments(const struct secret_form *form)
{
    char text[SECRET_FORM_MAX + 1] = "", *environment[] = {text, NULL};
    int line[2], started[2];
    char byte;
    pid_t pid;

    memcpy(text, form->at, form->length);
    assert_true(pipe2(line, O_CLOEXEC) == 0 && pipe2(started, O_CLOEXEC) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(line[0], STDIN_FILENO);
        execle("/bin/sh", "sh", "-c", "read x", text, (char *)NULL, environment);
        _exit(127);
    }
    close(started[1]);
    /* The end of the pipe: exec has closed the other. */
    assert_int_equal(read(started[0], &byte, 1), 0);
    assert_int_equal(search_proc(pid, "cmdline", form), 1);
    assert_int_equal(search_proc(pid, "environ", form), 1);
    close(started[0]);
    close(line[0]);
    close(line[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_each_form_is_found_where_it_is_planted(void **state)
{
    static const struct {
        const char *text;
        size_t forms;
    } secrets[] = {{"Q7ZX4W9KJ2VB", 7}, {"394857261048", 9}};
    struct secret_form forms[SECRET_FORMS];

    (void)state;
    search_folder_make(folder);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        size_t count = secret_forms(secrets[i].text, forms);

        assert_int_equal(count, secrets[i].forms);
        for (size_t k = 0; k < count; k++) {
            plant_in_file(&forms[k]);
            plant_in_memory(&forms[k]);
            if (memchr(forms[k].at, 0, forms[k].length) == NULL)
                plant_in_arguments(&forms[k]);
        }
    }
    search_folder_remove(folder);
}

/* Written out by hand. */
static void test_the_forms_are_what_they_are_called(void **state)
{
    static const struct {
        const char *name;
        const void *at;
        size_t length;
    } digits[] = {{"ASCII", "394857261048", 12},
                  {"with blanks", "3 9 4 8 5 7 2 6 1 0 4 8", 23},
                  {"wide characters", "3\0\0\0009\0\0\0004\0\0\0008\0\0\0", 16},
                  {"BCD", "\x39\x48\x57\x26\x10\x48", 6},
                  {"PIN block", "\x2C\x39\x48\x57\x26\x10\x48\xFF", 8},
                  {"hexadecimal", "333934383537323631303438", 24},
                  {"small hexadecimal", "333934383537323631303438", 24},
                  {"spaced hexadecimal", "33 39 34 38 35 37 32 36 31 30 34 38", 35},
                  {"spaced hexadecimal of BCD", "39 48 57 26 10 48", 17}},
      letters[] = {{"ASCII", "Q7ZX4W9KJ2VB", 12},
                   {"small letters", "q7zx4w9kj2vb", 12},
                   {"with blanks", "Q 7 Z X 4 W 9 K J 2 V B", 23},
                   {"wide characters", "Q\0\0\0007\0\0\0", 8},
                   {"hexadecimal", "51375A583457394B4A325642", 24},
                   {"small hexadecimal", "51375a583457394b4a325642", 24},
                   {"spaced hexadecimal", "51 37 5A 58 34 57 39 4B 4A 32 56 42", 35}};
    struct secret_form forms[SECRET_FORMS];

    (void)state;
    for (size_t i = 0; i < secret_forms("394857261048", forms); i++) {
        assert_string_equal(forms[i].name, digits[i].name);
        assert_memory_equal(forms[i].at, digits[i].at, digits[i].length);
    }
    for (size_t i = 0; i < secret_forms("Q7ZX4W9KJ2VB", forms); i++) {
        assert_string_equal(forms[i].name, letters[i].name);
        assert_memory_equal(forms[i].at, letters[i].at, letters[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_forms_are_what_they_are_called),
        cmocka_unit_test(test_each_form_is_found_where_it_is_planted),
    };

    faults_pause();
    return cmocka_run_group_tests_name("searches for secrets", tests, NULL, NULL);
}
