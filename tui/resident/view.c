#include "tui/resident/view.h"
#include "tui/resident/page.h"
#include "tui/term/cells.h"
#include "tui/words/words.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 16, PIECE_MAX = 256, NOTE_ROWS = 2, NOTE_ROWS_WIDE = 1, MINUTE = 60, TWO_MINUTES = 120, TEN = 10 };

static const char *say(const struct view *view, const char *id)
{
    return speech_say(view->language, id);
}

static const char *number(long value, char out[NUMBER_MAX])
{
    snprintf(out, NUMBER_MAX, "%ld", value);
    return out;
}

/* The text of "PREFIX.PIN"; of "PREFIX.other" for a PIN that only the card's profile knows. */
static const char *say_of_pin(const struct view *view, const char *prefix)
{
    char id[64];
    snprintf(id, sizeof id, "%s.%s", prefix, view->pin);
    const char *text = words_catalogue_find(speech_catalogue(view->language), id);
    if (text == NULL) {
        snprintf(id, sizeof id, "%s.other", prefix);
        text = words_catalogue_find(speech_catalogue(view->language), id);
    }
    return text == NULL ? "" : text;
}

static void join(char *out, size_t size, const char *separator, const char *text)
{
    size_t used = strlen(out);
    if (text[0] != '\0') {
        snprintf(out + used, size - used, "%s%s", used > 0 ? separator : "", text);
    }
}

static void add_key(struct page *p, const struct view *view, const char *id)
{
    join(p->keys, sizeof p->keys, "  ", say(view, id));
}

/* A key that one can do without: only where the row has room for it. */
static void offer_key(struct page *p, const struct view *view, const char *id)
{
    if (cells_width(p->keys) + 2 + cells_width(say(view, id)) <= (size_t)p->width) {
        add_key(p, view, id);
    }
}

static void start_page(struct page *p, const struct view *view, const char *title)
{
    snprintf(p->chip, sizeof p->chip, "%s", view->practice ? say(view, "resident.practice") : "");
    page_add(p, PAGE_NEEDED, THEME_TITLE, false, title);
}

/* --- idle -------------------------------------------------------------------------------------- */

/* "1 日本語  2 …", broken between languages and never inside a name. */
static void list_languages(const struct page *p, char *out, size_t size)
{
    size_t line = 0;
    out[0] = '\0';
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        char item[64];
        snprintf(item, sizeof item, "%d %s", i + 1, speech_say((enum speech_language)i, "resident.language"));
        size_t width = cells_width(item);
        bool fits = line > 0 && line + 2 + width <= (size_t)p->width;
        join(out, size, fits ? "  " : "\n", item);
        line = fits ? line + 2 + width : width;
    }
}

static void idle_page(struct page *p, const struct view *view)
{
    static const char *const greetings[] = {
        [VIEW_WAITING] = "resident.idle.waiting",
        [VIEW_CONNECTED] = "resident.idle.ready",
        [VIEW_MIXED] = "resident.idle.mixed",
    };
    char languages[PAGE_TEXT_MAX];
    start_page(p, view, say(view, "resident.idle.title"));
    page_add(p, PAGE_NEEDED, view->link == VIEW_MIXED ? THEME_WARNING : THEME_TEXT, true,
             say(view, greetings[view->link]));
    if (view->console) {
        page_add(p, PAGE_NEEDED, THEME_TEXT, true, say(view, "resident.console"));
        return;
    }
    list_languages(p, languages, sizeof languages);
    page_add(p, PAGE_USEFUL, THEME_TEXT, true, say(view, "resident.idle.choose"));
    page_add(p, PAGE_NEEDED, THEME_TEXT, false, languages);
}

/* --- a question -------------------------------------------------------------------------------- */

static void add_prompt(struct page *p, const struct view *view)
{
    static const char *const ids[2][3] = {
        {"resident.ask.current", "resident.ask.new", "resident.ask.again"},
        {"resident.staff.current", "resident.staff.new", "resident.staff.again"},
    };
    char at[NUMBER_MAX], of[NUMBER_MAX], prompt[PIECE_MAX];
    int step = view->current ? 0 : 1 + view->field;
    SPEECH(view->language, ids[view->staff][step], prompt, number(view->field + 1, at), number(view->rule.fields, of));
    page_add(p, PAGE_NEEDED, THEME_HEADING, true, prompt);
}

/* A mark for each character typed, a line for each that is still possible; two cells each where there is room. */
static void add_field(struct page *p, const struct view *view)
{
    char field[2 * ENTRY_MAX + 2] = "";
    size_t step = 2 * view->rule.maximum <= (size_t)p->width ? 2 : 1;
    for (size_t i = 0; i < view->rule.maximum; i++) {
        snprintf(field + i * step, sizeof field - i * step, "%c%s", i < view->checks.typed ? '*' : '_',
                 step == 2 ? " " : "");
    }
    size_t here = view->checks.typed < view->rule.maximum ? view->checks.typed : view->rule.maximum - 1;
    page_add(p, PAGE_NEEDED, THEME_TITLE, true, field);
    page_cursor(p, (int)(here * step));
}

static void add_check(struct page *p, bool met, bool apart, const char *text)
{
    char line[PIECE_MAX + 4];
    snprintf(line, sizeof line, "[%c] %s", met ? 'x' : ' ', text);
    page_add(p, PAGE_NEEDED, met ? THEME_GOOD : THEME_TEXT, apart, line);
}

static void add_checks(struct page *p, const struct view *view)
{
    char from[NUMBER_MAX], to[NUMBER_MAX], typed[NUMBER_MAX], length[PIECE_MAX];
    number((long)view->rule.minimum, from);
    number((long)view->rule.maximum, to);
    number((long)view->checks.typed, typed);
    if (view->rule.minimum == view->rule.maximum) {
        SPEECH(view->language, "resident.check.exact", length, to, typed);
    } else {
        SPEECH(view->language, "resident.check.length", length, from, to, typed);
    }
    add_check(p, view->checks.length, true, length);
    if (view->field == 1) {
        add_check(p, view->checks.match, false, say(view, "resident.check.match"));
        return;
    }
    add_check(p, view->checks.characters, false,
              say(view, view->rule.letters ? "resident.check.letters" : "resident.check.digits"));
    if (view->rule.mix) {
        add_check(p, view->checks.mix, false, say(view, "resident.check.mix"));
    }
}

static void add_note(struct page *p, const struct view *view)
{
    static const char *const ids[] = {
        [ENTRY_NOTHING] = NULL,
        [ENTRY_RAISED] = "resident.note.raised",
        [ENTRY_REFUSED] = "resident.note.letters",
        [ENTRY_FULL] = "resident.note.full",
        [ENTRY_UNFINISHED] = "resident.note.unfinished",
        [ENTRY_DIFFERENT] = "resident.note.different",
        [ENTRY_FINISHED] = NULL,
    };
    char maximum[NUMBER_MAX], text[PIECE_MAX], line[PIECE_MAX + 2] = "";
    const char *id = ids[view->note];
    if (view->note == ENTRY_REFUSED && !view->rule.letters) {
        id = "resident.note.digits";
    }
    if (id == NULL && view->tries == 1) {
        id = "resident.note.last";
    }
    if (id != NULL) {
        SPEECH(view->language, id, text, number((long)view->rule.maximum, maximum));
        snprintf(line, sizeof line, "! %s", text);
    }
    page_reserve(p, p->margin > 0 ? NOTE_ROWS_WIDE : NOTE_ROWS, THEME_WARNING, line);
}

int view_seconds(int seconds)
{
    int unit = seconds > TWO_MINUTES ? MINUTE : seconds > TEN ? TEN : 1;
    return (seconds + unit - 1) / unit * unit;
}

static void add_status(struct page *p, const struct view *view)
{
    char value[NUMBER_MAX], piece[PIECE_MAX], line[2 * PIECE_MAX] = "";
    int left = view_seconds(view->seconds);
    bool minutes = left > TWO_MINUTES;
    SPEECH(view->language, minutes ? "resident.status.minutes" : "resident.status.seconds", piece,
           number(minutes ? left / MINUTE : left, value));
    join(line, sizeof line, "", piece);
    if (view->tries >= 0) {
        SPEECH(view->language, "resident.status.tries", piece, number(view->tries, value));
        join(line, sizeof line, "  ", piece);
    }
    page_add(p, PAGE_NEEDED, THEME_TEXT, true, line);
}

static void ask_page(struct page *p, const struct view *view)
{
    bool last = view->field == view->rule.fields - 1;
    start_page(p, view, say_of_pin(view, "resident.pin"));
    page_add(p, view->staff ? PAGE_USEFUL : PAGE_PLEASANT, THEME_TEXT, false,
             view->staff ? say(view, "resident.staff.who") : say_of_pin(view, "resident.use"));
    add_prompt(p, view);
    add_field(p, view);
    add_checks(p, view);
    add_note(p, view);
    add_status(p, view);
    add_key(p, view, last ? "resident.key.finish" : "resident.key.next");
    add_key(p, view, "resident.key.cancel");
    if (view->checks.typed > 0) {
        offer_key(p, view, "resident.key.erase");
    } else if (view->field == 0 && !view->console) {
        offer_key(p, view, "resident.key.language");
    }
}

static void leave_page(struct page *p, const struct view *view)
{
    start_page(p, view, say_of_pin(view, "resident.pin"));
    page_add(p, PAGE_NEEDED, THEME_WARNING, true, say(view, "resident.leave"));
    add_status(p, view);
    add_key(p, view, "resident.key.cancel");
    add_key(p, view, "resident.key.back");
}

/* --- after the entry --------------------------------------------------------------------------- */

static void wait_page(struct page *p, const struct view *view)
{
    start_page(p, view, say_of_pin(view, "resident.pin"));
    page_add(p, PAGE_NEEDED, THEME_HEADING, true, say(view, "resident.wait"));
}

static void end_page(struct page *p, const struct view *view)
{
    static const struct {
        const char *id;
        enum theme_role role;
    } ends[] = {
        [VIEW_DONE] = {"resident.end.done", THEME_GOOD},
        [VIEW_WRONG] = {"resident.end.wrong", THEME_BAD},
        [VIEW_LOCKED] = {"resident.end.locked", THEME_BAD},
        [VIEW_STOPPED] = {"resident.end.stopped", THEME_WARNING},
        [VIEW_TIMED_OUT] = {"resident.end.timed-out", THEME_WARNING},
        [VIEW_CANCELLED] = {"resident.end.cancelled", THEME_WARNING},
    };
    char tries[NUMBER_MAX], text[PAGE_TEXT_MAX];
    bool counted = view->end == VIEW_WRONG && view->tries >= 0;
    SPEECH(view->language, counted ? "resident.end.tries" : ends[view->end].id, text, number(view->tries, tries));
    start_page(p, view, say_of_pin(view, "resident.pin"));
    page_add(p, PAGE_NEEDED, ends[view->end].role, true, text);
    page_add(p, PAGE_NEEDED, THEME_TEXT, true, say(view, view->staff ? "resident.after.staff" : "resident.after"));
}

bool view_draw(struct canvas *c, const struct view *view)
{
    static void (*const pages[])(struct page *, const struct view *) = {
        [VIEW_IDLE] = idle_page, [VIEW_ASK] = ask_page, [VIEW_LEAVE] = leave_page,
        [VIEW_WAIT] = wait_page, [VIEW_END] = end_page,
    };
    struct page page;
    page_begin(&page, c);
    pages[view->page](&page, view);
    if (page_draw(&page, c)) {
        return true;
    }
    canvas_clear(c);
    canvas_paragraph(c, 0, 0, page.width, c->rows, THEME_WARNING, say(view, "resident.small"));
    return false;
}
