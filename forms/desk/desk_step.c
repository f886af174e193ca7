#include "forms/desk/desk_parts.h"

#include <string.h>

_Static_assert((int)CASE_BY_PAD == (int)CARD_WAY_PAD &&
                   (int)CASE_BY_TERMINAL == (int)CARD_WAY_RESIDENT,
               "ways");
_Static_assert((int)CASE_TYPED_BY_STAFF == (int)CARD_TYPED_BY_STAFF, "typists");
_Static_assert((int)CASE_PLACES == (int)CARD_PLACES_MAX && (int)CASE_PINS == (int)CARD_PINS_MAX,
               "places and PINs");

/* --- what a reply says of the step --- */

enum { SW_MEMORY = 0x65 }; /* first byte: persistent memory may have changed (ISO 7816-4) */

/* After these it is certain that the step was not carried out; any code that is not here leaves it
 * unknown. */
static bool surely_not_done(const struct desk *d, const struct card_reply *reply)
{
    static const enum card_code certain[] = {CARD_NOT_AUTHORISED,
                                             CARD_NO_READER,
                                             CARD_READER_SHARED,
                                             CARD_READER_HELD,
                                             CARD_ABSENT,
                                             CARD_FOREIGN,
                                             CARD_OLD_JUKI,
                                             CARD_OTHER,
                                             CARD_PIN_WRONG,
                                             CARD_PIN_LOCKED,
                                             CARD_PIN_ABSENT,
                                             CARD_PIN_HALF,
                                             CARD_PIN_FIRST,
                                             CARD_NO_PAD,
                                             CARD_PAD_CANCELLED,
                                             CARD_PAD_TIMEOUT,
                                             CARD_PAD_MISMATCH,
                                             CARD_PAD_LENGTH,
                                             CARD_PAD_BLOCKED,
                                             CARD_PAD_STRUCTURE,
                                             CARD_NO_RESIDENT,
                                             CARD_RESIDENT_CANCELLED,
                                             CARD_RESIDENT_TIMEOUT,
                                             CARD_RESIDENT_LOST,
                                             CARD_NO_MODULE,
                                             CARD_MODULE_UNREADABLE,
                                             CARD_MODULE_REFUSED,
                                             CARD_NOT_FOR_MODULE,
                                             CARD_AUTHORITY_REFUSED,
                                             CARD_UNSUPPORTED,
                                             CARD_NO_KEY,
                                             CARD_CERTIFICATE_BAD,
                                             CARD_CERTIFICATE_SIZE,
                                             CARD_PROOF_FAILED,
                                             CARD_BUSY,
                                             CARD_WRONG_VERSION,
                                             CARD_WRONG_ORDER,
                                             CARD_BAD_REQUEST,
                                             CARD_NO_RUNTIME};

    /* A certificate that cannot be read back may be in place. */
    if (reply->code == CARD_REFUSED)
        return reply->sw >> 8 != SW_MEMORY && d->asking != CARD_ASK_INSTALL;
    for (size_t i = 0; i < sizeof certain / sizeof *certain; i++)
        if (reply->code == certain[i])
            return true;
    return false;
}

static const struct card_pin_facts *pin_facts(const struct desk *d, uint8_t pin)
{
    return d->view.card_known && pin < d->view.card.pin_count ? &d->view.card.pins[pin] : NULL;
}

/* What the tries were before the step is no longer told by anybody. */
void step_take_tries(struct desk *d, uint8_t pin, const struct card_facts *facts)
{
    memset(d->view.card.pins[pin].tries, -1, sizeof d->view.card.pins[pin].tries);
    for (unsigned i = 0; i < facts->pin_count && i < d->view.card.pin_count; i++)
        if (facts->pins[i].present != CARD_UNKNOWN)
            d->view.card.pins[i] = facts->pins[i];
}

void step_copy_tries(const struct desk *d, uint8_t pin, int8_t tries[CASE_PLACES])
{
    const struct card_pin_facts *facts = pin_facts(d, pin);

    memset(tries, -1, CASE_PLACES);
    for (unsigned i = 0; facts && i < facts->place_count && i < CASE_PLACES; i++)
        tries[i] = facts->tries[i];
}

int step_fewest_tries(const struct desk *d, uint8_t pin)
{
    int8_t tries[CASE_PLACES];
    int fewest = -1;

    step_copy_tries(d, pin, tries);
    for (unsigned i = 0; i < CASE_PLACES; i++)
        if (tries[i] >= 0 && (fewest < 0 || tries[i] < fewest))
            fewest = tries[i];
    return fewest;
}

/* After success the counters are full; one that is not makes the success doubtful. */
static bool contradicted(const struct desk *d, uint8_t pin, const struct card_facts *facts)
{
    const struct card_pin_facts *told = pin < facts->pin_count ? &facts->pins[pin] : NULL;

    for (unsigned i = 0; told && i < told->place_count && i < CASE_PLACES; i++)
        if (told->tries[i] >= 0 && told->tries[i] < d->settings.card.profile.pins[pin].tries)
            return true;
    return false;
}

static bool tells_tries(enum card_ask ask)
{
    return ask == CARD_ASK_VERIFY || ask == CARD_ASK_CHANGE || ask == CARD_ASK_RESET;
}

static bool is_done(const struct desk *d, uint8_t pin, const struct card_reply *reply)
{
    if (reply->code != CARD_OK)
        return d->asking == CARD_ASK_CERTIFICATE && reply->code == CARD_NO_KEY;
    return !tells_tries(d->asking) || !contradicted(d, pin, &reply->facts);
}

/* The card has neither the certificate nor a key that waits for it, whatever an earlier attempt may
 * have done. */
static bool is_looked_for_in_vain(const struct desk *d, const struct card_reply *reply)
{
    return d->asking == CARD_ASK_INSTALL && reply->code == CARD_NO_KEY;
}

void step_ended(struct desk *d, const struct card_reply *reply, int64_t now)
{
    uint8_t index = (uint8_t)case_next_step(&d->view.file);
    uint8_t pin = d->view.file.steps[index].plan.pin;
    struct case_change change = {.event = CASE_STEP_UNKNOWN, .at = now, .step = index};

    if (is_done(d, pin, reply)) {
        change.event = CASE_STEP_DONE;
        change.paper = d->paper;
    } else if (is_looked_for_in_vain(d, reply)) {
        change.event = CASE_SETTLED_NOT_DONE;
    } else if (surely_not_done(d, reply)) {
        change.event = CASE_STEP_NOT_DONE;
    }
    if (change.event == CASE_STEP_UNKNOWN || reply->code == CARD_OTHER)
        d->view.card_known = false; /* what was read before the step need no longer be true */
    else if (tells_tries(d->asking))
        step_take_tries(d, pin, &reply->facts);
    change.with.outcome = (struct case_outcome){
        .code = reply->code, .sw = reply->sw, .places_done = reply->places_done};
    if (d->key_made)
        change.with.outcome.places_done = d->key_made;
    step_copy_tries(d, pin, change.with.outcome.tries);
    if (change.with.outcome.tries[0] < 0)
        change.with.outcome.tries[0] = reply->tries;
    record_outcome(d, &change, now);
}

/* --- what the tries say of a step whose outcome is not known --- */

enum told { TOLD_NOTHING, TOLD_DONE, TOLD_NOT_DONE };

/* A counter that was not full and is full now was filled by the reset; one that is not full was
 * not. */
static enum told told_of_reset(int8_t before, int8_t after, int8_t full)
{
    if (after < full)
        return TOLD_NOT_DONE;
    return before >= 0 && before < full ? TOLD_DONE : TOLD_NOTHING;
}

/* A counter that went down was a wrong old PIN; one that stayed below full never saw a right one,
 * and without it no new PIN is set. A full one says nothing of the new PIN. */
static enum told told_of_change(int8_t before, int8_t after, int8_t full)
{
    return before >= 0 && after < full ? TOLD_NOT_DONE : TOLD_NOTHING;
}

/* A VERIFY leaves nothing on the card: unless the counter was filled by it, the question has no
 * answer. */
static enum told told_of_verify(int8_t before, int8_t after, int8_t full)
{
    return before >= 0 && before < full && after == full ? TOLD_DONE : TOLD_NOT_DONE;
}

static enum told told_of_place(enum case_kind kind, int8_t before, int8_t after, int8_t full)
{
    if (after < 0)
        return TOLD_NOTHING;
    switch (kind) {
    case CASE_RESET: return told_of_reset(before, after, full);
    case CASE_CHANGE: return told_of_change(before, after, full);
    case CASE_VERIFY: return told_of_verify(before, after, full);
    default: return TOLD_NOTHING;
    }
}

/* A reset in a visit for a change takes the place of a change that may have been carried out: that
 * the reset was not says nothing of that. */
static bool replaces_change(const struct desk *d, const struct case_step *step)
{
    return step->plan.kind == CASE_RESET && strcmp(d->view.file.opening.procedure, "change") == 0;
}

/* The places are set one after the other: the first that is not told to be done decides, and
 * *places_done counts those before it. Of a change only the first place can tell. */
static enum told told_by_card(const struct desk *d, const struct case_step *step,
                              uint8_t *places_done)
{
    const struct card_pin_facts *facts = pin_facts(d, step->plan.pin);
    int8_t full = (int8_t)d->settings.card.profile.pins[step->plan.pin].tries;
    enum told told = TOLD_DONE;
    unsigned looked_at;

    *places_done = 0;
    if (!facts || facts->place_count == 0 || (step->plan.kind == CASE_CHANGE && step->proofs > 0))
        return TOLD_NOTHING;
    looked_at = step->plan.kind == CASE_CHANGE ? 1 : facts->place_count;
    for (unsigned i = 0; told == TOLD_DONE && i < looked_at && i < CASE_PLACES; i++) {
        told = told_of_place((enum case_kind)step->plan.kind, step->tries_before[i],
                             facts->tries[i], full);
        *places_done = (uint8_t)(*places_done + (told == TOLD_DONE));
    }
    return told == TOLD_NOT_DONE && replaces_change(d, step) ? TOLD_NOTHING : told;
}

static const struct case_step *unsettled_step(const struct desk *d)
{
    bool unsettled = d->view.case_open && d->view.file.state == CASE_UNSETTLED;

    return unsettled ? &d->view.file.steps[case_next_step(&d->view.file)] : NULL;
}

/* The resident enters the new PIN once; a wrong entry is not followed by another. */
static bool may_be_proven(const struct desk *d, const struct case_step *step)
{
    bool wrong = step->proofs > 0 && step->outcome.code == CARD_PIN_WRONG;

    return !wrong && step_fewest_tries(d, step->plan.pin) >= 2;
}

enum desk_cure step_cure(const struct desk *d)
{
    const struct case_step *step = unsettled_step(d);
    uint8_t places_done;

    if (!step)
        return DESK_CURE_NONE;
    if (case_at_authority((enum case_kind)step->plan.kind))
        return DESK_CURE_REPEAT;
    if (!d->view.card_is_the_cases || told_by_card(d, step, &places_done) != TOLD_NOTHING)
        return DESK_CURE_ASK;
    if (case_repeatable((enum case_kind)step->plan.kind))
        return DESK_CURE_REPEAT;
    return may_be_proven(d, step) ? DESK_CURE_PROVE : DESK_CURE_RESET;
}

void step_keep_facts(struct desk *d, const struct card_facts *told)
{
    struct card_facts *card = &d->view.card;

    *card = *told;
    if (*card->municipality || strcmp(card->serial, d->read.serial) != 0)
        return;
    memcpy(card->municipality, d->read.municipality, sizeof card->municipality);
    card->expiry = d->read.expiry;
    card->face_only = d->read.face_only;
    card->practice = d->read.practice;
}

void settle_ended(struct desk *d, const struct card_reply *reply, int64_t now)
{
    const struct case_step *step = unsettled_step(d);
    struct case_change change = {.at = now};
    uint8_t places_done;
    enum told told;

    d->view.card_known = reply->code == CARD_OK;
    if (reply->code != CARD_OK || !step)
        return;
    step_keep_facts(d, &reply->facts);
    told = told_by_card(d, step, &places_done);
    if (told == TOLD_NOTHING)
        return;
    change.event = told == TOLD_DONE ? CASE_SETTLED_DONE : CASE_SETTLED_NOT_DONE;
    change.step = (uint8_t)case_next_step(&d->view.file);
    change.with.outcome = step->outcome;
    change.with.outcome.places_done = places_done;
    step_copy_tries(d, step->plan.pin, change.with.outcome.tries);
    record_outcome(d, &change, now);
}
