/*
 * The clerk's screens as rows of one table: what a screen is called, which keys it has, how it is drawn
 * and what a key asks for. Key line, help and the man page's key table come from the same rows.
 *
 * A screen is two functions over the view: draw() or flow() shows it, key() answers what is asked for. Screens
 * decide nothing and write nothing: they move their own markers and fields (view->ui), all else is a
 * request that the counter carries out. The view's other members belong to the counter.
 */
#ifndef TUI_SCREENS_SCREEN_H
#define TUI_SCREENS_SCREEN_H

#include "config/faults.h"
#include "forms/desk/desk.h"
#include "forms/rules/asks.h"
#include "forms/rules/verdict.h"
#include "tui/term/widgets.h"
#include "tui/words/words.h"

enum screen_id {
    SCREEN_DESK, SCREEN_PRESENTER, SCREEN_RECEPTION, SCREEN_CARD, SCREEN_FACTS, SCREEN_DOCUMENTS, SCREEN_ATTRIBUTES,
    SCREEN_VERDICT, SCREEN_DECISION, SCREEN_PLAN, SCREEN_INSIST, SCREEN_OPERATION, SCREEN_RESULT, SCREEN_GIVE_UP,
    SCREEN_SLIP, SCREEN_CASES, SCREEN_FAULTS, SCREEN_HELP, SCREENS
};

/* What a key asks for. `number` is the row it is about. */
enum screen_act {
    ACT_NONE,
    ACT_GO,          /* on to the next screen, or choose row `number` */
    ACT_BACK,
    ACT_HELP,
    ACT_QUIT,
    ACT_TICK,        /* row `number` */
    ACT_STATE,       /* facts and attributes: row `number` is now ui.value or the text of ui.field */
    ACT_VERDICT,     /* verdict, rules and ways on */
    ACT_ATTRIBUTES,  /* of document `number` */
    ACT_FACTS,
    ACT_DECISION,
    ACT_RECEPTION,
    ACT_READ,        /* read the card again */
    ACT_CASES,
    ACT_PARK,
    ACT_END,         /* close the case: done, or given up */
    ACT_PRINT,
};

struct request {
    enum screen_act act;
    int number;
};

struct screen_key {
    enum keys_code code;  /* KEYS_TEXT with `rune` */
    uint32_t rune;
    uint32_t twin;        /* the plain key that does the same: a character, or a control code; 0: needs none */
    enum screen_act act;
    const char *label;    /* id, for the key line */
    const char *help;     /* id of a sentence */
    bool unlisted;        /* not in the key line, for want of room: in the help */
};

enum { SCREEN_KEYS = 8, SCREEN_PRESENTERS_MAX = 32, SCREEN_ROWS_LEAST = 24, SCREEN_COLUMNS_LEAST = 80 };

/* A way to come: presenter and visit. */
struct screen_presenter {
    uint8_t presenter, visit, visits;
};

/* Why a PIN cannot be chosen, or not left out; 0: it can. */
enum screen_pin_bar { PIN_MAY, PIN_NOT_COVERED, PIN_NOT_THERE, PIN_NO_TERMINAL, PIN_TYPED_TOO };

/* A notice in place of a key's effect: a sentence of this screen, gone with the next key. */
struct screen_notice {
    const char *id;       /* NULL: none */
    char first[96];       /* {0} */
};

/* What the screens keep themselves. */
struct screen_ui {
    struct widgets_list list[SCREENS];
    struct widgets_field field;
    bool typing;                   /* the field is open on the marked row */
    struct widgets_field decision[4];
    int column;                    /* documents: the column with the marker */
    uint8_t value;                 /* ACT_STATE */
    enum screen_id help_for;
};

struct screen_view {
    enum words_language language;
    bool practice;
    int rows, columns;             /* of the terminal, for its keys; 0: not known */
    const char *pad_key;           /* practice: the key that shows the pad; NULL: it is beside */
    struct moment clock;           /* now, in Japan */
    int64_t now;                   /* the same, seconds since the epoch */
    const struct national *national;
    const struct profile *profile;
    const char *reader;            /* configured name */
    const struct desk_view *desk;
    struct hours_answer hours;     /* of the office, now */
    uint32_t procedures;           /* bits: can be chosen; reset, renew and issue need a module */
    struct screen_presenter presenters[SCREEN_PRESENTERS_MAX];
    int presenter_count;
    struct situation situation;
    bool set_back;                 /* reception time set by the clerk */
    struct asks asks;
    uint64_t asked;                /* bits: facts to be asked, and those answered that the card did not tell */
    struct verdict verdict;
    int attributes_of;             /* row of asks.document */
    enum screen_pin_bar pin_bar[PINS];
    struct case_plan plan;
    struct case_file slip;         /* the case as it was closed */
    struct moment appointment;     /* put aside for a dead authority: from when on to come again; no date: not known */
    struct desk_certificate certificates[CASE_CERTIFICATES]; /* of the open case, or the one on the slip */
    int step;                      /* the plan's step that ran last; -1 */
    enum desk_fault refused;       /* the last act was not possible: why */
    char clerk[CASE_NAME_MAX];     /* who is at the window */
    struct ledger_entry *cases;    /* the newest first */
    int case_count;
    const struct fault_list *faults;
    /* A fault as one line: FILE:LINE, what is wrong, what would be right. */
    const char *(*fault_line)(enum words_language language, const struct fault *fault, char *out);
    struct screen_notice notice;
    struct screen_ui ui;
};

struct flow;
struct screen {
    const char *name;              /* for the man page and tests */
    const char *title;             /* id */
    struct screen_key keys[SCREEN_KEYS];
    /* One of these. Text that flows scrolls by the list keys, wherever it has more rows than the terminal. */
    void (*draw)(struct canvas *c, const struct screen_view *view);
    void (*flow)(struct flow *flow, const struct screen_view *view);
    /* Keys that the table does not name; NULL: none. The act of a key in the table comes as `act`. */
    struct request (*key)(struct screen_view *view, const struct key *key, enum screen_act act);
    bool fresh;                    /* keys typed before it was shown are thrown away */
    bool text;                     /* letters are text here: twins are control keys */
};

extern const struct screen screens[SCREENS];

/* Draws the screen with its frame, or "too small" where it does not fit. */
void screen_draw(enum screen_id id, struct canvas *c, const struct screen_view *view);
struct request screen_key(enum screen_id id, struct screen_view *view, const struct key *key);

/* "F3/q", "Enter", "Space"; for the key line, help and the man page. */
const char *screen_key_name(const struct screen_key *key, char *out, size_t size);
size_t screen_key_count(const struct screen *screen);

#endif
