#include "tui/screens/parts.h"

enum { LABEL = 3 };

static const struct shown *shown_of(const struct screen_view *view, const struct ask_document *ask)
{
    for (size_t i = 0; i < view->situation.shown_count; i++) {
        const struct shown *shown = &view->situation.shown[i];
        if (shown->document == ask->document && shown->holder == ask->holder) {
            return shown;
        }
    }
    return NULL;
}

static uint8_t yes_no(const struct shown *shown, uint8_t attribute)
{
    unsigned bit = 1U << attribute;
    return (shown->yes & bit) != 0 ? FACT_YES : (shown->no & bit) != 0 ? FACT_NO : QUESTION_UNSTATED;
}

static void add(struct questions *out, struct question question)
{
    if (out->count < QUESTIONS_MAX) {
        out->at[out->count++] = question;
    }
}

static void add_ticks(const struct screen_view *view, struct questions *out, uint8_t attribute, const char *prefix,
                      const struct terms *terms, unsigned bits)
{
    for (uint8_t i = 0; i < terms->count; i++) {
        add(out, (struct question){.kind = QUESTION_TICK, .label = say_of(view, prefix, terms->word[i]),
                                   .value = (bits & 1U << i) != 0, .subject = attribute, .detail = i});
    }
}

static void add_attribute(const struct screen_view *view, struct questions *out, uint8_t attribute,
                          const struct shown *shown)
{
    struct question question = {.label = say_of(view, "attribute.", terms_word(&terms_attributes, attribute)),
                                .subject = attribute};
    switch (attribute) {
    case ATTRIBUTE_ISSUED:
    case ATTRIBUTE_EXPIRES:
        question.kind = QUESTION_DATE;
        question.when = (struct moment){attribute == ATTRIBUTE_ISSUED ? shown->issued : shown->expires, MOMENT_NO_TIME};
        break;
    case ATTRIBUTE_SHOWS:
        add_ticks(view, out, attribute, "shows.", &terms_shows, shown->shows);
        return;
    case ATTRIBUTE_FAULT:
        add_ticks(view, out, attribute, "sheet-fault.", &terms_faults, shown->faults);
        return;
    case ATTRIBUTE_FROM:
        question.kind = QUESTION_CHOICE;
        question.prefix = "from.";
        question.choices = &terms_from;
        question.value = shown->from == FROM_UNSTATED ? QUESTION_UNSTATED : shown->from;
        break;
    default:
        question.kind = QUESTION_CHOICE;
        question.prefix = "answer.";
        question.choices = &terms_yes_no;
        question.value = yes_no(shown, attribute);
        break;
    }
    add(out, question);
}

void attributes_questions(const struct screen_view *view, struct questions *out)
{
    out->count = 0;
    if (view->attributes_of < 0 || view->attributes_of >= view->asks.document_count) {
        return;
    }
    const struct ask_document *ask = &view->asks.document[view->attributes_of];
    const struct shown *shown = shown_of(view, ask);
    for (uint8_t i = 0; shown != NULL && i < ATTRIBUTES; i++) {
        if ((ask->attributes & 1U << i) != 0) {
            add_attribute(view, out, i, shown);
        }
    }
}

void attributes_draw(struct canvas *c, const struct screen_view *view)
{
    struct questions questions;
    attributes_questions(view, &questions);
    if (questions.count > 0) {
        canvas_put(c, 2, LABEL, -1, THEME_HEADING,
                   document_name(view, view->asks.document[view->attributes_of].document));
    }
    canvas_put(c, 3, LABEL, c->columns - LABEL - 1, THEME_TEXT, say(view, "attributes.explain"));
    questions_draw(c, view, SCREEN_ATTRIBUTES, &questions);
}

struct request attributes_key(struct screen_view *view, const struct key *key, enum screen_act act)
{
    struct questions questions;
    attributes_questions(view, &questions);
    return questions_key(view, SCREEN_ATTRIBUTES, &questions, key, act);
}
