/*
 * Faults in configuration files: all of them at once, each with its place and what would be right.
 *
 * No sentences here: a fault is a code and data, and tui words it. A reader adds what it finds and
 * goes on; whoever asked for the file looks at the count and uses nothing of it unless that is 0.
 */
#ifndef CONFIG_FAULTS_H
#define CONFIG_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* X(code, id): the id is the word under which tui finds the sentence. In brackets: what `word` and
 * `expected` hold. */
#define FAULT_CODES(X)                                                                            \
    /* the file */                                                                                \
    X(FAULT_NO_FILE, "no-file")               /* [system's reason] */                             \
    X(FAULT_FILE_TOO_BIG, "file-too-big")     /* expected: largest size in bytes */               \
    X(FAULT_NO_MEMORY, "no-memory")                                                               \
    /* bytes and lines */                                                                         \
    X(FAULT_BOM, "bom")                                                                           \
    X(FAULT_NUL, "nul")                                                                           \
    X(FAULT_NOT_UTF8, "not-utf8")             /* [the byte, hexadecimal] */                       \
    X(FAULT_CONTROL, "control-character")     /* [the byte, hexadecimal] */                       \
    X(FAULT_LINE_TOO_LONG, "line-too-long")   /* [bytes when joined] expected: most bytes */      \
    X(FAULT_NOT_A_LINE, "not-a-line")         /* [the line] neither [section] nor key = value */  \
    X(FAULT_OUTSIDE_SECTION, "outside-section") /* [key] */                                       \
    X(FAULT_BAD_NAME, "bad-name")             /* [section or key] a name may not look like that */ \
    X(FAULT_DUPLICATE_KEY, "duplicate-key")   /* [key] expected: line of the first */             \
    X(FAULT_DUPLICATE_SECTION, "duplicate-section") /* [section] expected: line of the first */   \
    X(FAULT_CUT, "cut")                       /* [; or #] not inside quotes: cuts the value */    \
    X(FAULT_QUOTE_ESCAPE, "quote-escape")     /* \" ends the value */                             \
    X(FAULT_QUOTE_OPEN, "quote-open")         /* no closing quote */                              \
    X(FAULT_AFTER_QUOTE, "after-quote")       /* [what follows the closing quote] is dropped */   \
    X(FAULT_COMMENT_CONTINUES, "comment-continues") /* a backslash at the end swallows a line */  \
    X(FAULT_CONTINUES_AT_END, "continues-at-end")   /* backslash on the last line */              \
    /* meaning */                                                                                 \
    X(FAULT_UNKNOWN_SECTION, "unknown-section") /* [section] */                                   \
    X(FAULT_UNKNOWN_KEY, "unknown-key")       /* [key] */                                         \
    X(FAULT_UNKNOWN_WORD, "unknown-word")     /* [word] expected: the words */                    \
    X(FAULT_REPEATED_WORD, "repeated-word")   /* [word] twice in a list */                        \
    X(FAULT_MISSING_SECTION, "missing-section") /* [section] */                                   \
    X(FAULT_MISSING_KEY, "missing-key")       /* [key] */                                         \
    X(FAULT_EMPTY_VALUE, "empty-value")       /* [key] */                                         \
    X(FAULT_NOT_A_NUMBER, "not-a-number")     /* [value] expected: least..most */                 \
    X(FAULT_OUT_OF_RANGE, "out-of-range")     /* [value] expected: least..most */                 \
    X(FAULT_NOT_A_DATE, "not-a-date")         /* [value] expected: the form */                    \
    X(FAULT_NOT_A_TIME, "not-a-time")         /* [value] expected: the form */                    \
    X(FAULT_WRONG_ORDER, "wrong-order")       /* [value] the end is not after the beginning */    \
    X(FAULT_TOO_MANY, "too-many")             /* [value] expected: the most */                    \
    X(FAULT_TOO_FEW, "too-few")               /* [value] expected: how many */                    \
    X(FAULT_TEXT_TOO_LONG, "text-too-long")   /* [value] expected: most bytes */                  \
    X(FAULT_NOT_A_PATH, "not-a-path")         /* [value] expected: absolute */                    \
    X(FAULT_CONFLICT, "conflict")             /* [key] excludes expected: the other key */        \
    X(FAULT_NEEDS, "needs")                   /* [key] needs expected: the other key */           \
    X(FAULT_NOT_FOUND, "not-found")           /* [name] names nothing that is defined */          \
    X(FAULT_CIRCLE, "circle")                 /* [name] refers back to itself */

enum fault_code {
    FAULT_NONE,
#define FAULT_ENUM(code, id) code,
    FAULT_CODES(FAULT_ENUM)
#undef FAULT_ENUM
    FAULT_CODE_COUNT
};

#define FAULT_FILE_SIZE 256
#define FAULT_SECTION_SIZE 64
#define FAULT_WORD_SIZE 96
#define FAULT_EXPECTED_SIZE 256

/* Texts are UTF-8, cut at a character's end where they do not fit, empty where there is none. */
struct fault {
    enum fault_code code;
    char file[FAULT_FILE_SIZE];
    int line; /* from 1; 0: the file as a whole */
    char section[FAULT_SECTION_SIZE];
    char key[FAULT_SECTION_SIZE];
    char word[FAULT_WORD_SIZE];         /* the offending word */
    char nearest[FAULT_WORD_SIZE];      /* the nearest known word */
    char expected[FAULT_EXPECTED_SIZE]; /* what would be right */
};

/* Start with {0}; fault_list_free() ends it. When memory runs out the list keeps what it has and
 * `lost` counts the rest, so that a list with faults never looks empty. */
struct fault_list {
    struct fault *fault;
    size_t count;
    size_t room;
    size_t lost;
};

/* Adds a copy. Faults are kept in the order of file and line. */
void fault_add(struct fault_list *list, const struct fault *fault);
bool fault_any(const struct fault_list *list);
void fault_list_free(struct fault_list *list);

/* "duplicate-key"; never NULL. */
const char *fault_id(enum fault_code code);

/* Copies text into a field of a fault (or any buffer), cut at the end of a character. */
void fault_text(char *to, size_t size, const char *text);

/* The candidate that is nearest to word by edit distance, or NULL where none is near (more than a
 * third of the longer one's letters differ, at least 2 allowed). */
const char *fault_nearest(const char *word, const char *const candidates[], size_t count);

#endif
