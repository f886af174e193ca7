#include "forms/desk/desk.h"
#include "forms/desk/desk_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What of the view follows from the rest of it. */
void desk_update(struct desk *d)
{
    d->view.card_is_the_cases = d->view.case_open && d->view.card_known && d->view.file.planned &&
                                strcmp(d->view.card.serial, d->view.file.plan.serial) == 0;
    d->view.cure = step_cure(d);
    claim_update(d);
    if (d->centre.pid != 0)
        d->view.doing = DESK_AT_CENTRE;
    else if (d->view.doing == DESK_AT_CENTRE)
        d->view.doing = d->asked == ASKED_READ   ? DESK_READING
                        : d->asked == ASKED_OPEN ? DESK_OPENING
                                                 : DESK_IDLE;
    d->view.typing = d->asked == ASKED_STEP && (d->asking == CARD_ASK_VERIFY ||
                                                d->asking == CARD_ASK_CHANGE ||
                                                d->asking == CARD_ASK_RESET);
    d->view.pin_first = work_wants_pin(d);
    d->view.card_coming = d->view.link == CARD_OK && (d->read_wanted || d->asked == ASKED_READ);
    if (d->asked != ASKED_STEP && d->centre.pid == 0)
        d->view.step_since = 0;
}

enum desk_fault desk_open(struct desk **d, const struct desk_settings *settings, int64_t now)
{
    struct desk *desk = calloc(1, sizeof *desk);
    enum desk_fault fault;

    *d = NULL;
    if (!desk)
        return DESK_CARD_PROCESS;
    desk->settings = *settings;
    desk->epoll = epoll_create1(EPOLL_CLOEXEC);
    fault = desk->epoll < 0 ? DESK_CARD_PROCESS : record_recover(desk, now);
    if (fault != DESK_OK) {
        if (desk->epoll >= 0)
            close(desk->epoll);
        free(desk);
        return fault;
    }
    link_start(desk, now);
    *d = desk;
    return DESK_OK;
}

void desk_close(struct desk **d, int64_t now)
{
    if (!*d)
        return;
    (*d)->try_record_at = now;
    record_waiting(*d, now);
    centre_stop(*d);
    link_end(*d);
    close((*d)->epoll);
    bytes_free(&(*d)->public_key);
    free(*d);
    *d = NULL;
}

int desk_fd(const struct desk *d)
{
    return d->epoll;
}

int desk_wait(const struct desk *d, int64_t now)
{
    return link_wait(d, now);
}

const struct desk_view *desk_view(const struct desk *d)
{
    return &d->view;
}

/* --- acts that only write --- */

/* Whether the open case can be written to now. */
static enum desk_fault writable(const struct desk *d)
{
    if (!d->view.case_open)
        return DESK_NO_CASE;
    if (d->asked == ASKED_STEP || d->asked == ASKED_SETTLE || d->centre.pid != 0 || d->has_waiting)
        return DESK_BUSY;
    return d->hanging_up ? DESK_NOT_NOW : DESK_OK;
}

static enum desk_fault write_change(struct desk *d, const struct case_change *change)
{
    enum desk_fault fault = writable(d);

    if (fault == DESK_OK)
        fault = record_change(d, change);
    desk_update(d);
    return fault;
}

static void close_case(struct desk *d)
{
    memset(&d->view.file, 0, sizeof d->view.file);
    memset(&d->view.last, 0, sizeof d->view.last);
    memset(&d->view.card, 0, sizeof d->view.card);
    memset(&d->read, 0, sizeof d->read);
    memset(d->judged_serial, 0, sizeof d->judged_serial);
    d->view.case_open = d->view.card_known = d->read_wanted = false;
    d->release_wanted = true;
    record_count(d);
    desk_update(d);
}

enum desk_fault desk_begin(struct desk *d, const struct case_opening *opening, int64_t now)
{
    struct case_change change = {.event = CASE_OPENED, .at = now, .with.opening = *opening};
    enum desk_fault fault;

    if (d->view.case_open)
        return DESK_CASE_OPEN;
    if (d->hanging_up)
        return DESK_NOT_NOW;
    memset(&d->view.file, 0, sizeof d->view.file);
    fault = record_change(d, &change);
    d->view.case_open = fault == DESK_OK;
    desk_update(d);
    return fault;
}

enum desk_fault desk_judge(struct desk *d, const struct case_judgement *judgement, int64_t now)
{
    struct case_change change = {.event = CASE_JUDGEMENT, .at = now, .with.judgement = *judgement};
    enum desk_fault fault = write_change(d, &change);

    if (fault == DESK_OK)
        snprintf(d->judged_serial, sizeof d->judged_serial, "%s",
                 d->view.card_known ? d->view.card.serial : "");
    return fault;
}

enum desk_fault desk_decide(struct desk *d, const struct case_decision *decision, int64_t now)
{
    struct case_change change = {.event = CASE_DECISION, .at = now, .with.decision = *decision};

    return write_change(d, &change);
}

/* Serial numbers of certificates are kept in small letters and at least eight digits long (case.h).
 */
static void note_certificate(char out[CASE_CERTIFICATE_MAX], const char *serial)
{
    size_t length = strnlen(serial, CASE_CERTIFICATE_MAX - 1);
    size_t zeros = length > 0 && length < 8 ? 8 - length : 0;

    memset(out, 0, CASE_CERTIFICATE_MAX);
    memset(out, '0', zeros);
    for (size_t i = 0; i < length && zeros + i < CASE_CERTIFICATE_MAX - 1; i++)
        out[zeros + i] = (char)tolower((unsigned char)serial[i]);
}

enum desk_fault desk_plan(struct desk *d, const struct case_plan *plan, int64_t now)
{
    struct case_change change = {.event = CASE_PLAN, .at = now, .with.plan = *plan};
    const char *bound = d->view.file.planned ? d->view.file.plan.serial : d->judged_serial;
    enum desk_fault fault = writable(d);

    if (fault != DESK_OK)
        return fault;
    if (!case_enough(&d->view.file))
        return DESK_NOT_ENOUGH;
    if (!d->view.card_known || (*bound && strcmp(bound, d->view.card.serial) != 0))
        return DESK_NO_CARD;
    memcpy(change.with.plan.serial, d->view.card.serial, sizeof change.with.plan.serial);
    note_certificate(change.with.plan.certificate, d->view.card.auth_serial);
    return write_change(d, &change);
}

enum desk_fault desk_park(struct desk *d, enum case_reason reason, int64_t now)
{
    struct case_change change = {.event = CASE_PUT_ASIDE, .at = now, .reason = reason};
    enum desk_fault fault = write_change(d, &change);

    if (fault == DESK_OK)
        close_case(d);
    return fault;
}

enum desk_fault desk_finish(struct desk *d, int64_t now)
{
    struct case_change change = {.event = CASE_FINISHED, .at = now};
    enum desk_fault fault = write_change(d, &change);

    if (fault == DESK_NOT_NOW) {
        change =
            (struct case_change){.event = CASE_GIVEN_UP, .at = now, .reason = CASE_REASON_CLERK};
        fault = write_change(d, &change);
    }
    if (fault == DESK_OK)
        close_case(d);
    return fault;
}

/* --- cases in the ledger --- */

static enum desk_fault read_case(struct desk *d, const char *case_id, struct case_file *file)
{
    enum ledger_fault fault = ledger_read_case(d->settings.ledger, case_id, file);

    if (fault == LEDGER_NO_CASE)
        return DESK_NO_CASE;
    d->view.ledger = fault;
    return fault == LEDGER_OK ? DESK_OK : DESK_LEDGER;
}

enum desk_fault desk_resume(struct desk *d, const char *case_id, int64_t now)
{
    struct case_change change = {.event = CASE_RESUMED, .at = now};
    struct case_file file;
    enum desk_fault fault;

    if (d->view.case_open)
        return DESK_CASE_OPEN;
    if (d->hanging_up)
        return DESK_NOT_NOW;
    fault = read_case(d, case_id, &file);
    if (fault == DESK_OK && file.state != CASE_PARKED && file.state != CASE_UNSETTLED)
        fault = DESK_NOT_NOW;
    if (fault != DESK_OK)
        return fault;
    d->view.file = file;
    if (file.state == CASE_PARKED)
        fault = record_change(d, &change);
    d->view.case_open = fault == DESK_OK;
    d->read_wanted = d->view.case_open && d->view.presence == CARD_IN_READER;
    record_count(d);
    desk_update(d);
    return fault;
}

/* The open case is put aside first, as the record has it. */
static enum desk_fault put_aside(struct desk *d, const char *case_id, enum case_reason reason,
                                 int64_t now)
{
    bool open = d->view.case_open && strcmp(d->view.file.id, case_id) == 0;

    if (d->hanging_up)
        return DESK_NOT_NOW;
    return open ? desk_park(d, reason, now) : DESK_OK;
}

enum desk_fault desk_give_up(struct desk *d, const char *case_id, enum case_reason reason,
                             int64_t now)
{
    struct case_change change = {.event = CASE_GIVEN_UP, .at = now, .reason = reason};
    char id[CASE_ID_MAX];
    struct case_file file;
    enum desk_fault fault;

    snprintf(id, sizeof id, "%s", case_id);
    fault = put_aside(d, id, reason, now);
    if (fault == DESK_OK)
        fault = read_case(d, id, &file);
    if (fault != DESK_OK)
        return fault;
    d->view.ledger = ledger_append(d->settings.ledger, &d->settings.origin, &file, &change);
    record_count(d);
    if (d->view.ledger == LEDGER_IMPOSSIBLE) {
        d->view.ledger = LEDGER_OK;
        return DESK_NOT_NOW;
    }
    return d->view.ledger == LEDGER_OK ? DESK_OK : DESK_LEDGER;
}

/* --- the card --- */

enum desk_fault desk_read_card(struct desk *d, bool with_certificates, int64_t now)
{
    if (d->asked != ASKED_NOTHING || d->has_waiting)
        return DESK_BUSY;
    if (d->hanging_up)
        return DESK_NOT_NOW;
    if (d->view.link != CARD_OK)
        return DESK_CARD_PROCESS;
    /* The card is powered off after the last case before it is read for this one. */
    if (d->release_wanted)
        return DESK_BUSY;
    link_read(d, with_certificates, now);
    desk_update(d);
    return d->asked == ASKED_READ ? DESK_OK : DESK_CARD_PROCESS;
}

/* --- the end --- */

static void go_on_hanging_up(struct desk *d, int64_t now)
{
    struct case_change change = {.event = CASE_PUT_ASIDE, .at = now, .reason = CASE_REASON_LINE};

    if (d->asked == ASKED_STEP || d->centre.pid != 0 || d->has_waiting)
        return;
    if (d->view.case_open && record_change(d, &change) != DESK_LEDGER)
        close_case(d);
    d->view.hung_up = true;
}

void desk_hang_up(struct desk *d, int64_t now)
{
    d->hanging_up = true;
    go_on_hanging_up(d, now);
}

void desk_pump(struct desk *d, int64_t now)
{
    record_waiting(d, now);
    link_pump(d, now);
    centre_pump(d, now);
    if (d->hanging_up)
        go_on_hanging_up(d, now);
    desk_update(d);
}
