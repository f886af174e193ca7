#include "cardops/reader/pcsc.h"

#include "cardops/reader/names.h"

#include <errno.h>
#include <pthread.h>
#include <reader.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

enum {
    NAME_ROOM = 128,
    ANSWER_ROOM = MAX_BUFFER_SIZE_EXTENDED,
    LIST_MAX = 1 << 16,
    WATCH_MS = 2000, /* one wait for a change */
    RETRY_MS = 300,  /* between looks for a service or reader that is away */
    JOIN_TRIES = 40, /* of 50 ms */
    REMOVAL_TOLD_MS =
        900, /* pcscd looks every 400 ms whether a card is still there (stand.md section 2) */
};

struct watch {
    char name[NAME_ROOM];
    int fd;
    atomic_int presence; /* enum reader_presence */
    atomic_bool service;
    atomic_bool stop;
    atomic_long context; /* SCARDCONTEXT while there is one, else 0 */
    pthread_t thread;
};

struct pcsc_reader {
    struct reader base;
    char name[NAME_ROOM];
    bool has_context, connected;
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    struct watch *watch;
};

/* --- faults
 * --------------------------------------------------------------------------------------- */

static const struct {
    LONG rv;
    enum reader_fault fault;
} faults[] = {
    {SCARD_S_SUCCESS, READER_OK},
    {SCARD_E_NO_SERVICE, READER_NO_SERVICE},
    {SCARD_E_SERVICE_STOPPED, READER_NO_SERVICE},
    {SCARD_F_COMM_ERROR, READER_NO_SERVICE},
    {SCARD_F_INTERNAL_ERROR, READER_NO_SERVICE},
    {SCARD_E_INVALID_HANDLE, READER_NO_SERVICE},
    {SCARD_W_SECURITY_VIOLATION, READER_NOT_AUTHORISED},
    {SCARD_E_NO_ACCESS, READER_NOT_AUTHORISED},
    {SCARD_E_UNKNOWN_READER, READER_NONE},
    {SCARD_E_NO_READERS_AVAILABLE, READER_NONE},
    {SCARD_E_READER_UNAVAILABLE, READER_UNAVAILABLE},
    {SCARD_E_NOT_READY, READER_UNAVAILABLE},
    {SCARD_E_SHARING_VIOLATION, READER_SHARED},
    {SCARD_E_NO_SMARTCARD, READER_CARD_ABSENT},
    {SCARD_W_REMOVED_CARD, READER_CARD_REMOVED},
    {SCARD_W_RESET_CARD, READER_CARD_RESET},
    {SCARD_W_UNPOWERED_CARD, READER_CARD_RESET},
    {SCARD_W_UNRESPONSIVE_CARD, READER_CARD_MUTE},
    {SCARD_E_PROTO_MISMATCH, READER_CARD_MUTE},
    {SCARD_W_UNSUPPORTED_CARD, READER_CARD_MUTE},
    {SCARD_E_NOT_TRANSACTED, READER_NOT_TRANSACTED},
    {SCARD_E_COMM_DATA_LOST, READER_NOT_TRANSACTED},
    {SCARD_E_UNSUPPORTED_FEATURE, READER_UNSUPPORTED},
    {SCARD_E_UNEXPECTED, READER_UNSUPPORTED},
    {SCARD_E_INVALID_PARAMETER, READER_UNSUPPORTED},
    {SCARD_E_INSUFFICIENT_BUFFER, READER_GARBLED},
    {SCARD_E_NO_MEMORY, READER_NO_MEMORY},
};

static enum reader_fault fault_of(LONG rv)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].rv == rv)
            return faults[i].fault;
    return READER_NOT_TRANSACTED;
}

/* --- the watching thread
 * -------------------------------------------------------------------------- */

static void watch_tell(struct watch *w, bool service, enum reader_presence presence)
{
    bool service_before = atomic_exchange(&w->service, service);
    int before = atomic_exchange(&w->presence, (int)presence);
    uint64_t one = 1;
    if (service_before != service || before != (int)presence)
        while (write(w->fd, &one, sizeof one) < 0 && errno == EINTR)
            continue;
}

static void watch_pause(const struct watch *w)
{
    struct timespec step = {.tv_nsec = 50 * 1000000L};
    for (int waited = 0; waited < RETRY_MS && !atomic_load(&w->stop); waited += 50)
        nanosleep(&step, NULL);
}

static enum reader_presence presence_of(DWORD state)
{
    if (state & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_IGNORE))
        return READER_IS_AWAY;
    return state & SCARD_STATE_PRESENT ? READER_HAS_CARD : READER_IS_EMPTY;
}

enum doubt {
    NO_DOUBT,
    SERVICE_SAYS_EMPTY, /* the reader itself is not asked yet */
    READER_SAYS_CARD,   /* the service was to notice it since */
};

/*
 * pcscd (1.9.9 winscard.c SCardDisconnect, eventhandler.c) overlooks a card that was out only while
 * it ended a connection with reset or without power, as it does itself for a dead process: the end
 * notes "absent", the thread that looks every 400 ms has seen no change, and the reader is empty
 * until the card is taken out again. So the reader is asked once when it is said to be empty; a
 * card there that the service has still not noticed a wait later is powered off, which notes
 * "present". Not sooner: the thread resets a card that it notices after somebody has connected to
 * it.
 */
static enum doubt ask_reader(const struct watch *w, SCARDCONTEXT context, enum doubt doubt)
{
    SCARDHANDLE direct;
    DWORD protocol, length = 1;
    uint8_t there = 0;
    if (SCardConnect(context, w->name, SCARD_SHARE_DIRECT, 0, &direct, &protocol) !=
        SCARD_S_SUCCESS)
        return doubt;
    bool card =
        SCardGetAttrib(direct, SCARD_ATTR_ICC_PRESENCE, &there, &length) == SCARD_S_SUCCESS &&
        there != 0;
    bool overlooked = card && doubt == READER_SAYS_CARD;
    SCardDisconnect(direct, overlooked ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD);
    return card ? READER_SAYS_CARD : NO_DOUBT;
}

/* Until the service goes away or the watch is to end. */
static void watch_reader(struct watch *w, SCARDCONTEXT context)
{
    SCARD_READERSTATE state = {.szReader = w->name, .dwCurrentState = SCARD_STATE_UNAWARE};
    enum doubt doubt = NO_DOUBT;
    while (!atomic_load(&w->stop)) {
        DWORD wait = doubt == NO_DOUBT ? WATCH_MS : REMOVAL_TOLD_MS;
        LONG rv = SCardGetStatusChange(context, wait, &state, 1);
        if (rv == SCARD_E_TIMEOUT && doubt != NO_DOUBT)
            doubt = ask_reader(w, context, doubt);
        if (rv == SCARD_E_TIMEOUT || rv == SCARD_E_CANCELLED)
            continue;
        doubt = NO_DOUBT;
        if (rv == SCARD_E_UNKNOWN_READER || rv == SCARD_E_READER_UNAVAILABLE) {
            watch_tell(w, true, READER_IS_AWAY);
            state.dwCurrentState = SCARD_STATE_UNAWARE;
            watch_pause(w);
            continue;
        }
        if (rv != SCARD_S_SUCCESS)
            return;
        enum reader_presence now = presence_of(state.dwEventState);
        watch_tell(w, true, now);
        state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
        if (now == READER_IS_AWAY)
            watch_pause(w);
        if (now == READER_IS_EMPTY)
            doubt = SERVICE_SAYS_EMPTY;
    }
}

static void *watch_main(void *argument)
{
    struct watch *w = argument;
    while (!atomic_load(&w->stop)) {
        SCARDCONTEXT context;
        if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) == SCARD_S_SUCCESS) {
            atomic_store(&w->context, context);
            watch_reader(w, context);
            atomic_store(&w->context, 0);
            SCardReleaseContext(context);
        }
        if (!atomic_load(&w->stop)) {
            watch_tell(w, false, READER_IS_AWAY);
            watch_pause(w);
        }
    }
    return NULL;
}

static struct watch *watch_new(const char *name)
{
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    strcpy(w->name, name);
    atomic_store(&w->service, true);
    atomic_store(&w->presence, READER_IS_AWAY);
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->fd >= 0 && pthread_create(&w->thread, NULL, watch_main, w) == 0)
        return w;
    if (w->fd >= 0)
        close(w->fd);
    free(w);
    return NULL;
}

/* A thread that the service keeps waiting is left behind with what it uses: the process is about to
 * end. */
static void watch_end(struct watch *w)
{
    if (w == NULL)
        return;
    atomic_store(&w->stop, true);
    for (int i = 0; i < JOIN_TRIES; i++) {
        long context = atomic_load(&w->context);
        if (context != 0)
            SCardCancel(context);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 50 * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        if (pthread_timedjoin_np(w->thread, NULL, &until) == 0) {
            close(w->fd);
            free(w);
            return;
        }
    }
    pthread_detach(w->thread);
}

/* --- the reader
 * ----------------------------------------------------------------------------------- */

static struct pcsc_reader *own(struct reader *r)
{
    return (struct pcsc_reader *)r;
}

static void drop_context(struct pcsc_reader *p)
{
    if (p->has_context)
        SCardReleaseContext(p->context);
    p->has_context = false;
}

static enum reader_fault find_reader(struct pcsc_reader *p)
{
    DWORD length = 0;
    LONG rv = SCardListReaders(p->context, NULL, NULL, &length);
    if (rv != SCARD_S_SUCCESS)
        return fault_of(rv);
    if (length == 0 || length > LIST_MAX)
        return READER_GARBLED;
    DWORD room = length;
    char *list = calloc(1, room);
    if (list == NULL)
        return READER_NO_MEMORY;
    rv = SCardListReaders(p->context, NULL, list, &length);
    enum reader_fault fault = fault_of(rv);
    if (fault == READER_OK)
        fault = length > room
                    ? READER_GARBLED
                    : (reader_names_contain(list, length, p->name) ? READER_OK : READER_NONE);
    free(list);
    return fault;
}

/* The watching thread may not have looked yet: the first answer is not to be "away" for that. */
static void look_first(const struct pcsc_reader *p)
{
    SCARD_READERSTATE state = {.szReader = p->name, .dwCurrentState = SCARD_STATE_UNAWARE};
    if (SCardGetStatusChange(p->context, 0, &state, 1) != SCARD_S_SUCCESS)
        return;
    int away = READER_IS_AWAY;
    enum reader_presence now = presence_of(state.dwEventState);
    atomic_compare_exchange_strong(&p->watch->presence, &away, (int)now);
}

static enum reader_fault pcsc_open(struct reader *r)
{
    struct pcsc_reader *p = own(r);
    if (p->watch == NULL && (p->watch = watch_new(p->name)) == NULL)
        return READER_NO_MEMORY;
    if (p->connected)
        return READER_OK;
    drop_context(p);
    LONG rv = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context);
    if (rv != SCARD_S_SUCCESS)
        return fault_of(rv);
    p->has_context = true;
    enum reader_fault fault = find_reader(p);
    if (fault == READER_OK)
        look_first(p);
    return fault;
}

static int pcsc_watch_fd(struct reader *r)
{
    struct watch *w = own(r)->watch;
    return w == NULL ? -1 : w->fd;
}

static enum reader_fault pcsc_presence(struct reader *r, enum reader_presence *now)
{
    struct watch *w = own(r)->watch;
    *now = READER_IS_AWAY;
    if (w == NULL)
        return READER_NO_SERVICE;
    uint64_t drained;
    while (read(w->fd, &drained, sizeof drained) < 0 && errno == EINTR)
        continue;
    *now = (enum reader_presence)atomic_load(&w->presence);
    return atomic_load(&w->service) ? READER_OK : READER_NO_SERVICE;
}

/*
 * Whether somebody holds the reader exclusively: a dead process's PIN entry, for instance, which
 * goes on at the pad. SCardConnect() would wait for its end instead of saying so.
 */
static bool is_held(const struct pcsc_reader *p)
{
    SCARD_READERSTATE state = {.szReader = p->name, .dwCurrentState = SCARD_STATE_UNAWARE};
    return p->has_context && SCardGetStatusChange(p->context, 0, &state, 1) == SCARD_S_SUCCESS &&
           (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0;
}

/* A handle of a service that was restarted is invalid; no command has been sent, so once more is
 * harmless. */
static LONG connect_mode(struct pcsc_reader *p, DWORD mode, DWORD protocols, SCARDHANDLE *card,
                         DWORD *protocol)
{
    LONG rv = SCARD_E_INVALID_HANDLE;
    if (is_held(p))
        return SCARD_E_SHARING_VIOLATION;
    if (p->has_context)
        rv = SCardConnect(p->context, p->name, mode, protocols, card, protocol);
    if (fault_of(rv) != READER_NO_SERVICE)
        return rv;
    drop_context(p);
    rv = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context);
    if (rv != SCARD_S_SUCCESS)
        return rv;
    p->has_context = true;
    return SCardConnect(p->context, p->name, mode, protocols, card, protocol);
}

static enum reader_fault pcsc_connect(struct reader *r)
{
    struct pcsc_reader *p = own(r);
    if (p->connected)
        return READER_OK;
    DWORD protocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
    LONG rv = connect_mode(p, SCARD_SHARE_EXCLUSIVE, protocols, &p->card, &p->protocol);
    enum reader_fault fault = fault_of(rv);
    if (fault == READER_CARD_REMOVED)
        return READER_CARD_ABSENT;
    if (fault != READER_OK)
        return fault == READER_NOT_TRANSACTED ? READER_CARD_MUTE : fault;
    p->connected = true;
    if (p->protocol == SCARD_PROTOCOL_T0 || p->protocol == SCARD_PROTOCOL_T1)
        return READER_OK;
    r->ops->power_off(r);
    return READER_GARBLED;
}

/* A removal first looks like a lost answer (card.md 8.7): waits until the service can have noticed
 * it. */
static enum reader_fault or_removed(const struct pcsc_reader *p, enum reader_fault fault)
{
    const struct timespec step = {.tv_nsec = 20 * 1000000L};
    for (int waited = 0; fault == READER_NOT_TRANSACTED && waited < REMOVAL_TOLD_MS; waited += 20) {
        if (p->watch != NULL && atomic_load(&p->watch->presence) == READER_IS_EMPTY)
            return READER_CARD_REMOVED;
        nanosleep(&step, NULL);
    }
    return fault;
}

static enum reader_fault pcsc_transmit(struct reader *r, const struct bytes *command,
                                       struct bytes *answer)
{
    struct pcsc_reader *p = own(r);
    bytes_truncate(answer, 0);
    if (!p->connected)
        return READER_CARD_ABSENT;
    uint8_t *room = malloc(ANSWER_ROOM);
    if (room == NULL)
        return READER_NO_MEMORY;
    DWORD length = ANSWER_ROOM;
    const SCARD_IO_REQUEST *pci = p->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    LONG rv = SCardTransmit(p->card, pci, command->at, command->length, NULL, room, &length);
    enum reader_fault fault = fault_of(rv);
    if (fault == READER_OK && (length < 2 || length > ANSWER_ROOM))
        fault = READER_GARBLED;
    if (fault == READER_OK && !bytes_set(answer, room, length))
        fault = READER_NO_MEMORY;
    explicit_bzero(room, length < ANSWER_ROOM ? length : ANSWER_ROOM);
    free(room);
    return or_removed(p, fault);
}

static enum reader_fault control_on(SCARDHANDLE card, uint32_t code, const struct bytes *in,
                                    struct bytes *out)
{
    uint8_t room[512];
    DWORD length = 0;
    LONG rv = SCardControl(card, code, in->at, in->length, room, sizeof room, &length);
    enum reader_fault fault = fault_of(rv);
    if (fault == READER_OK && length > sizeof room)
        fault = READER_GARBLED;
    if (fault == READER_OK && !bytes_set(out, room, length))
        fault = READER_NO_MEMORY;
    explicit_bzero(room, sizeof room);
    return fault;
}

static enum reader_fault pcsc_control(struct reader *r, uint32_t code, const struct bytes *in,
                                      struct bytes *out)
{
    struct pcsc_reader *p = own(r);
    bytes_truncate(out, 0);
    if (p->connected)
        return or_removed(p, control_on(p->card, code, in, out));
    SCARDHANDLE direct;
    DWORD protocol;
    LONG rv = connect_mode(p, SCARD_SHARE_DIRECT, 0, &direct, &protocol);
    if (rv != SCARD_S_SUCCESS)
        return fault_of(rv);
    enum reader_fault fault = control_on(direct, code, in, out);
    SCardDisconnect(direct, SCARD_LEAVE_CARD);
    return fault;
}

static void pcsc_power_off(struct reader *r)
{
    struct pcsc_reader *p = own(r);
    if (p->connected)
        SCardDisconnect(p->card, SCARD_UNPOWER_CARD);
    p->connected = false;
}

static void pcsc_close(struct reader **r)
{
    if (*r == NULL)
        return;
    struct pcsc_reader *p = own(*r);
    pcsc_power_off(*r);
    watch_end(p->watch);
    drop_context(p);
    free(p);
    *r = NULL;
}

static const struct reader_ops pcsc_ops = {
    .open = pcsc_open,
    .watch_fd = pcsc_watch_fd,
    .presence = pcsc_presence,
    .connect = pcsc_connect,
    .transmit = pcsc_transmit,
    .control = pcsc_control,
    .power_off = pcsc_power_off,
    .close = pcsc_close,
};

struct reader *pcsc_reader_new(const char *name)
{
    if (strlen(name) >= NAME_ROOM)
        return NULL;
    struct pcsc_reader *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->base.ops = &pcsc_ops;
    strcpy(p->name, name);
    return &p->base;
}
