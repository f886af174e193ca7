/*
 * A PIN of twelve digits, typed on the pad during a reset on real pcscd and libccid, is nowhere but in the pad
 * and on the card: each search first finds it in the pad. Needs the right to read processes that hide their
 * memory: as another user the test starts itself anew in a user namespace of its own.
 */
#include "tests/lib/memory_scan.h"
#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PIN "516384907263"

static struct secret_form forms[SECRET_FORMS];
static size_t form_count;

static struct session session, *s = &session;

static int open_all(void **state)
{
    (void)state;
    form_count = secret_forms(PIN, forms);
    session_open(s, "none");
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    session_close(s);
    return 0;
}

static int rest(void **state)
{
    (void)state;
    session_rest(s);
    return 0;
}

static void start(void)
{
    char more[256], command[512], data[128];
    session_fresh(s, "leaktest");
    /* The card's own PINs have twelve digits; the profile of the card says so too. */
    snprintf(data, sizeof data, "%s/config", s->folder);
    snprintf(command, sizeof command, "cp -r config %s && sed -i '/^\\[pin.auth\\]/,/^\\[pin.juki\\]/s/^\\(minimum\\|maximum\\) *=.*/\\1 = 12/' %s/cards/my-number.ini",
             s->folder, data);
    assert_int_equal(system(command), 0);
    session_stand(s, "lock\tauth");
    snprintf(more, sizeof more, "[log]\nfile = %s\nlevel = debug\n", session_path(s, "loud.log"));
    session_to_pad(s, &(struct session_setup){.more = more, .data = data});
}

static int in_proc_file(pid_t pid, const char *name, const struct secret_form *form)
{
    static char text[1 << 16];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t count = fread(text, 1, sizeof text, file);
    fclose(file);
    return memmem(text, count, form->at, form->length) != NULL;
}

/* The programs' memory, environment and command lines, every file of the session, the bytes of the screen. */
static void nowhere(void)
{
    size_t count;
    const char *stream = terminal_stream(s->clerk, &count);
    pid_t pids[] = {terminal_pid(s->clerk), session_card_process(s)};
    for (size_t p = 0; p < sizeof pids / sizeof *pids; p++) {
        int found = memory_scan_forms(pids[p], forms, form_count);
        if (found != (int)form_count) {
            fail_msg("%s in the %s", found < 0 ? "unreadable" : forms[found].name, p == 0 ? "clerk's program" : "card process");
        }
    }
    for (size_t i = 0; i < form_count; i++) {
        for (size_t p = 0; p < sizeof pids / sizeof *pids; p++) {
            assert_int_equal(in_proc_file(pids[p], "environ", &forms[i]) + in_proc_file(pids[p], "cmdline", &forms[i]), 0);
        }
        assert_null(memmem(stream, count, forms[i].at, forms[i].length));
        if (session_files_with(s, forms[i].at, forms[i].length) > 0) {
            fail_msg("%s in a file of the session", forms[i].name);
        }
    }
}

/* The searches see what is there: the log's words, the case in the record, the screen's sentences. */
static void the_searches_search(void)
{
    size_t count;
    const char *stream = terminal_stream(s->clerk, &count);
    assert_true(session_files_with(s, "step ", 5) > 0);
    assert_true(session_files_with(s, "990000000000009", 15) > 0);
    assert_non_null(memmem(stream, count, "990000000000009", 15));
    assert_true(memory_scan(terminal_pid(s->clerk), "990000000000009", 15) > 0);
}

static void no_core_is_made(pid_t pid)
{
    char path[64], line[256];
    bool none = false;
    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    FILE *limits = fopen(path, "re");
    assert_non_null(limits);
    while (fgets(line, sizeof line, limits) != NULL) {
        unsigned long soft = 1, hard = 1;
        none |= sscanf(line, "Max core file size %lu %lu", &soft, &hard) == 2 && soft == 0 && hard == 0;
    }
    fclose(limits);
    assert_true(none);
}

/* Twice all but the last key: the pad holds the digits, and nobody else has them. */
static void type_and_find(void)
{
    session_press(s, PIN "E" PIN);
    assert_true(memory_scan(s->stand, PIN, sizeof PIN - 1) > 0);
    nowhere();
}

static void after_a_reset(void **state)
{
    (void)state;
    start();
    type_and_find();
    session_stand(s, "press\tE");
    session_expect(s, "処理はカードで完了し");
    assert_true(session_pin_is(s, "leaktest", "auth", PIN));
    the_searches_search();
    nowhere();
    no_core_is_made(session_card_process(s));
}

static void after_a_cancelled_entry(void **state)
{
    (void)state;
    start();
    type_and_find();
    session_stand(s, "cancel");
    session_expect(s, "取り消されました");
    nowhere();
}

static void after_a_pulled_card(void **state)
{
    (void)state;
    start();
    session_stand(s, "pull-after\t1");
    type_and_find();
    session_stand(s, "press\tE");
    session_expect(s, "カードが抜かれました");
    nowhere();
}

int main(int argc, char *argv[])
{
    if (geteuid() != 0 && argc == 1) {
        execlp("unshare", "unshare", "--map-root-user", argv[0], "inside", (char *)NULL);
        perror("unshare");
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(after_a_reset, rest),
        cmocka_unit_test_teardown(after_a_cancelled_entry, rest),
        cmocka_unit_test_teardown(after_a_pulled_card, rest),
    };
    return cmocka_run_group_tests_name("leaks on pcscd and libccid", tests, open_all, close_all);
}
