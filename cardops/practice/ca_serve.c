#include "cardops/practice/ca_control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <openssl/pem.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_MAX = 32768, CONNECTIONS = 200, IDLE_SECONDS = 30, LISTS_EVERY = 3600 };

static const char content_type[] = "application/pkixcmp"; /* RFC 6712 section 3.4 */

static const struct {
    const char *path;
    enum ca_kind kind;
} paths[] = { { CA_PATH_SIG, CA_SIG }, { CA_PATH_AUTH, CA_AUTH } };

struct service {
    struct ca_cmp *cmp;
    struct ca_state *state;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool ends;
};

static int64_t present(const struct ca_settings *settings)
{
    return clock_at(&settings->clock, (int64_t)time(NULL));
}

/* Waits as slowly as it is asked to, but not beyond the end of the service. */
static void dawdle(struct service *service, int milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&service->lock);
    while (!service->ends && pthread_cond_timedwait(&service->ending, &service->lock, &until) != ETIMEDOUT)
        continue;
    pthread_mutex_unlock(&service->lock);
}

/* --- HTTP ------------------------------------------------------------------------------------------ */

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status, const struct bytes *body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->length, body->length == 0 ? NULL : body->at, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(struct service *service, struct MHD_Connection *connection, const char *path,
                              const struct bytes *message)
{
    struct ca_knobs knobs;
    struct bytes out = { 0 };
    size_t i = 0;
    while (i < sizeof paths / sizeof *paths && strcmp(paths[i].path, path) != 0)
        i++;
    if (i == sizeof paths / sizeof *paths)
        return reply(connection, MHD_HTTP_NOT_FOUND, &out);
    ca_cmp_knobs(service->cmp, &knobs);
    if (knobs.slow_milliseconds > 0)
        dawdle(service, knobs.slow_milliseconds);
    enum MHD_Result result = MHD_NO;
    if (ca_cmp_answer(service->cmp, paths[i].kind, message->at, message->length, &out, (int64_t)time(NULL)))
        result = reply(connection, MHD_HTTP_OK, &out);
    bytes_free(&out);
    return result;
}

/* Called once when the head is there, once or more with the body, and once more at its end. */
static enum MHD_Result on_http(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *data, size_t *length, void **mine)
{
    (void)version;
    struct service *service = context;
    struct bytes *message = *mine;
    if (message == NULL) {
        *mine = calloc(1, sizeof *message);
        return *mine != NULL && strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? MHD_YES : MHD_NO;
    }
    if (*length == 0)
        return message->length == 0 ? MHD_NO : answer(service, connection, url, message);
    if (message->length + *length > MESSAGE_MAX || !bytes_append(message, data, *length))
        return MHD_NO;
    *length = 0;
    return MHD_YES;
}

static void on_http_end(void *context, struct MHD_Connection *connection, void **mine,
                        enum MHD_RequestTerminationCode code)
{
    (void)context, (void)connection, (void)code;
    if (*mine != NULL)
        bytes_free(*mine);
    free(*mine);
    *mine = NULL;
}

static enum MHD_Result on_connect(void *context, const struct sockaddr *address, socklen_t length)
{
    (void)address, (void)length;
    struct service *service = context;
    struct ca_knobs knobs;
    ca_cmp_knobs(service->cmp, &knobs);
    return knobs.down ? MHD_NO : MHD_YES;
}

static char *to_pem(const struct ca_pair *pair, bool key)
{
    char *text, *copy = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio != NULL && (key ? PEM_write_bio_PrivateKey(bio, pair->key, NULL, NULL, 0, NULL, NULL)
                            : PEM_write_bio_X509(bio, pair->certificate)) == 1) {
        long length = BIO_get_mem_data(bio, &text);
        copy = strndup(text, (size_t)length);
    }
    BIO_free(bio);
    return copy;
}

static struct MHD_Daemon *listen_http(struct service *service, const struct ca_settings *settings)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | (settings->https ? MHD_USE_TLS : 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)settings->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    char *key = to_pem(&service->state->server, true), *certificate = to_pem(&service->state->server, false);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_KEY, 0, key },
        { MHD_OPTION_HTTPS_MEM_CERT, 0, certificate },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, on_connect, service, on_http, service, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_NOTIFY_COMPLETED, on_http_end, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_ARRAY, settings->https ? tls : none,
        MHD_OPTION_END);
    free(key);
    free(certificate);
    return daemon;
}

/* --- the process ----------------------------------------------------------------------------------- */

static bool tell_port(const struct ca_settings *settings, struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    char text[16];
    int length = info == NULL ? 0 : snprintf(text, sizeof text, "%u\n", info->port);
    if (length <= 0 || !store_write(settings->directory, "port", text, (size_t)length))
        return false;
    if (settings->ready_fd < 0)
        return true;
    bool ok = write(settings->ready_fd, text, (size_t)length) == length;
    close(settings->ready_fd);
    return ok;
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    sigdelset(&set, SIGPIPE);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until a signal, or the end of whoever holds the other end of life_fd. */
static void wait_for_end(struct service *service, const struct ca_settings *settings, int signals, int control)
{
    struct pollfd fds[] = {
        { .fd = signals, .events = POLLIN },
        { .fd = settings->life_fd, .events = POLLIN },
        { .fd = control, .events = POLLIN },
    };
    while (fds[0].revents == 0 && fds[1].revents == 0) {
        int ready = poll(fds, sizeof fds / sizeof *fds, LISTS_EVERY * 1000);
        if (ready < 0 && errno != EINTR)
            return;
        if (ready == 0 && ca_state_lists(service->state, present(settings)) != CA_OK)
            fprintf(stderr, "practice CA: revocation lists cannot be written\n");
        if (ready > 0 && fds[2].revents != 0)
            ca_control_serve(control, service->cmp);
    }
}

static void end_service(struct service *service)
{
    pthread_mutex_lock(&service->lock);
    service->ends = true;
    pthread_cond_broadcast(&service->ending);
    pthread_mutex_unlock(&service->lock);
}

static enum ca_fault serve(struct service *service, const struct ca_settings *settings, int signals)
{
    int control = ca_control_listen(settings->directory);
    if (control < 0)
        return CA_STATE;
    struct MHD_Daemon *daemon = listen_http(service, settings);
    enum ca_fault fault = daemon == NULL ? CA_NETWORK : tell_port(settings, daemon) ? CA_OK : CA_STATE;
    if (fault == CA_OK)
        wait_for_end(service, settings, signals, control);
    end_service(service);
    if (daemon != NULL)
        MHD_stop_daemon(daemon);
    close(control);
    store_remove(settings->directory, "control");
    store_remove(settings->directory, "port");
    return fault;
}

int ca_serve(const struct ca_settings *settings)
{
    struct ca_state state;
    struct service service = { .state = &state };
    pthread_condattr_t attributes;
    int signals = open_signals();
    enum ca_fault fault = signals < 0 ? CA_STATE : ca_state_open(&state, settings->directory);
    if (fault != CA_OK)
        return (int)fault;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&service.lock, NULL);
    pthread_cond_init(&service.ending, &attributes);
    service.cmp = ca_cmp_new(&state, settings);
    fault = service.cmp == NULL ? CA_STATE : ca_state_lists(&state, present(settings));
    if (fault == CA_OK)
        fault = serve(&service, settings, signals);
    if (service.cmp != NULL)
        ca_cmp_free(service.cmp);
    pthread_cond_destroy(&service.ending);
    pthread_mutex_destroy(&service.lock);
    pthread_condattr_destroy(&attributes);
    ca_state_close(&state);
    close(signals);
    return (int)fault;
}
