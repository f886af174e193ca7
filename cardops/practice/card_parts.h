/*
 * The inside of the emulated card: what its applications (one file each, card_*.c) are made of, and the
 * commands that work on them. Included by card.c and card_*.c alone.
 */
#ifndef CARDOPS_PRACTICE_CARD_PARTS_H
#define CARDOPS_PRACTICE_CARD_PARTS_H

#include "cardops/practice/card.h"
#include "cardops/practice/card_state.h"
#include "cardops/practice/practice_commands.h"
#include "cardops/practice/store.h"
#include "cardops/wire/apdu.h"

#include <openssl/evp.h>

/* Status words of the card (card.md section 2.7). */
enum {
    SW_OK = 0x9000,
    SW_WRONG = 0x6300,
    SW_TRIES = 0x63C0,
    SW_MEMORY = 0x6581,
    SW_LENGTH = 0x6700,
    SW_NO_CHANNEL = 0x6881,
    SW_NO_MESSAGING = 0x6882,
    SW_WRONG_FILE = 0x6981,
    SW_SECURITY = 0x6982,
    SW_LOCKED = 0x6984,
    SW_CONDITIONS = 0x6985,
    SW_NO_FILE_SELECTED = 0x6986,
    SW_BAD_DATA = 0x6A80,
    SW_NOT_FOUND = 0x6A82,
    SW_NO_RECORD = 0x6A83,
    SW_BAD_P1P2 = 0x6A86,
    SW_NO_REFERENCE = 0x6A88,
    SW_OFFSET = 0x6B00,
    SW_NO_INSTRUCTION = 0x6D00,
    SW_NO_CLASS = 0x6E00,
    SW_FAILED = 0x6F00,
};

struct practice_card;

enum file_kind { FILE_BINARY, FILE_RECORD, FILE_SECRET, FILE_KEY, FILE_PENDING };

/* Who may read a file or use a key: everybody, or whoever has verified one of two references. */
enum { LOCK_FREE = -1 };

struct card_file {
    uint16_t id;
    enum file_kind kind;
    int lock, lock_or;   /* enum card_reference or LOCK_FREE */
    int index;           /* FILE_SECRET: enum card_reference; FILE_KEY, FILE_PENDING: CARD_KEY_* */
    /* FILE_BINARY, FILE_RECORD: appends the content. False: it cannot be had. */
    bool (*content)(struct practice_card *card, struct bytes *out);
};

struct card_application {
    uint8_t aid[16];
    size_t aid_length;
    uint8_t change_cla, change_ins, change_p1; /* how it changes a PIN (card.md 2.4); ins 0: not */
    const struct card_file *files;
    size_t file_count;
    /* Whether a card of this kind has the application. */
    bool (*present)(const struct card_data *data);
};

extern const struct card_application card_app_common, card_app_jpki, card_app_text, card_app_visual,
    card_app_juki, card_app_office;

struct practice_card {
    char stand[STORE_PATH_MAX], folder[STORE_PATH_MAX], name[64];
    struct card_data data;
    struct card_state state;
    uint8_t office_key[PRACTICE_OFFICE_KEY];
    EVP_PKEY *current[CARD_KEYS], *pending[CARD_KEYS]; /* loaded when first needed */
    struct bytes certificates[CARD_KEYS], ca[CARD_KEYS];
    /* until power-off */
    bool powered, slept, office, challenged;
    uint32_t verified; /* one bit a reference */
    uint8_t challenge[PRACTICE_CHALLENGE];
    const struct card_application *application;
    const struct card_file *file;
};

typedef uint16_t card_command(struct practice_card *card, const struct apdu *command,
                              struct bytes *answer);

/* card_files.c */
card_command card_select, card_read_binary, card_read_record;
/* The file that P2 names: `80|short id`, or 80 for the current one. Gives SW_OK or why not. */
uint16_t card_file_named(struct practice_card *card, uint8_t p2, const struct card_file **file);
bool card_lock_open(const struct practice_card *card, const struct card_file *file);
/* card_pins.c */
card_command card_verify, card_change, card_reset_retry;
/* card_keys.c */
card_command card_sign, card_generate, card_activate, card_update;
/* The certificate in use, made where this is the first time. False: none, or not to be had. */
bool card_certificate(struct practice_card *card, int key, struct bytes *out);
bool card_ca_certificate(struct practice_card *card, int key, struct bytes *out);
/* card_office.c */
card_command card_challenge, card_authenticate;

#endif
