#include "cardops/service.h"

#include "cardops/applet/common.h"
#include "cardops/runtime.h"
#include "cardops/wire/sw.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- events
 * ---------------------------------------------------------------------------------------- */

void service_tell_state(const struct service *s, struct card_reply *r)
{
    r->presence = (uint8_t)s->presence;
    r->resident = s->resident.flags;
    r->pad = s->pad.usable;
}

void service_event(struct service *s, enum card_event event, const struct card_reply *detail)
{
    struct card_reply r = {0};
    if (detail != NULL)
        r = *detail;
    r.version = CARD_WIRE_VERSION;
    r.sequence = 0;
    r.event = event;
    service_tell_state(s, &r);
    if (!s->peer_gone && send(s->peer, &r, sizeof r, MSG_NOSIGNAL) < 0)
        s->peer_gone = true;
}

static void resident_changed(void *context)
{
    const struct service *s = context;
    const struct card_reply detail = {
        .tries = -1, .entry = s->resident.field, .entries = s->resident.fields};
    service_event(context, CARD_EVENT_RESIDENT, &detail);
}

static void note_command(void *context, const char *line)
{
    struct service *s = context;
    log_line(&s->log, LOG_COMMANDS, "%s", line);
}

static enum card_presence presence_now(struct service *s)
{
    static const enum card_presence words[] = {
        [READER_IS_AWAY] = CARD_READER_AWAY,
        [READER_IS_EMPTY] = CARD_READER_EMPTY,
        [READER_HAS_CARD] = CARD_IN_READER,
    };
    enum reader_presence now = READER_IS_AWAY;
    struct reader *reader = s->channel.reader;
    if (reader->ops->presence(reader, &now) == READER_NO_SERVICE)
        return CARD_SERVICE_AWAY;
    return words[now];
}

/* Another may be plugged in there. */
static void forget_reader(struct service *s)
{
    s->reader_found = false;
    s->pad = (struct pad){0};
}

void service_watch(struct service *s)
{
    enum card_presence now = presence_now(s);
    if (now == s->presence)
        return;
    s->presence = now;
    if (now != CARD_IN_READER)
        channel_power_off(&s->channel);
    if (now == CARD_SERVICE_AWAY || now == CARD_READER_AWAY)
        forget_reader(s);
    service_event(s, CARD_EVENT_PRESENCE, NULL);
}

/* --- while a step waits for a person
 * --------------------------------------------------------------- */

static void refuse_requests(struct service *s)
{
    struct card_request q;
    for (;;) {
        ssize_t got = recv(s->peer, &q, sizeof q, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || (got < 0 && errno != EAGAIN))
            s->peer_gone = true;
        if (got <= 0)
            return;
        struct card_reply r = {.version = CARD_WIRE_VERSION, .code = CARD_BUSY, .tries = -1};
        r.sequence = (size_t)got == sizeof q ? q.sequence : 0;
        service_tell_state(s, &r);
        if (r.sequence != 0 && send(s->peer, &r, sizeof r, MSG_NOSIGNAL) < 0)
            s->peer_gone = true;
    }
}

enum card_code service_stopped(void *service)
{
    struct service *s = service;
    refuse_requests(s);
    service_watch(s);
    if (s->peer_gone)
        return CARD_RESIDENT_CANCELLED;
    return s->channel.connected ? CARD_OK : CARD_REMOVED;
}

/* --- reader and card
 * ------------------------------------------------------------------------------- */

static enum card_code reader_code(enum reader_fault fault)
{
    static const struct {
        enum reader_fault fault;
        enum card_code code;
    } words[] = {
        {READER_OK, CARD_OK},
        {READER_NO_SERVICE, CARD_NO_SERVICE},
        {READER_NOT_AUTHORISED, CARD_NOT_AUTHORISED},
        {READER_NONE, CARD_NO_READER},
        {READER_SHARED, CARD_READER_SHARED},
        {READER_NO_MEMORY, CARD_NO_MEMORY},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].fault == fault)
            return words[i].code;
    return CARD_READER_GONE;
}

static bool pad_is_wanted(const struct service *s)
{
    return s->settings.use_pad && !s->pad.known;
}

static enum card_code find_reader(struct service *s)
{
    struct reader *reader = s->channel.reader;
    enum card_code code = reader_code(reader->ops->open(reader));
    if (code == CARD_OK && pad_is_wanted(s))
        code = reader_code(
            pad_probe(&s->pad, reader, s->settings.reader, s->settings.entry_seconds));
    s->reader_found = code == CARD_OK;
    return code;
}

enum card_code service_connect(struct service *s)
{
    enum card_code code = CARD_OK;
    if (!s->reader_found || pad_is_wanted(s))
        code = find_reader(s);
    if (code == CARD_OK)
        code = channel_connect(&s->channel);
    if (code == CARD_NO_SERVICE || code == CARD_NO_READER || code == CARD_READER_GONE)
        forget_reader(s);
    return code;
}

static enum card_code check_serial(struct service *s, const char *serial)
{
    struct common_record record;
    enum card_code code = service_connect(s);
    if (code == CARD_OK)
        code = common_read(&s->channel, &record);
    if (code != CARD_OK)
        return code;
    return strncmp(record.serial, serial, sizeof record.serial) == 0 ? CARD_OK : CARD_OTHER;
}

enum card_code service_begin(struct service *s, const char *serial)
{
    bool stale = s->channel.connected;
    channel_forget_selection(&s->channel);
    enum card_code code = check_serial(s, serial);
    /* Nothing but SELECT and READ RECORD was sent: asking a connection made anew is harmless. */
    if (stale && (code == CARD_REMOVED || code == CARD_NO_SERVICE))
        code = check_serial(s, serial);
    if (code == CARD_OTHER || code == CARD_FOREIGN)
        channel_power_off(&s->channel);
    return code == CARD_FOREIGN ? CARD_OTHER : code;
}

/* --- authority
 * ------------------------------------------------------------------------------------- */

static bool link_transmit(void *context, const struct bytes *command, struct bytes *answer)
{
    struct service *s = context;
    return channel_send_raw(&s->channel, command, answer) == CARD_OK;
}

struct authority_link service_link(struct service *s)
{
    return (struct authority_link){.context = s, .transmit = link_transmit};
}

enum card_code service_authority_code(const struct service *s, enum authority_fault fault)
{
    switch (fault) {
    case AUTHORITY_OK:
        return CARD_OK;
    case AUTHORITY_BAD_CONFIG:
        return CARD_MODULE_REFUSED;
    case AUTHORITY_NOT_THIS_CARD:
        return CARD_NOT_FOR_MODULE;
    case AUTHORITY_REFUSED:
        return CARD_AUTHORITY_REFUSED;
    case AUTHORITY_UNSUPPORTED:
        return CARD_UNSUPPORTED;
    case AUTHORITY_LINK:
        return s->channel.connected ? CARD_NO_MEMORY : s->channel.fault;
    case AUTHORITY_CARD_STATUS:
        return CARD_REFUSED;
    }
    return CARD_REFUSED;
}

enum card_code service_authorise(struct service *s, struct authority_session **session,
                                 struct card_reply *r)
{
    *session = NULL;
    if (s->module.authority == NULL)
        return s->settings.module[0] == '\0' ? CARD_NO_MODULE : CARD_MODULE_UNREADABLE;
    const struct authority_link link = service_link(s);
    enum authority_fault fault =
        s->module.authority->open(session, &link, s->settings.module_config, &r->sw);
    channel_forget_selection(&s->channel);
    return service_authority_code(s, fault);
}

/* --- beginning and end
 * ----------------------------------------------------------------------------- */

static bool terminated(const char *text, size_t room)
{
    return memchr(text, '\0', room) != NULL;
}

static bool settings_sane(const struct card_settings *c)
{
    const struct card_profile *p = &c->profile;
    bool sane =
        terminated(c->reader, sizeof c->reader) && terminated(c->module, sizeof c->module) &&
        terminated(c->module_config, sizeof c->module_config) &&
        terminated(c->runtime, sizeof c->runtime) && terminated(c->window, sizeof c->window) &&
        terminated(c->log, sizeof c->log) && c->reader[0] != '\0' && c->entry_seconds >= 1 &&
        c->entry_seconds <= 90 && p->pin_count <= CARD_PINS_MAX;
    for (size_t i = 0; sane && i < p->pin_count; i++) {
        const struct card_pin_profile *pin = &p->pins[i];
        sane = terminated(pin->id, sizeof pin->id) && pin->place_count >= 1 &&
               pin->place_count <= CARD_PLACES_MAX && pin->minimum >= 1 &&
               pin->minimum <= pin->maximum && pin->maximum <= RESIDENT_ENTRY_MAX &&
               pin->alphabet <= CARD_CAPITALS_AND_DIGITS;
        for (size_t j = 0; sane && j < pin->place_count; j++)
            sane = pin->places[j].aid_length >= 1 && pin->places[j].aid_length <= CARD_AID_MAX;
    }
    return sane;
}

void service_end(struct service *s)
{
    if (s->resident_open)
        resident_close(&s->resident);
    if (s->channel.reader != NULL) {
        channel_power_off(&s->channel);
        s->channel.reader->ops->close(&s->channel.reader);
    }
    authority_module_unload(&s->module);
    if (s->lock >= 0)
        close(s->lock);
    s->lock = -1;
    log_close(&s->log);
    s->open = s->resident_open = false;
    forget_reader(s);
}

static enum card_code open_parts(struct service *s, struct card_reply *r)
{
    const struct card_settings *c = &s->settings;
    enum card_code code = runtime_prepare(c->runtime, c->resident_gid);
    if (code == CARD_OK)
        code = runtime_lock(c->runtime, c->reader, &s->lock, &r->since);
    if (code != CARD_OK)
        return code;
    s->resident.changed = resident_changed;
    s->resident.context = s;
    code = resident_open(&s->resident, c->runtime, c->window, c->resident_gid);
    s->resident_open = true;
    if (code != CARD_OK)
        return code;
    bool loaded = c->module[0] != '\0' && authority_module_load(&s->module, c->module);
    if (s->confine != NULL && loaded)
        s->confine(s->module.authority->system_calls, s->module.authority->system_call_count);
    else if (s->confine != NULL)
        s->confine(NULL, 0);
    s->confine = NULL;
    s->resident.practice = loaded && s->module.authority->practice;
    s->channel = (struct channel){.reader = s->open_reader(c), .note = note_command, .context = s};
    return s->channel.reader == NULL ? CARD_NO_MEMORY : CARD_OK;
}

static void tell_parts(const struct service *s, struct card_reply *r)
{
    const struct authority *a = s->module.authority;
    r->pad_minimum = s->pad.properties.minimum;
    r->pad_maximum = s->pad.properties.maximum;
    r->practice = a != NULL && a->practice;
    r->keeps_old_key = a != NULL && a->keeps_old_key;
    if (a != NULL)
        strncpy(r->module_name, a->name, sizeof r->module_name - 1);
}

enum card_code service_open(struct service *s, const struct card_request *q, struct card_reply *r)
{
    if (!settings_sane(&q->body.settings))
        return CARD_BAD_REQUEST;
    service_end(s);
    s->settings = q->body.settings;
    log_open(&s->log, s->settings.log, s->settings.log_level);
    enum card_code code = open_parts(s, r);
    if (code != CARD_OK) {
        service_end(s);
        return code;
    }
    code = find_reader(s);
    /* An earlier process was killed in its step, and the service still carries that out. */
    if (code == CARD_READER_SHARED && r->since != 0) {
        service_end(s);
        return CARD_READER_HELD;
    }
    s->open = true;
    r->since = 0;
    s->presence = presence_now(s);
    tell_parts(s, r);
    if (code == CARD_OK && s->settings.module[0] != '\0' && s->module.authority == NULL)
        code = CARD_MODULE_UNREADABLE;
    return code;
}

enum card_code service_release(struct service *s, const struct card_request *q,
                               struct card_reply *r)
{
    (void)q;
    (void)r;
    channel_power_off(&s->channel);
    resident_idle(&s->resident);
    return CARD_OK;
}
