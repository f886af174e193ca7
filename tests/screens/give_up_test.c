/* A case that cannot go on: ended for good with a second key, and never by mistake. */
#include "forms/ledger/ledger.h"
#include "tests/lib/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct clerk *clerk;

static int end(void **state)
{
    (void)state;
    clerk_end(&clerk);
    return 0;
}

/* The card was pulled at the pad: nobody knows whether its PIN was set. */
static void leave_a_step_unknown(void)
{
    clerk = clerk_start(&(struct clerk_setup){.card = "locked", .reader = "keys remove\n"});
    clerk_type(clerk, "カードあり", "2");
    clerk_type(clerk, "どなたが来られましたか", "1");
    clerk_type(clerk, "ロック（0回）", "\r");
    clerk_type(clerk, "不足があります", " ");
    clerk_type(clerk, "受付できます", "\r");
    clerk_type(clerk, "次のことを行います", "\r");
    clerk_expect(clerk, "カードが抜かれました");
}

static void read_case(struct case_file *file)
{
    char path[600];
    struct ledger *ledger;
    snprintf(path, sizeof path, "%s/ledger.db", clerk_folder(clerk));
    assert_int_equal(ledger_open_sqlite(&ledger, path, NULL), LEDGER_OK);
    assert_int_equal(ledger_read_case(ledger, "1-000001", file), LEDGER_OK);
    ledger_close(&ledger);
}

static void a_case_with_an_unknown_step_is_given_up_by_a_second_key(void **state)
{
    static struct case_file file;
    (void)state;
    leave_a_step_unknown();
    terminal_type(clerk_terminal(clerk), "e");
    clerk_type(clerk, "打ち切る前の確認", "\r");
    clerk_type(clerk, "結果の分からない手順があります", "Y");
    clerk_expect(clerk, "打ち切りました");
    read_case(&file);
    assert_int_equal(file.state, CASE_ABANDONED);
    assert_int_equal(file.steps[0].state, CASE_STEP_IS_UNKNOWN);
    terminal_type(clerk_terminal(clerk), "\r");
    clerk_expect(clerk, "中断中・結果不明の案件はありません");
    clerk_quit(clerk);
}

static void going_back_leaves_it_as_it_is(void **state)
{
    static struct case_file file;
    (void)state;
    leave_a_step_unknown();
    terminal_type(clerk_terminal(clerk), "e");
    clerk_type(clerk, "打ち切る前の確認", "q");
    clerk_type(clerk, "カードが抜かれました", "p");
    clerk_expect(clerk, "中断しました");
    read_case(&file);
    assert_int_equal(file.state, CASE_PARKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_case_with_an_unknown_step_is_given_up_by_a_second_key, end),
        cmocka_unit_test_teardown(going_back_leaves_it_as_it_is, end),
    };
    return cmocka_run_group_tests_name("giving up", tests, NULL, NULL);
}
