#include "cardops/practice/ca_report.h"

#include "cardops/practice/ca_create.h"

#include <stdlib.h>
#include <string.h>

/* The log's lines about `event`, without that word; only those that end in `ending`. */
static enum ca_fault events(const char *directory, const char *event, const char *ending, FILE *to)
{
    char path[STORE_PATH_MAX], *line = NULL;
    size_t room = 0;
    FILE *log = store_path(path, directory, "log") ? fopen(path, "re") : NULL;
    for (ssize_t n; log != NULL && (n = getline(&line, &room, log)) > 0;) {
        char word[32] = "";
        int at = 0, rest = 0;
        line[strcspn(line, "\n")] = '\0';
        size_t length = strlen(line), tail = strlen(ending);
        if (sscanf(line, "%*d%n %31s %n", &at, word, &rest) == 1 && rest > 0 && strcmp(word, event) == 0 &&
            length >= tail && strcmp(line + length - tail, ending) == 0)
            fprintf(to, "%.*s %s\n", at, line, line + rest);
    }
    free(line);
    if (log != NULL)
        fclose(log);
    return CA_OK;
}

static enum ca_fault issued(const char *directory, const char *card, FILE *to)
{
    char ending[64] = "";
    if (card != NULL)
        snprintf(ending, sizeof ending, " card=%s", card);
    return events(directory, "issued", ending, to);
}

static enum ca_fault revoked(const char *directory, const char *nothing, FILE *to)
{
    return nothing == NULL ? events(directory, "revoked", "", to) : CA_ANSWER;
}

static enum ca_fault list(const char *directory, const char *kind, FILE *to)
{
    char path[STORE_PATH_MAX], name[32];
    struct bytes der = { 0 };
    if (kind == NULL || (strcmp(kind, ca_kind_word(CA_SIG)) != 0 && strcmp(kind, ca_kind_word(CA_AUTH)) != 0))
        return CA_ANSWER;
    snprintf(name, sizeof name, "%s-%d.crl", kind, CA_GENERATIONS);
    bool ok = store_path(path, directory, "crl") && store_read(path, name, &der) &&
              fwrite(der.at, 1, der.length, to) == der.length;
    bytes_free(&der);
    return ok ? CA_OK : CA_STATE;
}

static const struct {
    const char *word;
    enum ca_fault (*run)(const char *directory, const char *argument, FILE *to);
} reports[] = { { "issued", issued }, { "revoked", revoked }, { "crl", list } };

enum { REPORTS = sizeof reports / sizeof *reports };

bool ca_report_known(const char *word)
{
    for (size_t i = 0; i < REPORTS; i++)
        if (strcmp(reports[i].word, word) == 0)
            return true;
    return false;
}

enum ca_fault ca_report(const char *directory, const char *word, const char *argument, FILE *to)
{
    for (size_t i = 0; i < REPORTS; i++)
        if (strcmp(reports[i].word, word) == 0)
            return reports[i].run(directory, argument, to);
    return CA_ANSWER;
}
