/* madoguchi-resident: the screen and keyboard that face the resident. See man/madoguchi-resident.1. */
#include "tui/resident/link.h"
#include "tui/resident/session.h"
#include "tui/resident/speech.h"
#include "tui/resident/view.h"
#include "tui/term/term.h"

#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_LOST = 1, EXIT_USAGE = 2, RETRY_MS = 1000, ESCAPE_MS = 150 };

struct program {
    const char *runtime, *window;
    char path[LINK_PATH_MAX];
    enum speech_language language;
    struct session session;
    int link;        /* -1: not connected */
    int64_t retry;   /* when to connect again */
    bool running;
    int status;
};

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the card process -------------------------------------------------------------------------- */

static void disconnect(struct program *p, enum view_link why, int64_t now)
{
    close(p->link);
    p->link = -1;
    p->retry = now + RETRY_MS;
    session_link(&p->session, why, now);
}

static void try_connect(struct program *p, int64_t now)
{
    if (p->link >= 0 || now < p->retry) {
        return;
    }
    p->link = link_connect(p->runtime, p->path);
    p->retry = now + RETRY_MS;
    if (p->link < 0) {
        session_link(&p->session, VIEW_WAITING, now);
    }
}

static void hear(struct program *p, int64_t now)
{
    struct resident_ask message;
    enum link_heard heard = LINK_NOTHING;
    while (p->link >= 0 && (heard = link_receive(p->link, &message)) == LINK_MESSAGE) {
        enum session_heard answer = session_message(&p->session, &message, now);
        if (answer == SESSION_OTHER || answer == SESSION_NONSENSE) {
            disconnect(p, answer == SESSION_OTHER ? VIEW_MIXED : VIEW_WAITING, now);
            return;
        }
        p->session.link = VIEW_CONNECTED;
        if (answer == SESSION_FORGET) {
            term_forget_typed();
        }
    }
    if (heard == LINK_GONE) {
        disconnect(p, p->session.link == VIEW_MIXED ? VIEW_MIXED : VIEW_WAITING, now);
    }
}

static void tell(struct program *p, int64_t now)
{
    const struct bytes *answer = session_answer(&p->session);
    if (answer == NULL) {
        return;
    }
    bool sent = p->link >= 0 && link_send(p->link, answer);
    session_sent(&p->session);
    if (!sent && p->link >= 0) {
        disconnect(p, VIEW_WAITING, now);
    }
}

/* --- the terminal ------------------------------------------------------------------------------ */

static void take_keys(struct program *p, int64_t now)
{
    struct key key;
    enum term_event event;
    while (p->running && (event = term_event(&key)) != TERM_NOTHING) {
        if (event == TERM_LOST || event == TERM_ENDED) {
            p->running = false;
            p->status = event == TERM_LOST ? EXIT_LOST : EXIT_SUCCESS;
        } else if (event == TERM_KEY && key.code == KEYS_CONTROL && key.rune == 'L') {
            term_repaint();
        } else if (event == TERM_KEY) {
            session_key(&p->session, &key, now);
            tell(p, now);
        }
    }
    explicit_bzero(&key, sizeof key);
}

static void draw(const struct program *p, int64_t now)
{
    struct view view;
    session_view(&p->session, now, &view);
    view_draw(term_canvas(), &view);
    term_show();
}

static int sooner(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static void run(struct program *p)
{
    while (p->running) {
        int64_t now = milliseconds();
        try_connect(p, now);
        session_tick(&p->session, now);
        tell(p, now);
        draw(p, now);
        int retry = p->link >= 0 ? -1 : p->retry > now ? (int)(p->retry - now) : 0;
        struct pollfd watched[] = {
            {.fd = term_fd(), .events = POLLIN},
            {.fd = term_signal_fd(), .events = POLLIN},
            {.fd = p->link, .events = POLLIN},
        };
        poll(watched, sizeof watched / sizeof *watched, sooner(sooner(term_wait(), session_wait(&p->session, now)), retry));
        now = milliseconds();
        hear(p, now);
        tell(p, now);
        take_keys(p, now);
    }
}

/* Leaves nothing on the screen, also where the terminal has no second one to come back from. */
static void clear_screen(void)
{
    canvas_clear(term_canvas());
    term_show();
    term_close();
}

/* --- the start --------------------------------------------------------------------------------- */

static void usage(FILE *out)
{
    fprintf(out, "usage: madoguchi-resident --runtime DIR --window NAME [--language LANG]\n       madoguchi-resident --help | --version\n"
                 "LANG: ");
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        fprintf(out, "%s%s", speech_name((enum speech_language)i), i + 1 < SPEECH_LANGUAGES ? " " : "\n");
    }
}

/* Exit status, or -1: go on. */
static int parse(struct program *p, int argc, char *argv[])
{
    static const struct option options[] = {
        {"runtime", required_argument, NULL, 'r'}, {"window", required_argument, NULL, 'w'},
        {"language", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'r':
            p->runtime = optarg;
            break;
        case 'w':
            p->window = optarg;
            break;
        case 'l':
            if (!speech_parse(optarg, &p->language)) {
                fprintf(stderr, "madoguchi-resident: unknown language: %s\n", optarg);
                usage(stderr);
                return EXIT_USAGE;
            }
            break;
        case 'h':
            usage(stdout);
            return EXIT_SUCCESS;
        case 'v':
            puts("madoguchi-resident " MADOGUCHI_VERSION);
            return EXIT_SUCCESS;
        default:
            usage(stderr);
            return EXIT_USAGE;
        }
    }
    if (p->runtime == NULL || p->window == NULL || optind < argc) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (!link_path(p->runtime, p->window, p->path)) {
        fprintf(stderr, "madoguchi-resident: no socket can have this name: window %s in %s\n", p->window, p->runtime);
        return EXIT_USAGE;
    }
    return -1;
}

/* No core file and no look into the memory, before the first key. */
static bool harden(void)
{
    struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0;
}

static const char *open_terminal(void)
{
    static const char *const faults[] = {
        [TERM_NOT_A_TERMINAL] = "standard input and output must be a terminal",
        [TERM_NOT_UTF8] = "no UTF-8 locale: set LC_ALL=C.UTF-8",
        [TERM_UNKNOWN] = "the terminal type is unknown: set TERM",
        [TERM_NO_MEMORY] = "memory cannot be locked: raise the limit (ulimit -l)",
    };
    setlocale(LC_ALL, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        setlocale(LC_ALL, "C.UTF-8");
    }
    const char *no_color = getenv("NO_COLOR");
    struct term_options options = {
        .escape_delay = ESCAPE_MS, .plain = no_color != NULL && no_color[0] != '\0', .secret = true};
    enum term_fault fault = term_open(&options);
    return fault == TERM_OK ? NULL : faults[fault];
}

/* The Linux console has no kanji, whatever font it is given. */
static bool on_bare_console(void)
{
    const char *terminal = getenv("TERM");
    return terminal != NULL && (strcmp(terminal, "linux") == 0 || strncmp(terminal, "linux-", 6) == 0);
}

int main(int argc, char *argv[])
{
    static struct program p = {.language = SPEECH_JA, .link = -1, .running = true};
    int early = parse(&p, argc, argv);
    if (early >= 0) {
        return early;
    }
    if (!harden()) {
        fputs("madoguchi-resident: the process cannot be kept out of core files\n", stderr);
        return EXIT_LOST;
    }
    if (!session_start(&p.session, p.language, on_bare_console())) {
        fputs("madoguchi-resident: memory cannot be locked: raise the limit (ulimit -l)\n", stderr);
        return EXIT_LOST;
    }
    const char *fault = open_terminal();
    if (fault != NULL) {
        session_wipe(&p.session);
        fprintf(stderr, "madoguchi-resident: %s\n", fault);
        return EXIT_LOST;
    }
    run(&p);
    session_wipe(&p.session);
    clear_screen();
    return p.status;
}
