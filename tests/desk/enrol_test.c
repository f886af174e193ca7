/*
 * A desk against a scripted card process and a scripted filter: every way in which the question to
 * the authority can end, and what the desk then says of the card, the authority and its record.
 */
#include "tests/desk/scripted_filter.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

/* Stands before the library's own: the nth that watches a descriptor fails; 0: none. */
static unsigned watch_that_fails;

int epoll_ctl(int in, int what, int fd, struct epoll_event *event)
{
    if (what == EPOLL_CTL_ADD && watch_that_fails > 0 && --watch_that_fails == 0) {
        errno = ENOMEM;
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, in, what, fd, event);
}

static void test_a_certificate_is_kept_with_its_days(void **state)
{
    char lines[256], transaction[CASE_TRANSACTION_MAX];

    (void)state;
    begin_renewal();
    make_key();
    assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
    snprintf(lines, sizeof lines, "cat >/dev/null\ncat %s\necho chatter >&2\necho done serial=1267 >&2",
             certificate);
    ask_authority(lines);
    assert_int_equal(view->last.code, CARD_OK);
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
    assert_int_equal(view->certificates[AUTH].valid_from, 20261122);
    assert_int_equal(view->certificates[AUTH].valid_until, 20310412);
    assert_string_equal(view->centre_said, "done serial=1267");
    read_transaction(transaction);
    assert_string_equal(transaction, view->file.steps[1].transaction);
}

static void test_every_end_of_a_question_says_what_is_known(void **state)
{
    static const struct {
        const char *lines;
        uint32_t code;
        enum case_step_state step;
        uint8_t issued;
    } ends[] = {
        {"echo refused fail-info=badRequest >&2; exit 11", DESK_CENTRE + ENROL_REFUSED,
         CASE_STEP_IS_NOT_DONE, CARD_NO},
        {"exit 15", DESK_CENTRE + ENROL_CREDENTIAL, CASE_STEP_IS_NOT_DONE, CARD_NO},
        {"exit 16", DESK_CENTRE + ENROL_USAGE, CASE_STEP_IS_NOT_DONE, CARD_NO},
        {"exit 12", DESK_CENTRE + ENROL_UNREACHABLE, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 13", DESK_CENTRE + ENROL_WAITING, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 14", DESK_CENTRE + ENROL_PROTOCOL, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 10", DESK_CENTRE + ENROL_NOT_ACCEPTED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 3", DESK_CENTRE_DIED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"kill -9 $$", DESK_CENTRE_DIED, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"exit 0", DESK_CENTRE + ENROL_PROTOCOL, CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
        {"head -c 100000 /dev/zero", DESK_CENTRE + ENROL_PROTOCOL, CASE_STEP_IS_UNKNOWN,
         CARD_UNKNOWN},
        {"head -c 100000 /dev/zero >&2; exit 12", DESK_CENTRE + ENROL_UNREACHABLE,
         CASE_STEP_IS_UNKNOWN, CARD_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        begin_renewal();
        make_key();
        ask_authority(ends[i].lines);
        assert_int_equal(view->last.code, ends[i].code);
        assert_int_equal(view->file.steps[1].state, ends[i].step);
        assert_int_equal(view->certificates[AUTH].issued, ends[i].issued);
        assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
        assert_int_equal(desk_park(desk, CASE_REASON_CENTRE, now), DESK_OK);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

static void test_a_filter_that_outlives_its_limit_is_killed(void **state)
{
    (void)state;
    begin_renewal();
    make_key();
    write_filter("exec sleep 1000");
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    assert_int_equal(desk_wait(desk, now), FILTER_SECONDS);
    assert_int_equal(desk_step(desk, false, now), DESK_BUSY);
    now += FILTER_SECONDS;
    pump();
    await_centre();
    assert_int_equal(view->last.code, DESK_CENTRE_SILENT);
    assert_int_equal(view->file.state, CASE_UNSETTLED);
    assert_int_equal(view->cure, DESK_CURE_REPEAT);
}

static void test_without_a_filter_nothing_is_asked(void **state)
{
    (void)state;
    begin_renewal();
    make_key();
    unlink(filter);
    assert_int_equal(desk_step(desk, false, now), DESK_CARD_PROCESS);
    assert_int_equal(view->last.code, DESK_CENTRE_ABSENT);
    assert_int_equal(view->file.steps[1].state, CASE_STEP_IS_NOT_DONE);
    expect_recorded();
}

static void test_the_authority_is_asked_without_the_card(void **state)
{
    char lines[160];

    (void)state;
    begin_renewal();
    make_key();
    say_presence(CARD_READER_EMPTY);
    pump();
    snprintf(lines, sizeof lines, "cat >/dev/null\ncat %s", certificate);
    ask_authority(lines);
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
}

static void test_a_key_without_its_signature_is_on_the_card(void **state)
{
    (void)state;
    begin_renewal();
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    say_key();
    pump();
    end_step(CARD_ABSENT);
    assert_int_equal(view->file.steps[0].state, CASE_STEP_IS_NOT_DONE);
    assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
    expect_recorded();
}

/* --- one question, however often it is asked --- */

static void test_a_question_without_an_answer_keeps_its_transaction(void **state)
{
    static const struct {
        const char *lines;
        bool kept;
    } ends[] = {
        {"exit 12", true},
        {"kill -9 $$", true},
        {"echo waiting after=60 >&2; exit 13", true},
        {"exit 14", false},
        {"echo not-accepted reason=other-key >&2; exit 10", false},
    };
    char first[CASE_TRANSACTION_MAX], second[CASE_TRANSACTION_MAX];

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        begin_renewal();
        make_key();
        ask_authority(ends[i].lines);
        read_transaction(first);
        ask_authority(issues());
        read_transaction(second);
        assert_int_equal(strcmp(first, second) == 0, ends[i].kept);
        assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

static void test_a_refused_question_is_followed_by_another(void **state)
{
    char first[CASE_TRANSACTION_MAX], second[CASE_TRANSACTION_MAX];

    (void)state;
    begin_renewal();
    make_key();
    ask_authority("echo refused fail-info=transactionIdInUse >&2; exit 11");
    read_transaction(first);
    ask_authority(issues());
    read_transaction(second);
    assert_string_not_equal(first, second);
}

/* A filter of another make names the transaction itself. */
static void test_the_transaction_that_the_filter_tells_is_recorded(void **state)
{
    (void)state;
    begin_renewal();
    make_key();
    ask_authority("echo unreachable transaction=000102030405060708090a0b0c0d0e0f >&2; exit 12");
    assert_string_equal(view->file.steps[1].transaction, "000102030405060708090a0b0c0d0e0f");
    ask_authority("echo 'unreachable transaction=no such' >&2; exit 12");
    assert_string_equal(view->file.steps[1].transaction, "000102030405060708090a0b0c0d0e0f");
}

/* The office closes: with the case put aside, or with the program ended while the authority works.
 */
static void close_office(bool at_work)
{
    if (at_work) {
        desk_close(&desk, now);
        return;
    }
    ask_authority("exit 12");
    assert_int_equal(desk_park(desk, CASE_REASON_CENTRE, now), DESK_OK);
    pump();
    desk_close(&desk, now);
}

/* At its start it finds what it has left behind. */
static void open_first_window_again(void)
{
    now += 23 * 60 * 60;
    open_desk();
    desk_close(&desk, now);
}

static void test_another_window_goes_on_the_next_day(void **state)
{
    char id[CASE_ID_MAX], first[CASE_TRANSACTION_MAX], second[CASE_TRANSACTION_MAX];

    for (int at_work = 0; at_work < 2; at_work++) {
        begin_renewal();
        make_key();
        strcpy(id, view->file.id);
        write_filter("exec sleep 1000");
        if (at_work) {
            assert_int_equal(desk_step(desk, false, now), DESK_OK);
            strcpy(first, view->file.steps[1].transaction);
        }
        close_office(at_work);
        if (!at_work)
            read_transaction(first);
        else
            open_first_window_again();
        window = "w2";
        now += 24 * 60 * 60;
        open_desk();
        assert_int_equal(view->unsettled, 1);
        assert_int_equal(desk_resume(desk, id, now), DESK_OK);
        assert_int_equal(view->certificates[AUTH].key_pending, CARD_YES);
        assert_int_equal(view->certificates[AUTH].issued, CARD_UNKNOWN);
        /* No card, no PIN, no new key: the question is all that is left before the writing. */
        ask_authority(issues());
        read_transaction(second);
        assert_string_equal(first, second);
        assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
        assert_int_equal(view->file.steps[0].attempts, 1);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

/* The clerk's line goes as the office closes: the answer is still waited for, and recorded. */
static void test_a_hang_up_waits_for_the_authority(void **state)
{
    struct case_file file;
    char id[CASE_ID_MAX];

    (void)state;
    begin_renewal();
    make_key();
    strcpy(id, view->file.id);
    write_filter(issues());
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    desk_hang_up(desk, now);
    assert_false(view->hung_up);
    await_centre();
    assert_true(view->hung_up);
    assert_int_equal(ledger_read_case(watcher, id, &file), LEDGER_OK);
    assert_int_equal(file.state, CASE_PARKED);
    assert_int_equal(file.steps[1].state, CASE_STEP_IS_DONE);
    assert_true(file.papers[AUTH].certificate.length > 0);
}

/* --- a filter that cannot be watched --- */

static void test_a_filter_that_cannot_be_heard_is_not_started(void **state)
{
    for (unsigned nth = 1; nth <= 2; nth++) {
        begin_renewal();
        make_key();
        write_filter(issues());
        watch_that_fails = nth;
        assert_int_equal(desk_step(desk, false, now), DESK_CARD_PROCESS);
        assert_int_equal(view->last.code, DESK_CENTRE_ABSENT);
        assert_int_equal(view->file.steps[1].state, CASE_STEP_IS_NOT_DONE);
        expect_recorded();
        assert_int_not_equal(access(noted, F_OK), 0);
        ask_authority(issues());
        assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
        tear_down_filter(state);
        assert_int_equal(set_up_filter(state), 0);
    }
}

/* Its answer is heard, its end is looked for every second. */
static void test_a_filter_whose_end_cannot_be_heard_is_looked_at(void **state)
{
    int turns = 0;

    (void)state;
    begin_renewal();
    make_key();
    write_filter(issues());
    watch_that_fails = 3;
    assert_int_equal(desk_step(desk, false, now), DESK_OK);
    while (view->doing == DESK_AT_CENTRE && turns++ < PATIENCE_MS) {
        struct pollfd fd = {.fd = desk_fd(desk), .events = POLLIN};

        assert_int_equal(desk_wait(desk, now), 1);
        (void)poll(&fd, 1, 1);
        pump();
    }
    assert_int_equal(view->certificates[AUTH].issued, CARD_YES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILTER_TEST(test_a_certificate_is_kept_with_its_days),
        FILTER_TEST(test_every_end_of_a_question_says_what_is_known),
        FILTER_TEST(test_a_filter_that_outlives_its_limit_is_killed),
        FILTER_TEST(test_without_a_filter_nothing_is_asked),
        FILTER_TEST(test_the_authority_is_asked_without_the_card),
        FILTER_TEST(test_a_key_without_its_signature_is_on_the_card),
        FILTER_TEST(test_a_question_without_an_answer_keeps_its_transaction),
        FILTER_TEST(test_a_refused_question_is_followed_by_another),
        FILTER_TEST(test_the_transaction_that_the_filter_tells_is_recorded),
        FILTER_TEST(test_another_window_goes_on_the_next_day),
        FILTER_TEST(test_a_hang_up_waits_for_the_authority),
        FILTER_TEST(test_a_filter_that_cannot_be_heard_is_not_started),
        FILTER_TEST(test_a_filter_whose_end_cannot_be_heard_is_looked_at),
    };

    return cmocka_run_group_tests(tests, make_pair, free_pair);
}
