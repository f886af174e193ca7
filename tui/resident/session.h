/*
 * The life of the resident's terminal: what is asked, typed and answered, over time. Pure: messages, keys and
 * the time come in as arguments, an answer and a view go out. Contract of the messages: cardops/resident_wire.h.
 *
 * Order of calls: session_start; then session_link, session_message, session_key and session_tick as things
 * happen; after each, send what session_answer holds and call session_sent, and draw session_view when it
 * changed. session_wipe wipes and frees.
 *
 * Time is in milliseconds of any clock that never goes back. A question that ends in whatever way (sent,
 * cancelled, timed out, withdrawn, connection lost) leaves no character behind.
 */
#ifndef TUI_RESIDENT_SESSION_H
#define TUI_RESIDENT_SESSION_H

#include "cardops/resident_wire.h"
#include "cardops/wire/bytes.h"
#include "tui/resident/view.h"
#include "tui/term/keys.h"

#include <stdbool.h>
#include <stdint.h>

/* How long a result stays, and how long a chosen language outlives the last question. */
enum { SESSION_END_MS = 8000, SESSION_LANGUAGE_MS = 120000 };

struct session {
    enum view_page page;
    enum view_link link;
    enum speech_language language, usual; /* usual: what the page comes back to */
    bool console, practice;
    struct resident_ask ask;  /* the question under way, or the last */
    struct entry entry;
    enum entry_note note;
    enum view_end end;
    int tries;
    int64_t until;            /* end of the time to type, of a result, or of a chosen language */
    int told;                 /* flags and field of the last RESIDENT_STATE, -1: none yet */
    struct bytes answer;      /* locked; one struct resident_answer, or empty */
};

enum session_heard {
    SESSION_KEPT,
    SESSION_FORGET,   /* a new page came up: throw away what was typed ahead */
    SESSION_NONSENSE, /* not a message of this contract: break the connection */
    SESSION_OTHER     /* of another version: break it too; VIEW_MIXED */
};

/* False: memory cannot be locked. */
bool session_start(struct session *s, enum speech_language usual, bool console) __attribute__((warn_unused_result));
void session_wipe(struct session *s);

/* The connection came or went. A question under way ends with it. */
void session_link(struct session *s, enum view_link link, int64_t now);
enum session_heard session_message(struct session *s, const struct resident_ask *message, int64_t now);
void session_key(struct session *s, const struct key *key, int64_t now);
void session_tick(struct session *s, int64_t now);
/* Milliseconds until session_tick or the view may change something; -1: nothing is waited for. */
int session_wait(const struct session *s, int64_t now);

/* What to send, whole, or NULL. */
const struct bytes *session_answer(const struct session *s);
void session_sent(struct session *s);

void session_view(const struct session *s, int64_t now, struct view *out);

#endif
