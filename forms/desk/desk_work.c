#include "forms/desk/desk_parts.h"

#include "cardops/issue/request.h"

#include <string.h>

_Static_assert((int)CASE_CERTIFICATES == (int)CARD_CERTIFICATE_AUTH + 1, "certificates");

/* What a kind of step asks of the card, in order; nothing: it asks the authority. */
static const struct work {
    enum card_ask asks[2];
    bool wants_pin[CASE_CERTIFICATES]; /* the card does it only after that certificate's PIN */
} works[CASE_KINDS] = {
    [CASE_VERIFY] = {{CARD_ASK_VERIFY}, {false}},
    [CASE_CHANGE] = {{CARD_ASK_CHANGE}, {false}},
    [CASE_RESET] = {{CARD_ASK_RESET}, {false}},
    [CASE_KEEP] = {{CARD_ASK_CERTIFICATE}, {[CARD_CERTIFICATE_SIG] = true}},
    [CASE_KEY] = {{CARD_ASK_KEY, CARD_ASK_SIGN}, {false}},
    [CASE_INSTALL] = {{CARD_ASK_INSTALL}, {[CARD_CERTIFICATE_SIG] = true}},
    [CASE_PROVE] = {{CARD_ASK_PROVE}, {true, true}},
};

enum { SW_SECURITY = 0x6982 }; /* ISO 7816-4: security status not satisfied */

static const struct case_step *step_under_way(const struct desk *d)
{
    return &d->view.file.steps[case_next_step(&d->view.file)];
}

bool work_wants_pin(const struct desk *d)
{
    int index = d->view.case_open ? case_next_step(&d->view.file) : -1;
    const struct case_plan_step *plan = index >= 0 ? &d->view.file.steps[index].plan : NULL;

    return plan && plan->pin < CASE_CERTIFICATES && works[plan->kind].wants_pin[plan->pin] &&
           (d->verified & 1u << plan->pin) == 0;
}

/* --- asking --- */

static bool put_paper(struct card_request *request, const uint8_t *at, size_t length)
{
    if (length > sizeof request->body.blob)
        return false;
    if (length > 0)
        memcpy(request->body.blob, at, length);
    request->blob_length = (uint16_t)length;
    return true;
}

static struct request_subject subject(const struct desk *d)
{
    return (struct request_subject){.card_serial = d->view.file.plan.serial,
                                    .municipality = d->view.card.municipality};
}

static bool put_digest(const struct desk *d, struct card_request *request)
{
    const struct request_subject of = subject(d);
    struct bytes digest_info = {0};
    bool made = request_begin(&d->public_key, &of, &digest_info) == REQUEST_OK &&
                put_paper(request, digest_info.at, digest_info.length);

    bytes_free(&digest_info);
    return made;
}

static enum card_code ask(struct desk *d, enum card_ask what, int64_t now)
{
    const struct case_step *step = step_under_way(d);
    const struct case_paper *certificate;
    bool of_certificate = step->plan.kind >= CASE_KEEP;
    struct card_request request = {.ask = what,
                                   .pin = step->plan.pin,
                                   .way = step->plan.way,
                                   .typist = step->plan.typist,
                                   .certificate = of_certificate ? step->plan.pin : 0};

    if (step->proving)
        request.typist = CARD_TYPED_BY_RESIDENT;
    /* Half of an earlier attempt stands: its places are not asked for their old PIN again. */
    if (what == CARD_ASK_CHANGE)
        request.places_done = step->outcome.places_done;
    memcpy(request.serial, d->view.file.plan.serial, sizeof request.serial);
    if (what == CARD_ASK_SIGN && !put_digest(d, &request))
        return CARD_GARBLED;
    if (what == CARD_ASK_INSTALL) {
        d->read.auth_from = d->read.auth_until = 0;
        memset(d->read.auth_serial, 0, sizeof d->read.auth_serial);
        certificate = &d->view.file.papers[step->plan.pin].certificate;
        if (!put_paper(&request, certificate->at, certificate->length))
            return CARD_CERTIFICATE_SIZE;
    }
    d->asking = what;
    if (!link_ask(d, ASKED_STEP, &request, now))
        return CARD_PROCESS_DIED;
    d->view.doing = DESK_STEPPING;
    return CARD_OK;
}

/* --- answers --- */

static bool keep_paper(struct desk *d, const uint8_t *at, size_t length)
{
    if (length > sizeof d->paper.at)
        return false;
    if (length > 0)
        memcpy(d->paper.at, at, length);
    d->paper.length = (uint16_t)length;
    return true;
}

static enum card_code finish_request(struct desk *d, const struct card_reply *reply)
{
    const struct request_subject of = subject(d);
    struct bytes signature = {0}, request = {0};
    bool made = bytes_set(&signature, reply->blob, reply->blob_length) &&
                request_finish(&d->public_key, &of, &signature, &request) == REQUEST_OK &&
                keep_paper(d, request.at, request.length);

    bytes_free(&signature);
    bytes_free(&request);
    return made ? CARD_OK : CARD_GARBLED;
}

/* What an answer brings for the rest of the step. */
static enum card_code take_answer(struct desk *d, const struct card_reply *reply)
{
    switch (d->asking) {
    case CARD_ASK_KEY:
        d->key_made = 1;
        return bytes_set(&d->public_key, reply->blob, reply->blob_length) ? CARD_OK
                                                                          : CARD_NO_MEMORY;
    case CARD_ASK_SIGN: return finish_request(d, reply);
    case CARD_ASK_CERTIFICATE:
        return keep_paper(d, reply->blob, reply->blob_length) ? CARD_OK : CARD_GARBLED;
    default: return CARD_OK;
    }
}

static void note_verified(struct desk *d, uint8_t pin, const struct card_reply *reply)
{
    bool refused = reply->code == CARD_PIN_FIRST ||
                   (reply->code == CARD_REFUSED && reply->sw == SW_SECURITY);

    if (reply->code == CARD_OK && d->asking == CARD_ASK_VERIFY)
        d->verified |= (uint8_t)(1u << pin);
    else if (refused || (reply->code == CARD_OK && d->asking == CARD_ASK_RESET))
        d->verified &= (uint8_t) ~(1u << pin);
    else if (reply->code == CARD_REMOVED || reply->code == CARD_UNCERTAIN)
        d->verified = 0;
}

/* What comes after the answer; 0: the step is at its end. */
static enum card_ask next_ask(const struct desk *d, const struct case_plan_step *plan)
{
    const struct work *work = &works[plan->kind];

    if (d->asking == work->asks[0])
        return work->asks[1];
    return d->asking == CARD_ASK_VERIFY && plan->kind != CASE_CHANGE ? work->asks[0] : 0;
}

void work_replied(struct desk *d, const struct card_reply *reply, int64_t now)
{
    const struct case_step *step = step_under_way(d);
    struct card_reply last = *reply;
    enum card_ask next;

    note_verified(d, step->plan.pin, reply);
    if (last.code == CARD_OK)
        last.code = take_answer(d, reply);
    next = last.code == CARD_OK ? next_ask(d, &step->plan) : 0;
    if (next && d->asking == CARD_ASK_VERIFY)
        step_take_tries(d, step->plan.pin, &reply->facts);
    if (next)
        last.code = ask(d, next, now);
    if (!next || last.code != CARD_OK) {
        d->view.last.code = last.code;
        step_ended(d, &last, now);
    }
    bytes_truncate(&d->public_key, next ? d->public_key.length : 0);
}

/* --- the clerk's acts --- */

static bool uses_tries(const struct desk *d, const struct case_step *step)
{
    return step->plan.kind == CASE_VERIFY || step->plan.kind == CASE_CHANGE || work_wants_pin(d);
}

/* A counter that the card does not tell may stand at its last try. */
static enum desk_fault step_possible(const struct desk *d, const struct case_step *step,
                                     bool insist)
{
    int tries = step_fewest_tries(d, step->plan.pin);

    if (d->view.cure == DESK_CURE_RESET)
        return DESK_NEEDS_RESET;
    if (d->view.cure == DESK_CURE_ASK)
        return DESK_NOT_NOW;
    if (insist)
        return DESK_OK;
    if (step->plan.kind == CASE_INSTALL && d->view.certificates[step->plan.pin].name_differs)
        return DESK_SECOND_KEY;
    if (uses_tries(d, step) && tries != 0 && tries <= d->settings.second_key_below)
        return DESK_SECOND_KEY;
    return DESK_OK;
}

static enum card_code ask_first(struct desk *d, bool proof, int64_t now)
{
    const struct case_step *step = step_under_way(d);

    if (case_at_authority((enum case_kind)step->plan.kind))
        return centre_ask(d, step, now) ? CARD_OK : (enum card_code)DESK_CENTRE_ABSENT;
    return ask(d, proof || work_wants_pin(d) ? CARD_ASK_VERIFY : works[step->plan.kind].asks[0],
               now);
}

static enum desk_fault step_begin(struct desk *d, uint8_t index, int64_t now)
{
    const struct case_step *step = &d->view.file.steps[index];
    bool proof = d->view.cure == DESK_CURE_PROVE;
    struct case_change change = {
        .event = proof ? CASE_PROOF_INTENDED : CASE_STEP_INTENDED, .at = now, .step = index};
    enum desk_fault fault;
    enum card_code code;

    step_copy_tries(d, step->plan.pin, change.with.outcome.tries);
    d->key_made = step->plan.kind == CASE_KEY ? step->outcome.places_done : 0;
    d->paper.length = 0;
    if (case_at_authority((enum case_kind)step->plan.kind))
        centre_name(step, change.transaction);
    fault = record_change(d, &change);
    if (fault != DESK_OK)
        return fault;
    code = ask_first(d, proof, now);
    d->view.step_since = now;
    if (code == CARD_OK)
        return DESK_OK;
    change.event = CASE_STEP_NOT_DONE; /* the request did not leave */
    change.with.outcome.code = code;
    change.with.outcome.places_done = d->key_made;
    record_outcome(d, &change, now);
    d->view.last = (struct card_reply){.code = code, .tries = -1};
    return DESK_CARD_PROCESS;
}

static enum desk_fault card_ready(const struct desk *d, const struct case_step *step)
{
    if (case_at_authority((enum case_kind)step->plan.kind))
        return DESK_OK;
    if (d->view.link != CARD_OK)
        return DESK_CARD_PROCESS;
    return d->view.card_is_the_cases ? DESK_OK : DESK_NO_CARD;
}

/* The authority may be asked while a card is being read. */
static bool busy(const struct desk *d, int index)
{
    bool reads = d->asked == ASKED_OPEN || d->asked == ASKED_READ || d->asked == ASKED_RELEASE;
    bool apart =
        index >= 0 && case_at_authority((enum case_kind)d->view.file.steps[index].plan.kind);

    return d->centre.pid != 0 || d->has_waiting ||
           (d->asked != ASKED_NOTHING && !(reads && apart));
}

enum desk_fault desk_step(struct desk *d, bool insist, int64_t now)
{
    enum desk_fault fault;
    int index;

    if (!d->view.case_open)
        return DESK_NO_CASE;
    index = case_next_step(&d->view.file);
    if (busy(d, index))
        return DESK_BUSY;
    if (index < 0 || d->hanging_up)
        return DESK_NOT_NOW;
    if (!case_enough(&d->view.file))
        return DESK_NOT_ENOUGH;
    fault = card_ready(d, &d->view.file.steps[index]);
    if (fault == DESK_OK)
        fault = step_possible(d, &d->view.file.steps[index], insist);
    if (fault == DESK_OK)
        fault = step_begin(d, (uint8_t)index, now);
    desk_update(d);
    return fault;
}

enum desk_fault desk_settle(struct desk *d, int64_t now)
{
    struct card_request request = {.ask = CARD_ASK_TRIES};

    if (!d->view.case_open)
        return DESK_NO_CASE;
    if (d->asked != ASKED_NOTHING || d->centre.pid != 0 || d->has_waiting)
        return DESK_BUSY;
    if (d->view.file.state != CASE_UNSETTLED || d->hanging_up)
        return DESK_NOT_NOW;
    if (d->view.link != CARD_OK)
        return DESK_CARD_PROCESS;
    if (d->view.presence != CARD_IN_READER)
        return DESK_NO_CARD;
    memcpy(request.serial, d->view.file.plan.serial, sizeof request.serial);
    if (!link_ask(d, ASKED_SETTLE, &request, now))
        return DESK_CARD_PROCESS;
    d->view.doing = DESK_SETTLING;
    desk_update(d);
    return DESK_OK;
}
