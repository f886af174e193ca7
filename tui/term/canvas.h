/*
 * A screen in memory: a grid of cells that screens draw into, without a terminal. The terminal layer shows
 * it (term_show), tests and support read it as text (canvas_dump).
 *
 * Order of calls: canvas_resize (from a zeroed struct), canvas_clear, any drawing, canvas_free. Text is
 * cleaned (cells.h) and clipped; drawing outside of the grid does nothing. Rows and columns count from 0.
 */
#ifndef TUI_TERM_CANVAS_H
#define TUI_TERM_CANVAS_H

#include "tui/term/theme.h"

#include <stdbool.h>
#include <stddef.h>

enum { CANVAS_CELL_BYTES = 24, CANVAS_SIDE_MAX = 1000 };

struct canvas_cell {
    char text[CANVAS_CELL_BYTES]; /* a character with its marks; empty in the right half of a wide one */
    unsigned char width;          /* 1, 2, or 0: the right half */
    unsigned char role;           /* enum theme_role */
};

struct canvas {
    int rows, columns;
    int cursor_row, cursor_column; /* where the eye is */
    struct canvas_cell *cells;
};

/* Clears. False: no memory; the canvas stays as it was. */
bool canvas_resize(struct canvas *c, int rows, int columns) __attribute__((warn_unused_result));
void canvas_free(struct canvas *c);
void canvas_clear(struct canvas *c);

/* Puts text into exactly `width` cells, the rest blank; text that is too long ends in "..". Answers the
 * column after it. width < 0: as wide as the text, to the canvas's edge. */
int canvas_put(struct canvas *c, int row, int column, int width, enum theme_role role, const char *text);

/* Text broken into lines of `width` cells, at most `rows` of them; answers the rows used. */
int canvas_paragraph(struct canvas *c, int row, int column, int width, int rows, enum theme_role role, const char *text);

/* Rows that canvas_paragraph would use. */
int canvas_height(const char *text, int width);

/* A thin line over the whole width. */
void canvas_rule(struct canvas *c, int row);

void canvas_cursor(struct canvas *c, int row, int column);

/* The rows as text, trailing blanks cut, each ended by '\n'. Answers the length that the whole text has;
 * writes at most size - 1 bytes and a NUL. */
size_t canvas_dump(const struct canvas *c, char *out, size_t size);

#endif
