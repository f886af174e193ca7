#include "cardops/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum card_code runtime_prepare(const char *directory, uint32_t gid)
{
    struct stat st;
    bool shared = gid != UINT32_MAX;
    if (directory[0] != '/')
        return CARD_NO_RUNTIME;
    if (mkdir(directory, 0700) == 0 && shared &&
        (chown(directory, (uid_t)-1, (gid_t)gid) != 0 || chmod(directory, 0710) != 0))
        return CARD_NO_RUNTIME;
    if (lstat(directory, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
        return CARD_NO_RUNTIME;
    mode_t forbidden = shared && st.st_gid == (gid_t)gid ? 0027 : 0077;
    return (st.st_mode & forbidden) == 0 ? CARD_OK : CARD_NO_RUNTIME;
}

static bool lock_path(char *path, size_t room, const char *directory, const char *reader)
{
    char name[128];
    size_t i = 0;
    for (; reader[i] != '\0' && i + 1 < sizeof name; i++) {
        bool plain = (reader[i] >= '0' && reader[i] <= '9') ||
                     (reader[i] >= 'A' && reader[i] <= 'Z') ||
                     (reader[i] >= 'a' && reader[i] <= 'z');
        name[i] = plain ? reader[i] : '-';
    }
    name[i] = '\0';
    int used = snprintf(path, room, "%s/reader-%s.lock", directory, name);
    return used > 0 && (size_t)used < room;
}

static int64_t holder_since(int fd)
{
    char text[96] = "";
    int64_t since = 0;
    unsigned ask;
    long pid;
    if (pread(fd, text, sizeof text - 1, 0) <= 0 ||
        sscanf(text, "pid %ld since %" SCNd64 " step %u", &pid, &since, &ask) != 3 || ask == 0)
        return 0;
    return since;
}

enum card_code runtime_lock(const char *directory, const char *reader, int *fd, int64_t *since)
{
    char path[400];
    *since = 0;
    *fd = -1;
    if (!lock_path(path, sizeof path, directory, reader))
        return CARD_NO_RUNTIME;
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0)
        return CARD_NO_RUNTIME;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        *fd = lock;
        *since = holder_since(lock);
        return CARD_OK;
    }
    enum card_code code = errno == EWOULDBLOCK ? CARD_READER_HELD : CARD_NO_RUNTIME;
    *since = holder_since(lock);
    close(lock);
    return code;
}

void runtime_lock_note(int fd, uint32_t ask)
{
    char text[96];
    if (fd < 0)
        return;
    int used = snprintf(text, sizeof text, "pid %ld since %" PRId64 " step %u\n%*s", (long)getpid(),
                        (int64_t)time(NULL), (unsigned)ask, 16, "");
    /* Best effort: the lock itself is what protects; without the note a waiting program only lacks
     * the time. */
    if (used > 0 && pwrite(fd, text, (size_t)used, 0) < 0)
        return;
}
