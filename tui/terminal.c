#include "tui/terminal.h"
#include "tui/term/cells.h"
#include "tui/term/measure.h"
#include "tui/term/term.h"
#include "tui/words/words.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum { EXIT_AGREES, EXIT_DIFFERS, EXIT_UNUSABLE };
enum { ANSWER_MS = 5000, RULER = 10, LEFT = 3, NAME = LEFT + RULER + 4, COUNTED = 50, ANSWERED = 58, MARK = 66 };
enum { RULER_ROW = 3, KEYS_LEAST = 4, HEARD = 32, HEARD_BYTES = 16 };

/* One character of each kind on which terminals, fonts and libraries are known to differ. */
static const struct sample {
    const char *text, *name; /* name: id */
    bool ambiguous;
} samples[] = {
    {"漢", "terminal.kanji", false},       {"あ", "terminal.kana", false},
    {"ｱ", "terminal.half-width", false},   {"𠮷", "terminal.extension", false},
    {"葛\U000E0100", "terminal.variation", false}, {"か\u3099", "terminal.mark", false},
    {"〜", "terminal.wave-dash", false},   {"○", "terminal.circle", true},
    {"①", "terminal.number", true},        {"※", "terminal.reference", true},
    {"─", "terminal.line", true},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

struct heard {
    uint8_t bytes[HEARD_BYTES];
    size_t count; /* may be more than are kept */
    bool is_key;
    struct key key;
};

static struct {
    enum words_language language;
    bool wide;
    int escape_delay;
    bool asking;         /* answers are still to come */
    int answer[SAMPLES]; /* cells, or MEASURE_SILENT */
    struct heard heard[HEARD];
    int heard_count;     /* so far; the last HEARD of them are kept */
} page;

/* --- widths ------------------------------------------------------------------------------------ */

/* What the screens count on. With wide ambiguous characters they show a plain form, so two are right then. */
static int counted(const struct sample *sample)
{
    return sample->ambiguous ? (page.wide ? 2 : 1) : (int)cells_width(sample->text);
}

static void measure(void)
{
    bool silent = false;
    page.asking = false;
    for (size_t i = 0; i < SAMPLES; i++) {
        page.answer[i] = silent ? MEASURE_SILENT : measure_cells(samples[i].text, ANSWER_MS);
        silent = page.answer[i] == MEASURE_SILENT;
    }
}

enum finding { AGREES, ASKING, SILENT, AMBIGUOUS, DIFFERS };

/* An ambiguous character that is shown in its plain form cannot be counted wrongly. */
static bool is_right(size_t i)
{
    return page.answer[i] == counted(&samples[i]) || (samples[i].ambiguous && page.wide);
}

/* AMBIGUOUS: all would be right with the other ambiguous-width. */
static enum finding find(void)
{
    bool wide = false, differs = false;
    if (page.asking) {
        return ASKING;
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        if (page.answer[i] == MEASURE_SILENT) {
            return SILENT;
        }
        wide |= samples[i].ambiguous && page.answer[i] == 2;
        differs |= !samples[i].ambiguous && !is_right(i);
    }
    return differs ? DIFFERS : wide != page.wide ? AMBIGUOUS : AGREES;
}

static const char *finding_text(char out[WORDS_TEXT_MAX])
{
    static const char *const ids[] = {[AGREES] = "terminal.agrees", [ASKING] = "terminal.asking", [SILENT] = "terminal.silent",
                                      [AMBIGUOUS] = "terminal.ambiguous", [DIFFERS] = "terminal.differs"};
    static const char *const words[] = {"narrow", "wide"};
    const char *args[] = {words[page.wide], words[!page.wide]};
    return words_format(page.language, ids[find()], out, WORDS_TEXT_MAX, 2, args);
}

/* --- keys -------------------------------------------------------------------------------------- */

static void hear(const uint8_t *bytes, size_t count, const struct key *key)
{
    struct heard *heard = &page.heard[page.heard_count++ % HEARD];
    *heard = (struct heard){.count = count, .is_key = key != NULL};
    memcpy(heard->bytes, bytes, count < HEARD_BYTES ? count : HEARD_BYTES);
    if (key != NULL) {
        heard->key = *key;
    }
}

static const char *key_name(const struct key *key, char out[64])
{
    static const char *const names[KEYS_F1] = {
        [KEYS_ENTER] = "Enter", [KEYS_TAB] = "Tab",         [KEYS_BACKTAB] = "Shift-Tab", [KEYS_BACKSPACE] = "Backspace",
        [KEYS_DELETE] = "Delete", [KEYS_ESCAPE] = "Esc",    [KEYS_UP] = "Up",             [KEYS_DOWN] = "Down",
        [KEYS_LEFT] = "Left",   [KEYS_RIGHT] = "Right",     [KEYS_HOME] = "Home",         [KEYS_END] = "End",
        [KEYS_PAGE_UP] = "PgUp", [KEYS_PAGE_DOWN] = "PgDn", [KEYS_PASTE_BEGIN] = "(paste begins)",
        [KEYS_PASTE_END] = "(paste ends)"};
    uint8_t rune[8] = "";
    if (key->code == KEYS_TEXT) {
        int length = u8_uctomb(rune, key->rune, sizeof rune - 1);
        snprintf(out, 64, "%s", key->rune == ' ' || length <= 0 ? "Space" : (const char *)rune);
    } else if (key->code == KEYS_CONTROL) {
        snprintf(out, 64, "Ctrl-%c", (char)key->rune);
    } else if (key->code >= KEYS_F1) {
        snprintf(out, 64, "F%d", key->code - KEYS_F1 + 1);
    } else {
        snprintf(out, 64, "%s", names[key->code] != NULL ? names[key->code] : "");
    }
    return out;
}

static void heard_text(const struct heard *heard, char bytes[3 * HEARD_BYTES + 8], char name[128])
{
    size_t used = 0;
    bytes[0] = '\0';
    for (size_t i = 0; i < heard->count && i < HEARD_BYTES; i++) {
        used += (size_t)snprintf(bytes + used, 4, "%02X ", heard->bytes[i]);
    }
    snprintf(bytes + used, 4, "%s", heard->count > HEARD_BYTES ? ".." : "");
    char key[64];
    snprintf(name, 128, "%.120s", heard->is_key ? key_name(&heard->key, key) : words_say(page.language, "terminal.no-key"));
}

/* Typed twice in a row, it ends: once, it is a key like any other. */
static bool is_end(void)
{
    bool end = page.heard_count >= 2;
    for (int i = page.heard_count - 2; end && i < page.heard_count; i++) {
        const struct heard *heard = &page.heard[i % HEARD];
        end = heard->is_key && heard->key.code == KEYS_TEXT && heard->key.rune == 'q';
    }
    return end;
}

/* --- the page ---------------------------------------------------------------------------------- */

static const char *number(int cells, char out[16])
{
    snprintf(out, 16, cells == MEASURE_SILENT ? "-" : "%d", cells);
    return out;
}

static void draw_sample(struct canvas *c, int row, size_t i)
{
    char line[RULER * CANVAS_CELL_BYTES] = "", text[16], clean[64];
    cells_clean(samples[i].text, clean, sizeof clean);
    size_t width = cells_width(clean);
    for (size_t cell = 0; width > 0 && cell + width <= RULER; cell += width) {
        strcat(line, clean);
    }
    canvas_put(c, row, LEFT, -1, THEME_TEXT, line);
    canvas_put(c, row, LEFT + RULER, -1, THEME_TEXT, "|");
    canvas_put(c, row, NAME, COUNTED - NAME, THEME_TEXT, words_say(page.language, samples[i].name));
    canvas_put(c, row, COUNTED, -1, THEME_TEXT, number(counted(&samples[i]), text));
    canvas_put(c, row, ANSWERED, -1, THEME_TEXT, page.asking ? "" : number(page.answer[i], text));
    if (!page.asking && page.answer[i] != MEASURE_SILENT) {
        enum theme_role role = is_right(i) ? THEME_GOOD : THEME_BAD;
        char mark[] = {theme_style(role)->mark, '\0'};
        canvas_put(c, row, MARK, -1, role, mark);
    }
}

static int draw_widths(struct canvas *c)
{
    char text[WORDS_TEXT_MAX];
    static const enum theme_role roles[] = {[AGREES] = THEME_GOOD, [ASKING] = THEME_TEXT, [SILENT] = THEME_WARNING,
                                            [AMBIGUOUS] = THEME_WARNING, [DIFFERS] = THEME_BAD};
    int row = RULER_ROW;
    canvas_put(c, row - 1, LEFT, -1, THEME_HEADING, words_say(page.language, "terminal.widths"));
    canvas_put(c, row, LEFT, -1, THEME_QUIET, "0123456789|");
    canvas_put(c, row, COUNTED, -1, THEME_QUIET, words_say(page.language, "terminal.counted"));
    canvas_put(c, row++, ANSWERED, -1, THEME_QUIET, words_say(page.language, "terminal.answered"));
    for (size_t i = 0; i < SAMPLES; i++) {
        draw_sample(c, row++, i);
    }
    return row + canvas_paragraph(c, row, LEFT, c->columns - 2 * LEFT, 2, roles[find()], finding_text(text));
}

static void draw_keys(struct canvas *c, int row)
{
    int room = c->rows - row - 1, kept = page.heard_count < HEARD ? page.heard_count : HEARD;
    canvas_rule(c, row++);
    canvas_put(c, row++, LEFT, -1, THEME_HEADING, words_say(page.language, "terminal.keys"));
    for (int i = kept < room - 1 ? kept : room - 1; i > 0; i--) {
        char bytes[3 * HEARD_BYTES + 8], name[128];
        const struct heard *heard = &page.heard[(page.heard_count - i) % HEARD];
        heard_text(heard, bytes, name);
        int column = canvas_put(c, row, LEFT, 3 * HEARD_BYTES, THEME_TEXT, bytes);
        canvas_put(c, row++, column + 1, -1, heard->is_key ? THEME_TEXT : THEME_WARNING, name);
    }
    canvas_cursor(c, row < c->rows ? row : c->rows - 1, LEFT);
}

static void summary(char *out, size_t size, int rows, int columns)
{
    const char *type = getenv("TERM");
    snprintf(out, size, "madoguchi %s  TERM=%s  %dx%d  %s  ambiguous-width=%s", MADOGUCHI_VERSION,
             type != NULL ? type : "", columns, rows, nl_langinfo(CODESET), page.wide ? "wide" : "narrow");
}

static void draw(void)
{
    struct canvas *c = term_canvas();
    char text[256];
    canvas_clear(c);
    summary(text, sizeof text, c->rows, c->columns);
    canvas_put(c, 0, 1, c->columns - 1, THEME_TITLE, text);
    canvas_rule(c, 1);
    draw_keys(c, draw_widths(c));
    term_show();
}

static void run(void)
{
    struct key key;
    for (bool goes_on = true; goes_on && !is_end();) {
        draw();
        struct pollfd fds[] = {{.fd = term_fd(), .events = POLLIN}, {.fd = term_signal_fd(), .events = POLLIN}};
        poll(fds, 2, term_wait());
        enum term_event event = TERM_KEY;
        while (event != TERM_NOTHING && goes_on && !is_end()) {
            event = term_event(&key);
            goes_on = event != TERM_LOST && event != TERM_ENDED;
        }
    }
}

/* --- the command ------------------------------------------------------------------------------- */

static void report(int rows, int columns)
{
    char text[WORDS_TEXT_MAX], counts[16], answers[16];
    summary(text, sizeof text, rows, columns);
    printf("%s\nescape-delay=%d\n", text, page.escape_delay);
    for (size_t i = 0; i < SAMPLES; i++) {
        printf("%s  %s %s, %s %s\n", words_say(page.language, samples[i].name),
               words_say(page.language, "terminal.counted"), number(counted(&samples[i]), counts),
               words_say(page.language, "terminal.answered"), number(page.answer[i], answers));
    }
    puts(finding_text(text));
}

/* NULL, or the word that is not understood. */
static const char *read_words(int argc, char **argv)
{
    enum { SHORTEST = 20, LONGEST = 2000 };
    page.escape_delay = 150;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        bool known = false;
        if (strcmp(argv[i], "--language") == 0) {
            known = words_language_parse(value, &page.language);
        } else if (strcmp(argv[i], "--ambiguous-width") == 0) {
            page.wide = strcmp(value, "wide") == 0;
            known = page.wide || strcmp(value, "narrow") == 0;
        } else if (strcmp(argv[i], "--escape-delay") == 0) {
            page.escape_delay = atoi(value);
            known = page.escape_delay >= SHORTEST && page.escape_delay <= LONGEST;
        }
        if (!known) {
            return argv[i];
        }
    }
    return NULL;
}

static int refuse(const char *id, const char *first)
{
    char text[WORDS_TEXT_MAX];
    fprintf(stderr, "madoguchi: %s\n", WORDS(page.language, id, text, first));
    return EXIT_UNUSABLE;
}

int terminal_main(int argc, char **argv, struct date today)
{
    static const char *const faults[] = {[TERM_NOT_A_TERMINAL] = "start.terminal", [TERM_NOT_UTF8] = "start.not-utf8",
                                         [TERM_UNKNOWN] = "start.term", [TERM_NO_MEMORY] = "start.memory"};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts(words_say(page.language, "terminal.usage"));
        return EXIT_AGREES;
    }
    const char *wrong = read_words(argc, argv), *type = getenv("TERM");
    (void)today;
    if (wrong != NULL) {
        return refuse("explain.unknown", wrong);
    }
    setlocale(LC_ALL, "");
    struct term_options options = {.escape_delay = page.escape_delay, .wide = page.wide, .heard = hear};
    enum term_fault fault = term_open(&options);
    if (fault != TERM_OK) {
        return refuse(faults[fault], type != NULL ? type : "");
    }
    page.asking = true;
    draw();
    measure();
    term_repaint();
    run();
    int rows = term_canvas()->rows, columns = term_canvas()->columns;
    term_close();
    report(rows, columns);
    return find() <= SILENT ? EXIT_AGREES : EXIT_DIFFERS;
}
