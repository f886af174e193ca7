/*
 * Pages of text, lines and boxes as a PDF file, in millimetres from the top left corner.
 *
 * The caller gives the words, in the language they are to be read in, as valid UTF-8 without
 * controls. Pango breaks lines (Japanese has no spaces) and cairo writes the file with its font
 * embedded.
 *
 * Order of calls: paper_new; any of text, line, box, page; paper_finish, which alone says whether
 * the file is good. A fault on the way is kept and told there; calls after it do nothing. A file
 * that is not good is removed again, so that half a slip is never printed.
 *
 * The file is made with mode 0600: a slip may name a resident. Nothing here asks for the time of
 * day.
 */
#ifndef FORMS_PAPER_PAPER_H
#define FORMS_PAPER_PAPER_H

#include <stdbool.h>

#define PAPER_FONT "IPAGothic"  /* Debian: fonts-ipafont-gothic */

enum paper_size { PAPER_A5, PAPER_A4 };
enum paper_align { PAPER_LEFT, PAPER_CENTRE, PAPER_RIGHT };

enum paper_fault {
    PAPER_OK = 0,
    PAPER_NO_FONT,      /* the font family is not installed */
    PAPER_NO_PLACE,     /* the folder is not there */
    PAPER_NOT_ALLOWED,
    PAPER_FULL,         /* the disk is full */
    PAPER_OFF_THE_PAGE, /* something was set outside the page */
    PAPER_IO,
    PAPER_NO_MEMORY,
};

struct paper;

/* `created`: ISO 8601, for the file's own data. */
enum paper_fault paper_new(struct paper **p, const char *path, enum paper_size size,
                           const char *font, const char *title, const char *created)
    __attribute__((warn_unused_result));
/* A paragraph, broken at `width`; `points` is the type size. Answers where it ends (y of its lower
 * edge). */
double paper_text(struct paper *p, double x, double y, double width, double points,
                  enum paper_align align, const char *text);
void paper_line(struct paper *p, double x, double y, double to_x, double to_y, double thickness);
void paper_box(struct paper *p, double x, double y, double width, double height, double thickness);
void paper_page(struct paper *p);
double paper_width(const struct paper *p);
double paper_height(const struct paper *p);
/* Characters so far that the font does not have (rare kanji of a name): shown as boxes on the
 * paper. */
unsigned paper_missing(const struct paper *p);
enum paper_fault paper_finish(struct paper **p) __attribute__((warn_unused_result));

#endif
