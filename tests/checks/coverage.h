/*
 * Included first into every file of a build with COVERAGE=1: a process that ends by _exit or becomes
 * another program has its counts written first, which the C library does only at exit().
 */
#ifndef TESTS_CHECKS_COVERAGE_H
#define TESTS_CHECKS_COVERAGE_H

#include <unistd.h>

/* Of libgcov (gcc's manual, "Profiling and Test Coverage in Freestanding Environments"). */
void __gcov_dump(void);
void __gcov_reset(void);

static inline _Noreturn void coverage_end(int status)
{
    __gcov_dump();
    _exit(status);
}
#define _exit(status) coverage_end(status)
#define execve(path, arguments, environment)                                                       \
    (__gcov_dump(), __gcov_reset(), execve(path, arguments, environment))
#define execv(path, arguments) (__gcov_dump(), __gcov_reset(), execv(path, arguments))

#endif
