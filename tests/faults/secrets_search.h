/*
 * Where the tests of secrets look, beside memory (tests/lib/memory_scan.h): files, and what /proc shows of
 * a process. secrets_search_test.c proves that each search finds what is there.
 */
#ifndef TESTS_FAULTS_SECRETS_SEARCH_H
#define TESTS_FAULTS_SECRETS_SEARCH_H

#include "tests/lib/secret_forms.h"

#include <sys/types.h>

enum { SEARCH_FOLDER = 64 };

/* A folder of a run's own; removed with all that is in it. */
void search_folder_make(char folder[SEARCH_FOLDER]);
void search_folder_remove(const char *folder);

/*
 * Regular files below `folder` that hold the form, symbolic links not followed. Fewer than `least` files
 * with anything in them fail the running cmocka test: the search was not where it should be.
 */
int search_files(const char *folder, const struct secret_form *form, int least);
/* Whether /proc/PID/NAME holds the form: "environ", "cmdline". */
int search_proc(pid_t pid, const char *name, const struct secret_form *form);

#endif
