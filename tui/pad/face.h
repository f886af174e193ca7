/*
 * The face of the practice pinpad: a two-line display and its keys, drawn with plain terminal sequences,
 * and what a person's keys mean. Pure: text in, text out.
 *
 * It draws itself large where there are FACE_ROWS rows, else display and key row alone. No colour.
 */
#ifndef TUI_PAD_FACE_H
#define TUI_PAD_FACE_H

#include "tui/pad/link.h"

#include <stddef.h>

enum { FACE_ROWS = 11, FACE_ROOM = 4096 };

enum face_language { FACE_JAPANESE, FACE_ENGLISH };

/* Fills `out` with the whole picture, cursor behind the last star; returns its length. */
size_t face_draw(char out[FACE_ROOM], const struct pad_view *view, int rows,
                 enum face_language language);

enum face_action { FACE_NOTHING, FACE_PRESS, FACE_CARD, FACE_QUIT };

/*
 * What the bytes of one read mean, from `*at` on; moves `*at`. For FACE_PRESS *key is the stand's word
 * for the key. A lone Escape cancels; sequences of cursor and function keys mean nothing.
 */
enum face_action face_key(const char *bytes, size_t length, size_t *at, char key[2]);

/* The language of LC_ALL, LC_MESSAGES, LANG: English where it begins with `en`, else Japanese. */
enum face_language face_language_of(const char *locale);

#endif
