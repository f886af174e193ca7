#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/practice/emulated_reader.h"
#include "cardops/server.h"
#include "tests/lib/card_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct rig rig;

static int down(void **state)
{
    (void)state;
    rig_down(&rig);
    return 0;
}

static void begin(enum rig_card card, const char *script)
{
    rig_up(&rig, card);
    rig_script(&rig, script);
    assert_int_equal(rig_open(&rig), CARD_OK);
}

static enum card_code ask_read(bool certificates)
{
    static struct card_request q;
    q = (struct card_request){.ask = CARD_ASK_READ, .with_certificates = certificates};
    return rig_ask(&rig, &q);
}

static void open_tells_pad_and_module(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\n");
    assert_int_equal(rig.reply.pad, 1);
    assert_int_equal(rig.reply.pad_minimum, 4);
    assert_int_equal(rig.reply.practice, 1);
    assert_int_equal(rig.reply.keeps_old_key, 1);
    assert_int_equal(rig.reply.presence, CARD_IN_READER);
}

static void a_reader_without_pad_says_so(void **state)
{
    (void)state;
    begin(RIG_ADULT, "");
    assert_int_equal(rig.reply.pad, 0);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_NO_PAD);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_RESIDENT),
                     CARD_NO_RESIDENT);
}

/* Of features, then of properties: the reader is asked again at the next step, whatever that is. */
static void a_question_without_answer_is_asked_again(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\nkeys 1234E\ndeaf 1\n");
    assert_int_equal(rig.reply.pad, 0);
    assert_int_equal(ask_read(false), CARD_OK);
    assert_int_equal(rig.reply.pad, 1);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_OK);
    rig_script(&rig, "pad\nkeys 1234E\ndeaf 2\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_NO_PAD);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_OK);
}

/* By the option: not even where the reader has one. */
static void a_pad_switched_off_is_not_asked_for(void **state)
{
    (void)state;
    rig_up(&rig, RIG_ADULT);
    rig.settings.use_pad = 0;
    rig_script(&rig, "pad\nkeys 1234E\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig.reply.pad, 0);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_NO_PAD);
    assert_int_equal(rig.at_pad, 0);
}

static void the_order_is_held(void **state)
{
    (void)state;
    static struct card_request q;
    rig_up(&rig, RIG_ADULT);
    assert_int_equal(ask_read(false), CARD_WRONG_ORDER);
    q = (struct card_request){.ask = 99};
    assert_int_equal(rig_ask(&rig, &q), CARD_BAD_REQUEST);
    q = (struct card_request){.ask = CARD_ASK_VERIFY};
    assert_int_equal(rig_ask(&rig, &q), CARD_BAD_REQUEST);
}

static void the_whole_card_in_thirteen_commands(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\n");
    assert_int_equal(ask_read(false), CARD_OK);
    const struct card_facts *f = &rig.reply.facts;
    assert_in_range(rig.reply.commands, 1, 13);
    assert_string_equal(f->serial, "990000000000001");
    assert_string_equal(f->municipality, "00000");
    assert_int_equal(f->pin_count, 4);
    assert_int_equal(f->pins[CARD_PIN_SIG].tries[0], 5);
    assert_int_equal(f->pins[CARD_PIN_AUTH].tries[0], 3);
    assert_int_equal(f->pins[CARD_PIN_JUKI].tries[0], 3);
    assert_int_equal(f->pins[CARD_PIN_JUKI].tries[1], 3);
    assert_int_equal(f->pins[CARD_PIN_KENMEN].tries[0], 3);
    assert_int_equal(f->certificates[CARD_CERTIFICATE_SIG], CARD_YES);
    assert_int_equal(f->face_only, CARD_NO);
    assert_int_equal(f->practice, CARD_YES);
}

static void the_authentication_certificate_tells_its_days(void **state)
{
    (void)state;
    begin(RIG_ADULT, "");
    assert_int_equal(ask_read(true), CARD_OK);
    assert_in_range(rig.reply.facts.auth_from, 20000101, 21000101);
    assert_true(rig.reply.facts.auth_until > rig.reply.facts.auth_from);
    assert_true(strlen(rig.reply.facts.auth_serial) > 0);
}

static void other_cards_have_their_names(void **state)
{
    (void)state;
    static const struct {
        enum rig_card card;
        enum card_code code;
    } cards[] = {{RIG_FOREIGN, CARD_FOREIGN}, {RIG_OLD_JUKI, CARD_OLD_JUKI}, {RIG_FACE, CARD_OK}};
    for (size_t i = 0; i < 3; i++) {
        begin(cards[i].card, "pad\n");
        assert_int_equal(ask_read(false), cards[i].code);
        if (cards[i].card == RIG_FACE)
            assert_int_equal(rig.reply.facts.face_only, CARD_YES);
        rig_down(&rig);
    }
    begin(RIG_ADULT, "");
}

static void no_card_is_absent(void **state)
{
    (void)state;
    rig_up(&rig, RIG_ADULT);
    rig_script_empty(&rig, "pad\n");
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig.reply.presence, CARD_READER_EMPTY);
    assert_int_equal(ask_read(false), CARD_ABSENT);
}

static void another_serial_is_refused(void **state)
{
    (void)state;
    static struct card_request q;
    begin(RIG_ADULT, "pad\nkeys 9999E\n");
    q = (struct card_request){
        .ask = CARD_ASK_VERIFY, .pin = CARD_PIN_AUTH, .serial = "990000000000002"};
    assert_int_equal(rig_ask(&rig, &q), CARD_OTHER);
    assert_int_equal(rig.reply.commands, 2);
    assert_int_equal(rig_tries(&rig, PRACTICE_PIN_AUTH), 3);
}

static void a_wrong_pin_tells_what_is_left(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\nkeys 9999E\nkeys 9999E\nkeys 9999E\nkeys 1234E\n");
    for (int left = 2; left >= 1; left--) {
        assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD),
                         CARD_PIN_WRONG);
        assert_int_equal(rig.reply.tries, left);
    }
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_PIN_LOCKED);
    assert_int_equal(rig.reply.tries, 0);
    assert_int_equal(rig.at_pad, 1);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_PIN_LOCKED);
    assert_int_equal(rig.at_pad, 0);
}

static void change_by_pad(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\nkeys 1234E\nkeys 5678E5678E\n");
    assert_int_equal(rig_pin(&rig, CARD_ASK_CHANGE, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_OK);
    assert_int_equal(rig.reply.places_done, 1);
    assert_int_equal(rig.at_pad, 2);
    assert_int_equal(rig.left_pad, 2);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_AUTH, "5678"));
}

static void reset_by_pad_in_eight_commands(void **state)
{
    (void)state;
    begin(RIG_LOCKED, "pad\nkeys 5678E5678E\n");
    assert_int_equal(ask_read(false), CARD_OK);
    static struct card_request q;
    q = (struct card_request){.ask = CARD_ASK_RESET, .pin = CARD_PIN_AUTH};
    memcpy(q.serial, rig.reply.facts.serial, sizeof q.serial);
    assert_int_equal(rig_ask(&rig, &q), CARD_OK);
    assert_int_equal(rig.reply.places_done, 1);
    assert_int_equal(rig.reply.tries, 3);
    assert_in_range(rig.reply.commands, 1, 8);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_AUTH, "5678"));
}

static void reset_of_both_places_announces_its_entries(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\nkeys 5678E5678E\nkeys 5678E5678E\n");
    assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_JUKI, CARD_WAY_PAD), CARD_OK);
    assert_int_equal(rig.reply.places_done, 2);
    assert_int_equal(rig.last_entries, 2);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_JUKI, "5678"));
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_JUKI_COMMON, "5678"));
}

static void half_of_two_places_has_its_name(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\nkeys 5678E5678E\nkeys C\n");
    assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_JUKI, CARD_WAY_PAD), CARD_PIN_HALF);
    assert_int_equal(rig.reply.places_done, 1);
    assert_int_equal(rig.reply.sw, 0x6401);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_JUKI_COMMON, "5678"));
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_JUKI, "1234"));
}

static void the_pads_own_words(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        enum card_code code;
    } words[] = {
        {"pad\nkeys C\n", CARD_PAD_CANCELLED},         {"pad\nkeys 12\n", CARD_PAD_TIMEOUT},
        {"pad\nkeys 5678E5679E\n", CARD_PAD_MISMATCH}, {"pad\nkeys 6403\n", CARD_PAD_LENGTH},
        {"pad\nkeys 6404\n", CARD_PAD_BLOCKED},        {"pad\nkeys remove\n", CARD_REMOVED},
    };
    rig_up(&rig, RIG_ADULT);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        rig_script(&rig, words[i].keys);
        assert_int_equal(rig_open(&rig), CARD_OK);
        assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_AUTH, CARD_WAY_PAD), words[i].code);
        assert_int_equal(rig.reply.places_done, 0);
        assert_int_equal(rig_tries(&rig, PRACTICE_PIN_AUTH), 3);
        assert_true(rig_pin_is(&rig, PRACTICE_PIN_AUTH, "1234"));
    }
}

static void without_authority_nothing_is_asked(void **state)
{
    (void)state;
    begin(RIG_NOT_PRACTICE, "pad\nkeys 5678E5678E\n");
    assert_int_equal(ask_read(false), CARD_OK);
    static struct card_request q;
    q = (struct card_request){.ask = CARD_ASK_RESET, .pin = CARD_PIN_AUTH};
    memcpy(q.serial, rig.reply.facts.serial, sizeof q.serial);
    assert_int_equal(rig_ask(&rig, &q), CARD_NOT_FOR_MODULE);
    assert_int_equal(rig.at_pad, 0);
    rig.settings.module[0] = '\0';
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig_ask(&rig, &q), CARD_NO_MODULE);
    strcpy(rig.settings.module, "/nonexistent.so");
    assert_int_equal(rig_open(&rig), CARD_MODULE_UNREADABLE);
}

/* A key file that cannot be read, one that is none, and one of another office: each before anybody types. */
static void an_office_without_its_key_is_refused(void **state)
{
    (void)state;
    char path[128];
    FILE *file;
    begin(RIG_ADULT, "pad\nkeys 5678E5678E\n");
    snprintf(path, sizeof path, "%s/other.key", rig.directory);
    snprintf(rig.settings.module_config, sizeof rig.settings.module_config, "%s", path);
    assert_int_equal(rig_open(&rig), CARD_OK);
    assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_MODULE_REFUSED);
    assert_non_null(file = fopen(path, "we"));
    fputs("not a key\n", file);
    fclose(file);
    assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_MODULE_REFUSED);
    assert_non_null(file = fopen(path, "we"));
    fputs("0f1e2d3c4b5a69788796a5b4c3d2e1f0\n", file);
    fclose(file);
    assert_int_equal(rig_pin(&rig, CARD_ASK_RESET, CARD_PIN_AUTH, CARD_WAY_PAD), CARD_AUTHORITY_REFUSED);
    assert_int_equal(rig.at_pad, 0);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_AUTH, "1234"));
}

static void no_request_is_carried_out_that_is_not_whole(void **state)
{
    (void)state;
    static struct card_request q;
    const struct card_request sound = {.version = CARD_WIRE_VERSION,
                                       .sequence = 1,
                                       .ask = CARD_ASK_VERIFY,
                                       .serial = "990000000000001"};
    q = sound;
    assert_int_equal(card_request_check(&q, sizeof q), CARD_OK);
    assert_int_equal(card_request_check(&q, sizeof q - 1), CARD_BAD_REQUEST);
    q.version++;
    assert_int_equal(card_request_check(&q, sizeof q), CARD_WRONG_VERSION);
    assert_int_equal(card_request_check(&q, sizeof q.version), CARD_WRONG_VERSION);
    assert_int_equal(card_request_check(&q, 1), CARD_BAD_REQUEST);
#define SPOILT(member, value)                                                                      \
    q = sound;                                                                                     \
    q.member = (value);                                                                            \
    assert_int_equal(card_request_check(&q, sizeof q), CARD_BAD_REQUEST)
    SPOILT(sequence, 0);
    SPOILT(ask, 0);
    SPOILT(ask, UINT32_MAX);
    SPOILT(serial[0], '\0');
    SPOILT(blob_length, CARD_BLOB_MAX + 1);
    SPOILT(certificate, CARD_CERTIFICATE_AUTH + 1);
    SPOILT(way, CARD_WAY_RESIDENT + 1);
    q = sound;
    memset(q.serial, '9', sizeof q.serial);
    assert_int_equal(card_request_check(&q, sizeof q), CARD_BAD_REQUEST);
}

/* Each is refused whole: nothing of it is opened. */
static void settings_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\n");
    const struct card_settings sound = rig.settings;
#define SENSELESS(member, value)                                                                   \
    rig.settings = sound;                                                                          \
    rig.settings.member = (value);                                                                 \
    assert_int_equal(rig_open(&rig), CARD_BAD_REQUEST)
    SENSELESS(reader[0], '\0');
    SENSELESS(entry_seconds, 0);
    SENSELESS(entry_seconds, 91);
    SENSELESS(profile.pin_count, CARD_PINS_MAX + 1);
    SENSELESS(profile.pins[0].minimum, 0);
    SENSELESS(profile.pins[0].maximum, 1);
    SENSELESS(profile.pins[1].place_count, 0);
    SENSELESS(profile.pins[1].places[0].aid_length, 0);
    SENSELESS(profile.pins[1].alphabet, 99);
    rig.settings = sound;
    memset(rig.settings.window, 'x', sizeof rig.settings.window);
    assert_int_equal(rig_open(&rig), CARD_BAD_REQUEST);
    rig.settings = sound;
    assert_int_equal(rig_open(&rig), CARD_OK);
}

static void an_absent_pin_is_not_asked_for(void **state)
{
    (void)state;
    static struct card_request q;
    begin(RIG_FACE, "pad\nkeys 1234E\n");
    assert_int_equal(ask_read(false), CARD_OK);
    q = (struct card_request){.ask = CARD_ASK_VERIFY, .pin = CARD_PIN_AUTH};
    memcpy(q.serial, rig.reply.facts.serial, sizeof q.serial);
    assert_int_equal(rig_ask(&rig, &q), CARD_PIN_ABSENT);
    assert_int_equal(rig.at_pad, 0);
}

static void an_old_process_keeps_the_reader(void **state)
{
    (void)state;
    static struct rig second;
    begin(RIG_ADULT, "pad\n");
    rig_up(&second, RIG_ADULT);
    second.settings = rig.settings;
    strcpy(second.settings.window, "2");
    assert_int_equal(rig_open(&second), CARD_READER_HELD);
    card_client_kill(rig.client);
    assert_int_equal(rig_open(&second), CARD_OK);
    rig_down(&second);
}

static void a_dead_process_is_told_once(void **state)
{
    (void)state;
    begin(RIG_ADULT, "pad\n");
    card_client_kill(rig.client);
    assert_int_equal(rig_wait(&rig), CARD_PROCESS_DIED);
    assert_false(card_client_receive(rig.client, &rig.reply));
    struct card_client *none;
    assert_int_equal(card_client_start(&none, "/nonexistent", NULL), CARD_PROCESS_DIED);
    assert_null(none);
}

int main(void)
{
#define STEP(name) cmocka_unit_test_teardown(name, down)
    const struct CMUnitTest tests[] = {
        STEP(open_tells_pad_and_module),
        STEP(a_reader_without_pad_says_so),
        STEP(a_question_without_answer_is_asked_again),
        STEP(a_pad_switched_off_is_not_asked_for),
        STEP(the_order_is_held),
        STEP(the_whole_card_in_thirteen_commands),
        STEP(the_authentication_certificate_tells_its_days),
        STEP(other_cards_have_their_names),
        STEP(no_card_is_absent),
        STEP(another_serial_is_refused),
        STEP(a_wrong_pin_tells_what_is_left),
        STEP(change_by_pad),
        STEP(reset_by_pad_in_eight_commands),
        STEP(reset_of_both_places_announces_its_entries),
        STEP(half_of_two_places_has_its_name),
        STEP(the_pads_own_words),
        STEP(without_authority_nothing_is_asked),
        STEP(an_office_without_its_key_is_refused),
        STEP(no_request_is_carried_out_that_is_not_whole),
        STEP(settings_that_make_no_sense_are_refused),
        STEP(an_absent_pin_is_not_asked_for),
        STEP(an_old_process_keeps_the_reader),
        STEP(a_dead_process_is_told_once),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
