/* What the clerk sees while the resident types on the second terminal: the field and its rule, never a character. */
#include "tests/lib/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The card's own, and one that does not occur by chance. */
#define OLD "ABC123"
#define NEW "T6RW9KX2MB4Q"

/* The rows of the clerk's screen, one below the other. */
#define CURRENT_EMPTY \
    "     入力欄 1／1\n" \
    "     入力はまだです\n" \
    "     桁数はまだ足りません\n" \
    "     文字の条件をまだ満たしていません\n"
#define CURRENT_MET \
    "     入力欄 1／1\n" \
    "   + 入力が始まりました\n" \
    "   + 桁数は足りています\n" \
    "   + 文字の条件を満たしています\n"
#define NEW_EMPTY \
    "     入力欄 1／2\n" \
    "     入力はまだです\n" \
    "     桁数はまだ足りません\n" \
    "     文字の条件をまだ満たしていません\n" \
    "     2回の入力はまだ一致していません\n"
#define NEW_SHORT \
    "     入力欄 1／2\n" \
    "   + 入力が始まりました\n" \
    "     桁数はまだ足りません\n" \
    "     文字の条件をまだ満たしていません\n" \
    "     2回の入力はまだ一致していません\n"
#define NEW_MET \
    "     入力欄 1／2\n" \
    "   + 入力が始まりました\n" \
    "   + 桁数は足りています\n" \
    "   + 文字の条件を満たしています\n" \
    "     2回の入力はまだ一致していません\n"
#define NEW_MATCH \
    "     入力欄 2／2\n" \
    "   + 入力が始まりました\n" \
    "   + 桁数は足りています\n" \
    "   + 文字の条件を満たしています\n" \
    "   + 2回の入力が一致しています\n"
#define NEW_MATCH_EN \
    "     field 2 of 2\n" \
    "   + typing has begun\n" \
    "   + the length is enough\n" \
    "   + the rule is met\n" \
    "   + both entries match\n"

static struct clerk *clerk;
static struct terminal *resident;

static int end(void **state)
{
    (void)state;
    terminal_end(&resident);
    clerk_end(&clerk);
    return 0;
}

static void on_terminal(const char *text, const char *keys)
{
    if (!terminal_wait_for(resident, text)) {
        fail_msg("no \"%s\" on the resident's terminal:\n%s", text, terminal_screen(resident));
    }
    assert_true(terminal_wait_idle(resident));
    terminal_type(resident, keys);
}

static void start(const char *card, const char *language, const char *connected)
{
    clerk = clerk_start(&(struct clerk_setup){.card = card, .option = "--language", .value = language});
    clerk_expect(clerk, "F10/Q");
    resident = clerk_resident(clerk);
    clerk_expect(clerk, connected);
    assert_true(terminal_wait_gone(clerk_terminal(clerk), "not connected"));
}

/* From the desk to the first question on the resident's terminal. */
static void change(void)
{
    terminal_type(clerk_terminal(clerk), "1");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_type(clerk, "3回", " ");
    clerk_type(clerk, "[x]", "\r");
    clerk_type(clerk, "暗証番号（すべて）", " ");
    assert_true(terminal_wait_gone(clerk_terminal(clerk), "未確認"));
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_type(clerk, "不足があります", " ");
    clerk_type(clerk, "受付できます", "\r");
    clerk_type(clerk, "次のことを行います", "\r");
}

static void never_a_character(void)
{
    static const char *const typed[] = {OLD, NEW};
    size_t count;
    const char *stream = terminal_stream(clerk_terminal(clerk), &count);
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        assert_null(memmem(stream, count, typed[i], strlen(typed[i])));
    }
    /* The search finds what is there: the card's serial. */
    assert_non_null(memmem(stream, count, "9900000000000", 13));
}

static void each_field_of_a_change(void **state)
{
    (void)state;
    start("adult", "ja", "接続中");
    change();
    clerk_expect(clerk, CURRENT_EMPTY);
    on_terminal("いまの暗証番号", OLD);
    clerk_expect(clerk, CURRENT_MET);
    on_terminal("いまの暗証番号", "\r");
    clerk_expect(clerk, NEW_EMPTY);
    on_terminal("新しい暗証番号", "T6RW9");
    clerk_expect(clerk, NEW_SHORT);
    on_terminal("新しい暗証番号", "KX2MB4Q");
    clerk_expect(clerk, NEW_MET);
    on_terminal("新しい暗証番号", "\r" NEW);
    clerk_expect(clerk, NEW_MATCH);
    never_a_character();
    on_terminal("もう一度", "\r");
    clerk_expect(clerk, "処理はカードで完了し");
    never_a_character();
}

static void the_same_in_english(void **state)
{
    (void)state;
    start("locked", "en", "connected");
    terminal_type(clerk_terminal(clerk), "2");
    clerk_type(clerk, "Who has come?", "1");
    clerk_type(clerk, "locked (0)", "\033[H ");
    clerk_type(clerk, "> [x]", "\r");
    clerk_type(clerk, "Something is missing", " ");
    clerk_type(clerk, "Can be accepted", "\r");
    clerk_type(clerk, "This will be done", "\r");
    clerk_expect(clerk, "field 1 of 2");
    on_terminal("新しい暗証番号", NEW "\r" NEW);
    clerk_expect(clerk, NEW_MATCH_EN);
    never_a_character();
}

/* A terminal that goes away in the middle leaves no field on the clerk's screen. */
static void a_lost_terminal_shows_no_field(void **state)
{
    (void)state;
    start("adult", "ja", "接続中");
    change();
    clerk_expect(clerk, "入力欄 1／1");
    terminal_end(&resident);
    clerk_expect(clerk, "住民用端末との接続が切れました");
    resident = clerk_resident(clerk);
    assert_true(terminal_wait_for(resident, "お待ちください"));
    clerk_type(clerk, "接続されてから Enter", "\r");
    on_terminal("いまの暗証番号", OLD);
    clerk_expect(clerk, CURRENT_MET);
}

/* What would stop it is at the resident's terminal, and that is said. */
static void no_way_back_but_at_the_terminal(void **state)
{
    (void)state;
    start("adult", "ja", "接続中");
    change();
    clerk_type(clerk, CURRENT_EMPTY, "q");
    clerk_expect(clerk, "住民用端末で Esc を押してもらってください");
    on_terminal("いまの暗証番号", "\033");
    on_terminal("入力をやめますか", "\033");
    clerk_expect(clerk, "住民用端末で取り消されました");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_field_of_a_change, end),
        cmocka_unit_test_teardown(the_same_in_english, end),
        cmocka_unit_test_teardown(no_way_back_but_at_the_terminal, end),
        cmocka_unit_test_teardown(a_lost_terminal_shows_no_field, end),
    };
    return cmocka_run_group_tests_name("typing", tests, NULL, NULL);
}
