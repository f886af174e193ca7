#include "tests/faults/faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

enum kind {
#define CALL(name, ...) KIND_##name,
#define CALL_DONE CALL
#define CALL_NULL CALL
#include "tests/faults/calls.def"
#undef CALL
    KINDS
};

struct way {
    intptr_t value;
    int error;
};

static const struct {
    const char *name;
    struct way ways[FAULTS_MODES];
    unsigned count;
} rows[KINDS] = {
#define CALL(word, type, parameters, arguments, ...)                                               \
    {.name = #word,                                                                                \
     .ways = {__VA_ARGS__},                                                                        \
     .count = sizeof((struct way[]){__VA_ARGS__}) / sizeof(struct way)},
#include "tests/faults/calls.def"
#undef CALL
#undef CALL_DONE
#undef CALL_NULL
};

const size_t faults_kinds = KINDS;

static struct faults_page *page;
static enum faults_process own;
static _Thread_local int paused;

const char *faults_name(size_t kind)
{
    return rows[kind].name;
}

unsigned faults_modes(size_t kind)
{
    return rows[kind].count;
}

static struct faults_page *map(int fd)
{
    void *at = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof *page) == 0)
        at = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return at == MAP_FAILED ? NULL : at;
}

struct faults_page *faults_share(const char *path)
{
    paused = 1;
    own = FAULTS_DESK;
    page = map(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    return page;
}

struct faults_page *faults_join(void)
{
    const char *path = getenv("PCSCLITE_CSOCK_NAME");

    own = FAULTS_CARD;
    page = path ? map(open(path, O_RDWR | O_CLOEXEC, 0)) : NULL;
    return page;
}

void faults_order(size_t kind, unsigned mode, enum faults_process process, unsigned nth)
{
    page->kind = (unsigned)kind;
    page->mode = mode;
    page->process = process;
    page->countdown = nth;
}

void faults_pause(void)
{
    paused++;
}

void faults_resume(void)
{
    paused--;
}

static bool due(enum kind kind, struct way *way)
{
    unsigned left;

    if (!page || paused > 0 || page->kind != kind || page->process != own)
        return false;
    left = page->countdown;
    while (left > 0 && !atomic_compare_exchange_weak(&page->countdown, &left, left - 1))
        continue;
    if (left != 1)
        return false;
    *way = rows[kind].ways[page->mode];
    page->fired = true;
    return true;
}

#define FAIL(type, way) (errno = (way).error ? (way).error : errno, (type)(way).value)

#define CALL(name, type, parameters, arguments, ...)                                               \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        struct way way;                                                                            \
        return due(KIND_##name, &way) ? FAIL(type, way) : __real_##name arguments;                 \
    }
#define CALL_DONE(name, type, parameters, arguments, ...)                                          \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        struct way way;                                                                            \
        bool fails = due(KIND_##name, &way);                                                       \
        type result = __real_##name arguments;                                                     \
        return fails ? FAIL(type, way) : result;                                                   \
    }
#define CALL_NULL(name, type, parameters, arguments, ...)                                          \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        struct way way;                                                                            \
        if (!due(KIND_##name, &way))                                                               \
            return __real_##name arguments;                                                        \
        *made = NULL;                                                                              \
        return FAIL(type, way);                                                                    \
    }
#include "tests/faults/calls.def"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
void faults_look_for_leaks(void)
{
    if (__lsan_do_recoverable_leak_check())
        page->leaks++;
}
#else
void faults_look_for_leaks(void)
{
}
#endif
