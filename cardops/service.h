/*
 * Everything one card process holds, and the steps that work on it. Inside cardops only: the
 * clerk's side sees cardops/client.h.
 *
 * A step is one function: request in, reply out, the code returned. It is called with `open` true,
 * except for service_open itself. It may leave the card connected and powered: the next step of the
 * same resident finds its PIN status there. service_release and every fault take the power away.
 */
#ifndef CARDOPS_SERVICE_H
#define CARDOPS_SERVICE_H

#include "cardops/applet/channel.h"
#include "cardops/authority/module.h"
#include "cardops/client.h"
#include "cardops/log.h"
#include "cardops/pad.h"
#include "cardops/resident.h"

struct service {
    int peer; /* the clerk's side */
    bool peer_gone;
    struct reader *(*open_reader)(const struct card_settings *settings);
    /* Called once, after the module is loaded; may be NULL. */
    void (*confine)(const int *more, size_t count);
    bool open;
    struct card_settings settings;
    struct channel channel;
    bool reader_found;
    enum card_presence presence;
    struct pad pad;
    struct authority_module module;
    struct resident resident;
    bool resident_open;
    int lock;
    struct log log;
};

typedef enum card_code service_step(struct service *s, const struct card_request *q,
                                    struct card_reply *r);

/* service.c */
service_step service_open, service_release;
void service_end(struct service *s);
/* What every reply and event tells beside its own matter. */
void service_tell_state(const struct service *s, struct card_reply *r);
void service_event(struct service *s, enum card_event event, const struct card_reply *detail);
/* Presence may have changed: tells it; a connection whose card is gone is given up. */
void service_watch(struct service *s);
/* Reader found, pad asked (again, where no answer came before), card connected. */
enum card_code service_connect(struct service *s) __attribute__((warn_unused_result));
/* The same, and the card is the one of `serial`: CARD_OTHER if not. A stale connection is renewed
 * once. */
enum card_code service_begin(struct service *s, const char *serial)
    __attribute__((warn_unused_result));
/* With the office's authority. The caller closes the session with authority->close. */
enum card_code service_authorise(struct service *s, struct authority_session **session,
                                 struct card_reply *r) __attribute__((warn_unused_result));
/* What a module's fault is called; CARD_OK for AUTHORITY_OK. */
enum card_code service_authority_code(const struct service *s, enum authority_fault fault);
struct authority_link service_link(struct service *s);
/* Whether a waiting step has to end: the clerk's side or the card is gone. Answers CARD_BUSY to
 * requests. */
enum card_code service_stopped(void *service);

/* steps_card.c, steps_pin.c, steps_key.c */
service_step step_read, step_tries, step_verify, step_change, step_reset, step_key, step_sign,
    step_install, step_prove, step_certificate;
/* The tries of every place of one PIN, where the card is still connected. */
void step_note_tries(struct service *s, uint8_t pin, struct card_reply *r);

#endif
