#include "forms/rules/situation.h"

#include <string.h>

void situation_clear(struct situation *situation)
{
    memset(situation, 0, sizeof *situation);
    situation->visit = 1;
    situation->office = OFFICE_UNSTATED;
    situation->at.minute = MOMENT_NO_TIME;
}

/* A stated state of a certificate against its date: valid or lapsed ones have not ended, expired
 * ones have. */
static bool state_fits(const struct situation *s, enum fact state, enum fact expiry)
{
    const struct stated *is = &s->fact[state];
    if (!is->known || !s->fact[expiry].known)
        return true;
    bool over = date_compare(s->fact[expiry].when.date, s->at.date) < 0;
    return is->value == STATE_EXPIRED ? over : is->value != STATE_VALID || !over;
}

struct contradiction situation_contradiction(const struct situation *s)
{
    static const uint8_t own_pin[PINS] = {FACT_PIN_SIG, FACT_PIN_AUTH, FACT_PIN_JUKI,
                                          FACT_PIN_KENMEN};
    for (size_t i = 0; i < PINS; i++)
        if (s->fact[FACT_PINS].known && s->fact[own_pin[i]].known &&
            s->fact[FACT_PINS].value != s->fact[own_pin[i]].value)
            return (struct contradiction){FACT_PINS, own_pin[i]};
    if (!state_fits(s, FACT_SIG, FACT_SIG_EXPIRY))
        return (struct contradiction){FACT_SIG, FACT_SIG_EXPIRY};
    if (!state_fits(s, FACT_AUTH, FACT_AUTH_EXPIRY))
        return (struct contradiction){FACT_AUTH, FACT_AUTH_EXPIRY};
    if (s->fact[FACT_BIRTH].known && date_compare(s->fact[FACT_BIRTH].when.date, s->at.date) > 0)
        return (struct contradiction){FACT_BIRTH, FACT_BIRTH};
    return (struct contradiction){FACT_NONE, FACT_NONE};
}
