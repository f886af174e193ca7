#include "tui/screens/messages.h"
#include "tui/screens/steps.h"
#include "tui/term/cells.h"
#include "cardops/issue/enrol.h"

#include <string.h>

static struct message why(const struct screen_view *view)
{
    if (view->refused != DESK_OK) {
        return *message_of_desk(view->refused);
    }
    if (view->step < 0 || view->step >= view->desk->file.plan.step_count) {
        return *message_of_card((enum card_code)view->desk->last.code);
    }
    /* Of a step that was come to and left again there is nothing to tell: the one before it is the last that was done. */
    bool untried = view->desk->file.steps[view->step].state == CASE_STEP_IS_OPEN && view->step > 0;
    const struct case_step *step = &view->desk->file.steps[view->step - untried];
    enum case_kind kind = (enum case_kind)step->plan.kind;
    enum card_code code = step->state == CASE_STEP_IS_DONE ? CARD_OK : (enum card_code)step->outcome.code;
    if (!case_at_authority(kind)) {
        return *message_of_card(code);
    }
    return message_of_centre(code, kind, view->certificates[step->plan.pin].old_usable == CARD_NO);
}

/* The step itself needs no doing while the way to the card is gone. */
static bool is_cut_off(const struct screen_view *view)
{
    const struct case_file *file = &view->desk->file;
    int next = case_next_step(file);
    return view->desk->link != CARD_OK && next >= 0 &&
           !case_at_authority((enum case_kind)file->steps[next].plan.kind);
}

/* The card has been asked since: what it told takes the place of the doubt. */
static struct message as_settled(const struct screen_view *view, struct message message)
{
    static const struct {
        const char *truth, *act;
    } cures[] = {
        [DESK_CURE_NONE] = {NULL, NULL},
        [DESK_CURE_ASK] = {NULL, NULL},
        [DESK_CURE_REPEAT] = {"settled.not-told", "settled.repeat"},
        [DESK_CURE_PROVE] = {"settled.not-told", "settled.prove"},
        [DESK_CURE_RESET] = {"settled.not-told", "desk.needs-reset.do"},
    };
    const struct case_file *file = &view->desk->file;
    if (view->step < 0 || view->step >= file->plan.step_count || view->refused != DESK_OK) {
        return message;
    }
    enum case_step_state state = (enum case_step_state)file->steps[view->step].state;
    enum case_kind kind = (enum case_kind)file->steps[view->step].plan.kind;
    if (state == CASE_STEP_IS_INTENDED && view->desk->ledger != LEDGER_OK) {
        message = *message_of_ledger(view->desk->ledger);
        message.truth = "settled.unrecorded";
        message.act = "settled.unrecorded.do";
        return message;
    }
    if (case_at_authority(kind)) {
        return message;
    }
    if (state == CASE_STEP_IS_UNKNOWN && view->desk->cure == DESK_CURE_REPEAT && kind >= CASE_KEEP) {
        message.act = "settled.take-up";
    } else if (state == CASE_STEP_IS_UNKNOWN && cures[view->desk->cure].truth != NULL) {
        message.truth = cures[view->desk->cure].truth;
        message.act = cures[view->desk->cure].act;
    } else if (state == CASE_STEP_IS_NOT_DONE && strcmp(message.truth, "true.not-known") == 0) {
        message.truth = "settled.not-done";
        message.act = "do.again";
    }
    return message;
}

static bool is_pending(const struct screen_view *view, enum case_kind kind, uint8_t pin)
{
    int next = case_next_step(&view->desk->file);
    const struct case_plan_step *step = next >= 0 ? &view->desk->file.steps[next].plan : NULL;
    return step != NULL && step->kind == kind && step->pin == pin;
}

/* Before it is written, for the resident to confirm: first, so that no long list pushes it off the screen. */
static void flow_name(struct flow *flow, const struct screen_view *view)
{
    const struct desk_certificate *sig = &view->certificates[CARD_CERTIFICATE_SIG];
    char text[WORDS_TEXT_MAX];
    if (*sig->name == '\0' || !is_pending(view, CASE_INSTALL, CARD_CERTIFICATE_SIG)) {
        return;
    }
    flow_text(flow, THEME_HEADING, 0, WORDS(view->language, "certificate.name", text, sig->name));
    flow_text(flow, sig->name_differs ? THEME_BAD : THEME_TEXT, 0,
              WORDS(view->language, sig->name_differs ? "certificate.name-differs" : "certificate.confirm-name", text,
                    sig->old_name));
    flow_blank(flow);
}

/* What the certificates have come to. */
static void flow_certificates(struct flow *flow, const struct screen_view *view)
{
    char text[PARTS_TEXT];
    bool any = false;
    for (size_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        if (!view->certificates[pin].planned) {
            continue;
        }
        if (!any) {
            flow_blank(flow);
        }
        any = true;
        flow_text(flow, THEME_TEXT, 0, certificate_text(view, pin, text));
        const char *difference = certificate_difference(view, pin, text);
        if (difference != NULL) {
            flow_text(flow, THEME_WARNING, 0, difference);
        }
    }
    if (view->desk->pin_first) {
        flow_text(flow, THEME_WARNING, 0, say(view, "certificate.pin-first"));
    }
}

/* Why a certificate was not taken, or why the authority said no, as far as the filter told. */
static void flow_centre(struct flow *flow, const struct screen_view *view, const struct case_step *step)
{
    static const char *const reasons[] = {
        [ENROL_FINE] = "not-accepted.unchecked",
        [ENROL_TOO_LARGE] = "not-accepted.too-large",
        [ENROL_NOT_DER] = "not-accepted.not-der",
        [ENROL_OTHER_KEY] = "not-accepted.other-key",
        [ENROL_NOT_YET_VALID] = "not-accepted.not-yet-valid",
        [ENROL_EXPIRED] = "not-accepted.expired",
        [ENROL_WRONG_USAGE] = "not-accepted.wrong-usage",
        [ENROL_WRONG_POLICY] = "not-accepted.wrong-policy",
        [ENROL_UNKNOWN_ISSUER] = "not-accepted.unknown-issuer",
        [ENROL_BROKEN_SIGNATURE] = "not-accepted.broken-signature",
        [ENROL_UNCHECKED] = "not-accepted.unchecked",
    };
    char word[32], text[WORDS_TEXT_MAX], clean[PARTS_TEXT];
    uint32_t code = step != NULL && step->state != CASE_STEP_IS_DONE ? step->outcome.code : CARD_OK;
    if (code == (uint32_t)DESK_CENTRE + ENROL_NOT_ACCEPTED &&
        enrol_field(view->desk->centre_said, "reason", word, sizeof word)) {
        flow_text(flow, THEME_BAD, 0, say(view, reasons[enrol_reason_of(word)]));
    }
    if (code == (uint32_t)DESK_CENTRE + ENROL_REFUSED && *view->desk->centre_said != '\0') {
        flow_text(flow, THEME_BAD, 0,
                  WORDS(view->language, "centre.said", text, cells_clean(view->desk->centre_said, clean, sizeof clean)));
    }
}

/* What happened, then the steps, which may be many. */
void result_flow(struct flow *flow, const struct screen_view *view)
{
    const struct case_file *file = &view->desk->file;
    char number[PARTS_TEXT];
    flow_name(flow, view);
    const struct case_step *step = view->step >= 0 && view->step < file->plan.step_count ? &file->steps[view->step] : NULL;
    int tries = step != NULL ? step->outcome.tries[0] : view->desk->last.tries;
    bool half = step != NULL && step->outcome.code == CARD_PIN_HALF;
    struct message message = as_settled(view, why(view));
    if (is_cut_off(view)) {
        message.act = message_of_link(view->desk->link).act;
    }
    flow_message(flow, view, &message, number_text(half ? step->outcome.places_done : tries, number));
    flow_centre(flow, view, step);
    bool set = step != NULL && step->state == CASE_STEP_IS_DONE && step->plan.kind != CASE_VERIFY;
    if (set && step->plan.way == CASE_BY_PAD && step->plan.pin == PIN_JUKI) {
        flow_text(flow, THEME_WARNING, 0, say(view, "result.juki-by-pad"));
    }
    flow_certificates(flow, view);
    if (is_cut_off(view)) {
        flow_text(flow, THEME_BAD, 0, say(view, message_of_link(view->desk->link).happened));
    } else if (case_next_step(file) >= 0 &&
               !case_at_authority((enum case_kind)file->steps[case_next_step(file)].plan.kind)) {
        flow_reader(flow, view);
    }
    flow_blank(flow);
    flow_steps(flow, view, file);
}

void give_up_flow(struct flow *flow, const struct screen_view *view)
{
    flow_text(flow, THEME_BAD, 0, say(view, "give-up.unfinished"));
    flow_text(flow, THEME_TEXT, 0, say(view, "give-up.stays"));
    flow_text(flow, THEME_TEXT, 0, say(view, "give-up.otherwise"));
    flow_certificates(flow, view);
    flow_blank(flow);
    flow_steps(flow, view, &view->desk->file);
}
