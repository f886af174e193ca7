#include "cardops/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void log_open(struct log *log, const char *path, uint8_t level)
{
    log->level = level;
    log->fd = path[0] == '\0'
                  ? -1
                  : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

void log_close(struct log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    char line[320];
    va_list arguments;
    if (log->fd < 0 || level > log->level)
        return;
    int used = snprintf(line, sizeof line, "%lld %ld ", (long long)time(NULL), (long)getpid());
    va_start(arguments, format);
    int more = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, arguments);
    va_end(arguments);
    size_t length = (size_t)used + (more > 0 ? (size_t)more : 0);
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    /* Nothing can be done about a full disk here, and the card's work must not depend on it. */
    if (write(log->fd, line, length) < 0)
        return;
}
