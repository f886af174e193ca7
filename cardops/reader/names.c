#include "cardops/reader/names.h"

#include <string.h>

bool reader_names_contain(const char *list, size_t length, const char *name)
{
    size_t wanted = strlen(name);
    while (length > 0) {
        const char *end = memchr(list, '\0', length);
        if (end == NULL || end == list)
            return false;
        size_t here = (size_t)(end - list);
        if (here == wanted && memcmp(list, name, wanted) == 0)
            return true;
        list += here + 1;
        length -= here + 1;
    }
    return false;
}
