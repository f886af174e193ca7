#include "tests/ledger/place.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

char place_folder[64], place_path[96];

int place_make(void **state)
{
    (void)state;
    strcpy(place_folder, "/tmp/ledger-test-XXXXXX");
    if (!mkdtemp(place_folder))
        return -1;
    snprintf(place_path, sizeof place_path, "%s/ledger.db", place_folder);
    return 0;
}

int place_remove(void **state)
{
    DIR *folder = opendir(place_folder);
    const struct dirent *entry;

    (void)state;
    if (!folder)
        return -1;
    while ((entry = readdir(folder)))
        unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    return rmdir(place_folder);
}

enum ledger_fault place_open_sqlite(struct ledger **l)
{
    return ledger_open_sqlite(l, place_path, NULL);
}

struct ledger *place_open(void)
{
    struct ledger *l;

    assert_int_equal(place_open_sqlite(&l), LEDGER_OK);
    return l;
}

int place_wait_for(int child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
