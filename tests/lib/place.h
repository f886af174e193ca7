/* Where a test keeps its files, and where the programs are that it starts. */
#ifndef TESTS_LIB_PLACE_H
#define TESTS_LIB_PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum { PLACE_ROOM = 64 };

/* A new folder of that name and a chance ending, short enough for sockets in it. In memory where the
 * machine has a place for that: what is written there waits for no disk. False: it cannot be made. */
bool place_new(char folder[PLACE_ROOM], const char *name) __attribute__((warn_unused_result));
/* Removes it with all that is in it. */
void place_remove(const char *folder);
/* The path of `name`, seen from the folder of the running program. False: no room. */
bool place_beside_program(char *path, size_t room, const char *name)
    __attribute__((warn_unused_result));

#endif
