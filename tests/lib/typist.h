/*
 * A resident without a face: what he or she knows (a file of two words: the PIN in use, the new one), and a
 * process that types it on the resident's terminal.
 */
#ifndef TESTS_LIB_TYPIST_H
#define TESTS_LIB_TYPIST_H

#include <stdbool.h>
#include <sys/types.h>

enum { TYPIST_ENTRY = 32 };

struct typist_mind {
    char in_use[TYPIST_ENTRY], fresh[TYPIST_ENTRY];
};

/* False: nothing is known, and nothing is typed. */
bool typist_mind_read(struct typist_mind *mind, const char *path);

/* Connects to window 1 of `runtime`, again and again, and answers every question at once. The process
 * ends with its parent, which may kill it. -1: not started. */
pid_t typist_start(const char *runtime, const char *mind);

#endif
