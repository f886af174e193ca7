#include "cardops/authority/module.h"

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool only_we_write(const struct stat *st)
{
    bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;
    return (st->st_uid == 0 || st->st_uid == geteuid()) &&
           (sticky || (st->st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

static bool path_is_safe(const char *path)
{
    char copy[PATH_MAX];
    struct stat file, folder;
    if (path[0] != '/' || (size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return false;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && only_we_write(&file) &&
           stat(dirname(copy), &folder) == 0 && only_we_write(&folder);
}

static bool is_complete(const struct authority *a)
{
    return a != NULL && a->version == AUTHORITY_VERSION && a->name != NULL && a->open != NULL &&
           a->unblock != NULL && a->generate != NULL && a->sign != NULL && a->install != NULL &&
           a->pending != NULL && a->close != NULL;
}

bool authority_module_load(struct authority_module *m, const char *path)
{
    *m = (struct authority_module){0};
    if (!path_is_safe(path))
        return false;
    m->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (m->handle == NULL)
        return false;
    const struct authority *authority = dlsym(m->handle, AUTHORITY_SYMBOL);
    if (!is_complete(authority)) {
        authority_module_unload(m);
        return false;
    }
    m->authority = authority;
    return true;
}

void authority_module_unload(struct authority_module *m)
{
    if (m->handle != NULL)
        dlclose(m->handle);
    *m = (struct authority_module){0};
}
