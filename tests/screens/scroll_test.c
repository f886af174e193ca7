/* Text and lists that are longer than the screen: the renewal of both certificates has fourteen steps. */
#include "tui/screens/parts.h"
#include "tui/term/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCREEN_MAX = 32 * 1024, CASES = 150 };

static struct desk_view desk;
static struct screen_view view;
static struct profile profile;
static struct ledger_entry cases[CASES];
static char shown[SCREEN_MAX];

static void add_step(struct case_plan *plan, enum case_kind kind, enum pin pin)
{
    plan->steps[plan->step_count++] = (struct case_plan_step){
        .kind = (uint8_t)kind, .pin = (uint8_t)pin, .way = pin == PIN_SIG ? CASE_BY_TERMINAL : CASE_BY_PAD};
}

/* As far as the signature certificate's key. */
static void make_both(struct case_file *file)
{
    static const enum case_kind made[] = {CASE_KEEP, CASE_KEY, CASE_CERTIFICATE, CASE_INSTALL, CASE_PROVE};
    static const enum pin order[] = {PIN_AUTH, PIN_SIG};
    enum { DONE = 9 };
    add_step(&file->plan, CASE_VERIFY, PIN_SIG);
    add_step(&file->plan, CASE_VERIFY, PIN_AUTH);
    for (size_t i = 0; i < 2; i++) {
        for (size_t kind = 0; kind < sizeof made / sizeof *made; kind++) {
            add_step(&file->plan, made[kind], order[i]);
        }
    }
    add_step(&file->plan, CASE_REVOKE, PIN_AUTH);
    add_step(&file->plan, CASE_REVOKE, PIN_SIG);
    for (size_t i = 0; i < file->plan.step_count; i++) {
        file->steps[i] = (struct case_step){.plan = file->plan.steps[i],
                                            .state = i < DONE ? CASE_STEP_IS_DONE : CASE_STEP_IS_OPEN};
    }
    file->steps[DONE].state = CASE_STEP_IS_NOT_DONE;
    file->steps[DONE].outcome.code = CARD_ABSENT;
}

static void make_view(enum words_language language, int rows, int columns)
{
    desk = (struct desk_view){.doing = DESK_STEPPING, .presence = CARD_IN_READER, .case_open = true, .card_known = true,
                              .card_is_the_cases = true, .step_since = 1763602920};
    desk.file = (struct case_file){.state = CASE_RUNNING, .id = "1-261120-001", .opened_at = 1763602320,
                                   .changed_at = 1763602943};
    strcpy(desk.file.opening.procedure, "renew");
    strcpy(desk.file.opening.presenter, "resident");
    make_both(&desk.file);
    profile = (struct profile){.id = "made-up", .name = {"見本市", "Mihon"}, .office_count = 1, .presenter_count = 1};
    profile.offices[0].name = (struct text){"市民課", "Citizens"};
    profile.presenters[0].id = "resident";
    view = (struct screen_view){.language = language, .practice = true, .rows = rows, .columns = columns,
                                .now = desk.step_since + 23, .profile = &profile, .desk = &desk, .reader = "pad",
                                .presenter_count = 1, .step = 9, .plan = desk.file.plan, .slip = desk.file};
    view.situation.procedure = PROCEDURE_RENEW;
    for (size_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        view.certificates[pin] = (struct desk_certificate){.planned = true, .valid_until = 20311120};
    }
    view.certificates[PIN_AUTH].proven = CARD_YES;
    view.certificates[PIN_SIG].key_pending = CARD_YES;
    for (int i = 0; i < CASES; i++) {
        cases[i] = (struct ledger_entry){.state = CASE_PARKED, .at = 1763602920 - 60 * i, .window = "1"};
        snprintf(cases[i].id, sizeof cases[i].id, "1-261120-%03d", CASES - i);
    }
    view.cases = cases;
    view.case_count = CASES;
}

static const char *draw(enum screen_id id)
{
    struct canvas canvas = {0};
    assert_true(canvas_resize(&canvas, view.rows, view.columns));
    screen_draw(id, &canvas, &view);
    canvas_dump(&canvas, shown, sizeof shown);
    canvas_free(&canvas);
    return shown;
}

static void expect_golden(enum screen_id id, const char *name)
{
    char path[256], golden[SCREEN_MAX] = "";
    const char *generate = getenv("GENERATE"), *screen = draw(id);
    snprintf(path, sizeof path, "tests/screens/golden/%s.screen", name);
    bool write = generate != NULL && *generate != '\0';
    FILE *file = fopen(path, write ? "we" : "re");
    assert_non_null(file);
    if (write) {
        fputs(screen, file);
    } else {
        golden[fread(golden, 1, sizeof golden - 1, file)] = '\0';
        if (strcmp(screen, golden) != 0) {
            fail_msg("%s: expected\n%s\nbut the screen is\n%s", path, golden, screen);
        }
    }
    fclose(file);
}

static void press(enum screen_id id, enum keys_code code)
{
    const struct key key = {.code = code};
    assert_int_equal(screen_key(id, &view, &key).act, ACT_NONE);
}

static void expect(enum screen_id id, const char *text)
{
    if (strstr(draw(id), text) == NULL) {
        fail_msg("no \"%s\" on\n%s", text, shown);
    }
}

static void expect_not(enum screen_id id, const char *text)
{
    if (strstr(draw(id), text) != NULL) {
        fail_msg("\"%s\" on\n%s", text, shown);
    }
}

static void both_certificates_at_eighty_by_twenty_four(void **state)
{
    (void)state;
    make_view(WORDS_JA, 24, 80);
    expect_golden(SCREEN_PLAN, "both-plan");
    press(SCREEN_PLAN, KEYS_PAGE_DOWN);
    expect_golden(SCREEN_PLAN, "both-plan-below");
    expect_golden(SCREEN_OPERATION, "both-operation");
    desk.doing = DESK_IDLE;
    expect_golden(SCREEN_RESULT, "both-result");
    press(SCREEN_RESULT, KEYS_END);
    expect_golden(SCREEN_RESULT, "both-result-below");
    expect_golden(SCREEN_SLIP, "both-slip");
    press(SCREEN_SLIP, KEYS_DOWN);
    press(SCREEN_SLIP, KEYS_PAGE_DOWN);
    expect_golden(SCREEN_SLIP, "both-slip-below");
}

static void both_certificates_in_english(void **state)
{
    (void)state;
    make_view(WORDS_EN, 24, 80);
    expect_golden(SCREEN_PLAN, "both-plan-en");
    expect_golden(SCREEN_RESULT, "both-result-en");
}

static void a_wide_terminal_scrolls_only_where_it_must(void **state)
{
    (void)state;
    make_view(WORDS_JA, 26, 120);
    expect_golden(SCREEN_PLAN, "both-plan-120x26");
    make_view(WORDS_JA, 40, 140);
    expect_not(SCREEN_PLAN, "PgUp/PgDn");
    press(SCREEN_PLAN, KEYS_END);
    expect(SCREEN_PLAN, " 1  署名用電子証明書の暗証番号を確かめる");
    expect(SCREEN_PLAN, "14  古い署名用電子証明書を失効させる");
}

/* Every row can be brought into sight, and no further. */
static void every_step_can_be_reached(void **state)
{
    (void)state;
    static const enum screen_id ids[] = {SCREEN_PLAN, SCREEN_RESULT, SCREEN_SLIP};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        make_view(WORDS_JA, 24, 80);
        expect_not(ids[i], "古い署名用電子証明書を失効させる");
        for (int down = 0; down < 100; down++) {
            press(ids[i], KEYS_DOWN);
        }
        expect(ids[i], "古い署名用電子証明書を失効させる");
        press(ids[i], KEYS_UP);
        expect_not(ids[i], "古い署名用電子証明書を失効させる");
        press(ids[i], KEYS_HOME);
        expect(ids[i], " 1-20/");
    }
}

/* Scrolled to the end, then the window grows: no empty rows where text could be. */
static void a_growing_window_shows_what_was_scrolled_away(void **state)
{
    (void)state;
    make_view(WORDS_JA, 24, 80);
    press(SCREEN_PLAN, KEYS_END);
    expect_not(SCREEN_PLAN, "次のことを行います");
    view.rows = 50;
    expect(SCREEN_PLAN, "次のことを行います");
}

/* The keys that scroll stand in the bottom line beside the screen's own. */
static void the_scrolling_keys_have_room_in_the_bottom_line(void **state)
{
    (void)state;
    static const enum screen_id lists[] = {SCREEN_FACTS, SCREEN_ATTRIBUTES, SCREEN_CASES};
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        make_view((enum words_language)language, 24, 80);
        size_t more = strlen(PARTS_MORE_KEYS) + 1 + cells_width(say(&view, "key.more")) + 2;
        for (size_t id = 0; id < SCREENS; id++) {
            bool scrolls = screens[id].flow != NULL;
            for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
                scrolls |= lists[i] == id;
            }
            size_t cells = 1;
            for (size_t k = 0; k < screen_key_count(&screens[id]); k++) {
                const struct screen_key *key = &screens[id].keys[k];
                char name[16];
                cells += key->unlisted ? 0
                                       : cells_width(screen_key_name(key, name, sizeof name)) + 1 +
                                             cells_width(say(&view, key->label)) + 2;
            }
            if (scrolls && cells + more > SCREEN_COLUMNS_LEAST) {
                fail_msg("%s, %s: %zu cells, and %zu", screens[id].name,
                         words_language_name((enum words_language)language), cells, more);
            }
        }
    }
}

static void all_cases_can_be_reached_and_are_counted(void **state)
{
    (void)state;
    const struct key enter = {.code = KEYS_ENTER};
    make_view(WORDS_JA, 24, 80);
    expect_golden(SCREEN_CASES, "cases-many");
    press(SCREEN_CASES, KEYS_END);
    expect(SCREEN_CASES, "> 1-261120-001");
    expect(SCREEN_CASES, "134-150/150");
    assert_int_equal(screen_key(SCREEN_CASES, &view, &enter).number, CASES - 1);
    view.rows = 40;
    press(SCREEN_CASES, KEYS_HOME);
    press(SCREEN_CASES, KEYS_PAGE_DOWN);
    expect(SCREEN_CASES, "> 1-261120-117");
    view.rows = 24;
    expect(SCREEN_CASES, "> 1-261120-117");
}

/* Under the documents there is room for five rows of what is missing: that there are more is said. */
static void what_is_missing_and_has_no_room_is_counted(void **state)
{
    (void)state;
    static const enum fact facts[] = {FACT_BIRTH, FACT_WARD, FACT_DOMICILE_HERE, FACT_SAME_HOUSEHOLD,
                                      FACT_AUTHORITY_CONFIRMED, FACT_BOOKING};
    make_view(WORDS_JA, 24, 80);
    view.verdict.kind = VERDICT_MISSING;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        view.verdict.missing[view.verdict.missing_count++] = (struct missing){.fact = (uint8_t)facts[i]};
    }
    expect(SCREEN_DOCUMENTS, " あと2行: F5/r 根拠 ");
    expect_not(SCREEN_DOCUMENTS, "予約があるか");
    view.rows = 30;
    expect(SCREEN_DOCUMENTS, "予約があるか");
    expect_not(SCREEN_DOCUMENTS, "あと");
}

/* Where only "too small" is shown, a key that nobody sees the effect of has none. */
static void keys_wait_for_a_screen_that_can_be_seen(void **state)
{
    (void)state;
    const struct key enter = {.code = KEYS_ENTER}, back = {.code = KEYS_ESCAPE};
    static const int sizes[][2] = {{23, 80}, {24, 79}, {1, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make_view(WORDS_JA, sizes[i][0], sizes[i][1]);
        assert_int_equal(screen_key(SCREEN_PLAN, &view, &enter).act, ACT_NONE);
        assert_int_equal(screen_key(SCREEN_PLAN, &view, &back).act, ACT_NONE);
    }
    make_view(WORDS_JA, 24, 80);
    assert_int_equal(screen_key(SCREEN_PLAN, &view, &enter).act, ACT_GO);
}

/* A notice is a whole sentence: where one row is too short for it, it takes two. */
static void no_notice_is_cut(void **state)
{
    (void)state;
    make_view(WORDS_EN, 24, 80);
    view.notice.id = "operation.no-back.terminal";
    expect(SCREEN_OPERATION, "To stop, Esc");
    expect(SCREEN_OPERATION, "terminal.\n F1/? Help");
    view.notice.id = "operation.no-back.wait";
    expect(SCREEN_OPERATION, " ! This cannot be stopped now. Please wait for its end.\n F1/? Help");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_certificates_at_eighty_by_twenty_four),
        cmocka_unit_test(both_certificates_in_english),
        cmocka_unit_test(a_wide_terminal_scrolls_only_where_it_must),
        cmocka_unit_test(every_step_can_be_reached),
        cmocka_unit_test(a_growing_window_shows_what_was_scrolled_away),
        cmocka_unit_test(the_scrolling_keys_have_room_in_the_bottom_line),
        cmocka_unit_test(keys_wait_for_a_screen_that_can_be_seen),
        cmocka_unit_test(no_notice_is_cut),
        cmocka_unit_test(what_is_missing_and_has_no_room_is_counted),
        cmocka_unit_test(all_cases_can_be_reached_and_are_counted),
    };
    return cmocka_run_group_tests_name("scrolling", tests, NULL, NULL);
}
