#include "tui/screens/faults.h"

#include <stdio.h>

const char *fault_place(const struct fault *fault, char out[PARTS_TEXT])
{
    if (fault->line > 0) {
        snprintf(out, PARTS_TEXT, "%s:%d", fault->file, fault->line);
    } else {
        snprintf(out, PARTS_TEXT, "%s", fault->file);
    }
    return out;
}

const char *fault_sentence(enum words_language language, const struct fault *fault, char out[WORDS_TEXT_MAX])
{
    char id[96], cure[WORDS_TEXT_MAX] = "", what[WORDS_TEXT_MAX];
    const char *word = fault->word[0] != '\0' ? fault->word : fault->key[0] != '\0' ? fault->key : fault->section;
    snprintf(id, sizeof id, "fault.%s", fault_id(fault->code));
    WORDS(language, id, what, word, fault->expected, fault->section, fault->key);
    if (fault->nearest[0] != '\0') {
        WORDS(language, "fault.nearest", cure, fault->nearest);
    }
    snprintf(out, WORDS_TEXT_MAX, "%.700s%s%.300s", what, cure[0] != '\0' ? " " : "", cure);
    return out;
}

static void content(struct flow *flow, const struct screen_view *view)
{
    char text[WORDS_TEXT_MAX], place[PARTS_TEXT];
    flow_text(flow, THEME_TEXT, 0, say(view, "faults.explain"));
    for (size_t i = 0; view->faults != NULL && i < view->faults->count; i++) {
        flow_blank(flow);
        flow_text(flow, THEME_HEADING, 0, fault_place(&view->faults->fault[i], place));
        flow_text(flow, THEME_BAD, 2, fault_sentence(view->language, &view->faults->fault[i], text));
    }
}

void faults_draw(struct canvas *c, const struct screen_view *view)
{
    struct flow flow = flow_of(c, view, SCREEN_FAULTS);
    content(&flow, view);
}

struct request faults_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    return (struct request){.act = flow_key(view, SCREEN_FAULTS, key, content) ? ACT_NONE : act};
}
