/*
 * From bytes of a terminal to keys: a pure decoder that never guesses and never loses half a character.
 *
 * Read bytes into a buffer, call keys_decode at its start, drop `used` bytes, repeat. KEYS_PARTIAL asks
 * for more bytes; when none come within the ESC delay, call again with `waited`: a lone ESC is then the
 * Escape key, an unfinished sequence is dropped, and half a UTF-8 character is still kept.
 *
 * Both forms of the function keys are known (ESC O P; ESC [ 1 1 ~; the Linux console's ESC [ [ A), ESC with a digit
 * is a function key (ESC 0: F10), the cursor keys of both modes, and bracketed paste.
 */
#ifndef TUI_TERM_KEYS_H
#define TUI_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum keys_code {
    KEYS_NONE,
    KEYS_TEXT,        /* key.rune; also the characters of a paste */
    KEYS_ENTER,
    KEYS_TAB,
    KEYS_BACKTAB,
    KEYS_BACKSPACE,
    KEYS_DELETE,
    KEYS_ESCAPE,
    KEYS_UP,
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_HOME,
    KEYS_END,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_CONTROL,     /* key.rune: the letter, 'A'..'Z' */
    KEYS_PASTE_BEGIN,
    KEYS_PASTE_END,
    KEYS_F1,          /* KEYS_F1 + n - 1 up to F12 */
    KEYS_F12 = KEYS_F1 + 11,
};

struct key {
    enum keys_code code;
    uint32_t rune;
    bool pasted; /* set by the terminal layer between KEYS_PASTE_BEGIN and KEYS_PASTE_END */
};

enum keys_answer {
    KEYS_COMPLETE, /* *out holds a key */
    KEYS_PARTIAL,  /* more bytes are needed; nothing used */
    KEYS_NOT_A_KEY /* `used` bytes mean nothing here: a mouse report, a broken character */
};

/* `used` is at least 1 unless the answer is KEYS_PARTIAL. */
enum keys_answer keys_decode(const uint8_t *bytes, size_t count, bool waited, struct key *out, size_t *used);

/* Bytes at the start are an unfinished ESC sequence, so that the ESC delay applies. */
bool keys_is_escape(const uint8_t *bytes, size_t count);

#endif
