#include "tui/fault_lines.h"
#include "tui/term/cells.h"

#include <string.h>

static void append(char out[FAULT_LINE_MAX], const char *text)
{
    size_t used = strlen(out);
    fault_text(out + used, FAULT_LINE_MAX - used, text);
}

static void append_part(enum words_language language, const char *id, const char *word,
                        char out[FAULT_LINE_MAX])
{
    char part[WORDS_TEXT_MAX];
    if (word[0] == '\0')
        return;
    append(out, " ");
    append(out, WORDS(language, id, part, word));
}

/* "FILE:LINE: [section] key: " as far as they are known. */
static void start(const struct fault *fault, char out[FAULT_LINE_MAX])
{
    char number[16] = "";
    if (fault->line > 0)
        snprintf(number, sizeof number, ":%d", fault->line);
    snprintf(out, FAULT_LINE_MAX, "%s%s: ", fault->file, number);
    if (fault->section[0] != '\0') {
        append(out, "[");
        append(out, fault->section);
        append(out, "] ");
    }
    append(out, fault->key);
    if (fault->key[0] != '\0')
        append(out, ": ");
}

const char *fault_line(enum words_language language, const struct fault *fault,
                       char out[FAULT_LINE_MAX])
{
    char id[64], sentence[WORDS_TEXT_MAX];
    start(fault, out);
    snprintf(id, sizeof id, "fault.%s", fault_id(fault->code));
    append(out, WORDS(language, id, sentence, fault->word, fault->expected, fault->section));
    append_part(language, "fault.nearest", fault->nearest, out);
    return out;
}

void fault_lines(enum words_language language, const struct fault_list *faults, FILE *to)
{
    char line[FAULT_LINE_MAX], lost[32], sentence[WORDS_TEXT_MAX];
    for (size_t i = 0; i < faults->count; i++)
        cells_print(to, fault_line(language, &faults->fault[i], line));
    snprintf(lost, sizeof lost, "%zu", faults->lost);
    if (faults->lost > 0)
        fprintf(to, "%s\n", WORDS(language, "fault.lost", sentence, lost));
}
