/*
 * Renewal at the card, every step cut at every command in every way: what the reply claims is what is
 * true on the card; the certificate on it is the old one or the new one, never a half; and the same
 * step asked again completes it, with no second key pair.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/practice/card_state.h"
#include "cardops/practice/emulated_reader.h"
#include "cardops/practice/personal.h"
#include "cardops/practice/store.h"
#include "tests/card/certify.h"
#include "tests/lib/card_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = CARD_KEY_AUTH };

static struct rig rig;
static char cards[128], kept[128];
static uint8_t old[CARD_BLOB_MAX], new[CARD_BLOB_MAX];
static size_t old_length, new_length;

/* The digest itself does not matter here. */
static const uint8_t digest_info[51] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                        0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

/* --- the card as it was --- */

static void copy(const char *from, const char *to)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
    assert_int_equal(system(command), 0);
}

static void open_without_fault(void)
{
    rig_script(&rig, "pad\nkeys 1234E\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
}

static enum card_code ask(enum card_ask what, const void *blob, size_t length)
{
    static struct card_request q;
    q = (struct card_request){.ask = what,
                              .certificate = CARD_CERTIFICATE_AUTH,
                              .blob_length = (uint16_t)length};
    snprintf(q.serial, sizeof q.serial, "%s", rig_serial(&rig));
    if (length > 0)
        memcpy(q.body.blob, blob, length);
    return rig_ask(&rig, &q);
}

/* --- the truth --- */

struct truth {
    int current, pending, last;
    bool holds_old, holds_new;
};

static bool holds(int number, const uint8_t *der, size_t length)
{
    char name[PERSONAL_NAME];
    struct bytes stored = {0};
    personal_name(name, KEY, number, PERSONAL_CERTIFICATE);
    bool same = store_read(cards, name, &stored) && stored.length == length &&
                memcmp(stored.at, der, length) == 0;
    bytes_free(&stored);
    return same;
}

static struct truth look(void)
{
    struct card_state state;
    struct truth truth;
    assert_int_equal(card_state_read(&state, cards), PRACTICE_OK);
    truth = (struct truth){.current = state.keys[KEY].current,
                           .pending = state.keys[KEY].pending,
                           .last = state.keys[KEY].last,
                           .holds_old = holds(state.keys[KEY].current, old, old_length),
                           .holds_new = holds(state.keys[KEY].current, new, new_length)};
    explicit_bzero(&state, sizeof state);
    return truth;
}

/* --- the steps --- */

/* After these nothing is certain; after any other the desk says that the step was not carried out. */
static bool unknown(enum card_code code)
{
    static const enum card_code codes[] = {CARD_NO_SERVICE, CARD_READER_GONE, CARD_REMOVED,
                                           CARD_MUTE,       CARD_UNCERTAIN,   CARD_GARBLED,
                                           CARD_NO_MEMORY,  CARD_READ_BACK_DIFFERS};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] == code)
            return true;
    return false;
}

struct step {
    const char *name;
    enum card_ask ask;
    bool with_new;  /* begins with a new pair that waits for its certificate */
    bool with_pin;  /* begins with the PIN entered */
    bool in_place;  /* begins with the new certificate in place */
    void (*check)(enum card_code code, struct truth before, struct truth after);
};

static void check_untouched(enum card_code code, struct truth before, struct truth after)
{
    (void)code;
    assert_memory_equal(&before, &after, sizeof before);
}

static void check_key(enum card_code code, struct truth before, struct truth after)
{
    assert_int_equal(after.current, before.current);
    assert_true(after.holds_old);
    assert_in_range(after.last, before.last, before.last + 1);
    if (code == CARD_OK)
        assert_int_not_equal(after.pending, 0);
    else if (!unknown(code))
        assert_int_equal(after.pending, 0);
    /* The key that waits is taken up, and no other is made. */
    if (after.pending == 0)
        return;
    open_without_fault();
    assert_int_equal(ask(CARD_ASK_KEY, NULL, 0), CARD_OK);
    assert_int_equal(look().pending, after.pending);
    assert_int_equal(look().last, after.last);
}

static void check_install(enum card_code code, struct truth before, struct truth after)
{
    bool installed = after.current != before.current;
    assert_true(installed ? after.holds_new && after.pending == 0 : after.holds_old);
    assert_true(installed || after.pending == before.pending);
    if (code == CARD_OK)
        assert_true(installed);
    else if (!unknown(code) && code != CARD_REFUSED)
        assert_false(installed);
    open_without_fault();
    assert_int_equal(ask(CARD_ASK_INSTALL, new, new_length), CARD_OK);
    assert_true(look().holds_new);
    assert_int_equal(look().last, before.last);
}

static const struct step steps[] = {
    {"old certificate kept", CARD_ASK_CERTIFICATE, false, false, false, check_untouched},
    {"key pair", CARD_ASK_KEY, false, false, false, check_key},
    {"request signed", CARD_ASK_SIGN, true, false, false, check_untouched},
    {"certificate written", CARD_ASK_INSTALL, true, false, false, check_install},
    {"certificate proven", CARD_ASK_PROVE, true, true, true, check_untouched},
};

static void lay_out(const struct step *step)
{
    char from[160];
    snprintf(from, sizeof from, "%s-%s", kept,
             step->in_place ? "installed" : step->with_new ? "pending" : "first");
    copy(from, cards);
}

static enum card_code play(const struct step *step, unsigned fault, unsigned nth)
{
    char script[128];
    lay_out(step);
    snprintf(script, sizeof script, "pad\nother cardops/practice/cards/other-city.ini\nkeys 1234E\n%s %u %u\n",
             nth > 0 ? "fault" : "#", fault, nth);
    rig_script(&rig, script);
    assert_int_equal(rig_open(&rig), CARD_OK);
    if (step->with_pin)
        assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_OK);
    if (step->ask == CARD_ASK_SIGN)
        return ask(step->ask, digest_info, sizeof digest_info);
    return ask(step->ask, new, step->ask == CARD_ASK_INSTALL ? new_length : 0);
}

/* Commands before the step's own: the PIN's. */
static unsigned commands_before(const struct step *step)
{
    lay_out(step);
    open_without_fault();
    if (!step->with_pin)
        return 0;
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_OK);
    return rig.reply.commands;
}

static void cut_everywhere(void **state)
{
    const struct step *step = *state;
    unsigned before_it = commands_before(step), cuts = 0, told = 0;
    struct truth before;
    lay_out(step);
    before = look();
    assert_int_equal(play(step, 0, 0), CARD_OK);
    unsigned commands = rig.reply.commands;
    for (unsigned fault = EMULATED_REMOVED_BEFORE; fault <= EMULATED_OTHER_CARD; fault++)
        for (unsigned nth = 1; nth <= commands; nth++) {
            enum card_code code = play(step, fault, before_it + nth);
            step->check(code, before, look());
            cuts++;
            told += code != CARD_OK;
        }
    print_message("# %s: %u commands, %u cuts, %u of them told\n", step->name, commands, cuts, told);
    assert_true(told >= cuts / 2);
}

/* --- once --- */

static void keep(const char *name)
{
    char to[160];
    snprintf(to, sizeof to, "%s-%s", kept, name);
    copy(cards, to);
}

/* The card in its three states: as handed out, with a pair that waits, with the new certificate. */
static int up(void **state)
{
    EVP_PKEY *issuer = EVP_RSA_gen(2048), *key;
    (void)state;
    assert_non_null(issuer);
    rig_up(&rig, RIG_ADULT);
    snprintf(cards, sizeof cards, "%s/cards/adult", rig.stand);
    snprintf(kept, sizeof kept, "%s/kept", rig.directory);
    open_without_fault();
    assert_int_equal(ask(CARD_ASK_CERTIFICATE, NULL, 0), CARD_OK);
    old_length = rig.reply.blob_length;
    memcpy(old, rig.reply.blob, old_length);
    keep("first");
    assert_int_equal(ask(CARD_ASK_KEY, NULL, 0), CARD_OK);
    key = certify_key(rig.reply.blob, rig.reply.blob_length);
    new_length = certify(key, issuer, new, sizeof new);
    keep("pending");
    assert_int_equal(ask(CARD_ASK_INSTALL, new, new_length), CARD_OK);
    keep("installed");
    EVP_PKEY_free(key);
    EVP_PKEY_free(issuer);
    return 0;
}

static int down(void **state)
{
    (void)state;
    rig_down(&rig);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[sizeof steps / sizeof steps[0]];
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        tests[i] = (struct CMUnitTest){steps[i].name, cut_everywhere, NULL, NULL,
                                       (void *)(uintptr_t)&steps[i]};
    return cmocka_run_group_tests_name("cuts of a renewal", tests, up, down);
}
