#include "tui/screens/parts.h"

enum { LABEL = 3 };

/* By enum fact_kind. */
static const struct {
    enum question_kind kind;
    const char *prefix;
} kinds[] = {
    [FACT_IS_DATE] = {QUESTION_DATE, NULL},
    [FACT_IS_MOMENT] = {QUESTION_MOMENT, NULL},
    [FACT_IS_YES_NO] = {QUESTION_CHOICE, "answer."},
    [FACT_IS_PIN] = {QUESTION_CHOICE, "pin-state."},
    [FACT_IS_STATE] = {QUESTION_CHOICE, "certificate-state."},
};

void facts_questions(const struct screen_view *view, struct questions *out)
{
    out->count = 0;
    for (uint8_t fact = 0; fact < FACTS_MAX; fact++) {
        if ((view->asked & UINT64_C(1) << fact) == 0 || out->count >= QUESTIONS_MAX) {
            continue;
        }
        const struct stated *stated = &view->situation.fact[fact];
        enum fact_kind kind = profile_fact_kind(view->profile, fact);
        if (kind > FACT_IS_STATE) {
            continue;
        }
        out->at[out->count++] = (struct question){
            .kind = kinds[kind].kind,
            .label = fact_name(view, fact),
            .prefix = kinds[kind].prefix,
            .choices = terms_fact_values(kind),
            .value = stated->known ? stated->value : QUESTION_UNSTATED,
            .when = stated->known ? stated->when : (struct moment){.minute = MOMENT_NO_TIME},
            .subject = fact,
        };
    }
}

void facts_draw(struct canvas *c, const struct screen_view *view)
{
    struct questions questions;
    facts_questions(view, &questions);
    canvas_paragraph(c, 2, LABEL, c->columns - 2 * LABEL, 2, THEME_TEXT,
                     say(view, questions.count > 0 ? "facts.explain" : "facts.none"));
    questions_draw(c, view, SCREEN_FACTS, &questions);
}

struct request facts_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct questions questions;
    facts_questions(view, &questions);
    return questions_key(view, SCREEN_FACTS, &questions, key, act);
}
