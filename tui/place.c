#include "tui/place.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool copy(const char *path, char *out, size_t size)
{
    return (size_t)snprintf(out, size, "%s", path) < size;
}

/* config/ beside the folder of the executable: a build inside the tree. */
static bool beside_executable(char *out, size_t size)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return false;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    return (size_t)snprintf(out, size, "%s/../config", self) < size && access(out, R_OK) == 0;
}

bool place_data(const char *given, const char *environment, char *out, size_t size)
{
    if (given != NULL && given[0] != '\0')
        return copy(given, out, size);
    if (environment != NULL && environment[0] != '\0')
        return copy(environment, out, size);
    if (beside_executable(out, size))
        return true;
    if (access(MADOGUCHI_DATADIR, R_OK) == 0)
        return copy(MADOGUCHI_DATADIR, out, size);
    return copy("config", out, size);
}

/* NAME.ini, of a length that fits. */
static bool profile_name(const char *file, char out[PLACE_CITY_SIZE])
{
    size_t length = strlen(file);
    if (length <= 4 || length - 4 >= PLACE_CITY_SIZE || strcmp(file + length - 4, ".ini") != 0)
        return false;
    memcpy(out, file, length - 4);
    out[length - 4] = '\0';
    return true;
}

size_t place_cities(const char *data, char names[PLACE_CITIES][PLACE_CITY_SIZE])
{
    char folder[PATH_MAX];
    struct dirent **files;
    size_t count = 0;
    if ((size_t)snprintf(folder, sizeof folder, "%s/cities", data) >= sizeof folder)
        return 0;
    int found = scandir(folder, &files, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        if (count < PLACE_CITIES && profile_name(files[i]->d_name, names[count]))
            count++;
        free(files[i]);
    }
    if (found >= 0)
        free(files);
    return count;
}
