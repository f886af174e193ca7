/*
 * What was typed is nowhere once a question has ended: not in the program's memory, not on the terminal. Each
 * search first finds the PIN while it must be held. Needs the right to read a process that hides its memory: as
 * another user the test starts itself anew in a user namespace of its own.
 */
#include "cardops/client.h"
#include "tests/lib/memory_scan.h"
#include "tests/lib/resident_peer.h"
#include "tests/lib/terminal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Twelve characters do not occur by chance. Typed small, held as capitals. */
#define PIN "K7QX2MZ9WB4T"
#define TYPED "k7qx2mz9wb4t"
/* A mistyped second entry, to be found and missed by itself. */
#define SECOND "R5VJ8HNC3YD6"

enum {
    PIN_LENGTH = 12,
    RULE_MET = CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK | CARD_RESIDENT_RULE_MET
};

static struct peer peer;
static struct terminal *terminal;

static int start(void **state)
{
    (void)state;
    char program[512];
    snprintf(program, sizeof program, "%s/madoguchi-resident", getenv("BUILD"));
    peer_open(&peer);
    peer_listen(&peer);
    const char *argv[] = {program, "--runtime", peer.directory, "--window", "1", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "ASAN_OPTIONS=detect_leaks=0", NULL};
    terminal = terminal_start(argv, environment, 24, 80);
    peer_accept(&peer);
    return 0;
}

static int end(void **state)
{
    (void)state;
    terminal_end(&terminal);
    peer_close(&peer);
    return 0;
}

static void expect(const char *text)
{
    if (!terminal_wait_for(terminal, text)) {
        fail_msg("no \"%s\" on the screen:\n%s", text, terminal_screen(terminal));
    }
}

static int copies(const char *secret)
{
    assert_true(terminal_wait_idle(terminal));
    int found = memory_scan(terminal_pid(terminal), secret, PIN_LENGTH);
    assert_true(found >= 0);
    return found;
}

/* ECMA-48: where a control sequence at `at` ends, or a two- or three-character escape (ESC ( B). */
static const char *after_sequence(const char *at, const char *end)
{
    at++;
    if (at < end && *at == '[') {
        at++;
        while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x40) {
            at++;
        }
    } else {
        while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x30) {
            at++;
        }
    }
    return at < end ? at + 1 : at;
}

/* A letter was drawn, the letters of sequences not counted: what is typed comes to the terminal key by key, so that
 * a search for all of it in a row would not see it. */
static bool was_drawn(char letter)
{
    size_t count;
    const char *at = terminal_stream(terminal, &count), *end = at + count;
    while (at < end) {
        if (*at == letter) {
            return true;
        }
        at = *at == '\033' ? after_sequence(at, end) : at + 1;
    }
    return false;
}

static void expect_nowhere(void)
{
    static const char *const secrets[] = {PIN, SECOND};
    /* Letters of both that no page in Japanese has, nor a frame (x and q are lines in the graphic set). */
    static const char letters[] = "QXWRJYwjy";
    struct secret_form forms[SECRET_FORMS];
    size_t size;
    const char *stream = terminal_stream(terminal, &size);
    assert_true(terminal_wait_idle(terminal));
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        size_t count = secret_forms(secrets[i], forms);
        int found = memory_scan_forms(terminal_pid(terminal), forms, count);
        if (found != (int)count) {
            fail_msg("%s in memory, %s", secrets[i], found < 0 ? "unreadable" : forms[found].name);
        }
        for (size_t k = 0; k < count; k++) {
            assert_null(memmem(stream, size, forms[k].at, forms[k].length));
        }
    }
    for (size_t i = 0; letters[i] != '\0'; i++) {
        if (was_drawn(letters[i])) {
            fail_msg("%c was drawn", letters[i]);
        }
    }
    /* The searches find what is there: "English", "Tiếng Việt". */
    assert_non_null(memmem(stream, size, "English", strlen("English")));
    assert_true(was_drawn('E') && was_drawn('V'));
}

/* Asks, has the PIN typed and found in the program's memory. */
static void type_and_find(uint32_t number)
{
    peer_send(&peer, RESIDENT_ASK, peer_question(number));
    expect("1/2");
    terminal_type(terminal, TYPED);
    peer_receive_state(&peer, 1, RULE_MET);
    assert_true(copies(PIN) > 0);
}

/* As far as the second entry, which differs. */
static void type_both_and_find(uint32_t number)
{
    type_and_find(number);
    terminal_type(terminal, "\r" SECOND);
    peer_receive_state(&peer, 2, RULE_MET);
    assert_true(copies(SECOND) > 0);
}

/* --- every way a question ends ----------------------------------------------------------------------- */

static void an_entry_that_was_sent_is_gone(void **state)
{
    (void)state;
    type_and_find(1);
    terminal_type(terminal, "\r" PIN "\r");
    struct resident_answer entry = peer_receive(&peer, RESIDENT_ENTRY);
    assert_int_equal(entry.length, PIN_LENGTH);
    assert_memory_equal(entry.entry, PIN, PIN_LENGTH);
    expect("確認しています。");
    expect_nowhere();
    peer_send(&peer, RESIDENT_RESULT, (struct resident_ask){.number = 1, .outcome = RESIDENT_DONE, .tries = 5});
    expect("完了しました。");
    expect_nowhere();
}

static void two_that_differ_are_gone(void **state)
{
    (void)state;
    type_both_and_find(1);
    terminal_type(terminal, "\r");
    expect("2回の入力が違いました。");
    expect_nowhere();
}

static void a_cancelled_entry_is_gone(void **state)
{
    (void)state;
    type_both_and_find(1);
    terminal_type(terminal, "\033");
    expect("入力をやめますか？");
    terminal_type(terminal, "\033");
    expect("入力をやめました。");
    expect_nowhere();
}

static void an_erased_entry_is_gone(void **state)
{
    (void)state;
    type_and_find(1);
    for (int i = 0; i < PIN_LENGTH; i++) {
        terminal_type(terminal, "\b");
    }
    expect("いま0文字");
    expect_nowhere();
}

static void a_withdrawn_question_leaves_nothing(void **state)
{
    (void)state;
    type_both_and_find(1);
    peer_send(&peer, RESIDENT_IDLE, (struct resident_ask){.tries = -1});
    expect("お待ちください。");
    expect_nowhere();
}

static void a_result_in_the_middle_leaves_nothing(void **state)
{
    (void)state;
    type_both_and_find(1);
    peer_send(&peer, RESIDENT_RESULT, (struct resident_ask){.number = 1, .outcome = RESIDENT_STOPPED, .tries = -1});
    expect("手続きが途中で止まりました。");
    expect_nowhere();
}

static void a_lost_card_process_leaves_nothing(void **state)
{
    (void)state;
    type_both_and_find(1);
    peer_drop(&peer, true);
    expect("手続きが途中で止まりました。");
    expect_nowhere();
}

static void time_that_is_over_leaves_nothing(void **state)
{
    (void)state;
    struct resident_ask question = peer_question(1);
    question.seconds = 8;
    peer_send(&peer, RESIDENT_ASK, question);
    expect("1/2");
    terminal_type(terminal, TYPED);
    peer_receive_state(&peer, 1, RULE_MET);
    assert_true(copies(PIN) > 0);
    expect("時間切れです。");
    expect_nowhere();
}

static void what_was_typed_ahead_is_gone(void **state)
{
    (void)state;
    terminal_type(terminal, TYPED);
    assert_true(terminal_wait_idle(terminal));
    peer_send(&peer, RESIDENT_ASK, peer_question(1));
    /* Its digits have chosen a language on the way. */
    expect("_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _");
    expect_nowhere();
}

/* --- where it lies while it must be held ------------------------------------------------------------- */

/* Searches the mappings whose flags (proc(5), VmFlags) have all of `wanted`. */
static int copies_in_pages(pid_t pid, const char *const wanted[], const char *secret)
{
    char path[64], line[512];
    unsigned long from = 0, to = 0;
    int found = 0;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
    FILE *maps = fopen(path, "re");
    assert_true(memory >= 0 && maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        bool flagged = strncmp(line, "VmFlags:", 8) == 0;
        unsigned long first, last;
        if (sscanf(line, "%lx-%lx ", &first, &last) == 2) {
            from = first;
            to = last;
        }
        for (size_t i = 0; wanted[i] != NULL; i++) {
            flagged &= strstr(line, wanted[i]) != NULL;
        }
        static char page[65536];
        ssize_t count = flagged && to - from <= sizeof page ? pread(memory, page, to - from, (off_t)from) : 0;
        for (char *at = page; count > 0 && (at = memmem(at, (size_t)(page + count - at), secret, PIN_LENGTH)) != NULL; at++) {
            found++;
        }
        explicit_bzero(page, sizeof page);
    }
    fclose(maps);
    close(memory);
    return found;
}

static void every_copy_lies_in_pages_kept_from_core_and_swap(void **state)
{
    (void)state;
    /* AddressSanitizer makes mlock do nothing. */
#ifdef __SANITIZE_ADDRESS__
    static const char *const flags[] = {" dd", NULL};
#else
    static const char *const flags[] = {" dd", " lo", NULL};
#endif
    type_both_and_find(1);
    int all = copies(PIN);
    assert_true(all > 0);
    assert_int_equal(copies_in_pages(terminal_pid(terminal), flags, PIN), all);
}

static void no_core_file_is_ever_written(void **state)
{
    (void)state;
    char path[64], line[256];
    bool none = false;
    expect("お待ちください。");
    snprintf(path, sizeof path, "/proc/%d/limits", (int)terminal_pid(terminal));
    FILE *limits = fopen(path, "re");
    assert_non_null(limits);
    while (fgets(line, sizeof line, limits) != NULL) {
        unsigned long soft = 1, hard = 1;
        none |= sscanf(line, "Max core file size %lu %lu", &soft, &hard) == 2 && soft == 0 && hard == 0;
    }
    fclose(limits);
    assert_true(none);
}

#define WITH_PROGRAM(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(int argc, char *argv[])
{
    if (geteuid() != 0 && argc == 1) {
        execlp("unshare", "unshare", "--map-root-user", argv[0], "inside", (char *)NULL);
        perror("unshare");
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        WITH_PROGRAM(an_entry_that_was_sent_is_gone),
        WITH_PROGRAM(two_that_differ_are_gone),
        WITH_PROGRAM(a_cancelled_entry_is_gone),
        WITH_PROGRAM(an_erased_entry_is_gone),
        WITH_PROGRAM(a_withdrawn_question_leaves_nothing),
        WITH_PROGRAM(a_result_in_the_middle_leaves_nothing),
        WITH_PROGRAM(a_lost_card_process_leaves_nothing),
        WITH_PROGRAM(time_that_is_over_leaves_nothing),
        WITH_PROGRAM(what_was_typed_ahead_is_gone),
        WITH_PROGRAM(every_copy_lies_in_pages_kept_from_core_and_swap),
        WITH_PROGRAM(no_core_file_is_ever_written),
    };
    return cmocka_run_group_tests_name("resident leaks", tests, NULL, NULL);
}
