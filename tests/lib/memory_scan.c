#include "tests/lib/memory_scan.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Larger mappings are a sanitizer's shadow, which holds no bytes of the program. */
enum { LARGEST_MAPPING = 1 << 28 };

static uint8_t window[1 << 16];

static int count(const uint8_t *at, size_t length, uintptr_t address, const void *needle,
                 size_t wanted, bool own)
{
    int found = 0;
    const uint8_t *from = at;
    while ((from = memmem(from, length - (size_t)(from - at), needle, wanted)) != NULL) {
        uintptr_t where = address + (uintptr_t)(from - at);
        bool in_window =
            where + wanted > (uintptr_t)window && where < (uintptr_t)window + sizeof window;
        if (!own || !in_window)
            found++;
        from++;
    }
    return found;
}

static int scan_range(int memory, uintptr_t from, uintptr_t to, const void *needle, size_t wanted,
                      bool own)
{
    int found = 0;
    while (from + wanted <= to) {
        size_t ask = to - from < sizeof window ? to - from : sizeof window;
        ssize_t got = pread(memory, window, ask, (off_t)from);
        if (got < (ssize_t)wanted)
            break;
        found += count(window, (size_t)got, from, needle, wanted, own);
        from += (size_t)got - wanted + 1;
    }
    return found;
}

int memory_scan(pid_t pid, const void *needle, size_t length)
{
    char path[64], line[512], rights[8];
    unsigned long from, to;
    int found = 0;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "re");
    while (memory >= 0 && maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && rights[0] == 'r' &&
            rights[1] == 'w' && to - from <= LARGEST_MAPPING)
            found += scan_range(memory, from, to, needle, length, pid == getpid());
    if (memory < 0 || maps == NULL)
        found = -1;
    if (memory >= 0)
        close(memory);
    if (maps != NULL)
        fclose(maps);
    memset(window, 0, sizeof window);
    return found;
}
