/* Dates and times as clerks type them: what is accepted is a real day, and its ISO form reads back the same. */
#include "forms/rules/spoken_date.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct date date;
    if (spoken_date_parse(text, &date) == DATE_OK && !date_valid(date))
        abort();
    int minute;
    if (spoken_time_parse(text, &minute) == DATE_OK && (minute < 0 || minute > 24 * 60))
        abort();
    return 0;
}
