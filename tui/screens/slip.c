#include "tui/screens/slip.h"
#include "tui/screens/steps.h"

#include <stdio.h>

enum { VALUE = 19 };

static void add(struct slip *slip, const char *label, enum theme_role role, const char *text)
{
    if (slip->count < SLIP_LINES) {
        struct slip_line *line = &slip->line[slip->count++];
        line->label = label;
        line->role = role;
        snprintf(line->text, sizeof line->text, "%s", text);
    }
}

static void add_labelled(struct slip *slip, const struct screen_view *view, const char *id, const char *text)
{
    add(slip, say(view, id), THEME_TEXT, text);
}

static const char *outcome_id(const struct case_file *file)
{
    static const char *const ids[CASE_STATES] = {
        [CASE_DONE] = "slip.done", [CASE_ABANDONED] = "slip.given-up", [CASE_PARKED] = "slip.parked"};
    return file->state < CASE_STATES && ids[file->state] != NULL ? ids[file->state] : "slip.open";
}

static void add_steps(struct slip *slip, const struct screen_view *view, const struct case_file *file)
{
    for (size_t i = 0; i < file->plan.step_count && i < CASE_STEPS; i++) {
        char text[PARTS_TEXT], line[PARTS_TEXT];
        const struct case_step *step = &file->steps[i];
        snprintf(line, sizeof line, "%.400s  %.100s", step_text(view, &step->plan, text), step_state(view, step));
        add(slip, "", step_role(step), line);
    }
}

static void add_certificates(struct slip *slip, const struct screen_view *view)
{
    char text[PARTS_TEXT];
    for (size_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        if (view->certificates[pin].planned) {
            add(slip, "", THEME_TEXT, certificate_text(view, pin, text));
        }
    }
}

bool slip_is_appointment(const struct screen_view *view)
{
    return view->slip.state == CASE_PARKED && view->slip.reason == CASE_REASON_CENTRE;
}

/* The day on which the first of the certificates to be replaced ends; 0: none is known. */
static uint32_t first_end(const struct screen_view *view)
{
    uint32_t first = 0;
    for (size_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        const struct desk_certificate *c = &view->certificates[pin];
        bool ends = c->planned && c->proven != CARD_YES && c->old_until != 0;
        first = ends && (first == 0 || c->old_until < first) ? c->old_until : first;
    }
    return first;
}

static void add_appointment(struct slip *slip, const struct screen_view *view)
{
    char when[PARTS_TEXT], line[PARTS_TEXT];
    const char *args[] = {when};
    uint32_t end = first_end(view);
    add_labelled(slip, view, "slip.because", say(view, "slip.because-centre"));
    if (date_valid(view->appointment.date)) {
        moment_text(view, view->appointment, when);
        add_labelled(slip, view, "slip.again", words_format(view->language, "slip.again-from", line, sizeof line, 1, args));
    } else {
        snprintf(when, sizeof when, "%.64s", view->profile->phone != NULL ? view->profile->phone : "");
        add_labelled(slip, view, "slip.again", words_format(view->language, "slip.again-ask", line, sizeof line, 1, args));
    }
    if (end != 0 && date_compare(card_date(end), view->clock.date) >= 0) {
        date_text(view, card_date(end), when);
        add_labelled(slip, view, "slip.again-end", words_format(view->language, "slip.again-until", line, sizeof line, 1, args));
    }
    add_labelled(slip, view, "slip.bring", say(view, "slip.bring-what"));
    add(slip, "", THEME_TEXT, say(view, "slip.nothing-kept"));
}

void slip_lines(const struct screen_view *view, struct slip *out)
{
    const struct case_file *file = &view->slip;
    char text[PARTS_TEXT], when[PARTS_TEXT];
    int procedure = terms_find(&terms_procedures, file->opening.procedure);
    int presenter = profile_presenter(view->profile, file->opening.presenter);
    out->count = 0;
    add_labelled(out, view, "slip.case", file->id);
    snprintf(text, sizeof text, "%.200s %.200s", text_of(view, view->profile->name),
             office_name(view, view->situation.office));
    add_labelled(out, view, "slip.office", text);
    add_labelled(out, view, "slip.received", moment_text(view, moment_of(file->opened_at), when));
    add_labelled(out, view, "slip.ended", moment_text(view, moment_of(file->changed_at), when));
    add_labelled(out, view, "slip.procedure", procedure >= 0 ? procedure_name(view, (size_t)procedure) : "");
    add_labelled(out, view, "slip.presenter", presenter >= 0 ? presenter_name(view, (size_t)presenter) : "");
    add_labelled(out, view, "slip.outcome", say(view, outcome_id(file)));
    if (file->decided) {
        snprintf(text, sizeof text, "%.96s (%.96s): %.300s", file->decision.who, file->decision.function,
                 file->decision.why);
        add_labelled(out, view, "slip.decided", text);
    }
    if (slip_is_appointment(view)) {
        add_appointment(out, view);
    }
    add_certificates(out, view);
    add_steps(out, view, file);
}

void slip_flow(struct flow *flow, const struct screen_view *view)
{
    struct slip slip;
    slip_lines(view, &slip);
    if (view->desk->presence == CARD_IN_READER) {
        flow_text(flow, THEME_WARNING, 0, say(view, "slip.give-back"));
        flow_blank(flow);
    }
    for (int i = 0; i < slip.count; i++) {
        const struct slip_line *line = &slip.line[i];
        bool alone = *line->label == '\0';
        if (alone && i > 0 && *slip.line[i - 1].label != '\0') {
            flow_blank(flow);
        }
        if (alone) {
            flow_text(flow, line->role, 0, line->text);
        } else {
            flow_labelled(flow, line->role, VALUE, line->label, line->text);
        }
    }
}
