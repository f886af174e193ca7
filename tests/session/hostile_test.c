/*
 * Hostile texts on real pcscd and libccid: a holder's name with escape sequences and bidirectional marks in the
 * certificate on the card and in the one that the authority issues, and words of the command line. The clerk's
 * screens and the commands' lines show plain letters, and no byte of a sequence reaches the terminal.
 */
#include "tests/session/enrolment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Takes the terminal's title, clears its screen, turns the writing round; with an open sequence at the end. */
#define OLD_NAME "見本\033[2J　\xE2\x80\xAE旧姓"
#define NEW_NAME "見本\033]taken\a　新\xC2\x9B" "1m\xE2\x81\xA6姓\033P"

static struct session session, *s = &session;

static const struct enrolment_card cards[] = {
    {"hostile", "990000000000049", OLD_NAME, "1985-04-12", "ABC123", ENROLMENT_ENDS, "2029-06-30", NULL},
};

static int open_all(void **state)
{
    (void)state;
    enrolment_open(s, cards, sizeof cards / sizeof *cards);
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

/* --- what may not be there ----------------------------------------------------------------------- */

static const char *const never[] = {"\033]", "\033P", "\a", "\xC2\x9B", "\xE2\x80\xAE", "\xE2\x81\xA6"};

static bool holds(const char *text, size_t count, const char *sequence)
{
    return memmem(text, count, sequence, strlen(sequence)) != NULL;
}

static void nothing_acts_on(const char *where, const char *text, size_t count)
{
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (holds(text, count, never[i])) {
            fail_msg("sequence %zu in %s", i, where);
        }
    }
}

static void nothing_acts_on_the_terminal(void)
{
    size_t count;
    const char *stream = terminal_stream(s->clerk, &count);
    nothing_acts_on("the terminal's stream", stream, count);
    assert_true(holds(stream, count, "\033["));
}

/* What a command prints, on both of its outputs. */
static void nothing_acts_in_output(const char *command, const char *says)
{
    char text[16384];
    FILE *from = popen(command, "re");
    assert_non_null(from);
    size_t count = fread(text, 1, sizeof text - 1, from);
    text[count] = '\0';
    pclose(from);
    nothing_acts_on(command, text, count);
    assert_false(holds(text, count, "\033"));
    if (strstr(text, says) == NULL) {
        fail_msg("no \"%s\" from %s:\n%s", says, command, text);
    }
}

/* --- a renewal ----------------------------------------------------------------------------------- */

/* The card was handed out with all that is on it; since then the register has the other name. */
static void rename_resident(void)
{
    char command[1024];
    session_stand(s, "remove");
    snprintf(command, sizeof command, "'%s/madoguchi-practice' --dir '%s' insert '%s'", getenv("BUILD"),
             session_path(s, "stand"), session_path(s, "cards/hostile.ini"));
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "sed -i 's/^name = .*/name = '\"$NEW_NAME\"'/' '%s'",
             session_path(s, "cards/hostile.ini"));
    assert_int_equal(setenv("NEW_NAME", NEW_NAME, 1), 0);
    assert_int_equal(system(command), 0);
}

/* Up to the new certificate's name, the password typed. */
static void renew(void)
{
    enrolment_clerk(s, "hostile");
    enrolment_resident(s);
    session_type(s, "カードあり", "3");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "[x] 署名用", "\033[B ");
    session_type(s, "[ ] 利用者証明用", "\r");
    session_type(s, "署名用電子証明書の有効期限", "20261224\r\r");
    session_type(s, "本人のもう1点の本人確認書類", " ");
    session_type(s, "受付できます", "\r");
    session_type(s, "次のことを行います", "\r");
    enrolment_type(s, "いまの暗証番号を入力", "ABC123\r");
    session_expect(s, "カードには未書込です");
}

static void a_holders_name_is_shown_in_plain_letters(void **state)
{
    (void)state;
    rename_resident();
    renew();
    session_screen(s, "新しい署名用電子証明書の氏名", "hostile-name");
    terminal_type(s->clerk, "\r");
    session_screen(s, "正しいときだけ F9", "hostile-insist");
    nothing_acts_on_the_terminal();
    terminal_type(s->clerk, "Y");
    session_type(s, "署名用電子証明書は 2029年6月30日（土）まで有効です", "\r");
    session_screen(s, "カードをお返しください", "hostile-slip");
    nothing_acts_on_the_terminal();
    enrolment_is_done(s, ENROLMENT_SIG);
}

/* --- the command line ------------------------------------------------------------------------------ */

#define RED "\033[31m"
#define ROUND "\xE2\x80\xAE"

static void words_of_the_command_line_do_not_act(void **state)
{
    (void)state;
    static const struct {
        const char *words, *says;
    } rows[] = {
        {"'ex" RED ROUND "plain'", "「ex [31mplain」が分かりません"},
        {"explain --data config --city 'mi\xC2\x9B" "31mnoh'", "「mi 31mnoh」が分かりません"},
        {"explain --data config --city minoh --procedure 're" RED "\a" ROUND "set'", "re [31m set"},
        {"explain --data config --city './mi" RED ROUND "noh.ini' --procedure reset --presenter resident", "./mi"},
        {"check './mi" RED ROUND "noh.ini'", "./mi"},
        {"check --" RED ROUND "x", "[31mx"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char command[1024];
        snprintf(command, sizeof command, "'%s/madoguchi' %s 2>&1", getenv("BUILD"), rows[i].words);
        nothing_acts_in_output(command, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_holders_name_is_shown_in_plain_letters, rest),
        cmocka_unit_test(words_of_the_command_line_do_not_act),
    };
    return cmocka_run_group_tests_name("hostile texts on pcscd and libccid", tests, open_all, close_all);
}
