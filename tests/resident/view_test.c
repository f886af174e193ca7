/* Every page in every language fits the smallest terminal and a usual one, whole and without a cut. */
#include "tui/resident/view.h"
#include "tui/term/cells.h"
#include "tui/words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DUMP_MAX = 16384 };

static const struct entry_rule signature = {.minimum = 6, .maximum = 16, .letters = true, .mix = true, .fields = 2};
static const struct entry_rule digits = {.minimum = 4, .maximum = 4, .fields = 1};

static const struct {
    int rows, columns;
} sizes[] = {{VIEW_MINIMUM_ROWS, VIEW_MINIMUM_COLUMNS}, {11, 38}, {24, 80}};

/* --- what a page must say, whatever the size ----------------------------------------------------- */

static void squeeze(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (; *text != '\0' && used + 1 < size; text++) {
        if (*text != ' ' && *text != '\n') {
            out[used++] = *text;
        }
    }
    out[used] = '\0';
}

/* The text stands on the page, wherever it is broken into lines. A placeholder ends what is compared. */
static void expect_text(const char *dump, enum speech_language language, const char *id)
{
    char page[DUMP_MAX], wanted[1024];
    const char *text = words_catalogue_find(speech_catalogue(language), id);
    assert_non_null(text);
    squeeze(dump, page, sizeof page);
    squeeze(text, wanted, sizeof wanted);
    const char *piece = strrchr(wanted, '}');
    if (strstr(page, piece != NULL ? piece + 1 : wanted) == NULL) {
        fail_msg("%s: \"%s\" is not on the page:\n%s", speech_name(language), text, dump);
    }
}

static void draw(const struct view *view, int rows, int columns, char dump[DUMP_MAX])
{
    struct canvas c = {0};
    assert_true(canvas_resize(&c, rows, columns));
    bool whole = view_draw(&c, view);
    canvas_dump(&c, dump, DUMP_MAX);
    canvas_free(&c);
    if (getenv("SHOW") != NULL) {
        print_message("%s %dx%d\n%s\n", speech_name(view->language), columns, rows, dump);
    }
    if (!whole || strstr(dump, "..") != NULL || strstr(dump, "⟦") != NULL || strstr(dump, "〓") != NULL) {
        fail_msg("%s %dx%d does not fit:\n%s", speech_name(view->language), columns, rows, dump);
    }
}

/* Draws in every language and size; `ids` ends with NULL. */
static void expect_page(struct view view, const char *const ids[])
{
    char dump[DUMP_MAX];
    for (int language = 0; language < SPEECH_LANGUAGES; language++) {
        view.language = (enum speech_language)language;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            draw(&view, sizes[i].rows, sizes[i].columns, dump);
            for (size_t k = 0; ids[k] != NULL; k++) {
                expect_text(dump, view.language, ids[k]);
            }
        }
    }
}

static struct view view_of(enum view_page page, const char *pin, const struct entry_rule *rule)
{
    struct view view = {.page = page, .practice = true, .link = VIEW_CONNECTED, .rule = *rule, .seconds = 90, .tries = -1};
    snprintf(view.pin, sizeof view.pin, "%s", pin);
    return view;
}

/* --- the pages ----------------------------------------------------------------------------------- */

static void the_idle_page_says_how_things_stand(void **state)
{
    (void)state;
    struct view view = {.page = VIEW_IDLE, .practice = true};
    expect_page(view, (const char *const[]){"resident.idle.title", "resident.idle.waiting", "resident.practice", NULL});
    view.link = VIEW_CONNECTED;
    expect_page(view, (const char *const[]){"resident.idle.ready", NULL});
    view.link = VIEW_MIXED;
    expect_page(view, (const char *const[]){"resident.idle.mixed", NULL});
}

static void the_idle_page_offers_every_language_in_its_own_words(void **state)
{
    (void)state;
    char dump[DUMP_MAX];
    struct view view = {.page = VIEW_IDLE, .link = VIEW_CONNECTED};
    draw(&view, VIEW_MINIMUM_ROWS, VIEW_MINIMUM_COLUMNS, dump);
    for (int language = 0; language < SPEECH_LANGUAGES; language++) {
        char item[64];
        snprintf(item, sizeof item, "%d %s", language + 1,
                 speech_say((enum speech_language)language, "resident.language"));
        assert_non_null(strstr(dump, item));
    }
}

static void a_question_fits_with_every_note(void **state)
{
    (void)state;
    static const char *const notes[] = {
        [ENTRY_RAISED] = "resident.note.raised",         [ENTRY_REFUSED] = "resident.note.letters",
        [ENTRY_FULL] = "resident.note.full",             [ENTRY_UNFINISHED] = "resident.note.unfinished",
        [ENTRY_DIFFERENT] = "resident.note.different",
    };
    for (int note = ENTRY_RAISED; note <= ENTRY_DIFFERENT; note++) {
        struct view view = view_of(VIEW_ASK, "sig", &signature);
        view.note = (enum entry_note)note;
        view.checks = (struct entry_checks){.typed = 16, .length = true, .characters = true};
        expect_page(view, (const char *const[]){"resident.pin.sig", "resident.ask.new", "resident.check.letters",
                                                "resident.check.mix", "resident.key.next", "resident.key.cancel",
                                                notes[note], NULL});
    }
}

static void every_pin_and_purpose_fits(void **state)
{
    (void)state;
    static const char *const pins[] = {"sig", "auth", "juki", "kenmen"};
    for (size_t i = 0; i < 4; i++) {
        struct entry_rule rule = i == 0 ? signature : digits;
        char pin[32];
        snprintf(pin, sizeof pin, "resident.pin.%s", pins[i]);
        rule.fields = 1;
        struct view view = view_of(VIEW_ASK, pins[i], &rule);
        view.current = true;
        view.tries = 1;
        expect_page(view, (const char *const[]){pin, "resident.ask.current", "resident.note.last",
                                                "resident.key.finish", NULL});
        view.rule.fields = 2;
        view.field = 1;
        view.current = false;
        view.tries = -1;
        view.checks.typed = 3;
        expect_page(view, (const char *const[]){pin, "resident.ask.again", "resident.check.match",
                                                "resident.key.finish", NULL});
    }
}

static void staff_are_told_to_type_from_the_sheet(void **state)
{
    (void)state;
    struct view view = view_of(VIEW_ASK, "sig", &signature);
    view.staff = true;
    expect_page(view, (const char *const[]){"resident.staff.new", NULL});
    view.field = 1;
    expect_page(view, (const char *const[]){"resident.staff.again", NULL});
    view.current = true;
    view.field = 0;
    expect_page(view, (const char *const[]){"resident.staff.current", NULL});
    view.page = VIEW_END;
    expect_page(view, (const char *const[]){"resident.after.staff", NULL});
}

static void every_end_fits(void **state)
{
    (void)state;
    static const char *const ends[] = {
        [VIEW_DONE] = "resident.end.done",       [VIEW_WRONG] = "resident.end.tries",
        [VIEW_LOCKED] = "resident.end.locked",   [VIEW_STOPPED] = "resident.end.stopped",
        [VIEW_TIMED_OUT] = "resident.end.timed-out", [VIEW_CANCELLED] = "resident.end.cancelled",
    };
    struct view view = view_of(VIEW_END, "kenmen", &digits);
    for (int end = VIEW_DONE; end <= VIEW_CANCELLED; end++) {
        view.end = (enum view_end)end;
        view.tries = 2;
        expect_page(view, (const char *const[]){"resident.pin.kenmen", ends[end], "resident.after", NULL});
    }
    view.end = VIEW_WRONG;
    view.tries = -1;
    expect_page(view, (const char *const[]){"resident.end.wrong", NULL});
    view.page = VIEW_WAIT;
    expect_page(view, (const char *const[]){"resident.wait", NULL});
    view.page = VIEW_LEAVE;
    expect_page(view, (const char *const[]){"resident.leave", "resident.key.cancel", "resident.key.back", NULL});
}

static void a_roomy_terminal_says_what_the_pin_is_for(void **state)
{
    (void)state;
    static const char *const pins[] = {"sig", "auth", "juki", "kenmen"};
    char dump[DUMP_MAX], use[32];
    for (size_t i = 0; i < 4; i++) {
        struct view view = view_of(VIEW_ASK, pins[i], i == 0 ? &signature : &digits);
        snprintf(use, sizeof use, "resident.use.%s", pins[i]);
        for (int language = 0; language < SPEECH_LANGUAGES; language++) {
            view.language = (enum speech_language)language;
            draw(&view, 24, 80, dump);
            expect_text(dump, view.language, use);
            expect_text(dump, view.language, "resident.key.language");
        }
    }
}

static void japanese_and_english_offer_the_other_languages_in_any_size(void **state)
{
    (void)state;
    char dump[DUMP_MAX];
    struct view view = view_of(VIEW_ASK, "sig", &signature);
    for (size_t i = 0; i < 2; i++) {
        view.language = i == 0 ? SPEECH_JA : SPEECH_EN;
        draw(&view, VIEW_MINIMUM_ROWS, VIEW_MINIMUM_COLUMNS, dump);
        expect_text(dump, view.language, "resident.key.language");
    }
}

/* --- odd places ---------------------------------------------------------------------------------- */

static void a_bare_console_gets_plain_letters_only(void **state)
{
    (void)state;
    static const enum view_page pages[] = {VIEW_IDLE, VIEW_ASK, VIEW_LEAVE, VIEW_WAIT, VIEW_END};
    char dump[DUMP_MAX];
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct view view = view_of(pages[i], "sig", &signature);
        view.console = true;
        view.language = SPEECH_EN;
        for (int note = ENTRY_NOTHING; note <= ENTRY_DIFFERENT; note++) {
            view.note = (enum entry_note)note;
            draw(&view, 25, 80, dump);
            for (const char *at = dump; *at != '\0'; at++) {
                assert_true((unsigned char)*at < 0x80);
            }
        }
        if (pages[i] == VIEW_IDLE) {
            expect_text(dump, SPEECH_EN, "resident.console");
        }
    }
}

static void a_terminal_too_small_says_so(void **state)
{
    (void)state;
    char dump[DUMP_MAX];
    struct view view = view_of(VIEW_ASK, "sig", &signature);
    for (int rows = 1; rows < VIEW_MINIMUM_ROWS - 2; rows++) {
        struct canvas c = {0};
        assert_true(canvas_resize(&c, rows, 30));
        assert_false(view_draw(&c, &view));
        canvas_dump(&c, dump, sizeof dump);
        canvas_free(&c);
        assert_non_null(strstr(dump, "画面が小さすぎます"));
    }
}

static void an_unknown_pin_has_a_name_too(void **state)
{
    (void)state;
    struct view view = view_of(VIEW_ASK, "newpin", &digits);
    expect_page(view, (const char *const[]){"resident.pin.other", NULL});
}

static void time_is_shown_no_oftener_than_needed(void **state)
{
    (void)state;
    static const int shown[][2] = {{600, 600}, {541, 600}, {121, 180}, {120, 120}, {111, 120}, {90, 90},
                                   {89, 90},   {81, 90},   {80, 80},   {11, 20},   {10, 10},   {9, 9}, {0, 0}};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        assert_int_equal(view_seconds(shown[i][0]), shown[i][1]);
    }
}

/* --- words --------------------------------------------------------------------------------------- */

static unsigned placeholders(const char *text)
{
    unsigned seen = 0;
    for (const char *at = text; (at = strchr(at, '{')) != NULL; at++) {
        assert_true(at[1] >= '0' && at[1] <= '9' && at[2] == '}');
        seen |= 1U << (at[1] - '0');
    }
    return seen;
}

static void every_language_has_the_same_ids(void **state)
{
    (void)state;
    size_t count = 0;
    const char *id;
    while ((id = words_catalogue_id(speech_catalogue(SPEECH_JA), count)) != NULL) {
        for (int language = 0; language < SPEECH_LANGUAGES; language++) {
            const char *text = words_catalogue_find(speech_catalogue((enum speech_language)language), id);
            if (text == NULL || *text == '\0') {
                fail_msg("%s lacks %s", speech_name((enum speech_language)language), id);
            }
            assert_int_equal(placeholders(text), placeholders(speech_say(SPEECH_JA, id)));
        }
        count++;
    }
    for (int language = 0; language < SPEECH_LANGUAGES; language++) {
        assert_non_null(words_catalogue_id(speech_catalogue((enum speech_language)language), count - 1));
        assert_null(words_catalogue_id(speech_catalogue((enum speech_language)language), count));
    }
}

static void languages_are_known_by_name(void **state)
{
    (void)state;
    enum speech_language language = SPEECH_JA;
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        assert_true(speech_parse(speech_name((enum speech_language)i), &language));
        assert_int_equal(language, i);
    }
    assert_false(speech_parse("fr", &language));
    assert_false(speech_parse("", &language));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_idle_page_says_how_things_stand),
        cmocka_unit_test(the_idle_page_offers_every_language_in_its_own_words),
        cmocka_unit_test(a_question_fits_with_every_note),
        cmocka_unit_test(every_pin_and_purpose_fits),
        cmocka_unit_test(staff_are_told_to_type_from_the_sheet),
        cmocka_unit_test(every_end_fits),
        cmocka_unit_test(a_roomy_terminal_says_what_the_pin_is_for),
        cmocka_unit_test(japanese_and_english_offer_the_other_languages_in_any_size),
        cmocka_unit_test(a_bare_console_gets_plain_letters_only),
        cmocka_unit_test(a_terminal_too_small_says_so),
        cmocka_unit_test(an_unknown_pin_has_a_name_too),
        cmocka_unit_test(time_is_shown_no_oftener_than_needed),
        cmocka_unit_test(every_language_has_the_same_ids),
        cmocka_unit_test(languages_are_known_by_name),
    };
    return cmocka_run_group_tests_name("resident view", tests, NULL, NULL);
}
