#include "tui/resident/entry.h"

bool entry_open(struct entry *e)
{
    *e = (struct entry){.at = 0};
    for (int i = 0; i < ENTRY_FIELDS; i++) {
        if (!bytes_locked(&e->fields[i], ENTRY_MAX)) {
            entry_close(e);
            return false;
        }
    }
    return true;
}

void entry_close(struct entry *e)
{
    for (int i = 0; i < ENTRY_FIELDS; i++) {
        bytes_free(&e->fields[i]);
    }
}

void entry_wipe(struct entry *e)
{
    for (int i = 0; i < ENTRY_FIELDS; i++) {
        bytes_truncate(&e->fields[i], 0);
    }
    e->at = 0;
}

bool entry_ask(struct entry *e, const struct entry_rule *rule)
{
    entry_wipe(e);
    if (rule->minimum < 1 || rule->minimum > rule->maximum || rule->maximum > ENTRY_MAX || rule->fields < 1 ||
        rule->fields > ENTRY_FIELDS) {
        return false;
    }
    e->rule = *rule;
    return true;
}

/* Full-width forms: U+FF01..U+FF5E stand for U+0021..U+007E. */
static uint32_t plain(uint32_t rune)
{
    return rune >= 0xFF01 && rune <= 0xFF5E ? rune - 0xFF01 + '!' : rune;
}

static bool is_digit(uint32_t rune)
{
    return rune >= '0' && rune <= '9';
}

static bool is_capital(uint32_t rune)
{
    return rune >= 'A' && rune <= 'Z';
}

static bool is_small(uint32_t rune)
{
    return rune >= 'a' && rune <= 'z';
}

enum entry_note entry_type(struct entry *e, uint32_t rune)
{
    struct bytes *field = &e->fields[e->at];
    rune = plain(rune);
    bool small = is_small(rune);
    if (!is_digit(rune) && !(e->rule.letters && (small || is_capital(rune)))) {
        return ENTRY_REFUSED;
    }
    uint8_t character = (uint8_t)(small ? rune - 'a' + 'A' : rune);
    if (field->length >= e->rule.maximum || !bytes_append_byte(field, character)) {
        return ENTRY_FULL;
    }
    return small ? ENTRY_RAISED : ENTRY_NOTHING;
}

void entry_erase(struct entry *e)
{
    struct bytes *field = &e->fields[e->at];
    if (field->length > 0) {
        bytes_truncate(field, field->length - 1);
    }
}

struct entry_checks entry_checks(const struct entry *e)
{
    const struct bytes *field = &e->fields[e->at];
    bool letter = false, digit = false;
    for (size_t i = 0; i < field->length; i++) {
        letter |= is_capital(field->at[i]);
        digit |= is_digit(field->at[i]);
    }
    struct entry_checks checks = {
        .typed = field->length,
        .length = field->length >= e->rule.minimum && field->length <= e->rule.maximum,
        .characters = field->length > 0,
        .mix = !e->rule.mix || (letter && digit),
        .match = e->at == 1 && field->length > 0 && bytes_equal(&e->fields[0], field),
    };
    checks.rule = checks.length && checks.characters && checks.mix;
    return checks;
}

enum entry_note entry_enter(struct entry *e)
{
    struct entry_checks checks = entry_checks(e);
    if (e->at == 1) {
        if (checks.match) {
            return ENTRY_FINISHED;
        }
        if (!checks.length) {
            return ENTRY_UNFINISHED;
        }
        entry_wipe(e);
        return ENTRY_DIFFERENT;
    }
    if (!checks.rule) {
        return ENTRY_UNFINISHED;
    }
    if (e->rule.fields == 1) {
        return ENTRY_FINISHED;
    }
    e->at = 1;
    return ENTRY_NOTHING;
}

bool entry_untouched(const struct entry *e)
{
    return e->at == 0 && e->fields[0].length == 0;
}

const struct bytes *entry_result(const struct entry *e)
{
    return &e->fields[0];
}
