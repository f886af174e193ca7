#include "tui/answer.h"

#include <string.h>

const char *answer_sentence(const struct answer *answer, const struct citation *citation)
{
    return answer->language == WORDS_EN ? citation->text.en : citation->text.ja;
}

/* The rule of the hours that closed the office, where this is what is cited. */
static const struct hours_rule *closing_rule(const struct answer *a,
                                             const struct citation *citation)
{
    const struct hours_answer *hours = &a->verdict->hours;
    if (strcmp(citation->id, "may-close") == 0)
        return hours->may_close;
    if (strcmp(citation->id, "closed") != 0 && strcmp(citation->id, "hours-unknown") != 0)
        return NULL;
    return hours->rule != NULL ? hours->rule : hours->outside;
}

const char *answer_rule(const struct answer *answer, const struct citation *citation)
{
    const struct hours_rule *rule = closing_rule(answer, citation);
    return rule != NULL ? rule->id : citation->id;
}

const char *answer_source(const struct answer *answer, const struct citation *citation,
                          char out[256])
{
    const struct hours_rule *rule = closing_rule(answer, citation);
    if (rule == NULL)
        return profile_source(answer->profile, citation, answer->procedure);
    snprintf(out, 256, "%s:%.*s", answer->profile->file, (int)strspn(rule->source, "0123456789"),
             rule->source);
    return out;
}
