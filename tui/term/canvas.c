#include "tui/term/canvas.h"
#include "tui/term/cells.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096 };

static const struct canvas_cell blank = {.text = " ", .width = 1, .role = THEME_TEXT};

static struct canvas_cell *cell_at(struct canvas *c, int row, int column)
{
    return &c->cells[(size_t)row * (size_t)c->columns + (size_t)column];
}

static bool inside(const struct canvas *c, int row, int column)
{
    return row >= 0 && row < c->rows && column >= 0 && column < c->columns;
}

bool canvas_resize(struct canvas *c, int rows, int columns)
{
    if (rows < 1 || columns < 1 || rows > CANVAS_SIDE_MAX || columns > CANVAS_SIDE_MAX) {
        return false;
    }
    struct canvas_cell *cells = calloc((size_t)rows * (size_t)columns, sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    free(c->cells);
    *c = (struct canvas){.rows = rows, .columns = columns, .cells = cells};
    canvas_clear(c);
    return true;
}

void canvas_free(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){.cells = NULL};
}

void canvas_clear(struct canvas *c)
{
    for (size_t i = 0; i < (size_t)c->rows * (size_t)c->columns; i++) {
        c->cells[i] = blank;
    }
    c->cursor_row = c->cursor_column = 0;
}

/* A wide character that loses one half to new text loses the other too. */
static void unsplit(struct canvas *c, int row, int column)
{
    struct canvas_cell *cell = cell_at(c, row, column);
    if (cell->width == 0 && column > 0) {
        *cell_at(c, row, column - 1) = blank;
    } else if (cell->width == 2 && column + 1 < c->columns) {
        *cell_at(c, row, column + 1) = blank;
    }
    *cell = blank;
}

static void set_cell(struct canvas *c, int row, int column, const char *text, size_t bytes, size_t width,
                     enum theme_role role)
{
    for (int i = 0; i < (int)width; i++) {
        unsplit(c, row, column + i);
    }
    struct canvas_cell *cell = cell_at(c, row, column);
    size_t kept = bytes < sizeof cell->text ? bytes : 0;
    memcpy(cell->text, kept > 0 ? text : "?", kept > 0 ? kept : 1);
    cell->text[kept > 0 ? kept : 1] = '\0';
    cell->width = kept > 0 ? (unsigned char)width : 1;
    cell->role = (unsigned char)role;
    if (cell->width == 2) {
        *cell_at(c, row, column + 1) = (struct canvas_cell){.width = 0, .role = (unsigned char)role};
    }
}

static int put_clean(struct canvas *c, int row, int column, int end, enum theme_role role, const char *text)
{
    size_t width, bytes;
    while ((bytes = cells_next(text, &width)) > 0 && column + (int)width <= end) {
        if (width > 0 && inside(c, row, column)) {
            set_cell(c, row, column, text, bytes, width, role);
        }
        column += (int)width;
        text += bytes;
    }
    return column;
}

int canvas_put(struct canvas *c, int row, int column, int width, enum theme_role role, const char *text)
{
    char clean[TEXT_MAX];
    cells_clean(text, clean, sizeof clean);
    if (!inside(c, row, column)) {
        return column;
    }
    int end = width < 0 || width > c->columns - column ? c->columns : column + width;
    int room = end - column;
    bool cut = (int)cells_width(clean) > room && room > 2;
    if (cut) {
        clean[cells_fit(clean, (size_t)room - 2)] = '\0';
    }
    int at = put_clean(c, row, column, end, role, clean);
    if (cut) {
        at = put_clean(c, row, at, end, role, "..");
    }
    for (int i = at; width >= 0 && i < end; i++) {
        set_cell(c, row, i, " ", 1, 1, role == THEME_FIELD ? role : THEME_TEXT);
    }
    return width < 0 ? at : end;
}

static const char *keep_line_ends(const char *text, char *out, size_t size)
{
    size_t used = 0;
    while (*text != '\0' && used + 5 < size) {
        char line[TEXT_MAX];
        size_t length = strcspn(text, "\n");
        size_t copied = length < sizeof line ? length : sizeof line - 1;
        memcpy(line, text, copied);
        line[copied] = '\0';
        cells_clean(line, out + used, size - used - 1);
        used += strlen(out + used);
        text += length;
        if (*text == '\n') {
            out[used++] = '\n';
            text++;
        }
    }
    out[used] = '\0';
    return out;
}

/* With c == NULL only counts. */
static int paragraph(struct canvas *c, int row, int column, int width, int rows, enum theme_role role, const char *text)
{
    char clean[TEXT_MAX];
    const char *at = keep_line_ends(text, clean, sizeof clean);
    int used = 0;
    while (*at != '\0' && used < rows && width > 0) {
        const char *next;
        char line[TEXT_MAX];
        size_t length = cells_line(at, (size_t)width, &next);
        memcpy(line, at, length);
        line[length] = '\0';
        if (c != NULL) {
            canvas_put(c, row + used, column, width, role, line);
        }
        at = next;
        used++;
    }
    return used;
}

int canvas_paragraph(struct canvas *c, int row, int column, int width, int rows, enum theme_role role, const char *text)
{
    return paragraph(c, row, column, width, rows, role, text);
}

int canvas_height(const char *text, int width)
{
    return paragraph(NULL, 0, 0, width, TEXT_MAX, THEME_TEXT, text);
}

void canvas_rule(struct canvas *c, int row)
{
    for (int i = 0; i < c->columns && inside(c, row, i); i++) {
        set_cell(c, row, i, "-", 1, 1, THEME_QUIET);
    }
}

void canvas_cursor(struct canvas *c, int row, int column)
{
    c->cursor_row = row < 0 ? 0 : row >= c->rows ? c->rows - 1 : row;
    c->cursor_column = column < 0 ? 0 : column >= c->columns ? c->columns - 1 : column;
}

static size_t add(char *out, size_t size, size_t used, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length && used + i + 1 < size; i++) {
        out[used + i] = text[i];
    }
    return used + length;
}

size_t canvas_dump(const struct canvas *c, char *out, size_t size)
{
    size_t used = 0;
    for (int row = 0; row < c->rows; row++) {
        const struct canvas_cell *cells = &c->cells[(size_t)row * (size_t)c->columns];
        int end = c->columns;
        while (end > 0 && strcmp(cells[end - 1].text, " ") == 0) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            used = add(out, size, used, cells[i].text);
        }
        used = add(out, size, used, "\n");
    }
    if (size > 0) {
        out[used < size ? used : size - 1] = '\0';
    }
    return used;
}
