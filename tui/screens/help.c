#include "tui/screens/parts.h"

#include <stdio.h>

void help_flow(struct flow *flow, const struct screen_view *view)
{
    const struct screen *screen = &screens[view->ui.help_for];
    char id[64], name[16], line[WORDS_TEXT_MAX];
    flow_text(flow, THEME_HEADING, 0, say(view, screen->title));
    snprintf(id, sizeof id, "screen.%s", screen->name);
    flow_text(flow, THEME_TEXT, 0, say(view, id));
    flow_blank(flow);
    for (size_t i = 0; i < screen_key_count(screen); i++) {
        snprintf(line, sizeof line, "%-8s%s", screen_key_name(&screen->keys[i], name, sizeof name),
                 say(view, screen->keys[i].help));
        flow_text(flow, THEME_TEXT, 0, line);
    }
    flow_blank(flow);
    flow_text(flow, THEME_TEXT, 0, say(view, "help.everywhere"));
    flow_text(flow, THEME_QUIET, 0, WORDS(view->language, "help.version", line, MADOGUCHI_VERSION));
}
