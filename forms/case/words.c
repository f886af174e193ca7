#include "forms/case/case.h"

static const char *const state_words[CASE_STATES] = {
    [CASE_NONE] = "none",
    [CASE_OPEN] = "open",
    [CASE_JUDGED] = "judged",
    [CASE_PLANNED] = "planned",
    [CASE_RUNNING] = "running",
    [CASE_UNSETTLED] = "unsettled",
    [CASE_PARKED] = "parked",
    [CASE_DONE] = "done",
    [CASE_ABANDONED] = "abandoned",
};

static const char *const event_words[CASE_EVENTS] = {
    [CASE_OPENED] = "opened",
    [CASE_JUDGEMENT] = "judgement",
    [CASE_DECISION] = "decision",
    [CASE_PLAN] = "plan",
    [CASE_STEP_INTENDED] = "step-intended",
    [CASE_PROOF_INTENDED] = "proof-intended",
    [CASE_STEP_DONE] = "step-done",
    [CASE_STEP_NOT_DONE] = "step-not-done",
    [CASE_STEP_UNKNOWN] = "step-unknown",
    [CASE_STEP_REFUSED] = "step-refused",
    [CASE_SETTLED_DONE] = "settled-done",
    [CASE_SETTLED_NOT_DONE] = "settled-not-done",
    [CASE_PUT_ASIDE] = "put-aside",
    [CASE_RESUMED] = "resumed",
    [CASE_FINISHED] = "finished",
    [CASE_GIVEN_UP] = "given-up",
};

static const char *const reason_words[CASE_REASONS] = {
    [CASE_REASON_NONE] = "none",
    [CASE_REASON_CLERK] = "clerk",
    [CASE_REASON_RESIDENT] = "resident",
    [CASE_REASON_DOCUMENTS] = "documents",
    [CASE_REASON_SECOND_VISIT] = "second-visit",
    [CASE_REASON_CARD_GONE] = "card-gone",
    [CASE_REASON_CARD_LOST] = "card-lost",
    [CASE_REASON_NEEDS_RESET] = "needs-reset",
    [CASE_REASON_EQUIPMENT] = "equipment",
    [CASE_REASON_CENTRE] = "centre",
    [CASE_REASON_LINE] = "line",
    [CASE_REASON_CLOSED] = "closed",
};

static const char *const kind_words[CASE_KINDS] = {
    [CASE_VERIFY] = "verify",
    [CASE_CHANGE] = "change",
    [CASE_RESET] = "reset",
    [CASE_KEEP] = "keep",
    [CASE_KEY] = "key",
    [CASE_CERTIFICATE] = "certificate",
    [CASE_INSTALL] = "install",
    [CASE_PROVE] = "prove",
    [CASE_REVOKE] = "revoke",
};

static const char *word_at(const char *const *words, unsigned count, unsigned index)
{
    return index < count ? words[index] : "";
}

const char *case_state_word(enum case_state state)
{
    return word_at(state_words, CASE_STATES, state);
}

const char *case_event_word(enum case_event event)
{
    return word_at(event_words, CASE_EVENTS, event);
}

const char *case_reason_word(enum case_reason reason)
{
    return word_at(reason_words, CASE_REASONS, reason);
}

const char *case_kind_word(enum case_kind kind)
{
    return word_at(kind_words, CASE_KINDS, kind);
}
