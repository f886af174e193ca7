/*
 * A PC/SC service inside the card process, over the emulated reader: what cardops/reader/pcsc.c is
 * linked with here. The card stays in the reader.
 */
#include "tests/faults/winscard.h"

#include "cardops/practice/emulated_reader.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <winscard.h>

enum { CONTEXTS = 64, CARD_HANDLE = 1, DIRECT_HANDLE = 2 };
/* What the emulated reader names its features (card.md 7.1). */
enum { PAD_VERIFY = 0x42330006, PAD_MODIFY };

static struct reader *reader;
static struct faults_page *page;
static char name[128];
static int cancels[CONTEXTS];      /* descriptor + 1; 0: no such context */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void winscard_serve(const char *reader_name, struct reader *emulated, struct faults_page *with)
{
    strncpy(name, reader_name, sizeof name - 1);
    reader = emulated;
    page = with;
}

/* The resident types when the pad asks, never ahead of it. */
static bool type_entry(DWORD code)
{
    unsigned next = page->entry_next;

    if ((code != PAD_VERIFY && code != PAD_MODIFY) || next == page->entry_count)
        return true;
    page->entry_next++;
    return emulated_reader_keys(reader, page->entries[next]);
}

static LONG word(enum reader_fault fault)
{
    switch (fault) {
    case READER_OK: return SCARD_S_SUCCESS;
    case READER_CARD_ABSENT: return SCARD_E_NO_SMARTCARD;
    case READER_UNSUPPORTED: return SCARD_E_UNSUPPORTED_FEATURE;
    case READER_NO_MEMORY: return SCARD_E_NO_MEMORY;
    default: return SCARD_E_NOT_TRANSACTED;
    }
}

static void enter(void)
{
    faults_pause();
    pthread_mutex_lock(&lock);
}

static LONG leave(LONG result)
{
    pthread_mutex_unlock(&lock);
    faults_resume();
    return result;
}

LONG SCardEstablishContext(DWORD scope, LPCVOID a, LPCVOID b, LPSCARDCONTEXT context)
{
    (void)scope;
    (void)a;
    (void)b;
    enter();
    for (int i = 0; i < CONTEXTS; i++) {
        if (cancels[i] == 0) {
            cancels[i] = eventfd(0, EFD_CLOEXEC) + 1;
            *context = i + 1;
            return leave(SCARD_S_SUCCESS);
        }
    }
    return leave(SCARD_E_NO_MEMORY);
}

LONG SCardReleaseContext(SCARDCONTEXT context)
{
    enter();
    close(cancels[context - 1] - 1);
    cancels[context - 1] = 0;
    return leave(SCARD_S_SUCCESS);
}

LONG SCardCancel(SCARDCONTEXT context)
{
    uint64_t one = 1;
    ssize_t written;

    enter();
    written = write(cancels[context - 1] - 1, &one, sizeof one);
    return leave(written == sizeof one ? SCARD_S_SUCCESS : SCARD_F_INTERNAL_ERROR);
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD length)
{
    (void)context;
    (void)groups;
    if (names) {
        memcpy(names, name, strlen(name) + 1);
        names[strlen(name) + 1] = '\0';
    }
    *length = strlen(name) + 2;
    return SCARD_S_SUCCESS;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD ms, SCARD_READERSTATE *states, DWORD count)
{
    struct pollfd cancel = {.fd = cancels[context - 1] - 1, .events = POLLIN};
    int told;

    (void)count;
    if ((states->dwCurrentState & SCARD_STATE_PRESENT) == 0) {
        states->dwEventState = SCARD_STATE_PRESENT | SCARD_STATE_CHANGED;
        return SCARD_S_SUCCESS;
    }
    faults_pause();
    told = poll(&cancel, 1, (int)ms);
    faults_resume();
    return told > 0 ? SCARD_E_CANCELLED : SCARD_E_TIMEOUT;
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR which, DWORD mode, DWORD protocols,
                  LPSCARDHANDLE card, LPDWORD protocol)
{
    (void)context;
    (void)which;
    (void)protocols;
    *card = mode == SCARD_SHARE_DIRECT ? DIRECT_HANDLE : CARD_HANDLE;
    *protocol = mode == SCARD_SHARE_DIRECT ? 0 : SCARD_PROTOCOL_T1;
    enter();
    return leave(mode == SCARD_SHARE_DIRECT ? SCARD_S_SUCCESS : word(reader->ops->connect(reader)));
}

/* Only asked of a reader that is said to be empty. */
LONG SCardGetAttrib(SCARDHANDLE card, DWORD attribute, LPBYTE value, LPDWORD length)
{
    (void)card;
    (void)attribute;
    *value = 2;
    *length = 1;
    return SCARD_S_SUCCESS;
}

LONG SCardDisconnect(SCARDHANDLE card, DWORD how)
{
    enter();
    if (card == CARD_HANDLE && how == SCARD_UNPOWER_CARD)
        reader->ops->power_off(reader);
    return leave(SCARD_S_SUCCESS);
}

static LONG hand_over(LONG result, struct bytes *answer, void *in, DWORD room, LPDWORD length)
{
    if (result == SCARD_S_SUCCESS && answer->length > room)
        result = SCARD_E_INSUFFICIENT_BUFFER;
    if (result == SCARD_S_SUCCESS && answer->length > 0)
        memcpy(in, answer->at, answer->length);
    *length = answer->length;
    bytes_free(answer);
    return result;
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *pci, LPCBYTE out, DWORD count,
                   SCARD_IO_REQUEST *back, LPBYTE in, LPDWORD length)
{
    struct bytes command = {0}, answer = {0};
    LONG result = SCARD_E_NO_MEMORY;

    (void)card;
    (void)pci;
    (void)back;
    enter();
    if (bytes_set(&command, out, count))
        result = word(reader->ops->transmit(reader, &command, &answer));
    bytes_free(&command);
    return leave(hand_over(result, &answer, in, *length, length));
}

LONG SCardControl(SCARDHANDLE card, DWORD code, LPCVOID out, DWORD count, LPVOID in, DWORD room,
                  LPDWORD length)
{
    struct bytes command = {0}, answer = {0};
    LONG result = SCARD_E_NO_MEMORY;

    (void)card;
    enter();
    if (type_entry(code) && bytes_set(&command, out, count))
        result = word(reader->ops->control(reader, (uint32_t)code, &command, &answer));
    bytes_free(&command);
    return leave(hand_over(result, &answer, in, room, length));
}
