/* The tables behind the screens: keys, sentences, messages of every code, and screens no session reaches. */
#include "cardops/issue/enrol.h"
#include "forms/rules/profile.h"
#include "tui/screens/messages.h"
#include "tui/screens/parts.h"
#include "tui/term/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_said(const char *id)
{
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        if (words_find((enum words_language)language, id) == NULL) {
            fail_msg("%s: %s is missing", words_language_name((enum words_language)language), id);
        }
    }
}

/* --- messages ---------------------------------------------------------------------------------- */

/* Every code of cardops/client.h; a new one without a sentence fails below. */
static const struct {
    unsigned first, last;
} card_codes[] = {
    {CARD_OK, CARD_OK},
    {CARD_NO_SERVICE, CARD_NOT_AUTHORISED},
    {CARD_NO_READER, CARD_READER_HELD},
    {CARD_ABSENT, CARD_REFUSED},
    {CARD_PIN_WRONG, CARD_PIN_FIRST},
    {CARD_NO_PAD, CARD_RESIDENT_LOST},
    {CARD_NO_MODULE, CARD_UNSUPPORTED},
    {CARD_NO_KEY, CARD_PROOF_FAILED},
    {CARD_BUSY, CARD_PROCESS_SILENT},
    {DESK_CENTRE + ENROL_NOT_ACCEPTED, DESK_CENTRE + ENROL_USAGE},
    {DESK_CENTRE_FINAL, DESK_CENTRE_DIED},
};

static void assert_message(const struct message *message, unsigned code)
{
    if (message == message_unknown()) {
        fail_msg("code %u has no sentences", code);
    }
    assert_said(message->happened);
    assert_said(message->truth);
    assert_said(message->act);
}

static void every_code_has_its_three_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof card_codes / sizeof *card_codes; i++) {
        for (unsigned code = card_codes[i].first; code <= card_codes[i].last; code++) {
            assert_message(message_of_card((enum card_code)code), code);
        }
    }
    for (unsigned fault = DESK_OK; fault <= DESK_NEEDS_RESET; fault++) {
        assert_message(message_of_desk((enum desk_fault)fault), fault);
    }
    for (unsigned fault = LEDGER_OK; fault <= LEDGER_NO_MEMORY; fault++) {
        assert_message(message_of_ledger((enum ledger_fault)fault), fault);
    }
    assert_said(message_unknown()->happened);
    assert_ptr_equal(message_of_card((enum card_code)9999), message_unknown());
    assert_ptr_equal(message_of_card((enum card_code)150), message_unknown());
}

static void assert_all_said(const char *prefix, const struct terms *terms)
{
    for (size_t i = 0; i < terms->count; i++) {
        char id[96];
        snprintf(id, sizeof id, "%s%s", prefix, terms->word[i]);
        if (terms->word[i][0] != '\0') {
            assert_said(id);
        }
    }
}

static void every_word_of_the_rules_has_a_name(void **state)
{
    (void)state;
    assert_all_said("procedure.", &terms_procedures);
    assert_all_said("presenter.", &terms_presenters);
    assert_all_said("pin.", &terms_pins);
    assert_all_said("verdict.", &terms_verdicts);
    assert_all_said("reroute.", &terms_ways_on);
    assert_all_said("attribute.", &terms_attributes);
    assert_all_said("shows.", &terms_shows);
    assert_all_said("from.", &terms_from);
    assert_all_said("sheet-fault.", &terms_faults);
    assert_all_said("answer.", terms_fact_values(FACT_IS_YES_NO));
    assert_all_said("pin-state.", terms_fact_values(FACT_IS_PIN));
    assert_all_said("certificate-state.", terms_fact_values(FACT_IS_STATE));
    for (uint8_t fact = 0; fact < FACTS_STATED; fact++) {
        char id[96];
        snprintf(id, sizeof id, "fact.%s", terms_word(&terms_facts, fact));
        assert_said(id);
    }
    for (int i = CASE_OPEN; i < CASE_STATES; i++) {
        char id[96];
        snprintf(id, sizeof id, "case-state.%s", case_state_word((enum case_state)i));
        assert_said(id);
    }
    for (int i = FAULT_NONE + 1; i < FAULT_CODE_COUNT; i++) {
        char id[96];
        snprintf(id, sizeof id, "fault.%s", fault_id((enum fault_code)i));
        assert_said(id);
    }
}

/* --- keys -------------------------------------------------------------------------------------- */

static void every_key_has_a_twin_and_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCREENS; i++) {
        char id[64];
        snprintf(id, sizeof id, "screen.%s", screens[i].name);
        assert_said(id);
        assert_said(screens[i].title);
        for (size_t k = 0; k < screen_key_count(&screens[i]); k++) {
            const struct screen_key *key = &screens[i].keys[k];
            assert_said(key->label);
            assert_said(key->help);
            assert_true(key->code < KEYS_F1 || key->twin != 0);
            /* Where letters are text, a letter can be no key. */
            assert_true(!screens[i].text || key->twin < ' ');
            for (size_t other = 0; other < k; other++) {
                const struct screen_key *before = &screens[i].keys[other];
                assert_true(key->twin == 0 || key->twin != before->twin);
                assert_true(key->code == KEYS_TEXT || key->code != before->code);
            }
        }
    }
}

static void every_key_line_fits_in_eighty_columns(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCREENS; i++) {
        for (int language = 0; language < WORDS_LANGUAGES; language++) {
            size_t cells = 1;
            for (size_t k = 0; k < screen_key_count(&screens[i]); k++) {
                const struct screen_key *key = &screens[i].keys[k];
                char name[16];
                if (!key->unlisted) {
                    cells += cells_width(screen_key_name(key, name, sizeof name)) + 1 +
                             cells_width(words_say((enum words_language)language, key->label)) + 2;
                }
            }
            if (cells - 2 >= SCREEN_COLUMNS_LEAST) {
                fail_msg("%s, %s: %zu cells", screens[i].name, words_language_name((enum words_language)language), cells);
            }
        }
    }
}

/* --- screens with a made-up view --------------------------------------------------------------- */

static struct desk_view desk;
static struct screen_view view;
static struct profile profile;
static char shown[16384];

static void make_view(enum words_language language)
{
    desk = (struct desk_view){.doing = DESK_STEPPING, .presence = CARD_IN_READER, .case_open = true, .at_pad_since = 1763602920};
    desk.file.plan.step_count = 1;
    desk.file.plan.steps[0] = (struct case_plan_step){.kind = CASE_RESET, .pin = PIN_AUTH};
    desk.file.steps[0] = (struct case_step){.plan = desk.file.plan.steps[0], .state = CASE_STEP_IS_INTENDED};
    profile = (struct profile){.id = "made-up", .name = {"見本市", "Mihon"}, .office_count = 1};
    profile.offices[0].name = (struct text){"市民課", "Citizens"};
    view = (struct screen_view){.language = language, .practice = true, .pad_key = "F12", .now = desk.at_pad_since + 23,
                                .profile = &profile, .desk = &desk, .reader = "pad", .presenter_count = 1};
    view.situation.procedure = PROCEDURE_RESET;
    view.plan = desk.file.plan;
}

static const char *draw(enum screen_id id, int rows, int columns)
{
    struct canvas canvas = {0};
    assert_true(canvas_resize(&canvas, rows, columns));
    screen_draw(id, &canvas, &view);
    canvas_dump(&canvas, shown, sizeof shown);
    canvas_free(&canvas);
    return shown;
}

static void the_clerk_reads_how_long_the_resident_is_at_the_pad(void **state)
{
    (void)state;
    make_view(WORDS_JA);
    const char *screen = draw(SCREEN_OPERATION, 24, 80);
    assert_non_null(strstr(screen, "ピンパッドで入力中です（10:42 から 23 秒、最長 90 秒）。"));
    assert_non_null(strstr(screen, "ピンパッドの取消キーを押してもらってください。"));
    assert_non_null(strstr(screen, "F12 で切り替えます"));
    assert_non_null(strstr(screen, "練習"));
}

static void the_last_try_wants_another_key_than_enter(void **state)
{
    (void)state;
    make_view(WORDS_JA);
    const struct key enter = {.code = KEYS_ENTER}, big_y = {.code = KEYS_TEXT, .rune = 'Y'};
    assert_non_null(strstr(draw(SCREEN_INSIST, 24, 80), "残り1回です"));
    assert_int_equal(screen_key(SCREEN_INSIST, &view, &enter).act, ACT_NONE);
    assert_int_equal(screen_key(SCREEN_INSIST, &view, &big_y).act, ACT_GO);
}

static void the_residents_terminal_shows_states_and_no_characters(void **state)
{
    (void)state;
    make_view(WORDS_JA);
    desk.at_pad_since = 0;
    desk.file.steps[0].plan.way = CASE_BY_TERMINAL;
    desk.resident = CARD_RESIDENT_CONNECTED | CARD_RESIDENT_TYPING | CARD_RESIDENT_LENGTH_OK;
    desk.field = desk.fields = 1;
    const char *screen = draw(SCREEN_OPERATION, 24, 80);
    assert_non_null(strstr(screen, "入力欄 1／1"));
    assert_non_null(strstr(screen, "桁数は足りています"));
    assert_non_null(strstr(screen, "文字の条件をまだ満たしていません"));
    assert_null(strstr(screen, "2回の入力"));
    desk.fields = 2;
    assert_non_null(strstr(draw(SCREEN_OPERATION, 24, 80), "2回の入力はまだ一致していません"));
}

static void practice_is_on_every_screen_and_nothing_is_unsaid(void **state)
{
    (void)state;
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        for (int id = 0; id < SCREENS; id++) {
            make_view((enum words_language)language);
            const char *screen = draw((enum screen_id)id, 24, 80);
            assert_non_null(strstr(screen, "練習"));
            if (strstr(screen, "\u27e6") != NULL) {
                fail_msg("%s", screen);
            }
        }
    }
}

static void every_size_is_drawn(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {1, 200}, {200, 1}, {23, 80}, {24, 79}, {24, 80}, {25, 80}, {50, 132}, {200, 300}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int id = 0; id < SCREENS; id++) {
            make_view(WORDS_JA);
            const char *screen = draw((enum screen_id)id, sizes[i][0], sizes[i][1]);
            bool small = sizes[i][0] < 24 || sizes[i][1] < 80;
            assert_true(small == (strstr(screen, "---") == NULL));
        }
    }
}

static void pasted_text_is_no_key(void **state)
{
    (void)state;
    make_view(WORDS_JA);
    const struct key pasted[] = {{.code = KEYS_TEXT, .rune = '2', .pasted = true},
                                 {.code = KEYS_TEXT, .rune = 'Q', .pasted = true},
                                 {.code = KEYS_ENTER, .pasted = true},
                                 {.code = KEYS_TEXT, .rune = ' ', .pasted = true}};
    static const enum screen_id ids[] = {SCREEN_DESK, SCREEN_PRESENTER, SCREEN_CARD, SCREEN_DOCUMENTS, SCREEN_PLAN, SCREEN_INSIST};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        for (size_t k = 0; k < sizeof pasted / sizeof *pasted; k++) {
            assert_int_equal(screen_key(ids[i], &view, &pasted[k]).act, ACT_NONE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_three_sentences),
        cmocka_unit_test(every_word_of_the_rules_has_a_name),
        cmocka_unit_test(every_key_has_a_twin_and_a_sentence),
        cmocka_unit_test(every_key_line_fits_in_eighty_columns),
        cmocka_unit_test(the_clerk_reads_how_long_the_resident_is_at_the_pad),
        cmocka_unit_test(the_last_try_wants_another_key_than_enter),
        cmocka_unit_test(the_residents_terminal_shows_states_and_no_characters),
        cmocka_unit_test(practice_is_on_every_screen_and_nothing_is_unsaid),
        cmocka_unit_test(every_size_is_drawn),
        cmocka_unit_test(pasted_text_is_no_key),
    };
    return cmocka_run_group_tests_name("rows of the screens", tests, NULL, NULL);
}
