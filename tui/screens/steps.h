/* Steps of a plan as lines: what is done, who types where, how it stands. */
#ifndef TUI_SCREENS_STEPS_H
#define TUI_SCREENS_STEPS_H

#include "tui/screens/parts.h"

/* The step waits for somebody to type. */
bool step_is_typed(const struct case_plan_step *step);
const char *step_text(const struct screen_view *view, const struct case_plan_step *step, char out[PARTS_TEXT]);
/* How it stands: "done". */
const char *step_state(const struct screen_view *view, const struct case_step *step);
enum theme_role step_role(const struct case_step *step);
/* Who types where, and what how often. */
const char *step_typing(const struct screen_view *view, const struct case_plan_step *step, char out[PARTS_TEXT]);
void flow_step(struct flow *flow, const struct screen_view *view, size_t number, const struct case_plan_step *step,
               enum theme_role role, const char *state);
/* All steps of the case with their states. */
void flow_steps(struct flow *flow, const struct screen_view *view, const struct case_file *file);
/* What is true of the case's certificate, one sentence: valid until when, or how far it has come. */
const char *certificate_text(const struct screen_view *view, size_t pin, char out[PARTS_TEXT]);
/* What the end that the authority gave has to do with ours, where it is another: than the rules said, or, where they
 * could not say, beyond what no certificate outlives. NULL: nothing. */
const char *certificate_difference(const struct screen_view *view, size_t pin, char out[PARTS_TEXT]);
/* What the reader lacks for the next step: itself, a card, this case's card, a moment to read it. */
void flow_reader(struct flow *flow, const struct screen_view *view);

#endif
