#include "cardops/issue/cmp.h"

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* By bit number, RFC 4210 section 5.2.3. */
static const char *const fail_infos[] = {
    "badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId", "badDataFormat", "wrongAuthority",
    "incorrectData", "missingTimeStamp", "badPOP", "certRevoked", "certConfirmed", "wrongIntegrity",
    "badRecipientNonce", "timeNotAvailable", "unacceptedPolicy", "unacceptedExtension", "addInfoNotAvailable",
    "badSenderNonce", "badCertTemplate", "signerNotTrusted", "transactionIdInUse", "unsupportedVersion",
    "notAuthorized", "systemUnavail", "systemFailure", "duplicateCertReq",
};

/* One exchange under way. */
struct exchange {
    OSSL_CMP_CTX *ctx;
    SSL_CTX *tls;
    char *host, *port, *path;
    const struct enrol_expectation *expected;
    struct cmp_result *result;
};

const char *cmp_fail_info_word(int bit)
{
    return bit >= 0 && bit < (int)(sizeof fail_infos / sizeof *fail_infos) ? fail_infos[bit] : NULL;
}

/* What goes on a line of its own, whoever said it. */
static void set_text(struct cmp_result *result, const char *text)
{
    size_t length = 0;
    for (; *text != '\0' && length < sizeof result->text - 1; text++)
        result->text[length++] = *text >= ' ' && *text <= '~' ? *text : '?';
    result->text[length] = '\0';
}

/* --- under HTTP ---------------------------------------------------------------------------------- */

/*
 * OpenSSL's HTTP client sends head and body of a question apart: the second would wait some 40 ms for the
 * acknowledgement of the first.
 */
static void send_at_once(BIO *bio)
{
    int fd = -1;
    if (BIO_get_fd(bio, &fd) > 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

/* Called after connecting, and before closing (`connect` 0). Without an argument there is no TLS. */
static BIO *under_http(BIO *bio, void *argument, int connect, int detail)
{
    (void)detail;
    if (connect)
        send_at_once(bio);
    if (argument == NULL)
        return bio;
    if (!connect) {
        /* The peer may be gone already; its close is not worth an error. */
        ERR_set_mark();
        BIO_ssl_shutdown(bio);
        BIO *below = BIO_pop(bio);
        BIO_free(bio);
        ERR_pop_to_mark();
        return below;
    }
    struct exchange *exchange = argument;
    BIO *layer = BIO_new_ssl(exchange->tls, 1);
    SSL *ssl = NULL;
    if (layer == NULL)
        return NULL;
    BIO_get_ssl(layer, &ssl);
    if (ssl == NULL || SSL_set_tlsext_host_name(ssl, exchange->host) != 1) {
        BIO_free(layer);
        return NULL;
    }
    return BIO_push(layer, bio);
}

static bool prepare_tls(struct exchange *exchange, const struct cmp_office *office)
{
    X509_STORE *store = cmp_store(office->tls_trusted);
    exchange->tls = SSL_CTX_new(TLS_client_method());
    if (store == NULL || exchange->tls == NULL) {
        X509_STORE_free(store);
        return false;
    }
    SSL_CTX_set_cert_store(exchange->tls, store);
    SSL_CTX_set_verify(exchange->tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(exchange->tls, SSL_MODE_AUTO_RETRY);
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(exchange->tls);
    bool named = X509_VERIFY_PARAM_set1_ip_asc(param, exchange->host) == 1 ||
                 X509_VERIFY_PARAM_set1_host(param, exchange->host, 0) == 1;
    ERR_clear_error();
    return named && SSL_CTX_set_min_proto_version(exchange->tls, TLS1_2_VERSION) == 1 &&
           OSSL_CMP_CTX_set_http_cb_arg(exchange->ctx, exchange) == 1;
}

/* --- an exchange --------------------------------------------------------------------------------- */

/* The library's own log would go to standard output and error; errors are read off its queue instead. */
static int no_log(const char *component, const char *file, int line, OSSL_CMP_severity level, const char *text)
{
    (void)component, (void)file, (void)line, (void)level, (void)text;
    return 1;
}

static bool prepare_messages(OSSL_CMP_CTX *ctx, const struct cmp_office *office)
{
    X509_STORE *store = cmp_store(office->trusted);
    if (store == NULL || OSSL_CMP_CTX_set0_trustedStore(ctx, store) != 1) {
        X509_STORE_free(store);
        return false;
    }
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    bool ok = id != NULL && ASN1_OCTET_STRING_set(id, office->transaction, sizeof office->transaction) == 1 &&
              OSSL_CMP_CTX_set1_transactionID(ctx, id) == 1 && OSSL_CMP_CTX_set_log_cb(ctx, no_log) == 1 &&
              OSSL_CMP_CTX_set1_cert(ctx, office->credential.certificate) == 1 &&
              OSSL_CMP_CTX_set1_pkey(ctx, office->credential.key) == 1 &&
              /* An empty stack would leave the library with none, which it then calls a fault. */
              (sk_X509_num(office->credential.others) == 0 ||
               OSSL_CMP_CTX_set1_untrusted(ctx, office->credential.others) == 1) &&
              OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_MSG_TIMEOUT, office->message_seconds) == 1 &&
              OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_TOTAL_TIMEOUT, office->total_seconds) == 1;
    ASN1_OCTET_STRING_free(id);
    return ok;
}

static bool begin(struct exchange *exchange, const struct cmp_office *office)
{
    int tls = 0, port = 0;
    exchange->ctx = OSSL_CMP_CTX_new(NULL, NULL);
    return exchange->ctx != NULL &&
           OSSL_HTTP_parse_url(office->server, &tls, NULL, &exchange->host, &exchange->port, &port, &exchange->path,
                               NULL, NULL) == 1 &&
           OSSL_CMP_CTX_set1_server(exchange->ctx, exchange->host) == 1 &&
           OSSL_CMP_CTX_set_serverPort(exchange->ctx, port) == 1 &&
           OSSL_CMP_CTX_set1_serverPath(exchange->ctx, exchange->path) == 1 &&
           (office->transfer == NULL || (OSSL_CMP_CTX_set_transfer_cb(exchange->ctx, office->transfer) == 1 &&
                                         OSSL_CMP_CTX_set_transfer_cb_arg(exchange->ctx, office->transferring) == 1)) &&
           OSSL_CMP_CTX_set_http_cb(exchange->ctx, under_http) == 1 && prepare_messages(exchange->ctx, office) &&
           (!tls || prepare_tls(exchange, office));
}

static void end(struct exchange *exchange)
{
    OSSL_CMP_CTX_free(exchange->ctx);
    SSL_CTX_free(exchange->tls);
    OPENSSL_free(exchange->host);
    OPENSSL_free(exchange->port);
    OPENSSL_free(exchange->path);
}

static int lowest_bit(int bits)
{
    for (int bit = 0; bits > 0 && bit < 31; bit++)
        if ((bits >> bit & 1) != 0)
            return bit;
    return -1;
}

/* Errors that say that no answer came, in whichever layer it was noticed. */
static bool is_transport(unsigned long error)
{
    int library = ERR_GET_LIB(error), reason = ERR_GET_REASON(error);
    if (library == ERR_LIB_CMP)
        return reason == CMP_R_TRANSFER_ERROR || reason == CMP_R_TOTAL_TIMEOUT;
    return library == ERR_LIB_HTTP || library == ERR_LIB_BIO || library == ERR_LIB_SYS;
}

/* A peer that is there and is not whom we trust, or does not speak TLS. */
static bool is_impostor(unsigned long error)
{
    return ERR_GET_LIB(error) == ERR_LIB_SSL || ERR_GET_LIB(error) == ERR_LIB_X509;
}

/* What went wrong, from the library's error queue, which is emptied. */
static enum enrol_outcome from_errors(struct cmp_result *result, bool waiting)
{
    unsigned long error;
    bool transport = false, impostor = false, late = false;
    char text[CMP_TEXT_MAX] = "";
    while ((error = ERR_get_error()) != 0) {
        const char *reason = ERR_reason_error_string(error);
        transport |= is_transport(error);
        impostor |= is_impostor(error);
        late |= ERR_GET_LIB(error) == ERR_LIB_CMP && ERR_GET_REASON(error) == CMP_R_TOTAL_TIMEOUT;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? "; " : "", reason == NULL ? "?" : reason);
    }
    set_text(result, text);
    if (late && waiting)
        return ENROL_WAITING;
    return transport && !impostor ? ENROL_UNREACHABLE : ENROL_PROTOCOL;
}

/* The CA itself said no, or nothing that we may believe was said. */
static void tell_failure(struct exchange *exchange)
{
    struct cmp_result *result = exchange->result;
    char text[CMP_TEXT_MAX];
    int status = OSSL_CMP_CTX_get_status(exchange->ctx);
    if (status != OSSL_CMP_PKISTATUS_rejection) {
        result->outcome = from_errors(result, status == OSSL_CMP_PKISTATUS_waiting);
        return;
    }
    result->outcome = ENROL_REFUSED;
    result->fail_info = lowest_bit(OSSL_CMP_CTX_get_failInfoCode(exchange->ctx));
    if (OSSL_CMP_CTX_snprint_PKIStatus(exchange->ctx, text, sizeof text) != NULL)
        set_text(result, text);
}

/* The certificate is judged here, inside the exchange: a failure bit confirms it to the CA as rejected. */
static int judge(OSSL_CMP_CTX *ctx, X509 *certificate, int fail_info, const char **text)
{
    struct exchange *exchange = OSSL_CMP_CTX_get_certConf_cb_arg(ctx);
    enum enrol_reason reason = enrol_check(certificate, exchange->expected);
    if (reason == ENROL_FINE && fail_info != 0)
        reason = ENROL_UNCHECKED;
    exchange->result->reason = reason;
    if (reason == ENROL_FINE)
        return 0;
    *text = enrol_reason_word(reason);
    return fail_info != 0 ? fail_info : 1 << OSSL_CMP_PKIFAILUREINFO_incorrectData;
}

static void nap(int64_t seconds)
{
    struct timespec left = { .tv_sec = (time_t)seconds };
    while (nanosleep(&left, &left) != 0)
        continue;
}

static int64_t monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* Asks until there is a certificate or an error, or our time is over while the CA is still waiting. */
static void ask(struct exchange *exchange, int total_seconds)
{
    struct cmp_result *result = exchange->result;
    int64_t until = monotonic() + total_seconds;
    int after = 0, done;
    while ((done = OSSL_CMP_try_certreq(exchange->ctx, OSSL_CMP_P10CR, NULL, &after)) == -1) {
        result->after = after;
        if (total_seconds > 0 && monotonic() + after >= until) {
            result->outcome = ENROL_WAITING;
            return;
        }
        nap(after > 0 ? after : 1);
    }
    X509 *certificate = OSSL_CMP_CTX_get0_newCert(exchange->ctx);
    if (result->reason != ENROL_FINE)
        result->outcome = ENROL_NOT_ACCEPTED;
    else if (done != 1 || certificate == NULL || X509_up_ref(certificate) != 1)
        tell_failure(exchange);
    else
        result->certificate = certificate;
}

void cmp_enrol(struct cmp_result *result, const struct cmp_office *office, X509_REQ *request,
               const struct enrol_expectation *expected)
{
    struct exchange exchange = { .expected = expected, .result = result };
    *result = (struct cmp_result){ .fail_info = -1 };
    ERR_clear_error();
    if (!begin(&exchange, office) || OSSL_CMP_CTX_set1_p10CSR(exchange.ctx, request) != 1 ||
        OSSL_CMP_CTX_set_certConf_cb(exchange.ctx, judge) != 1 ||
        OSSL_CMP_CTX_set_certConf_cb_arg(exchange.ctx, &exchange) != 1) {
        (void)from_errors(result, false);
        result->outcome = ENROL_USAGE;
    } else {
        ask(&exchange, office->total_seconds);
    }
    end(&exchange);
}

void cmp_revoke(struct cmp_result *result, const struct cmp_office *office, X509 *certificate, int reason)
{
    struct exchange exchange = { .result = result };
    *result = (struct cmp_result){ .fail_info = -1 };
    ERR_clear_error();
    if (!begin(&exchange, office) || OSSL_CMP_CTX_set1_oldCert(exchange.ctx, certificate) != 1 ||
        OSSL_CMP_CTX_set_option(exchange.ctx, OSSL_CMP_OPT_REVOCATION_REASON, reason) != 1) {
        (void)from_errors(result, false);
        result->outcome = ENROL_USAGE;
    } else if (OSSL_CMP_exec_RR_ses(exchange.ctx) != 1) {
        tell_failure(&exchange);
        if (result->outcome == ENROL_REFUSED && result->fail_info == OSSL_CMP_PKIFAILUREINFO_certRevoked)
            result->outcome = ENROL_DONE;
    }
    end(&exchange);
}
