/* The slip on paper: that of a renewal of both certificates has more lines than a page. */
#include "tui/counter_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { STEPS = 16, TEXT_MAX_BYTES = 16384 };

static char folder[64];
static struct counter counter;
static struct desk_view desk;
static struct profile profile;

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/print-test.XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int end(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void make_slip(void)
{
    struct screen_view *view = &counter.view;
    profile = (struct profile){.id = "made-up", .name = {"見本市", "Mihon"}, .office_count = 1, .presenter_count = 1};
    profile.offices[0].name = (struct text){"市民課", "Citizens"};
    profile.presenters[0].id = "resident";
    *view = (struct screen_view){.language = WORDS_JA, .profile = &profile, .desk = &desk, .practice = true};
    view->clock = (struct moment){{2026, 11, 24}, 600};
    struct case_file *file = &view->slip;
    *file = (struct case_file){.state = CASE_DONE, .id = "1-000001", .opened_at = 1795482000, .changed_at = 1795482300};
    strcpy(file->opening.procedure, "renew");
    strcpy(file->opening.presenter, "resident");
    file->plan.step_count = STEPS;
    for (size_t i = 0; i < STEPS; i++) {
        file->steps[i].state = CASE_STEP_IS_DONE;
        file->steps[i].plan.kind = i + 1 < STEPS ? CASE_PROVE : CASE_REVOKE;
    }
    for (size_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        view->certificates[pin] = (struct desk_certificate){.planned = true, .proven = CARD_YES, .valid_until = 20311120};
    }
    snprintf(counter.settings.paper.directory, sizeof counter.settings.paper.directory, "%s", folder);
}

static void every_step_is_on_paper(void **state)
{
    (void)state;
    char command[256], text[TEXT_MAX_BYTES] = "";
    make_slip();
    counter_print(&counter);
    snprintf(command, sizeof command, "pdftotext -layout '%s/slip-1-000001.pdf' -", folder);
    FILE *out = popen(command, "re");
    assert_non_null(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    assert_int_equal(pclose(out), 0);
    size_t proven = 0;
    for (const char *at = text; (at = strstr(at, "署名できることを確かめる")) != NULL; at++) {
        proven++;
    }
    assert_int_equal(proven, STEPS - 1);
    assert_non_null(strstr(text, "失効させる"));
    /* A form feed ends each page. */
    assert_ptr_not_equal(strchr(text, '\f'), strrchr(text, '\f'));
}

/* fontconfig keeps its caches until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(every_step_is_on_paper, begin, end)};
    return cmocka_run_group_tests_name("slip on paper", tests, NULL, NULL);
}
