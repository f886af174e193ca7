/*
 * Small files in the stand's directory, each replaced as a whole: written beside, synced, renamed, and
 * the directory synced. After a crash a file is the old one or the new one.
 */
#ifndef CARDOPS_PRACTICE_STORE_H
#define CARDOPS_PRACTICE_STORE_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum { STORE_PATH_MAX = 512 };

/* Joins folder and name. False: too long. */
bool store_path(char path[STORE_PATH_MAX], const char *folder, const char *name)
    __attribute__((warn_unused_result));
/* The absolute path of something that exists. False: it does not, or the path is too long. */
bool store_absolute(char path[STORE_PATH_MAX], const char *name) __attribute__((warn_unused_result));
/* Makes the folder (0700); one that exists is fine, its parent must. */
bool store_folder(const char *folder) __attribute__((warn_unused_result));
bool store_exists(const char *folder, const char *name);
bool store_write(const char *folder, const char *name, const void *data, size_t length)
    __attribute__((warn_unused_result));
/* Replaces `out` by the whole file. False: cannot be read, or larger than BYTES_MAX. */
bool store_read(const char *folder, const char *name, struct bytes *out)
    __attribute__((warn_unused_result));
bool store_rename(const char *folder, const char *from, const char *to)
    __attribute__((warn_unused_result));
/* Makes `name` a symbolic link to `target`; nothing where it is one already. */
bool store_link(const char *folder, const char *name, const char *target) __attribute__((warn_unused_result));
void store_remove(const char *folder, const char *name);

#endif
