#include "forms/desk/desk_parts.h"

#include "cardops/issue/certificate.h"
#include "cardops/issue/enrol_holder.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)DESK_NAME_MAX == (int)sizeof((struct enrol_holder *)0)->name, "names");

static const struct case_step *step_of(const struct case_file *file, enum case_kind kind,
                                       uint8_t pin)
{
    for (unsigned i = 0; i < file->plan.step_count; i++)
        if (file->steps[i].plan.kind == kind && file->steps[i].plan.pin == pin)
            return &file->steps[i];
    return NULL;
}

static uint8_t carried_out(const struct case_step *step)
{
    static const uint8_t answers[CASE_STEP_STATES] = {
        [CASE_STEP_IS_OPEN] = CARD_NO,          [CASE_STEP_IS_INTENDED] = CARD_UNKNOWN,
        [CASE_STEP_IS_DONE] = CARD_YES,         [CASE_STEP_IS_NOT_DONE] = CARD_NO,
        [CASE_STEP_IS_UNKNOWN] = CARD_UNKNOWN,  [CASE_STEP_IS_REFUSED] = CARD_NO,
    };

    return step ? answers[step->state] : (uint8_t)CARD_NO;
}

static uint8_t key_made(const struct case_step *step)
{
    return step && step->outcome.places_done > 0 ? (uint8_t)CARD_YES : carried_out(step);
}

/* The card was asked to take the certificate, and has no key for it. */
static bool key_is_gone(const struct case_step *install)
{
    return install && install->state == CASE_STEP_IS_NOT_DONE &&
           install->outcome.code == CARD_NO_KEY;
}

static uint8_t key_pending(uint8_t made, uint8_t installed, bool gone)
{
    if (installed == CARD_YES || gone)
        return CARD_NO;
    return installed == CARD_UNKNOWN && made == CARD_YES ? (uint8_t)CARD_UNKNOWN : made;
}

/* Whether a certificate was there before, and what has become of it. */
static uint8_t old_usable(const struct desk *d, uint8_t pin, uint8_t made, uint8_t installed)
{
    const struct case_step *keep = step_of(&d->view.file, CASE_KEEP, pin);
    uint8_t was_there = CARD_UNKNOWN;

    if (!keep)
        return CARD_NO;
    if (keep->state == CASE_STEP_IS_DONE)
        was_there = d->view.file.papers[pin].old.length > 0 ? CARD_YES : CARD_NO;
    if (was_there == CARD_NO || installed == CARD_YES)
        return CARD_NO;
    if (installed == CARD_UNKNOWN)
        return CARD_UNKNOWN;
    if (d->view.keeps_old_key == CARD_YES || made == CARD_NO)
        return was_there;
    return made == CARD_YES && d->view.keeps_old_key == CARD_NO ? CARD_NO : CARD_UNKNOWN;
}

static bool read_paper(const struct case_paper *paper, struct certificate_facts *facts,
                       char name[DESK_NAME_MAX])
{
    struct enrol_holder holder;
    struct bytes der = {0};
    bool read = paper->length > 0 && bytes_set(&der, paper->at, paper->length) &&
                certificate_facts_read(&der, facts);

    bytes_free(&der);
    if (read && enrol_holder_read(&holder, paper->at, paper->length))
        snprintf(name, DESK_NAME_MAX, "%s", holder.name);
    return read;
}

static void read_papers(const struct case_papers *papers, struct desk_certificate *c)
{
    struct certificate_facts facts;

    if (read_paper(&papers->certificate, &facts, c->name)) {
        c->valid_from = facts.from;
        c->valid_until = facts.until;
        snprintf(c->serial, sizeof c->serial, "%s", facts.serial);
    }
    if (read_paper(&papers->old, &facts, c->old_name))
        c->old_until = facts.until;
    c->name_differs = *c->name && *c->old_name && strcmp(c->name, c->old_name) != 0;
}

static void claim(struct desk *d, uint8_t pin)
{
    const struct case_file *file = &d->view.file;
    struct desk_certificate *c = &d->view.certificates[pin];
    uint8_t made = key_made(step_of(file, CASE_KEY, pin));
    bool gone = key_is_gone(step_of(file, CASE_INSTALL, pin));

    *c = (struct desk_certificate){.planned = step_of(file, CASE_KEY, pin) != NULL};
    if (!c->planned)
        return;
    c->issued = carried_out(step_of(file, CASE_CERTIFICATE, pin));
    c->installed = carried_out(step_of(file, CASE_INSTALL, pin));
    c->proven = carried_out(step_of(file, CASE_PROVE, pin));
    c->old_revoked = carried_out(step_of(file, CASE_REVOKE, pin));
    c->key_pending = key_pending(made, c->installed, gone);
    c->old_usable = gone ? (uint8_t)CARD_UNKNOWN : old_usable(d, pin, made, c->installed);
    read_papers(&file->papers[pin], c);
}

void claim_update(struct desk *d)
{
    int64_t event = d->view.case_open ? d->view.file.last_event : 0;

    if (event == d->claimed_at)
        return;
    d->claimed_at = event;
    for (uint8_t pin = 0; pin < CASE_CERTIFICATES; pin++)
        claim(d, pin);
}
