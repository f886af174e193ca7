/* A city's profile and a table of holidays, whole or hostile: either there are faults, or there is a
 * city that can be judged by. */
#include "config/city.h"
#include "config/holidays.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct holiday_table table;
    struct fault_list faults = {0};
    struct city *city;
    char path[64];
    int fd = memfd_create("profile.ini", 0);

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    city = city_load("config", path, &faults);
    if ((city == NULL) != fault_any(&faults))
        abort();
    city_free(city);
    fault_list_free(&faults);
    faults = (struct fault_list){0};
    memset(&table, 0, sizeof table);
    if (holidays_load(path, &table, &faults) == fault_any(&faults))
        abort();
    fault_list_free(&faults);
    close(fd);
    return 0;
}
