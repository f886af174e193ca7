#include "forms/paper/paper.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POINTS_A_MM (72.0 / 25.4)

static const struct {
    double width, height; /* ISO 216 */
} sizes[] = {
    [PAPER_A5] = {148.0, 210.0},
    [PAPER_A4] = {210.0, 297.0},
};

struct paper {
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoContext *context;
    char *path, *font;
    enum paper_size size;
    int fd;
    unsigned missing;
    enum paper_fault fault;
};

static void keep_fault(struct paper *p, enum paper_fault fault)
{
    if (p->fault == PAPER_OK)
        p->fault = fault;
}

static enum paper_fault fault_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR: return PAPER_NO_PLACE;
    case EACCES:
    case EPERM:
    case EROFS: return PAPER_NOT_ALLOWED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return PAPER_FULL;
    case ENOMEM: return PAPER_NO_MEMORY;
    default: return PAPER_IO;
    }
}

static cairo_status_t write_out(void *closure, const unsigned char *data, unsigned length)
{
    struct paper *p = closure;

    while (length > 0) {
        ssize_t written = write(p->fd, data, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            keep_fault(p, fault_of(errno));
            return CAIRO_STATUS_WRITE_ERROR;
        }
        data += written;
        length -= (unsigned)written;
    }
    return CAIRO_STATUS_SUCCESS;
}

/* --- beginning and end --- */

static void release(struct paper *p)
{
    if (p->context)
        g_object_unref(p->context);
    if (p->fonts)
        g_object_unref(p->fonts);
    if (p->cairo)
        cairo_destroy(p->cairo);
    if (p->surface)
        cairo_surface_destroy(p->surface);
    free(p->path);
    free(p->font);
    free(p);
}

static enum paper_fault begin_surface(struct paper *p, const char *title, const char *created)
{
    double width = sizes[p->size].width * POINTS_A_MM, height = sizes[p->size].height * POINTS_A_MM;

    p->fonts = pango_cairo_font_map_new();
    if (!pango_font_map_get_family(p->fonts, p->font))
        return PAPER_NO_FONT;
    p->fd = open(p->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
    if (p->fd < 0)
        return fault_of(errno);
    p->surface = cairo_pdf_surface_create_for_stream(write_out, p, width, height);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
    p->cairo = cairo_create(p->surface);
    cairo_scale(p->cairo, POINTS_A_MM, POINTS_A_MM);
    p->context = pango_font_map_create_context(p->fonts);
    pango_context_set_language(p->context, pango_language_from_string("ja"));
    return cairo_status(p->cairo) == CAIRO_STATUS_SUCCESS ? PAPER_OK : PAPER_NO_MEMORY;
}

enum paper_fault paper_new(struct paper **p, const char *path, enum paper_size size,
                           const char *font, const char *title, const char *created)
{
    struct paper *made = calloc(1, sizeof *made);

    *p = made;
    if (!made)
        return PAPER_NO_MEMORY;
    made->fd = -1;
    made->size = size;
    made->path = strdup(path);
    made->font = strdup(font);
    made->fault = made->path && made->font ? begin_surface(made, title, created) : PAPER_NO_MEMORY;
    return made->fault == PAPER_OK ? PAPER_OK : paper_finish(p);
}

/* Takes back a file that is not good; a device that was written to stays. */
static void close_file(struct paper *p)
{
    struct stat file;
    bool regular;

    if (p->fd < 0)
        return;
    regular = fstat(p->fd, &file) == 0 && S_ISREG(file.st_mode);
    if (close(p->fd) != 0)
        keep_fault(p, fault_of(errno));
    if (p->fault != PAPER_OK && regular)
        unlink(p->path);
}

enum paper_fault paper_finish(struct paper **p)
{
    struct paper *ending = *p;
    enum paper_fault fault;

    *p = NULL;
    if (ending->surface) {
        cairo_surface_finish(ending->surface);
        if (cairo_surface_status(ending->surface) != CAIRO_STATUS_SUCCESS)
            keep_fault(ending, PAPER_IO);
    }
    close_file(ending);
    fault = ending->fault;
    release(ending);
    return fault;
}

/* --- the page --- */

static bool on_the_page(struct paper *p, double x, double y, double right, double bottom)
{
    if (x >= 0 && y >= 0 && right <= paper_width(p) && bottom <= paper_height(p))
        return true;
    keep_fault(p, PAPER_OFF_THE_PAGE);
    return false;
}

/* Type size and width are given to Pango in millimetres, the unit of the page. */
static PangoLayout *set_text(struct paper *p, double width, double points, enum paper_align align,
                             const char *text)
{
    static const PangoAlignment alignments[] = {[PAPER_LEFT] = PANGO_ALIGN_LEFT,
                                                [PAPER_CENTRE] = PANGO_ALIGN_CENTER,
                                                [PAPER_RIGHT] = PANGO_ALIGN_RIGHT};
    PangoFontDescription *font = pango_font_description_new();
    PangoLayout *layout = pango_layout_new(p->context);

    pango_font_description_set_family(font, p->font);
    pango_font_description_set_absolute_size(font, points / POINTS_A_MM * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, alignments[align]);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

double paper_text(struct paper *p, double x, double y, double width, double points,
                  enum paper_align align, const char *text)
{
    PangoLayout *layout;
    int height;
    double bottom;

    if (p->fault != PAPER_OK)
        return y;
    layout = set_text(p, width, points, align, text);
    pango_layout_get_size(layout, NULL, &height);
    bottom = y + (double)height / PANGO_SCALE;
    if (on_the_page(p, x, y, x + width, bottom)) {
        p->missing += (unsigned)pango_layout_get_unknown_glyphs_count(layout);
        cairo_move_to(p->cairo, x, y);
        pango_cairo_show_layout(p->cairo, layout);
    }
    g_object_unref(layout);
    return bottom;
}

void paper_line(struct paper *p, double x, double y, double to_x, double to_y, double thickness)
{
    if (p->fault != PAPER_OK || !on_the_page(p, x, y, to_x, to_y))
        return;
    cairo_set_line_width(p->cairo, thickness);
    cairo_move_to(p->cairo, x, y);
    cairo_line_to(p->cairo, to_x, to_y);
    cairo_stroke(p->cairo);
}

void paper_box(struct paper *p, double x, double y, double width, double height, double thickness)
{
    if (p->fault != PAPER_OK || !on_the_page(p, x, y, x + width, y + height))
        return;
    cairo_set_line_width(p->cairo, thickness);
    cairo_rectangle(p->cairo, x, y, width, height);
    cairo_stroke(p->cairo);
}

void paper_page(struct paper *p)
{
    if (p->fault == PAPER_OK)
        cairo_show_page(p->cairo);
}

double paper_width(const struct paper *p)
{
    return sizes[p->size].width;
}

double paper_height(const struct paper *p)
{
    return sizes[p->size].height;
}

unsigned paper_missing(const struct paper *p)
{
    return p->missing;
}
