#include "tui/pad/face.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *title, *mark, *keys, *no_card, *quit;
} words[] = {
    [FACE_JAPANESE] = {"【練習】暗証番号入力パッド", "【練習】",
                       "0-9  Enter 確認  BackSpace 訂正  Esc 取消",
                       "カードなし (x で差し込む)", "Ctrl-C 終了"},
    [FACE_ENGLISH] = {"[PRACTICE] PIN pad", "[PRACTICE]",
                      "0-9  Enter OK  BackSpace correct  Esc cancel",
                      "no card (x puts it in)", "Ctrl-C quit"},
};

struct drawing {
    char *out;
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void put(struct drawing *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(d->out + d->length, FACE_ROOM - d->length, format, arguments);
    va_end(arguments);
    if (n > 0 && d->length + (size_t)n < FACE_ROOM)
        d->length += (size_t)n;
}

static void put_display(struct drawing *d, const struct pad_view *view, int row)
{
    static const char edge[] = "+--------------------+";
    put(d, "\033[%d;2H%s", row, edge);
    for (int i = 0; i < 2; i++)
        put(d, "\033[%d;2H|\033[%d;4H%s\033[%d;23H|", row + 1 + i, row + 1 + i, view->lines[i],
            row + 1 + i);
    put(d, "\033[%d;2H%s", row + 3, edge);
}

static void put_large(struct drawing *d, const struct pad_view *view, enum face_language language)
{
    put(d, "\033[1;2H%s", words[language].title);
    put_display(d, view, 2);
    if (view->entries > 0) {
        put(d, "\033[3;26H");
        put(d, language == FACE_ENGLISH ? "entry %d of %d" : "%d/%d 回目の入力", view->entry,
            view->entries);
    }
    put(d, "\033[6;7H[1] [2] [3]\033[7;7H[4] [5] [6]\033[8;7H[7] [8] [9]\033[9;11H[0]");
    put(d, "\033[10;2H%s", words[language].keys);
    put(d, "\033[11;2H");
    if (view->card[0])
        put(d, language == FACE_ENGLISH ? "card: %s (x takes it out)" : "カード: %s (x で抜く)",
            view->card);
    else
        put(d, "%s", words[language].no_card);
    put(d, "  %s", words[language].quit);
}

size_t face_draw(char out[FACE_ROOM], const struct pad_view *view, int rows,
                 enum face_language language)
{
    struct drawing d = {out, 0};
    bool large = rows >= FACE_ROWS;
    put(&d, "\033[H\033[2J");
    if (large)
        put_large(&d, view, language);
    else
        put(&d, "%s\r\n%s\r\n%s %s", view->lines[0], view->lines[1], words[language].mark,
            words[language].keys);
    /* stars are one column each, so the cursor's column is the line's length */
    size_t typed = view->asking ? strspn(view->lines[1], "*") : 0;
    put(&d, "\033[%d;%zuH", large ? 4 : 2, typed + (large ? 4 : 1));
    return d.length;
}

static size_t sequence_length(const char *bytes, size_t length)
{
    size_t n = 2;
    while (n < length && !(bytes[n] >= '@' && bytes[n] <= '~'))
        n++;
    return n < length ? n + 1 : length;
}

enum face_action face_key(const char *bytes, size_t length, size_t *at, char key[2])
{
    char c = bytes[*at];
    size_t left = length - *at;
    key[0] = key[1] = '\0';
    if (c == '\033' && left > 1) {
        *at += sequence_length(bytes + *at, left);
        return FACE_NOTHING;
    }
    ++*at;
    switch (c) {
    case '\r':
    case '\n': key[0] = 'E'; break;
    case 0x7F:
    case 0x08: key[0] = 'B'; break;
    case '\033':
    case 'c':
    case 'C': key[0] = 'C'; break;
    case 'x':
    case 'X': return FACE_CARD;
    case 0x03: return FACE_QUIT;
    default:
        if (c < '0' || c > '9')
            return FACE_NOTHING;
        key[0] = c;
    }
    return FACE_PRESS;
}

enum face_language face_language_of(const char *locale)
{
    return locale && strncmp(locale, "en", 2) == 0 ? FACE_ENGLISH : FACE_JAPANESE;
}
