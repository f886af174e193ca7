#include "cardops/service.h"

#include "cardops/wire/sw.h"

/*
 * VERIFY, CHANGE and RESET. Each asks the resident as late as possible and sends every PIN through
 * pin_send(), once for each place. What the card answered decides the code; the tries asked
 * afterwards only add to what is known.
 */
struct pin_step {
    struct service *s;
    const struct card_request *q;
    struct card_reply *r;
    const struct card_pin_profile *pin;
    bool by_pad;
    uint8_t entry, entries;
    size_t from; /* places before it are done */
    struct bytes current, fresh; /* typed on the resident's terminal: locked */
};

enum { ENTRY_ROOM = 64 };

static enum card_code prepare(struct pin_step *p, uint8_t entries_by_pad)
{
    struct service *s = p->s;
    p->pin = &s->settings.profile.pins[p->q->pin];
    p->by_pad = p->q->way == CARD_WAY_PAD;
    if (p->from >= p->pin->place_count)
        return CARD_BAD_REQUEST;
    p->entries = p->by_pad ? (uint8_t)(entries_by_pad * (p->pin->place_count - p->from)) : 0;
    enum card_code code = service_begin(s, p->q->serial);
    if (code != CARD_OK)
        return code;
    if (p->by_pad)
        return pad_takes(&s->pad, p->pin) ? CARD_OK : CARD_NO_PAD;
    resident_pump(&s->resident);
    if (s->resident.peer < 0)
        return CARD_NO_RESIDENT;
    return bytes_locked(&p->current, ENTRY_ROOM) && bytes_locked(&p->fresh, ENTRY_ROOM)
               ? CARD_OK
               : CARD_NO_MEMORY;
}

/* A locked or absent PIN is told before anybody types; the lowest count of the places is what is
 * shown. */
static enum card_code check_tries(struct pin_step *p)
{
    step_note_tries(p->s, p->q->pin, p->r);
    if (!p->s->channel.connected)
        return p->s->channel.fault;
    if (p->r->facts.pins[p->q->pin].present == CARD_NO)
        return CARD_PIN_ABSENT;
    return p->r->tries == 0 ? CARD_PIN_LOCKED : CARD_OK;
}

static enum card_code ask_resident(struct pin_step *p, enum resident_purpose purpose,
                                   struct bytes *typed)
{
    struct service *s = p->s;
    if (p->by_pad)
        return CARD_OK;
    const struct resident_question question = {
        .pin = p->pin,
        .purpose = purpose,
        .staff = p->q->typist == CARD_TYPED_BY_STAFF,
        .tries = p->r->tries,
        .seconds = s->settings.entry_seconds,
        .also = {{.fd = s->peer, .events = POLLIN},
                 {.fd = s->channel.reader->ops->watch_fd(s->channel.reader), .events = POLLIN}},
        .stopped = service_stopped,
        .context = s,
    };
    return resident_ask(&s->resident, &question, typed);
}

/* One PIN to the card, from the pad or as typed. */
static enum card_code submit(struct pin_step *p, enum pin_use use, const uint8_t header[4],
                             const struct bytes *typed)
{
    struct service *s = p->s;
    if (!p->by_pad)
        return pin_send(&s->channel, p->pin, use, header, (struct pin_source){.typed = typed});
    p->entry++;
    const struct card_reply detail = {
        .entry = p->entry, .entries = p->entries, .tries = p->r->tries};
    service_event(s, CARD_EVENT_AT_PAD, &detail);
    /* Nobody is left to say what this entry is for: what was begun is finished, no other is begun. */
    if (s->peer_gone)
        return CARD_RESIDENT_CANCELLED;
    enum card_code code =
        pin_send(&s->channel, p->pin, use, header, (struct pin_source){.pad = &s->pad.pin});
    service_event(s, CARD_EVENT_LEFT_PAD, &detail);
    return code;
}

static enum card_code verify_place(struct pin_step *p, const struct card_place *place,
                                   const struct bytes *typed)
{
    uint8_t header[4];
    pin_verify_header(header);
    enum card_code code = pin_select(&p->s->channel, place);
    return code == CARD_OK ? submit(p, PIN_VERIFY, header, typed) : code;
}

static enum card_code verify_places(struct pin_step *p, size_t from, size_t to,
                                    const struct bytes *typed)
{
    enum card_code code = CARD_OK;
    for (size_t i = from; code == CARD_OK && i < to; i++)
        code = verify_place(p, &p->pin->places[i], typed);
    return code;
}

static enum card_code set_place(struct pin_step *p, const uint8_t header[4])
{
    enum card_code code = submit(p, PIN_SET, header, &p->fresh);
    if (code == CARD_OK)
        p->r->places_done++;
    /* A counter in the answer to a set is not a wrong PIN: nothing was compared. */
    return code == CARD_PIN_WRONG ? CARD_REFUSED : code;
}

static enum card_code change_place(struct pin_step *p, const struct card_place *place)
{
    uint8_t header[4];
    pin_change_header(place, header);
    return set_place(p, header);
}

/* --- ends
 * ------------------------------------------------------------------------------------------ */

static void tell_resident(struct pin_step *p, enum card_code code)
{
    static const struct {
        enum card_code code;
        enum resident_outcome outcome;
    } words[] = {
        {CARD_OK, RESIDENT_DONE},
        {CARD_PIN_WRONG, RESIDENT_WRONG},
        {CARD_PIN_LOCKED, RESIDENT_LOCKED},
        {CARD_RESIDENT_TIMEOUT, RESIDENT_TIMED_OUT},
    };
    enum resident_outcome outcome = RESIDENT_STOPPED;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].code == code)
            outcome = words[i].outcome;
    resident_result(&p->s->resident, outcome, p->r->tries);
}

/* What is settled by the card's own answer stays as it is; half of two places gets its own name. */
static enum card_code half_or(const struct pin_step *p, enum card_code code)
{
    bool unknown = code == CARD_UNCERTAIN || code == CARD_REMOVED || code == CARD_OK;
    bool half = p->r->places_done > 0 && p->r->places_done < p->pin->place_count;
    return half && !unknown ? CARD_PIN_HALF : code;
}

static enum card_code finish(struct pin_step *p, enum card_code code, bool asked)
{
    p->r->sw = p->s->channel.sw;
    if (code != CARD_OTHER && p->s->channel.connected)
        step_note_tries(p->s, p->q->pin, p->r);
    if (asked && !p->by_pad)
        tell_resident(p, code);
    bytes_free(&p->current);
    bytes_free(&p->fresh);
    return half_or(p, code);
}

/* --- steps
 * ----------------------------------------------------------------------------------------- */

enum card_code step_verify(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct pin_step p = {.s = s, .q = q, .r = r};
    enum card_code code = prepare(&p, 1);
    if (code == CARD_OK)
        code = check_tries(&p);
    bool asked = code == CARD_OK;
    if (code == CARD_OK)
        code = ask_resident(&p, RESIDENT_CURRENT, &p.current);
    if (code == CARD_OK)
        code = verify_places(&p, 0, p.pin->place_count, &p.current);
    return finish(&p, code, asked);
}

/*
 * By the resident's terminal the old PIN is proven in every place before the first is changed, so
 * that two places that differ are found while nothing is half done; and where the first was changed
 * before, that the new PIN is the one that it holds. By pad each place has its own entries.
 */
static enum card_code change_places(struct pin_step *p)
{
    const size_t places = p->pin->place_count;
    const bool proven = !p->by_pad && places == 1;
    enum card_code code = p->by_pad ? CARD_OK : verify_places(p, p->from, places, &p->current);
    if (code == CARD_OK)
        code = ask_resident(p, RESIDENT_NEW, &p->fresh);
    if (code == CARD_OK && !p->by_pad)
        code = verify_places(p, 0, p->from, &p->fresh);
    for (size_t i = p->from; code == CARD_OK && i < places; i++) {
        const struct card_place *place = &p->pin->places[i];
        if (!proven)
            code = verify_place(p, place, &p->current);
        if (code == CARD_OK)
            code = change_place(p, place);
    }
    return code;
}

enum card_code step_change(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct pin_step p = {.s = s, .q = q, .r = r, .from = q->places_done};
    r->places_done = q->places_done;
    enum card_code code = prepare(&p, 2);
    if (code == CARD_OK)
        code = check_tries(&p);
    bool asked = code == CARD_OK;
    if (code == CARD_OK)
        code = ask_resident(&p, RESIDENT_CURRENT, &p.current);
    if (code == CARD_OK)
        code = change_places(&p);
    return finish(&p, code, asked);
}

static enum card_code reset_place(struct pin_step *p, struct authority_session *session,
                                  const struct card_place *place)
{
    struct authority_pin_command command;
    enum authority_fault fault =
        p->s->module.authority->unblock(session, place, &command, &p->r->sw);
    enum card_code code = service_authority_code(p->s, fault);
    if (code == CARD_OK)
        channel_note_selection(&p->s->channel, place->aid, place->aid_length);
    return code == CARD_OK ? set_place(p, command.header) : code;
}

enum card_code step_reset(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct pin_step p = {.s = s, .q = q, .r = r};
    struct authority_session *session = NULL;
    enum card_code code = prepare(&p, 1);
    if (code == CARD_OK)
        code = service_authorise(s, &session, r);
    bool asked = code == CARD_OK;
    if (code == CARD_OK)
        code = ask_resident(&p, RESIDENT_NEW, &p.fresh);
    for (size_t i = 0; code == CARD_OK && i < p.pin->place_count; i++)
        code = reset_place(&p, session, &p.pin->places[i]);
    if (session != NULL)
        s->module.authority->close(&session);
    return finish(&p, code, asked);
}
