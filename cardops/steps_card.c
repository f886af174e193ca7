#include "cardops/service.h"

#include "cardops/applet/common.h"
#include "cardops/applet/jpki.h"
#include "cardops/issue/certificate.h"

#include <string.h>

/* --- tries
 * ----------------------------------------------------------------------------------------- */

static void facts_clear(struct card_facts *facts, const struct card_profile *profile)
{
    facts->pin_count = profile->pin_count;
    for (size_t i = 0; i < profile->pin_count; i++) {
        facts->pins[i].place_count = profile->pins[i].place_count;
        for (size_t j = 0; j < CARD_PLACES_MAX; j++)
            facts->pins[i].tries[j] = -1;
    }
}

static enum card_code query_place(struct service *s, size_t pin, size_t place,
                                  struct card_facts *facts)
{
    struct card_pin_facts *f = &facts->pins[pin];
    uint8_t present;
    enum card_code code = pin_query(&s->channel, &s->settings.profile.pins[pin].places[place],
                                    &present, &f->tries[place]);
    if (code == CARD_OK && (place == 0 || present == CARD_NO))
        f->present = present;
    return code;
}

static bool same_application(const struct channel *c, const struct card_place *place)
{
    return c->selected_length == place->aid_length &&
           memcmp(c->selected, place->aid, place->aid_length) == 0;
}

/* Every place once, those of the selected application first: an application is selected only once.
 */
static enum card_code query_all(struct service *s, struct card_facts *facts,
                                uint8_t asked[CARD_PINS_MAX], bool selected_only)
{
    const struct card_profile *p = &s->settings.profile;
    for (size_t i = 0; i < p->pin_count; i++)
        for (size_t j = 0; j < p->pins[i].place_count; j++) {
            bool fits = same_application(&s->channel, &p->pins[i].places[j]);
            if ((asked[i] >> j & 1) != 0 || (selected_only && !fits))
                continue;
            enum card_code code = query_place(s, i, j, facts);
            asked[i] |= (uint8_t)(1u << j);
            if (code == CARD_OK && !selected_only)
                code = query_all(s, facts, asked, true);
            if (code != CARD_OK)
                return code;
        }
    return CARD_OK;
}

/* Of the places of one PIN; -1: none told. */
static int8_t lowest_tries(const struct card_pin_facts *f)
{
    int8_t lowest = -1;
    for (size_t j = 0; j < f->place_count; j++)
        if (f->tries[j] >= 0 && (lowest < 0 || f->tries[j] < lowest))
            lowest = f->tries[j];
    return lowest;
}

void step_note_tries(struct service *s, uint8_t pin, struct card_reply *r)
{
    facts_clear(&r->facts, &s->settings.profile);
    for (size_t j = 0; j < r->facts.pins[pin].place_count; j++)
        if (!s->channel.connected || query_place(s, pin, j, &r->facts) != CARD_OK)
            break;
    r->tries = lowest_tries(&r->facts.pins[pin]);
}

enum card_code step_tries(struct service *s, const struct card_request *q, struct card_reply *r)
{
    uint8_t asked[CARD_PINS_MAX] = {0};
    enum card_code code = service_begin(s, q->serial);
    if (code != CARD_OK)
        return code;
    facts_clear(&r->facts, &s->settings.profile);
    memcpy(r->facts.serial, q->serial, sizeof r->facts.serial);
    code = query_all(s, &r->facts, asked, true);
    if (code == CARD_OK)
        code = query_all(s, &r->facts, asked, false);
    if (code == CARD_OK && q->pin < r->facts.pin_count)
        r->tries = lowest_tries(&r->facts.pins[q->pin]);
    return code;
}

/* --- the whole card
 * -------------------------------------------------------------------------------- */

static enum card_code read_record(struct service *s, struct card_facts *facts)
{
    struct common_record record;
    enum jpki_token token;
    enum card_code code = common_read(&s->channel, &record);
    if (code == CARD_OK) {
        memcpy(facts->serial, record.serial, sizeof facts->serial);
        memcpy(facts->municipality, record.municipality, sizeof record.municipality);
        facts->expiry = record.expiry;
        return CARD_OK;
    }
    if (code != CARD_FOREIGN)
        return code;
    code = jpki_read_token(&s->channel, &token);
    if (code == CARD_OK && token == JPKI_TOKEN_OLD_JUKI)
        return CARD_OLD_JUKI;
    return code == CARD_OK || code == CARD_REFUSED ? CARD_FOREIGN : code;
}

static enum card_code read_jpki(struct service *s, struct card_facts *facts)
{
    enum jpki_token token;
    enum card_code code = jpki_read_token(&s->channel, &token);
    if (code == CARD_FOREIGN || code == CARD_REFUSED)
        return CARD_FOREIGN;
    if (code == CARD_OK && token == JPKI_TOKEN_OLD_JUKI)
        return CARD_OLD_JUKI;
    return code == CARD_OK ? jpki_read_present(&s->channel, facts->certificates) : code;
}

static enum card_code recognise(struct service *s, struct card_facts *facts)
{
    const struct authority *a = s->module.authority;
    if (a == NULL || a->recognise == NULL)
        return CARD_OK;
    const struct authority_link link = service_link(s);
    uint16_t sw;
    enum authority_fault fault = a->recognise(&link, &sw);
    channel_forget_selection(&s->channel);
    if (fault == AUTHORITY_LINK)
        return service_authority_code(s, fault);
    facts->practice = fault == AUTHORITY_OK && a->practice ? CARD_YES : CARD_NO;
    return CARD_OK;
}

/* A card switched to face authentication has its applications and none of the PINs. */
static uint8_t face_only(const struct card_facts *facts)
{
    size_t absent = 0;
    for (size_t i = 0; i < facts->pin_count; i++)
        absent += facts->pins[i].present == CARD_NO;
    return facts->pin_count > 0 && absent == facts->pin_count ? CARD_YES : CARD_NO;
}

static enum card_code read_certificate_facts(struct service *s, struct card_facts *facts)
{
    struct bytes der = {0};
    struct certificate_facts known;
    enum card_code code = jpki_read_certificate(&s->channel, CARD_CERTIFICATE_AUTH, &der);
    if (code == CARD_NO_KEY) {
        facts->certificates[CARD_CERTIFICATE_AUTH] = CARD_NO;
        code = CARD_OK;
    } else if (code == CARD_OK && certificate_facts_read(&der, &known)) {
        facts->auth_from = known.from;
        facts->auth_until = known.until;
        memcpy(facts->auth_serial, known.serial, sizeof facts->auth_serial);
    } else if (code == CARD_OK) {
        code = CARD_GARBLED;
    }
    bytes_free(&der);
    return code;
}

enum card_code step_read(struct service *s, const struct card_request *q, struct card_reply *r)
{
    uint8_t asked[CARD_PINS_MAX] = {0};
    bool stale = s->channel.connected;
    channel_forget_selection(&s->channel);
    facts_clear(&r->facts, &s->settings.profile);
    enum card_code code = service_connect(s);
    if (code == CARD_OK)
        code = read_record(s, &r->facts);
    if (stale && (code == CARD_REMOVED || code == CARD_NO_SERVICE)) {
        code = service_connect(s);
        if (code == CARD_OK)
            code = read_record(s, &r->facts);
    }
    if (code == CARD_OK)
        code = query_all(s, &r->facts, asked, true);
    if (code == CARD_OK)
        code = read_jpki(s, &r->facts);
    if (code == CARD_OK)
        code = query_all(s, &r->facts, asked, true);
    if (code == CARD_OK && q->with_certificates)
        code = read_certificate_facts(s, &r->facts);
    if (code == CARD_OK)
        code = query_all(s, &r->facts, asked, false);
    if (code == CARD_OK)
        code = recognise(s, &r->facts);
    if (code == CARD_OK)
        r->facts.face_only = face_only(&r->facts);
    r->sw = s->channel.sw;
    return code;
}
