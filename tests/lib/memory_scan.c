#include "tests/lib/memory_scan.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Larger mappings are a sanitizer's shadow, which holds no bytes of the program. */
enum { LARGEST_MAPPING = 1 << 28, WINDOW = 1 << 16, NEEDLES_MAX = SECRET_FORMS };

struct needle {
    const void *at;
    size_t length;
    int found;
};

struct search {
    struct needle needles[NEEDLES_MAX];
    size_t count, longest;
    int memory, pages; /* descriptors of mem and pagemap */
    bool own;
};

static uint8_t window[WINDOW];

/* Occurrences that begin below `end`. */
static int count(const struct search *s, const struct needle *n, size_t got, size_t end, uintptr_t address)
{
    int found = 0;
    const uint8_t *from = window;
    while ((from = memmem(from, got - (size_t)(from - window), n->at, n->length)) != NULL &&
           (size_t)(from - window) < end) {
        uintptr_t where = address + (uintptr_t)(from - window);
        bool in_window = where + n->length > (uintptr_t)window && where < (uintptr_t)window + sizeof window;
        if (!s->own || !in_window)
            found++;
        from++;
    }
    return found;
}

/* Pages that were never touched hold nothing and need not be read. proc(5), pagemap: bit 63 present, bit 62
 * swapped. */
static bool is_touched(const struct search *s, uintptr_t from, size_t length)
{
    uint64_t entries[WINDOW / 4096 + 1];
    uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
    size_t first = from / size, pages = (from + length - 1) / size - first + 1;
    if (pages > sizeof entries / sizeof *entries)
        return true;
    ssize_t got = pread(s->pages, entries, pages * sizeof *entries, (off_t)(first * sizeof *entries));
    if (got != (ssize_t)(pages * sizeof *entries))
        return true;
    for (size_t i = 0; i < pages; i++)
        if (entries[i] >> 62 != 0)
            return true;
    return false;
}

static void scan_range(struct search *s, uintptr_t from, uintptr_t to)
{
    while (from < to) {
        size_t ask = to - from < sizeof window ? to - from : sizeof window;
        bool last = ask < sizeof window;
        if (is_touched(s, from, ask)) {
            ssize_t got = pread(s->memory, window, ask, (off_t)from);
            if (got <= 0)
                break;
            ask = (size_t)got;
            /* What begins in the overlap is counted in the next window. */
            for (size_t i = 0; i < s->count; i++)
                s->needles[i].found +=
                    count(s, &s->needles[i], ask, last ? ask : ask - s->longest + 1, from);
        }
        if (last || ask < s->longest)
            break;
        from += ask - s->longest + 1;
    }
}

static bool search(struct search *s, pid_t pid)
{
    char path[64], line[512], rights[8];
    unsigned long from, to;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    s->memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/pagemap", (int)pid);
    s->pages = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "re");
    s->own = pid == getpid();
    bool readable = s->memory >= 0 && maps != NULL;
    while (readable && fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && rights[0] == 'r' &&
            rights[1] == 'w' && to - from <= LARGEST_MAPPING)
            scan_range(s, from, to);
    if (s->memory >= 0)
        close(s->memory);
    if (s->pages >= 0)
        close(s->pages);
    if (maps != NULL)
        fclose(maps);
    memset(window, 0, sizeof window);
    return readable;
}

int memory_scan(pid_t pid, const void *needle, size_t length)
{
    struct search s = {.needles = {{needle, length, 0}}, .count = 1, .longest = length};
    return search(&s, pid) ? s.needles[0].found : -1;
}

int memory_scan_forms(pid_t pid, const struct secret_form *forms, size_t count)
{
    struct search s = {.count = count < NEEDLES_MAX ? count : NEEDLES_MAX};
    for (size_t i = 0; i < s.count; i++) {
        s.needles[i] = (struct needle){forms[i].at, forms[i].length, 0};
        if (forms[i].length > s.longest)
            s.longest = forms[i].length;
    }
    if (!search(&s, pid))
        return -1;
    size_t first = 0;
    while (first < s.count && s.needles[first].found == 0)
        first++;
    return (int)first;
}
