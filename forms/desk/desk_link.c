#include "forms/desk/desk_parts.h"

#include <string.h>
#include <sys/epoll.h>

/* A pad entry lasts up to 90 s (CCID commands.c), an entry on the resident's terminal up to the
 * setting, old and new PIN one after the other; what the card does around it is done within the
 * margin. */
enum { PAD_SECONDS = 90, MARGIN_SECONDS = 20, CARD_SECONDS = 40, LINK_AGAIN_SECONDS = 2 };

/* --- starting --- */

static void forget_card(struct desk *d)
{
    memset(&d->view.card, 0, sizeof d->view.card);
    d->view.card_known = false;
}

/* The card lost its power, and with it what its PINs have opened. */
static void card_went_off(struct desk *d)
{
    forget_card(d);
    d->verified = 0;
}

static void ask_open(struct desk *d, int64_t now)
{
    struct card_request request = {.ask = CARD_ASK_OPEN};

    request.body.settings = d->settings.card;
    d->try_link_at = 0;
    if (link_ask(d, ASKED_OPEN, &request, now))
        d->view.doing = DESK_OPENING;
    else
        d->try_link_at = now + LINK_AGAIN_SECONDS;
}

static void link_lost(struct desk *d, enum card_code code, int64_t now)
{
    d->view.link = code;
    d->view.presence = CARD_SERVICE_AWAY;
    d->view.pad = false;
    d->view.resident = d->view.field = d->view.fields = 0;
    d->view.at_pad_since = 0;
    card_went_off(d);
    d->try_link_at = now + LINK_AGAIN_SECONDS;
}

static bool watch(const struct desk *d)
{
    struct epoll_event event = {.events = EPOLLIN};

    return epoll_ctl(d->epoll, EPOLL_CTL_ADD, card_client_fd(d->client), &event) == 0;
}

void link_start(struct desk *d, int64_t now)
{
    enum card_code code =
        card_client_start(&d->client, d->settings.card_program, d->settings.pcsc_socket);

    d->asked = ASKED_NOTHING;
    if (code == CARD_OK && !watch(d)) {
        card_client_stop(&d->client);
        code = CARD_NO_MEMORY;
    }
    if (code != CARD_OK) {
        d->client = NULL;
        link_lost(d, code, now);
        return;
    }
    ask_open(d, now);
}

void link_end(struct desk *d)
{
    if (d->client)
        card_client_stop(&d->client);
    d->client = NULL;
    d->asked = ASKED_NOTHING;
}

bool link_ask(struct desk *d, enum desk_asked asked, struct card_request *request, int64_t now)
{
    bool by_pad = request->way == CARD_WAY_PAD;

    if (!d->client || card_client_send(d->client, request) != CARD_OK)
        return false;
    d->asked = asked;
    d->limit_from = now;
    d->limit = CARD_SECONDS;
    if (asked == ASKED_STEP)
        d->limit = MARGIN_SECONDS + (by_pad ? PAD_SECONDS : 2u * d->settings.card.entry_seconds);
    return true;
}

void link_read(struct desk *d, bool with_certificates, int64_t now)
{
    struct card_request request = {.ask = CARD_ASK_READ, .with_certificates = with_certificates};

    d->read_wanted = false;
    forget_card(d);
    if (link_ask(d, ASKED_READ, &request, now))
        d->view.doing = DESK_READING;
}

static void release(struct desk *d, int64_t now)
{
    struct card_request request = {.ask = CARD_ASK_RELEASE};

    d->release_wanted = false;
    card_went_off(d);
    if (!link_ask(d, ASKED_RELEASE, &request, now))
        d->try_link_at = now;
}

/* --- replies --- */

/* What these say may pass by itself: the reader is plugged in again, the service comes back, there
 * is memory again. */
static bool passes(uint32_t code)
{
    static const enum card_code passing[] = {CARD_NO_SERVICE,    CARD_NOT_AUTHORISED,
                                             CARD_NO_READER,     CARD_READER_GONE,
                                             CARD_READER_SHARED, CARD_READER_HELD,   CARD_NO_MEMORY};

    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (passing[i] == code)
            return true;
    return false;
}

static bool reader_lost(uint32_t code)
{
    return code == CARD_NO_SERVICE || code == CARD_NO_READER || code == CARD_READER_GONE;
}

static void set_presence(struct desk *d, uint8_t presence, int64_t now)
{
    /* The reader is back: it is opened again at once, and only then is there a card for this desk. */
    if (reader_lost(d->view.link) && (presence == CARD_IN_READER || presence == CARD_READER_EMPTY)) {
        d->try_link_at = now;
        return;
    }
    d->view.presence = (enum card_presence)presence;
    if (presence == CARD_IN_READER) {
        d->read_wanted = d->view.case_open;
        return;
    }
    d->read_wanted = false;
    card_went_off(d);
    if (presence == CARD_SERVICE_AWAY || presence == CARD_READER_AWAY)
        link_lost(d, presence == CARD_SERVICE_AWAY ? CARD_NO_SERVICE : CARD_NO_READER, now);
}

static void opened(struct desk *d, const struct card_reply *reply, int64_t now)
{
    d->view.link = (enum card_code)reply->code;
    d->view.held_since = reply->code == CARD_READER_HELD ? reply->since : 0;
    if (reply->code != CARD_OK) {
        d->try_link_at = passes(reply->code) ? now + LINK_AGAIN_SECONDS : 0;
        return;
    }
    d->view.practice = reply->practice;
    d->view.keeps_old_key = reply->keeps_old_key ? CARD_YES : CARD_NO;
    d->claimed_at = -1;
    set_presence(d, reply->presence, now);
}

static void was_read(struct desk *d, const struct card_reply *reply)
{
    d->view.card_known = reply->code == CARD_OK;
    if (!d->view.card_known)
        return;
    d->view.card = reply->facts;
    /* A reading without certificates leaves what the same card has told of them in this case. */
    if (reply->facts.auth_until == 0 && strcmp(reply->facts.serial, d->read.serial) == 0) {
        d->view.card.auth_from = d->read.auth_from;
        d->view.card.auth_until = d->read.auth_until;
        memcpy(d->view.card.auth_serial, d->read.auth_serial, sizeof d->read.auth_serial);
    }
    d->read = d->view.card;
}

static void take_reply(struct desk *d, const struct card_reply *reply, int64_t now)
{
    enum desk_asked asked = d->asked;

    d->asked = ASKED_NOTHING;
    d->view.doing = DESK_IDLE;
    d->view.at_pad_since = 0;
    if (asked != ASKED_OPEN && asked != ASKED_RELEASE)
        d->view.last = *reply;
    switch (asked) {
    case ASKED_OPEN: opened(d, reply, now); break;
    case ASKED_READ: was_read(d, reply); break;
    case ASKED_STEP: work_replied(d, reply, now); break;
    case ASKED_SETTLE: settle_ended(d, reply, now); break;
    case ASKED_RELEASE:
    case ASKED_NOTHING: break;
    }
    if (asked != ASKED_OPEN && reader_lost(reply->code))
        link_lost(d, (enum card_code)reply->code, now);
}

static void take_event(struct desk *d, const struct card_reply *reply, int64_t now)
{
    switch (reply->event) {
    case CARD_EVENT_PRESENCE: set_presence(d, reply->presence, now); break;
    case CARD_EVENT_AT_PAD:
        d->view.at_pad_since = d->limit_from = now;
        d->view.last.entry = reply->entry;
        d->view.last.entries = reply->entries;
        break;
    case CARD_EVENT_LEFT_PAD:
        d->view.at_pad_since = 0;
        d->limit_from = now;
        break;
    case CARD_EVENT_RESIDENT:
        d->view.resident = reply->resident;
        d->view.field = reply->entry;
        d->view.fields = reply->entries;
        break;
    default: break;
    }
}

/* The process is dead or killed: what was asked has this code for its reply, and a new one is
 * started. */
static void process_ended(struct desk *d, enum card_code code, int64_t now)
{
    struct card_reply reply = {.code = code, .tries = -1};

    card_client_stop(&d->client);
    d->client = NULL;
    if (d->asked != ASKED_NOTHING)
        take_reply(d, &reply, now);
    bool worked = d->view.link == CARD_OK;
    link_lost(d, code, now);
    /* At once, but not over and over. */
    if (worked && now >= d->restarted_at + LINK_AGAIN_SECONDS)
        d->restarted_at = d->try_link_at = now;
}

void link_pump(struct desk *d, int64_t now)
{
    struct card_reply reply;

    while (d->client && card_client_receive(d->client, &reply)) {
        d->view.pad = reply.pad;
        if (reply.code == CARD_PROCESS_DIED)
            process_ended(d, CARD_PROCESS_DIED, now);
        else if (reply.sequence == 0)
            take_event(d, &reply, now);
        else
            take_reply(d, &reply, now);
    }
    if (d->client && d->asked != ASKED_NOTHING && now >= d->limit_from + (int64_t)d->limit) {
        card_client_kill(d->client);
        process_ended(d, CARD_PROCESS_SILENT, now);
    }
    if (d->asked != ASKED_NOTHING || d->has_waiting)
        return;
    if (d->try_link_at && now >= d->try_link_at) {
        if (d->client)
            ask_open(d, now);
        else
            link_start(d, now);
    } else if (d->release_wanted) {
        release(d, now);
    } else if (d->read_wanted && d->view.link == CARD_OK && !d->hanging_up) {
        link_read(d, false, now);
    }
}

int link_wait(const struct desk *d, int64_t now)
{
    int64_t until = INT64_MAX;

    if (d->has_waiting)
        until = d->try_record_at;
    if (d->centre.pid != 0 && d->centre.limit_at < until)
        until = d->centre.limit_at;
    if (d->centre.pid != 0 && d->centre.ended < 0 && now + 1 < until)
        until = now + 1;
    if (d->asked != ASKED_NOTHING && d->limit_from + d->limit < until)
        until = d->limit_from + d->limit;
    if (d->asked == ASKED_NOTHING && d->try_link_at && d->try_link_at < until)
        until = d->try_link_at;
    if (until == INT64_MAX)
        return -1;
    return until > now ? (int)(until - now) : 0;
}
