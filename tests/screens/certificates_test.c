/* What plan and result say of certificates: until when, what ends with a new key, what the authority has said, and a
 * reader that is away. */
#include "tui/screens/messages.h"
#include "tui/screens/screen.h"
#include "tui/screens/steps.h"

#include "cardops/issue/enrol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SIG = CARD_CERTIFICATE_SIG, AUTH = CARD_CERTIFICATE_AUTH, SCREEN_MAX = 32 * 1024 };

static struct desk_view desk;
static struct screen_view view;
static struct profile profile;
static char shown[SCREEN_MAX];

/* A renewal of both, both in place; the view's step is the revocation. */
static int make_view(void **state)
{
    static const enum case_kind kinds[] = {CASE_VERIFY, CASE_KEY, CASE_CERTIFICATE, CASE_INSTALL, CASE_REVOKE};
    struct case_plan *plan = &desk.file.plan;
    (void)state;
    desk = (struct desk_view){.presence = CARD_IN_READER, .case_open = true, .card_known = true,
                              .card_is_the_cases = true, .keeps_old_key = CARD_YES, .card.expiry = 20330401};
    desk.file.planned = true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (uint8_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
            struct case_step *step = &desk.file.steps[plan->step_count];
            step->plan = (struct case_plan_step){.kind = (uint8_t)kinds[i], .pin = pin};
            step->state = CASE_STEP_IS_DONE;
            plan->steps[plan->step_count++] = step->plan;
        }
    }
    profile = (struct profile){.id = "made-up", .name = {"見本市", "Mihon"}, .office_count = 1};
    view = (struct screen_view){.practice = true, .rows = 50, .columns = 200, .profile = &profile, .desk = &desk,
                                .reader = "pad", .step = plan->step_count - 1, .plan = *plan};
    view.verdict.ends[SIG] = view.verdict.ends[AUTH] = (struct date){2031, 11, 20};
    for (size_t pin = 0; pin < CASE_CERTIFICATES; pin++) {
        view.certificates[pin] = (struct desk_certificate){.planned = true, .installed = CARD_YES, .proven = CARD_YES,
                                                           .old_usable = CARD_NO, .valid_until = 20311120};
    }
    return 0;
}

static const char *draw(enum screen_id id, enum words_language language)
{
    struct canvas canvas = {0};
    view.language = language;
    assert_true(canvas_resize(&canvas, view.rows, view.columns));
    screen_draw(id, &canvas, &view);
    canvas_dump(&canvas, shown, sizeof shown);
    canvas_free(&canvas);
    assert_null(strstr(shown, "\u27e6"));
    return shown;
}

static void says(enum screen_id id, const char *japanese, const char *english)
{
    if (strstr(draw(id, WORDS_JA), japanese) == NULL || strstr(draw(id, WORDS_EN), english) == NULL) {
        fail_msg("\"%s\" or \"%s\" is not on\n%s", japanese, english, shown);
    }
}

static void says_nothing_of(enum screen_id id, const char *japanese)
{
    if (strstr(draw(id, WORDS_JA), japanese) != NULL) {
        fail_msg("\"%s\" is on\n%s", japanese, shown);
    }
}

/* --- until when ---------------------------------------------------------------------------------- */

static void the_plan_says_until_when(void **state)
{
    (void)state;
    says(SCREEN_PLAN, "利用者証明用電子証明書の新しい有効期限の見込み: 2031年11月20日（木）", "expected to be valid until");
    says_nothing_of(SCREEN_PLAN, "計算できません");
    view.verdict.ends[SIG] = (struct date){0};
    says(SCREEN_PLAN, "カードの有効期限 2033年4月1日（金）", "not beyond the card");
}

/* Each certificate by itself: it is enough that one is not as expected. */
static void a_difference_to_our_reckoning_is_shown(void **state)
{
    static const struct {
        uint32_t sig, auth;
        bool shown;
    } rows[] = {
        {20311120, 20311120, false}, {20301120, 20311120, true}, {20311120, 20301120, true},
        {20311120, 20321120, true},  {0, 20301120, true},        {0, 20311120, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        view.certificates[SIG].valid_until = rows[i].sig;
        view.certificates[AUTH].valid_until = rows[i].auth;
        if (rows[i].shown) {
            says(SCREEN_RESULT, "画面の見込みは 2031年11月20日（木） でした", "2031");
        } else {
            says_nothing_of(SCREEN_RESULT, "画面の見込み");
        }
    }
}

/* Without a birth date there is no forecast; what no certificate outlives is known all the same. */
static void an_end_beyond_card_or_authentication_is_shown(void **state)
{
    static const struct {
        uint32_t sig, auth;
        const char *cap; /* NULL: nothing is wrong */
    } rows[] = {
        {20311120, 20311120, NULL},
        {20330401, 20330401, NULL},
        {20330402, 0, "2033年4月1日"},
        {20311121, 20311120, "2031年11月20日"},
        {20320101, 0, NULL},
    };
    (void)state;
    view.verdict.ends[SIG] = view.verdict.ends[AUTH] = (struct date){0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        view.certificates[SIG].valid_until = rows[i].sig;
        view.certificates[AUTH].valid_until = rows[i].auth;
        if (rows[i].cap != NULL) {
            says(SCREEN_RESULT, rows[i].cap, "It should not be valid beyond");
        } else {
            says_nothing_of(SCREEN_RESULT, "超えないはず");
        }
    }
    view.certificates[AUTH].planned = false;
    view.certificates[AUTH].valid_until = 0;
    desk.card.auth_until = 20300101;
    says(SCREEN_RESULT, "2030年1月1日", "It should not be valid beyond");
}

/* --- before the key is made ------------------------------------------------------------------------ */

static void a_card_that_gives_its_old_key_away_is_told_before(void **state)
{
    (void)state;
    says_nothing_of(SCREEN_PLAN, "前の電子証明書はすぐに使えなくなります");
    desk.keeps_old_key = CARD_NO;
    says(SCREEN_PLAN, "前の電子証明書はすぐに使えなくなります", "the old certificate ends as soon as");
    desk.card.certificates[SIG] = desk.card.certificates[AUTH] = CARD_NO;
    says_nothing_of(SCREEN_PLAN, "前の電子証明書はすぐに使えなくなります");
}

static void a_pin_set_anew_is_typed_again(void **state)
{
    (void)state;
    says_nothing_of(SCREEN_PLAN, "もう一度入力していただきます");
    view.plan.steps[0].kind = CASE_RESET;
    says(SCREEN_PLAN, "もう一度入力していただきます", "typed once more");
}

/* --- what the authority has said ------------------------------------------------------------------- */

static void ended_with(uint32_t code, enum case_step_state state)
{
    desk.file.steps[view.step].state = (uint8_t)state;
    desk.file.steps[view.step].outcome.code = code;
}

static void of_a_revocation_what_is_said_is_true(void **state)
{
    (void)state;
    ended_with(DESK_CENTRE_FINAL, CASE_STEP_IS_REFUSED);
    says(SCREEN_RESULT, "失効を受け付けませんでした", "does not revoke it");
    says(SCREEN_RESULT, "認証局が却下", "refused");
    ended_with(DESK_CENTRE + ENROL_REFUSED, CASE_STEP_IS_NOT_DONE);
    says(SCREEN_RESULT, "まだ失効していません", "not revoked at the authority yet");
    says_nothing_of(SCREEN_RESULT, "発行され");
    ended_with(DESK_CENTRE + ENROL_UNREACHABLE, CASE_STEP_IS_UNKNOWN);
    says(SCREEN_RESULT, "失効したかどうか、まだ分かりません", "Whether the old one is revoked is not known");
    says_nothing_of(SCREEN_RESULT, "発行され");
}

static void of_a_card_without_its_old_key_what_is_said_is_true(void **state)
{
    (void)state;
    view.step = 5;
    assert_int_equal(desk.file.steps[view.step].plan.kind, CASE_CERTIFICATE);
    ended_with(DESK_CENTRE + ENROL_UNREACHABLE, CASE_STEP_IS_UNKNOWN);
    says(SCREEN_RESULT, "カードの前の電子証明書は、もう使えません", "can no longer be used");
    ended_with(DESK_CENTRE + ENROL_NOT_ACCEPTED, CASE_STEP_IS_UNKNOWN);
    says(SCREEN_RESULT, "カードの前の電子証明書は、もう使えません", "nothing was written");
    view.certificates[AUTH].old_usable = CARD_YES;
    says(SCREEN_RESULT, "カードの電子証明書は前のままです", "is as it was");
    says_nothing_of(SCREEN_RESULT, "発行されていません");
}

/* --- the reader ------------------------------------------------------------------------------------ */

static void a_reader_that_is_away_is_not_an_empty_one(void **state)
{
    static const enum card_code links[] = {CARD_PROCESS_DIED, CARD_NO_SERVICE, CARD_NO_READER};
    const char *insert = words_say(WORDS_JA, "card.insert");
    (void)state;
    view.step = 7;
    ended_with(CARD_ABSENT, CASE_STEP_IS_NOT_DONE);
    desk.presence = CARD_READER_EMPTY;
    desk.card_known = false;
    says(SCREEN_RESULT, insert, "");
    says(SCREEN_PLAN, insert, "");
    desk.presence = CARD_SERVICE_AWAY;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        struct message message = message_of_link(links[i]);
        desk.link = links[i];
        says(SCREEN_RESULT, words_say(WORDS_JA, message.happened), words_say(WORDS_EN, message.act));
        says(SCREEN_PLAN, words_say(WORDS_JA, message.happened), words_say(WORDS_EN, message.act));
        says_nothing_of(SCREEN_RESULT, insert);
        says_nothing_of(SCREEN_PLAN, insert);
    }
}

#define CERTIFICATES(function) cmocka_unit_test_setup(function, make_view)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CERTIFICATES(the_plan_says_until_when),
        CERTIFICATES(a_difference_to_our_reckoning_is_shown),
        CERTIFICATES(an_end_beyond_card_or_authentication_is_shown),
        CERTIFICATES(a_card_that_gives_its_old_key_away_is_told_before),
        CERTIFICATES(a_pin_set_anew_is_typed_again),
        CERTIFICATES(of_a_revocation_what_is_said_is_true),
        CERTIFICATES(of_a_card_without_its_old_key_what_is_said_is_true),
        CERTIFICATES(a_reader_that_is_away_is_not_an_empty_one),
    };
    return cmocka_run_group_tests_name("certificates", tests, NULL, NULL);
}
