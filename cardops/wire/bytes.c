#include "cardops/wire/bytes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t pages_for(size_t room)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (room + page - 1) / page * page;
}

bool bytes_locked(struct bytes *b, size_t room)
{
    if (b->room != 0 || room == 0 || room > BYTES_MAX)
        return false;
    size_t size = pages_for(room);
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return false;
    if (mlock(at, size) != 0 || madvise(at, size, MADV_DONTDUMP) != 0) {
        munmap(at, size);
        return false;
    }
    *b = (struct bytes){.at = at, .room = room, .locked = true};
    return true;
}

/* A fresh block instead of realloc(), which may leave the old content behind. */
static bool bytes_grow(struct bytes *b, size_t needed)
{
    if (needed <= b->room)
        return true;
    if (b->locked || needed > BYTES_MAX)
        return false;
    size_t room = b->room < 32 ? 64 : b->room * 2;
    if (room < needed)
        room = needed;
    uint8_t *at = malloc(room);
    if (at == NULL)
        return false;
    if (b->at != NULL) {
        memcpy(at, b->at, b->length);
        explicit_bzero(b->at, b->room);
        free(b->at);
    }
    b->at = at;
    b->room = room;
    return true;
}

bool bytes_append(struct bytes *b, const void *data, size_t length)
{
    if (length == 0)
        return true;
    if (length > BYTES_MAX || !bytes_grow(b, b->length + length))
        return false;
    memcpy(b->at + b->length, data, length);
    b->length += length;
    return true;
}

bool bytes_append_byte(struct bytes *b, uint8_t byte)
{
    return bytes_append(b, &byte, 1);
}

bool bytes_set(struct bytes *b, const void *data, size_t length)
{
    if (length > BYTES_MAX || !bytes_grow(b, length))
        return false;
    if (length > 0)
        memmove(b->at, data, length);
    if (b->length > length)
        explicit_bzero(b->at + length, b->length - length);
    b->length = length;
    return true;
}

void bytes_truncate(struct bytes *b, size_t length)
{
    if (length >= b->length)
        return;
    explicit_bzero(b->at + length, b->length - length);
    b->length = length;
}

bool bytes_equal(const struct bytes *a, const struct bytes *b)
{
    if (a->length != b->length)
        return false;
    uint8_t difference = 0;
    for (size_t i = 0; i < a->length; i++)
        difference |= (uint8_t)(a->at[i] ^ b->at[i]);
    return difference == 0;
}

void bytes_free(struct bytes *b)
{
    if (b->at != NULL) {
        explicit_bzero(b->at, b->room);
        if (b->locked)
            munmap(b->at, pages_for(b->room));
        else
            free(b->at);
    }
    *b = (struct bytes){0};
}
