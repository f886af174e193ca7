/*
 * System libraries that only some cases need, loaded when the first of these comes. A program that is linked with all
 * that it may ever need maps sixty of them at every start: printing alone brings those of a window system, the database
 * those of directories and Kerberos.
 *
 * The functions that are used stand in one list, which makes a struct of pointers and a table of their names:
 *
 *     #define CALLS(CALL) CALL(PQexec) CALL(PQclear)
 *     static struct { CALLS(LIBRARY_SLOT) } pq;
 *     static const char *const names[] = {CALLS(LIBRARY_NAME)};
 *     library_load("libpq.so.5", names, sizeof names / sizeof *names, &pq)
 *
 * A library stays loaded until the program ends. Not for two threads at once.
 */
#ifndef FORMS_LIBRARY_H
#define FORMS_LIBRARY_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY_SLOT(name) __typeof__(name) *name;
#define LIBRARY_NAME(name) #name,

/* Those of the libraries that it needs itself are found too. False: the library or one of the names is not there, and
 * nothing may be called. */
__attribute__((warn_unused_result)) static inline bool
library_load(const char *library, const char *const names[], size_t count, void *slots)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; handle && i < count; i++) {
        void *call = dlsym(handle, names[i]);

        if (!call)
            return false;
        memcpy((char *)slots + i * sizeof call, &call, sizeof call);
    }
    return handle != NULL;
}

#endif
