/*
 * The pinpad under the machine's pcscd and libccid, driven by the project's own PC/SC reader: PIN
 * verification and modification as part 10 has them, chained commands both ways, removal, and speed.
 */
#include "tests/practice/cards.h"

#include "cardops/authority/authority.h"
#include "cardops/reader/pcsc.h"

#include <dlfcn.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

enum { VERIFY = 0x42330006, MODIFY = 0x42330007, FEATURES = 0x42000D48, TLV = 0x42330012 };
enum { RATE_COMMANDS = 5000 };

static char stand[64], program[512];
static struct reader *r;
static struct bytes in, out;

/* One command to the stand; its exit status. */
static int practice(const char *a, const char *b, const char *c)
{
    char *const arguments[] = {program,   (char *)(uintptr_t)"--dir", stand,
                               (char *)(uintptr_t)a, (char *)(uintptr_t)b, (char *)(uintptr_t)c, NULL};
    pid_t pid;
    int status;
    assert_int_equal(posix_spawn(&pid, program, NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

/* Somebody at the pad: waits for the prompt, then acts. */
static pid_t somebody(const char *action, const char *argument)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(practice("wait-prompt", "20", NULL) || practice(action, argument, NULL));
    return pid;
}

static int group_setup(void **state)
{
    (void)state;
    char socket[128];
    const char *build = getenv("BUILD");
    snprintf(program, sizeof program, "%s/madoguchi-practice", build ? build : "build");
    snprintf(stand, sizeof stand, "%s", "/tmp/stack-test.XXXXXX");
    assert_non_null(mkdtemp(stand));
    if (practice("run", "--card", "adult") != 0)
        return -1;
    snprintf(socket, sizeof socket, "%s/run/pcscd.comm", stand);
    setenv("PCSCLITE_CSOCK_NAME", socket, 1);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    int status = practice("stop", NULL, NULL);
    nftw(stand, bench_remove, 8, FTW_DEPTH | FTW_PHYS);
    return status;
}

static int setup(void **state)
{
    (void)state;
    r = pcsc_reader_new("madoguchi-pad 00 00");
    assert_non_null(r);
    assert_int_equal(r->ops->open(r), READER_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    r->ops->power_off(r);
    r->ops->close(&r);
    bytes_free(&in), bytes_free(&out);
    return 0;
}

static void load(const char *hex)
{
    uint8_t raw[600];
    size_t n = bench_hex(hex, raw, sizeof raw);
    assert_true(bytes_set(&in, raw, n));
}

static unsigned status(void)
{
    assert_true(out.length >= 2);
    return (unsigned)out.at[out.length - 2] << 8 | out.at[out.length - 1];
}

static unsigned transmit(const char *hex)
{
    load(hex);
    assert_int_equal(r->ops->transmit(r, &in, &out), READER_OK);
    return status();
}

static unsigned at_pad(uint32_t code, const char *hex, const char *action, const char *argument)
{
    int done;
    load(hex);
    pid_t pid = somebody(action, argument);
    assert_int_equal(r->ops->control(r, code, &in, &out), READER_OK);
    assert_int_equal(waitpid(pid, &done, 0), pid);
    assert_int_equal(WEXITSTATUS(done), 0);
    return status();
}

/*
 * Waits until the service has seen it: connected to before that, a card is reset once more when the
 * service's next look finds it "new", and what was selected is lost without a word.
 */
static void seen(enum reader_presence wanted)
{
    time_t end = time(NULL) + 10;
    enum reader_presence now = READER_IS_AWAY;
    struct pollfd wait = {.fd = r->ops->watch_fd(r), .events = POLLIN};
    while (r->ops->presence(r, &now) == READER_OK && now != wanted && time(NULL) < end)
        poll(&wait, 1, 200);
    assert_int_equal(now, wanted);
}

static void connected(void)
{
    seen(READER_HAS_CARD);
    assert_int_equal(r->ops->connect(r), READER_OK);
}

#define VERIFY_FIXED "1E1E 02 04 00 0404 02 01 1104 00 000000 09000000 00200080 04 FFFFFFFF"
#define VERIFY_OPEN "1E1E 82 00 00 1004 02 01 1104 00 000000 05000000 00200080 00"
#define NEW_TWICE(header) \
    "1E1E 02 04 00 0000 0404 01 02 02 1104 000102 000000 09000000 " header " 04 FFFFFFFF"

static void features_and_limits_are_the_pads(void **state)
{
    (void)state;
    load("");
    assert_int_equal(r->ops->control(r, FEATURES, &in, &out), READER_OK);
    assert_memory_equal(out.at, "\x06\x04\x42\x33\x00\x06\x07\x04\x42\x33\x00\x07", 12);
    assert_int_equal(r->ops->control(r, TLV, &in, &out), READER_OK);
    assert_non_null(memmem(out.at, out.length, "\x06\x01\x04\x07\x01\x10", 6));
}

static void part_10_verifies_and_changes(void **state)
{
    (void)state;
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
    assert_int_equal(transmit("00A4020C020018"), 0x9000);
    assert_int_equal(at_pad(VERIFY, VERIFY_FIXED, "press", "1234E"), 0x9000);
    assert_int_equal(at_pad(VERIFY, VERIFY_OPEN, "press", "12345E"), 0x63C2);
    assert_int_equal(at_pad(VERIFY, VERIFY_OPEN, "press", "1234E"), 0x9000);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("00240180"), "press", "5678E5679E"), 0x6402);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("00240180"), "cancel", NULL), 0x6401);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("00240180"), "timeout", NULL), 0x6400);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("00240180"), "refuse", "6403"), 0x6403);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("00240180"), "press", "5678E5678E"), 0x9000);
    assert_int_equal(at_pad(VERIFY, VERIFY_FIXED, "press", "5678E"), 0x9000);
    load(NEW_TWICE("00D60000"));
    assert_int_equal(r->ops->control(r, MODIFY, &in, &out), READER_OK);
    assert_int_equal(status(), 0x6404);
    assert_int_equal(transmit(SELECT_JUKI), 0x9000);
    assert_int_equal(transmit("0020009C 04 31323334"), 0x9000);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("8032009C"), "press", "2468E2468E"), 0x9000);
    assert_int_equal(transmit("0020009C 04 32343638"), 0x9000);
}

static void long_commands_and_answers_are_chained(void **state)
{
    (void)state;
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
    assert_int_equal(transmit("00B08A0000"), 0x9000);
    assert_int_equal(out.length, 258);
    uint8_t command[7 + 1000] = {0x00, 0x20, 0x00, 0x9B, 0x00, 0x03, 0xE8};
    assert_true(bytes_set(&in, command, sizeof command));
    assert_int_equal(r->ops->transmit(r, &in, &out), READER_OK);
    assert_int_equal(status(), 0x63C4);
    assert_int_equal(transmit("00B08A00 000400"), 0x9000);
    assert_int_equal(out.length, 1026);
}

static void a_card_pulled_during_entry_ends_it(void **state)
{
    (void)state;
    int done;
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
    assert_int_equal(transmit("00A4020C020018"), 0x9000);
    load(VERIFY_FIXED);
    pid_t pid = somebody("remove", NULL);
    assert_int_not_equal(r->ops->control(r, VERIFY, &in, &out), READER_OK);
    assert_int_equal(waitpid(pid, &done, 0), pid);
    seen(READER_IS_EMPTY);
    r->ops->power_off(r);
    assert_int_equal(practice("insert", NULL, NULL), 0);
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
    assert_int_equal(transmit("00200098"), 0x63C3);
}

static bool link_transmit(void *context, const struct bytes *command, struct bytes *answer)
{
    struct reader *reader = context;
    return reader->ops->transmit(reader, command, answer) == READER_OK;
}

/* Out only while the service ends the connection: its own look every 400 ms never finds the reader empty. */
static void a_card_back_at_once_is_seen_by_the_next_program(void **state)
{
    connected();
    assert_int_equal(practice("remove", NULL, NULL), 0);
    r->ops->power_off(r);
    assert_int_equal(practice("insert", "adult", NULL), 0);
    r->ops->close(&r);
    setup(state);
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
}

/* GENERATE has extended length fields, which libccid carries in chained T=1 blocks. */
static void the_practice_module_works_through_the_driver(void **state)
{
    (void)state;
    char path[512], key_file[96];
    uint16_t sw;
    struct authority_session *session;
    const struct authority_link link = {r, link_transmit};
    const struct card_place auth = {
        .aid = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
        .aid_length = 10,
        .ef = 0x0018};
    struct authority_pin_command command;
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/practice-authority.so", build ? build : "build");
    snprintf(key_file, sizeof key_file, "%s/office.key", stand);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(library);
    const struct authority *a = dlsym(library, AUTHORITY_SYMBOL);
    assert_int_equal(practice("lock", "auth", NULL), 0);
    connected();
    assert_int_equal(a->open(&session, &link, key_file, &sw), AUTHORITY_OK);
    assert_int_equal(a->generate(session, AUTHORITY_KEY_AUTH, &out, &sw), AUTHORITY_OK);
    assert_int_equal(out.length, 270);
    assert_true(bytes_set(&in, out.at, out.length));
    assert_int_equal(a->pending(session, AUTHORITY_KEY_AUTH, &out, &sw), AUTHORITY_OK);
    assert_true(bytes_equal(&in, &out));
    assert_int_equal(a->unblock(session, &auth, &command, &sw), AUTHORITY_OK);
    assert_int_equal(at_pad(MODIFY, NEW_TWICE("002C0298"), "press", "1357E1357E"), 0x9000);
    a->close(&session);
    assert_int_equal(transmit("00200098 04 31333537"), 0x9000);
    dlclose(library);
}

static void a_mute_reader_is_away_and_comes_back(void **state)
{
    (void)state;
    seen(READER_HAS_CARD);
    assert_int_equal(practice("mute", NULL, NULL), 0);
    seen(READER_IS_AWAY);
    assert_int_equal(practice("unmute", NULL, NULL), 0);
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
}

static void round_trips_are_counted(void **state)
{
    (void)state;
    struct timespec a, b;
    connected();
    assert_int_equal(transmit(SELECT_JPKI), 0x9000);
    load("00200098");
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < RATE_COMMANDS; i++) {
        assert_int_equal(r->ops->transmit(r, &in, &out), READER_OK);
        assert_int_equal(status(), 0x63C3);
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    print_message("# %.0f APDU round trips a second\n", RATE_COMMANDS / seconds);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(features_and_limits_are_the_pads),
        TEST(part_10_verifies_and_changes),
        TEST(long_commands_and_answers_are_chained),
        TEST(a_card_pulled_during_entry_ends_it),
        TEST(a_card_back_at_once_is_seen_by_the_next_program),
        TEST(the_practice_module_works_through_the_driver),
        TEST(a_mute_reader_is_away_and_comes_back),
        TEST(round_trips_are_counted),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
