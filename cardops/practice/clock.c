#include "cardops/practice/clock.h"

#include "cardops/practice/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { JAPAN = 9 * 3600, TO_MINUTES = 16, TO_SECONDS = 19 };

static const char form[] = "%Y-%m-%dT%H:%M:%S";
static const char file[] = "clock";

/* What strptime lets pass, another number of digits or a day that no month has, is not written the same again. */
static bool time_parse(const char *text, int64_t *at)
{
    struct tm tm = {0};
    char again[TO_SECONDS + 1];
    const char *end = strptime(text, form, &tm);
    if (end == NULL || *end != '\0')
        return false;
    time_t there = timegm(&tm);
    *at = (int64_t)there - JAPAN;
    return gmtime_r(&there, &tm) != NULL && strftime(again, sizeof again, form, &tm) == TO_SECONDS &&
           strcmp(again, text) == 0;
}

bool clock_parse(const char *text, int64_t machine, struct clock *clock)
{
    char whole[TO_SECONDS + 1];
    size_t length = strlen(text);
    bool runs = length > 0 && text[length - 1] == '+';
    int64_t at;
    length -= runs;
    if (length != TO_MINUTES && length != TO_SECONDS)
        return false;
    snprintf(whole, sizeof whole, "%.*s%s", (int)length, text, length == TO_MINUTES ? ":00" : "");
    if (!time_parse(whole, &at))
        return false;
    *clock = (struct clock){.base = runs ? at - machine : at, .stands = !runs};
    return true;
}

int64_t clock_at(const struct clock *clock, int64_t machine)
{
    return clock->stands ? clock->base : machine + clock->base;
}

bool clock_keep(const struct clock *clock, const char *folder)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%" PRId64 " %d\n", clock->base, clock->stands);
    return store_write(folder, file, text, (size_t)n);
}

struct clock clock_kept(const char *folder)
{
    struct bytes text = {0};
    struct clock clock = {0};
    int64_t base;
    int stands;
    if (store_read(folder, file, &text) && bytes_append_byte(&text, '\0') &&
        sscanf((const char *)text.at, "%" SCNd64 " %d", &base, &stands) == 2)
        clock = (struct clock){.base = base, .stands = stands != 0};
    bytes_free(&text);
    return clock;
}

void clock_forget(const char *folder)
{
    store_remove(folder, file);
}
