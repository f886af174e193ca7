#include "tui/screens/messages.h"
#include "cardops/issue/enrol.h"

#include <stddef.h>
#include <string.h>

/* What is true now. */
#define NOTHING_DONE "true.nothing-done"       /* the card is as it was, no try is used */
#define NOT_KNOWN "true.not-known"             /* the step may have been carried out */
#define IS_RECORDED "true.recorded"            /* what was done is in the record */
#define CENTRE_NOTHING "true.centre-nothing"
#define CENTRE_UNKNOWN "true.centre-unknown"
/* What to do. */
#define AGAIN "do.again"
#define INSERT "do.insert"
#define SETTLE "do.settle"
#define SUPPORT "do.support"
#define OTHER_WAY "do.other-way"
#define WAIT "do.wait"

#define ROW(code, name, true_, do_, look) [code] = {name ".happened", true_, do_, look}

static const struct message card_rows[] = {
    ROW(CARD_OK, "card.ok", "card.ok.true", "card.ok.do", THEME_GOOD),
    ROW(CARD_NO_SERVICE, "card.no-service", NOTHING_DONE, "card.no-service.do", THEME_BAD),
    ROW(CARD_NOT_AUTHORISED, "card.not-authorised", NOTHING_DONE, "card.not-authorised.do", THEME_BAD),
    ROW(CARD_NO_READER, "card.no-reader", NOTHING_DONE, "card.no-reader.do", THEME_BAD),
    ROW(CARD_READER_GONE, "card.reader-gone", NOT_KNOWN, "card.reader-gone.do", THEME_BAD),
    ROW(CARD_READER_SHARED, "card.reader-shared", NOTHING_DONE, "card.reader-shared.do", THEME_WARNING),
    ROW(CARD_READER_HELD, "card.reader-held", "card.reader-held.true", WAIT, THEME_WARNING),
    ROW(CARD_ABSENT, "card.absent", NOTHING_DONE, INSERT, THEME_WARNING),
    ROW(CARD_REMOVED, "card.removed", NOT_KNOWN, "card.removed.do", THEME_BAD),
    ROW(CARD_MUTE, "card.mute", NOT_KNOWN, "card.mute.do", THEME_BAD),
    ROW(CARD_UNCERTAIN, "card.uncertain", NOT_KNOWN, SETTLE, THEME_BAD),
    ROW(CARD_FOREIGN, "card.foreign", NOTHING_DONE, "card.foreign.do", THEME_WARNING),
    ROW(CARD_OLD_JUKI, "card.old-juki", NOTHING_DONE, "card.old-juki.do", THEME_WARNING),
    ROW(CARD_OTHER, "card.other", NOTHING_DONE, "card.other.do", THEME_BAD),
    ROW(CARD_GARBLED, "card.garbled", NOTHING_DONE, "card.garbled.do", THEME_BAD),
    ROW(CARD_REFUSED, "card.refused", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_PIN_WRONG, "card.pin-wrong", "card.pin-wrong.true", "card.pin-wrong.do", THEME_BAD),
    ROW(CARD_PIN_LOCKED, "card.pin-locked", "card.pin-locked.true", "card.pin-locked.do", THEME_BAD),
    ROW(CARD_PIN_ABSENT, "card.pin-absent", NOTHING_DONE, "card.pin-absent.do", THEME_WARNING),
    ROW(CARD_PIN_HALF, "card.pin-half", "card.pin-half.true", "card.pin-half.do", THEME_BAD),
    ROW(CARD_PIN_FIRST, "card.pin-first", NOTHING_DONE, "card.pin-first.do", THEME_WARNING),
    ROW(CARD_NO_PAD, "card.no-pad", NOTHING_DONE, OTHER_WAY, THEME_WARNING),
    ROW(CARD_PAD_CANCELLED, "card.pad-cancelled", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(CARD_PAD_TIMEOUT, "card.pad-timeout", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(CARD_PAD_MISMATCH, "card.pad-mismatch", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(CARD_PAD_LENGTH, "card.pad-length", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(CARD_PAD_BLOCKED, "card.pad-blocked", NOTHING_DONE, OTHER_WAY, THEME_BAD),
    ROW(CARD_PAD_STRUCTURE, "card.pad-structure", NOTHING_DONE, OTHER_WAY, THEME_BAD),
    ROW(CARD_NO_RESIDENT, "card.no-resident", NOTHING_DONE, "card.no-resident.do", THEME_WARNING),
    ROW(CARD_RESIDENT_CANCELLED, "card.resident-cancelled", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(CARD_RESIDENT_TIMEOUT, "card.resident-timeout", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(CARD_RESIDENT_LOST, "card.resident-lost", NOTHING_DONE, "card.no-resident.do", THEME_BAD),
    ROW(CARD_NO_MODULE, "card.no-module", NOTHING_DONE, "card.no-module.do", THEME_BAD),
    ROW(CARD_MODULE_UNREADABLE, "card.module-unreadable", NOTHING_DONE, "card.no-module.do", THEME_BAD),
    ROW(CARD_MODULE_REFUSED, "card.module-refused", NOTHING_DONE, "card.module-refused.do", THEME_BAD),
    ROW(CARD_NOT_FOR_MODULE, "card.not-for-module", NOTHING_DONE, "card.not-for-module.do", THEME_BAD),
    ROW(CARD_AUTHORITY_REFUSED, "card.authority-refused", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_UNSUPPORTED, "card.unsupported", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_NO_KEY, "card.no-key", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_CERTIFICATE_BAD, "card.certificate-bad", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_CERTIFICATE_SIZE, "card.certificate-size", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_READ_BACK_DIFFERS, "card.read-back-differs", NOT_KNOWN, SUPPORT, THEME_BAD),
    ROW(CARD_PROOF_FAILED, "card.proof-failed", NOT_KNOWN, SUPPORT, THEME_BAD),
    ROW(CARD_BUSY, "card.busy", NOTHING_DONE, WAIT, THEME_WARNING),
    ROW(CARD_WRONG_VERSION, "card.wrong-version", NOTHING_DONE, "card.wrong-version.do", THEME_BAD),
    ROW(CARD_WRONG_ORDER, "card.wrong-order", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_BAD_REQUEST, "card.bad-request", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_NO_MEMORY, "card.no-memory", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(CARD_NO_RUNTIME, "card.no-runtime", NOTHING_DONE, "card.no-runtime.do", THEME_BAD),
    ROW(CARD_PROCESS_DIED, "card.process-died", NOT_KNOWN, SETTLE, THEME_BAD),
    ROW(CARD_PROCESS_SILENT, "card.process-silent", NOT_KNOWN, SETTLE, THEME_BAD),
    /* Of the certification authority (enum desk_centre), asked for a certificate: see message_of_centre. */
    ROW(DESK_CENTRE + ENROL_NOT_ACCEPTED, "centre.not-accepted", "centre.not-accepted.true", "centre.not-accepted.do",
        THEME_BAD),
    ROW(DESK_CENTRE + ENROL_REFUSED, "centre.refused", CENTRE_NOTHING, "centre.refused.do", THEME_BAD),
    ROW(DESK_CENTRE + ENROL_UNREACHABLE, "centre.unreachable", CENTRE_UNKNOWN, "centre.again", THEME_WARNING),
    ROW(DESK_CENTRE + ENROL_WAITING, "centre.waiting", CENTRE_UNKNOWN, "centre.again", THEME_WARNING),
    ROW(DESK_CENTRE + ENROL_PROTOCOL, "centre.protocol", CENTRE_UNKNOWN, SUPPORT, THEME_BAD),
    ROW(DESK_CENTRE + ENROL_CREDENTIAL, "centre.credential", CENTRE_NOTHING, SUPPORT, THEME_BAD),
    ROW(DESK_CENTRE + ENROL_USAGE, "centre.usage", CENTRE_NOTHING, SUPPORT, THEME_BAD),
    ROW(DESK_CENTRE_FINAL, "centre.final", "centre.final.true", "centre.final.do", THEME_WARNING),
    ROW(DESK_CENTRE_ABSENT, "centre.absent", CENTRE_NOTHING, SUPPORT, THEME_BAD),
    ROW(DESK_CENTRE_SILENT, "centre.silent", CENTRE_UNKNOWN, "centre.again", THEME_WARNING),
    ROW(DESK_CENTRE_DIED, "centre.died", CENTRE_UNKNOWN, "centre.again", THEME_WARNING),
};

static const struct message desk_rows[] = {
    ROW(DESK_OK, "desk.ok", IS_RECORDED, "desk.ok.do", THEME_GOOD),
    ROW(DESK_NO_CASE, "desk.no-case", NOTHING_DONE, "desk.no-case.do", THEME_WARNING),
    ROW(DESK_CASE_OPEN, "desk.case-open", NOTHING_DONE, "desk.case-open.do", THEME_WARNING),
    ROW(DESK_BUSY, "desk.busy", NOTHING_DONE, WAIT, THEME_WARNING),
    ROW(DESK_NOT_NOW, "desk.not-now", NOTHING_DONE, "desk.not-now.do", THEME_WARNING),
    ROW(DESK_NO_CARD, "desk.no-card", NOTHING_DONE, INSERT, THEME_WARNING),
    ROW(DESK_NOT_ENOUGH, "desk.not-enough", NOTHING_DONE, "desk.not-enough.do", THEME_WARNING),
    ROW(DESK_SECOND_KEY, "desk.second-key", NOTHING_DONE, "desk.second-key.do", THEME_WARNING),
    ROW(DESK_LEDGER, "desk.ledger", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(DESK_NEEDS_RESET, "desk.needs-reset", NOTHING_DONE, "desk.needs-reset.do", THEME_WARNING),
    ROW(DESK_CARD_PROCESS, "desk.card-process", NOTHING_DONE, "card.wrong-version.do", THEME_BAD),
};

static const struct message ledger_rows[] = {
    ROW(LEDGER_OK, "desk.ok", IS_RECORDED, "desk.ok.do", THEME_GOOD),
    ROW(LEDGER_NO_PLACE, "ledger.no-place", NOTHING_DONE, "ledger.no-place.do", THEME_BAD),
    ROW(LEDGER_NOT_ALLOWED, "ledger.not-allowed", NOTHING_DONE, "ledger.not-allowed.do", THEME_BAD),
    ROW(LEDGER_OPEN_TO_OTHERS, "ledger.open-to-others", NOTHING_DONE, "ledger.open-to-others.do", THEME_BAD),
    ROW(LEDGER_READ_ONLY, "ledger.read-only", NOTHING_DONE, "ledger.not-allowed.do", THEME_BAD),
    ROW(LEDGER_FULL, "ledger.full", NOTHING_DONE, "ledger.full.do", THEME_BAD),
    ROW(LEDGER_LOCKED, "ledger.locked", NOTHING_DONE, AGAIN, THEME_WARNING),
    ROW(LEDGER_WRONG_VERSION, "ledger.wrong-version", NOTHING_DONE, SUPPORT, THEME_BAD),
    ROW(LEDGER_NOT_A_LEDGER, "ledger.not-a-ledger", NOTHING_DONE, "ledger.not-a-ledger.do", THEME_BAD),
    ROW(LEDGER_DAMAGED, "ledger.damaged", "ledger.damaged.true", "ledger.damaged.do", THEME_BAD),
    ROW(LEDGER_CONFLICT, "ledger.conflict", NOTHING_DONE, "ledger.conflict.do", THEME_WARNING),
    ROW(LEDGER_NO_CASE, "ledger.no-case", NOTHING_DONE, "desk.no-case.do", THEME_WARNING),
    ROW(LEDGER_IMPOSSIBLE, "desk.not-now", NOTHING_DONE, "desk.not-now.do", THEME_WARNING),
    ROW(LEDGER_UNREACHABLE, "ledger.unreachable", NOTHING_DONE, "ledger.unreachable.do", THEME_BAD),
    ROW(LEDGER_IO, "ledger.io", NOTHING_DONE, "ledger.full.do", THEME_BAD),
    ROW(LEDGER_NO_MEMORY, "card.no-memory", NOTHING_DONE, SUPPORT, THEME_BAD),
};

static const struct message unknown = {"message.unknown", NOT_KNOWN, SUPPORT, THEME_BAD};

static const struct message *row_of(const struct message *rows, size_t count, size_t number)
{
    return number < count && rows[number].happened != NULL ? &rows[number] : &unknown;
}

#define ROWS(rows, number) row_of(rows, sizeof rows / sizeof *rows, (size_t)(number))

const struct message *message_of_card(enum card_code code)
{
    return ROWS(card_rows, code);
}

struct message message_of_link(enum card_code code)
{
    struct message message = *message_of_card(code);
    if (strcmp(message.truth, NOT_KNOWN) == 0) {
        message.truth = NOTHING_DONE;
        message.act = "do.reconnects";
    }
    return message;
}

/* What is said of a question for a certificate, and what stands in its place. */
struct instead {
    const char *said, *of_revocation, *without_old_key;
};

static const char *other(const struct instead *rows, size_t count, const char *id, bool revocation)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].said, id) == 0) {
            return revocation ? rows[i].of_revocation : rows[i].without_old_key;
        }
    }
    return id;
}

struct message message_of_centre(enum card_code code, enum case_kind kind, bool old_key_gone)
{
    static const struct instead rows[] = {
        {CENTRE_NOTHING, "true.not-revoked", "true.centre-nothing.no-key"},
        {CENTRE_UNKNOWN, "true.revocation-unknown", "true.centre-unknown.no-key"},
        {"centre.not-accepted.true", "true.revocation-unknown", "centre.not-accepted.no-key"},
        {"centre.refused.happened", "centre.revocation-refused", "centre.refused.happened"},
        {"centre.refused.do", SUPPORT, "centre.refused.do"},
        {"centre.again", "centre.revoke-again", "centre.again"},
    };
    const size_t count = sizeof rows / sizeof *rows;
    struct message message = *message_of_card(code);
    if (code == CARD_OK) {
        message.truth = kind == CASE_REVOKE ? "centre.revoked" : "centre.issued";
    } else if (kind == CASE_REVOKE || old_key_gone) {
        message.happened = other(rows, count, message.happened, kind == CASE_REVOKE);
        message.truth = other(rows, count, message.truth, kind == CASE_REVOKE);
        message.act = other(rows, count, message.act, kind == CASE_REVOKE);
    }
    return message;
}

const struct message *message_of_desk(enum desk_fault fault)
{
    return ROWS(desk_rows, fault);
}

const struct message *message_of_ledger(enum ledger_fault fault)
{
    return ROWS(ledger_rows, fault);
}

const struct message *message_unknown(void)
{
    return &unknown;
}
