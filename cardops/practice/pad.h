/*
 * The pinpad as a person meets it: two lines of display, ten digits, confirm, correct, cancel.
 *
 * Order of calls: pad_ask begins an entry with what the driver asked for; pad_key and pad_time go on
 * until they answer something else than PAD_ASKING; then pad_command (after PAD_ENTERED) and pad_close.
 * Keys pressed while nothing is asked are lost: there is no type-ahead. Digits are kept until pad_close,
 * which wipes them. Times are milliseconds of any steady clock.
 *
 * The display texts are the device's own; a pad does not know which of the four PINs it takes.
 */
#ifndef CARDOPS_PRACTICE_PAD_H
#define CARDOPS_PRACTICE_PAD_H

#include "cardops/practice/pin_block.h"

enum { PAD_KEY_CONFIRM = 'E', PAD_KEY_CORRECT = 'B', PAD_KEY_CANCEL = 'C' };
enum { PAD_DEFAULT_SECONDS = 60, PAD_LINE = 64 };

enum pad_outcome {
    PAD_IDLE,
    PAD_ASKING,
    PAD_ENTERED,
    PAD_CANCELLED,
    PAD_TIMED_OUT,
    PAD_MISMATCH,
    PAD_REFUSED, /* ended from outside with a status word of its own */
};

enum pad_step { PAD_OLD, PAD_NEW, PAD_AGAIN, PAD_STEPS };

struct pad {
    enum pad_outcome outcome;
    struct pin_block block;
    enum pad_step step;
    int entry, entries; /* which of how many, from 1 */
    unsigned asked;     /* entries begun since the pad was switched on */
    char digits[PAD_STEPS][PIN_BLOCK_LONGEST + 1];
    bool too_short;     /* the confirm key came too early */
    int64_t until;
};

/* Takes over the contents of `block`. `seconds` > 0 is used instead of what the block says. */
void pad_ask(struct pad *pad, struct pin_block *block, int64_t now, int seconds);
enum pad_outcome pad_key(struct pad *pad, char key);
enum pad_outcome pad_time(struct pad *pad, int64_t now);
/* The command for the card. False: no memory. */
bool pad_command(const struct pad *pad, struct bytes *command) __attribute__((warn_unused_result));
/* Wipes and shows how it ended. */
void pad_close(struct pad *pad, enum pad_outcome outcome);
/* The status word of part 10 for an entry that ended without the card. */
uint16_t pad_status(enum pad_outcome outcome);
/* Digits typed in the present entry. */
size_t pad_typed(const struct pad *pad);
/* The two lines of the display, UTF-8. */
void pad_lines(const struct pad *pad, bool card, char first[PAD_LINE], char second[PAD_LINE]);

#endif
