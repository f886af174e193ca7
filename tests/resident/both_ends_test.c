/* The real program against the card process's own end of the connection, running in a child of the test. */
#include "cardops/profile.h"
#include "cardops/resident.h"
#include "tests/lib/terminal.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_S = 20, TYPED_MAX = 32 };

/* What the child reports of a question. */
struct report {
    uint32_t code; /* enum card_code */
    uint8_t length;
    char typed[TYPED_MAX];
};

static const struct card_pin_profile signature = {
    .id = "sig", .alphabet = CARD_CAPITALS_AND_DIGITS, .minimum = 6, .maximum = 16, .tries = 5};

static char directory[84];
static struct terminal *terminal;
static pid_t child;
static int reports;

static enum card_code never_stopped(void *context)
{
    (void)context;
    return CARD_OK;
}

static struct report put(struct resident *r, enum resident_purpose purpose, uint16_t seconds)
{
    struct report report = {.length = 0};
    struct bytes typed = {0};
    const struct resident_question question = {
        .pin = &signature, .purpose = purpose, .tries = purpose == RESIDENT_CURRENT ? 5 : -1, .seconds = seconds,
        .also = {{.fd = -1}, {.fd = -1}}, .stopped = never_stopped,
    };
    report.code = bytes_locked(&typed, TYPED_MAX) ? resident_ask(r, &question, &typed) : CARD_NO_MEMORY;
    report.length = (uint8_t)typed.length;
    memcpy(report.typed, typed.at, typed.length);
    bytes_free(&typed);
    return report;
}

static void report_on(int out, struct report report)
{
    if (write(out, &report, sizeof report) != (ssize_t)sizeof report) {
        _exit(EXIT_FAILURE);
    }
}

/* The old PIN, the new one, one that the resident cancels, and one that nobody types. */
static void card_side(int out)
{
    struct resident r = {.practice = true};
    alarm(3 * DEADLINE_S);
    if (resident_open(&r, directory, "1", UINT32_MAX) != CARD_OK) {
        _exit(EXIT_FAILURE);
    }
    while (r.peer < 0) {
        struct pollfd wait = {.fd = r.listener, .events = POLLIN};
        poll(&wait, 1, -1);
        resident_pump(&r);
    }
    report_on(out, put(&r, RESIDENT_CURRENT, 90));
    resident_result(&r, RESIDENT_DONE, 5);
    report_on(out, put(&r, RESIDENT_NEW, 90));
    resident_result(&r, RESIDENT_DONE, 5);
    report_on(out, put(&r, RESIDENT_NEW, 90));
    resident_result(&r, RESIDENT_STOPPED, -1);
    report_on(out, put(&r, RESIDENT_NEW, 1));
    resident_result(&r, RESIDENT_TIMED_OUT, -1);
    resident_close(&r);
    _exit(EXIT_SUCCESS);
}

static int start(void **state)
{
    (void)state;
    char program[512];
    int ends[2];
    const char *folder = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/resident.XXXXXX", folder != NULL ? folder : "/tmp");
    if (mkdtemp(directory) == NULL || pipe(ends) != 0 || (child = fork()) < 0) {
        return -1;
    }
    if (child == 0) {
        card_side(ends[1]);
    }
    close(ends[1]);
    reports = ends[0];
    snprintf(program, sizeof program, "%s/madoguchi-resident", getenv("BUILD"));
    const char *argv[] = {program, "--runtime", directory, "--window", "1", "--language", "en", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "ASAN_OPTIONS=detect_leaks=0", NULL};
    terminal = terminal_start(argv, environment, 24, 80);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char socket[120];
    terminal_end(&terminal);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(reports);
    snprintf(socket, sizeof socket, "%s/window-1.resident", directory);
    unlink(socket);
    return rmdir(directory);
}

static void expect(const char *text)
{
    if (!terminal_wait_for(terminal, text)) {
        fail_msg("no \"%s\" on the screen:\n%s", text, terminal_screen(terminal));
    }
}

static void expect_report(enum card_code code, const char *typed)
{
    struct report report;
    struct pollfd wait = {.fd = reports, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, DEADLINE_S * 1000), 1);
    assert_int_equal(read(reports, &report, sizeof report), sizeof report);
    assert_int_equal(report.code, code);
    assert_int_equal(report.length, strlen(typed));
    assert_memory_equal(report.typed, typed, strlen(typed));
}

static void a_change_of_the_signature_password(void **state)
{
    (void)state;
    expect("1/1 Type your current PIN");
    expect("Tries left: 5");
    terminal_type(terminal, "OLDPIN1\r");
    expect_report(CARD_OK, "OLDPIN1");
    expect("1/2 Type your new PIN");
    terminal_type(terminal, "newpin22\r");
    expect("2/2 Type the same PIN again");
    terminal_type(terminal, "NEWPIN22\r");
    expect_report(CARD_OK, "NEWPIN22");
    expect("1/2 Type your new PIN");
    terminal_type(terminal, "\033");
    expect("Stop here?");
    terminal_type(terminal, "\033");
    expect_report(CARD_RESIDENT_CANCELLED, "");
    expect_report(CARD_RESIDENT_TIMEOUT, "");
    expect("Time is over.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_of_the_signature_password, start, end),
    };
    return cmocka_run_group_tests_name("resident and card process", tests, NULL, NULL);
}
