/*
 * A verdict as text for a person and as one JSON object: what `madoguchi explain` prints.
 */
#ifndef TUI_ANSWER_H
#define TUI_ANSWER_H

#include "forms/rules/profile.h"
#include "forms/rules/verdict.h"
#include "tui/words/words.h"

#include <stdio.h>

struct answer {
    const struct profile *profile;
    const struct verdict *verdict;
    enum procedure procedure;
    enum words_language language;
};

/* False where memory runs out; nothing is printed then. */
bool answer_json(const struct answer *answer, FILE *to);
void answer_text(const struct answer *answer, FILE *to);

/* The offices as a JSON list of {id, name}, main office first. */
bool answer_offices_json(const struct profile *profile, enum words_language language, FILE *to);

/* A citation's sentence and source in this answer; what closed it is cited from the hours' own
 * rule. */
const char *answer_sentence(const struct answer *answer, const struct citation *citation);
const char *answer_source(const struct answer *answer, const struct citation *citation,
                          char out[256]);
const char *answer_rule(const struct answer *answer, const struct citation *citation);

#endif
