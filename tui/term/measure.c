#include "tui/term/measure.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 256 };

/* The column of an answer ESC [ ROW ; COLUMN R, wherever it stands in what was read; 0: there is none. */
static int column_of(const char *answer)
{
    for (const char *at = answer; (at = strstr(at, "\033[")) != NULL; at += 2) {
        char *end;
        const char *row = at + 2;
        if (!isdigit((unsigned char)*row) || (strtol(row, &end, 10), *end != ';')) {
            continue;
        }
        long column = strtol(end + 1, &end, 10);
        if (*end == 'R' && column > 0 && column <= 1000) {
            return (int)column;
        }
    }
    return 0;
}

int measure_cells(const char *text, int milliseconds)
{
    char question[128], answer[ANSWER_MAX];
    size_t used = 0;
    int length = snprintf(question, sizeof question, "\r%s\033[6n\r\033[K", text);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (length <= 0 || (size_t)length >= sizeof question || write(STDOUT_FILENO, question, (size_t)length) != length) {
        return MEASURE_SILENT;
    }
    while (used < sizeof answer - 1 && poll(&input, 1, milliseconds) > 0) {
        ssize_t count = read(STDIN_FILENO, answer + used, sizeof answer - 1 - used);
        if (count <= 0) {
            break;
        }
        used += (size_t)count;
        answer[used] = '\0';
        int column = column_of(answer);
        if (column > 0) {
            return column - 1;
        }
    }
    return MEASURE_SILENT;
}
