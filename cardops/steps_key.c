#include "cardops/service.h"

#include "cardops/applet/jpki.h"
#include "cardops/issue/certificate.h"
#include "cardops/issue/request.h"
#include "cardops/wire/sw.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/*
 * Renewal and issue: key pair, request's proof, certificate written and proven. A key that a cut
 * left behind is taken up again instead of making another.
 */

static const enum authority_key module_keys[] = {
    [CARD_CERTIFICATE_SIG] = AUTHORITY_KEY_SIG,
    [CARD_CERTIFICATE_AUTH] = AUTHORITY_KEY_AUTH,
};

struct key_step {
    struct service *s;
    const struct authority *module;
    struct authority_session *session;
    enum authority_key key;
};

static enum card_code begin(struct key_step *k, struct service *s, const struct card_request *q,
                            struct card_reply *r)
{
    *k = (struct key_step){
        .s = s, .module = s->module.authority, .key = module_keys[q->certificate]};
    enum card_code code = service_begin(s, q->serial);
    return code == CARD_OK ? service_authorise(s, &k->session, r) : code;
}

static enum card_code end(struct key_step *k, struct card_reply *r, enum card_code code)
{
    if (k->session != NULL)
        k->module->close(&k->session);
    channel_forget_selection(&k->s->channel);
    if (r->sw == 0)
        r->sw = k->s->channel.sw;
    return code;
}

/* A module's operation that writes: an answer lost in it may have been the last of it. */
static enum card_code written(const struct key_step *k, enum authority_fault fault)
{
    enum card_code code = service_authority_code(k->s, fault);
    bool lost = fault == AUTHORITY_LINK && code != CARD_REMOVED && code != CARD_NO_MEMORY;
    return lost ? CARD_UNCERTAIN : code;
}

static enum card_code give(struct card_reply *r, const struct bytes *blob)
{
    if (blob->length > sizeof r->blob)
        return CARD_GARBLED;
    if (blob->length > 0)
        memcpy(r->blob, blob->at, blob->length);
    r->blob_length = (uint16_t)blob->length;
    return CARD_OK;
}

enum card_code step_key(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct key_step k;
    struct bytes key = {0};
    enum card_code code = begin(&k, s, q, r);
    if (code == CARD_OK)
        code = service_authority_code(s, k.module->pending(k.session, k.key, &key, &r->sw));
    if (code == CARD_OK && key.length == 0)
        code = written(&k, k.module->generate(k.session, k.key, &key, &r->sw));
    if (code == CARD_OK && !request_key_fits(&key))
        code = CARD_GARBLED;
    if (code == CARD_OK)
        code = give(r, &key);
    bytes_free(&key);
    return end(&k, r, code);
}

enum card_code step_sign(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct key_step k;
    struct bytes digest_info = {0}, signature = {0};
    enum card_code code = begin(&k, s, q, r);
    if (code == CARD_OK && !bytes_set(&digest_info, q->body.blob, q->blob_length))
        code = CARD_NO_MEMORY;
    if (code == CARD_OK) {
        enum authority_fault fault =
            k.module->sign(k.session, k.key, &digest_info, &signature, &r->sw);
        bool none = fault == AUTHORITY_CARD_STATUS && sw_class(r->sw) == SW_CLASS_NOT_FOUND;
        code = none ? CARD_NO_KEY : service_authority_code(s, fault);
    }
    if (code == CARD_OK)
        code = give(r, &signature);
    bytes_free(&digest_info);
    bytes_free(&signature);
    return end(&k, r, code);
}

static enum card_code check_certificate(struct key_step *k, const struct bytes *der, uint16_t *sw)
{
    struct certificate_facts facts;
    struct bytes key = {0};
    if (!certificate_facts_read(der, &facts))
        return CARD_CERTIFICATE_BAD;
    enum card_code code =
        service_authority_code(k->s, k->module->pending(k->session, k->key, &key, sw));
    if (code == CARD_OK && key.length == 0)
        code = CARD_NO_KEY;
    if (code == CARD_OK && !certificate_matches_key(der, &key))
        code = CARD_CERTIFICATE_BAD;
    bytes_free(&key);
    return code;
}

static enum card_code read_back(struct service *s, uint8_t which, const struct bytes *expected)
{
    struct bytes stored = {0};
    channel_forget_selection(&s->channel);
    enum card_code code = jpki_read_certificate(&s->channel, (enum card_certificate)which, &stored);
    if (code == CARD_OK && !bytes_equal(&stored, expected))
        code = CARD_READ_BACK_DIFFERS;
    bytes_free(&stored);
    return code == CARD_NO_KEY ? CARD_READ_BACK_DIFFERS : code;
}

/* Without a key that waits for it, the certificate may be in place: a cut came after the card had
 * taken it. */
static enum card_code in_place(struct key_step *k, uint8_t which, const struct bytes *der)
{
    enum card_code code = read_back(k->s, which, der);
    return code == CARD_READ_BACK_DIFFERS ? CARD_NO_KEY : code;
}

static enum card_code write_certificate(struct key_step *k, uint8_t which, const struct bytes *der,
                                        struct card_reply *r)
{
    enum authority_fault fault = k->module->install(k->session, k->key, der, &r->sw);
    if (fault == AUTHORITY_CARD_STATUS && r->sw == SW_WRONG_OFFSET)
        return CARD_CERTIFICATE_SIZE;
    enum card_code code = written(k, fault);
    return code == CARD_OK ? read_back(k->s, which, der) : code;
}

/* What could not be read back is not written. */
static enum card_code install(struct key_step *k, uint8_t which, const struct bytes *der,
                              struct card_reply *r)
{
    enum card_code code = check_certificate(k, der, &r->sw);
    bool waits = code == CARD_OK;
    if (waits)
        code = jpki_ask_readable(&k->s->channel, (enum card_certificate)which);
    else if (code == CARD_NO_KEY)
        code = in_place(k, which, der);
    if (code == CARD_PIN_FIRST)
        r->sw = k->s->channel.sw;
    return waits && code == CARD_OK ? write_certificate(k, which, der, r) : code;
}

enum card_code step_install(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct key_step k;
    struct bytes der = {0};
    enum card_code code = begin(&k, s, q, r);
    if (code == CARD_OK && !bytes_set(&der, q->body.blob, q->blob_length))
        code = CARD_NO_MEMORY;
    if (code == CARD_OK)
        code = install(&k, q->certificate, &der, r);
    bytes_free(&der);
    return end(&k, r, code);
}

/* --- without authority
 * ----------------------------------------------------------------------------- */

/* RFC 8017 clause 9.2, note 1: the DigestInfo of SHA-256. The challenge stands where a digest
 * would. */
static bool make_challenge(struct bytes *digest_info, uint8_t challenge[32])
{
    static const uint8_t head[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    return getrandom(challenge, 32, 0) == 32 && bytes_set(digest_info, head, sizeof head) &&
           bytes_append(digest_info, challenge, 32);
}

enum card_code step_prove(struct service *s, const struct card_request *q, struct card_reply *r)
{
    struct bytes der = {0}, digest_info = {0}, signature = {0};
    uint8_t challenge[32];
    enum card_certificate which = (enum card_certificate)q->certificate;
    enum card_code code = service_begin(s, q->serial);
    if (code == CARD_OK)
        code = jpki_read_certificate(&s->channel, which, &der);
    if (code == CARD_OK && !make_challenge(&digest_info, challenge))
        code = CARD_NO_MEMORY;
    if (code == CARD_OK)
        code = jpki_sign(&s->channel, which, &digest_info, &signature);
    if (code == CARD_OK && !certificate_verifies(&der, challenge, &signature))
        code = CARD_PROOF_FAILED;
    r->sw = s->channel.sw;
    bytes_free(&der);
    bytes_free(&digest_info);
    bytes_free(&signature);
    return code;
}

enum card_code step_certificate(struct service *s, const struct card_request *q,
                                struct card_reply *r)
{
    struct bytes der = {0};
    enum card_code code = service_begin(s, q->serial);
    if (code == CARD_OK)
        code = jpki_read_certificate(&s->channel, (enum card_certificate)q->certificate, &der);
    if (code == CARD_OK)
        code = give(r, &der);
    r->sw = s->channel.sw;
    bytes_free(&der);
    return code;
}
