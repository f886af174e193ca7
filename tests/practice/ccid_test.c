/*
 * The practice reader as a driver meets it that has lost its patience: a busy machine lets the stand
 * answer late, and the driver has asked again by then.
 */
#include "tests/practice/cards.h"

#include "cardops/practice/ccid.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

enum { DEADLINE_MS = 10000, FRAME = 13, BOTH = 2 * FRAME, SLOT_STATUS = 0x65, SLOT_ANSWER = 0x81, SEQUENCE = 8 };

static struct ccid reader;
static int driver;

static int up(void **state)
{
    (void)state;
    assert_true(ccid_open(&reader, false, 0));
    driver = open(reader.device, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    assert_true(driver >= 0);
    return 0;
}

static int down(void **state)
{
    (void)state;
    close(driver);
    ccid_close(&reader);
    return 0;
}

static void ask(uint8_t sequence)
{
    uint8_t frame[FRAME] = {0x03, 0x06, SLOT_STATUS, [SEQUENCE] = sequence};
    for (size_t i = 0; i < FRAME - 1; i++)
        frame[FRAME - 1] ^= frame[i];
    assert_int_equal(write(driver, frame, sizeof frame), sizeof frame);
}

/* A terminal's bytes arrive by and by. */
static void wait_for(int fd, int bytes)
{
    int there = 0;
    for (int waited = 0; there < bytes && waited < DEADLINE_MS; waited++) {
        assert_int_equal(ioctl(fd, FIONREAD, &there), 0);
        if (there < bytes)
            poll(NULL, 0, 1);
    }
    assert_int_equal(there, bytes);
}

static void serve(int bytes)
{
    wait_for(reader.master, bytes);
    ccid_readable(&reader, 0);
}

/* What is there to be read is the echo and the answer of this request alone. */
static void expect_answer(uint8_t sequence)
{
    uint8_t got[4 * FRAME];
    wait_for(driver, BOTH);
    assert_int_equal(read(driver, got, sizeof got), BOTH);
    assert_int_equal(got[2], SLOT_STATUS);
    assert_int_equal(got[SEQUENCE], sequence);
    assert_int_equal(got[FRAME + 2], SLOT_ANSWER);
    assert_int_equal(got[FRAME + SEQUENCE], sequence);
}

static void each_request_has_its_answer(void **state)
{
    (void)state;
    for (uint8_t i = 1; i < 4; i++) {
        ask(i);
        serve(FRAME);
        expect_answer(i);
    }
}

static void only_the_newest_of_two_is_still_waited_for(void **state)
{
    (void)state;
    ask(1);
    ask(2);
    serve(BOTH);
    expect_answer(2);
}

static void an_answer_that_came_too_late_is_not_taken_for_the_next(void **state)
{
    (void)state;
    ask(1);
    serve(FRAME);
    wait_for(driver, BOTH);
    ask(2);
    serve(FRAME);
    expect_answer(2);
}

/* The rest of a request may come later: what came before it is dead, the rest is waited for. */
static void half_a_request_behind_another(void **state)
{
    uint8_t frame[FRAME] = {0x03, 0x06, SLOT_STATUS, [SEQUENCE] = 2};
    (void)state;
    for (size_t i = 0; i < FRAME - 1; i++)
        frame[FRAME - 1] ^= frame[i];
    ask(1);
    assert_int_equal(write(driver, frame, 5), 5);
    serve(FRAME + 5);
    assert_int_equal(write(driver, frame + 5, FRAME - 5), FRAME - 5);
    serve(FRAME - 5);
    expect_answer(2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_request_has_its_answer, up, down),
        cmocka_unit_test_setup_teardown(only_the_newest_of_two_is_still_waited_for, up, down),
        cmocka_unit_test_setup_teardown(an_answer_that_came_too_late_is_not_taken_for_the_next, up, down),
        cmocka_unit_test_setup_teardown(half_a_request_behind_another, up, down),
    };
    return cmocka_run_group_tests_name("the practice reader, late", tests, NULL, NULL);
}
