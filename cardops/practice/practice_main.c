/* madoguchi-practice: the practice stand, and the commands that control one while it runs. */
#include "cardops/practice/ca_report.h"
#include "cardops/practice/card_data.h"
#include "cardops/practice/control.h"
#include "cardops/practice/store.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

struct options {
    const char *directory, *card, *cards, *municipality;
    int entry_seconds;
    struct clock clock;
    bool foreground;
    int count;
    char **words;
};

static int usage(FILE *to)
{
    fprintf(to,
            "usage: madoguchi-practice run --dir DIR [--card CARD] [--cards FOLDER]\n"
            "                          [--municipality NUMBER] [--entry-seconds N] [--clock TIME] [--foreground]\n"
            "       madoguchi-practice --dir DIR [--cards FOLDER] COMMAND [ARGUMENT...]\n"
            "CARD is a name in FOLDER (adult, child, locked, ...) or a path of an ini file.\n"
            "commands:\n");
    control_help(to);
    fprintf(to, "  %-24s %s\n", "ca WORD...",
            "ask the CA: issued [CARD], revoked, crl KIND, down, slow, poll, lose, wrong, status");
    return to == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

static int complain(const char *text, const char *more)
{
    fprintf(stderr, "madoguchi-practice: %s%s%s\n", text, *more ? " " : "", more);
    return EXIT_FAILURE;
}

/* --- cards by name ------------------------------------------------------------------------------ */

static bool card_in(const char *folder, const char *name, char path[STAND_PATH])
{
    char file[STORE_PATH_MAX];
    int n = snprintf(file, sizeof file, "%s/%s.ini", folder, name);
    return n > 0 && n < STORE_PATH_MAX && access(file, R_OK) == 0 && store_absolute(path, file);
}

/* --cards, $MADOGUCHI_CARDS, beside the installed program, in the source tree. */
static bool card_find(const struct options *o, const char *name, char path[STAND_PATH])
{
    char installed[STAND_PATH];
    ssize_t n = readlink("/proc/self/exe", installed, sizeof installed - 64);
    installed[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(installed, '/');
    snprintf(slash ? slash : installed, 64, "/../share/madoguchi/practice-cards");
    if (strchr(name, '/') || strstr(name, ".ini"))
        return store_absolute(path, name);
    const char *folders[] = {o->cards, getenv("MADOGUCHI_CARDS"), installed,
                             "cardops/practice/cards"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (folders[i] && card_in(folders[i], name, path))
            return true;
    return false;
}

/* --- run ------------------------------------------------------------------------------------------ */

/* What the waiting parent is told: nothing but a newline when ready, else a sentence. */
static void tell(int fd, const char *text)
{
    char line[STAND_LINE];
    int n = snprintf(line, sizeof line, "%s\n", text);
    if (fd >= 0 && write(fd, line, (size_t)n) != n)
        return;
}

struct waiting {
    int fd;
    bool foreground;
};

static void now_ready(void *context)
{
    struct waiting *w = context;
    if (w->foreground) {
        puts("ready");
        fflush(stdout);
    }
    tell(w->fd, "");
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

static int stand_serve(const struct options *o, const char *card, int report)
{
    struct stand s;
    char why[STAND_LINE] = "";
    struct waiting w = {report, o->foreground};
    bool ok = stand_begin(&s, &(struct stand_settings){o->directory, card, o->entry_seconds, o->clock}, why);
    if (ok) {
        ok = stand_run(&s, now_ready, &w, why);
        stand_end(&s);
    }
    if (ok)
        return EXIT_SUCCESS;
    if (o->foreground)
        complain(why, "");
    tell(w.fd, why);
    return EXIT_FAILURE;
}

static int parent_wait(int fd)
{
    char line[STAND_LINE] = "";
    size_t length = 0;
    ssize_t n;
    while (length < sizeof line - 1 &&
           ((n = read(fd, line + length, sizeof line - 1 - length)) > 0 || (n < 0 && errno == EINTR)))
        length += n > 0 ? (size_t)n : 0;
    if (length == 1)
        return EXIT_SUCCESS;
    line[strcspn(line, "\n")] = '\0';
    return complain(length ? line : "the stand ended unexpectedly", "");
}

static int run_apart(const struct options *o, const char *card)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return complain(strerror(errno), "");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return complain(strerror(errno), "");
    if (pid > 0) {
        close(report[1]);
        return parent_wait(report[0]);
    }
    close(report[0]);
    setsid();
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        if (null < 0 || dup2(null, fd) < 0)
            return EXIT_FAILURE;
    return stand_serve(o, card, report[1]);
}

static int run(const struct options *o)
{
    char path[STAND_PATH];
    const char *card = NULL;
    if (o->card && strcmp(o->card, "none") != 0) {
        if (!card_find(o, o->card, path))
            return complain("there is no card", o->card);
        card = path;
    }
    if (o->municipality && !(store_folder(o->directory) && card_data_set_home(o->directory, o->municipality)))
        return complain("no number of a municipality, or no place to keep it:", o->municipality);
    signal(SIGPIPE, SIG_IGN);
    return o->foreground ? stand_serve(o, card, -1) : run_apart(o, card);
}

/* --- control -------------------------------------------------------------------------------------- */

static int control_connect(const char *directory)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/run/control", directory);
    if (n < 0 || (size_t)n >= sizeof address.sun_path)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool words_send(int fd, const struct options *o)
{
    char line[STAND_LINE];
    size_t length = 0;
    for (int i = 0; i < o->count; i++) {
        int n = snprintf(line + length, sizeof line - length, "%s%s", i ? "\t" : "", o->words[i]);
        if (n < 0 || (length += (size_t)n) >= sizeof line - 1)
            return false;
    }
    line[length++] = '\n';
    return send(fd, line, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static int answer_print(json_t *answer)
{
    int ok = 1;
    const char *error = "", *text = NULL;
    json_t *state = NULL;
    if (json_unpack(answer, "{s?b, s?s, s?s, s?o}", "ok", &ok, "error", &error, "text", &text,
                    "state", &state) != 0)
        return complain("the stand answered nonsense", "");
    if (!ok)
        return complain(error, "");
    if (text)
        puts(text);
    if (state) {
        json_dumpf(state, stdout, JSON_INDENT(1));
        putchar('\n');
    }
    fflush(stdout);
    return EXIT_SUCCESS;
}

/* After `stop`, until the stand's process has ended. */
static void process_wait(int socket)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return;
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, peer.pid, 0), .events = POLLIN};
    if (ended.fd < 0)
        return;
    poll(&ended, 1, 10000);
    close(ended.fd);
}

static int answers_print(int fd, bool many)
{
    FILE *from = fdopen(fd, "r");
    char *line = NULL;
    size_t room = 0;
    int result = EXIT_FAILURE;
    bool any = false;
    while (from && (many || !any) && getline(&line, &room, from) > 0) {
        json_t *answer = json_loads(line, 0, NULL);
        result = answer_print(answer);
        json_decref(answer);
        any = true;
    }
    free(line);
    if (!any)
        complain("the stand closed the connection", "");
    return result;
}

/* Makes the card's keys here, so that the stand does not keep the drivers waiting. */
static int card_prepare(const struct options *o, const char *path)
{
    struct practice_card *card;
    char bad[PRACTICE_KEY_NAME] = "", folder[STORE_PATH_MAX];
    struct clock clock = store_path(folder, o->directory, "run") ? clock_kept(folder) : (struct clock){0};
    enum practice_fault fault =
        practice_card_open(&card, o->directory, path, clock_at(&clock, (int64_t)time(NULL)), bad);
    if (!fault) {
        fault = practice_card_personalise(card);
        practice_card_close(&card);
    }
    return fault ? complain(control_fault_text(fault), bad) : EXIT_SUCCESS;
}

static int control(struct options *o)
{
    char path[STAND_PATH];
    bool stop = strcmp(o->words[0], "stop") == 0;
    int fd = control_connect(o->directory);
    if (fd < 0)
        return complain("no stand runs in", o->directory);
    if (strcmp(o->words[0], "insert") == 0 && o->count > 1) {
        if (!card_find(o, o->words[1], path))
            return complain("there is no card", o->words[1]);
        if (card_prepare(o, path) != EXIT_SUCCESS)
            return EXIT_FAILURE;
        o->words[1] = path;
    }
    if (!words_send(fd, o))
        return complain("the stand does not listen", "");
    int waiter = stop ? dup(fd) : -1;
    int result = answers_print(fd, strcmp(o->words[0], "watch") == 0);
    if (waiter >= 0)
        process_wait(waiter);
    return result;
}

/* --- the CA --------------------------------------------------------------------------------------- */

static int ca(const struct options *o)
{
    char folder[STORE_PATH_MAX], command[STAND_LINE] = "", answer[STAND_LINE];
    if (o->count < 2 || !store_path(folder, o->directory, CA_PROCESS_FOLDER))
        return usage(stderr);
    if (ca_report_known(o->words[1]) && o->count <= 3)
        return ca_report(folder, o->words[1], o->words[2], stdout) == CA_OK
                   ? EXIT_SUCCESS
                   : complain("the CA has no such list, in", folder);
    for (int i = 1; i < o->count; i++) {
        size_t used = strlen(command);
        snprintf(command + used, sizeof command - used, "%s%s", used ? " " : "", o->words[i]);
    }
    if (ca_ask(folder, command, answer, sizeof answer) != CA_OK)
        return complain("no CA listens, or it does not understand:", command);
    return puts(answer) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- words ------------------------------------------------------------------------------------------ */

static bool options_read(struct options *o, int argc, char **argv)
{
    static const struct option rows[] = {
        {"dir", required_argument, NULL, 'd'},
        {"card", required_argument, NULL, 'c'},
        {"cards", required_argument, NULL, 'f'},
        {"municipality", required_argument, NULL, 'm'},
        {"entry-seconds", required_argument, NULL, 'e'},
        {"clock", required_argument, NULL, 't'},
        {"foreground", no_argument, NULL, 'g'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    for (int c; (c = getopt_long(argc, argv, "h", rows, NULL)) != -1;)
        switch (c) {
        case 'd': o->directory = optarg; break;
        case 'c': o->card = optarg; break;
        case 'f': o->cards = optarg; break;
        case 'm': o->municipality = optarg; break;
        case 'e': o->entry_seconds = atoi(optarg); break;
        case 't':
            if (!clock_parse(optarg, (int64_t)time(NULL), &o->clock))
                return false;
            break;
        case 'g': o->foreground = true; break;
        case 'h': exit(usage(stdout));
        default: return false;
        }
    o->count = argc - optind;
    o->words = argv + optind;
    return o->directory && o->count > 0 && o->entry_seconds >= 0;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    if (!options_read(&o, argc, argv))
        return usage(stderr);
    if (strcmp(o.words[0], "run") == 0 && o.count == 1)
        return run(&o);
    if (strcmp(o.words[0], "ca") == 0)
        return ca(&o);
    if (!control_known(o.words[0]))
        return usage(stderr);
    return control(&o);
}
