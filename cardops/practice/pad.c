#include "cardops/practice/pad.h"

#include <stdio.h>
#include <string.h>

static bool step_asked(const struct pad *pad, enum pad_step step)
{
    const bool asked[PAD_STEPS] = {pad->block.ask_old, pad->block.ask_new, pad->block.ask_again};
    return asked[step];
}

/* The next entry at or after `step`. False: there is none. */
static bool step_begin(struct pad *pad, int step)
{
    for (; step < PAD_STEPS; step++)
        if (step_asked(pad, (enum pad_step)step)) {
            pad->step = (enum pad_step)step;
            pad->entry++;
            pad->asked++;
            return true;
        }
    return false;
}

void pad_ask(struct pad *pad, struct pin_block *block, int64_t now, int seconds)
{
    unsigned asked = pad->asked;
    pad_close(pad, PAD_IDLE);
    *pad = (struct pad){.outcome = PAD_ASKING, .block = *block, .asked = asked};
    *block = (struct pin_block){0};
    for (int s = 0; s < PAD_STEPS; s++)
        pad->entries += step_asked(pad, (enum pad_step)s);
    if (seconds <= 0)
        seconds = pad->block.seconds ? pad->block.seconds : PAD_DEFAULT_SECONDS;
    pad->until = now + (int64_t)seconds * 1000;
    step_begin(pad, PAD_OLD);
}

static enum pad_outcome entry_confirm(struct pad *pad)
{
    if (strlen(pad->digits[pad->step]) < pad->block.shortest) {
        pad->too_short = true;
        return PAD_ASKING;
    }
    if (step_begin(pad, (int)pad->step + 1))
        return PAD_ASKING;
    bool same = !pad->block.ask_again || strcmp(pad->digits[PAD_NEW], pad->digits[PAD_AGAIN]) == 0;
    return pad->outcome = same ? PAD_ENTERED : PAD_MISMATCH;
}

enum pad_outcome pad_key(struct pad *pad, char key)
{
    if (pad->outcome != PAD_ASKING)
        return pad->outcome;
    char *digits = pad->digits[pad->step];
    size_t n = strlen(digits);
    pad->too_short = false;
    if (key == PAD_KEY_CANCEL)
        return pad->outcome = PAD_CANCELLED;
    if (key == PAD_KEY_CORRECT && n > 0)
        digits[n - 1] = '\0';
    if (key >= '0' && key <= '9' && n < pad->block.longest) {
        digits[n] = key;
        if (pad->block.ends_when_full && n + 1 == pad->block.longest)
            return entry_confirm(pad);
    }
    return key == PAD_KEY_CONFIRM ? entry_confirm(pad) : PAD_ASKING;
}

enum pad_outcome pad_time(struct pad *pad, int64_t now)
{
    if (pad->outcome == PAD_ASKING && now >= pad->until)
        pad->outcome = PAD_TIMED_OUT;
    return pad->outcome;
}

bool pad_command(const struct pad *pad, struct bytes *command)
{
    return pin_block_fill(&pad->block, pad->digits[PAD_OLD], pad->digits[PAD_NEW], command);
}

void pad_close(struct pad *pad, enum pad_outcome outcome)
{
    explicit_bzero(pad->digits, sizeof pad->digits);
    pin_block_free(&pad->block);
    pad->outcome = outcome;
    pad->entry = pad->entries = 0;
    pad->too_short = false;
}

uint16_t pad_status(enum pad_outcome outcome)
{
    switch (outcome) {
    case PAD_CANCELLED: return PIN_CANCELLED;
    case PAD_TIMED_OUT: return PIN_TIMEOUT;
    case PAD_MISMATCH: return PIN_DIFFERENT;
    default: return PIN_LENGTH;
    }
}

size_t pad_typed(const struct pad *pad)
{
    return pad->outcome == PAD_ASKING ? strlen(pad->digits[pad->step]) : 0;
}

static void lines_asking(const struct pad *pad, char first[PAD_LINE], char second[PAD_LINE])
{
    static const char *const prompts[PAD_STEPS] = {
        [PAD_OLD] = "暗証番号を入力",
        [PAD_NEW] = "新しい暗証番号",
        [PAD_AGAIN] = "確認でもう一度",
    };
    static const char stars[] = "****************";
    snprintf(first, PAD_LINE, "%s", prompts[pad->step]);
    if (pad->too_short)
        snprintf(second, PAD_LINE, "%d桁以上です", pad->block.shortest);
    else
        snprintf(second, PAD_LINE, "%.*s", (int)pad_typed(pad), stars);
}

void pad_lines(const struct pad *pad, bool card, char first[PAD_LINE], char second[PAD_LINE])
{
    static const char *const ends[] = {
        [PAD_IDLE] = "練習用のパッド",      [PAD_ASKING] = "",
        [PAD_ENTERED] = "受け付けました",   [PAD_CANCELLED] = "取り消しました",
        [PAD_TIMED_OUT] = "時間切れです",   [PAD_MISMATCH] = "一致しません",
        [PAD_REFUSED] = "受け付けません",
    };
    if (pad->outcome == PAD_ASKING) {
        lines_asking(pad, first, second);
        return;
    }
    snprintf(first, PAD_LINE, "%s", ends[pad->outcome]);
    snprintf(second, PAD_LINE, "%s", card ? "お待ちください" : "カードなし");
}
