/*
 * What the clerk is to be asked in this situation, and nothing else: the documents that some need
 * of the ways open to this procedure, presenter and visit can use, column by column, with the
 * attributes that matter for them, and the facts that could change the verdict and are not stated
 * yet.
 *
 * Ask again after each answer: a stated fact can close a way or open one. Pure, like judge.h.
 */
#ifndef FORMS_RULES_ASKS_H
#define FORMS_RULES_ASKS_H

#include "forms/rules/profile.h"
#include "forms/rules/situation.h"

enum { ASKS_DOCUMENTS = 96, ASKS_COLUMNS = 8, ASKS_FACTS = 24 };

/* A heading: one of the city's classes, the documents asked for by name, or papers. */
enum ask_column_kind { COLUMN_CLASS, COLUMN_BY_NAME, COLUMN_PAPERS };
struct ask_column {
    uint8_t kind;            /* enum ask_column_kind */
    const struct text *name; /* COLUMN_CLASS: the class's own name; else NULL */
};

struct ask_document {
    uint8_t document;
    uint8_t holder; /* enum holder; HOLDER_ANY for papers */
    uint8_t column;
    uint16_t attributes; /* bits: state these of it */
    bool shown;          /* is on the desk already */
};

/* Documents are ordered by holder, then column, then the order of the catalogue. */
struct asks {
    struct ask_column column[ASKS_COLUMNS];
    uint8_t column_count;
    struct ask_document document[ASKS_DOCUMENTS];
    uint8_t document_count;
    uint8_t
        fact[ASKS_FACTS]; /* unstated facts that matter; profile_fact_id(), profile_fact_kind() */
    uint8_t fact_count;
};

void rules_ask(const struct national *national, const struct profile *profile,
               const struct situation *situation, struct asks *out);

#endif
