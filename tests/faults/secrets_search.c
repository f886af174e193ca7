#include "tests/faults/secrets_search.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 1 << 21 };

/* In memory where that can be: a record is synced at every line. */
void search_folder_make(char folder[SEARCH_FOLDER])
{
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    snprintf(folder, SEARCH_FOLDER, "%s/secrets-XXXXXX", place);
    assert_non_null(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

void search_folder_remove(const char *folder)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct secret_form *sought;
static int files_found, files_read;

static int search_file(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    static uint8_t content[FILE_MAX];
    int fd = kind == FTW_F && S_ISREG(st->st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = fd >= 0 ? read(fd, content, sizeof content) : 0;

    (void)walk;
    if (fd >= 0)
        close(fd);
    assert_true(got < FILE_MAX);
    files_read += got > 0;
    files_found += got > 0 && memmem(content, (size_t)got, sought->at, sought->length);
    return 0;
}

int search_files(const char *folder, const struct secret_form *form, int least)
{
    sought = form;
    files_found = files_read = 0;
    assert_int_equal(nftw(folder, search_file, 8, FTW_PHYS), 0);
    assert_true(files_read >= least);
    return files_found;
}

int search_proc(pid_t pid, const char *name, const struct secret_form *form)
{
    struct stat st = {.st_mode = S_IFREG};
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    sought = form;
    files_found = files_read = 0;
    search_file(path, &st, FTW_F, NULL);
    assert_int_equal(files_read, 1);
    return files_found;
}
