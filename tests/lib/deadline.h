/*
 * How long a test waits for what must come before it fails. Never a time that a test is meant to take: a busy
 * machine and sanitized programs only come nearer to it.
 */
#ifndef TESTS_LIB_DEADLINE_H
#define TESTS_LIB_DEADLINE_H

#if defined __SANITIZE_ADDRESS__
enum { DEADLINE_SECONDS = 90 };
#else
enum { DEADLINE_SECONDS = 30 };
#endif

#endif
