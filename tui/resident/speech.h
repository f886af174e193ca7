/*
 * The languages of the resident's terminal and its words in each: tui/resident/words/NAME.po, all with the
 * same ids. The language is an argument everywhere, so that it can change at any key.
 */
#ifndef TUI_RESIDENT_SPEECH_H
#define TUI_RESIDENT_SPEECH_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of the digit keys, from 1. */
enum speech_language {
    SPEECH_JA,
    SPEECH_JA_EASY, /* やさしい日本語 */
    SPEECH_EN,
    SPEECH_ZH,      /* simplified */
    SPEECH_KO,
    SPEECH_PT,
    SPEECH_VI,
    SPEECH_LANGUAGES
};

/* "ja", "ja-easy", … */
const char *speech_name(enum speech_language language);
bool speech_parse(const char *name, enum speech_language *out);

/* The embedded catalogue, for words_catalogue_say and its like. */
const char *speech_catalogue(enum speech_language language);

const char *speech_say(enum speech_language language, const char *id);

/* SPEECH(language, id, out, "1", "2"): the text with {0}, {1} replaced; `out` is an array. */
#define SPEECH(language, id, out, ...)                                                                         \
    words_catalogue_format(speech_catalogue(language), (id), (out), sizeof(out),                               \
                           sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *const[]){__VA_ARGS__})

#endif
