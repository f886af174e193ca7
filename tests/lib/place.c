#include "tests/lib/place.h"

#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool place_new(char folder[PLACE_ROOM], const char *name)
{
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    return snprintf(folder, PLACE_ROOM, "%s/%s-XXXXXX", where, name) < PLACE_ROOM &&
           mkdtemp(folder) != NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

void place_remove(const char *folder)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

bool place_beside_program(char *path, size_t room, const char *name)
{
    char own[PATH_MAX] = "";

    return readlink("/proc/self/exe", own, sizeof own - 1) > 0 &&
           (size_t)snprintf(path, room, "%s/%s", dirname(own), name) < room;
}
