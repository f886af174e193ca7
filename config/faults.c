#include "config/faults.h"

#include <stdlib.h>
#include <string.h>

static const char *const ids[FAULT_CODE_COUNT] = {
    [FAULT_NONE] = "none",
#define FAULT_ID(code, id) [code] = id,
    FAULT_CODES(FAULT_ID)
#undef FAULT_ID
};

const char *fault_id(enum fault_code code)
{
    return ids[code];
}

bool fault_any(const struct fault_list *list)
{
    return list->count + list->lost > 0;
}

void fault_list_free(struct fault_list *list)
{
    free(list->fault);
    *list = (struct fault_list){0};
}

static bool sorts_before(const struct fault *a, const struct fault *b)
{
    int files = strcmp(a->file, b->file);

    return files != 0 ? files < 0 : a->line < b->line;
}

void fault_add(struct fault_list *list, const struct fault *fault)
{
    size_t at = list->count;

    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : list->room * 2;
        struct fault *grown = realloc(list->fault, room * sizeof *grown);

        if (grown == NULL) {
            list->lost++;
            return;
        }
        list->fault = grown;
        list->room = room;
    }
    while (at > 0 && sorts_before(fault, &list->fault[at - 1]))
        at--;
    memmove(&list->fault[at + 1], &list->fault[at], (list->count - at) * sizeof *fault);
    list->fault[at] = *fault;
    list->count++;
}

void fault_text(char *to, size_t size, const char *text)
{
    size_t length = strnlen(text, size);

    if (length == size) {
        length--;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(to, text, length);
    to[length] = '\0';
}

/* --- nearest word ---------------------------------------------------------------------------- */

enum { WORD_MOST = FAULT_WORD_SIZE };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters changed, dropped, added or swapped with the next one (optimal string alignment). */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_MOST + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *row = rows[2];

    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = last[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);

            row[j] = least(change, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

const char *fault_nearest(const char *word, const char *const candidates[], size_t count)
{
    const char *nearest = NULL;
    size_t nearest_distance = WORD_MOST;
    size_t length = strnlen(word, WORD_MOST);

    for (size_t i = 0; i < count; i++) {
        size_t other = strnlen(candidates[i], WORD_MOST);
        size_t longer = length > other ? length : other;
        size_t far = distance(word, length, candidates[i], other);

        if (far < nearest_distance && (far <= 2 || far <= longer / 3) && far < longer) {
            nearest = candidates[i];
            nearest_distance = far;
        }
    }
    return nearest;
}
