#include "cardops/practice/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool store_path(char path[STORE_PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(path, STORE_PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < STORE_PATH_MAX;
}

bool store_absolute(char path[STORE_PATH_MAX], const char *name)
{
    char *whole = realpath(name, NULL);
    bool fits = whole && strlen(whole) < STORE_PATH_MAX;
    if (fits)
        memcpy(path, whole, strlen(whole) + 1);
    free(whole);
    return fits;
}

bool store_folder(const char *folder)
{
    return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

bool store_exists(const char *folder, const char *name)
{
    char path[STORE_PATH_MAX];
    return store_path(path, folder, name) && access(path, R_OK) == 0;
}

static bool write_all(int fd, const uint8_t *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        length -= (size_t)n;
    }
    return true;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

bool store_write(const char *folder, const char *name, const void *data, size_t length)
{
    char path[STORE_PATH_MAX], beside[STORE_PATH_MAX];
    if (!store_path(path, folder, name) ||
        snprintf(beside, sizeof beside, "%s/.%s.new", folder, name) >= STORE_PATH_MAX)
        return false;
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = write_all(fd, data, length) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    if (ok && rename(beside, path) == 0)
        return sync_folder(folder);
    unlink(beside);
    return false;
}

bool store_read(const char *folder, const char *name, struct bytes *out)
{
    char path[STORE_PATH_MAX];
    if (!store_path(path, folder, name))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bytes_truncate(out, 0);
    uint8_t block[4096];
    ssize_t n;
    bool ok = true;
    while (ok && (n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 && bytes_append(out, block, (size_t)n);
    }
    close(fd);
    explicit_bzero(block, sizeof block);
    return ok;
}

bool store_rename(const char *folder, const char *from, const char *to)
{
    char a[STORE_PATH_MAX], b[STORE_PATH_MAX];
    return store_path(a, folder, from) && store_path(b, folder, to) && rename(a, b) == 0 &&
           sync_folder(folder);
}

bool store_link(const char *folder, const char *name, const char *target)
{
    char path[STORE_PATH_MAX], beside[STORE_PATH_MAX], before[STORE_PATH_MAX];
    if (!store_path(path, folder, name) ||
        snprintf(beside, sizeof beside, "%s/.%s.new", folder, name) >= STORE_PATH_MAX)
        return false;
    ssize_t n = readlink(path, before, sizeof before);
    if (n == (ssize_t)strlen(target) && memcmp(before, target, (size_t)n) == 0)
        return true;
    unlink(beside);
    return symlink(target, beside) == 0 && rename(beside, path) == 0;
}

void store_remove(const char *folder, const char *name)
{
    char path[STORE_PATH_MAX];
    if (store_path(path, folder, name))
        unlink(path);
}
