/*
 * Loads an authority module (authority.h) by path.
 *
 * Only an absolute path, a regular file that belongs to root or to this user and that nobody else
 * may write, in a directory of which the same is true: whoever can write it could read every PIN
 * typed on the resident's terminal.
 */
#ifndef CARDOPS_AUTHORITY_MODULE_H
#define CARDOPS_AUTHORITY_MODULE_H

#include "cardops/authority/authority.h"

struct authority_module {
    void *handle;
    const struct authority *authority; /* NULL: nothing loaded */
};

/* False: not loaded, `m` empty. The module stays loaded until authority_module_unload. */
bool authority_module_load(struct authority_module *m, const char *path)
    __attribute__((warn_unused_result));
void authority_module_unload(struct authority_module *m);

#endif
