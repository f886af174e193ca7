/* What the clerk's program holds; shared by the counter's own files only. */
#ifndef TUI_COUNTER_STATE_H
#define TUI_COUNTER_STATE_H

#include "config/city.h"
#include "config/settings.h"
#include "tui/options.h"
#include "tui/screens/screen.h"

enum { COUNTER_DEPTH = 16 };

struct counter {
    struct options options;
    int64_t clock_ahead;                   /* seconds of a training clock that runs; 0: the real time */
    struct settings settings;
    struct fault_list faults;
    struct city *city;
    struct ledger *ledger;
    struct desk *desk;
    struct desk_view no_desk;              /* before the desk is open */
    struct screen_view view;
    enum screen_id stack[COUNTER_DEPTH];
    int depth;                             /* screens on the stack, at least 1 */
    bool fresh;                            /* the top screen has just come up and wants typed keys forgotten */
    bool ended, lost;
    bool ticked;                           /* the clerk has ticked PINs in this case, */
    char ticked_for[CARD_SERIAL_MAX];      /* for this card; empty: it was being read */
    bool read_wanted;                      /* read the card as soon as the desk can */
    bool go_when_read;                     /* Enter was typed while the card was being read */
    enum desk_cure go_with;                /* and on the result: what it was to do then */
    bool unrecorded;                       /* the situation has changed since desk_judge */
    enum desk_doing was_doing;
    bool had_card, had_terminal, had_pad;  /* at the last turn of the loop */
};

int64_t counter_now(const struct counter *c);

/* The stack of screens. */
enum screen_id counter_screen(const struct counter *c);
void counter_push(struct counter *c, enum screen_id id);
/* Takes the top off and puts `id` there. */
void counter_replace(struct counter *c, enum screen_id id);
void counter_back(struct counter *c);
/* Back to `id`, which is below or is pushed. */
void counter_back_to(struct counter *c, enum screen_id id);
void counter_home(struct counter *c);

/* A sentence in place of an effect. */
void counter_notice(struct counter *c, const char *id, const char *first);
/* True where the desk did it; else its reason is the notice. */
bool counter_did(struct counter *c, enum desk_fault fault);

/* --- counter_case.c: from the situation to what the desk records, and back ---------------------- */

void case_list_presenters(struct counter *c);
/* Why PINs cannot be chosen; and judges the situation anew: asks, verdict, asked facts. */
void case_judge(struct counter *c);
/* The card has been read: its facts are stated, locked PINs preselected; what the clerk has ticked for it stays. */
void case_take_card(struct counter *c);
void case_show_card(struct counter *c);
bool case_toggle_document(struct counter *c, int row);
struct shown *case_shown(struct counter *c, int row);
void case_opening(const struct counter *c, struct case_opening *out);
void case_judgement(const struct counter *c, struct case_judgement *out);
void case_plan(const struct counter *c, struct case_plan *out);
/* Why it cannot go on now. */
enum case_reason case_parking_reason(const struct desk_view *desk);
/* The situation as an earlier case recorded it. */
void case_restore(struct counter *c, const struct case_file *file);

/* --- counter_reception.c: which procedure, who has come, when ------------------------------------- */

void reception_desk(struct counter *c, struct request request);
void reception_presenter(struct counter *c, struct request request);
void reception_time(struct counter *c, struct request request);

/* --- counter_answers.c: facts, documents and their attributes -------------------------------------- */

void answers_facts(struct counter *c, struct request request);
void answers_documents(struct counter *c, struct request request);
void answers_attributes(struct counter *c, struct request request);
void answers_show_documents(struct counter *c);
/* Two answers exclude each other: the notice names one. */
bool answers_contradict(struct counter *c);
/* The judgement of the situation as it stands is on record. */
bool answers_record(struct counter *c);
void answers_open_plan(struct counter *c);

/* --- counter_print.c: the slip ---------------------------------------------------------------------- */

/* Of a case that was closed or put aside, in place of its screens. */
void counter_show_slip(struct counter *c, const char *case_id);
/* As PDF in the configured folder, handed to the printer; the notice says what became of it. */
void counter_print(struct counter *c);

/* --- counter_acts.c: what the screens ask for ----------------------------------------------------- */

void acts_do(struct counter *c, struct request request);
/* The desk has news: a step has ended, a card was read. */
void acts_follow(struct counter *c);

#endif
