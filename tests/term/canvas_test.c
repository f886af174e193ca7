/* Cells, canvas and widgets, without a terminal. */
#include "tui/term/canvas.h"
#include "tui/term/cells.h"
#include "tui/term/widgets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *dump(const struct canvas *c)
{
    static char text[8192];
    canvas_dump(c, text, sizeof text);
    return text;
}

static void text_from_outside_is_cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"見本 花子", "見本 花子"},
        {"a\033[31mb\033[0mc", "abc"},
        {"a\033]0;title\ab", "ab"},
        {"a\033]0;title\033\\b", "ab"},
        {"a\033", "a"},
        {"a\033[", "a"},
        {"a\tb\nc\x7f" "d\x01", "a b c d "},
        {"a\xC2\x9B" "31mb", "a 31mb"},
        {"a\u202Eb\u2066c\u200Bd\uFEFF", "abcd"},
        {"a\xFF" "b", "a〓b"},
        {"外字\uE000", "外字〓"},
        {"葛\U000E0100城", "葛\U000E0100城"},
        {"か\u3099", "か\u3099"},
        {"𠮷野", "𠮷野"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[64];
        assert_string_equal(cells_clean(rows[i].text, out, sizeof out), rows[i].clean);
    }
}

static void cleaning_cuts_between_characters(void **state)
{
    (void)state;
    for (size_t size = 1; size < 12; size++) {
        char out[16];
        cells_clean("氏名a名", out, size);
        assert_true(strlen(out) < size);
        assert_memory_equal(out, "氏名a名", strlen(out));
        char again[16];
        assert_string_equal(cells_clean(out, again, sizeof again), out);
    }
}

static void widths_are_cells(void **state)
{
    (void)state;
    assert_int_equal(cells_width("氏名: 𠮷野"), 10);
    assert_int_equal(cells_width("ｶﾀｶﾅ"), 4);
    assert_int_equal(cells_width("葛\U000E0100城"), 4);
    assert_int_equal(cells_width("①→"), 2);
    assert_int_equal(cells_fit("氏名", 3), 3);
    assert_int_equal(cells_fit("葛\U000E0100城", 2), strlen("葛\U000E0100"));
    assert_int_equal(cells_fit("氏", 1), 0);
}

static void ambiguous_characters_are_replaced_where_they_are_wide(void **state)
{
    (void)state;
    char out[64];
    cells_set_ambiguous(CELLS_WIDE);
    assert_string_equal(cells_clean("①番→窓口…", out, sizeof out), "1番〓窓口...");
    assert_int_equal(cells_width(out), 2 + 1 + 2 + 4 + 3);
    cells_set_ambiguous(CELLS_NARROW);
    assert_string_equal(cells_clean("①→", out, sizeof out), "①→");
}

static void lines_break_as_japanese_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cells;
        const char *lines;
    } rows[] = {
        {"暗証番号を再設定します。", 10, "暗証番号を/再設定しま/す。"},
        {"ここで改行（かっこ）", 12, "ここで改行/（かっこ）"},
        {"press cancel on the pad", 10, "press/cancel on/the pad"},
        {"abcdefghij", 4, "abcd/efgh/ij"},
        {"一行目\n二行目", 20, "一行目/二行目"},
        {"まだカードには、何も書き込んでいません。", 38, "まだカードには、何も書き込んでいませ/ん。"},
        {"番号がカードに届いたか、まだ分かりません。", 38, "番号がカードに届いたか、/まだ分かりません。"},
        {"番号がカードに届いたか、まだ分かりません。\n記録済み。", 38, "番号がカードに届いたか、/まだ分かりません。/記録済み。"},
        {"氏", 1, ""},
        {"abc   def", 4, "abc/def"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[128] = "";
        const char *at = rows[i].text;
        while (*at != '\0') {
            const char *next;
            size_t length = cells_line(at, rows[i].cells, &next);
            strcat(lines, *lines != '\0' ? "/" : "");
            strncat(lines, at, length);
            assert_true(next > at);
            at = next;
        }
        assert_string_equal(lines, rows[i].lines);
    }
}

static void drawing_is_clipped_and_wide_characters_stay_whole(void **state)
{
    (void)state;
    struct canvas c = {0};
    assert_true(canvas_resize(&c, 3, 10));
    canvas_put(&c, 0, 7, -1, THEME_TEXT, "氏名");
    canvas_put(&c, 1, 0, 6, THEME_TEXT, "暗証番号");
    canvas_put(&c, 2, 0, -1, THEME_TEXT, "氏名");
    canvas_put(&c, 2, 1, 1, THEME_TEXT, "x");
    canvas_put(&c, 5, 0, -1, THEME_TEXT, "outside");
    canvas_put(&c, -1, -1, -1, THEME_TEXT, "outside");
    assert_string_equal(dump(&c), "       ..\n暗証..\n x名\n");
    canvas_free(&c);
}

static void a_dump_is_never_longer_than_its_room(void **state)
{
    (void)state;
    struct canvas c = {0};
    char small[8];
    assert_true(canvas_resize(&c, 2, 20));
    canvas_put(&c, 0, 0, -1, THEME_TEXT, "0123456789");
    assert_int_equal(canvas_dump(&c, small, sizeof small), 12);
    assert_string_equal(small, "0123456");
    assert_false(canvas_resize(&c, 0, 5));
    assert_false(canvas_resize(&c, 5, CANVAS_SIDE_MAX + 1));
    assert_int_equal(c.columns, 20);
    canvas_free(&c);
}

static void a_list_keeps_its_marker_in_sight(void **state)
{
    (void)state;
    struct widgets_list list = {0};
    struct key down = {.code = KEYS_DOWN}, end = {.code = KEYS_END}, home = {.code = KEYS_HOME},
               page = {.code = KEYS_PAGE_UP}, other = {.code = KEYS_TEXT, .rune = 'j'};
    assert_true(widgets_list_key(&list, 10, 4, &end));
    assert_int_equal(list.at, 9);
    assert_int_equal(list.first, 6);
    assert_true(widgets_list_key(&list, 10, 4, &page));
    assert_int_equal(list.at, 5);
    assert_int_equal(list.first, 5);
    assert_true(widgets_list_key(&list, 10, 4, &home));
    assert_int_equal(list.first, 0);
    assert_false(widgets_list_key(&list, 10, 4, &other));
    assert_true(widgets_list_key(&list, 0, 4, &down));
    assert_int_equal(list.at, 0);
}

static void a_field_takes_long_bursts_and_ends_at_its_room(void **state)
{
    (void)state;
    struct widgets_field field = {0};
    struct key kanji = {.code = KEYS_TEXT, .rune = 0x6C0F, .pasted = true}, back = {.code = KEYS_BACKSPACE},
               clear = {.code = KEYS_CONTROL, .rune = 'U'}, enter = {.code = KEYS_ENTER};
    for (int i = 0; i < 300; i++) {
        assert_true(widgets_field_key(&field, &kanji));
    }
    assert_int_equal(field.length, (WIDGETS_FIELD_MAX - 1) / 3 * 3);
    struct canvas c = {0};
    assert_true(canvas_resize(&c, 1, 20));
    widgets_field_draw(&c, 0, 5, 8, &field, true);
    assert_string_equal(dump(&c), "     氏氏氏\n");
    assert_int_equal(c.cursor_column, 11);
    canvas_free(&c);
    assert_true(widgets_field_key(&field, &back));
    assert_int_equal(field.length, (WIDGETS_FIELD_MAX - 1) / 3 * 3 - 3);
    assert_true(widgets_field_key(&field, &clear));
    assert_string_equal(field.text, "");
    assert_true(widgets_field_key(&field, &back));
    assert_false(widgets_field_key(&field, &enter));
}

static void ticks_and_markers_are_characters(void **state)
{
    (void)state;
    struct canvas c = {0};
    assert_true(canvas_resize(&c, 2, 20));
    widgets_tick(&c, 0, widgets_marker(&c, 0, 0, false), 18, true, "旅券");
    widgets_tick(&c, 1, widgets_marker(&c, 1, 0, true), 18, false, "運転免許証");
    assert_string_equal(dump(&c), "  [x] 旅券\n> [ ] 運転免許証\n");
    assert_int_equal(c.cursor_row, 1);
    assert_int_equal(c.cursor_column, 0);
    canvas_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_from_outside_is_cleaned),
        cmocka_unit_test(cleaning_cuts_between_characters),
        cmocka_unit_test(widths_are_cells),
        cmocka_unit_test(ambiguous_characters_are_replaced_where_they_are_wide),
        cmocka_unit_test(lines_break_as_japanese_is_written),
        cmocka_unit_test(drawing_is_clipped_and_wide_characters_stay_whole),
        cmocka_unit_test(a_dump_is_never_longer_than_its_room),
        cmocka_unit_test(a_list_keeps_its_marker_in_sight),
        cmocka_unit_test(a_field_takes_long_bursts_and_ends_at_its_room),
        cmocka_unit_test(ticks_and_markers_are_characters),
    };
    return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
