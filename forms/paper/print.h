/*
 * Hands a file to the printing program: lp, or another one that takes its arguments.
 *
 * It is started as `PROGRAM [-d PRINTER] -- FILE` with a clean environment (PATH, and CUPS_SERVER
 * where it is set) and no terminal. Blocks until it has ended, at most `seconds`; then it is
 * killed.
 */
#ifndef FORMS_PAPER_PRINT_H
#define FORMS_PAPER_PRINT_H

enum print_fault {
    PRINT_OK = 0,
    PRINT_NO_PROGRAM,  /* it cannot be started: *detail is errno */
    PRINT_REFUSED,     /* it ended with *detail as its exit status */
    PRINT_KILLED,      /* it died of signal *detail */
    PRINT_TIMED_OUT,
    PRINT_NO_MEMORY,
};

/* `printer` may be NULL or empty: the default one. `detail` may be NULL. */
enum print_fault print_file(const char *program, const char *printer, const char *path,
                            unsigned seconds, int *detail) __attribute__((warn_unused_result));

#endif
