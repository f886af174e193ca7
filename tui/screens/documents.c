#include "tui/screens/parts.h"
#include "tui/term/cells.h"

#include <stdio.h>
#include <string.h>

/* The rows above the verdict: two columns of documents a holder, more where the city has more classes. */
enum { TOP = 2, VERDICT_LEAST = 5, VERDICT_MOST = 12, LEFT = 1, COLUMNS = 2, LINES_MAX = ASKS_DOCUMENTS + 2 * ASKS_COLUMNS, BLANK = -1 };

struct line {
    int document[COLUMNS];  /* rows of asks.document, BLANK */
    int heading[COLUMNS];   /* where the line is a heading: the column's number, BLANK */
    uint8_t holder;
    bool is_heading;
};

struct page {
    struct line line[LINES_MAX];
    int count;
};

static bool is_in(const struct asks *asks, int document, uint8_t holder, int column)
{
    return asks->document[document].holder == holder && asks->document[document].column == column;
}

/* The next column from `from` on in which this holder has a document; BLANK: none. */
static int next_column(const struct asks *asks, uint8_t holder, int from)
{
    for (int column = from; column < asks->column_count; column++) {
        for (int i = 0; i < asks->document_count; i++) {
            if (is_in(asks, i, holder, column)) {
                return column;
            }
        }
    }
    return BLANK;
}

static int next_document(const struct asks *asks, uint8_t holder, int column, int from)
{
    for (int i = from; column != BLANK && i < asks->document_count; i++) {
        if (is_in(asks, i, holder, column)) {
            return i;
        }
    }
    return BLANK;
}

static void add_band(struct page *page, const struct asks *asks, uint8_t holder, const int columns[COLUMNS])
{
    struct line line = {.heading = {columns[0], columns[1]}, .document = {BLANK, BLANK}, .holder = holder, .is_heading = true};
    int at[COLUMNS] = {next_document(asks, holder, columns[0], 0), next_document(asks, holder, columns[1], 0)};
    page->line[page->count++] = line;
    while ((at[0] != BLANK || at[1] != BLANK) && page->count < LINES_MAX) {
        page->line[page->count++] =
            (struct line){.document = {at[0], at[1]}, .heading = {BLANK, BLANK}, .holder = holder};
        for (int i = 0; i < COLUMNS; i++) {
            at[i] = at[i] == BLANK ? BLANK : next_document(asks, holder, columns[i], at[i] + 1);
        }
    }
}

static void lay_out(const struct asks *asks, struct page *page)
{
    page->count = 0;
    for (uint8_t holder = 0; holder < HOLDERS; holder++) {
        int first = next_column(asks, holder, 0);
        while (first != BLANK && page->count < LINES_MAX) {
            int second = next_column(asks, holder, first + 1);
            add_band(page, asks, holder, (const int[COLUMNS]){first, second});
            first = second == BLANK ? BLANK : next_column(asks, holder, second + 1);
        }
    }
}

/* --- the marker -------------------------------------------------------------------------------- */

/* Half of what a taller terminal has more is for the verdict. */
static int verdict_rows(int rows)
{
    int wanted = VERDICT_LEAST + (rows - SCREEN_ROWS_LEAST) / 2;
    return wanted < VERDICT_MOST ? wanted : VERDICT_MOST;
}

static int room_of(int rows)
{
    return rows - TOP - verdict_rows(rows) - 3;
}

/* The document under the marker; BLANK where there is none. */
static int marked(const struct page *page, const struct screen_ui *ui)
{
    int at = ui->list[SCREEN_DOCUMENTS].at;
    if (at < 0 || at >= page->count) {
        return BLANK;
    }
    const int *documents = page->line[at].document;
    return documents[ui->column] != BLANK ? documents[ui->column] : documents[!ui->column];
}

/* Moves by lines, over headings. */
static void move(const struct page *page, struct screen_ui *ui, int room, int step)
{
    struct widgets_list *list = &ui->list[SCREEN_DOCUMENTS];
    for (int at = list->at + step; at >= 0 && at < page->count; at += step) {
        if (!page->line[at].is_heading) {
            list->at = at;
            break;
        }
    }
    /* The heading above the first line comes back into sight with it. */
    list->first = list->at <= 1 && list->first > 0 ? 0 : list->first;
    widgets_list_scroll(list, page->count, room);
}

void documents_open(struct screen_view *view)
{
    struct page page;
    struct screen_ui *ui = &view->ui;
    lay_out(&view->asks, &page);
    ui->column = 0;
    ui->list[SCREEN_DOCUMENTS] = (struct widgets_list){0};
    move(&page, ui, room_of(view_rows(view)), 1);
}

struct request documents_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct page page;
    struct screen_ui *ui = &view->ui;
    int room = room_of(view_rows(view));
    lay_out(&view->asks, &page);
    if (marked(&page, ui) == BLANK) {
        ui->list[SCREEN_DOCUMENTS].at = 0;
        move(&page, ui, room, 1);
    }
    switch (key->code) {
    case KEYS_UP:
        move(&page, ui, room, -1);
        break;
    case KEYS_DOWN:
        move(&page, ui, room, 1);
        break;
    case KEYS_LEFT:
    case KEYS_RIGHT:
    case KEYS_TAB:
        ui->column = key->code == KEYS_TAB ? !ui->column : key->code == KEYS_RIGHT;
        break;
    case KEYS_PAGE_DOWN:
    case KEYS_PAGE_UP:
        for (int i = 0; i < room - 1; i++) {
            move(&page, ui, room, key->code == KEYS_PAGE_DOWN ? 1 : -1);
        }
        break;
    default:
        return (struct request){.act = act, .number = marked(&page, ui)};
    }
    return (struct request){.act = ACT_NONE};
}

/* --- drawing ----------------------------------------------------------------------------------- */

static const char *column_name(const struct screen_view *view, int column)
{
    static const char *const ids[] = {[COLUMN_CLASS] = NULL, [COLUMN_BY_NAME] = "documents.by-name",
                                      [COLUMN_PAPERS] = "documents.papers"};
    const struct ask_column *ask = &view->asks.column[column];
    return ask->name != NULL ? text_of(view, *ask->name) : say(view, ids[ask->kind % 3]);
}

static void draw_heading(struct canvas *c, const struct screen_view *view, int row, const struct line *line, int width)
{
    static const char *const holders[] = {"holder.resident", "holder.visitor", "holder.any"};
    char text[PARTS_TEXT];
    for (int i = 0; i < COLUMNS; i++) {
        if (line->heading[i] == BLANK) {
            continue;
        }
        const char *name = column_name(view, line->heading[i]);
        bool class = view->asks.column[line->heading[i]].kind == COLUMN_CLASS;
        if (line->holder == HOLDER_ANY) {
            snprintf(text, sizeof text, "%s", name);
        } else {
            snprintf(text, sizeof text, class ? "%s [%s]" : "%s: %s", say(view, holders[line->holder]), name);
        }
        canvas_put(c, row, LEFT + 2 + i * width, width - 3, THEME_HEADING, text);
    }
}

static void draw_document(struct canvas *c, const struct screen_view *view, int row, int column, int document, int width)
{
    const struct ask_document *ask = &view->asks.document[document];
    char text[PARTS_TEXT];
    bool asks = ask->shown && ask->attributes != 0;
    snprintf(text, sizeof text, "%s%s", document_name(view, ask->document), asks ? " *" : "");
    widgets_tick(c, row, column, width - 3, ask->shown, text);
}

static void draw_verdict(struct canvas *c, const struct screen_view *view)
{
    char text[PARTS_TEXT], number[PARTS_TEXT], more[WORDS_TEXT_MAX];
    int row = c->rows - 2 - verdict_rows(c->rows) - 1;
    struct flow flow = {.c = c, .top = row + 1, .room = verdict_rows(c->rows)};
    canvas_rule(c, row);
    flow_text(&flow, verdict_role(view->verdict.kind), 0, verdict_text(view, text));
    flow_missing(&flow, view);
    if (flow.used > flow.room && view->notice.id == NULL) {
        WORDS(view->language, "documents.more", more, number_text(flow.used - flow.room, number));
        canvas_put(c, c->rows - 2, c->columns - 2 - (int)cells_width(more), -1, THEME_WARNING, more);
    }
}

void documents_draw(struct canvas *c, const struct screen_view *view)
{
    struct page page;
    struct widgets_list list = view->ui.list[SCREEN_DOCUMENTS];
    int width = (c->columns - LEFT) / COLUMNS, room = room_of(c->rows);
    lay_out(&view->asks, &page);
    widgets_list_scroll(&list, page.count, room);
    int here = marked(&page, &view->ui);
    if (page.count == 0) {
        canvas_put(c, TOP + 1, 3, c->columns - 4, THEME_TEXT, say(view, "documents.none"));
    }
    for (int i = list.first; i < page.count && i < list.first + room; i++) {
        int row = TOP + i - list.first;
        if (page.line[i].is_heading) {
            draw_heading(c, view, row, &page.line[i], width);
        }
        for (int side = 0; side < COLUMNS; side++) {
            int document = page.line[i].document[side];
            if (document != BLANK) {
                int column = widgets_marker(c, row, LEFT + side * width, document == here);
                draw_document(c, view, row, column, document, width);
            }
        }
    }
    draw_verdict(c, view);
    put_position(c, view, TOP + room, list.first, room, page.count);
}
