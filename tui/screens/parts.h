/*
 * What the screens share: names and dates in the clerk's language, marked lines, text that flows and
 * scrolls, questions with typed or chosen answers; and the two functions of each screen.
 */
#ifndef TUI_SCREENS_PARTS_H
#define TUI_SCREENS_PARTS_H

#include "tui/screens/screen.h"

enum { PARTS_TEXT = 512 };
#define PARTS_MORE_KEYS "PgUp/PgDn"

const char *say(const struct screen_view *view, const char *id);
/* say(prefix + word): "verdict." and "accept". */
const char *say_of(const struct screen_view *view, const char *prefix, const char *word);
const char *text_of(const struct screen_view *view, struct text text);

const char *procedure_name(const struct screen_view *view, size_t procedure);
const char *presenter_name(const struct screen_view *view, size_t presenter);
const char *pin_name(const struct screen_view *view, size_t pin);
const char *document_name(const struct screen_view *view, size_t document);
const char *office_name(const struct screen_view *view, int office);
const char *fact_name(const struct screen_view *view, uint8_t fact);

/* 2026年11月22日（日）, Sun 22 November 2026; "no date" gives the word for unknown. */
const char *date_text(const struct screen_view *view, struct date date, char out[PARTS_TEXT]);
/* With the year of the era: 令和8年. */
const char *wareki_text(const struct screen_view *view, struct date date, char out[PARTS_TEXT]);
/* Date and time of day, where it has one. */
const char *moment_text(const struct screen_view *view, struct moment moment, char out[PARTS_TEXT]);
const char *time_text(int minute, char out[PARTS_TEXT]);
/* A card's date, YYYYMMDD; 0 is "no date". */
struct date card_date(uint32_t number);
/* Seconds since the epoch in Japan (UTC+9, no summer time since 1952). */
struct moment moment_of(int64_t seconds);
const char *number_text(int64_t number, char out[PARTS_TEXT]);

/* "暗証番号再設定 - 本人 - ": whose case this screen is in, before its title; empty: in none. */
void where_text(const struct screen_view *view, const struct screen *screen, char *out, size_t size);
/* The role's mark, a blank, the text. */
void put_marked(struct canvas *c, int row, int column, int width, enum theme_role role, const char *text);

/* Rows of the terminal, and never fewer than a screen wants. */
int view_rows(const struct screen_view *view);
/* Where rows of `count` are out of sight, and no notice stands there: which are shown, in the rule `row`, and the keys that show the
 * others where the bottom line has room for them. */
void put_position(struct canvas *c, const struct screen_view *view, int row, int first, int room, int count);

/* Text that flows down the rows of a screen. With `c` NULL it only counts. */
struct flow {
    struct canvas *c;
    int columns;     /* where there is no canvas */
    int top, room;   /* rows of the canvas */
    int first;       /* rows scrolled away */
    int used;        /* rows so far */
};
void flow_text(struct flow *flow, enum theme_role role, int indent, const char *text);
/* Beside its label: the text begins `indent` cells to the right of it. */
void flow_labelled(struct flow *flow, enum theme_role role, int indent, const char *label, const char *text);
void flow_blank(struct flow *flow);
/* A screen that is one flowing text: shows it, and scrolls it by the list keys. */
void flow_show(struct canvas *c, const struct screen_view *view, enum screen_id id);
bool flow_key(struct screen_view *view, enum screen_id id, const struct key *key);

/* What happened, what is true now, what to do. */
struct message;
void flow_message(struct flow *flow, const struct screen_view *view, const struct message *message, const char *first);

/* Why it is no acceptance: the deciding rule, and what is missing. */
void flow_missing(struct flow *flow, const struct screen_view *view);
enum theme_role verdict_role(enum verdict_kind kind);
const char *verdict_text(const struct screen_view *view, char out[PARTS_TEXT]);

/* Puts the marker on the first document. */
void documents_open(struct screen_view *view);

/* --- questions ---------------------------------------------------------------------------------- */

enum question_kind { QUESTION_DATE, QUESTION_MOMENT, QUESTION_CHOICE, QUESTION_TICK };
enum { QUESTIONS_MAX = 64, QUESTION_UNSTATED = 255, QUESTIONS_TOP = 5 };
struct question {
    enum question_kind kind;
    const char *label;
    const char *prefix;          /* CHOICE: words are prefix + terms */
    const struct terms *choices;
    uint8_t value;               /* CHOICE: QUESTION_UNSTATED or the number; TICK: 0 or 1 */
    struct moment when;          /* DATE, MOMENT */
    uint8_t subject, detail;     /* fact; or attribute and its bit */
};
struct questions {
    struct question at[QUESTIONS_MAX];
    int count;
};
/* What the facts screen and the attributes screen ask, in order; ACT_STATE names rows of these. */
void facts_questions(const struct screen_view *view, struct questions *out);
void attributes_questions(const struct screen_view *view, struct questions *out);

void questions_draw(struct canvas *c, const struct screen_view *view, enum screen_id id,
                    const struct questions *questions);
struct request questions_key(struct screen_view *view, enum screen_id id, const struct questions *questions,
                             const struct key *key, enum screen_act act);

/* --- the screens -------------------------------------------------------------------------------- */

void desk_draw(struct canvas *c, const struct screen_view *view);
void presenter_draw(struct canvas *c, const struct screen_view *view);
void reception_draw(struct canvas *c, const struct screen_view *view);
void card_draw(struct canvas *c, const struct screen_view *view);
void facts_draw(struct canvas *c, const struct screen_view *view);
void documents_draw(struct canvas *c, const struct screen_view *view);
void attributes_draw(struct canvas *c, const struct screen_view *view);
void decision_draw(struct canvas *c, const struct screen_view *view);
void cases_draw(struct canvas *c, const struct screen_view *view);

void verdict_flow(struct flow *flow, const struct screen_view *view);
void plan_flow(struct flow *flow, const struct screen_view *view);
void insist_flow(struct flow *flow, const struct screen_view *view);
void give_up_flow(struct flow *flow, const struct screen_view *view);
void operation_flow(struct flow *flow, const struct screen_view *view);
/* Why there is no way back from it, and what would stop the step: the id of a sentence. */
const char *operation_no_back(const struct screen_view *view);
void result_flow(struct flow *flow, const struct screen_view *view);
void slip_flow(struct flow *flow, const struct screen_view *view);
void faults_flow(struct flow *flow, const struct screen_view *view);
void help_flow(struct flow *flow, const struct screen_view *view);

struct request desk_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request presenter_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request reception_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request card_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request facts_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request documents_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request attributes_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request decision_key(struct screen_view *view, const struct key *key, enum screen_act act);
struct request cases_key(struct screen_view *view, const struct key *key, enum screen_act act);

#endif
