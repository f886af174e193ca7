/*
 * What the programs say to people: one catalogue a language (ja.po, en.po, …), compiled by msgfmt and
 * embedded, looked up by symbolic id. Nothing depends on the locale, and the language may change at any
 * moment: both are needed by the resident's terminal, and glibc's gettext offers neither.
 *
 * Every language has every id; tests/words holds that. A text is UTF-8 and never empty. Placeholders are
 * {0} to {9}, in any order. Returned texts live as long as the program.
 */
#ifndef TUI_WORDS_WORDS_H
#define TUI_WORDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum words_language { WORDS_JA, WORDS_EN, WORDS_LANGUAGES };

enum { WORDS_ARGS_MAX = 10, WORDS_TEXT_MAX = 1024 };

/* "ja", "en"; the name of the catalogue. */
const char *words_language_name(enum words_language language);
bool words_language_parse(const char *name, enum words_language *out);

/* The text, or NULL where the language does not have it. */
const char *words_find(enum words_language language, const char *id);

/* The text. An unknown id gives a visible mark that names it (U+27E6 id U+27E7), good until the next
 * such call: a fault of the program that tests look for on every screen. */
const char *words_say(enum words_language language, const char *id);

/*
 * The text with {0}… replaced by `args`, cut between characters where `out` is too small. Answers out. A control
 * character of an argument becomes a blank, so that no escape sequence or line end from outside reaches into the
 * sentence; before it is shown the whole is cleaned (tui/term/cells.h).
 */
const char *words_format(enum words_language language, const char *id, char *out, size_t size, size_t count,
                         const char *const args[]);

/* words_format with the arguments in place: WORDS(language, id, out, a, b). `out` is an array. */
#define WORDS(language, id, out, ...)                                                                     \
    words_format((language), (id), (out), sizeof(out), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), \
                 (const char *const[]){__VA_ARGS__})

/* For tests: the catalogue's entries in order; NULL past the last. */
const char *words_id(enum words_language language, size_t index);

/* The same for a catalogue that only one program has: what msgfmt wrote, embedded (Makefile, Words). */
const char *words_catalogue_find(const char *catalogue, const char *id);
const char *words_catalogue_say(const char *catalogue, const char *id);
const char *words_catalogue_format(const char *catalogue, const char *id, char *out, size_t size, size_t count,
                                   const char *const args[]);
const char *words_catalogue_id(const char *catalogue, size_t index);

#endif
