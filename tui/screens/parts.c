#include "tui/screens/parts.h"
#include "forms/rules/spoken_date.h"
#include "tui/screens/messages.h"
#include "tui/term/cells.h"

#include <stdio.h>
#include <string.h>

const char *say(const struct screen_view *view, const char *id)
{
    return words_say(view->language, id);
}

const char *say_of(const struct screen_view *view, const char *prefix, const char *word)
{
    char id[96];
    snprintf(id, sizeof id, "%s%s", prefix, word);
    return say(view, id);
}

const char *text_of(const struct screen_view *view, struct text text)
{
    return view->language == WORDS_EN && text.en != NULL ? text.en : text.ja;
}

const char *procedure_name(const struct screen_view *view, size_t procedure)
{
    return say_of(view, "procedure.", terms_word(&terms_procedures, procedure));
}

const char *presenter_name(const struct screen_view *view, size_t presenter)
{
    if (presenter < PRESENTERS_COMMON) {
        return say_of(view, "presenter.", terms_word(&terms_presenters, presenter));
    }
    return presenter < view->profile->presenter_count ? text_of(view, view->profile->presenters[presenter].name) : "";
}

const char *pin_name(const struct screen_view *view, size_t pin)
{
    return say_of(view, "pin.", terms_word(&terms_pins, pin));
}

const char *document_name(const struct screen_view *view, size_t document)
{
    return document < view->profile->document_count ? text_of(view, view->profile->documents[document].name) : "";
}

const char *office_name(const struct screen_view *view, int office)
{
    int number = office == OFFICE_UNSTATED ? 0 : office;
    return number < view->profile->office_count ? text_of(view, view->profile->offices[number].name) : "";
}

const char *fact_name(const struct screen_view *view, uint8_t fact)
{
    if (fact >= FACTS_COMMON) {
        return text_of(view, view->profile->facts[fact - FACTS_COMMON].name.name);
    }
    return say_of(view, "fact.", profile_fact_id(view->profile, fact));
}

struct date card_date(uint32_t number)
{
    return (struct date){(int)(number / 10000), (int)(number / 100 % 100), (int)(number % 100)};
}

struct moment moment_of(int64_t seconds)
{
    enum { JAPAN = 9 * 3600, DAY = 24 * 3600 };
    int64_t local = seconds + JAPAN;
    return (struct moment){.date = date_from_days((int)(local / DAY)), .minute = (int)(local % DAY / 60)};
}

const char *number_text(int64_t number, char out[PARTS_TEXT])
{
    snprintf(out, PARTS_TEXT, "%lld", (long long)number);
    return out;
}

const char *date_text(const struct screen_view *view, struct date date, char out[PARTS_TEXT])
{
    char day[16], month[16], year[16], id[32];
    if (!date_valid(date)) {
        return say(view, "answer.unknown");
    }
    snprintf(day, sizeof day, "%d", date.day);
    snprintf(month, sizeof month, "month.%d", date.month);
    snprintf(year, sizeof year, "%d", date.year);
    snprintf(id, sizeof id, "weekday.%u", date_weekday(date));
    const char *args[] = {year, say(view, month), day, say(view, id)};
    return words_format(view->language, "date", out, PARTS_TEXT, 4, args);
}

const char *wareki_text(const struct screen_view *view, struct date date, char out[PARTS_TEXT])
{
    static const char *const eras[] = {
        [ERA_MEIJI] = "era.meiji", [ERA_TAISHO] = "era.taisho", [ERA_SHOWA] = "era.showa",
        [ERA_HEISEI] = "era.heisei", [ERA_REIWA] = "era.reiwa"};
    struct wareki wareki = spoken_date_wareki(date);
    char year[PARTS_TEXT];
    if (wareki.era == ERA_NONE) {
        out[0] = '\0';
        return out;
    }
    const char *args[] = {say(view, eras[wareki.era]),
                          wareki.year == 1 ? say(view, "era.first") : number_text(wareki.year, year)};
    return words_format(view->language, "era.year", out, PARTS_TEXT, 2, args);
}

const char *time_text(int minute, char out[PARTS_TEXT])
{
    snprintf(out, PARTS_TEXT, "%d:%02d", minute / 60, minute % 60);
    return out;
}

const char *moment_text(const struct screen_view *view, struct moment moment, char out[PARTS_TEXT])
{
    char date[PARTS_TEXT], time[PARTS_TEXT];
    const char *day = date_text(view, moment.date, date);
    bool timed = moment.minute != MOMENT_NO_TIME && date_valid(moment.date);
    snprintf(out, PARTS_TEXT, "%.400s%s%.64s", day, timed ? " " : "", timed ? time_text(moment.minute, time) : "");
    return out;
}

void where_text(const struct screen_view *view, const struct screen *screen, char *out, size_t size)
{
    enum screen_id id = (enum screen_id)(screen - screens);
    bool of_case = id > SCREEN_PRESENTER && id < SCREEN_SLIP && view->presenter_count > 0;
    out[0] = '\0';
    if (of_case) {
        snprintf(out, size, "%s - %s - ", procedure_name(view, view->situation.procedure),
                 presenter_name(view, view->situation.presenter));
    }
}

void put_marked(struct canvas *c, int row, int column, int width, enum theme_role role, const char *text)
{
    char mark[] = {theme_style(role)->mark, '\0'};
    canvas_put(c, row, column, 2, role, mark);
    canvas_put(c, row, column + 2, width - 2, role, text);
}

int view_rows(const struct screen_view *view)
{
    return view->rows > SCREEN_ROWS_LEAST ? view->rows : SCREEN_ROWS_LEAST;
}

static bool is_free(const struct canvas *c, int row, int from)
{
    bool free = true;
    for (int i = from; i < c->columns; i++) {
        const struct canvas_cell *cell = &c->cells[row * c->columns + i];
        free &= cell->width == 1 && strcmp(cell->text, " ") == 0;
    }
    return free;
}

void put_position(struct canvas *c, const struct screen_view *view, int row, int first, int room, int count)
{
    char position[64];
    int last = first + room < count ? first + room : count;
    if (count <= room || (row == c->rows - 2 && view->notice.id != NULL)) {
        return;
    }
    snprintf(position, sizeof position, " %d-%d/%d ", first + 1, last, count);
    canvas_put(c, row, c->columns - 2 - (int)strlen(position), -1, THEME_WARNING, position);
    const char *label = say(view, "key.more");
    int column = c->columns - 2 - (int)(strlen(PARTS_MORE_KEYS) + cells_width(label));
    if (!is_free(c, c->rows - 1, column - 2)) {
        return;
    }
    column = canvas_put(c, c->rows - 1, column, -1, THEME_KEY, PARTS_MORE_KEYS);
    canvas_put(c, c->rows - 1, column + 1, -1, THEME_TEXT, label);
}

/* --- flowing text ------------------------------------------------------------------------------ */

enum { FLOW_TOP = 2, FLOW_LEFT = 1, FLOW_BELOW = 2 };

static void flow_line(struct flow *flow, enum theme_role role, int indent, const char *line, bool first)
{
    int row = flow->top + flow->used - flow->first;
    if (flow->c == NULL || row < flow->top || row >= flow->top + flow->room) {
        return;
    }
    int column = FLOW_LEFT + indent;
    char mark[] = {first ? theme_style(role)->mark : ' ', '\0'};
    canvas_put(flow->c, row, column, 2, role, mark);
    canvas_put(flow->c, row, column + 2, flow->c->columns - column - 3, role, line);
}

void flow_text(struct flow *flow, enum theme_role role, int indent, const char *text)
{
    enum { LINES = 40 };
    int columns = flow->c != NULL ? flow->c->columns : flow->columns;
    int width = columns - FLOW_LEFT - indent - 3;
    struct canvas page = {0};
    int rows = canvas_height(text, width);
    if (rows > LINES || !canvas_resize(&page, rows > 0 ? rows : 1, width)) {
        flow_line(flow, role, indent, text, true);
        flow->used++;
        return;
    }
    canvas_paragraph(&page, 0, 0, width, rows, role, text);
    for (int i = 0; i < rows; i++) {
        char line[CANVAS_SIDE_MAX * 4];
        struct canvas one = {.rows = 1, .columns = width, .cells = page.cells + i * width};
        canvas_dump(&one, line, sizeof line);
        line[strcspn(line, "\n")] = '\0';
        flow_line(flow, role, indent, line, i == 0);
        flow->used++;
    }
    canvas_free(&page);
}

void flow_blank(struct flow *flow)
{
    flow->used++;
}

void flow_labelled(struct flow *flow, enum theme_role role, int indent, const char *label, const char *text)
{
    flow_line(flow, THEME_QUIET, 0, label, true);
    flow_text(flow, role, indent, text);
}

static int flow_rows(const struct screen_view *view, enum screen_id id, int columns)
{
    struct flow flow = {.columns = columns};
    screens[id].flow(&flow, view);
    return flow.used;
}

void flow_show(struct canvas *c, const struct screen_view *view, enum screen_id id)
{
    int rows = flow_rows(view, id, c->columns), room = c->rows - FLOW_TOP - FLOW_BELOW;
    int last = rows > room ? rows - room : 0, first = view->ui.list[id].first;
    struct flow flow = {.c = c, .top = FLOW_TOP, .room = room, .first = first < last ? first : last};
    screens[id].flow(&flow, view);
    put_position(c, view, c->rows - FLOW_BELOW, flow.first, room, rows);
}

bool flow_key(struct screen_view *view, enum screen_id id, const struct key *key)
{
    int columns = view->columns > SCREEN_COLUMNS_LEAST ? view->columns : SCREEN_COLUMNS_LEAST;
    int rows = flow_rows(view, id, columns), room = view_rows(view) - FLOW_TOP - FLOW_BELOW;
    struct widgets_list list = {.at = view->ui.list[id].first};
    bool ours = widgets_list_key(&list, rows > room ? rows - room + 1 : 1, room, key);
    view->ui.list[id].first = list.at;
    return ours;
}

/* Each part beside its label. */
void flow_message(struct flow *flow, const struct screen_view *view, const struct message *message, const char *first)
{
    char text[WORDS_TEXT_MAX];
    const struct {
        const char *label, *id;
        enum theme_role role;
    } parts[] = {{"message.happened", message->happened, message->role},
                 {"message.true", message->truth, THEME_TEXT},
                 {"message.do", message->act, THEME_TEXT}};
    int width = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int cells = (int)cells_width(say(view, parts[i].label));
        width = cells > width ? cells : width;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        flow_labelled(flow, parts[i].role, width + 2, say(view, parts[i].label),
                      WORDS(view->language, parts[i].id, text, first));
    }
}
