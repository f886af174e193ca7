#include "cardops/issue/enrol.h"

#include <string.h>

static const struct {
    enum enrol_outcome outcome;
    const char *word;
} outcomes[] = {
    { ENROL_DONE, "done" },
    { ENROL_NOT_ACCEPTED, "not-accepted" },
    { ENROL_REFUSED, "refused" },
    { ENROL_UNREACHABLE, "unreachable" },
    { ENROL_WAITING, "waiting" },
    { ENROL_PROTOCOL, "protocol" },
    { ENROL_CREDENTIAL, "credential" },
    { ENROL_USAGE, "usage" },
};

static const char *const reasons[] = {
    [ENROL_FINE] = "fine",
    [ENROL_TOO_LARGE] = "too-large",
    [ENROL_NOT_DER] = "not-der",
    [ENROL_OTHER_KEY] = "other-key",
    [ENROL_NOT_YET_VALID] = "not-yet-valid",
    [ENROL_EXPIRED] = "expired",
    [ENROL_WRONG_USAGE] = "wrong-usage",
    [ENROL_WRONG_POLICY] = "wrong-policy",
    [ENROL_UNKNOWN_ISSUER] = "unknown-issuer",
    [ENROL_BROKEN_SIGNATURE] = "broken-signature",
    [ENROL_UNCHECKED] = "unchecked",
};

enum { OUTCOMES = sizeof outcomes / sizeof *outcomes, REASONS = sizeof reasons / sizeof *reasons };

const char *enrol_outcome_word(enum enrol_outcome outcome)
{
    for (size_t i = 0; i < (size_t)OUTCOMES; i++)
        if (outcomes[i].outcome == outcome)
            return outcomes[i].word;
    return "unknown";
}

const char *enrol_reason_word(enum enrol_reason reason)
{
    return (size_t)reason < (size_t)REASONS ? reasons[reason] : "unknown";
}

bool enrol_outcome_of(int status, enum enrol_outcome *outcome)
{
    for (size_t i = 0; i < (size_t)OUTCOMES; i++)
        if ((int)outcomes[i].outcome == status) {
            *outcome = outcomes[i].outcome;
            return true;
        }
    return false;
}

enum enrol_reason enrol_reason_of(const char *word)
{
    for (size_t i = 0; i < (size_t)REASONS; i++)
        if (strcmp(word, reasons[i]) == 0)
            return (enum enrol_reason)i;
    return ENROL_UNCHECKED;
}

/* Where the field's value begins; the words of `text` are no fields. */
static const char *find_field(const char *line, const char *name, size_t length)
{
    for (const char *at = strchr(line, ' '); at != NULL; at = strchr(at, ' ')) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
        if (strncmp(at, "text=", 5) == 0)
            return NULL;
    }
    return NULL;
}

bool enrol_field(const char *line, const char *name, char *value, size_t room)
{
    const char *at = find_field(line, name, strlen(name));
    if (at == NULL || room == 0)
        return false;
    size_t length = strcspn(at, strcmp(name, "text") == 0 ? "\n" : " \n");
    if (length >= room)
        length = room - 1;
    memcpy(value, at, length);
    value[length] = '\0';
    return true;
}

bool enrol_refused_for_good(const char *line)
{
    static const char *const fail_infos[] = { "badCertId", "certRevoked" };
    char said[32];
    for (size_t i = 0; i < sizeof fail_infos / sizeof *fail_infos; i++)
        if (enrol_field(line, "fail-info", said, sizeof said) && strcmp(said, fail_infos[i]) == 0)
            return true;
    return false;
}
