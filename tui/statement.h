/*
 * A situation said in words, as `madoguchi explain` and the tests' tables say it: option by option,
 * each word looked up in the profile.
 *
 * statement_begin() first, then statement_say() for each option in any order, then statement_end(),
 * which checks what only the whole can show: a missing option, statements that contradict each
 * other. Each answers false with the fault filled in where it does not understand; the situation is
 * then not to be judged.
 */
#ifndef TUI_STATEMENT_H
#define TUI_STATEMENT_H

#include "config/faults.h"
#include "forms/rules/profile.h"
#include "forms/rules/situation.h"

#include <stdio.h>

enum statement_code {
    STATEMENT_OK,
    STATEMENT_UNKNOWN_WORD,  /* word, nearest, known */
    STATEMENT_NOT_A_DATE,    /* word */
    STATEMENT_NOT_A_NUMBER,  /* word */
    STATEMENT_NO_VALUE,      /* word: NAME=VALUE or HOLDER:DOCUMENT was expected */
    STATEMENT_MISSING,       /* word: the option that must be there */
    STATEMENT_CONTRADICTION, /* word and nearest: the two statements */
    STATEMENT_TOO_MANY,      /* word */
    STATEMENT_CODES
};

struct statement_fault {
    enum statement_code code;
    char option[32];
    char word[FAULT_WORD_SIZE];
    char nearest[FAULT_WORD_SIZE];
    char known[FAULT_EXPECTED_SIZE];
};

struct statement {
    const struct profile *profile;
    struct situation situation;
    bool procedure, presenter; /* said */
    struct statement_fault fault;
};

/* `today` holds where no reception time is said. */
void statement_begin(struct statement *statement, const struct profile *profile, struct date today);

/* option: procedure presenter visit office pin at fact doc. */
bool statement_say(struct statement *statement, const char *option, const char *value)
    __attribute__((warn_unused_result));
bool statement_end(struct statement *statement) __attribute__((warn_unused_result));

/* The situation as options of `madoguchi explain`, on one line. */
void statement_print(const struct profile *profile, const struct situation *situation, FILE *to);

#endif
