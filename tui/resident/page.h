/*
 * A page as a column of paragraphs that fits itself to the terminal: blank lines between them where there is
 * room, and what is least needed left out where there is none.
 *
 * Order of calls: page_begin; page_add (and page_reserve, page_cursor) from top to bottom; page_draw.
 */
#ifndef TUI_RESIDENT_PAGE_H
#define TUI_RESIDENT_PAGE_H

#include "tui/term/canvas.h"

#include <stdbool.h>

enum { PAGE_BLOCKS_MAX = 16, PAGE_TEXT_MAX = 512 };

/* PAGE_NEEDED is never left out; of the others the highest goes first. */
enum page_rank { PAGE_NEEDED, PAGE_USEFUL, PAGE_PLEASANT };

struct page_block {
    char text[PAGE_TEXT_MAX];
    enum theme_role role;
    enum page_rank rank;
    bool apart;   /* a blank line before it where there is room */
    int reserved; /* rows that it takes at least, so that what follows does not jump */
    bool left_out;
};

struct page {
    int width;    /* cells of a line */
    int margin;
    int count, cursor_block, cursor_column;
    bool overflow; /* more blocks than there is room for in this struct */
    struct page_block blocks[PAGE_BLOCKS_MAX];
    char chip[64]; /* stands before the first block, in its row: 練習 */
    char keys[PAGE_TEXT_MAX]; /* the last row */
};

void page_begin(struct page *p, const struct canvas *c);
/* Empty text adds nothing. */
void page_add(struct page *p, enum page_rank rank, enum theme_role role, bool apart, const char *text);
/* Rows for a text that comes and goes; the text may be empty. */
void page_reserve(struct page *p, int rows, enum theme_role role, const char *text);
/* The real cursor goes to this cell of the block added last. */
void page_cursor(struct page *p, int column);
/* False: something needed did not fit. */
bool page_draw(struct page *p, struct canvas *c);

#endif
