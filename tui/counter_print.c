#include "tui/counter_state.h"
#include "forms/paper/paper.h"
#include "forms/paper/print.h"
#include "tui/screens/slip.h"

#include <stdio.h>

/* --- on the screen ----------------------------------------------------------------------------- */

/* When the counter opens next after today: by then the authority may be back. */
static struct moment appointment(const struct counter *c)
{
    const struct screen_view *view = &c->view;
    const struct situation *situation = &view->situation;
    struct hours_query query = {.office = situation->office > 0 ? (unsigned)situation->office : 0,
                                .procedure = (unsigned)situation->procedure,
                                .presenter = situation->presenter,
                                .at = {date_add_days(view->clock.date, 1), 0}};
    return hours_judge(&c->city->profile.hours, &c->city->national.holidays, &query).opens;
}

void counter_show_slip(struct counter *c, const char *case_id)
{
    struct screen_view *view = &c->view;
    struct case_file closed = {.state = CASE_NONE};
    /* The record was written a moment ago; should it not be readable now, the slip says only which case. */
    if (ledger_read_case(c->ledger, case_id, &closed) != LEDGER_OK) {
        snprintf(closed.id, sizeof closed.id, "%s", case_id);
    }
    view->slip = closed;
    view->appointment = appointment(c);
    c->depth = 1;
    counter_push(c, SCREEN_SLIP);
}

/* --- on paper ----------------------------------------------------------------------------------- */

/* Millimetres on A5, and points. */
static const double left = 18, right = 18, top = 20, label_width = 34, title_points = 16, text_points = 10.5, gap = 2.5;
static const double bottom = 35; /* room for a line of several rows */
static const char printing_program[] = "lp";
enum { PRINT_SECONDS = 20 };

static const char *const paper_faults[] = {
    [PAPER_NO_FONT] = "paper.no-font",
    [PAPER_NO_PLACE] = "paper.no-place",
    [PAPER_NOT_ALLOWED] = "paper.not-allowed",
    [PAPER_FULL] = "paper.full",
    [PAPER_OFF_THE_PAGE] = "paper.io",
    [PAPER_IO] = "paper.io",
    [PAPER_NO_MEMORY] = "start.memory",
};

static double add_line(struct paper *paper, double y, const struct slip_line *line)
{
    double width = paper_width(paper) - left - right;
    if (*line->label == '\0') {
        return paper_text(paper, left, y, width, text_points, PAPER_LEFT, line->text) + gap;
    }
    paper_text(paper, left, y, label_width, text_points, PAPER_LEFT, line->label);
    return paper_text(paper, left + label_width, y, width - label_width, text_points, PAPER_LEFT, line->text) + gap;
}

static void fill(const struct counter *c, struct paper *paper)
{
    struct slip slip;
    char title[PARTS_TEXT];
    double width = paper_width(paper) - left - right, y = top;
    const char *name = say(&c->view, slip_is_appointment(&c->view) ? "slip.title-again" : "slip.title");
    snprintf(title, sizeof title, "%.200s%s%.200s", name, c->view.practice ? "  " : "",
             c->view.practice ? say(&c->view, "frame.practice") : "");
    y = paper_text(paper, left, y, width, title_points, PAPER_CENTRE, title) + gap;
    paper_line(paper, left, y, left + width, y, 0.3);
    y += 2 * gap;
    slip_lines(&c->view, &slip);
    for (int i = 0; i < slip.count; i++) {
        if (y > paper_height(paper) - bottom) {
            paper_page(paper);
            y = top;
        }
        y = add_line(paper, y, &slip.line[i]);
    }
}

static enum paper_fault write_slip(const struct counter *c, const char *path)
{
    struct paper *paper = NULL;
    char created[MOMENT_TEXT_SIZE];
    enum paper_fault fault = paper_new(&paper, path, PAPER_A5, PAPER_FONT, say(&c->view, "slip.title"),
                                       moment_format(c->view.clock, created));
    if (fault != PAPER_OK) {
        return fault;
    }
    fill(c, paper);
    return paper_finish(&paper);
}

void counter_print(struct counter *c)
{
    char path[SETTINGS_PATH_SIZE + CASE_ID_MAX + 16];
    snprintf(path, sizeof path, "%s/slip-%s.pdf", c->settings.paper.directory, c->view.slip.id);
    enum paper_fault fault = write_slip(c, path);
    if (fault != PAPER_OK) {
        counter_notice(c, paper_faults[fault], c->settings.paper.directory);
        return;
    }
    enum print_fault printed = print_file(printing_program, c->settings.paper.printer, path, PRINT_SECONDS, NULL);
    counter_notice(c, printed == PRINT_OK ? "slip.printed" : "slip.saved", path);
}
