#include "tui/term/widgets.h"
#include "tui/term/cells.h"

#include <string.h>
#include <unistr.h>

static int bounded(int value, int low, int high)
{
    return value > high ? (high < low ? low : high) : value < low ? low : value;
}

bool widgets_list_key(struct widgets_list *list, int count, int room, const struct key *key)
{
    static const struct {
        enum keys_code code;
        int rows, pages, ends;
    } moves[] = {
        {KEYS_UP, -1, 0, 0},     {KEYS_DOWN, 1, 0, 0},  {KEYS_PAGE_UP, 0, -1, 0},
        {KEYS_PAGE_DOWN, 0, 1, 0}, {KEYS_HOME, 0, 0, -1}, {KEYS_END, 0, 0, 1},
    };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        if (moves[i].code == key->code) {
            int step = moves[i].rows + moves[i].pages * room + moves[i].ends * count;
            list->at = bounded(list->at + step, 0, count - 1);
            widgets_list_scroll(list, count, room);
            return true;
        }
    }
    return false;
}

void widgets_list_scroll(struct widgets_list *list, int count, int room)
{
    list->at = bounded(list->at, 0, count - 1);
    list->first = bounded(list->first, list->at - room + 1, list->at);
    list->first = bounded(list->first, 0, count - room);
}

int widgets_marker(struct canvas *c, int row, int column, bool here)
{
    if (here) {
        canvas_cursor(c, row, column);
    }
    return canvas_put(c, row, column, 2, here ? THEME_KEY : THEME_TEXT, here ? "> " : "");
}

int widgets_tick(struct canvas *c, int row, int column, int width, bool ticked, const char *text)
{
    canvas_put(c, row, column, 4, ticked ? THEME_KEY : THEME_TEXT, ticked ? "[x]" : "[ ]");
    return canvas_put(c, row, column + 4, width - 4, THEME_TEXT, text);
}

bool widgets_field_key(struct widgets_field *field, const struct key *key)
{
    if (key->code == KEYS_TEXT) {
        int bytes = u8_uctomb((uint8_t *)field->text + field->length, key->rune,
                              (ptrdiff_t)(sizeof field->text - 1 - field->length));
        field->length += bytes > 0 ? (size_t)bytes : 0;
    } else if (key->code == KEYS_BACKSPACE) {
        const uint8_t *start = (const uint8_t *)field->text, *previous;
        ucs4_t rune;
        previous = u8_prev(&rune, start + field->length, start);
        field->length = previous != NULL ? (size_t)(previous - start) : 0;
    } else if (key->code == KEYS_CONTROL && key->rune == 'U') {
        field->length = 0;
    } else {
        return key->pasted;
    }
    field->text[field->length] = '\0';
    return true;
}

void widgets_field_set(struct widgets_field *field, const char *text)
{
    cells_clean(text, field->text, sizeof field->text);
    field->length = strlen(field->text);
}

void widgets_field_draw(struct canvas *c, int row, int column, int width, const struct widgets_field *field, bool here)
{
    char clean[WIDGETS_FIELD_MAX * 3];
    const char *shown = cells_clean(field->text, clean, sizeof clean);
    size_t cell;
    /* One cell stays free for the cursor. */
    while ((int)cells_width(shown) > width - 1) {
        shown += cells_next(shown, &cell);
    }
    canvas_put(c, row, column, width, THEME_FIELD, shown);
    if (here) {
        canvas_cursor(c, row, column + (int)cells_width(shown));
    }
}
