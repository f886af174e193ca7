/*
 * Text from outside on every screen: whatever a certificate, a card, an answer of the authority, a record or a
 * configuration says, a screen with it is the screen with the same text in plain letters, to the cell. No escape
 * sequence, control, bidirectional mark or line end of it has any effect.
 */
#include "forms/rules/profile.h"
#include "tui/screens/parts.h"
#include "tui/screens/screen.h"
#include "tui/screens/slip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEN(text) text text text text text text text text text text

/* As it comes, and what of it may be seen. */
static const struct {
    const char *raw, *plain;
} texts[] = {
    {"見本　\033[31;1m花子", "見本　 [31;1m花子"},
    {"見本　花子\033]", "見本　花子 ]"},
    {"\033]0;taken\a見本　花子\033c", " ]0;taken 見本　花子 c"},
    {"見本　花子\n   + 受付できます", "見本　花子    + 受付できます"},
    {"見本\r上書き\t太郎\b\b", "見本 上書き 太郎  "},
    {"\xC2\x9B" "2J見本", " 2J見本"},
    {"見本\xE2\x80\xAE 子花\xE2\x80\xAC", "見本 子花"},
    {"\xE2\x81\xA6見\xE2\x80\x8B本\xEF\xBB\xBF", "見本"},
    {"\xFF\xFE見本\xE3\x81", "〓〓見本〓"},
    {"見本\xEE\x80\x80", "見本〓"},
    {"見本\xE2\x80\xA8花子\xE2\x80\xA9", "見本 花子 "},
};

static struct desk_view desk;
static struct profile profile;
static struct screen_view view;
static char one[CANVAS_SIDE_MAX * 64], other[CANVAS_SIDE_MAX * 64];

static void put(char *field, size_t size, const char *text)
{
    snprintf(field, size, "%s", text);
}

/* A case of a certificate's renewal, `text` wherever a text comes from outside. */
static void make_view(enum words_language language, const char *text)
{
    static const uint8_t kinds[] = {CASE_INSTALL, CASE_PROVE};
    desk = (struct desk_view){.presence = CARD_IN_READER, .case_open = true, .card_known = true};
    for (uint8_t i = 0; i < sizeof kinds; i++) {
        desk.file.plan.steps[i] = (struct case_plan_step){.kind = kinds[i], .pin = PIN_SIG};
        desk.file.steps[i] = (struct case_step){.plan = desk.file.plan.steps[i], .state = CASE_STEP_IS_OPEN};
    }
    desk.file.plan.step_count = sizeof kinds;
    put(desk.card.auth_serial, sizeof desk.card.auth_serial, text);
    put(desk.centre_said, sizeof desk.centre_said, text);
    put(desk.last.module_name, sizeof desk.last.module_name, text);
    profile = (struct profile){.id = "made-up", .name = {"見本市", "Mihon"}, .office_count = 1};
    profile.offices[0].name = (struct text){"市民課", "Citizens"};
    view = (struct screen_view){.language = language, .practice = true, .profile = &profile, .desk = &desk, .reader = text,
                                .presenter_count = 1};
    struct desk_certificate *sig = &view.certificates[CARD_CERTIFICATE_SIG];
    *sig = (struct desk_certificate){.planned = true, .issued = CARD_YES, .name_differs = true};
    put(sig->name, sizeof sig->name, text);
    put(sig->old_name, sizeof sig->old_name, text);
    put(sig->serial, sizeof sig->serial, text);
    put(view.clerk, sizeof view.clerk, text);
    put(view.notice.first, sizeof view.notice.first, text);
    view.notice.id = "certificate.name";
    view.situation.procedure = PROCEDURE_RENEW;
    view.plan = desk.file.plan;
    view.slip = desk.file;
}

static void draw(enum screen_id id, int rows, int columns, char *out, size_t size)
{
    struct canvas canvas = {0};
    assert_true(canvas_resize(&canvas, rows, columns));
    screen_draw(id, &canvas, &view);
    canvas_dump(&canvas, out, size);
    canvas_free(&canvas);
}

static void a_text_from_outside_is_what_can_be_seen_of_it(void **state)
{
    (void)state;
    static const int sizes[][2] = {{24, 80}, {30, 132}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (int language = 0; language < WORDS_LANGUAGES; language++) {
            for (int id = 0; id < SCREENS * 2; id++) {
                const int *size = sizes[id / SCREENS];
                make_view((enum words_language)language, texts[i].raw);
                draw((enum screen_id)(id % SCREENS), size[0], size[1], one, sizeof one);
                make_view((enum words_language)language, texts[i].plain);
                draw((enum screen_id)(id % SCREENS), size[0], size[1], other, sizeof other);
                if (strcmp(one, other) != 0) {
                    fail_msg("text %zu on screen %s:\n%s\nbut plain\n%s", i, screens[id % SCREENS].name, one, other);
                }
            }
        }
    }
}

/* The screens above do show such texts: the name stands in the result, the reader on the desk. */
static void the_texts_are_on_the_screens(void **state)
{
    (void)state;
    static const enum screen_id shown[] = {SCREEN_DESK, SCREEN_RESULT, SCREEN_INSIST};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        make_view(WORDS_JA, "見本　花子");
        draw(shown[i], 24, 80, one, sizeof one);
        if (strstr(one, "見本　花子") == NULL) {
            fail_msg("no name on %s:\n%s", screens[shown[i]].name, one);
        }
    }
}

static const char *last_row(const char *screen)
{
    const char *row = screen;
    for (const char *at = screen; at[0] != '\0' && at[1] != '\0'; at++) {
        row = at[0] == '\n' ? at + 1 : row;
    }
    return row;
}

/* However long, and however many marks on a letter: the frame and the keys stay where they are. */
static void a_long_text_breaks_no_row(void **state)
{
    (void)state;
    static const char *const longs[] = {TEN("とても長い名前　"), "見\xCC\x81" TEN(TEN("\xCC\x81")) "本",
                                        TEN("A\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA6")};
    for (size_t i = 0; i < sizeof longs / sizeof *longs; i++) {
        for (int id = 0; id < SCREENS; id++) {
            size_t rows = 0;
            make_view(WORDS_JA, "見本");
            draw((enum screen_id)id, 24, 80, other, sizeof other);
            make_view(WORDS_JA, longs[i]);
            draw((enum screen_id)id, 24, 80, one, sizeof one);
            for (const char *at = one; *at != '\0'; at++) {
                rows += *at == '\n';
            }
            assert_int_equal(rows, 24);
            /* The title, and the last line with the keys. */
            assert_memory_equal(one, other, strcspn(other, "\n"));
            assert_string_equal(last_row(one), last_row(other));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_texts_are_on_the_screens),
        cmocka_unit_test(a_text_from_outside_is_what_can_be_seen_of_it),
        cmocka_unit_test(a_long_text_breaks_no_row),
    };
    return cmocka_run_group_tests_name("text from outside", tests, NULL, NULL);
}
