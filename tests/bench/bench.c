#include "tests/bench/bench.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* --- numbers ------------------------------------------------------------------------------------- */

double bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(const double *values, size_t count)
{
    double sorted[BENCH_PAIRS];
    assert_in_range(count, 1, BENCH_PAIRS);
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare);
    return sorted[count / 2];
}

void bench_add(struct bench_pairs *pairs, double ours, double theirs)
{
    assert_true(pairs->count < BENCH_PAIRS);
    pairs->ours[pairs->count] = ours;
    pairs->theirs[pairs->count++] = theirs;
}

static double median_ratio(const struct bench_pairs *pairs)
{
    double ratios[BENCH_PAIRS];
    for (size_t i = 0; i < pairs->count; i++) {
        ratios[i] = pairs->ours[i] / pairs->theirs[i];
    }
    return bench_median(ratios, pairs->count);
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* Three digits, or whole. */
static const char *number(double value, char text[32])
{
    int digits = value >= 100 || value == floor(value) ? 0 : value >= 10 ? 1 : 2;
    snprintf(text, 32, "%.*f", digits, value);
    return text;
}

static void line(const char *figure, const char *value, const char *unit, const char *beside, const char *ratio,
                 const char *how)
{
    printf("%-58s %9s %-5s %-34s %6s  %s\n", figure, value, unit, beside, ratio, how);
    fflush(stdout);
}

void bench_heading(void)
{
    line("figure", "value", "unit", "beside", "ratio", "how");
}

void bench_row(const char *figure, double value, const char *unit, const char *beside, const char *how)
{
    char text[32];
    line(figure, number(value, text), unit, beside, "", how);
}

void bench_pair(const char *figure, const struct bench_pairs *pairs, const char *unit, const char *beside, const char *how)
{
    char ours[32], theirs[32], ratio[32], both[96];
    number(bench_median(pairs->theirs, pairs->count), theirs);
    snprintf(both, sizeof both, "%s: %s", beside, theirs);
    snprintf(ratio, sizeof ratio, "%.2f", median_ratio(pairs));
    line(figure, number(bench_median(pairs->ours, pairs->count), ours), unit, both, ratio, how);
}

int bench_shell(const char *format, ...)
{
    char command[8 * BENCH_PATH];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof command - 1);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- the disk: the C library's own calls are replaced in this program ------------------------------ */

static double waited;

static int sync_by(long call, int fd)
{
    double from = bench_now();
    int result = (int)syscall(call, fd);
    waited += bench_now() - from;
    return result;
}

int fsync(int fd)
{
    return sync_by(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_by(SYS_fdatasync, fd);
}

double bench_disk(void)
{
    return waited;
}
