/* A configuration file: bytes first, then the whole profile reader's way through iniparser. */
#include "config/ini.h"
#include "config/ini_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz.ini", 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    struct fault_list faults = {0};
    struct ini *ini = ini_load(path, &faults);
    if (ini == NULL && !fault_any(&faults))
        abort();
    for (size_t i = 0; ini != NULL && ini_section(ini, "", i) != NULL; i++) {
        const char *section = ini_section(ini, "", i);
        for (size_t k = 0; ini_key(ini, section, k) != NULL; k++) {
            struct ini_list list;
            struct date date;
            if (ini_line(ini, section, ini_key(ini, section, k)) < 1)
                abort();
            (void)ini_list(ini, section, ini_key(ini, section, k), &list, &faults);
            (void)ini_date(ini, section, ini_key(ini, section, k), &date, &faults);
        }
    }
    if (ini != NULL)
        ini_unread(ini, &faults);
    ini_free(ini);
    fault_list_free(&faults);
    close(fd);
    return 0;
}
