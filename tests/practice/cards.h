/* Cards for the tests of this folder, each in a stand's directory of its own. */
#ifndef TESTS_PRACTICE_CARDS_H
#define TESTS_PRACTICE_CARDS_H

#include "cardops/practice/card.h"

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 2026-11-22 in Japan. */
enum { TEST_NOW = 1795300000 };

struct bench {
    char stand[64];
    struct practice_card *card;
    struct bytes answer;
};

static inline int bench_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static inline void bench_insert(struct bench *b, const char *name)
{
    char file[128], bad[PRACTICE_KEY_NAME] = "";
    snprintf(file, sizeof file, "cardops/practice/cards/%s.ini", name);
    practice_card_close(&b->card);
    assert_int_equal(practice_card_open(&b->card, b->stand, file, TEST_NOW, bad), PRACTICE_OK);
    assert_string_equal(bad, "");
    assert_true(practice_card_power_on(b->card, &b->answer));
}

static inline void bench_begin(struct bench *b, const char *name)
{
    *b = (struct bench){0};
    snprintf(b->stand, sizeof b->stand, "%s", "/tmp/practice-test.XXXXXX");
    assert_non_null(mkdtemp(b->stand));
    bench_insert(b, name);
}

static inline void bench_end(struct bench *b)
{
    practice_card_close(&b->card);
    bytes_free(&b->answer);
    nftw(b->stand, bench_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline size_t bench_hex(const char *text, uint8_t *out, size_t room)
{
    size_t n = 0;
    for (; *text; text++) {
        unsigned value = 0;
        if (*text == ' ')
            continue;
        assert_true(n < room && sscanf(text, "%2x", &value) == 1);
        out[n++] = (uint8_t)value;
        text++;
    }
    return n;
}

/* Sends the command written in hex; the data stay in b->answer, the status word is returned. */
static inline unsigned bench_send(struct bench *b, const char *hex)
{
    uint8_t command[600];
    size_t n = bench_hex(hex, command, sizeof command);
    assert_true(practice_card_transmit(b->card, command, n, &b->answer));
    assert_true(b->answer.length >= 2);
    size_t data = b->answer.length - 2;
    unsigned sw = (unsigned)b->answer.at[data] << 8 | b->answer.at[data + 1];
    bytes_truncate(&b->answer, data);
    return sw;
}

#define SELECT_COMMON "00A4040C0A D3921000310001010100"
#define SELECT_JPKI "00A4040C0A D392F000260100000001"
#define SELECT_TEXT "00A4040C0A D3921000310001010408"
#define SELECT_VISUAL "00A4040C0A D3921000310001010402"
#define SELECT_JUKI "00A4040C0A D3921000310001010401"
#define SELECT_PRACTICE "00A4040C0B F04D41444F4755434849 01"

#endif
