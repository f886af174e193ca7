/* Searches the writable memory of a process, for tests that prove that a secret is not there. */
#ifndef TESTS_LIB_MEMORY_SCAN_H
#define TESTS_LIB_MEMORY_SCAN_H

#include "tests/lib/secret_forms.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * How often `needle` occurs in the writable mappings of `pid` (its own process is allowed); -1: its
 * memory cannot be read (not dumpable and no right to trace it). `needle` itself is counted where
 * it lies there.
 */
int memory_scan(pid_t pid, const void *needle, size_t length);

/*
 * The same for all forms of a secret, in one pass: the index of one that occurs, `count` where none
 * does; -1 as above.
 */
int memory_scan_forms(pid_t pid, const struct secret_form *forms, size_t count);

#endif
