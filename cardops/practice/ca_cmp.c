#include "cardops/practice/ca_cmp.h"

#include <openssl/cmp.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRANSACTIONS = 256, ID_MAX = 64, FORGET_AFTER = 600, TEXT_MAX = 64, CHECK_AFTER = 1 };

static const struct {
    const char *word;
    int type;
} types[] = { { "p10cr", 4 }, { "certConf", 24 }, { "pollReq", 25 }, { "rr", 11 } };

/* How a fault is told: RFC 4210 section 5.2.3. */
static const struct {
    int fail_info;
    const char *text;
} refusals[] = {
    [CA_OK] = { 0, NULL },
    [CA_STATE] = { OSSL_CMP_PKIFAILUREINFO_systemFailure, "state cannot be written" },
    [CA_CRYPTO] = { OSSL_CMP_PKIFAILUREINFO_systemFailure, "cryptography failed" },
    [CA_UNKNOWN_CARD] = { OSSL_CMP_PKIFAILUREINFO_badCertTemplate, "card is not known in this municipality" },
    [CA_NOT_ENTITLED] = { OSSL_CMP_PKIFAILUREINFO_notAuthorized, "holder cannot have a signature certificate" },
    [CA_ENDED] = { OSSL_CMP_PKIFAILUREINFO_badRequest, "card has expired" },
    [CA_OTHER_KIND] = { OSSL_CMP_PKIFAILUREINFO_badCertTemplate, "key is in use for the other certificate" },
    [CA_REVOKED] = { OSSL_CMP_PKIFAILUREINFO_certRevoked, "certificate is revoked" },
    [CA_NO_CERTIFICATE] = { OSSL_CMP_PKIFAILUREINFO_badCertId, "no such certificate" },
};

struct transaction {
    struct ca_cmp *cmp;
    uint8_t id[ID_MAX];
    size_t id_length;           /* 0: the place is free */
    pthread_mutex_t busy;       /* one message of a transaction at a time */
    int users;                  /* threads that hold or wait for it; under cmp->lock */
    bool over;                  /* freed when its last user leaves */
    int64_t last;
    OSSL_CMP_SRV_CTX *server;
    enum ca_kind kind;
    bool asked;                 /* polls_left is set */
    int polls_left;
    struct bytes request;       /* to be answered when the polling is over */
    X509 *sent;                 /* to be confirmed */
    int64_t now;                /* of the message under way, by the CA's own clock */
};

struct ca_cmp {
    struct ca_state *state;
    const struct ca_settings *settings;
    pthread_mutex_t lock;       /* for all below */
    struct ca_knobs knobs;
    struct ca_counters counters;
    struct transaction transactions[TRANSACTIONS];
};

int ca_cmp_type(const char *word)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].word, word) == 0)
            return types[i].type;
    return -1;
}

void ca_cmp_knobs(struct ca_cmp *cmp, struct ca_knobs *knobs)
{
    pthread_mutex_lock(&cmp->lock);
    *knobs = cmp->knobs;
    pthread_mutex_unlock(&cmp->lock);
}

void ca_cmp_turn(struct ca_cmp *cmp, const struct ca_knobs *knobs)
{
    pthread_mutex_lock(&cmp->lock);
    cmp->knobs = *knobs;
    pthread_mutex_unlock(&cmp->lock);
}

void ca_cmp_count(struct ca_cmp *cmp, struct ca_counters *counters)
{
    pthread_mutex_lock(&cmp->lock);
    *counters = cmp->counters;
    pthread_mutex_unlock(&cmp->lock);
}

static void count(struct ca_cmp *cmp, unsigned *counter)
{
    pthread_mutex_lock(&cmp->lock);
    (*counter)++;
    pthread_mutex_unlock(&cmp->lock);
}

/* A knob that works once: its value, and back to nothing. */
static enum ca_wrong take_wrong(struct ca_cmp *cmp)
{
    pthread_mutex_lock(&cmp->lock);
    enum ca_wrong wrong = cmp->knobs.wrong;
    cmp->knobs.wrong = CA_RIGHT;
    pthread_mutex_unlock(&cmp->lock);
    return wrong;
}

static enum ca_loss take_loss(struct ca_cmp *cmp, int type)
{
    pthread_mutex_lock(&cmp->lock);
    enum ca_loss loss = cmp->knobs.loss_type == type ? cmp->knobs.loss : CA_LOSE_NOTHING;
    if (loss != CA_LOSE_NOTHING)
        cmp->knobs.loss = CA_LOSE_NOTHING;
    pthread_mutex_unlock(&cmp->lock);
    return loss;
}

static OSSL_CMP_PKISI *refuse(struct ca_cmp *cmp, enum ca_fault fault)
{
    count(cmp, &cmp->counters.refused);
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << refusals[fault].fail_info, refusals[fault].text);
}

static struct transaction *of(OSSL_CMP_SRV_CTX *server)
{
    return OSSL_CMP_SRV_CTX_get0_custom_ctx(server);
}

/* --- what OpenSSL's server asks of a CA ------------------------------------------------------------ */

static void name_text(const X509_NAME *name, int nid, char text[TEXT_MAX])
{
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    const ASN1_STRING *value = at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    snprintf(text, TEXT_MAX, "%.*s", value == NULL ? 0 : ASN1_STRING_length(value),
             value == NULL ? "" : (const char *)ASN1_STRING_get0_data(value));
}

static OSSL_CMP_PKISI *issue(struct transaction *t, const X509_REQ *request, X509 **certificate)
{
    char serial[TEXT_MAX], municipality[TEXT_MAX];
    const X509_NAME *subject = X509_REQ_get_subject_name(request);
    X509_REQ *copy = X509_REQ_dup(request); /* its key cannot be had of a constant one */
    EVP_PKEY *key = copy == NULL ? NULL : X509_REQ_get0_pubkey(copy);
    bool issued;
    name_text(subject, NID_serialNumber, serial);
    name_text(subject, NID_localityName, municipality);
    struct ca_wish wish = { t->kind, key, serial, municipality, 0, take_wrong(t->cmp) };
    enum ca_fault fault = key == NULL ? CA_CRYPTO
                                      : ca_state_issue(t->cmp->state, t->cmp->settings, &wish, t->now, certificate,
                                                       &issued);
    X509_REQ_free(copy);
    if (fault != CA_OK)
        return refuse(t->cmp, fault);
    count(t->cmp, issued ? &t->cmp->counters.issued : &t->cmp->counters.repeated);
    X509_free(t->sent);
    t->sent = X509_up_ref(*certificate) == 1 ? *certificate : NULL;
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static OSSL_CMP_PKISI *on_request(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *message, int id,
                                  const OSSL_CRMF_MSG *crm, const X509_REQ *request, X509 **certificate,
                                  STACK_OF(X509) **chain, STACK_OF(X509) **others)
{
    (void)message, (void)id, (void)crm, (void)chain, (void)others;
    struct transaction *t = of(server);
    if (request == NULL)
        return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << OSSL_CMP_PKIFAILUREINFO_badRequest,
                                       "only p10cr: the key is on a card");
    if (!t->asked) {
        struct ca_knobs knobs;
        ca_cmp_knobs(t->cmp, &knobs);
        t->asked = true;
        t->polls_left = knobs.poll;
    }
    if (t->polls_left > 0)
        return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_waiting, 0, NULL);
    return issue(t, request, certificate);
}

static int on_poll(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *message, int id, OSSL_CMP_MSG **request,
                   int64_t *after)
{
    (void)message, (void)id;
    struct transaction *t = of(server);
    *request = NULL;
    *after = CHECK_AFTER;
    if (--t->polls_left > 0)
        return 1;
    BIO *bio = BIO_new_mem_buf(t->request.at, (int)t->request.length);
    *request = bio == NULL ? NULL : d2i_OSSL_CMP_MSG_bio(bio, NULL);
    BIO_free(bio);
    return *request != NULL;
}

static int on_confirmation(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *message, int id,
                           const ASN1_OCTET_STRING *hash, const OSSL_CMP_PKISI *status)
{
    (void)message, (void)id;
    struct transaction *t = of(server);
    char text[256] = "", event[400];
    ASN1_OCTET_STRING *own = t->sent == NULL ? NULL : X509_digest_sig(t->sent, NULL, NULL);
    bool same = own != NULL && ASN1_OCTET_STRING_cmp(own, hash) == 0;
    ASN1_OCTET_STRING_free(own);
    if (!same)
        return 0;
    if (status != NULL)
        OSSL_CMP_snprint_PKIStatusInfo(status, text, sizeof text);
    bool rejected = strstr(text, "rejection") != NULL;
    for (char *at = text; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    snprintf(event, sizeof event, "%s %s", rejected ? "rejected" : "confirmed", text);
    ca_state_log(t->cmp->state, t->now, event);
    count(t->cmp, rejected ? &t->cmp->counters.rejected : &t->cmp->counters.confirmed);
    return 1;
}

static OSSL_CMP_PKISI *on_revocation(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *message, const X509_NAME *issuer,
                                     const ASN1_INTEGER *serial)
{
    (void)message;
    struct transaction *t = of(server);
    enum ca_fault fault = issuer == NULL || serial == NULL
                              ? CA_NO_CERTIFICATE
                              : ca_state_revoke(t->cmp->state, issuer, serial, t->now);
    if (fault != CA_OK)
        return refuse(t->cmp, fault);
    count(t->cmp, &t->cmp->counters.revoked);
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static void on_error(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *message, const OSSL_CMP_PKISI *status,
                     const ASN1_INTEGER *code, const OSSL_CMP_PKIFREETEXT *details)
{
    (void)message, (void)status, (void)code, (void)details;
    struct transaction *t = of(server);
    ca_state_log(t->cmp->state, t->now, "error told by the office");
}

/* --- transactions ---------------------------------------------------------------------------------- */

static int no_log(const char *component, const char *file, int line, OSSL_CMP_severity level, const char *text)
{
    (void)component, (void)file, (void)line, (void)level, (void)text;
    return 1;
}

static bool prepare(struct transaction *t)
{
    struct ca_state *state = t->cmp->state;
    t->server = OSSL_CMP_SRV_CTX_new(NULL, NULL);
    X509_STORE *store = X509_STORE_new();
    if (t->server == NULL || store == NULL || X509_STORE_add_cert(store, state->office_root) != 1) {
        X509_STORE_free(store);
        return false;
    }
    OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(t->server);
    if (OSSL_CMP_CTX_set0_trustedStore(ctx, store) != 1) {
        X509_STORE_free(store);
        return false;
    }
    return OSSL_CMP_CTX_set_log_cb(ctx, no_log) == 1 && OSSL_CMP_CTX_set1_cert(ctx, state->server.certificate) == 1 &&
           OSSL_CMP_CTX_set1_pkey(ctx, state->server.key) == 1 &&
           OSSL_CMP_SRV_CTX_set_accept_unprotected(t->server, 0) == 1 &&
           OSSL_CMP_SRV_CTX_init(t->server, t, on_request, on_revocation, NULL, on_error, on_confirmation, on_poll) == 1;
}

/* Under cmp->lock, with no user left. */
static void forget(struct transaction *t)
{
    OSSL_CMP_SRV_CTX_free(t->server);
    X509_free(t->sent);
    bytes_free(&t->request);
    pthread_mutex_destroy(&t->busy);
    *t = (struct transaction){ .cmp = t->cmp };
}

static bool is_named(const struct transaction *t, const ASN1_OCTET_STRING *id)
{
    return t->id_length == (size_t)ASN1_STRING_length(id) &&
           memcmp(t->id, ASN1_STRING_get0_data(id), t->id_length) == 0;
}

/* Under cmp->lock. The place of that transaction, or a free one, or the one idle for longest. */
static struct transaction *find_place(struct ca_cmp *cmp, const ASN1_OCTET_STRING *id, int64_t now)
{
    struct transaction *place = NULL;
    for (size_t i = 0; i < TRANSACTIONS; i++) {
        struct transaction *t = &cmp->transactions[i];
        if (t->id_length > 0 && !t->over && is_named(t, id))
            return t;
        if (t->id_length > 0 && t->users == 0 && now - t->last > FORGET_AFTER)
            forget(t);
        if (t->users == 0 && (place == NULL || t->last < place->last))
            place = t;
    }
    if (place != NULL && place->id_length > 0)
        forget(place);
    return place;
}

/* The message's transaction, held by this thread alone; NULL: no place or no memory. */
static struct transaction *enter(struct ca_cmp *cmp, enum ca_kind kind, const ASN1_OCTET_STRING *id, int64_t now)
{
    pthread_mutex_lock(&cmp->lock);
    struct transaction *t = find_place(cmp, id, now);
    if (t != NULL && t->id_length == 0) {
        t->kind = kind;
        t->id_length = (size_t)ASN1_STRING_length(id);
        memcpy(t->id, ASN1_STRING_get0_data(id), t->id_length);
        pthread_mutex_init(&t->busy, NULL);
        if (!prepare(t)) {
            forget(t);
            t = NULL;
        }
    }
    if (t != NULL)
        t->users++;
    pthread_mutex_unlock(&cmp->lock);
    if (t != NULL) {
        pthread_mutex_lock(&t->busy);
        t->now = clock_at(&cmp->settings->clock, now);
    }
    return t;
}

static void leave(struct transaction *t, bool over, int64_t now)
{
    struct ca_cmp *cmp = t->cmp;
    pthread_mutex_unlock(&t->busy);
    pthread_mutex_lock(&cmp->lock);
    t->last = now;
    t->over |= over;
    if (--t->users == 0 && t->over)
        forget(t);
    pthread_mutex_unlock(&cmp->lock);
}

/* A confirmation, a revocation or an error ends a transaction; so does an error of ours. */
static bool ends(int request, int answer)
{
    enum { CERTCONF = 24, RR = 11, ERROR = 23 };
    return request == CERTCONF || request == RR || request == ERROR || answer == ERROR;
}

static bool write_message(const OSSL_CMP_MSG *message, struct bytes *out)
{
    char *data;
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && i2d_OSSL_CMP_MSG_bio(bio, message) == 1;
    long length = ok ? BIO_get_mem_data(bio, &data) : 0;
    ok = ok && length > 0 && bytes_set(out, data, (size_t)length);
    BIO_free(bio);
    return ok;
}

static bool process(struct ca_cmp *cmp, enum ca_kind kind, const OSSL_CMP_MSG *message, const uint8_t *raw,
                    size_t length, struct bytes *answer, int64_t now)
{
    const ASN1_OCTET_STRING *id = OSSL_CMP_HDR_get0_transactionID(OSSL_CMP_MSG_get0_header(message));
    int type = OSSL_CMP_MSG_get_bodytype(message);
    if (id == NULL || ASN1_STRING_length(id) < 1 || ASN1_STRING_length(id) > ID_MAX)
        return false;
    struct transaction *t = enter(cmp, kind, id, now);
    if (t == NULL)
        return false;
    OSSL_CMP_MSG *reply = NULL;
    if (type != ca_cmp_type("p10cr") || bytes_set(&t->request, raw, length))
        reply = OSSL_CMP_SRV_process_request(t->server, message);
    bool ok = reply != NULL && write_message(reply, answer);
    leave(t, reply == NULL || ends(type, OSSL_CMP_MSG_get_bodytype(reply)), now);
    OSSL_CMP_MSG_free(reply);
    ERR_clear_error();
    return ok;
}

bool ca_cmp_answer(struct ca_cmp *cmp, enum ca_kind kind, const uint8_t *message, size_t length, struct bytes *answer,
                   int64_t now)
{
    BIO *bio = BIO_new_mem_buf(message, (int)length);
    OSSL_CMP_MSG *parsed = bio == NULL ? NULL : d2i_OSSL_CMP_MSG_bio(bio, NULL);
    BIO_free(bio);
    ERR_clear_error();
    if (parsed == NULL)
        return false;
    count(cmp, &cmp->counters.messages);
    enum ca_loss loss = take_loss(cmp, OSSL_CMP_MSG_get_bodytype(parsed));
    bool ok = loss != CA_LOSE_REQUEST && process(cmp, kind, parsed, message, length, answer, now);
    OSSL_CMP_MSG_free(parsed);
    return ok && loss != CA_LOSE_ANSWER;
}

struct ca_cmp *ca_cmp_new(struct ca_state *state, const struct ca_settings *settings)
{
    struct ca_cmp *cmp = calloc(1, sizeof *cmp);
    if (cmp == NULL)
        return NULL;
    cmp->state = state;
    cmp->settings = settings;
    pthread_mutex_init(&cmp->lock, NULL);
    for (size_t i = 0; i < TRANSACTIONS; i++)
        cmp->transactions[i].cmp = cmp;
    return cmp;
}

void ca_cmp_free(struct ca_cmp *cmp)
{
    for (size_t i = 0; i < TRANSACTIONS; i++)
        if (cmp->transactions[i].id_length > 0)
            forget(&cmp->transactions[i]);
    pthread_mutex_destroy(&cmp->lock);
    free(cmp);
}
