/*
 * The card process's log: one line an event, to a file that only its user reads. Never a PIN: of
 * commands it gets what cardops/wire/command.h lets through.
 */
#ifndef CARDOPS_LOG_H
#define CARDOPS_LOG_H

#include <stdint.h>

enum log_level { LOG_ERRORS, LOG_STEPS, LOG_COMMANDS };

struct log {
    int fd; /* -1: none */
    uint8_t level;
};

/* An empty path or one that cannot be opened: no log; the work goes on. */
void log_open(struct log *log, const char *path, uint8_t level);
void log_close(struct log *log);
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
