/* man/madoguchi.1 says of every screen and key what the tables say, and names every option. */
#include "tui/options.h"
#include "tui/screens/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PAGE_MAX = 64 * 1024 };

static char page[PAGE_MAX];

/* The page with line ends as blanks, since its sentences stand on lines of their own. */
static int read_page(void **state)
{
    (void)state;
    FILE *file = fopen("man/madoguchi.1", "re");
    assert_non_null(file);
    size_t length = fread(page, 1, sizeof page - 1, file);
    fclose(file);
    for (size_t i = 0; i < length; i++) {
        page[i] = page[i] == '\n' ? ' ' : page[i];
    }
    return 0;
}

static const char *section_of(const struct screen *screen)
{
    char heading[128];
    snprintf(heading, sizeof heading, ".Ss %s ", words_say(WORDS_EN, screen->title));
    const char *at = strstr(page, heading);
    if (at == NULL) {
        fail_msg("no %s", heading);
    }
    return at;
}

static void every_key_of_every_screen_is_in_the_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCREENS; i++) {
        const char *section = section_of(&screens[i]);
        const char *end = strstr(section, ".El");
        assert_non_null(end);
        for (size_t k = 0; k < screen_key_count(&screens[i]); k++) {
            char name[16], item[512];
            snprintf(item, sizeof item, ".It Ic %s %s ", screen_key_name(&screens[i].keys[k], name, sizeof name),
                     words_say(WORDS_EN, screens[i].keys[k].help));
            const char *at = strstr(section, item);
            if (at == NULL || at > end) {
                fail_msg("%s: no \"%s\"", screens[i].name, item);
            }
        }
    }
}

static void every_option_is_in_the_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < options_row_count; i++) {
        char item[64];
        snprintf(item, sizeof item, ".It Fl %s", options_rows[i].name + 1);
        if (strstr(page, item) == NULL) {
            fail_msg("no %s", item);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_every_screen_is_in_the_page),
        cmocka_unit_test(every_option_is_in_the_page),
    };
    return cmocka_run_group_tests_name("manual page", tests, read_page, NULL);
}
