/*
 * What an event may hold: words of known shape, bounded texts, numbers in range. Private to
 * forms/case.
 */
#ifndef FORMS_CASE_CONTENT_H
#define FORMS_CASE_CONTENT_H

#include "forms/case/case.h"

/* The content that the event names is well formed, whatever the state of the case. */
bool content_allowed(const struct case_change *change);
/* The event is about change->step. */
bool content_names_step(enum case_event event);
/* A case judged as this procedure may have steps of this kind. */
bool content_procedure_has(const char *procedure, uint8_t kind);

#endif
