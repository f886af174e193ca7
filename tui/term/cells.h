/*
 * Text in cells of a terminal. Text from outside is cleaned first, then measured, then shown; bytes and
 * characters are never counted where a column is meant.
 */
#ifndef TUI_TERM_CELLS_H
#define TUI_TERM_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How wide the terminal draws the characters that Unicode calls ambiguous (UAX #11): ○ ① ※ → Greek. */
enum cells_ambiguous { CELLS_NARROW, CELLS_WIDE };

/* Process-wide; set once before anything is drawn. With CELLS_WIDE such characters are replaced, by their
 * plain form where Unicode has one, else by 〓: curses would count them as one cell. */
void cells_set_ambiguous(enum cells_ambiguous ambiguous);

/*
 * Copies `text` into `out`, always ended by NUL, cut between characters. Escape sequences are dropped whole;
 * controls, line ends and tabs become blanks; bidirectional and invisible marks are dropped; bytes that
 * are not UTF-8, private-use and unassigned characters become 〓. Answers out.
 */
const char *cells_clean(const char *text, char *out, size_t size);

/* Writes a line of text cleaned: for what is said without a screen. */
void cells_print(FILE *to, const char *text);

/* Cells of clean text. */
size_t cells_width(const char *text);

/* Bytes of the longest start of `text` that fits in `cells`, never cutting a character from its marks. */
size_t cells_fit(const char *text, size_t cells);

/* Bytes of the first character with its combining marks and variation selectors; *width: its cells. */
size_t cells_next(const char *text, size_t *width);

/*
 * Bytes of the first line of `text` when broken into lines of `cells`; *next is where the following line
 * starts. Breaks at blanks, between CJK characters, at '\n'; closing punctuation stays with what it closes
 * and may hang back a character (JIS X 4051 line-start prohibition). Where the last line would hold a few
 * cells only, the one before it ends at its last 、 。 ： ） or 」 in its second half.
 */
size_t cells_line(const char *text, size_t cells, const char **next);

#endif
