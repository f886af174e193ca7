/*
 * The resident's terminal, played by the test: what is typed there reaches the card and stays
 * nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cardops/practice/emulated_reader.h"
#include "cardops/resident.h"
#include "tests/lib/card_rig.h"
#include "tests/lib/memory_scan.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000 };

static struct rig rig;
static int terminal = -1;
static struct resident_ask asked;

static int dial(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/run/window-1.resident", rig.directory);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* The next message of that kind. */
static void hear(uint32_t kind)
{
    do {
        struct pollfd wait = {.fd = terminal, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
        assert_int_equal(recv(terminal, &asked, sizeof asked, 0), sizeof asked);
    } while (asked.kind != kind);
}

static void say(uint32_t kind, uint32_t number, const char *entry)
{
    struct resident_answer a = {.version = RESIDENT_WIRE_VERSION, .kind = kind, .number = number};
    a.length = (uint8_t)strlen(entry);
    memcpy(a.entry, entry, a.length);
    assert_int_equal(send(terminal, &a, sizeof a, MSG_NOSIGNAL), sizeof a);
    explicit_bzero(&a, sizeof a);
}

static void say_state(struct rig_told state)
{
    const struct resident_answer a = {.version = RESIDENT_WIRE_VERSION, .kind = RESIDENT_STATE,
                                      .number = asked.number, .flags = state.flags,
                                      .field = state.field, .fields = state.fields};
    assert_int_equal(send(terminal, &a, sizeof a, MSG_NOSIGNAL), sizeof a);
}

static int up(void **state)
{
    (void)state;
    rig_up(&rig, RIG_ADULT);
    assert_int_equal(rig_open(&rig), CARD_OK);
    terminal = dial();
    hear(RESIDENT_IDLE);
    return 0;
}

static int down(void **state)
{
    (void)state;
    if (terminal >= 0)
        close(terminal);
    terminal = -1;
    rig_down(&rig);
    return 0;
}

static void request(enum card_ask ask, enum card_pin pin)
{
    static struct card_request q;
    q = (struct card_request){.ask = ask, .pin = (uint8_t)pin, .way = CARD_WAY_RESIDENT};
    strcpy(q.serial, rig_serial(&rig));
    rig_send(&rig, &q);
}

static void answer(const char *entry)
{
    hear(RESIDENT_ASK);
    say(RESIDENT_ENTRY, asked.number, entry);
}

static void the_signature_password_is_checked(void **state)
{
    (void)state;
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    assert_string_equal(asked.pin, "sig");
    assert_int_equal(asked.purpose, RESIDENT_CURRENT);
    assert_int_equal(asked.minimum, 6);
    assert_int_equal(asked.tries, 5);
    assert_int_equal(asked.practice, 1);
    assert_int_equal(asked.seconds, 20);
    say(RESIDENT_ENTRY, asked.number, "ABC123");
    assert_int_equal(rig_wait(&rig), CARD_OK);
    hear(RESIDENT_RESULT);
    assert_int_equal(asked.outcome, RESIDENT_DONE);
}

/* Which field, and what its rule says: told when it is another than before, however many keys were
 * pressed meanwhile. */
static void the_clerks_side_hears_each_field_and_no_key(void **state)
{
    (void)state;
    enum { IDLE = CARD_RESIDENT_CONNECTED, TYPING = IDLE | CARD_RESIDENT_TYPING };
    static const struct rig_told said[] = {
        {IDLE, 1, 2},
        {TYPING, 1, 2},
        {TYPING | CARD_RESIDENT_LENGTH_OK, 1, 2},
        {TYPING | CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET, 1, 2},
        {IDLE, 2, 2},
        {TYPING | CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET | CARD_RESIDENT_MATCH, 2, 2},
    };
    enum { COUNT = sizeof said / sizeof said[0] };
    rig_wait_resident(&rig);
    request(CARD_ASK_RESET, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    for (size_t i = 0; i < COUNT; i++)
        for (int keys = 0; keys < 3; keys++)
            say_state(said[i]);
    say(RESIDENT_ENTRY, asked.number, "NEW2PASSWORD");
    assert_int_equal(rig_wait(&rig), CARD_OK);
    /* What has been said, and that it is over. */
    assert_int_equal(rig.told_count, COUNT + 1);
    assert_memory_equal(rig.told, said, sizeof said);
    const struct rig_told over = {IDLE, 0, 0};
    assert_memory_equal(&rig.told[COUNT], &over, sizeof over);
}

static void a_wrong_password_is_told_to_both(void **state)
{
    (void)state;
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    answer("WRONG999");
    assert_int_equal(rig_wait(&rig), CARD_PIN_WRONG);
    assert_int_equal(rig.reply.tries, 4);
    hear(RESIDENT_RESULT);
    assert_int_equal(asked.outcome, RESIDENT_WRONG);
    assert_int_equal(asked.tries, 4);
}

static void juki_is_typed_once_and_set_in_both_places(void **state)
{
    (void)state;
    request(CARD_ASK_CHANGE, CARD_PIN_JUKI);
    answer("1234");
    hear(RESIDENT_ASK);
    assert_int_equal(asked.purpose, RESIDENT_NEW);
    say(RESIDENT_ENTRY, asked.number, "8642");
    assert_int_equal(rig_wait(&rig), CARD_OK);
    assert_int_equal(rig.reply.places_done, 2);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_JUKI, "8642"));
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_JUKI_COMMON, "8642"));
}

static void reset_asks_only_for_the_new_one(void **state)
{
    (void)state;
    request(CARD_ASK_RESET, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    assert_int_equal(asked.purpose, RESIDENT_NEW);
    say(RESIDENT_ENTRY, asked.number, "NEW2PASSWORD");
    assert_int_equal(rig_wait(&rig), CARD_OK);
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_SIG, "NEW2PASSWORD"));
}

/* The terminal is trusted to look, not to be right. */
static void what_breaks_the_rule_never_reaches_the_card(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "ABC12", "abc123", "ABCDEF", "123456", "ABC123ABC123ABC12", "ABC12\x01"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        request(CARD_ASK_RESET, CARD_PIN_SIG);
        answer(bad[i]);
        assert_int_equal(rig_wait(&rig), CARD_RESIDENT_LOST);
        assert_int_equal(rig.reply.places_done, 0);
    }
    assert_true(rig_pin_is(&rig, PRACTICE_PIN_SIG, "ABC123"));
}

static void cancel_and_loss(void **state)
{
    (void)state;
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    say(RESIDENT_CANCEL, asked.number, "");
    assert_int_equal(rig_wait(&rig), CARD_RESIDENT_CANCELLED);
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    close(terminal);
    terminal = -1;
    assert_int_equal(rig_wait(&rig), CARD_RESIDENT_LOST);
    assert_int_equal(rig_pin(&rig, CARD_ASK_VERIFY, CARD_PIN_SIG, CARD_WAY_RESIDENT),
                     CARD_NO_RESIDENT);
    terminal = dial();
    hear(RESIDENT_IDLE);
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    answer("ABC123");
    assert_int_equal(rig_wait(&rig), CARD_OK);
    assert_int_equal(rig_tries(&rig, PRACTICE_PIN_SIG), 5);
}

static void time_runs_out(void **state)
{
    (void)state;
    rig.settings.entry_seconds = 1;
    close(terminal);
    assert_int_equal(rig_open(&rig), CARD_OK);
    terminal = dial();
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    hear(RESIDENT_RESULT);
    assert_int_equal(asked.outcome, RESIDENT_TIMED_OUT);
    assert_int_equal(rig_wait(&rig), CARD_RESIDENT_TIMEOUT);
}

static void an_answer_to_an_old_question_is_dropped(void **state)
{
    (void)state;
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    say(RESIDENT_ENTRY, asked.number - 1, "WRONG999");
    say(RESIDENT_ENTRY, asked.number, "ABC123");
    assert_int_equal(rig_wait(&rig), CARD_OK);
    assert_int_equal(rig_tries(&rig, PRACTICE_PIN_SIG), 5);
}

static void a_second_terminal_is_turned_away(void **state)
{
    (void)state;
    int second = dial();
    char byte;
    struct pollfd wait = {.fd = second, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
    assert_true(recv(second, &byte, 1, 0) <= 0);
    close(second);
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    answer("ABC123");
    assert_int_equal(rig_wait(&rig), CARD_OK);
}

static void a_request_meanwhile_is_answered_busy(void **state)
{
    (void)state;
    static struct card_request q;
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    hear(RESIDENT_ASK);
    q = (struct card_request){.ask = CARD_ASK_READ};
    assert_int_equal(rig_ask(&rig, &q), CARD_BUSY);
    say(RESIDENT_ENTRY, asked.number, "ABC123");
    assert_int_equal(rig_wait(&rig), CARD_OK);
}

static void nonsense_ends_the_connection(void **state)
{
    (void)state;
    struct resident_answer a = {
        .version = RESIDENT_WIRE_VERSION, .kind = RESIDENT_ENTRY, .length = 200};
    assert_false(resident_answer_valid((const uint8_t *)&a, sizeof a));
    a.length = 3;
    assert_true(resident_answer_valid((const uint8_t *)&a, sizeof a));
    assert_false(resident_answer_valid((const uint8_t *)&a, sizeof a - 1));
    a.kind = RESIDENT_STATE;
    static const uint8_t fields[][2] = {{0, 0}, {0, 1}, {2, 1}, {3, 3}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        a.field = fields[i][0];
        a.fields = fields[i][1];
        assert_false(resident_answer_valid((const uint8_t *)&a, sizeof a));
    }
    a.kind = RESIDENT_ASK;
    assert_false(resident_answer_valid((const uint8_t *)&a, sizeof a));
    assert_int_equal(send(terminal, &a, sizeof a, MSG_NOSIGNAL), sizeof a);
    struct pollfd wait = {.fd = terminal, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
    assert_true(recv(terminal, &a, sizeof a, 0) <= 0);
}

/* A wrong password is stored by no card: nothing of it may be left where it passed. */
static void nothing_typed_stays_in_memory(void **state)
{
    (void)state;
    char typed[13];
    for (size_t i = 0; i < 12; i++)
        typed[i] = (char)(i % 2 == 0 ? 'Z' - (char)i : '9' - (char)(i / 2));
    typed[12] = '\0';
    request(CARD_ASK_VERIFY, CARD_PIN_SIG);
    answer(typed);
    assert_int_equal(rig_wait(&rig), CARD_PIN_WRONG);
    assert_true(memory_scan(getpid(), typed, 12) >= 1);
    assert_int_equal(memory_scan(card_client_pid(rig.client), typed, 12), 0);
    /* The same search finds what is there: the serial of the card that was read. */
    assert_true(memory_scan(card_client_pid(rig.client), rig_serial(&rig), 15) >= 1);
    char line[512];
    FILE *log = fopen(rig.settings.log, "r");
    assert_non_null(log);
    while (fgets(line, sizeof line, log) != NULL)
        assert_null(strstr(line, typed));
    fclose(log);
}

static void after_a_cut_neither(void **state)
{
    (void)state;
    char script[64];
    for (unsigned fault = EMULATED_REMOVED_BEFORE; fault <= EMULATED_OTHER_CARD; fault++) {
        /* Serial check, query, selection, and then the VERIFY with the password. */
        snprintf(script, sizeof script, "fault %u 6\n", fault);
        rig_script(&rig, script);
        close(terminal);
        assert_int_equal(rig_open(&rig), CARD_OK);
        terminal = dial();
        request(CARD_ASK_VERIFY, CARD_PIN_SIG);
        answer("QW7ER5TY3UI1");
        enum card_code code = rig_wait(&rig);
        assert_int_equal(rig.reply.commands, 6);
        assert_true(code == CARD_UNCERTAIN || code == CARD_REMOVED);
        hear(RESIDENT_RESULT);
        assert_int_equal(asked.outcome, RESIDENT_STOPPED);
        assert_int_equal(memory_scan(card_client_pid(rig.client), "QW7ER5TY3UI1", 12), 0);
        rig_fresh(&rig);
    }
}

int main(void)
{
#define RESIDENT(name) cmocka_unit_test_setup_teardown(name, up, down)
    const struct CMUnitTest tests[] = {
        RESIDENT(the_signature_password_is_checked),
        RESIDENT(the_clerks_side_hears_each_field_and_no_key),
        RESIDENT(a_wrong_password_is_told_to_both),
        RESIDENT(juki_is_typed_once_and_set_in_both_places),
        RESIDENT(reset_asks_only_for_the_new_one),
        RESIDENT(what_breaks_the_rule_never_reaches_the_card),
        RESIDENT(cancel_and_loss),
        RESIDENT(time_runs_out),
        RESIDENT(an_answer_to_an_old_question_is_dropped),
        RESIDENT(a_second_terminal_is_turned_away),
        RESIDENT(a_request_meanwhile_is_answered_busy),
        RESIDENT(nonsense_ends_the_connection),
        RESIDENT(nothing_typed_stays_in_memory),
        RESIDENT(after_a_cut_neither),
    };
    return cmocka_run_group_tests_name("resident", tests, NULL, NULL);
}
