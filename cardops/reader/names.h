/*
 * Lists of reader names as the PC/SC service hands them over: a multi-string that is not to be
 * trusted.
 */
#ifndef CARDOPS_READER_NAMES_H
#define CARDOPS_READER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `name` is one of the NUL-terminated strings of `list`; nothing behind `length` is read.
 */
bool reader_names_contain(const char *list, size_t length, const char *name);

#endif
