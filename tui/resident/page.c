#include "tui/resident/page.h"
#include "tui/term/cells.h"

#include <stdio.h>
#include <string.h>

/* From this width on there is room for a margin. */
enum { WIDE = 60, MARGIN = 4, LINE_MAX_CELLS = 72 };

void page_begin(struct page *p, const struct canvas *c)
{
    *p = (struct page){.cursor_block = -1};
    p->margin = c->columns >= WIDE ? MARGIN : 0;
    /* The last cell of the last row stays free: some terminals would scroll. */
    p->width = c->columns - 1 - 2 * p->margin;
    if (p->width > LINE_MAX_CELLS) {
        p->width = LINE_MAX_CELLS;
    }
}

static void add(struct page *p, struct page_block block, const char *text)
{
    if (p->count == PAGE_BLOCKS_MAX) {
        p->overflow = true;
        return;
    }
    p->blocks[p->count] = block;
    snprintf(p->blocks[p->count].text, PAGE_TEXT_MAX, "%s", text);
    p->count++;
}

void page_add(struct page *p, enum page_rank rank, enum theme_role role, bool apart, const char *text)
{
    if (text[0] != '\0') {
        add(p, (struct page_block){.role = role, .rank = rank, .apart = apart}, text);
    }
}

void page_reserve(struct page *p, int rows, enum theme_role role, const char *text)
{
    add(p, (struct page_block){.role = role, .rank = PAGE_NEEDED, .apart = true, .reserved = rows}, text);
}

void page_cursor(struct page *p, int column)
{
    p->cursor_block = p->count - 1;
    p->cursor_column = column;
}

static int block_width(const struct page *p, int index)
{
    return index == 0 && p->chip[0] != '\0' ? p->width - (int)cells_width(p->chip) - 1 : p->width;
}

static int block_height(const struct page *p, int index)
{
    const struct page_block *block = &p->blocks[index];
    int rows = canvas_height(block->text, block_width(p, index));
    return block->left_out ? 0 : rows > block->reserved ? rows : block->reserved;
}

static int rows_needed(const struct page *p, bool roomy)
{
    int rows = canvas_height(p->keys, p->width);
    for (int i = 0; i < p->count; i++) {
        rows += block_height(p, i);
        rows += roomy && p->blocks[i].apart && !p->blocks[i].left_out ? 1 : 0;
    }
    return rows + (roomy ? 2 : 0);
}

static bool leave_one_out(struct page *p)
{
    int least = -1;
    for (int i = 0; i < p->count; i++) {
        if (!p->blocks[i].left_out && p->blocks[i].rank != PAGE_NEEDED &&
            (least < 0 || p->blocks[i].rank > p->blocks[least].rank)) {
            least = i;
        }
    }
    if (least >= 0) {
        p->blocks[least].left_out = true;
    }
    return least >= 0;
}

bool page_draw(struct page *p, struct canvas *c)
{
    bool roomy = rows_needed(p, true) <= c->rows;
    while (!roomy && rows_needed(p, false) > c->rows && leave_one_out(p)) {
    }
    bool whole = !p->overflow && rows_needed(p, roomy) <= c->rows;
    int keys = canvas_height(p->keys, p->width), row = roomy ? 1 : 0;
    int end = c->rows - keys;
    canvas_clear(c);
    for (int i = 0; i < p->count; i++) {
        const struct page_block *block = &p->blocks[i];
        int column = p->margin;
        if (block->left_out) {
            continue;
        }
        row += roomy && block->apart ? 1 : 0;
        if (i == 0 && p->chip[0] != '\0') {
            column = canvas_put(c, row, column, -1, THEME_PRACTICE, p->chip) + 1;
        }
        if (i == p->cursor_block) {
            canvas_cursor(c, row, column + p->cursor_column);
        }
        canvas_paragraph(c, row, column, block_width(p, i), end - row, block->role, block->text);
        row += block_height(p, i);
    }
    canvas_paragraph(c, end, p->margin, p->width, keys, THEME_KEY, p->keys);
    return whole;
}
