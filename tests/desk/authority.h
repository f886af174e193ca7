/*
 * The practice CA as a process of a test's own, beside a stand, and the office's filter that asks
 * it. For the tests of this folder, each of which is a program of its own. What is issued begins at NOW.
 */
#ifndef TESTS_DESK_AUTHORITY_H
#define TESTS_DESK_AUTHORITY_H

#include "cardops/practice/ca.h"
#include "cardops/practice/ca_cards.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

static char stand[96], authority[112], password[96], server[64], filter[96], enrol_program[PATH_MAX];
static pid_t ca;
static int ca_life = -1;

static inline void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* The office's way to the authority: the real filter with all that it needs to know. */
static inline void write_filter(void)
{
    char text[PATH_MAX + 1024];

    snprintf(text, sizeof text,
             "#!/bin/sh\nexec '%s' \"$@\" --server %s --roots %s/trust/auth-roots.pem "
             "--trust %s/trust/cmp-root.pem --credential %s/trust/office.p12 --password-file %s "
             "--message-seconds 1 --total-seconds 3 --attime %d\n",
             enrol_program, server, authority, authority, authority, password, NOW);
    write_file(filter, text);
    assert_int_equal(chmod(filter, 0700), 0);
}

static inline void start_ca(void)
{
    int ready[2], life[2];
    char port[16] = "";

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(life, O_CLOEXEC), 0);
    ca = fork();
    assert_true(ca >= 0);
    if (ca == 0) {
        const struct ca_settings of = {.directory = authority,
                                       .ready_fd = ready[1],
                                       .life_fd = life[0],
                                       .clock = {.base = NOW, .stands = true},
                                       .find = ca_cards_find,
                                       .context = stand};

        close(ready[0]);
        close(life[1]);
        _exit(ca_serve(&of));
    }
    close(ready[1]);
    close(life[0]);
    ca_life = life[1];
    assert_true(read(ready[0], port, sizeof port - 1) > 0);
    close(ready[0]);
    snprintf(server, sizeof server, "http://127.0.0.1:%d" CA_PATH_AUTH, atoi(port));
    write_filter();
}

static inline void stop_ca(void)
{
    close(ca_life);
    waitpid(ca, NULL, 0);
}

static inline void tell_ca(const char *command)
{
    char answer[128];

    assert_int_equal(ca_ask(authority, command, answer, sizeof answer), CA_OK);
}

static inline int count_files(const char *name)
{
    char path[160];
    int count = 0;
    DIR *list;

    snprintf(path, sizeof path, "%s/%s", authority, name);
    list = opendir(path);
    for (struct dirent *entry; list && (entry = readdir(list));)
        count += entry->d_name[0] != '.';
    if (list)
        closedir(list);
    return count;
}

#endif
