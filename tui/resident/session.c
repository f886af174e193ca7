#include "tui/resident/session.h"
#include "cardops/client.h"
#include "cardops/profile.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { SECOND_MS = 1000 };

bool session_start(struct session *s, enum speech_language usual, bool console)
{
    enum speech_language language = console ? SPEECH_EN : usual;
    *s = (struct session){.language = language, .usual = language, .console = console, .told = -1};
    if (entry_open(&s->entry) && bytes_locked(&s->answer, sizeof(struct resident_answer))) {
        return true;
    }
    session_wipe(s);
    return false;
}

void session_wipe(struct session *s)
{
    entry_close(&s->entry);
    bytes_free(&s->answer);
}

static bool asking(const struct session *s)
{
    return s->page == VIEW_ASK || s->page == VIEW_LEAVE;
}

/* --- answers ----------------------------------------------------------------------------------- */

static struct resident_answer *prepare(struct session *s, enum resident_kind kind)
{
    struct resident_answer answer = {
        .version = RESIDENT_WIRE_VERSION, .kind = (uint32_t)kind, .number = s->ask.number};
    /* The room was made for exactly this. */
    if (!bytes_set(&s->answer, &answer, sizeof answer)) {
        return NULL;
    }
    return (struct resident_answer *)(void *)s->answer.at;
}

static void answer_state(struct session *s)
{
    struct entry_checks checks = entry_checks(&s->entry);
    int flags = CARD_RESIDENT_CONNECTED;
    flags |= checks.typed > 0 ? CARD_RESIDENT_TYPING : 0;
    flags |= checks.length ? CARD_RESIDENT_LENGTH_OK : 0;
    flags |= checks.rule ? CARD_RESIDENT_RULE_MET : 0;
    flags |= checks.match ? CARD_RESIDENT_MATCH : 0;
    int tell = s->entry.at << 8 | flags;
    if (tell == s->told) {
        return;
    }
    struct resident_answer *answer = prepare(s, RESIDENT_STATE);
    if (answer != NULL) {
        answer->flags = (uint8_t)flags;
        answer->field = (uint8_t)(s->entry.at + 1);
        answer->fields = (uint8_t)s->entry.rule.fields;
        s->told = tell;
    }
}

static void answer_entry(struct session *s)
{
    const struct bytes *pin = entry_result(&s->entry);
    struct resident_answer *answer = prepare(s, RESIDENT_ENTRY);
    if (answer != NULL) {
        answer->length = (uint8_t)pin->length;
        memcpy(answer->entry, pin->at, pin->length);
    }
    entry_wipe(&s->entry);
    s->page = VIEW_WAIT;
}

const struct bytes *session_answer(const struct session *s)
{
    return s->answer.length > 0 ? &s->answer : NULL;
}

void session_sent(struct session *s)
{
    bytes_truncate(&s->answer, 0);
}

/* --- pages ------------------------------------------------------------------------------------- */

static void go_idle(struct session *s, int64_t now)
{
    entry_wipe(&s->entry);
    s->page = VIEW_IDLE;
    s->until = now + SESSION_LANGUAGE_MS;
}

static void go_end(struct session *s, enum view_end end, int tries, int64_t now)
{
    entry_wipe(&s->entry);
    s->page = VIEW_END;
    s->end = end;
    s->tries = tries;
    s->until = now + SESSION_END_MS;
}

void session_link(struct session *s, enum view_link link, int64_t now)
{
    s->link = link;
    session_sent(s);
    if (asking(s) || s->page == VIEW_WAIT) {
        go_end(s, VIEW_STOPPED, -1, now);
    }
}

static enum session_heard hear_ask(struct session *s, const struct resident_ask *message, int64_t now)
{
    struct entry_rule rule = {
        .minimum = message->minimum,
        .maximum = message->maximum,
        .letters = message->alphabet == CARD_CAPITALS_AND_DIGITS,
        .mix = message->alphabet == CARD_CAPITALS_AND_DIGITS && message->purpose == RESIDENT_NEW,
        .fields = message->purpose == RESIDENT_NEW ? 2 : 1,
    };
    session_sent(s);
    if (message->purpose > RESIDENT_NEW || message->alphabet > CARD_CAPITALS_AND_DIGITS || message->seconds == 0 ||
        !entry_ask(&s->entry, &rule)) {
        return SESSION_NONSENSE;
    }
    s->ask = *message;
    s->page = VIEW_ASK;
    s->note = ENTRY_NOTHING;
    s->tries = message->purpose == RESIDENT_CURRENT ? message->tries : -1;
    s->until = now + (int64_t)message->seconds * SECOND_MS;
    s->told = -1;
    answer_state(s);
    return SESSION_FORGET;
}

static enum session_heard hear_result(struct session *s, const struct resident_ask *message, int64_t now)
{
    static const enum view_end ends[] = {
        [RESIDENT_DONE] = VIEW_DONE,       [RESIDENT_WRONG] = VIEW_WRONG,         [RESIDENT_LOCKED] = VIEW_LOCKED,
        [RESIDENT_STOPPED] = VIEW_STOPPED, [RESIDENT_TIMED_OUT] = VIEW_TIMED_OUT,
    };
    if (message->outcome >= sizeof ends / sizeof *ends) {
        return SESSION_NONSENSE;
    }
    /* What this end has closed itself (cancelled, out of time) stays as the resident was told. */
    if (message->number != s->ask.number || !(asking(s) || s->page == VIEW_WAIT)) {
        return SESSION_KEPT;
    }
    session_sent(s);
    go_end(s, ends[message->outcome], message->tries, now);
    return SESSION_FORGET;
}

enum session_heard session_message(struct session *s, const struct resident_ask *message, int64_t now)
{
    if (message->version != RESIDENT_WIRE_VERSION) {
        return SESSION_OTHER;
    }
    s->practice = message->practice != 0;
    switch (message->kind) {
    case RESIDENT_IDLE:
        session_sent(s);
        if (s->page != VIEW_END) {
            go_idle(s, now);
        }
        return SESSION_KEPT;
    case RESIDENT_ASK:
        return hear_ask(s, message, now);
    case RESIDENT_RESULT:
        return hear_result(s, message, now);
    default:
        return SESSION_NONSENSE;
    }
}

/* --- keys -------------------------------------------------------------------------------------- */

static void next_language(struct session *s)
{
    if (!s->console) {
        s->language = (enum speech_language)((s->language + 1) % SPEECH_LANGUAGES);
    }
}

static void idle_key(struct session *s, const struct key *key, int64_t now)
{
    if (key->code == KEYS_TAB) {
        next_language(s);
    } else if (key->code == KEYS_TEXT && key->rune >= '1' && key->rune < '1' + SPEECH_LANGUAGES && !s->console) {
        s->language = (enum speech_language)(key->rune - '1');
    }
    s->until = now + SESSION_LANGUAGE_MS;
}

static void ask_key(struct session *s, const struct key *key)
{
    s->note = ENTRY_NOTHING;
    switch (key->code) {
    case KEYS_TEXT:
        s->note = entry_type(&s->entry, key->rune);
        break;
    case KEYS_BACKSPACE:
    case KEYS_DELETE:
        entry_erase(&s->entry);
        break;
    case KEYS_ENTER:
        s->note = entry_enter(&s->entry);
        break;
    case KEYS_ESCAPE:
        s->page = VIEW_LEAVE;
        break;
    case KEYS_TAB:
        if (entry_untouched(&s->entry)) {
            next_language(s);
        }
        break;
    default:
        break;
    }
    if (s->note == ENTRY_FINISHED) {
        answer_entry(s);
    } else {
        answer_state(s);
    }
}

static void leave_key(struct session *s, const struct key *key, int64_t now)
{
    if (key->code == KEYS_ESCAPE) {
        go_end(s, VIEW_CANCELLED, -1, now);
        (void)prepare(s, RESIDENT_CANCEL);
    } else {
        s->page = VIEW_ASK;
        s->note = ENTRY_NOTHING;
    }
}

void session_key(struct session *s, const struct key *key, int64_t now)
{
    /* Time may have run out while the program waited for this key. */
    session_tick(s, now);
    switch (s->page) {
    case VIEW_IDLE:
        idle_key(s, key, now);
        break;
    case VIEW_ASK:
        ask_key(s, key);
        break;
    case VIEW_LEAVE:
        leave_key(s, key, now);
        break;
    case VIEW_END:
        go_idle(s, now);
        break;
    case VIEW_WAIT:
        break;
    }
}

/* --- time -------------------------------------------------------------------------------------- */

void session_tick(struct session *s, int64_t now)
{
    if (now < s->until) {
        return;
    }
    if (asking(s)) {
        session_sent(s);
        go_end(s, VIEW_TIMED_OUT, -1, now);
    } else if (s->page == VIEW_END) {
        go_idle(s, now);
    } else if (s->page == VIEW_IDLE) {
        s->language = s->usual;
    }
}

static int seconds_left(const struct session *s, int64_t now)
{
    int64_t left = s->until > now ? s->until - now : 0;
    return (int)((left + SECOND_MS - 1) / SECOND_MS);
}

int session_wait(const struct session *s, int64_t now)
{
    int64_t left = s->until > now ? s->until - now : 0;
    if (asking(s)) {
        /* To the end of the second under way, when another number may stand on the screen. */
        return left > 0 ? (int)((left - 1) % SECOND_MS) + 1 : 0;
    }
    bool waits = s->page == VIEW_END || (s->page == VIEW_IDLE && s->language != s->usual);
    return waits ? (int)left : -1;
}

void session_view(const struct session *s, int64_t now, struct view *out)
{
    *out = (struct view){
        .page = s->page,
        .language = s->language,
        .console = s->console,
        .practice = s->practice,
        .link = s->link,
        .current = s->ask.purpose == RESIDENT_CURRENT,
        .staff = s->ask.staff != 0,
        .rule = s->entry.rule,
        .field = s->entry.at,
        .checks = entry_checks(&s->entry),
        .note = s->note,
        .seconds = asking(s) ? view_seconds(seconds_left(s, now)) : 0,
        .tries = s->tries,
        .end = s->end,
    };
    snprintf(out->pin, sizeof out->pin, "%.*s", (int)sizeof s->ask.pin, s->ask.pin);
}
