/*
 * What a pinpad is told to do: the PIN verification and modification data of PC/SC part 10, as the CCID
 * message PC_to_RDR_Secure carries them (card.md 8.6), taken apart strictly.
 *
 * This pad types ASCII digits, left-justified, without an inserted length; whatever else a structure
 * asks for is refused with 6B80, and an instruction that sets no PIN with 6404 (the pad's firewall).
 * Limits are the pad's to hold: the driver passes them on unread (stand.md section 3).
 */
#ifndef CARDOPS_PRACTICE_PIN_BLOCK_H
#define CARDOPS_PRACTICE_PIN_BLOCK_H

#include "cardops/wire/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIN_BLOCK_SHORTEST = 4, PIN_BLOCK_LONGEST = 16 }; /* digits this pad takes */

/* The pad's own status words (card.md 7.5). */
enum {
    PIN_OK = 0x9000,
    PIN_TIMEOUT = 0x6400,
    PIN_CANCELLED = 0x6401,
    PIN_DIFFERENT = 0x6402,
    PIN_LENGTH = 0x6403,
    PIN_BLOCKED = 0x6404,
    PIN_STRUCTURE = 0x6B80,
};

struct pin_block {
    bool ask_old, ask_new, ask_again; /* what is typed, in this order; VERIFY: ask_old alone */
    uint8_t seconds;                  /* for the whole entry; 0: the pad's own limit */
    uint8_t shortest, longest;
    uint8_t size;                     /* of the PIN's place in the command; 0: as long as typed */
    uint8_t position;                 /* of the first place, in bytes of the data field */
    uint8_t old_offset, new_offset;   /* from there */
    bool ends_when_full;              /* else the confirm key ends an entry */
    uint8_t prologue[3];              /* NAD PCB LEN of the T=1 block, from the driver */
    struct bytes command;             /* the template */
};

/* `body` is abData of PC_to_RDR_Secure, three message indexes in a modification. PIN_OK, or why not. */
uint16_t pin_block_parse(struct pin_block *block, const uint8_t *body, size_t length)
    __attribute__((warn_unused_result));
/* The command with the PINs in their places (NUL-terminated digits). False: no memory. */
bool pin_block_fill(const struct pin_block *block, const char *old_pin, const char *new_pin,
                    struct bytes *command) __attribute__((warn_unused_result));
void pin_block_free(struct pin_block *block);

#endif
